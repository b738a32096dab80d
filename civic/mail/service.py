"""Queue a message in the caller's transaction; a job sends it."""

import asyncio
from email.message import EmailMessage
from typing import Any
from urllib.parse import unquote, urlsplit

import aiosmtplib

from civic import clock, i18n, jobs
from civic.mail.compose import Letter, compose, message_id, mime
from civic.mail.models import OutboxMessage
from civic.settings import settings


async def send(
    name: str, *, to: str, key: str, locale: str | None = None, calendar: str | None = None, unsubscribe: str = "",
    reply_to: str = "", **context: Any,
) -> None:  # fmt: skip
    """Queue the mail `templates/mail/{name}.txt` for one address; the same `key` is sent once.

    `context` must be JSON. `calendar` is the text of an ICS file that goes along; `unsubscribe` the full
    address that mail programs may POST to when their reader wants no more of these (RFC 8058); `reply_to` the
    address of the person whose words these are, when she wants the answers.
    """
    await jobs.enqueue(
        "send_mail", key=key, mail_key=key, name=name, to=to, locale=locale or i18n.locale(), calendar=calendar,
        context=context, unsubscribe=unsubscribe, **({"reply_to": reply_to} if reply_to else {}),
    )  # fmt: skip


@jobs.outside
async def send_mail(
    *, mail_key: str, name: str, to: str, locale: str, context: dict[str, Any], calendar: str | None = None,
    unsubscribe: str = "", reply_to: str = "",
) -> None:  # fmt: skip
    """Compose in a thread, then hand over to the SMTP server, or to the demonstration's mailbox."""
    letter = await asyncio.to_thread(compose, name, locale, context)
    if settings().smtp_url:
        await _hand_over(mime(letter, to, mail_key, calendar, unsubscribe, reply_to))
    else:
        await _keep(letter, to, mail_key, calendar)


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


handlers = {"send_mail": send_mail}
