"""Hours that stand on a paper or in closed accounts are never changed again (PRODUCT V6)."""

from collections.abc import Collection

from civic import clock, database
from volunteering.hours.models import EntryStatus, HoursChange

_FREEZE = """UPDATE hours_entry SET status = 'frozen', frozen_at = ?, updated_at = ?
WHERE status = 'validated' AND id IN ({marks}) RETURNING id, minutes"""
AT_ONCE = 500


async def freeze(entry_ids: Collection[int], actor_id: int | None, reason: str) -> int:
    """Freeze those of these entries that are validated, in the caller's transaction or one of its own.

    `reason` names the paper (« attestation:12 », « year:2025 ») and stands in each entry's history; `actor_id` is the
    person who had it made, None for the clock. Answers how many entries it froze; the others stay as they are, so it
    may be said again.
    """
    present = clock.now()
    ids = sorted(entry_ids)
    frozen = 0
    async with database.joined():
        for start in range(0, len(ids), AT_ONCE):
            some = ids[start : start + AT_ONCE]
            sql = _FREEZE.format(marks=database.marks(some))
            rows = await database.fetch_all(sql, [present, present, *some])
            await HoursChange.bulk_create(
                HoursChange(
                    entry_id=row["id"], before=EntryStatus.VALIDATED.value, after=EntryStatus.FROZEN.value,
                    minutes=row["minutes"], actor_id=actor_id, reason=reason, at=present,
                )
                for row in sorted(rows, key=lambda row: int(row["id"]))
            )  # fmt: skip
            frozen += len(rows)
    return frozen
