"""Reads about papers from the ledger, and the guards of their pages."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from civic import database
from civic.errors import Forbidden, Gone, NotFound
from civic.i18n import _
from civic.initiatives.models import Initiative
from civic.initiatives.queries import is_lead
from civic.organisations.models import Organisation
from civic.organisations.queries import hats_of
from civic.people import links
from civic.people.actor import Actor
from volunteering.attestations import content
from volunteering.attestations.models import Attestation
from volunteering.attestations.signing import Body
from volunteering.hours import queries as hours
from volunteering.hours.models import AGREED, PENDING, HoursEntry

PAPER = "attestation"
"""Purpose of the signed link to a paper."""
SHOWN = 50
_GIVEN = """SELECT person.id AS id, person.name AS name,
SUM(CASE WHEN entry.status IN ('validated', 'frozen') THEN entry.minutes ELSE 0 END) AS agreed,
SUM(CASE WHEN entry.status IN ('proposed', 'corrected') THEN entry.minutes ELSE 0 END) AS waiting
FROM hours_entry entry JOIN person ON person.id = entry.person_id
WHERE entry.initiative_id = ? AND entry.day >= ? AND entry.day <= ? AND entry.status NOT IN ('refused', 'withdrawn')
GROUP BY person.id, person.name, person.name_folded ORDER BY person.name_folded, person.id LIMIT 500"""
_BODIES = """SELECT DISTINCT organisation_id, initiative_id FROM hours_entry
WHERE person_id = ? AND status NOT IN ('refused', 'withdrawn')"""


@dataclass(slots=True)
class Found:
    """What a paper for one body and period would be made from: agreed hours, and minutes that wait, since which day."""

    body: Body
    first: date
    last: date
    entries: list[HoursEntry] = field(default_factory=list)
    waiting: int = 0
    waits_from: date | None = None

    @property
    def lines(self) -> list[content.Line]:
        """Summed per mission and role."""
        return content.lines(self.entries)

    @property
    def minutes(self) -> int:
        """Agreed, in all."""
        return sum(entry.minutes for entry in self.entries)

    @property
    def initiative_ids(self) -> list[int]:
        """What the time was for, the first first."""
        return list(dict.fromkeys(entry.initiative_id for entry in self.entries))


async def bodies_of(person_id: int) -> list[Body]:
    """Whom a person gave time to: organisations, then initiatives, by name; refused hours apart."""
    rows = await database.fetch_all(_BODIES, [person_id])
    ids = {int(row["organisation_id"]) for row in rows if row["organisation_id"]} or {0}
    initiatives = {int(row["initiative_id"]) for row in rows}
    found = [
        Body(f"o{one.id}", one.name, organisation=one)
        for one in await Organisation.filter(id__in=ids).order_by("name_folded").select_related("commune")
    ]  # fmt: skip
    found += [body_of_initiative(one) for one in await Initiative.filter(id__in=initiatives or {0}).order_by("title")]
    return found


async def agreed_by_body(person_id: int) -> dict[str, int]:
    """Minutes that were agreed to in all, by the key of the body they were given to. One query."""
    sums: dict[str, int] = {}
    rows = HoursEntry.filter(person_id=person_id, status__in=AGREED)
    for organisation, initiative, minutes in await rows.values_list("organisation_id", "initiative_id", "minutes"):
        for key in (f"o{organisation}", f"i{initiative}"):
            sums[key] = sums.get(key, 0) + minutes
    return sums


def body_of_initiative(initiative: Initiative) -> Body:
    """An initiative, as what an attestation is for."""
    return Body(f"i{initiative.id}", initiative.title, initiative_id=initiative.id)


async def found(person_id: int, body: Body, first: date, last: date) -> Found:
    """The hours of one person for one body, from one day to another, both included."""
    agreed = [entry for entry in await hours.agreed(person_id, first, last) if _is_of(entry, body)]
    pending = HoursEntry.filter(person_id=person_id, day__gte=first, day__lte=last, status__in=PENDING)
    waiting = [entry for entry in await pending.order_by("day") if _is_of(entry, body)]
    since = waiting[0].day if waiting else None
    return Found(body, first, last, agreed, sum(entry.minutes for entry in waiting), since)


def _is_of(entry: HoursEntry, body: Body) -> bool:
    if body.organisation:
        return bool(entry.organisation_id == body.organisation.id)
    return bool(entry.initiative_id == body.initiative_id)


async def standing(person_id: int, body: Body, first: date, last: date) -> Attestation | None:
    """The paper of this person, body and period that was not revoked."""
    return await Attestation.get_or_none(
        person_id=person_id, organisation_id=body.organisation_id, initiative_id=body.initiative_id, first_day=first,
        last_day=last, revoked_at=None,
    )  # fmt: skip


async def papers_of(person_id: int) -> list[Attestation]:
    """A person's papers, the latest first."""
    return await Attestation.filter(person_id=person_id).order_by("-id").limit(SHOWN)


async def papers_for(initiative_id: int) -> list[Attestation]:
    """What was issued for one initiative, the latest first."""
    rows = Attestation.filter(initiative_id=initiative_id, person_id__isnull=False)
    return await rows.order_by("-id").limit(SHOWN)


async def standing_of_givers(initiative_id: int, first: date, last: date) -> dict[int, tuple[Attestation, bool]]:
    """By person, the last paper of this initiative that stands and holds hours of the period.

    Beside it, whether it says all hours agreed in the period already: a newer one would say the same.
    """
    rows = HoursEntry.filter(initiative_id=initiative_id, day__gte=first, day__lte=last, status__in=AGREED)
    agreed: dict[int, set[int]] = {}
    for person_id, entry_id in await rows.filter(person_id__isnull=False).values_list("person_id", "id"):
        agreed.setdefault(person_id, set()).add(entry_id)
    found: dict[int, tuple[Attestation, bool]] = {}
    papers = Attestation.filter(initiative_id=initiative_id, person_id__in=list(agreed) or [0], revoked_at=None)
    for paper in await papers.order_by("id"):
        said, asked = set(content.Content.model_validate(paper.content).entries), agreed[paper.person_id or 0]
        if said & asked and not found.get(paper.person_id or 0, (paper, False))[1]:
            found[paper.person_id or 0] = (paper, said == asked)
    return found


async def givers(initiative_id: int, first: date, last: date) -> list[dict[str, Any]]:
    """Who gave time to an initiative in a period: id, name, minutes agreed and waiting; by name. One query."""
    rows = await database.fetch_all(_GIVEN, [initiative_id, first, last])
    return [
        {"id": int(r["id"]), "name": r["name"], "agreed": int(r["agreed"]), "waiting": int(r["waiting"])} for r in rows
    ]


async def of_code(code: str) -> Attestation:
    """The paper of a code, revoked and erased ones too. Raises NotFound."""
    paper = await Attestation.get_or_none(code=code)
    if paper is None:
        raise NotFound(_("Aucune attestation ne porte ce code. Comparez-le avec le papier, signe par signe."))
    return paper


async def of_link(token: str) -> Attestation:
    """The paper of a secret link. Raises NotFound, or Gone when the volunteer had her data erased."""
    paper = await Attestation.get_or_none(id=links.read(PAPER, token))
    if paper is None:
        raise NotFound(_("Cette attestation n’existe pas."))
    if paper.is_erased:
        raise Gone(_("Cette attestation n’existe plus : la personne a fait effacer ses données."))
    return paper


def token_of(paper: Attestation) -> str:
    """The secret of the link that opens its PDF."""
    return links.make(PAPER, paper.id)


async def may_revoke(paper: Attestation, actor: Actor | None) -> bool:
    """The team, whoever runs the initiative, whoever represents the organisation today."""
    if actor is None or paper.is_erased or paper.is_revoked:
        return False
    if actor.is_animator or (paper.initiative_id and await is_lead(actor.person, paper.initiative_id)):
        return True
    return any(hat.id == paper.organisation_id for hat in await hats_of(actor.person))


async def paper_to_revoke(code: str, actor: Actor) -> Attestation:
    """A paper that stands, for who may take it back. Raises NotFound or Forbidden."""
    paper = await of_code(code)
    if not await may_revoke(paper, actor):
        raise Forbidden(_("Seules les personnes qui coordonnent ces bénévoles peuvent annuler cette attestation."))
    return paper
