"""Which handlers run for which name, and what runs by the clock. Filled in `app.py` only."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence

Handler = Callable[..., Awaitable[object]]

COMMANDS = ("send_", "charge_")
"""Names that ask for one act; each has exactly one handler."""

_handlers: dict[str, list[Handler]] = {}
_outside: set[Handler] = set()
_periods: dict[str, int] = {}


def outside(handler: Handler) -> Handler:
    """Decorate a handler that talks to the network: it runs without a transaction, at least once.

    It must bear being run again with the same payload (an idempotency key, a Message-ID).
    """
    _outside.add(handler)
    return handler


def is_outside(handler: Handler) -> bool:
    """Whether a handler runs without a transaction."""
    return handler in _outside


def name_of(handler: Handler) -> str:
    """The name under which a handler's jobs are stored; moving a handler strands its waiting jobs."""
    return f"{handler.__module__}.{handler.__qualname__}"


def register(handlers: Mapping[str, Handler | Sequence[Handler]]) -> None:
    """Add handlers for names; a command that already has one is refused with ValueError."""
    for name, given in handlers.items():
        known = _handlers.setdefault(name, [])
        known += [handler for handler in ([given] if callable(given) else given) if handler not in known]
        if name.startswith(COMMANDS) and len(known) != 1:
            raise ValueError(f"The command {name} must have exactly one handler, it has {len(known)}.")


def every(name: str, *, minutes: int = 0, hours: int = 0) -> None:
    """Run the handlers of `name` once in each slot of time, however many workers there are.

    A slot missed while no worker ran is not made up for.
    """
    period = minutes + 60 * hours
    if period <= 0:
        raise ValueError(f"The schedule of {name} needs minutes or hours.")
    _periods[name] = period * 60_000


def clear() -> None:
    """Forget every handler and schedule, for a new composition."""
    _handlers.clear()
    _periods.clear()


def handlers_of(name: str) -> list[Handler]:
    """The handlers registered for a name; a command without one is refused with ValueError."""
    found = _handlers.get(name, [])
    if not found and name.startswith(COMMANDS):
        raise ValueError(f"Nobody is registered for the command {name}.")
    return found


def by_name() -> dict[str, Handler]:
    """Every registered handler by its stored name."""
    return {name_of(handler): handler for group in _handlers.values() for handler in group}


def schedules() -> dict[str, int]:
    """Milliseconds between two runs, by name."""
    return dict(_periods)
