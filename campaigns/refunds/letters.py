"""What is written about money that goes back: to its backer, and to the treasurers who must act."""

from datetime import datetime
from typing import Any

from campaigns.lifecycle.models import Campaign, CampaignStatus
from campaigns.payments.answers import DisputeState
from campaigns.pledges.models import Pledge
from campaigns.pledges.service import reference
from campaigns.refunds.holders import ANSWERABLE, holders_of
from campaigns.refunds.models import Dispute, Refund, RefundCause, RefundMeans
from campaigns.settlement import letters, outcomes
from civic import i18n, mail
from civic.people.models import RoleName
from civic.people.queries import team
from civic.web import formats


async def refunded(pledge: Pledge, refund: Refund) -> None:
    """Her money is on its way back to her: how much, why, by which way."""
    await letters.to_backer(
        "refunded", pledge, f"refunded-{refund.id}", back_cents=refund.amount_cents, reason=refund.reason,
        unwinding=refund.cause == RefundCause.UNWINDING, late=refund.cause == RefundCause.LATE,
        transfer=refund.means == RefundMeans.TRANSFER,
        whole=refund.amount_cents == pledge.charge_cents, method=pledge.method_label,
    )  # fmt: skip


async def refund_failed(pledge: Pledge, refund: Refund) -> None:
    """The treasurers hear that a refund did not arrive, and what they can do."""
    context = {
        "back_cents": refund.amount_cents, "failure": refund.failure, "beneficiary": pledge.campaign.beneficiary,
        "closed": refund.failure == outcomes.ACCOUNT_CLOSED,
    }  # fmt: skip
    await _to_treasurers("refund_failed", pledge, f"refund-failed-{refund.id}", None, **context)


async def dispute(pledge: Pledge, found: Dispute, before: DisputeState) -> None:
    """The treasurers hear of a dispute: opened, with the last day for evidence; then won, in part or not, or lost.

    So does its backer; `before` is where it stood.
    """
    name = "dispute_opened" if found.status in ANSWERABLE else "dispute_closed"
    key = f"dispute-{found.id}-{found.status.value}"
    context = {"back_cents": found.amount_cents, "lost_cents": found.held_cents, "fee_cents": found.fee_cents}
    won, inquiry = found.status == DisputeState.WON, found.status == DisputeState.INQUIRY
    holder = pledge.campaign.beneficiary if pledge.campaign.payee_id else ""
    await _to_treasurers(name, pledge, key, found.due_at, inquiry=inquiry, won=won, holder=holder, **context)
    if holder and found.status in ANSWERABLE:
        await _to_holders(pledge.campaign, found)
    elif _is_news(found, before):
        await _to_leads(pledge, found)
    if _is_news(found, before):
        await _to_her(pledge, found)


def _is_news(found: Dispute, before: DisputeState) -> bool:
    """Whether money moves; an inquiry, which takes nothing, is news to the treasurers only, and so is its end."""
    moves = found.status in (DisputeState.OPEN, DisputeState.LOST)
    return moves or (found.status == DisputeState.WON and before == DisputeState.OPEN)


async def _to_leads(pledge: Pledge, found: Dispute) -> None:
    """A gift of theirs is held by a bank, came back, or is lost; never whose it is nor how much (invariant 15)."""
    await letters.to_leads(
        "dispute_lead", pledge.campaign, occasion=f"-{found.id}-{found.status.value}", won=found.status == "won",
        running=found.status == "open", debit=found.means == "sepa_debit",
        holder=pledge.campaign.beneficiary if pledge.campaign.payee_id else "",
    )  # fmt: skip


async def _to_holders(campaign: Campaign, found: Dispute) -> None:
    """Those who hold the account where the gift is answer its bank: until when, and where."""
    for person in await holders_of(campaign):
        if not person.email:
            continue
        await mail.send(
            "campaigns/dispute_own", to=person.email, key=f"dispute-own-{found.id}-{found.status.value}-{person.id}",
            locale=person.locale, person=person.name, title=campaign.title, slug=campaign.slug,
            until=_until(found.due_at, person.locale), inquiry=found.status == DisputeState.INQUIRY,
        )  # fmt: skip


def _until(due_at: datetime | None, locale: str) -> str:
    with i18n.speaking(locale):
        return formats.until(due_at) if due_at else ""


async def _to_her(pledge: Pledge, found: Dispute) -> None:
    """What her bank does with her gift, and what she may do."""
    names = {
        DisputeState.OPEN: "charge_back_opened", DisputeState.LOST: "charge_back_lost",
        DisputeState.WON: "charge_back_won",
    }  # fmt: skip
    await letters.to_backer(
        names[found.status], pledge, f"charge-back-{found.id}-{found.status.value}", back_cents=found.amount_cents,
        debit=found.means == "sepa_debit", twice_cents=found.excess_cents,
        live=pledge.campaign.status == CampaignStatus.LIVE,
        holder=pledge.campaign.beneficiary if pledge.campaign.payee_id else "",
    )  # fmt: skip


async def given_back_twice(pledge: Pledge, cents: int, key: str) -> None:
    """The treasurers hear that a backer has received so many cents more than she gave: they are hers to give back."""
    if cents > 0:
        await _to_treasurers("given_back_twice", pledge, f"twice-{key}", None, twice_cents=cents)


async def _to_treasurers(name: str, pledge: Pledge, key: str, due_at: datetime | None, **context: Any) -> None:
    for person in await team(RoleName.TREASURER):
        if not person.email:
            continue
        await mail.send(
            f"campaigns/{name}", to=person.email, key=f"{key}-{person.id}", locale=person.locale,
            until=_until(due_at, person.locale), title=pledge.campaign.title, reference=reference(pledge),
            pledge_id=pledge.id, **context,
        )  # fmt: skip


async def unwound(campaign: Campaign) -> None:
    """The leads hear that every gift has gone back."""
    await letters.to_leads("unwound_lead", campaign)
