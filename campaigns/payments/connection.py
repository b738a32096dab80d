"""The connections under the SDK: aiohttp, kept alive, a seventh of httpx's processor time a call (decision 0015)."""

import ssl
from collections.abc import Mapping
from functools import cache
from typing import Any

import aiohttp
import stripe

TIMEOUT_SECONDS = 20.0
_BROKEN = (aiohttp.ClientError, TimeoutError, OSError)


@cache
def _trusted() -> ssl.SSLContext:
    """The authorities that the SDK brings along."""
    return ssl.create_default_context(cafile=stripe.ca_bundle_path)


class Http(stripe.AIOHTTPClient):
    """The SDK's own client, which lets an answer that breaks off halfway through as aiohttp's error: here it is one
    of the connection, as it is when it never begins. It belongs to the running loop, and obeys HTTPS_PROXY."""

    def __init__(self) -> None:
        super().__init__(timeout=TIMEOUT_SECONDS)
        self._session_of_ours: aiohttp.ClientSession | None = None

    @property
    def _session(self) -> aiohttp.ClientSession:
        if self._session_of_ours is None:
            limit = aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)
            connector = aiohttp.TCPConnector(ssl=_trusted())
            self._session_of_ours = aiohttp.ClientSession(connector=connector, trust_env=True, timeout=limit)
        return self._session_of_ours

    async def request_async(
        self, method: str, url: str, headers: Mapping[str, str], post_data: Any = None
    ) -> tuple[bytes, int, Mapping[str, str]]:
        """The whole answer. Raises APIConnectionError when there is none, or a part of one."""
        try:
            return await super().request_async(method, url, headers, post_data)
        except _BROKEN as error:
            self._handle_request_error(error)

    async def close_async(self) -> None:
        """Close what is open."""
        if self._session_of_ours is not None:
            await self._session_of_ours.close()
