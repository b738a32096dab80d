"""What a reader of open data asks for: how many, after which key, and the few filters. Anything else is refused."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from starlette.requests import Request
from tortoise.expressions import Subquery
from tortoise.queryset import QuerySet

from civic.api.kinds import Kind
from civic.errors import DomainError
from civic.i18n import _
from civic.initiatives.models import InitiativeTopic
from civic.initiatives.topics import TOPICS

MOST, USUAL = 100, 50
NUMBER = r"^[0-9]{1,18}$"
INSEE = r"^[0-9][0-9AB][0-9]{3}$"
MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})")
EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)


class BadAsking(DomainError):
    """The address asks for something that there is not."""

    status = HTTPStatus.BAD_REQUEST


@dataclass(slots=True, frozen=True)
class Asked:
    """A page of a list: `limit` things after the key `after`, those of a commune, of a topic, changed since then."""

    limit: int = USUAL
    after: int | str | None = None
    commune: str = ""
    topic: str = ""
    updated_since: datetime | None = None

    def narrowed(self, kind: Kind) -> QuerySet[Any]:
        """The rows that are meant, in the order of the key."""
        rows = kind.rows().order_by(kind.key)
        if self.after is not None:
            rows = rows.filter(**{f"{kind.key}__gt": self.after})
        if self.commune:
            rows = rows.filter(**{kind.commune: self.commune})
        if self.topic:
            of_topic = InitiativeTopic.filter(topic=self.topic).values("initiative_id")
            rows = rows.filter(**{f"{kind.topic}__in": Subquery(of_topic)})
        if self.updated_since:
            rows = rows.filter(**{f"{kind.since}__gte": self.updated_since})
        return rows


def filters_of(kind: Kind) -> list[str]:
    """By what this kind can be asked for."""
    known = {"commune": kind.commune, "topic": kind.topic, "updated_since": kind.since}
    return [name for name, field in known.items() if field]


def key_pattern(kind: Kind) -> str:
    """How a key of this kind is written."""
    return NUMBER if kind.key == "id" else INSEE


def key_meant(kind: Kind, written: str) -> int | str | None:
    """The key of an address; None when it is none."""
    if not re.fullmatch(key_pattern(kind), written, re.ASCII):
        return None
    return int(written) if kind.key == "id" else written


def asked(request: Request, kind: Kind, paged: bool = True) -> Asked:
    """What the address asks of this kind. Raises BadAsking with a sentence."""
    pairs = request.query_params.multi_items()
    known = [*(["limit", "after"] if paged else []), *filters_of(kind)]
    for name in dict(pairs):
        if name not in known:
            said = _("« %(name)s » n’est pas un filtre d’ici. On peut écrire : %(known)s.")
            raise BadAsking(said % {"name": name[:40], "known": ", ".join(known)})
    if len(pairs) > len(dict(pairs)):
        raise BadAsking(_("Chaque filtre s’écrit une seule fois."))
    values = dict(pairs)
    return Asked(
        _limit(values.get("limit")), _after(kind, values.get("after")), _commune(values.get("commune")),
        _topic(values.get("topic")), _moment(values.get("updated_since")),
    )  # fmt: skip


def nothing_asked(request: Request) -> None:
    """Where there is nothing to filter. Raises BadAsking."""
    if request.query_params:
        raise BadAsking(_("Cette adresse ne prend aucun filtre."))


def _limit(written: str | None) -> int:
    if written is None:
        return USUAL
    if not re.fullmatch(r"[1-9][0-9]{0,2}", written, re.ASCII) or int(written) > MOST:
        raise BadAsking(_("« limit » est un nombre de 1 à %(most)s.", most=MOST))
    return int(written)


def _after(kind: Kind, written: str | None) -> int | str | None:
    found = None if written is None else key_meant(kind, written)
    if written is not None and found is None:
        raise BadAsking(_("« after » est la clé de la dernière ligne reçue : suivez le lien « next »."))
    return found


def _commune(written: str | None) -> str:
    if written is not None and not re.fullmatch(INSEE, written, re.ASCII):
        raise BadAsking(_("« commune » est un code INSEE, par exemple 01427."))
    return written or ""


def _topic(written: str | None) -> str:
    if written is not None and written not in TOPICS:
        raise BadAsking(_("« topic » est l’un de : %(topics)s.", topics=", ".join(TOPICS)))
    return written or ""


def _moment(written: str | None) -> datetime | None:
    if written is None:
        return None
    try:
        if not MOMENT.fullmatch(written):
            raise ValueError(written)
        return max(EARLIEST, datetime.fromisoformat(written.upper()).astimezone(UTC))
    except OverflowError:
        return EARLIEST
    except ValueError as error:
        said = _("« updated_since » est un moment avec son fuseau, par exemple 2026-11-01T00:00:00Z.")
        raise BadAsking(said) from error
