"""From parsed rows to initiatives: a plan that changes nothing, then all of it in one transaction (PRODUCT D8)."""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from civic import clock
from civic.database import transaction
from civic.i18n import _
from civic.initiatives import service
from civic.initiatives.importing import placing
from civic.initiatives.importing.classify import topics_of
from civic.initiatives.importing.comparing import Change, standing
from civic.initiatives.importing.matching import Known, is_same
from civic.initiatives.importing.rows import ParsedFile, ParsedRow, RefusedLine
from civic.initiatives.models import Initiative, Stage
from civic.places.models import Commune

NEAR_DEGREES = 0.15
WHOLE_AT_MOST = 20_000


class Action(StrEnum):
    """What the import does with a row."""

    CREATE = "create"
    UPDATE = "update"
    KEEP = "keep"


@dataclass(slots=True)
class Planned:
    """A row with its commune, topics and what happens to it; `known_id` is the initiative that it updates or keeps.

    `guard` says why an update is left out (`included` False) unless the animator asks for it.
    """

    row: ParsedRow
    commune: Commune
    topics: list[str]
    action: Action
    known_id: int | None = None
    known_title: str = ""
    changes: list[Change] = field(default_factory=list)
    guard: str = ""
    included: bool = True

    @property
    def key(self) -> str:
        """What the preview showed of this line: it is taken only while the same initiative stands guarded alike."""
        return f"{self.row.line}-{self.known_id}-{int(bool(self.guard))}"

    @property
    def external_id(self) -> str:
        """The source's identifier, else one made of name and place, so that a second import finds the same row."""
        if self.row.external_id:
            return self.row.external_id
        return "row:" + hashlib.sha256(f"{self.row.title}|{self.commune.insee}".encode()).hexdigest()[:32]


@dataclass(slots=True)
class Plan:
    """What an import would do: rows with their action, lines it cannot take with the reason."""

    format: str
    planned: list[Planned] = field(default_factory=list)
    refused: list[RefusedLine] = field(default_factory=list)

    def of(self, action: Action) -> list[Planned]:
        """The rows with this action."""
        return [one for one in self.planned if one.action == action]


@dataclass(slots=True, frozen=True)
class _KnownInitiative:
    id: int
    known: Known
    content: str


async def plan(parsed: ParsedFile) -> Plan:
    """Decide for each row: new, changed or unchanged; refuse those without a commune and doubles within the file."""
    known = await _known(parsed.rows)
    placed = [(row, await placing.commune_of(row)) for row in parsed.rows]
    made = await asyncio.to_thread(_planned, parsed, placed, known)
    await _compare(made.of(Action.UPDATE))
    return made


async def _compare(updates: list[Planned]) -> None:
    """Say of each update what it changes, and leave out those that would replace a person's own words."""
    known = await standing([one.known_id for one in updates if one.known_id])
    for one in updates:
        before = known[one.known_id or 0]
        one.changes = before.changes(one.row, one.commune, one.topics)
        one.guard = before.guard()
        one.included = not one.guard


def _planned(
    parsed: ParsedFile, placed: list[tuple[ParsedRow, Commune | str]], known: list["_KnownInitiative"]
) -> Plan:
    """The comparing of names, which takes its time: run in a thread."""
    made = Plan(parsed.format, refused=list(parsed.refused))
    for row, commune in placed:
        twin = next((one for one in made.planned if is_same(row, _as_known(one))), None)
        if isinstance(commune, str):
            made.refused.append(RefusedLine(row.line, commune, row.title))
        elif twin and not (row.external_id and twin.row.external_id not in ("", row.external_id)):
            reason = _("La même fiche est déjà à la ligne %(n)s.", n=twin.row.line)
            made.refused.append(RefusedLine(row.line, reason, row.title))
        else:
            made.planned.append(_decide(row, commune, known, twin))
    made.refused.sort(key=lambda refused: refused.line)
    return made


async def apply(made: Plan, source_name: str) -> None:
    """Carry a plan out, all or nothing; imported initiatives are public and have no lead until someone claims them."""
    async with transaction():
        for one in made.planned:
            if one.action == Action.KEEP or not one.included:
                continue
            values = {**_values(one), "source_name": source_name[:80]}
            if one.known_id is None:
                initiative = await service.propose(one.row.title, one.topics, stage=Stage.ALIVE, **values)
                initiative.published_at = clock.now()
                await initiative.save(update_fields=["published_at"])
            else:
                initiative = await Initiative.get(id=one.known_id).select_related("commune")
                await service.change(initiative, one.topics, title=one.row.title, **values)


def _values(one: Planned) -> dict[str, Any]:
    row = one.row
    return {
        "summary": row.summary, "story": row.description, "commune": one.commune, "place": row.address,
        "latitude": row.latitude, "longitude": row.longitude, "website": row.website, "source_url": row.source_url,
        "external_id": one.external_id,
    }  # fmt: skip


def _content(title: str, values: Sequence[object]) -> str:
    """What of a row a second import compares, as one string."""
    rounded = [round(value, 5) if isinstance(value, float) else (value or "") for value in values]
    return repr([title, *rounded])


def _decide(
    row: ParsedRow, commune: Commune, known: list[_KnownInitiative], twin: Planned | None = None
) -> Planned:
    """Two entries that the source itself keeps apart both come in, with a remark for the animator."""
    if twin:
        remark = _("Ressemble à la ligne %(n)s : à réunir si c’est la même.", n=twin.row.line)
        row = replace(row, remarks=(*row.remarks, remark))
    one = Planned(row, commune, topics_of(row), Action.CREATE)
    same_id = [known_ for known_ in known if known_.known.external_id == one.external_id]
    same = next(iter(same_id), None) or next((k for k in known if is_same(row, k.known)), None)
    if same is None:
        return one
    one.known_id, one.known_title = same.id, same.known.title
    latitude = row.latitude if row.latitude is not None else commune.latitude
    longitude = row.longitude if row.longitude is not None else commune.longitude
    mine = _content(row.title, [row.summary, row.description, commune.insee, latitude, longitude, row.website])
    one.action = Action.KEEP if mine == same.content else Action.UPDATE
    return one


def _as_known(one: Planned) -> Known:
    row = one.row
    return Known(row.title, one.commune.name, row.latitude, row.longitude, row.external_id)


async def _known(rows: Sequence[ParsedRow]) -> list[_KnownInitiative]:
    """The imported or published initiatives around the file's points, and those of the same external ids."""
    points = [(row.latitude, row.longitude) for row in rows if row.latitude is not None and row.longitude is not None]
    query = Initiative.all().select_related("commune").limit(WHOLE_AT_MOST)
    if points and len(points) == len(rows):
        query = query.filter(
            latitude__gte=min(p[0] for p in points) - NEAR_DEGREES,
            latitude__lte=max(p[0] for p in points) + NEAR_DEGREES,
            longitude__gte=min(p[1] for p in points) - NEAR_DEGREES,
            longitude__lte=max(p[1] for p in points) + NEAR_DEGREES,
        )  # fmt: skip
    near = await query
    ids = [row.external_id for row in rows if row.external_id]
    elsewhere = await Initiative.filter(external_id__in=ids or [""]).select_related("commune")
    return [_read(initiative) for initiative in {i.id: i for i in [*near, *elsewhere]}.values()]


def _read(initiative: Initiative) -> _KnownInitiative:
    commune = initiative.commune
    known = Known(
        initiative.title, commune.name if commune else "", initiative.latitude, initiative.longitude,
        initiative.external_id or "",
    )  # fmt: skip
    content = _content(initiative.title, [
        initiative.summary, initiative.story, commune.insee if commune else "", initiative.latitude,
        initiative.longitude, initiative.website,
    ])  # fmt: skip
    return _KnownInitiative(initiative.id, known, content)
