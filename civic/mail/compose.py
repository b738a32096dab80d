"""From a text template to a message with a text and an HTML part.

The text is the one source: a paragraph becomes a paragraph, a line « Label : https://… » a button, a line starting with
« - » an item of a list. mrml turns the layout (`templates/mail/layout.mjml`) into HTML that mail programs understand.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import format_datetime, formataddr
from typing import Any

import mrml

from civic import clock
from civic.i18n import speaking
from civic.settings import settings
from civic.web.templating import template

_METHOD = re.compile(r"^METHOD:(\w+)", re.MULTILINE)
_BUTTON = re.compile(r"^(?P<label>.{2,200}?)[\s\u00a0]*:\s+(?P<href>https?://\S+)$")


@dataclass(slots=True)
class Block:
    """A piece of the message: kind is text, button or list."""

    kind: str
    lines: list[str] = field(default_factory=list)
    href: str = ""


@dataclass(slots=True)
class Letter:
    """A message ready to be sent or shown."""

    subject: str
    text: str
    html: str


def compose(name: str, locale: str, context: dict[str, Any]) -> Letter:
    """Render `templates/mail/{name}.txt` in the reader's language. Takes some ms: call it in a thread."""
    with speaking(locale):
        whole = template(f"mail/{name}.txt").render(_one_line(context)).strip()
        subject, _, text = whole.partition("\n")
        text = re.sub(r"\n{3,}", "\n\n", text.strip())
        layout = template("mail/layout.mjml").render(subject=subject, blocks=blocks(text), lang=locale)
    return Letter(re.sub(r"[ \t\r\n]+", " ", subject).strip(), text + "\n", mrml.to_html(layout).content)


def _one_line(value: Any) -> Any:
    """What people wrote, without the line breaks that would make a subject, a paragraph or a button of its own."""
    if isinstance(value, str):
        return " ".join(value.split("\n")) if "\n" in value else value
    if isinstance(value, dict):
        return {name: _one_line(one) for name, one in value.items()}
    return [_one_line(one) for one in value] if isinstance(value, list | tuple) else value


def blocks(text: str) -> list[Block]:
    """Cut a text into paragraphs, buttons and lists."""
    found: list[Block] = []
    for paragraph in re.split(r"\n\s*\n", text):
        for line in paragraph.split("\n"):
            _place(found, line.strip())
        found.append(Block("gap"))
    return [block for block in found if block.kind != "gap"]


def _place(found: list[Block], line: str) -> None:
    button = _BUTTON.match(line)
    if button and not button["href"].startswith(f"{settings().base_url}/"):
        button = None
    last = found[-1] if found else Block("gap")
    if button:
        found.append(Block("button", [button["label"].strip()], button["href"]))
    elif line.startswith("- "):
        if last.kind == "list":
            last.lines.append(line[2:])
        else:
            found.append(Block("list", [line[2:]]))
    elif last.kind == "text":
        last.lines.append(line)
    else:
        found.append(Block("text", [line]))


def message_id(key: str) -> str:
    """The same for every retry of one message, so that a mailbox shows it once."""
    host = settings().base_url.partition("//")[2].partition(":")[0].partition("/")[0]
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@{host}>"


def mime(
    letter: Letter, to: str, key: str, calendar: str | None = None, unsubscribe: str = "", reply_to: str = "",
    papers: Sequence[tuple[str, bytes]] = (),
) -> EmailMessage:  # fmt: skip
    """The message as it travels, with PDF files (name, content).

    A calendar (ICS text) goes along twice: as a part with its METHOD, which calendar programs act upon (RFC 6047), and
    as a file for whoever opens it by hand.
    """
    message = EmailMessage()
    message["From"] = formataddr((settings().site_name, settings().mail_from))
    message["To"] = to
    if reply_to:
        message["Reply-To"] = reply_to
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(clock.now())
    message["Message-ID"] = message_id(key)
    message["Auto-Submitted"] = "auto-generated"
    if unsubscribe:
        message["List-Unsubscribe"] = f"<{unsubscribe}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(letter.text)
    message.add_alternative(letter.html, subtype="html")
    if calendar:
        method = _METHOD.search(calendar)
        params = {"charset": "utf-8", **({"method": method[1]} if method else {})}
        message.add_alternative(calendar.encode(), "text", "calendar", params=params)  # as text it would lose its CRLF
        message.add_attachment(calendar.encode(), "application", "ics", filename="civic.ics")
    for name, content in papers:
        message.add_attachment(content, "application", "pdf", filename=name)
    return message
