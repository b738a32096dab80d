"""A sign-up without the words of whose it was: the place in the past stays, for the totals (PRODUCT A5)."""

from datetime import datetime

from civic import clock, database
from civic.people.models import Person
from volunteering.signups import service
from volunteering.signups.models import COMING, GuardianConsent, Signup


async def erase(person: Person) -> None:
    """Her places to come are given back, her words and her guardian's data blanked, also where she is the guardian.

    Harmless when repeated.
    """
    for signup in await Signup.filter(
        person_id=person.id, status__in=COMING, shift__starts_at__gt=clock.now()
    ).order_by("id"):  # fmt: skip
        await service.step_back(signup, None, cause="erased")
    async with database.transaction():
        ids = await Signup.filter(person_id=person.id).values_list("id", flat=True)
        await Signup.filter(person_id=person.id).update(reason="", skills=[], wants_lift=False)
        await _blank(signup_id__in=ids)
        if person.email:
            await _blank(email=person.email)


async def forget_reasons(until: datetime) -> None:
    """Why somebody could not come is nobody's business any more, for shifts that ended before then (UTC)."""
    rows = await Signup.filter(shift__ends_at__lt=until).exclude(reason="").limit(1000).values_list("id", flat=True)
    await Signup.filter(id__in=rows).update(reason="")


async def _blank(**whose: object) -> None:
    """That and when consent was given stays."""
    rows = GuardianConsent.filter(erased_at__isnull=True, **whose)
    await rows.update(age=None, name="", email="", erased_at=clock.now())
