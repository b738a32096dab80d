"""Rate limits: `await limits.hit("sign_in", email, most=5, per=600)` counts and refuses the sixth."""

import hashlib
import ipaddress

from starlette.requests import Request

from civic import clock, database
from civic.errors import TooMany
from civic.i18n import _
from civic.web.models import RateCount

_COUNT = """INSERT INTO rate_count (bucket, "window", n) VALUES (?, ?, 1)
ON CONFLICT (bucket) DO UPDATE SET n = rate_count.n + 1 RETURNING n"""


async def hit(what: str, who: str, *, most: int, per: int) -> None:
    """Count one try of `what` by `who`; raises TooMany beyond `most` in a window of `per` seconds."""
    present = int(clock.now().timestamp())
    window = present - present % per
    bucket = hashlib.sha256(f"{what}\0{who}\0{per}\0{window}".encode()).hexdigest()
    rows = await database.fetch_all(_COUNT, [bucket, window + per])
    if rows[0]["n"] > most:
        wait = window + per - present
        raise TooMany(_("C’est beaucoup d’essais d’affilée. Réessayez dans quelques minutes."), retry_after=wait)


def address(request: Request) -> str:
    """The caller's address, as the trusted proxy gives it; of IPv6 its network, of which one machine has 2^64."""
    host = request.client.host if request.client else "unknown"
    try:
        found = ipaddress.ip_address(host)
    except ValueError:
        return host
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network(f"{found}/64", strict=False)) if found.version == 6 else host


async def sweep() -> None:
    """Forget windows that are over."""
    await RateCount.filter(window__lt=int(clock.now().timestamp())).delete()
