"""Prepare an assembly with its resolutions (S6).

With `voting` and `calling_again`, the only writer of this slice's rows.
"""

from datetime import datetime, timedelta
from typing import Any

from civic import clock
from civic.assemblies import queries, words
from civic.assemblies.forms import AssemblyForm, ElectionForm, ResolutionForm, RulesForm
from civic.assemblies.models import Assembly, Casting, Resolution, ResolutionKind
from civic.committees.models import Committee
from civic.database import retrying, transaction
from civic.errors import DomainError, Gone, Invalid
from civic.i18n import _
from civic.meetings import agenda
from civic.meetings import service as meetings
from civic.meetings.forms import ItemForm, MeetingForm
from civic.meetings.models import ItemKind
from civic.people.actor import Actor

USUAL_MINUTES = 10
SECOND_CALL_WITHIN = timedelta(days=90)


@retrying
async def prepare(actor: Actor, committee: Committee, wish: AssemblyForm, form_key: str) -> Assembly:
    """Prepare the ordinary assembly of a body: its meeting, and the points with which each begins (S6).

    The same form sent again answers the same assembly. Raises Invalid for a moment that is over, for a second call
    more than 90 days after the first, or unknowingly while another is prepared for the same year; DomainError for a
    committee that is no body of the network.
    """
    if not committee.is_body:
        raise DomainError(_("Une assemblée générale réunit le conseil d’administration ou l’assemblée générale."))
    check_second_call(wish, wish.starts_at)
    async with transaction():
        meeting = await meetings.draft(actor, committee, _meeting_of(wish), form_key)
        known = await Assembly.get_or_none(meeting_id=meeting.id)
        if known is None:
            await _check_year(committee, wish)
            known = await Assembly.create(
                meeting=meeting, year=wish.year, second_at=wish.second_at, second_percent=wish.second_percent,
                created_at=clock.now(),
            )  # fmt: skip
            for point in _first_points():
                await agenda.add(meeting, point)
    known.meeting = meeting
    return known


async def _check_year(committee: Committee, wish: AssemblyForm) -> None:
    if not wish.another and wish.year in {one.year for one in await queries.in_preparation(committee)}:
        said = _("Une assemblée se prépare déjà pour cet exercice : cochez la case pour en préparer une autre.")
        raise Invalid(said, field="another")


def _meeting_of(wish: AssemblyForm) -> MeetingForm:
    return MeetingForm(
        title=words.title_for(wish.year), starts_at=wish.starts_at, lasts=wish.lasts, place=wish.place,
        quorum_percent=wish.quorum_percent, proxies_most=wish.proxies_most, notice_days=wish.notice_days,
    )  # fmt: skip


def _first_points() -> list[ItemForm]:
    return [
        ItemForm(title=_("Accueil, feuille de présence, pouvoirs et quorum"), kind=ItemKind.INFORMATION, minutes=15),
        ItemForm(title=_("Président et secrétaire de séance"), kind=ItemKind.INFORMATION, minutes=5),
    ]


def check_second_call(wish: RulesForm, first: datetime | None) -> None:
    """Raise Invalid for a second call that does not follow the first soon enough to have the same agenda."""
    if wish.second_at and first and not first < wish.second_at <= first + SECOND_CALL_WITHIN:
        raise Invalid(_("La seconde convocation vient après la première, dans les 90 jours."), field="second_at")


@retrying
async def set_rules(assembly: Assembly, wish: RulesForm) -> None:
    """Change the year or the second call. Raises Invalid as `prepare`, Gone once the meeting has begun."""
    check_second_call(wish, assembly.meeting.starts_at)
    async with transaction():
        await meetings.locked(assembly.meeting_id, meetings.BEFORE)
        await Assembly.filter(id=assembly.id).update(**wish.model_dump())


@retrying
async def add_usual(assembly: Assembly, kinds: list[ResolutionKind]) -> int:
    """Put usual resolutions on the agenda, in the usual order, each with its usual wording; how many were not there
    yet. Raises Gone once the meeting has begun."""
    added = 0
    async with transaction():
        await meetings.locked(assembly.meeting_id, meetings.BEFORE)
        known = {one.kind for one in await Resolution.filter(assembly_id=assembly.id)}
        for kind in words.USUAL:
            if kind in kinds and kind not in known:
                wish = ResolutionForm(
                    title=words.title_of(kind), wording=words.wording_of(kind, assembly.year),
                    minutes=words.MINUTES.get(kind, USUAL_MINUTES),
                )  # fmt: skip
                await _append(assembly, kind, wish)
                added += 1
    return added


@retrying
async def add(assembly: Assembly, wish: ResolutionForm | ElectionForm) -> Resolution:
    """Put a resolution or an election at the end of the agenda. Raises Invalid as `check_election`, Gone once the
    meeting has begun."""
    async with transaction():
        await meetings.locked(assembly.meeting_id, meetings.BEFORE)
        if isinstance(wish, ElectionForm):
            check_election(wish)
            return await _append(assembly, ResolutionKind.ELECTION, wish)
        return await _append(assembly, ResolutionKind.OTHER, wish)


def check_election(wish: ElectionForm) -> None:
    """Raise Invalid without a candidate."""
    if not wish.candidates:
        raise Invalid(_("Écrivez au moins un nom, un par ligne."), field="candidates")


async def _append(assembly: Assembly, kind: ResolutionKind, wish: ResolutionForm | ElectionForm) -> Resolution:
    item = await agenda.add(assembly.meeting, _item_of(wish))
    known = await Resolution.get_or_none(item_id=item.id)  # the same form sent twice
    if known:
        return known
    return await Resolution.create(assembly_id=assembly.id, item=item, kind=kind, **_terms(wish))


@retrying
async def rewrite(assembly: Assembly, resolution: Resolution, wish: ResolutionForm | ElectionForm) -> None:
    """Change a resolution. Raises Invalid as `add`, Gone once it is voted."""
    async with transaction():
        await meetings.locked(assembly.meeting_id, agenda.OPEN)
        waiting = Resolution.filter(id=resolution.id, counted_at__isnull=True, item__decision_id__isnull=True)
        if not await waiting.exists():
            raise Gone(_("Cette résolution est votée, ou son vote est prêt : elle ne change plus."))
        if isinstance(wish, ElectionForm):
            check_election(wish)
        await agenda.rewrite(assembly.meeting, resolution.item, _item_of(wish))
        await Resolution.filter(id=resolution.id).update(**_terms(wish))


@retrying
async def remove(assembly: Assembly, resolution: Resolution) -> None:
    """Take a resolution off the agenda. Raises Gone once the meeting has begun."""
    async with transaction():
        await meetings.locked(assembly.meeting_id, meetings.BEFORE)
        await agenda.remove(assembly.meeting, resolution.item)


def _item_of(wish: ResolutionForm | ElectionForm) -> ItemForm:
    """The point of the agenda: the convocation says the wording, and who stands."""
    explanation = wish.wording
    if isinstance(wish, ElectionForm) and wish.candidates:
        explanation += "\n\n" + _("Candidatures : %(names)s.", names=" · ".join(wish.candidates))
    return ItemForm(title=wish.title, kind=ItemKind.DECISION, minutes=wish.minutes, explanation=explanation)


def _terms(wish: ResolutionForm | ElectionForm) -> dict[str, Any]:
    if isinstance(wish, ElectionForm):
        secret = {"casting": Casting.SECRET, "places": wish.places, "candidates": wish.candidates}
        return {"wording": wish.wording, **secret}
    return {"wording": wish.wording, "majority": wish.majority, "casting": wish.casting}
