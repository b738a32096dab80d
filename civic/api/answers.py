"""How open data is answered: headers that let others read, keep and ask again; never a cookie."""

import hashlib
from collections import Counter
from datetime import UTC, datetime
from email.utils import format_datetime
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response

from civic import clock
from civic.errors import DomainError, TooMany
from civic.i18n import _
from civic.web import limits
from civic.web.problems import OPEN_TO_ALL

METHODS = ["GET", "OPTIONS"]
"""HEAD comes with GET."""
JSON, CSV, ATOM = "application/json", "text/csv", "application/atom+xml"
KEPT = "public, max-age=60"
BY_LANGUAGE = {"Vary": "Accept, Accept-Language, Cookie"}
"""For what is said in the reader's language, which her browser asks for or a cookie of hers."""
PER_MINUTE = 600
PREFLIGHT = {
    **OPEN_TO_ALL, "Allow": "GET, HEAD, OPTIONS", "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Headers": "If-None-Match", "Access-Control-Max-Age": "86400",
}  # fmt: skip


class NotOffered(DomainError):
    """It is not said in the format that was asked for."""

    status = HTTPStatus.NOT_ACCEPTABLE


class Pace:
    """How often each address asked in this minute, in the memory of this process: reading writes nothing."""

    def __init__(self) -> None:
        self.minute = 0
        self.counts: Counter[str] = Counter()

    def count(self, who: str, times: int = 1) -> None:
        """One more. Raises TooMany."""
        seconds = int(clock.glance().timestamp())
        if seconds // 60 != self.minute:
            self.minute = seconds // 60
            self.counts.clear()
        self.counts[who] += times
        if self.counts[who] > PER_MINUTE:
            said = _("Vous demandez plus de %(n)s fois par minute. Attendez un peu, ou prenez les fichiers CSV.")
            raise TooMany(said % {"n": PER_MINUTE}, retry_after=60 - seconds % 60)


def count(request: Request, times: int = 1) -> None:
    """Whoever asks may. Raises TooMany."""
    state = request.app.state
    if not hasattr(state, "pace"):
        state.pace = Pace()
    state.pace.count(limits.address(request), times)


def check(request: Request, media_type: str, times: int = 1) -> None:
    """Whoever asks may, and takes this format. Raises TooMany or NotOffered."""
    count(request, times)
    if not _takes(request.headers.get("accept", ""), media_type):
        raise NotOffered(_("Cette adresse répond en %(type)s.", type=media_type))


def preflight() -> Response:
    """What a browser asks before a page of another site may read."""
    return Response(status_code=204, headers=PREFLIGHT)


def answer(
    request: Request, content: bytes, media_type: str, *, changed_at: datetime | None = None,
    headers: dict[str, str] | None = None,
) -> Response:  # fmt: skip
    """The content with its mark, or 304 to who has this very one.

    `changed_at` is told as Last-Modified, for information: counters move without it, so that only the mark decides.
    """
    mark = f'W/"{hashlib.blake2b(content, digest_size=12).hexdigest()}"'
    told = {**OPEN_TO_ALL, "ETag": mark, "Cache-Control": KEPT, "Vary": "Accept", **(headers or {})}
    told["Access-Control-Expose-Headers"] = "ETag, Last-Modified, Link, Retry-After"
    if changed_at:
        told["Last-Modified"] = format_datetime(changed_at.astimezone(UTC), usegmt=True)
    if _has(request.headers.get("if-none-match", ""), mark):
        return Response(status_code=304, headers=told)
    if request.method == "HEAD":
        told["Content-Length"] = str(len(content))
        return Response(b"", headers=told, media_type=media_type)
    return Response(content, headers=told, media_type=media_type)


def _has(known: str, mark: str) -> bool:
    marks = [one.strip().removeprefix("W/") for one in known.split(",")]
    return "*" in marks or mark.removeprefix("W/") in marks


def _takes(accepted: str, media_type: str) -> bool:
    """Whether what the reader accepts (RFC 9110) holds this type; the most precise range decides."""
    weights: dict[str, float] = {}
    for part in accepted.lower().split(","):
        media_range, _semicolon, parameters = part.strip().partition(";")
        quality = next((one.strip()[2:] for one in parameters.split(";") if one.strip().startswith("q=")), "1")
        weights[media_range.strip()] = 0.0 if not quality.strip("0.") else 1.0
    ranges = (media_type, f"{media_type.partition('/')[0]}/*", "*/*")
    found = next((weights[one] for one in ranges if one in weights), None)
    return not accepted.strip() or bool(found)
