"""A real SMTP server that keeps what it is handed."""

from __future__ import annotations

import asyncio
import contextlib
import email
import email.policy
import re
from collections.abc import AsyncIterator
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope

WAIT_SECONDS = 20


class Mailbox:
    """Every message, in the order of arrival."""

    def __init__(self) -> None:
        self.port = 0
        self.messages: list[EmailMessage] = []
        self.raw: list[bytes] = []

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.original_content or b""
        message = email.message_from_bytes(content, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        self.raw.append(content)
        self.messages.append(message)
        return "250 OK"

    async def last(self, to: str, about: str = "") -> EmailMessage:
        """The newest message to this address whose subject holds these words, once it is there."""
        for _ in range(WAIT_SECONDS * 20):
            for message in reversed(self.messages):
                if to in str(message["to"]) and about in plain(str(message["subject"])):
                    return message
            await asyncio.sleep(0.05)
        have = [(str(message["to"]), str(message["subject"])) for message in self.messages]
        raise AssertionError(f"No mail to {to} about “{about}”; arrived: {have}")


@contextlib.asynccontextmanager
async def listening() -> AsyncIterator[Mailbox]:
    """The server on a free loopback port."""
    mailbox = Mailbox()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(mailbox, enable_SMTPUTF8=True, loop=loop), "127.0.0.1", 0)
    mailbox.port = server.sockets[0].getsockname()[1]
    try:
        yield mailbox
    finally:
        server.close()


def plain(text: str) -> str:
    """The text with ordinary spaces and apostrophes."""
    return re.sub(r"[\u00a0\u202f]", " ", text).replace("’", "'")


def text_of(message: EmailMessage) -> str:
    """The text part."""
    part = message.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def html_of(message: EmailMessage) -> str:
    """The HTML part."""
    part = message.get_body(("html",))
    assert part is not None
    return str(part.get_content())


def code_in(message: EmailMessage) -> str:
    """The six digits."""
    found = re.search(r"\d{3} \d{3}", text_of(message))
    assert found
    return found[0]


def link_in(message: EmailMessage, holding: str) -> str:
    """The first address in the text that holds these characters."""
    found = re.search(rf"https?://\S*{re.escape(holding)}\S*", text_of(message))
    assert found, text_of(message)
    return found[0]
