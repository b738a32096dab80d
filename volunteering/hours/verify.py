"""What `civic verify` says of the ledger of hours."""

from civic import database

_LAST = """SELECT entry.id AS id FROM hours_entry entry JOIN hours_change last ON last.id = (
SELECT MAX(id) FROM hours_change WHERE entry_id = entry.id)
WHERE last.after <> entry.status OR last.minutes <> entry.minutes ORDER BY entry.id LIMIT 100"""
_BARE = """SELECT entry.id AS id FROM hours_entry entry
WHERE NOT EXISTS (SELECT 1 FROM hours_change change WHERE change.entry_id = entry.id) ORDER BY entry.id LIMIT 100"""
_THAWED = """SELECT DISTINCT entry.id AS id FROM hours_entry entry
JOIN hours_change change ON change.entry_id = entry.id AND change.after = 'frozen'
WHERE entry.status <> 'frozen' OR entry.minutes <> change.minutes ORDER BY id LIMIT 100"""
_OWN = """SELECT id FROM hours_entry WHERE status IN ('validated', 'frozen') AND person_id IS NOT NULL
AND validated_by_id = person_id ORDER BY id LIMIT 100"""
_TWICE = """SELECT c.source AS id FROM contribution c WHERE c.source LIKE 'hours:%' AND c.revoked_at IS NULL
AND NOT EXISTS (SELECT 1 FROM hours_entry entry WHERE 'hours:' || CAST(entry.id AS TEXT) = c.source
AND entry.signup_ref IS NULL AND entry.status IN ('validated', 'frozen')) ORDER BY c.source LIMIT 100"""
CHECKS = (
    (_LAST, "hours {}: the entry differs from the last line of its history"),
    (_BARE, "hours {}: the entry has no history"),
    (_THAWED, "hours {}: frozen hours have changed"),
    (_OWN, "hours {}: validated by the person who gave them"),
    (_TWICE, "contribution {}: its hours are not agreed, or count by their attendance already"),
)


async def verifications() -> list[str]:
    """A sentence for each entry that contradicts its history, its freezing, or a rule."""
    found = []
    for sql, sentence in CHECKS:
        found += [sentence.format(row["id"]) for row in await database.fetch_report(sql)]
    return found
