"""Reads about money that goes back, and the guards of the team's pages."""

from dataclasses import dataclass
from datetime import timedelta

from campaigns.ledger import queries as ledger
from campaigns.ledger.models import AccountKind, Entry
from campaigns.lifecycle.models import SETTLED, Campaign
from campaigns.payments.answers import DisputeState
from campaigns.payments.models import Attempt
from campaigns.pledges.models import Pledge, PledgeChange, PledgeStatus
from campaigns.refunds import position
from campaigns.refunds.models import Dispute, Refund, RefundStatus
from campaigns.settlement.hearing import HEARD
from campaigns.settlement.models import Reconciliation
from civic import clock, database
from civic.errors import Forbidden, NotFound
from civic.i18n import _
from civic.people.actor import Actor
from civic.people.models import Person, RoleName
from civic.people.queries import team

MOST = 30
OVER = (RefundStatus.FAILED, RefundStatus.REFUSED)
RECALL = "recall"
"""The round that reads the last 35 days anew, beside the one that asks of what is still open."""
GONE = (PledgeStatus.DISPUTED, PledgeStatus.CHARGED_BACK, PledgeStatus.REFUNDED)
ASKED_FOR = timedelta(days=183)
_TWICE = """SELECT entry.memo AS memo, SUM(posting.amount_cents) AS cents FROM posting
JOIN account ON account.id = posting.account_id JOIN entry ON entry.id = posting.entry_id
WHERE account.kind = 'backer_external' GROUP BY entry.memo
HAVING SUM(posting.amount_cents) > 0 AND MAX(entry.recorded_at) >= ?"""
WITH = ("pledge", "pledge__person", "pledge__campaign", "requested_by")


@dataclass(slots=True, frozen=True)
class History:
    """Everything that happened to one pledge; `persons` names whoever did it."""

    changes: list[PledgeChange]
    attempts: list[Attempt]
    refunds: list[Refund]
    disputes: list[Dispute]
    entries: list[Entry]
    persons: dict[int, str]


def to_team(actor: Actor) -> None:
    """Raises Forbidden outside the team and the treasury."""
    if not (actor.is_animator or actor.is_treasurer):
        raise Forbidden(_("Cette page est réservée à l’équipe."))


async def pledge_to_examine(pledge_id: int, actor: Actor) -> Pledge:
    """A pledge on the team's page. Raises Forbidden, NotFound."""
    to_team(actor)
    found = await Pledge.get_or_none(id=pledge_id).select_related("person", "campaign", "reward")
    if found is None:
        raise NotFound(_("Cette promesse de don n’existe pas."))
    return found


async def refund_to_decide(refund_id: int, actor: Actor) -> Refund:
    """A refund that waits for a second person. Raises Forbidden outside the team, NotFound."""
    to_team(actor)
    found = await Refund.get_or_none(id=refund_id)
    if found is None:
        raise NotFound(_("Ce remboursement n’existe pas."))
    return found


async def history_of(pledge: Pledge) -> History:
    """Changes, attempts, refunds, disputes and entries of a pledge, oldest first."""
    attempts = await Attempt.filter(pledge_id=pledge.id).order_by("id")
    changes = await PledgeChange.filter(pledge_id=pledge.id).order_by("id")
    refunds = await Refund.filter(pledge_id=pledge.id).order_by("id")
    disputes = await Dispute.filter(pledge_id=pledge.id).order_by("id")
    named = {row.actor_id for row in changes} | {row.requested_by_id for row in refunds}
    named |= {row.approved_by_id for row in refunds}
    persons = await Person.filter(id__in=[one for one in named if one] or [0])
    entries = Entry.filter(campaign_id=pledge.campaign_id, memo=f"pledge {pledge.id}")
    return History(
        changes, attempts, refunds, disputes, await entries.order_by("id").prefetch_related("postings__account"),
        {person.id: person.short_name for person in persons},
    )  # fmt: skip


async def purse_after(campaign: Campaign) -> int | None:
    """What the campaign's account holds that is neither spent nor contested, in cents; None before its money is there.

    What is due back of a charge that awaited nothing is not in it.
    """
    if campaign.status not in SETTLED and not campaign.charges_at_once:
        return None
    held = await ledger.campaign_balances(campaign.id)
    out = (AccountKind.PSP_FEES, AccountKind.MATCH_FUND, AccountKind.DISPUTES_HELD, AccountKind.EXPENSE_PAID)
    return -held.get(AccountKind.CAMPAIGN_FUND.value, 0) - sum(max(0, held.get(kind.value, 0)) for kind in out)


async def requested() -> list[Refund]:
    """Refunds that wait for a second person, oldest first."""
    return await Refund.filter(status=RefundStatus.REQUESTED).order_by("id").limit(MOST).select_related(*WITH)


async def asked_by_treasurer(refund: Refund) -> bool:
    """Whether one of the two persons is a treasurer already."""
    asker = refund.requested_by_id
    return asker is not None and asker in {one.id for one in await team(RoleName.TREASURER)}


async def to_decide(person: Person) -> list[Refund]:
    """Those of the waiting refunds that this person may decide: another asked, and one of the two is a treasurer."""
    treasurers = {one.id for one in await team(RoleName.TREASURER)}
    return [
        refund for refund in await requested()
        if refund.requested_by_id != person.id and {refund.requested_by_id, person.id} & treasurers
    ]  # fmt: skip


async def failed() -> list[Refund]:
    """The last refund of each gift, where it did not arrive and the money is still to be given back."""
    lost = Refund.filter(status=RefundStatus.FAILED).exclude(pledge__status__in=GONE)
    rows = await lost.order_by("-id").limit(100).select_related(*WITH)
    last: dict[int, Refund] = {}
    for row in rows:
        last.setdefault(row.pledge_id, row)
    again = Refund.filter(pledge_id__in=list(last) or [0]).exclude(status__in=OVER)
    later = {row.pledge_id: row.id for row in await again.order_by("id")}
    return [row for row in last.values() if later.get(row.pledge_id, 0) < row.id][:MOST]


async def due_back() -> list[Attempt]:
    """Charges for promises that awaited none, whose money is still with us and not asked back yet."""
    rows = Attempt.filter(status="succeeded").exclude(pledge__status__in=position.PAID)
    found = await rows.order_by("id").limit(MOST).select_related(*WITH[:3])
    ids = [row.id for row in found] or [0]
    gone = await Refund.filter(attempt_id__in=ids).exclude(status__in=OVER)
    contested = await Dispute.filter(attempt_id__in=ids)
    begun = {row.attempt_id for row in gone} | {row.attempt_id for row in contested}
    return [row for row in found if row.id not in begun]


async def given_back_twice() -> list[tuple[Pledge, int]]:
    """Gifts that a refund and a bank both gave back, with what their backers owe, in cents, as the ledger says.

    For half a year after it happened: by then it came back, or the accountant knows.
    """
    rows = await database.fetch_all(_TWICE, [clock.now() - ASKED_FOR])
    cents = {int(row["memo"].removeprefix("pledge ")): int(row["cents"]) for row in rows}
    found = Pledge.filter(id__in=list(cents) or [0]).order_by("-id").limit(MOST)
    return [(pledge, cents[pledge.id]) for pledge in await found.select_related("person", "campaign")]


async def open_disputes() -> list[Dispute]:
    """Disputes that can still be answered, the most urgent first."""
    rows = Dispute.filter(status__in=[DisputeState.OPEN, DisputeState.INQUIRY])
    return await rows.order_by("due_at", "id").limit(MOST).select_related(*WITH[:3])


async def rounds() -> tuple[list[Reconciliation], Reconciliation | None]:
    """The last rounds of reconciling, each result of a kind once, and the last comparison of the books."""
    last = await Reconciliation.exclude(kind="books").order_by("-at", "-id").limit(18)
    told: dict[tuple[object, ...], Reconciliation] = {}
    for row in last:
        looked = 0 if row.kind in (RECALL, HEARD) else row.looked
        told.setdefault((row.kind, looked, row.settled, row.troubles), row)
    return list(told.values())[:6], await Reconciliation.filter(kind="books").order_by("-at", "-id").first()
