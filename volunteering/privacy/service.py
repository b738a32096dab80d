"""Hand out, forget, erase. Every verb may be repeated."""

from datetime import timedelta
from typing import Any

from tortoise.expressions import Q

from civic import clock
from civic.people.models import Person
from civic.settings import settings
from volunteering.attestations import service as attestations
from volunteering.attestations.models import Attestation, EngagementLetter, EngagementSilence
from volunteering.boards.models import ShiftMessage
from volunteering.calls.models import RescueCall
from volunteering.feeds.models import CalendarFeed
from volunteering.hours import service as hours
from volunteering.hours.models import HoursEntry
from volunteering.lifts.models import Lift
from volunteering.missions.models import Mission
from volunteering.signups import erasing
from volunteering.signups.models import GuardianConsent, Signup
from volunteering.volunteers.calling import REST
from volunteering.volunteers.models import Volunteer


async def erasures(person: Person) -> None:
    """She has her data erased: places to come are given back, her words go, what totals are made of stays."""
    await erasing.erase(person)
    await hours.forget(person.id)
    await attestations.erase(person.id)
    await ShiftMessage.filter(author_id=person.id).update(author_id=None, text="")
    await Mission.filter(contact_id=person.id).update(contact_id=None, contact_note="")
    await Lift.filter(signup_id__in=await _ids(Signup, person)).delete()
    for model in (RescueCall, Volunteer, CalendarFeed, EngagementLetter, EngagementSilence):
        await model.filter(person_id=person.id).delete()


async def _ids(model: type[Signup], person: Person) -> list[int]:
    return [int(str(one)) for one in await model.filter(person_id=person.id).values_list("id", flat=True)]


async def personal_data(person: Person) -> dict[str, list[dict[str, Any]]]:
    """All that volunteering keeps about her, by name of the kind; moments in UTC."""
    signups = await Signup.filter(person_id=person.id).order_by("id").select_related("shift__mission", "role")
    lifts = await Lift.filter(signup__person_id=person.id).order_by("id").select_related("commune")
    return {
        "signups": [_signup(row) for row in signups],
        "lifts": [_picked(one, "seats", "note", "created_at") | {"from": one.commune.label} for one in lifts],
        "calls": [
            _picked(one, "shift_id", "asked_at", "answered_at", "answer")
            for one in await RescueCall.filter(person_id=person.id).order_by("id")
        ],
        "wishes": [
            _picked(one, "commune_id", "km", "has_car", "skills", "availabilities", "may_be_called", "called_at")
            for one in await Volunteer.filter(person_id=person.id)
        ],
        "hours": [
            _picked(one, "day", "title", "role_title", "minutes", "status", "note", "answer")
            for one in await HoursEntry.filter(person_id=person.id).order_by("id")
        ],
        "messages": [
            _picked(one, "text", "readers", "at", "sent_at")
            for one in await ShiftMessage.filter(author_id=person.id).order_by("id")
        ],
        "guardian": [
            _picked(one, "name", "email", "age", "asked_at", "given_at", "refused_at")
            for one in await GuardianConsent.filter(
                Q(signup__person_id=person.id) | Q(email=person.email or "-"), erased_at__isnull=True
            ).order_by("id")
        ],
        "attestations": [
            _picked(one, "code", "first_day", "last_day", "minutes", "issued_at", "content")
            for one in await Attestation.filter(person_id=person.id).order_by("id")
        ],
    }


async def forget() -> None:
    """Days after a shift nobody needs to know who was asked, nor why somebody did not come (CIVIC_CONTACT_DAYS)."""
    until = clock.now() - timedelta(days=settings().contact_days)
    old = RescueCall.filter(shift__ends_at__lt=until, asked_at__lt=clock.now() - REST)
    await RescueCall.filter(id__in=await old.values_list("id", flat=True)).delete()
    await erasing.forget_reasons(until)


def _signup(row: Signup) -> dict[str, Any]:
    asked = ("status", "party", "skills", "wants_lift", "reason", "created_at", "confirmed_at")
    kept = _picked(row, *asked, "arrived_at", "came")
    shift = row.shift
    return kept | {
        "mission": shift.mission.title, "role": row.role.title if row.role else "", "starts_at": shift.starts_at,
        "ends_at": shift.ends_at,
    }  # fmt: skip


def _picked(row: Any, *names: str) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}
