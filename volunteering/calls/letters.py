"""The mail of a call, queued in its transaction: who lacks people, what, when, where, and two buttons."""

from civic import mail
from civic.i18n import speaking
from civic.people import links
from civic.people.models import Person
from civic.web import urls
from volunteering.calls.models import RescueCall
from volunteering.calls.queries import LINK
from volunteering.missions.words import when, where
from volunteering.shifts.models import Shift


def token_of(call: RescueCall) -> str:
    """The secret of the link by which she answers."""
    return links.make(LINK, call.id)


async def ask(call: RescueCall, person: Person, shift: Shift) -> None:
    """Would she come? In her own language; told once. Needs the shift's mission, commune and initiative."""
    token, mission = token_of(call), shift.mission
    with speaking(person.locale):
        words = {"when": when(shift.starts_at, shift.ends_at), "where": where(mission)}
    await mail.send(
        "volunteering/rescue", to=str(person.email), key=f"rescue-{call.id}", locale=person.locale,
        unsubscribe=urls.absolute("calls.stop", token=token), reader=person.name, title=mission.title,
        bring=mission.bring, note=shift.note, who=mission.initiative.title, token=token, **words,
    )  # fmt: skip
