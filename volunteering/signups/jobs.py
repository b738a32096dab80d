"""What happens to sign-ups when their hold ends and when the lead changes the shift."""

from civic.jobs import Handler
from volunteering.signups import arrivals, consents, service


async def hold_ended(*, signup_id: int) -> None:
    """The time to confirm is over."""
    await service.lapse(signup_id)


async def shift_cancelled(*, shift_id: int) -> None:
    """The lead called the shift off. Whoever was there already came for nothing, and is told like the others."""
    await arrivals.take_back(shift_id)
    await service.close_shift(shift_id)


async def shift_widened(*, shift_id: int) -> None:
    """There are more places, or everybody may come now."""
    await service.fill_up(shift_id)


async def shift_moved(*, shift_id: int) -> None:
    """The hours have changed: until when she may answer follows. (What is new is told by `reminders`.)"""
    await arrivals.take_back(shift_id)
    await service.fit_deadlines(shift_id)


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
