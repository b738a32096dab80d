"""Queue a message in the caller's transaction; a job sends it."""

import asyncio
from email.message import EmailMessage
from typing import Any
from urllib.parse import unquote, urlsplit

import aiosmtplib

from civic import clock, i18n, jobs, slots
from civic.mail.compose import Letter, compose, message_id, mime
from civic.mail.models import OutboxMessage
from civic.settings import settings


async def send(
    name: str, *, to: str, key: str, locale: str | None = None, calendar: str | None = None, unsubscribe: str = "",
    reply_to: str = "", enclosed: str = "", **context: Any,
) -> None:  # fmt: skip
    """Queue the mail `templates/mail/{name}.txt` for one address; the same `key` is sent once.

    `context` must be JSON. `calendar` is the text of an ICS file that goes along; `unsubscribe` the full
    address that mail programs may POST to when their reader wants no more of these (RFC 8058); `reply_to` the
    address of the person whose words these are, when she wants the answers; `enclosed` names the PDF file that goes
    along (« convocation:12 »): whoever fills the slot `letter_papers` draws it when the mail leaves.
    """
    await jobs.enqueue(
        "send_mail", key=key, mail_key=key, name=name, to=to, locale=locale or i18n.locale(), calendar=calendar,
        context=context, unsubscribe=unsubscribe, reply_to=reply_to, enclosed=enclosed,
    )  # fmt: skip


@jobs.outside
async def send_mail(
    *, mail_key: str, name: str, to: str, locale: str, context: dict[str, Any], calendar: str | None = None,
    unsubscribe: str = "", reply_to: str = "", enclosed: str = "",
) -> None:  # fmt: skip
    """Compose in a thread, then hand over to the SMTP server, or to the demonstration's mailbox."""
    letter = await asyncio.to_thread(compose, name, locale, context)
    if settings().smtp_url:
        file = await _drawn(enclosed) if enclosed else None
        await _hand_over(mime(letter, to, mail_key, calendar, unsubscribe, reply_to, [file] if file else []))
    else:
        await _keep(letter, to, mail_key, calendar)


async def _drawn(name: str) -> tuple[str, bytes] | None:
    """A PDF that goes along with a mail: its file name and content; None when what it was about is gone."""
    for fill in slots.letter_papers:
        if found := await fill(name):
            return found
    return None


async def _keep(letter: Letter, to: str, key: str, calendar: str | None) -> None:
    await OutboxMessage.update_or_create(
        message_id=message_id(key),
        defaults={
            "to": to, "subject": letter.subject, "text": letter.text, "html": letter.html, "calendar": calendar,
            "sent_at": clock.now(),
        },
    )  # fmt: skip


async def _hand_over(message: EmailMessage) -> None:
    server = urlsplit(settings().smtp_url)
    await aiosmtplib.send(
        message,
        hostname=server.hostname,
        port=server.port or (465 if server.scheme == "smtps" else 587),
        username=unquote(server.username) if server.username else None,
        password=unquote(server.password) if server.password else None,
        use_tls=server.scheme == "smtps",
        start_tls=None if server.scheme == "smtps" else ("starttls" in server.query or None),
        timeout=20,
    )


async def forget_refused(**_payload: object) -> None:
    """A message that no server took for thirty days is forgotten, with whose words and addresses it held."""
    await jobs.forget_dead("send_mail")


handlers = {"send_mail": send_mail, "refused_mail_swept": forget_refused}
