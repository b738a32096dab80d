"""What must hold of the whole at every step: `civic verify`, and the gateway's side of it."""

from collections import Counter
from typing import Any

from campaigns.ledger.verify import CHECKS as LEDGER
from campaigns.matching.verify import match_totals_are_true, matches_are_booked, matches_keep_their_rule
from campaigns.offline.verify import CHECKS as OFFLINE
from campaigns.payouts.verify import CHECKS as SPENDING
from campaigns.receipts.verify import CHECKS as RECEIPTS
from campaigns.refunds.verify import disputes_are_held, refunds_are_told, refunds_within_gifts
from campaigns.settlement.verify import CHECKS as SETTLEMENT
from civic import clock, database

World = dict[str, list[dict[str, Any]]]
STUCK = "sans réponse depuis plus d’un jour"
ALWAYS = (
    *LEDGER, *SETTLEMENT, refunds_within_gifts, disputes_are_held, match_totals_are_true, matches_are_booked, *OFFLINE,
    *SPENDING,
)  # fmt: skip
QUIET = (refunds_are_told, matches_keep_their_rule, *RECEIPTS)
"""What follows by a job: true once nothing waits to be done."""
UNDONE = "SELECT name, payload, last_error FROM job WHERE done_at IS NULL AND (attempts > 0 OR run_at <= ?)"
SEEN = """SELECT status AS state FROM pledge UNION SELECT 'refund ' || status FROM refund
UNION SELECT 'dispute ' || status FROM dispute UNION SELECT 'hand ' || status FROM offline_gift
UNION SELECT 'slip' FROM offline_deposit WHERE banked_on IS NULL AND undone_at IS NULL
UNION SELECT 'match due' FROM match_agreement WHERE due_at IS NOT NULL AND received_at IS NULL
UNION SELECT 'debit' FROM pledge WHERE method_label LIKE 'SEPA%'
UNION SELECT 'tranche ' || status FROM tranche UNION SELECT 'expense ' || status FROM expense
UNION SELECT 'end asked' FROM campaign_cancellation WHERE answered_at IS NULL
UNION SELECT 'campaign ' || status FROM campaign WHERE id = ?"""
"""What there is to act upon, so that few acts find nothing to do."""
PAYABLE = ("requires_action", "requires_confirmation", "processing", "succeeded")


async def undone() -> list[dict[str, Any]]:
    """Jobs that are due, or that failed and come back."""
    return [dict(row) for row in await database.fetch_all(UNDONE, [int(clock.now().timestamp() * 1000)])]


async def assert_verified(quiet: bool) -> None:
    """What `civic verify` says; when something waits to be done, without what follows by a job."""
    found = [said for check in (*ALWAYS, *(QUIET if quiet else ())) for said in await check()]
    wrong = [said for said in found if STUCK not in said]  # a payment may wait for its next look here
    assert not wrong, wrong


async def what_there_is(campaign_id: int) -> set[str]:
    """The states of everything that an act may choose."""
    return {row["state"] for row in await database.fetch_all(SEEN, [campaign_id])}


def assert_gate(world: World, *, early: bool) -> None:
    """At the gateway nothing is paid or payable twice (invariant 3), nothing early (7), nothing given back twice (9)."""
    live = [one for one in world["payment_intents"] if one["status"] in PAYABLE]
    live += [one for one in world["checkout_sessions"] if (one["mode"], one["status"]) == ("payment", "open")]
    per_pledge = Counter(one["metadata"].get("pledge") for one in live if not _owned(one, world))
    assert all(number == 1 for number in per_pledge.values()), per_pledge
    if early:
        assert world["payment_intents"] == []
    for charge in world["charges"]:
        sent = [one["amount"] for one in world["refunds"] if (one["charge"], one["status"]) == (charge["id"], "succeeded")]
        assert sum(sent) <= charge["amount"]


def _owned(one: dict[str, Any], world: World) -> bool:
    """An intent that an open page owns is payable by that page only."""
    return any(page["payment_intent"] == one["id"] for page in world["checkout_sessions"] if page["status"] == "open")
