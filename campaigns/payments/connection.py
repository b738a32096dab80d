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
    """The SDK's aiohttp client, bound to the running loop. `proxy` is where HTTPS_PROXY leads, if anywhere.

    The SDK lets an answer that breaks off halfway through as aiohttp's error; here it is one of the connection.
    """

    def __init__(self, proxy: str | None) -> None:
        super().__init__(timeout=None, proxy=proxy)
        self._own: aiohttp.ClientSession | None = None

    @property
    def _session(self) -> aiohttp.ClientSession:
        if self._own is None:
            limit = aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)
            self._own = aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=_trusted()), timeout=limit)
        return self._own

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
        if self._own is not None:
            await self._own.close()
