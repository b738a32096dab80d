"""Keeps with each settled campaign what its public totals do not tell yet (`told`), and reads it anew to check it."""

from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import Any

from campaigns.ledger.models import AccountKind
from campaigns.ledger.queries import Booked
from campaigns.ledger.told import ENOUGH, Moved, Of, Told, told
from campaigns.lifecycle.models import CampaignStatus
from civic import database
from civic.database.connection import Row
from civic.places.folding import fold

Read = Callable[[str, Sequence[Any]], Awaitable[list[Row]]]
_SETTLED = "SELECT settled_entry, status, untold_cents, told_entry FROM campaign WHERE id = ?"
_KEEP = "UPDATE campaign SET untold_cents = ?, told_entry = ? WHERE id = ?"
_MOVED = """SELECT e.position AS position, e.kind AS kind, e.memo AS memo,
SUM(CASE WHEN a.kind = 'campaign_fund' THEN -p.amount_cents ELSE 0 END) AS fund,
SUM(CASE WHEN a.kind = 'disputes_held' THEN p.amount_cents ELSE 0 END) AS held
FROM entry e JOIN posting p ON p.entry_id = e.id JOIN account a ON a.id = p.account_id
WHERE e.campaign_id = ? AND a.kind IN ('campaign_fund', 'disputes_held')
GROUP BY e.position, e.kind, e.memo ORDER BY e.position"""
_ONLINE = """SELECT p.id AS id, p.person_id AS person_id, p.status AS status, x.name AS name FROM pledge p
LEFT JOIN person x ON x.id = p.person_id WHERE p.campaign_id = ? ORDER BY p.id"""
_BY_HAND = "SELECT id, person_id, donor_name FROM offline_gift WHERE campaign_id = ? ORDER BY id"
_LATER = """SELECT 1 AS one FROM entry e JOIN campaign c ON c.id = e.campaign_id WHERE e.campaign_id = ?
AND e.position > c.settled_entry AND EXISTS (SELECT 1 FROM posting p JOIN account a ON a.id = p.account_id
WHERE p.entry_id = e.id AND (a.kind = 'disputes_held' OR a.kind = 'campaign_fund' AND p.amount_cents > 0)) LIMIT 1"""
_PAID = frozenset({"collected", "refund_pending", "refunded", "disputed", "charged_back"})


async def keep(campaign_id: int, left: int = 0) -> None:
    """Bring `untold_cents` in line with the entries, in the caller's transaction, which has just booked one.

    `left`: cents that only left the fund by it. While all goes back they are added, so that each of thousands of
    refunds does not read all the others.
    """
    row = (await database.fetch_all(_SETTLED, [campaign_id]))[0]
    if row["settled_entry"] is None:
        return
    if left and row["status"] == CampaignStatus.UNWINDING:
        await database.execute("UPDATE campaign SET untold_cents = untold_cents + ? WHERE id = ?", [left, campaign_id])
        return
    found = await told_of(campaign_id, row["settled_entry"], row["status"], row["told_entry"])
    if (found.untold, found.upto) != (int(row["untold_cents"]), row["told_entry"]):
        await database.execute(_KEEP, [found.untold, found.upto, campaign_id])


async def told_of(
    campaign_id: int, settled: int | None, status: str, upto: int | None, *, enough: int = ENOUGH,
    read: Read = database.fetch_all,
) -> Told:  # fmt: skip
    """What may be told of a campaign's entries, all up to `upto` being told already; `enough` 0: and nothing more.

    While all of it goes back nothing is: it is told when that is done.
    """
    movements = [
        Moved(row["position"], row["kind"], row["memo"], int(row["fund"]), int(row["held"]))
        for row in await read(_MOVED, [campaign_id])
    ]  # fmt: skip
    if status == CampaignStatus.UNWINDING:
        return told(movements, {}, settled, enough=0)
    return told(movements, await givers(campaign_id, read), settled, upto=upto, enough=enough)


def movements_of(entries: Sequence[Booked]) -> list[Moved]:
    """The movements of entries that are read already."""
    return [
        Moved(one.link.position, one.link.kind, one.memo, -one.cents(AccountKind.CAMPAIGN_FUND),
              one.cents(AccountKind.DISPUTES_HELD))
        for one in entries
        if one.accounts & {AccountKind.CAMPAIGN_FUND.value, AccountKind.DISPUTES_HELD.value}
    ]  # fmt: skip


async def givers(campaign_id: int, read: Read = database.fetch_all) -> dict[Of, Hashable]:
    """Whose each gift of a campaign is: a person, else whoever bears the name here, else that name.

    By table, since gifts are layers above.
    """
    online, by_hand = await read(_ONLINE, [campaign_id]), await read(_BY_HAND, [campaign_id])
    known = {fold(row["name"]): row["person_id"] for row in online if row["status"] in _PAID and row["name"]}
    known |= {fold(row["donor_name"]): row["person_id"] for row in by_hand if row["person_id"]}
    found: dict[Of, Hashable] = {("pledge", row["id"]): row["person_id"] for row in online}
    for row in by_hand:
        name = fold(row["donor_name"]) or f"offline {row['id']}"
        found["offline", row["id"]] = row["person_id"] or known.get(name, name)
    return found


async def untold_of(campaign_id: int) -> set[Of]:
    """The gifts that left a settled campaign and are not told as gone yet: their donors are named as if they had not.

    A name that went the moment one gift did would say whose it was.
    """
    row = (await database.fetch_all(_SETTLED, [campaign_id]))[0]
    if row["settled_entry"] is None or not int(row["untold_cents"]):
        return set()
    return (await told_of(campaign_id, row["settled_entry"], row["status"], row["told_entry"])).moved


async def moved_since(campaign_id: int) -> bool:
    """Whether a gift left a campaign, or was contested, since its totals stand still."""
    return bool(await database.fetch_all(_LATER, [campaign_id]))
