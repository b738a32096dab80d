"""A parent says yes or no, and may change her mind until the shift begins; she gets a receipt each time (PRODUCT V2).

What she said last counts. No after yes gives the place back, to the next in line. Yes after no asks for a place again:
a free one, or a rank in the queue.
"""

from civic import clock, database
from civic.errors import Gone
from civic.i18n import _
from volunteering.shifts import places
from volunteering.signups import consents, letters, queue, service, taking
from volunteering.signups.models import COMING, GuardianConsent, Signup, SignupStatus


def may_answer(consent: GuardianConsent) -> bool:
    """Her answer, or another one, still changes something. Needs the sign-up and its shift."""
    if consent.erased_at is not None or not consent.signup.shift.is_to_come:
        return False
    return consent.refused_at is not None or consent.signup.status in COMING


@database.retrying
async def answer(consent_id: int, *, given: bool) -> None:
    """A parent agrees, and the place is the minor's once her own link was used; or not, and it is given back.

    Said again, it changes nothing. Raises Gone when there is nothing to agree to any more, DomainError when a place is
    asked for again and none can be.
    """
    first = await GuardianConsent.get(id=consent_id).select_related("signup")
    async with database.transaction():
        await places.lock(first.signup.shift_id)
        consent = await GuardianConsent.get(id=consent_id)
        consent.signup = await Signup.get(id=consent.signup_id).select_related("person", "shift__mission__initiative")
        if (consent.given_at if given else consent.refused_at) is not None:
            return
        if not may_answer(consent):
            raise Gone(_("Cette place n’est plus gardée : il n’y a rien à autoriser."))
        signup = await (_agrees(consent) if given else _refuses(consent))
        await queue.sum_up(signup.shift)
        await letters.guardian_receipt(consent, signup, agreed=given, said=clock.now().isoformat())


async def _refuses(consent: GuardianConsent) -> Signup:
    signup = consent.signup
    await consents.say(consent, signup, given=False)
    change = await service.leave(signup, SignupStatus.CANCELLED, "guardian_refused", None)
    await letters.guardian_said_no(signup, change)
    return signup


async def _agrees(consent: GuardianConsent) -> Signup:
    signup, again = consent.signup, consent.refused_at is not None
    await consents.say(consent, signup, given=True)
    if again:
        signup = await taking.agreed_after_all(signup)
        await consents.say(consent, signup, given=True)
    elif signup.status == SignupStatus.HELD and signup.confirmed_at is not None:
        await service.settle(signup, "guardian_agreed", None)
    elif signup.status == SignupStatus.WAITING:
        await queue.hand_on(signup.shift, signup.role_id)
    return signup
