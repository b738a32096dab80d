"""Durable background work: what happens after the fact.

A *fact* (`payment_collected`) fans out to every handler registered for its name; a *command* (`send_mail`,
`charge_pledge`) has exactly one. `enqueue` writes one row per handler in the caller's transaction, and the
same name and key are never two jobs. A handler runs inside the transaction that marks its job done, so its
effect happens exactly once; one decorated `@outside` talks to the network, without a transaction, at least
once. A job that keeps failing is dead until somebody revives it. Jobs never report to a page.
"""

from civic.jobs.registry import Handler, clear, every, outside, register
from civic.jobs.service import dead_letters, enqueue, forget_dead, revive, run_due, together
from civic.jobs.worker import Worker

__all__ = [
    "Handler",
    "Worker",
    "clear",
    "dead_letters",
    "enqueue",
    "every",
    "forget_dead",
    "outside",
    "register",
    "revive",
    "run_due",
    "together",
]
