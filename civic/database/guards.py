"""Triggers that refuse a change for ever, written once for both engines.

A slice lists its guards in `models.py` as `GUARDS = (...)`; `make_migrations` writes those that no
migration creates yet. A refused change raises Tortoise's IntegrityError on both engines.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Event = Literal["INSERT", "UPDATE", "DELETE"]
Step = Callable[[Any, Any], Awaitable[None]]


def trigger(*, sqlite: str | Sequence[str], postgres: str | Sequence[str]) -> Step:
    """Code for `RunPython`: one statement, or several in a list, for each engine.

    RunSQL would cut a trigger's body at its semicolons.
    """
    statements = {"sqlite": _listed(sqlite), "postgres": _listed(postgres)}

    async def run(_apps: Any, editor: Any) -> None:
        for statement in statements[editor.client.capabilities.dialect]:
            await editor.client.execute_query(statement)

    return run


def _listed(statements: str | Sequence[str]) -> list[str]:
    return [statements] if isinstance(statements, str) else list(statements)


@dataclass(frozen=True)
class Guard:
    """Refuse `event` on `table` when a condition over OLD and NEW holds (always, if it is empty)."""

    table: str
    event: Event
    message: str
    when: str = ""

    @property
    def name(self) -> str:
        """The trigger's name, the same on both engines."""
        words = re.sub(r"\W+", "_", self.when.lower()).strip("_")[:24]
        return "_".join(filter(None, ("no", self.event.lower(), self.table, words)))[:60]

    def create(self) -> Step:
        """Code for `RunPython` that creates the trigger."""
        text = self.message.replace("'", "’")
        condition = f"WHEN ({self.when})" if self.when else ""
        return trigger(
            sqlite=f'CREATE TRIGGER "{self.name}" BEFORE {self.event} ON "{self.table}" {condition} '
            f"BEGIN SELECT RAISE(ABORT, '{text}'); END",
            postgres=[
                "CREATE OR REPLACE FUNCTION civic_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ "
                "BEGIN RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'integrity_constraint_violation'; "
                "END $$",
                f'CREATE TRIGGER "{self.name}" BEFORE {self.event} ON "{self.table}" FOR EACH ROW '
                f"{condition} EXECUTE FUNCTION civic_refuse('{text}')",
            ],
        )

    def drop(self) -> Step:
        """Code for `RunPython` that takes the trigger away."""
        return trigger(
            sqlite=f'DROP TRIGGER "{self.name}"', postgres=f'DROP TRIGGER "{self.name}" ON "{self.table}"'
        )


def append_only(table: str) -> tuple[Guard, Guard]:
    """Guards for a table whose rows are written once: no update, no delete."""
    message = f"Rows of {table} are never changed or deleted."
    return Guard(table, "UPDATE", message), Guard(table, "DELETE", message)
