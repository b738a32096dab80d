"""The mails of a gathering that changes, queued in the transaction of what they tell."""

from datetime import datetime

from civic import mail
from civic.events.calendar import ics
from civic.events.models import Event
from civic.events.queries import comers
from civic.i18n import speaking
from civic.web.formats import moment


async def changed(event: Event, old_start: datetime, old_place: str) -> None:
    """Old and new, to who comes, with the calendar file one step further."""
    for person in await comers(event):
        with speaking(person.locale):
            words = {"old": moment(old_start), "when": moment(event.starts_at), "old_place": old_place}
        await mail.send(
            "civic/event_changed", to=str(person.email), key=f"event-{event.id}-{event.version}-{person.id}",
            locale=person.locale, calendar=ics(event).decode(), reader=person.name, title=event.title,
            place=event.place, slug=event.slug, **words,
        )  # fmt: skip


async def cancelled(event: Event, reason: str) -> None:
    """The reason, to who meant to come; the calendar entry goes too."""
    for person in await comers(event):
        with speaking(person.locale):
            when = moment(event.starts_at)
        await mail.send(
            "civic/event_cancelled", to=str(person.email), key=f"event-{event.id}-cancelled-{person.id}",
            locale=person.locale, calendar=ics(event).decode(), reader=person.name, title=event.title, reason=reason,
            when=when,
        )  # fmt: skip
