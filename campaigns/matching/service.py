"""What the agreements of a campaign add, kept true: recompute, and what is due once the campaign is funded.

Locks in the order of docs/locking.md: the campaign first, then the funds by rising id.
"""

from datetime import datetime

from tortoise.expressions import F

from campaigns.ledger import service as ledger
from campaigns.ledger.models import AccountKind
from campaigns.ledger.service import Amount
from campaigns.lifecycle.models import Campaign, CampaignStatus
from campaigns.lifecycle.service import keep_need
from campaigns.matching import letters, telling
from campaigns.matching.gifts import gifts_of
from campaigns.matching.models import AgreementStatus, Match, MatchAgreement, MatchFund, MatchState
from campaigns.matching.queries import may_be_told, rule_of
from campaigns.matching.rule import Gift, share, wishes
from civic import clock, database, jobs
from civic.database import retrying, transaction

FUNDED = (CampaignStatus.FUNDED, CampaignStatus.REPORTING, CampaignStatus.CLOSED)
_WRITE = """INSERT INTO pledge_match (agreement_id, {of}, amount_cents, wished_cents, told_cents, state, updated_at)
VALUES {rows} ON CONFLICT (agreement_id, {of}) DO UPDATE SET amount_cents = excluded.amount_cents,
wished_cents = excluded.wished_cents, state = excluded.state, updated_at = excluded.updated_at"""
_BATCH = 100


async def recompute(campaign_id: int) -> int:
    """What is added to a campaign as its gifts stand now, in cents; writes matches, funds and the campaign's counter.

    In the caller's transaction, which holds the campaign's row. Before the decision a budget that several campaigns
    share goes to whoever comes first; afterwards an agreement's sum can only fall. Ended without success: nothing.
    """
    assert database.in_transaction_now(), "a match belongs to the transaction that changes the campaign"
    active = MatchAgreement.filter(campaign_id=campaign_id, status=AgreementStatus.ACTIVE)
    agreements = await active.order_by("fund_id", "id").prefetch_related("communes")
    if not agreements:
        return 0
    campaign = await Campaign.get(id=campaign_id)
    gifts = await gifts_of(campaign)
    total = sum([await _apply(agreement, campaign, gifts) for agreement in agreements])
    if total != campaign.matched_cents:
        await Campaign.filter(id=campaign_id).update(matched_cents=total, version=F("version") + 1)
        await keep_need(campaign_id)
    return total


async def _apply(agreement: MatchAgreement, campaign: Campaign, gifts: list[Gift]) -> int:
    """Recompute one agreement under its fund's lock; answers its sum in cents."""
    before = agreement.reserved_cents
    await MatchFund.filter(id=agreement.fund_id).update(version=F("version") + 1)
    fund = await MatchFund.get(id=agreement.fund_id)
    limit = min(agreement.cap_cents, fund.left_cents + before)
    if campaign.decided_at:
        limit = min(limit, before)
    wished = wishes(rule_of(agreement), gifts)
    wanted = share(wished, limit)
    await _write(agreement, wanted, wished)
    after = sum(wanted.values())
    if after != before:
        await _hold(agreement, fund, after - before)
    short_of_fund = sum(wished.values()) > limit and limit < agreement.cap_cents
    await telling.tell(agreement, campaign, short_of_fund=short_of_fund)
    return after


async def _hold(agreement: MatchAgreement, fund: MatchFund, cents: int) -> None:
    """Take so many cents more (or less) from the fund; the condition in the UPDATE guards the budget."""
    room = MatchFund.filter(id=fund.id, used_cents__lte=fund.budget_cents - cents)
    if not await room.update(used_cents=F("used_cents") + cents):
        raise AssertionError(f"fund {fund.id} would exceed its budget")
    correction = 1 if agreement.due_at else 0
    await MatchAgreement.filter(id=agreement.id).update(
        reserved_cents=F("reserved_cents") + cents, corrections=F("corrections") + correction
    )
    agreement.reserved_cents += cents
    if agreement.due_at:
        agreement.corrections += 1
        await ledger.book(
            "match_reduced", "match_agreement", f"{agreement.id}-{agreement.corrections}",
            [Amount(AccountKind.CAMPAIGN_FUND, -cents), Amount(AccountKind.MATCH_FUND, cents)],
            campaign=agreement.campaign_id, memo=f"agreement {agreement.id}",
        )  # fmt: skip
    if cents < 0 and fund.left_cents == 0:
        await jobs.enqueue("match_budget_freed", key=f"fund-{fund.id}-{fund.version}", fund_id=fund.id)


async def _write(agreement: MatchAgreement, wanted: dict[int, int], wished: dict[int, int]) -> None:
    """Write the matches that changed; those that are no longer wanted are released."""
    known = {row.key: row for row in await Match.filter(agreement_id=agreement.id)}
    same = {key: (row.amount_cents, row.wished_cents, row.state) for key, row in known.items()}
    stage, present = agreement.stage, clock.now()
    changed = [key for key in sorted(wanted) if same.get(key) != (wanted[key], wished[key], stage)]
    for of, keys in (("pledge_id", [k for k in changed if k > 0]), ("gift_id", [k for k in changed if k < 0])):
        for start in range(0, len(keys), _BATCH):
            part = keys[start : start + _BATCH]
            values = [(agreement.id, abs(k), wanted[k], wished[k], 0, stage.value, present) for k in part]
            rows = ", ".join(["(?, ?, ?, ?, ?, ?, ?)"] * len(part))
            await database.execute(_WRITE.format(of=of, rows=rows), [value for row in values for value in row])
    gone = [row.id for key, row in known.items() if key not in wanted and row.state != MatchState.RELEASED]
    for start in range(0, len(gone), _BATCH):
        part_ids = gone[start : start + _BATCH]
        await Match.filter(id__in=part_ids).update(state=MatchState.RELEASED, updated_at=present)


@retrying
async def refresh(campaign_id: int) -> None:
    """Recompute in a transaction of its own, after a gift or a campaign has changed."""
    if not await MatchAgreement.filter(campaign_id=campaign_id, status=AgreementStatus.ACTIVE).exists():
        return
    async with transaction():
        await hold_campaign(campaign_id)
        await recompute(campaign_id)


@retrying
async def make_due(campaign_id: int) -> None:
    """The campaign is funded: what was reserved is due and booked, and each matcher is asked for it, once."""
    async with transaction():
        await hold_campaign(campaign_id)
        campaign = await Campaign.get(id=campaign_id)
        if campaign.status not in FUNDED:
            return
        await recompute(campaign_id)
        await _all_fall_due(campaign_id)


async def keep_up(campaign_id: int) -> None:
    """A gift of a funded campaign moved in the caller's transaction: what is added less is booked right after it.

    So both wait together to be told, and nobody sees the one without the other (`ledger.told`).
    """
    if await Campaign.filter(id=campaign_id, status__in=list(FUNDED)).exists():
        await _all_fall_due(campaign_id)
        await recompute(campaign_id)


async def _all_fall_due(campaign_id: int) -> None:
    open_ones = MatchAgreement.filter(campaign_id=campaign_id, status=AgreementStatus.ACTIVE, due_at__isnull=True)
    for agreement in await open_ones.order_by("id").select_related("campaign", "fund", "fund__organisation"):
        if agreement.reserved_cents:
            await _fall_due(agreement, clock.now())


async def _fall_due(agreement: MatchAgreement, present: datetime) -> None:
    await ledger.book(
        "match_due", "match_agreement", str(agreement.id),
        [
            Amount(AccountKind.MATCH_FUND, agreement.reserved_cents),
            Amount(AccountKind.CAMPAIGN_FUND, -agreement.reserved_cents),
        ],
        campaign=agreement.campaign_id, memo=f"agreement {agreement.id}",
    )  # fmt: skip
    await MatchAgreement.filter(id=agreement.id).update(
        due_at=present, due_cents=agreement.reserved_cents if may_be_told(agreement) else 0
    )
    await Match.filter(agreement_id=agreement.id, state=MatchState.RESERVED).update(
        state=MatchState.DUE, updated_at=present
    )
    await letters.to_matcher("match_due", agreement, amount_cents=agreement.reserved_cents)


async def hold_campaign(campaign_id: int) -> None:
    """Lock the campaign's row, first of all (docs/locking.md)."""
    await Campaign.filter(id=campaign_id).update(updated_at=clock.now())
