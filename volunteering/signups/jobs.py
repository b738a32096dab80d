"""What happens to sign-ups when their hold ends, when the lead changes the shift, and when a mission closes."""

from contextlib import suppress

from civic import clock
from civic.errors import DomainError
from civic.i18n import _
from civic.initiatives.models import Initiative, Stage
from civic.jobs import Handler
from volunteering.shifts import service as shifts
from volunteering.shifts.models import Shift, ShiftStatus
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


async def mission_closed(*, mission_id: int) -> None:
    """It takes nobody any more: whoever waits for a place of it is told so, and waits no longer."""
    waiting = Shift.filter(mission_id=mission_id, waiting__gt=0, starts_at__gt=clock.now())
    for shift in await waiting.order_by("id"):
        await service.fill_up(shift.id)


async def initiative_stage_changed(*, initiative_id: int) -> None:
    """An initiative that is finished or stopped has no shifts any more: those to come are called off, with the reason.

    Whoever comes, or waits, is told by that.
    """
    initiative = await Initiative.get(id=initiative_id)
    if not initiative.is_over:
        return
    stopped = initiative.stage == Stage.STOPPED
    reason = _("L’initiative s’est arrêtée.") if stopped else _("L’initiative est terminée.")
    coming = Shift.filter(mission__initiative_id=initiative_id, status=ShiftStatus.OPEN, starts_at__gt=clock.now())
    for shift in await coming.order_by("id"):
        with suppress(DomainError):  # it has begun, or a lead was faster
            await shifts.cancel(shift, reason)


async def shift_moved(*, shift_id: int) -> None:
    """The hours have changed: until when she may answer follows. (What is new is told by `reminders`.)"""
    await arrivals.take_back(shift_id)
    await service.fit_deadlines(shift_id)


async def consent_kept_long_enough(*, consent_id: int) -> None:
    """Thirty days after the shift nobody needs to know who the guardian was."""
    await consents.erase(consent_id)


async def guardian_unasked(*, consent_id: int) -> None:
    """A parent's address had been asked too often that day."""
    await consents.ask_late(consent_id)


handlers: dict[str, Handler] = {
    "hold_ended": hold_ended,
    "shift_cancelled": shift_cancelled,
    "shift_widened": shift_widened,
    "mission_closed": mission_closed,
    "initiative_stage_changed": initiative_stage_changed,
    "shift_moved": shift_moved,
    "consent_kept_long_enough": consent_kept_long_enough,
    "guardian_unasked": guardian_unasked,
}
