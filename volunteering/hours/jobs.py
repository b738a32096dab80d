"""What happens to the ledger after a presence list was noted, and on Mondays."""

from datetime import datetime

from civic.jobs import Handler
from volunteering.hours import letters, proposing


async def attendance_noted(*, shift_id: int) -> None:
    """Somebody said who came, or corrected it: the proposals follow."""
    await proposing.follow_list(shift_id)


async def send_hours_check(*, person_id: int, due: str = "") -> None:
    """Ask one person whether the hours of her week are right."""
    await letters.check(person_id, datetime.fromisoformat(due) if due else None)


async def hours_caught_up(**_payload: object) -> None:
    """Once a day: lists that the ledger has missed."""
    await proposing.catch_up()


handlers: dict[str, Handler] = {
    "attendance_noted": attendance_noted,
    "send_hours_check": send_hours_check,
    "hours_caught_up": hours_caught_up,
}
minutes = {"hours_caught_up": 1440}
