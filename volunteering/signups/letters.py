"""The mails of a sign-up, queued in the transaction of what they tell; each change is told once.

The reader's language is the person's, not the writer's. Who left no address (counter) gets none.
"""

from datetime import datetime
from typing import Any

from civic import mail
from civic.i18n import speaking
from civic.initiatives.queries import leads_of
from civic.people import links
from civic.people.models import Person
from civic.places.models import Commune
from civic.web import urls
from civic.web.formats import moment
from volunteering.missions.models import Mission
from volunteering.missions.words import when, where
from volunteering.shifts.models import Shift, ShiftRole
from volunteering.shifts.moments import Reminder
from volunteering.shifts.words import rule_of
from volunteering.signups import calendars, told
from volunteering.signups.models import GuardianConsent, Signup, SignupChange, SignupStatus
from volunteering.signups.queries import position

LINK, GUARDIAN = "signup", "guardian"
_STANDS = {SignupStatus.WAITING: "waiting", SignupStatus.HELD: "minor_held"}
"""The mail that says where she stands, when it is not that she comes."""
WHOLE = ("person", "role", "shift__mission__commune", "shift__mission__contact")
"""What must be read with a sign-up so that its mails can be written."""


def token_of(signup: Signup) -> str:
    """The secret of the link that confirms, shows and cancels this sign-up."""
    return links.make(LINK, signup.id)


def guardian_token(consent: GuardianConsent) -> str:
    """The secret of the guardian's link."""
    return links.make(GUARDIAN, consent.id)


async def ics(signup: Signup) -> str:
    """The sign-up as a calendar file to download. Needs the shift, its mission and the mission's commune."""
    return await calendars.file_for(signup, _href(signup))


def _href(signup: Signup) -> str:
    return urls.absolute("signups.show", token=token_of(signup))


async def taken(signup: Signup, change: SignupChange, known: dict[str, Any]) -> None:
    """What happens next, to somebody who has just signed up; `known`: her `rank`, her `guardian`, if known already."""
    if signup.confirmed_at is None:
        await _send("confirm", signup, f"confirm-{change.id}", extra=known)
    else:
        await settled(signup, signup.status, change, known)


async def again(signup: Signup, key: str) -> None:
    """Where she stands once more, to somebody who signed up twice; at most once per form."""
    name = "offered" if signup.is_offered else "confirm" if signup.awaits_link else _STANDS.get(signup.status, "coming")
    await _send(name, signup, f"again-{key}")


async def settled(
    signup: Signup, status: SignupStatus, change: SignupChange, known: dict[str, Any] | None = None
) -> None:
    """She comes, with the calendar file; or she waits, with her rank; or her guardian has yet to agree."""
    name = _STANDS.get(status, "coming")
    await _send(name, signup, f"settled-{change.id}", with_calendar=name == "coming", extra=known)


async def offered(signup: Signup, change: SignupChange) -> None:
    """A place is kept for her until she answers, or until then; in a stand-in's case somebody's place."""
    await _send("offered", signup, f"offered-{change.id}")


async def place_free(signup: Signup, news: str) -> None:
    """In the last hours: a place is free, the first who takes it has it. Once for each place (`news`)."""
    await _send("place_free", signup, f"free-{news}")


async def withdrawn(signup: Signup, change: SignupChange) -> None:
    """What was offered is no longer to be had: she keeps her rank."""
    await _send("withdrawn", signup, f"withdrawn-{change.id}")


async def lapsed(signup: Signup, change: SignupChange) -> None:
    """The time to answer is over, hers or her guardian's. An address that nobody confirmed may be nobody's: no mail."""
    if signup.confirmed_at is not None:
        silent = change.before == SignupStatus.HELD
        await _send("lapsed", signup, f"lapsed-{change.id}", extra={"guardian_silent": silent})


async def stood_in(signup: Signup, change: SignupChange, rest: int) -> None:
    """Somebody comes in her place: she is free, or `rest` of her group are still counted on."""
    await _send("stood_in", signup, f"stood-in-{change.id}", with_calendar=not rest, extra={"rest": rest})


async def ask_guardian(consent: GuardianConsent, signup: Signup) -> None:
    """A parent is asked to agree, in the family's language: what, where, when, who is in charge."""
    whole = await _whole(signup)
    with speaking(whole.person.locale):
        context = _words(whole, 0)
    await mail.send(
        "volunteering/guardian", to=consent.email, key=f"guardian-{consent.id}", locale=whole.person.locale,
        **{**context, "reader": consent.name, "person": whole.person.name, "token": guardian_token(consent)},
    )  # fmt: skip


async def guardian_receipt(consent: GuardianConsent, signup: Signup, *, agreed: bool, said: str) -> None:
    """What a parent said just now (`said`), to keep, with the link to say otherwise. Nobody to write to: no mail."""
    if not consent.email:
        return
    whole = await Signup.get(id=signup.id).select_related(*WHOLE)
    with speaking(whole.person.locale):
        context = _words(whole, 0) | {"waits": whole.status == SignupStatus.WAITING}
    await mail.send(
        "volunteering/guardian_receipt", to=consent.email, key=f"guardian-{consent.id}-said-{said}",
        locale=whole.person.locale, agreed=agreed,
        **{**context, "reader": consent.name, "person": whole.person.name, "token": guardian_token(consent)},
    )  # fmt: skip


async def guardian_said_no(signup: Signup, change: SignupChange) -> None:
    """Her guardian does not agree: the place is given back."""
    await _send("guardian_no", signup, f"guardian-no-{change.id}")


async def cancelled(signup: Signup, change: SignupChange) -> None:
    """She has stepped back; the calendar entry goes too."""
    await _send(
        "cancelled", signup, f"cancelled-{change.id}", with_calendar=change.before == "confirmed",
        extra={"before": change.before},
    )  # fmt: skip


async def late_news(signup: Signup, change: SignupChange, missing: int) -> None:
    """Shortly before the shift somebody gave a place back: those who run it learn why, to organise themselves."""
    whole = await Signup.get(id=signup.id).select_related("person", "shift__mission")
    shift, mission = whole.shift, whole.shift.mission
    for lead in await leads_of(mission.initiative_id):
        if not lead.email or lead.id == whole.person_id:
            continue
        with speaking(lead.locale):
            said = when(shift.starts_at, shift.ends_at)
        await mail.send(
            "volunteering/late_news", to=lead.email, key=f"late-{change.id}-{lead.id}", locale=lead.locale,
            reader=lead.name, person=whole.person.short_name, title=mission.title, when=said, reason=whole.reason,
            party=missing, slug=mission.slug, shift_id=shift.id,
        )  # fmt: skip


async def called_off(signup: Signup, change: SignupChange) -> None:
    """The shift does not take place."""
    await _send("shift_cancelled", signup, f"called-off-{change.id}", with_calendar=change.before == "confirmed")


async def restored(signup_id: int, change: SignupChange) -> None:
    """The shift takes place after all: does she still come? Or she waits again, at this rank."""
    whole = await Signup.get(id=signup_id).select_related(*WHOLE)
    await _send("shift_restored", whole, f"restored-{change.id}")


async def queue_closed(signup: Signup, change: SignupChange) -> None:
    """The mission takes nobody any more: who waited need not wait. Nothing to an address that nobody confirmed."""
    if signup.confirmed_at is not None:
        await _send("queue_closed", signup, f"queue-closed-{change.id}")


async def changed(signup: Signup, fallback: dict[str, str]) -> None:
    """What is new for her, old and new, if it is worth a message; `fallback` is what she knew if nobody noted it."""
    with speaking(signup.person.locale):
        news = await told.news_for(signup, fallback)
    if not news:
        return
    extra = {"old": news.hours, "old_place": news.place, "new_note": news.note}
    confirmed = signup.status == SignupStatus.CONFIRMED
    await _send("shift_changed", signup, f"changed-{signup.shift.sequence}", with_calendar=confirmed, extra=extra)


async def reminder(signup: Signup, kind: Reminder, start: datetime) -> None:
    """Two days, or some hours, before: what, where, who to call, her code. Once for these hours."""
    await _send(f"reminder_{kind}", signup, f"reminder-{kind}-{start.isoformat()}")


async def _send(
    name: str, signup: Signup, key: str, *, with_calendar: bool = False, extra: dict[str, Any] | None = None
) -> None:
    whole = await _whole(signup)
    person = whole.person
    if not person.email:
        return
    said = {"rank": 0, "guardian": "", **(extra or {})}
    if "rank" not in (extra or {}) and whole.status == SignupStatus.WAITING:
        said["rank"] = await position(whole)
    if "guardian" not in (extra or {}) and name in ("minor_held", "confirm"):
        said["guardian"] = await _guardian(whole)
    with speaking(person.locale):
        context = _words(whole, 0) | said
        attached = await calendars.invitation_to(whole, _href(whole)) if with_calendar else None
    await mail.send(
        f"volunteering/{name}", to=person.email, key=f"signup-{whole.id}-{key}", locale=person.locale,
        calendar=attached, **context,
    )  # fmt: skip
    await told.remember(whole)


async def _guardian(signup: Signup) -> str:
    consent = await GuardianConsent.get_or_none(signup_id=signup.id)
    return consent.name if consent else ""


async def _whole(signup: Signup) -> Signup:
    """The sign-up with all that its mails say; read again only when something of it is not there yet."""
    if isinstance(signup.person, Person) and isinstance(signup.shift, Shift):
        mission = signup.shift.mission
        known = isinstance(mission, Mission) and isinstance(mission.commune, Commune | None)
        if known and isinstance(mission.contact, Person | None) and isinstance(signup.role, ShiftRole | None):
            return signup
    return await Signup.get(id=signup.id).select_related(*WHOLE)


def _words(signup: Signup, rank: int) -> dict[str, Any]:
    """What the templates say, in the language that is being spoken."""
    shift, mission = signup.shift, signup.shift.mission
    return {
        "reader": signup.person.name, "title": mission.title, "when": when(shift.starts_at, shift.ends_at),
        "where": where(mission), "bring": mission.bring, "note": shift.note, "reason": shift.reason,
        "contact": mission.contact.short_name if mission.contact else "", "contact_note": mission.contact_note,
        "until": moment(signup.hold_until) if signup.hold_until else "", "rank": rank, "slug": mission.slug,
        "token": token_of(signup), "code": signup.code, "lift": signup.wants_lift,
        "confirmed": signup.confirmed_at is not None, "party": signup.party,
        "group": signup.awaits_link_alone,
        "role": signup.role.title if signup.role else "",
        "stands_in": signup.is_offered and signup.replaces_id is not None, "rule": rule_of(shift),
    }  # fmt: skip
