"""What happens to sign-ups when their hold ends and when the lead changes the shift."""

from datetime import datetime

from civic.jobs import Handler
from volunteering.signups import consents, letters, service
from volunteering.signups.models import COMING, Signup


async def hold_ended(*, signup_id: int) -> None:
    """The time to confirm is over."""
    await service.lapse(signup_id)


async def shift_cancelled(*, shift_id: int) -> None:
    """The lead called the shift off."""
    await service.close_shift(shift_id)


async def shift_widened(*, shift_id: int) -> None:
    """There are more places, or everybody may come now."""
    await service.fill_up(shift_id)


async def shift_moved(*, shift_id: int, version: int, old_start: str, old_end: str) -> None:
    """The hours have changed by more than five minutes: everyone who comes or waits is told old and new."""
    await service.fit_deadlines(shift_id)
    old = datetime.fromisoformat(old_start), datetime.fromisoformat(old_end)
    for signup in await Signup.filter(shift_id=shift_id, status__in=COMING).order_by("id"):
        await letters.moved(signup, *old, version)


async def consent_kept_long_enough(*, consent_id: int) -> None:
    """Thirty days after the shift nobody needs to know who the guardian was."""
    await consents.erase(consent_id)


handlers: dict[str, Handler] = {
    "hold_ended": hold_ended,
    "shift_cancelled": shift_cancelled,
    "shift_widened": shift_widened,
    "shift_moved": shift_moved,
    "consent_kept_long_enough": consent_kept_long_enough,
}
