"""A parent or guardian agrees, by link, that a minor comes (PRODUCT V2).

Civil law lets a minor do everyday acts; an organiser who takes her on asks who holds parental authority (code civil,
art. 371-1 and 388-1-1). We ask for an age, a name and an address, nothing else, and blank them thirty days after the
shift, or after a refusal. The guardian sees what, where, when, and who is in charge.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from civic import clock, database, jobs
from civic.errors import DomainError, Invalid, NotFound, TooMany
from civic.i18n import _
from civic.people import links
from civic.web import limits
from volunteering.shifts.models import Shift
from volunteering.signups import deadlines, letters, queries
from volunteering.signups.models import OVER, GuardianConsent, Signup

MOST, BEFORE = timedelta(hours=72), timedelta(hours=2)
KEPT = timedelta(days=30)
ADULT = 18
DAY_SECONDS, MOST_A_DAY = 86400, 6
"""A family has several children, and a day several shifts."""


@dataclass(slots=True, frozen=True)
class Minor:
    """How old somebody under eighteen is, and who answers for her."""

    age: int
    guardian: str
    email: str


def check(minor: Minor, own_email: str) -> None:
    """The guardian is somebody else. Raises Invalid with the field."""
    if not 6 <= minor.age < ADULT:
        raise Invalid(_("Écrivez un âge de 6 à 17 ans."), field="age")
    if minor.email.strip().lower() == own_email.strip().lower():
        raise Invalid(_("Donnez l’adresse d’un parent : la vôtre ne suffit pas."), field="guardian_email")


def ask_until(starts_at: datetime) -> datetime:
    """Until when a place waits for the guardian (UTC): three days, at the latest two hours before the shift."""
    return deadlines.consent_until(clock.now(), starts_at, MOST, BEFORE)


async def ask(signup: Signup, minor: Minor) -> None:
    """Write down who is asked, and ask, in the sign-up's transaction."""
    consent = await GuardianConsent.create(
        signup=signup, age=minor.age, name=minor.guardian, email=minor.email.strip().lower(), asked_at=clock.now()
    )
    await ask_now(signup)
    await _erase_at(consent.id, signup.shift.ends_at + KEPT)


async def ask_now(signup: Signup) -> None:
    """The guardian is written to, once, when the minor's own address is confirmed: nobody can set us on a stranger.

    An address that was asked several times today is asked tomorrow: whoever signs up and steps back again and again
    would fill somebody's mailbox. Nobody is told so: that others ask this parent is her family's business.
    """
    consent = await of(signup.id)
    if not (consent and consent.is_pending and signup.confirmed_at is not None):
        return
    try:
        await limits.hit("guardian", consent.email, most=MOST_A_DAY, per=DAY_SECONDS)
    except TooMany as full:
        at = clock.now() + timedelta(seconds=full.retry_after)
        key = f"consent:{consent.id}:{at:%Y-%m-%d}"
        await jobs.enqueue("guardian_unasked", key=key, run_at=at, consent_id=consent.id)
    else:
        await letters.ask_guardian(consent, signup)


async def ask_late(consent_id: int) -> None:
    """The day is over on which her guardian could not be written to: now, if she still wants to come."""
    async with database.transaction():
        consent = await GuardianConsent.get_or_none(id=consent_id).select_related("signup__shift")
        if consent and consent.signup.is_coming and consent.signup.shift.is_to_come:
            await ask_now(consent.signup)


async def unask(signup_id: int) -> None:
    """Somebody typed a guardian in her name, whom nobody has written to: forgotten."""
    await GuardianConsent.filter(signup_id=signup_id).delete()


async def is_awaited(signup_id: int) -> bool:
    """A guardian has yet to answer."""
    consent = await of(signup_id)
    return consent is not None and consent.is_pending


async def left(signup: Signup) -> None:
    """The minor does not come: from now on it is thirty days, however far off the shift is."""
    if consent := await of(signup.id):
        await _erase_at(consent.id, clock.now() + KEPT)


async def shift_moved(shift: Shift) -> None:
    """The thirty days begin with the end that the shift has now."""
    for consent in await GuardianConsent.filter(signup__shift_id=shift.id, erased_at__isnull=True):
        await _erase_at(consent.id, shift.ends_at + KEPT)


async def _erase_at(consent_id: int, moment: datetime) -> None:
    key = f"consent:{consent_id}:{moment.isoformat()}"
    await jobs.enqueue("consent_kept_long_enough", key=key, run_at=moment, consent_id=consent_id)


async def of(signup_id: int) -> GuardianConsent | None:
    """The consent that a sign-up needs, None for an adult."""
    return await GuardianConsent.get_or_none(signup_id=signup_id)


async def minor_again(signup: Signup) -> Minor | None:
    """Who a former sign-up was for, so that she need not say it again; None for an adult.

    What a guardian said of any sign-up of hers to this shift counts. Raises DomainError when her guardian has said no,
    when all that has been erased, or when she never confirmed the form that named him.
    """
    hers = GuardianConsent.filter(signup__shift_id=signup.shift_id, signup__person_id=signup.person_id)
    found = await hers.order_by("-id").select_related("signup").first()
    if found is None:
        return None
    if found.refused_at is not None:
        raise _refused()
    if found.age is None or found.signup.confirmed_at is None:
        raise DomainError(_("Inscrivez-vous de nouveau depuis la page de la mission."))
    return Minor(found.age, found.name, found.email)


async def check_not_refused(shift_id: int, person_id: int) -> None:
    """Nobody comes whose guardian has said no to this shift, whatever she ticks now. Raises DomainError.

    Asked once it is surely she: whoever types her name learns nothing of it. Only a guardian counts whom she named
    herself, or whose name she has seen and confirmed.
    """
    if await GuardianConsent.filter(
        signup__shift_id=shift_id, signup__person_id=person_id, refused_at__isnull=False,
        signup__confirmed_at__isnull=False,
    ).exists():  # fmt: skip
        raise _refused()


def _refused() -> DomainError:
    return DomainError(
        _("Un parent n’a pas donné son accord. Parlez-en avec lui avant de vous inscrire de nouveau.")
    )


async def consent_of_link(token: str) -> GuardianConsent:
    """The consent behind a guardian's link, with sign-up, person, shift and mission. Raises NotFound."""
    found = await GuardianConsent.get_or_none(id=links.read(letters.GUARDIAN, token))
    if found is None:
        raise NotFound(_("Cette demande n’existe plus."))
    found.signup = await queries.whole(found.signup_id)
    return found


async def say(consent: GuardianConsent, signup: Signup, *, given: bool) -> None:
    """Keep what a guardian says now, of the sign-up it is for now: one that she has agreed to after all is a new one.

    The shift is locked. Its thirty days begin anew with the end of the shift.
    """
    present = clock.now()
    held = await GuardianConsent.filter(signup_id=signup.id).exclude(id=consent.id).exists()
    whose = {} if held else {"signup_id": signup.id}
    await GuardianConsent.filter(id=consent.id).update(
        given_at=present if given else None, refused_at=None if given else present, **whose
    )
    if given:
        await _erase_at(consent.id, signup.shift.ends_at + KEPT)


async def erase(consent_id: int) -> None:
    """The time to keep it is over: that and when consent was given stays, age, name and address go.

    A shift that was put off meanwhile, for a minor who still comes, is waited for.
    """
    async with database.transaction():
        consent = await GuardianConsent.get(id=consent_id).select_related("signup__shift")
        signup = consent.signup
        due = (signup.updated_at if signup.status in OVER else signup.shift.ends_at) + KEPT
        if due > clock.now():
            return await _erase_at(consent_id, due)
        await GuardianConsent.filter(id=consent_id, erased_at__isnull=True).update(
            age=None, name="", email="", erased_at=clock.now()
        )
