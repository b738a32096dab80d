"""Issue an attestation, take it back, forget whose it was. The only writer of its rows."""

from dataclasses import dataclass
from datetime import date

from civic import clock, database
from civic.database import retrying, transaction
from civic.errors import DomainError, Invalid
from civic.i18n import _, speaking
from civic.initiatives.models import Initiative
from civic.organisations.queries import kind_labels
from civic.people.actor import Actor
from civic.people.models import Person
from civic.people.service import audit, hold
from civic.places.folding import words
from volunteering.attestations import codes, content, letters, queries, signing
from volunteering.attestations.content import Content
from volunteering.attestations.models import Attestation
from volunteering.attestations.queries import Found
from volunteering.attestations.signing import Body, Signatory
from volunteering.hours import freezing
from volunteering.missions import skills


@dataclass(slots=True, frozen=True)
class Wanted:
    """A paper somebody asks for: whose hours, for which body, from which day to which (both included)."""

    person: Person
    body: Body
    first: date
    last: date


class NoPaper(DomainError):
    """There is nothing to attest, or not yet; the message says why."""


async def refusal(found: Found, volunteer_id: int) -> str:
    """Why the volunteer cannot take this paper with one tap, or nothing."""
    if not found.entries:
        return _("Aucune heure validée dans cette période.")
    if found.waiting:
        return _("Des heures de cette période attendent encore une validation.")
    if await signing.who_signs(found.body, volunteer_id, found.initiative_ids) is None:
        return _("Personne d’autre que vous ne peut signer pour cette structure. Demandez à l’équipe d’animation.")
    return ""


async def take(wanted: Wanted, actor: Actor) -> Attestation:
    """The volunteer takes her paper; all hours of the period must be agreed. The same request is the same paper.

    Raises NoPaper when hours are missing or wait, or when nobody else may sign; Invalid for a period to come.
    """
    return await _issue(wanted, actor, None)


async def issue(wanted: Wanted, actor: Actor) -> Attestation:
    """A coordinator makes the paper out and signs it, from what is agreed so far, but never her own.

    Raises NoPaper without agreed hours or for her own; Invalid for a period to come.
    """
    if wanted.person.id in (actor.person.id, actor.hand.id):
        raise NoPaper(_("Personne ne signe pour soi-même. Demandez à quelqu’un d’autre de l’établir."))
    return await _issue(wanted, actor, actor)


@retrying
async def _issue(wanted: Wanted, actor: Actor, coordinator: Actor | None) -> Attestation:
    if wanted.last < wanted.first or wanted.last > clock.today():
        raise Invalid(_("La période se termine aujourd’hui au plus tard, et commence avant sa fin."), field="au")
    async with transaction():
        await hold(wanted.person.id)
        found = await queries.found(wanted.person.id, wanted.body, wanted.first, wanted.last)
        signatory = await _signatory(found, wanted.person.id, coordinator)
        former = await queries.standing(wanted.person.id, wanted.body, wanted.first, wanted.last)
        if former and Content.model_validate(former.content).entries == [entry.id for entry in found.entries]:
            return former
        if former:
            with speaking("fr"):
                await _take_back(former, _("Remplacée par une attestation plus récente."))
        return await _made(wanted, signatory, actor)


async def _signatory(found: Found, volunteer_id: int, coordinator: Actor | None) -> Signatory:
    with speaking("fr"):
        if coordinator and found.entries:
            return await signing.signs_herself(coordinator, found.body, found.initiative_ids)
        signatory = await signing.who_signs(found.body, volunteer_id, found.initiative_ids)
    if coordinator:
        raise NoPaper(_("Aucune heure validée dans cette période."))
    if why := await refusal(found, volunteer_id):
        raise NoPaper(why)
    assert signatory, "refusal() says it when nobody can sign"
    return signatory


async def _made(wanted: Wanted, signatory: Signatory, actor: Actor) -> Attestation:
    """The new row: first its hours are frozen, then written down as they can never change any more."""
    code = codes.new()
    before = await queries.found(wanted.person.id, wanted.body, wanted.first, wanted.last)
    await freezing.freeze([entry.id for entry in before.entries], actor.hand.id, f"attestation:{code}")
    found = await queries.found(wanted.person.id, wanted.body, wanted.first, wanted.last)
    found.entries = [entry for entry in found.entries if entry.is_frozen]
    if not found.entries:
        raise NoPaper(_("Aucune heure validée dans cette période."))
    with speaking("fr"):
        said = _content(wanted, found, signatory, await _kind_of(wanted.body))
    paper = await Attestation.create(
        code=code, person=wanted.person, organisation_id=wanted.body.organisation_id,
        initiative_id=wanted.body.initiative_id, first_day=wanted.first, last_day=wanted.last, minutes=said.minutes,
        content=said.model_dump(mode="json"), issued_by=actor.hand, issued_at=clock.now(),
    )  # fmt: skip
    await letters.issued(paper, said, wanted.person, signatory.person, actor)
    return paper


async def _kind_of(body: Body) -> str:
    """What the body is, in words: « Association », « Initiative portée par Les Jardins du Carron »."""
    if body.organisation:
        return kind_labels()[body.organisation.kind]
    initiative = await Initiative.get(id=body.initiative_id or 0).select_related("organisation")
    carrier = initiative.organisation
    return _("Initiative portée par %(who)s", who=carrier.name) if carrier else _("Initiative d’habitants")


def _content(wanted: Wanted, found: Found, signatory: Signatory, kind: str) -> Content:
    organisation = wanted.body.organisation
    commune = organisation.commune if organisation else None
    return Content(
        name=wanted.person.name, body=wanted.body.name, body_kind=kind,
        body_place=commune.label if commune else "", lines=found.lines,
        skills=skills.said(list(content.skills(found.entries))), entries=[entry.id for entry in found.entries],
        signatory=signatory.person.name, function=signatory.function,
    )  # fmt: skip


async def revoke(paper: Attestation, reason: str, actor: Actor) -> None:
    """Take a paper back: it says so from now on, wherever it is. Once; its hours stay frozen, another may be issued.

    Raises Invalid for a reason with the volunteer's name in it: everybody reads the reason, nobody the name.
    """
    name = Content.model_validate(paper.content).name if not paper.is_erased else ""
    if {word for word in words(name) if len(word) > 2} & set(words(reason)):
        raise Invalid(_("Dites la raison sans le nom de la personne : tout le monde peut la lire."), field="reason")
    async with transaction():
        if await _take_back(paper, reason):
            await audit(actor, "attestation_revoked", f"attestation:{paper.id}", code=paper.code)
            await letters.revoked(paper, reason)


async def _take_back(paper: Attestation, reason: str) -> bool:
    rows = Attestation.filter(id=paper.id, revoked_at__isnull=True)
    return bool(await rows.update(revoked_at=clock.now(), revoked_reason=reason))


async def erase(person_id: int) -> int:
    """Forget whose papers these were and what they said (PRODUCT A5); their codes say that they no longer exist.

    In the caller's transaction or one of its own; answers how many. The days and the sum stay, as in the ledger.
    """
    async with database.joined():
        own = Attestation.filter(person_id=person_id)
        with speaking("fr"):
            gone = _("Raison effacée avec les données de la personne.")
        await own.filter(revoked_at__isnull=False).update(revoked_reason=gone)
        return int(await own.update(person_id=None, content={}))
