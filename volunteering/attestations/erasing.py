"""What papers forget and hand out when a person asks (PRODUCT A5)."""

from typing import Any

from civic.people.models import Person
from volunteering.attestations import service
from volunteering.attestations.models import EngagementLetter, EngagementSilence


async def erasures(person: Person) -> None:
    """Her papers say that they no longer exist; reminders and her wish to get none are deleted. May be repeated."""
    await service.erase(person.id)
    for model in (EngagementLetter, EngagementSilence):
        await model.filter(person_id=person.id).delete()


async def personal_data(person: Person) -> dict[str, list[dict[str, Any]]]:
    """The reminders she got and since when she wants none. (Her papers go out with the rest of volunteering.)"""
    letters = await EngagementLetter.filter(person_id=person.id).order_by("id")
    silences = await EngagementSilence.filter(person_id=person.id)
    return {
        "engagement_letters": [{"year": one.year, "occasion": one.occasion, "sent_at": one.sent_at} for one in letters],
        "engagement_silence": [{"since": one.since} for one in silences],
    }
