"""The mails of a sign-up, queued in the transaction of what they tell; each change is told once.

The reader's language is the person's, not the writer's. Who left no address (counter) gets none.
"""

from datetime import datetime
from typing import Any

from civic import clock, mail
from civic.i18n import speaking
from civic.people import links
from civic.people.models import Person
from civic.places.models import Commune
from civic.web import urls
from civic.web.formats import moment
from volunteering.missions.models import Mission
from volunteering.missions.words import when, where
from volunteering.shifts.calendars import calendar
from volunteering.shifts.models import Shift
from volunteering.signups.models import GuardianConsent, Signup, SignupChange, SignupStatus
from volunteering.signups.queries import position

LINK, GUARDIAN = "signup", "guardian"


def token_of(signup: Signup) -> str:
    """The secret of the link that confirms, shows and cancels this sign-up."""
    return links.make(LINK, signup.id)


def guardian_token(consent: GuardianConsent) -> str:
    """The secret of the guardian's link."""
    return links.make(GUARDIAN, consent.id)


def ics(signup: Signup) -> str:
    """The sign-up as a calendar file: always the same UID, one step further when the person has stepped back.

    Needs the shift, its mission and the mission's commune.
    """
    shift = signup.shift
    href = urls.absolute("signups.show", token=token_of(signup))
    return calendar(
        shift, shift.mission, uid=f"signup-{signup.id}", href=href, called_off=not signup.is_active,
        steps=0 if signup.is_active else 1,
    )  # fmt: skip


async def taken(signup: Signup, change: SignupChange) -> None:
    """What happens next, to somebody who has just signed up."""
    if signup.confirmed_at is None:
        await _send("confirm", signup, f"confirm-{change.id}")
    else:
        await settled(signup, signup.status, change)


async def again(signup: Signup, key: str) -> None:
    """Her link once more, to somebody who signed up twice; at most once per form."""
    name = "confirm" if signup.awaits_link else "coming" if signup.status != SignupStatus.WAITING else "waiting"
    await _send(name, signup, f"again-{key}")


async def settled(signup: Signup, status: SignupStatus, change: SignupChange) -> None:
    """She comes, with the calendar file; or she waits, with her rank."""
    waits = status == SignupStatus.WAITING
    await _send("waiting" if waits else "coming", signup, f"settled-{change.id}", with_calendar=not waits)


async def offered(signup: Signup, change: SignupChange) -> None:
    """A place is kept for her until she answers, or until then; in a stand-in's case somebody's place."""
    await _send("offered", signup, f"offered-{change.id}", extra={"stands_in": signup.replaces_id is not None})


async def place_free(signup: Signup, shift: Shift) -> None:
    """In the last hours: a place is free, the first who takes it has it. Once for each hour of asking."""
    await _send("place_free", signup, f"free-{shift.id}-{clock.now():%Y%m%d%H}")


async def withdrawn(signup: Signup, change: SignupChange) -> None:
    """What was offered is no longer to be had: she keeps her rank."""
    await _send("withdrawn", signup, f"withdrawn-{change.id}")


async def lapsed(signup: Signup, change: SignupChange) -> None:
    """Her time to answer is over; told to whoever had an offer: an address nobody confirmed may be nobody's."""
    if change.before == SignupStatus.OFFERED:
        await _send("lapsed", signup, f"lapsed-{change.id}")


async def stood_in(signup: Signup, change: SignupChange) -> None:
    """Somebody comes in her place: she is free."""
    await _send("stood_in", signup, f"stood-in-{change.id}", with_calendar=True)


async def ask_guardian(consent: GuardianConsent, signup: Signup) -> None:
    """A parent is asked to agree, in the family's language: what, where, when, who is in charge."""
    whole = await _whole(signup)
    with speaking(whole.person.locale):
        context = _words(whole, 0)
    await mail.send(
        "volunteering/guardian", to=consent.email, key=f"guardian-{consent.id}", locale=whole.person.locale,
        **{**context, "reader": consent.name, "person": whole.person.name, "token": guardian_token(consent)},
    )  # fmt: skip


async def guardian_said_no(signup: Signup, change: SignupChange) -> None:
    """Her guardian does not agree: the place is given back."""
    await _send("guardian_no", signup, f"guardian-no-{change.id}")


async def cancelled(signup: Signup, change: SignupChange) -> None:
    """She has stepped back; the calendar entry goes too."""
    await _send("cancelled", signup, f"cancelled-{change.id}", with_calendar=change.before == "confirmed")


async def called_off(signup: Signup, change: SignupChange) -> None:
    """The shift does not take place."""
    await _send("shift_cancelled", signup, f"called-off-{change.id}", with_calendar=change.before == "confirmed")


async def moved(signup: Signup, old_start: datetime, old_end: datetime, version: int) -> None:
    """The shift has other hours: old and new."""
    confirmed = signup.status == SignupStatus.CONFIRMED
    await _send("shift_changed", signup, f"moved-{version}", with_calendar=confirmed, old=(old_start, old_end))


async def _send(
    name: str, signup: Signup, key: str, *, with_calendar: bool = False,
    old: tuple[datetime, datetime] | None = None, extra: dict[str, Any] | None = None,
) -> None:
    whole = await _whole(signup)
    person = whole.person
    if not person.email:
        return
    rank = await position(whole) if whole.status == SignupStatus.WAITING else 0
    with speaking(person.locale):
        context = _words(whole, rank) | ({"old": when(*old)} if old else {}) | (extra or {})
    await mail.send(
        f"volunteering/{name}", to=person.email, key=f"signup-{whole.id}-{key}", locale=person.locale,
        calendar=ics(whole) if with_calendar else None, **context,
    )  # fmt: skip


async def _whole(signup: Signup) -> Signup:
    """The sign-up with all that its mails say; read again only when something of it is not there yet."""
    if isinstance(signup.person, Person) and isinstance(signup.shift, Shift):
        mission = signup.shift.mission
        known = isinstance(mission, Mission) and isinstance(mission.commune, Commune | None)
        if known and isinstance(mission.contact, Person | None):
            return signup
    return await Signup.get(id=signup.id).select_related(
        "person", "shift__mission__commune", "shift__mission__contact"
    )


def _words(signup: Signup, rank: int) -> dict[str, Any]:
    """What the templates say, in the language that is being spoken."""
    shift, mission = signup.shift, signup.shift.mission
    return {
        "reader": signup.person.name, "title": mission.title, "when": when(shift.starts_at, shift.ends_at),
        "where": where(mission), "bring": mission.bring, "note": shift.note, "reason": shift.reason,
        "contact": mission.contact.short_name if mission.contact else "", "contact_note": mission.contact_note,
        "until": moment(signup.hold_until) if signup.hold_until else "", "rank": rank, "slug": mission.slug,
        "token": token_of(signup), "code": signup.code, "lift": signup.wants_lift,
        "confirmed": signup.confirmed_at is not None,
    }  # fmt: skip
