"""What people do with the ledger of hours. The only writer of its rows, with `proposing` and `freezing` beside it.

Each change is a conditional update: an entry that changed since it was read is not changed again, and every change
leaves a row of history. Nobody validates her own hours, whoever she is (docs/decisions/0021).
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from tortoise.exceptions import IntegrityError
from tortoise.functions import Sum

from civic import clock, database
from civic.contributions import service as contributions
from civic.errors import DomainError, Invalid
from civic.i18n import _
from civic.initiatives.models import Initiative
from civic.needs.models import NeedKind
from civic.people import service as people
from civic.people.actor import Actor, must_be_another
from civic.people.models import Person
from volunteering.hours import letters
from volunteering.hours.models import (
    AGREED,
    MOST_MINUTES,
    PENDING,
    EntryStatus,
    HoursChange,
    HoursEntry,
    TimeKind,
)
from volunteering.hours.words import duration
from volunteering.signups.models import Signup, SignupStatus

OLDEST = timedelta(days=366)
"""So far back a person may still say what she gave."""


class Changed(DomainError):
    """The entry is no longer what it was on the page."""


@dataclass(slots=True, frozen=True)
class Gift:
    """What a person says she gave: minutes, on one day, in her words."""

    kind: TimeKind
    day: date
    minutes: int
    title: str
    note: str = ""


async def propose(initiative: Initiative, person: Person, gift: Gift, actor_id: int) -> HoursEntry:
    """« J’ai aussi donné 2 h »: the person's own proposal. The same words again are the same entry.

    Raises Invalid for a day to come or more than a year ago, for more than 24 hours on one day, and when just these
    have been refused: a correction answers that.
    """
    today = clock.today()
    if gift.day > today:
        raise Invalid(_("Ce jour n’est pas encore passé."), field="day")
    if gift.day < today - OLDEST:
        raise Invalid(_("C’était il y a plus d’un an : ce n’est plus possible ici."), field="day")
    try:
        return await _propose_once(initiative, person, gift, actor_id)
    except IntegrityError:
        same = await HoursEntry.get_or_none(said_key=_key(initiative, person, gift))
        if same is None:
            raise
        return _not_refused(same)


@database.retrying
async def _propose_once(initiative: Initiative, person: Person, gift: Gift, actor_id: int) -> HoursEntry:
    present = clock.now()
    async with database.transaction():
        await people.hold(person.id)
        if same := await HoursEntry.get_or_none(said_key=_key(initiative, person, gift)):
            return _not_refused(same)
        await _check_day(person.id, gift.day, gift.minutes)
        entry = await HoursEntry.create(
            person=person, initiative=initiative, organisation_id=_organisation_of(initiative), title=gift.title,
            said_key=_key(initiative, person, gift), kind=gift.kind, day=gift.day, minutes=gift.minutes,
            proposed_minutes=gift.minutes, note=gift.note, created_at=present, updated_at=present,
        )  # fmt: skip
        await write_down(entry, "", "by_person", actor_id)
    return entry


def _not_refused(same: HoursEntry) -> HoursEntry:
    if same.status == EntryStatus.REFUSED:
        raise Invalid(_("Ces heures n’ont pas été validées. Corrigez-les dans la liste, avec un mot."), field="title")
    return same


def _key(initiative: Initiative, person: Person, gift: Gift) -> str:
    """The same for the same words: what makes two sendings of a form one entry."""
    words = (person.id, initiative.id, gift.kind.value, gift.day, gift.minutes, gift.title)
    return hashlib.sha256("|".join(map(str, words)).encode()).hexdigest()


async def correct(entry: HoursEntry, minutes: int, note: str, actor_id: int) -> None:
    """The person says another number, with a word; a coordinator looks at it again.

    Raises DomainError once the hours are frozen, Invalid for more than 24 hours on one day.
    """
    if entry.is_frozen:
        raise DomainError(_("Ces heures figurent sur un papier déjà remis : elles ne changent plus."))
    if not entry.may_be_corrected:
        raise DomainError(_("Ces heures ne comptent plus. Proposez-en d’autres si besoin."))
    async with database.transaction():
        if entry.person_id:
            await people.hold(entry.person_id)
        await _check_day(entry.person_id, entry.day, minutes, but=entry.id)
        await move(entry, EntryStatus.CORRECTED, "by_person", actor_id, minutes=minutes, note=note, answer="")
        await _count_as_given(entry)


async def withdraw(entry: HoursEntry, actor_id: int) -> None:
    """The person takes back what she proposed herself. Raises DomainError for hours from a list, or agreed ones."""
    if entry.signup_ref is not None or not (entry.is_pending or entry.status == EntryStatus.REFUSED):
        raise DomainError(_("Ces heures ne se retirent pas. Vous pouvez les corriger."))
    async with database.transaction():
        await move(entry, EntryStatus.WITHDRAWN, "by_person", actor_id, said_key=None)


async def validate(entry: HoursEntry, minutes: int, actor: Actor) -> None:
    """A coordinator agrees to the number she saw. Raises Forbidden for her own hours, Changed when it has changed."""
    must_be_another(actor, entry.person_id, _("Vos propres heures sont validées par une autre personne."))
    if entry.is_agreed and entry.minutes == minutes:
        return
    if not entry.is_pending or entry.minutes != minutes:
        raise _changed()
    async with database.transaction():
        await move(
            entry, EntryStatus.VALIDATED, "validated", actor.hand.id, validated_by_id=actor.hand.id,
            validated_at=clock.now(), answer="",
        )  # fmt: skip
        await _count_as_given(entry)


async def validate_all(initiative_id: int, seen: Mapping[int, int], actor: Actor) -> tuple[int, int]:
    """Agree to all that was on the page, each entry with the minutes it had there.

    Answers how many were validated and how many were left: her own, and those that changed meanwhile.
    """
    own = {actor.person.id, actor.hand.id}
    done = 0
    rows = HoursEntry.filter(id__in=list(seen) or [0], initiative_id=initiative_id, status__in=PENDING)
    for entry in await rows.order_by("id").select_related("initiative"):
        if entry.person_id in own or entry.minutes != seen[entry.id]:
            continue
        try:
            await validate(entry, seen[entry.id], actor)
        except Changed:
            continue
        done += 1
    return done, len(seen) - done


async def refuse(entry: HoursEntry, answer: str, actor: Actor) -> None:
    """A coordinator does not agree, and says why; the person is told and may answer by a correction.

    Raises Forbidden for her own hours, DomainError once they are frozen, Changed when they have just changed.
    """
    must_be_another(actor, entry.person_id, _("Vos propres heures sont validées par une autre personne."))
    if entry.is_frozen:
        raise DomainError(_("Ces heures figurent sur un papier déjà remis : elles ne changent plus."))
    if not (entry.is_pending or entry.is_agreed):
        raise _changed()
    async with database.transaction():
        change = await move(entry, EntryStatus.REFUSED, "refused", actor.hand.id, answer=answer)
        await _count_as_given(entry)
        await letters.refused(entry, change)


async def agree_after_all(entry: HoursEntry, minutes: int, actor: Actor) -> None:
    """A coordinator takes her refusal back and agrees to the number she saw; the person, who was told no, is told.

    Raises Forbidden for her own hours, Changed once they are no longer refused, Invalid when the day is full meanwhile.
    """
    must_be_another(actor, entry.person_id, _("Vos propres heures sont validées par une autre personne."))
    if entry.status != EntryStatus.REFUSED or entry.minutes != minutes:
        raise _changed()
    async with database.transaction():
        if entry.person_id:
            await people.hold(entry.person_id)
        await _check_day(entry.person_id, entry.day, minutes, but=entry.id)
        change = await move(
            entry, EntryStatus.VALIDATED, "agreed_after_all", actor.hand.id, validated_by_id=actor.hand.id,
            validated_at=clock.now(), answer="",
        )  # fmt: skip
        await _count_as_given(entry)
        await letters.agreed_after_all(entry, change)


async def forget(person_id: int) -> None:
    """A person has her data erased: her name and words go, the minutes stay in the totals, also frozen ones."""
    async with database.transaction():
        own = HoursEntry.filter(person_id=person_id)
        said = [row.id for row in await own.filter(signup_ref__isnull=True)]
        await own.update(person_id=None, said_key=None, note="", answer="", updated_at=clock.now())
        await HoursEntry.filter(id__in=said or [0]).update(title="")


async def move(
    entry: HoursEntry, after: EntryStatus, reason: str, actor_id: int | None, **values: Any
) -> HoursChange:  # fmt: skip
    """Change the state of an entry as it was read, and write it down. Raises Changed when it has changed since."""
    known = {"id": entry.id, "status": entry.status, "minutes": entry.minutes}
    changed = await HoursEntry.filter(**known).update(status=after, updated_at=clock.now(), **values)
    if not changed:
        raise _changed()
    before, entry.status = entry.status.value, after
    entry.update_from_dict(values)
    return await write_down(entry, before, reason, actor_id)


async def write_down(entry: HoursEntry, before: str, reason: str, actor_id: int | None) -> HoursChange:
    """A row of history: from `before` (empty for a new entry) to what the entry says now."""
    return await HoursChange.create(
        entry=entry, before=before, after=entry.status.value, minutes=entry.minutes, actor_id=actor_id, reason=reason,
        at=clock.now(),
    )  # fmt: skip


async def _count_as_given(entry: HoursEntry) -> None:
    """Agreed hours are a contribution of time; those from a list count by her attendance as well, while it stands."""
    if entry.person_id is None:
        return
    of_list = entry.signup_ref is not None
    source = f"signup:{entry.signup_ref}" if of_list else f"hours:{entry.id}"
    if entry.status in AGREED:
        await contributions.contribute(entry.person_id, entry.initiative_id, NeedKind.TIME, source)
    elif not of_list or not await Signup.filter(id=entry.signup_ref, status=SignupStatus.ATTENDED).exists():
        await contributions.revoke(source)


async def minutes_noted(person_id: int | None, day: date, *, but: int = 0) -> int:
    """How many minutes of one day stand in her name, agreed or not; `but` leaves one entry out."""
    others = HoursEntry.filter(person_id=person_id, day=day).exclude(
        status__in=(EntryStatus.REFUSED, EntryStatus.WITHDRAWN)
    )
    found = await others.exclude(id=but).annotate(total=Sum("minutes")).values_list("total", flat=True)
    return int(str(found[0] or 0)) if found else 0


async def _check_day(person_id: int | None, day: date, minutes: int, *, but: int = 0) -> None:
    """Nobody gives more than a day's hours on one day."""
    already = await minutes_noted(person_id, day, but=but)
    if already + minutes > MOST_MINUTES:
        raise Invalid(
            _("Cela ferait plus de 24 h ce jour-là : %(n)s sont déjà notées.", n=duration(already)), field="hours"
        )


def _organisation_of(initiative: Initiative) -> int | None:
    found: int | None = getattr(initiative, "organisation_id", None)
    return found


def _changed() -> Changed:
    return Changed(_("Ces heures viennent de changer. Regardez à nouveau."))
