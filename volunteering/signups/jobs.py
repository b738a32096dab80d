"""What happens to sign-ups when their hold ends and when the lead changes the shift."""

from civic.jobs import Handler
from volunteering.signups import consents, service


async def hold_ended(*, signup_id: int) -> None:
    """The time to confirm is over."""
    await service.lapse(signup_id)


async def shift_cancelled(*, shift_id: int) -> None:
    """The lead called the shift off."""
    await service.close_shift(shift_id)


async def shift_widened(*, shift_id: int) -> None:
    """There are more places, or everybody may come now."""
    await service.fill_up(shift_id)


async def consent_kept_long_enough(*, consent_id: int) -> None:
    """Thirty days after the shift nobody needs to know who the guardian was."""
    await consents.erase(consent_id)


handlers: dict[str, Handler] = {
    "hold_ended": hold_ended,
    "shift_cancelled": shift_cancelled,
    "shift_widened": shift_widened,
    "consent_kept_long_enough": consent_kept_long_enough,
}
