"""Rate limits: `await limits.hit("sign_in", email, most=5, per=600)` counts and refuses the sixth."""

import hashlib
import ipaddress
from dataclasses import dataclass

from starlette.requests import Request

from civic import clock, database
from civic.errors import TooMany
from civic.i18n import _
from civic.web.models import RateCount

_COUNT = """INSERT INTO rate_count (bucket, "window", n) VALUES {rows}
ON CONFLICT (bucket) DO UPDATE SET n = rate_count.n + excluded.n RETURNING bucket, n"""
_TAKE_BACK = "UPDATE rate_count SET n = n - ? WHERE bucket = ?"


@dataclass(slots=True, frozen=True)
class Limit:
    """At most so many tries of `what` by `who` in a window of `per` seconds; this one counts as `times`."""

    what: str
    who: str
    most: int
    per: int
    times: int = 1

    def window(self, present: int) -> int:
        """The second in which the present window ends."""
        return present - present % self.per + self.per

    def bucket(self, present: int) -> str:
        """What is counted in the present window, as a hash."""
        start = self.window(present) - self.per
        return hashlib.sha256(f"{self.what}\0{self.who}\0{self.per}\0{start}".encode()).hexdigest()


async def hit(what: str, who: str, *, most: int, per: int) -> None:
    """Count one try of `what` by `who`; raises TooMany beyond `most` in a window of `per` seconds."""
    await hit_all(Limit(what, who, most, per))


async def hit_all(*tries: Limit) -> None:
    """Count one try of each (all different) by one statement; raises TooMany beyond the most of one of them.

    What stands after that one is not counted: a machine that is stopped uses up nobody else's tries.
    """
    present = int(clock.now().timestamp())
    # in one order, against deadlocks
    counted = sorted((one.bucket(present), one.window(present), one.times) for one in tries)
    sql = _COUNT.format(rows=", ".join(["(?, ?, ?)"] * len(counted)))
    rows = await database.fetch_all(sql, [value for row in counted for value in row])
    found = {row["bucket"]: row["n"] for row in rows}
    for position, one in enumerate(tries, 1):
        if found[one.bucket(present)] > one.most:
            await take_back(*tries[position:])
            said = _("C’est beaucoup d’essais d’affilée. Réessayez dans quelques minutes.")
            raise TooMany(said, retry_after=one.window(present) - present)


async def take_back(*tries: Limit) -> None:
    """What was counted just now came to nothing."""
    present = int(clock.now().timestamp())
    for one in tries:
        await database.execute(_TAKE_BACK, [one.times, one.bucket(present)])


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
