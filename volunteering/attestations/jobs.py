"""Reminders of the engagement account: in January last year's total, in June the last weeks to declare; once each."""

from datetime import date

from civic import clock, database, mail
from civic.i18n import speaking
from civic.jobs import Handler, enqueue
from civic.people import links
from civic.web.formats import day_short
from volunteering.attestations import engagement
from volunteering.attestations.models import EngagementSilence, Occasion
from volunteering.hours.words import duration

STOP = "engagement"
"""Purpose of the signed link that stops these letters."""
WINDOWS = {Occasion.JANUARY: ((1, 5), (1, 31)), Occasion.JUNE: ((6, 1), (6, 23))}
"""First and last day (month, day) on which each is sent: a site that slept does not write too late."""
_ONCE = """INSERT INTO engagement_letter (person_id, year, occasion, sent_at) VALUES (?, ?, ?, ?)
ON CONFLICT (person_id, year, occasion) DO NOTHING"""


def occasion_of(today: date) -> Occasion | None:
    """Which reminder this day belongs to, if any."""
    here = (today.month, today.day)
    return next((one for one, (first, last) in WINDOWS.items() if first <= here <= last), None)


async def engagement_reminders_due(**_payload: object) -> None:
    """Twice a day: in the two windows, one job for each person whom last year's hours concern."""
    occasion, year = occasion_of(clock.today()), clock.today().year - 1
    if occasion is None:
        return
    for person_id in await engagement.concerned(year):
        key = f"{occasion.value}-{year}-{person_id}"
        await enqueue("engagement_reminder", key=key, person_id=person_id, year=year, occasion=occasion.value)


async def engagement_reminder(*, person_id: int, year: int, occasion: str) -> None:
    """Write to one person, unless she was written to, left, or said no meanwhile."""
    person = await engagement.person_of(person_id)
    if person is None or not person.email or await EngagementSilence.filter(person_id=person_id).exists():
        return
    if not await database.execute(_ONCE, [person_id, year, occasion, clock.now()]):
        return
    counter = await engagement.count(person_id, year)
    with speaking(person.locale):
        words = {
            "hours": duration(counter.total), "most": duration(counter.most), "until": day_short(counter.declare_by),
            "confirm": day_short(counter.confirm_by),
        }  # fmt: skip
    await mail.send(
        f"volunteering/engagement_{occasion}", to=person.email, key=f"engagement-{occasion}-{year}-{person_id}",
        locale=person.locale, reader=person.name, year=year, reached=counter.reached,
        token=links.make(STOP, person_id), **words,
    )  # fmt: skip


handlers: dict[str, Handler] = {
    "engagement_reminders_due": engagement_reminders_due,
    "engagement_reminder": engagement_reminder,
}
minutes = {"engagement_reminders_due": 720}
