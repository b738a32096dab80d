"""What may still be spent, and the guards of the pages of spending."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tortoise.expressions import Q

from campaigns.ledger import queries as ledger
from campaigns.ledger.models import AccountKind
from campaigns.lifecycle.models import Campaign, CampaignStatus, CostLine, GoalKind
from campaigns.lifecycle.queries import campaign_to_show, cost_lines
from campaigns.payments.models import Attempt, AttemptStatus
from campaigns.payouts.models import Answer, ClosingReport, Expense, Tranche
from campaigns.pledges.models import Pledge, PledgeStatus
from civic import clock
from civic.counting.rules import CODES
from civic.decisions.models import Decision, DecisionStatus
from civic.errors import Forbidden, NotFound
from civic.i18n import _
from civic.initiatives.queries import is_lead, led_by
from civic.media.models import Picture
from civic.people.actor import Actor, must_be_another
from civic.people.models import Person
from civic.settings import settings

SPENDING = frozenset({CampaignStatus.FUNDED, CampaignStatus.REPORTING})
STANDING = frozenset({CampaignStatus.LIVE, CampaignStatus.CANCELLED, CampaignStatus.REPORTING})
"""A monthly support is spent while it is open, and what is left of it once it has ended; not while it is suspended."""
FORTNIGHT = timedelta(days=14)
REFUND_RIGHT = timedelta(weeks=8)
"""How long a bank gives a SEPA direct debit back without asking why (SEPA Core rulebook)."""


@dataclass(slots=True, frozen=True)
class Purse:
    """What a campaign may spend, in cents (invariant 18)."""

    fund: int
    fees: int
    awaited: int
    disputed: int
    reserve: int
    permitted: int
    spent: int

    @property
    def free(self) -> int:
        """What a new tranche may take: the money that is really there, less what is permitted already."""
        return self.fund - self.fees - self.awaited - self.disputed - self.reserve - self.permitted

    @property
    def spendable(self) -> int:
        """What may still be booked as spent: the money that is really there, whatever was permitted before."""
        return self.fund - self.fees - self.awaited - self.disputed - self.reserve - self.spent

    @property
    def left(self) -> int:
        """What is not spent, in cents."""
        return self.fund - self.fees - self.spent


@dataclass(slots=True, frozen=True)
class LineSpent:
    """A cost line: planned, permitted and spent (declared or verified), in cents."""

    line: CostLine
    permitted: int
    spent: int
    declared: int

    @property
    def open_cents(self) -> int:
        """What is permitted and neither spent nor declared."""
        return self.permitted - self.spent - self.declared


def spending_states(campaign: Campaign) -> frozenset[CampaignStatus]:
    """The states in which this campaign's money may be spent."""
    return STANDING if campaign.is_standing else SPENDING


def reporting_states(campaign: Campaign) -> frozenset[CampaignStatus]:
    """The states in which its lead may send the closing report: a monthly support has to be ended first."""
    return spending_states(campaign) - {CampaignStatus.LIVE}


async def purse_of(campaign: Campaign) -> Purse:
    """The money of a campaign: what its ledger holds, less what may have to go back."""
    balances = await ledger.campaign_balances(campaign.id)
    tranches = await Tranche.filter(campaign_id=campaign.id, status=Answer.ACCEPTED)
    return Purse(
        fund=-balances.get(AccountKind.CAMPAIGN_FUND.value, 0), fees=balances.get(AccountKind.PSP_FEES.value, 0),
        awaited=max(0, balances.get(AccountKind.MATCH_FUND.value, 0)),
        disputed=max(0, balances.get(AccountKind.DISPUTES_HELD.value, 0)), reserve=await _reserve(campaign),
        permitted=sum(row.amount_cents for row in tranches), spent=balances.get(AccountKind.EXPENSE_PAID.value, 0),
    )  # fmt: skip


async def _reserve(campaign: Campaign) -> int:
    """What backers may still have back by themselves, and a share of the direct debits a bank may give back, in cents.

    The share is the one in force today, rounded up; a debit of which a part is on its way back may be asked for at the
    bank all the same. Of a flexible campaign each gift is kept back whole until its stated delay is over, and while it
    is on its way back.
    """
    recalled = await _recallable(campaign)
    rows = await Pledge.filter(
        campaign_id=campaign.id, status__in=[PledgeStatus.COLLECTED, PledgeStatus.REFUND_PENDING],
        method_label__startswith="SEPA", collected_at__gt=clock.now() - REFUND_RIGHT,
    )  # fmt: skip
    debits: int = sum(row.amount_cents for row in rows if row.id not in recalled)
    return sum(recalled.values()) - (-debits * settings().sepa_reserve_on(clock.today()) // 100)


async def _recallable(campaign: Campaign) -> dict[int, int]:
    """Pledge → cents, of a flexible campaign: what was charged at once and may be recalled today, or was and leaves."""
    if campaign.goal != GoalKind.FLEXIBLE:
        return {}
    since = clock.now() - timedelta(days=settings().change_of_mind_days)
    in_time = Q(status=PledgeStatus.COLLECTED, collected_at__gt=since) | Q(status=PledgeStatus.REFUND_PENDING)
    rows = await Pledge.filter(in_time, campaign_id=campaign.id).values_list("id", "amount_cents")
    here = Attempt.filter(pledge__campaign_id=campaign.id, status=AttemptStatus.SUCCEEDED)
    paid = set(await here.values_list("pledge_id", flat=True)) if rows else set()
    return {int(id): int(cents) for id, cents in rows if id in paid}


@dataclass(slots=True, frozen=True)
class YearSums:
    """What a calendar year brought and took, in cents; given back is out of what was received."""

    year: int
    received: int
    fees: int
    spent: int


async def years_of(campaign: Campaign) -> list[YearSums]:
    """The calendar years of a campaign's entries (by the day of each movement), the latest first."""
    sums: dict[int, list[int]] = {}
    for entry in await ledger.entries(campaign.id):
        year = clock.local(datetime.fromtimestamp(entry.link.occurred_at, UTC)).year
        row = sums.setdefault(year, [0, 0, 0])
        moved = (-entry.cents(AccountKind.CAMPAIGN_FUND), entry.cents(AccountKind.PSP_FEES))
        for place, cents in enumerate((*moved, entry.cents(AccountKind.EXPENSE_PAID))):
            row[place] += cents
    return [YearSums(year, *sums[year]) for year in sorted(sums, reverse=True)]


async def lines_of(campaign: Campaign) -> list[LineSpent]:
    """Each cost line with what may be and what was spent on it."""
    tranches = await Tranche.filter(campaign_id=campaign.id, status=Answer.ACCEPTED)
    expenses = await Expense.filter(campaign_id=campaign.id, status__in=[Answer.ASKED, Answer.ACCEPTED])
    return [
        LineSpent(
            line, _sum(tranches, line), _sum([row for row in expenses if row.status == Answer.ACCEPTED], line),
            _sum([row for row in expenses if row.status == Answer.ASKED], line),
        )
        for line in await cost_lines(campaign.id)
    ]  # fmt: skip


def _sum(rows: Sequence[Tranche | Expense], line: CostLine) -> int:
    return sum(row.amount_cents for row in rows if row.cost_line_id == line.id)


async def verified(campaign_id: int) -> list[Expense]:
    """What was spent, verified by two persons, with its evidence; the oldest first."""
    rows = Expense.filter(campaign_id=campaign_id, status=Answer.ACCEPTED)
    return await rows.order_by("paid_on", "id").select_related("cost_line", "evidence")


async def accepted_reports(initiative_id: int) -> list[ClosingReport]:
    """The closing reports of an initiative that somebody else has accepted."""
    rows = ClosingReport.filter(campaign__initiative_id=initiative_id, answered_at__isnull=False)
    return await rows.order_by("id").select_related("campaign")


async def report_of(campaign_id: int) -> ClosingReport | None:
    """The closing report, once its lead has sent it."""
    return await ClosingReport.get_or_none(campaign_id=campaign_id).select_related("decision")


async def report_by(decision: Decision, apart_from: Campaign) -> Campaign | None:
    """The other campaign whose surplus this decision settles already: one decision, one report."""
    rows = ClosingReport.filter(decision_id=decision.id, surplus_cents__gt=0).exclude(campaign_id=apart_from.id)
    found = await rows.order_by("id").select_related("campaign").first()
    return found.campaign if found else None


async def decisions_for(campaign: Campaign) -> list[Decision]:
    """Decisions of the initiative's committees to which a tranche or a surplus may be bound, the latest first.

    Only those that say yes or no: a choice among options is never adopted.
    """
    rows = Decision.filter(committee__initiative_id=campaign.initiative_id, method__in=list(CODES)).exclude(
        status__in=[DecisionStatus.DRAFT, DecisionStatus.WITHDRAWN]
    )
    return await rows.order_by("-id").limit(50)


async def campaign_to_spend(slug: str, actor: Actor) -> Campaign:
    """A campaign of which this person may see the spending: its leads, the team, treasurers. Raises, else."""
    campaign = await campaign_to_show(slug, actor)
    seconds = actor.is_animator or actor.is_treasurer
    if not seconds and not await is_lead(actor.person, campaign.initiative_id):
        raise Forbidden(_("Seules les personnes qui portent cette collecte et l’équipe voient cette page."))
    return campaign


async def campaign_to_declare(slug: str, actor: Actor) -> Campaign:
    """A campaign whose lead this person is. Raises NotFound or Forbidden."""
    campaign = await campaign_to_show(slug, actor)
    if not await is_lead(actor.person, campaign.initiative_id):
        raise Forbidden(_("Seules les personnes qui portent cette collecte peuvent faire cela."))
    return campaign


async def campaign_to_check(slug: str, actor: Actor) -> Campaign:
    """A campaign for the second person: the team or a treasurer. Raises NotFound or Forbidden."""
    campaign = await campaign_to_show(slug, actor)
    if not (actor.is_animator or actor.is_treasurer):
        raise Forbidden(_("Une autre personne répond : de l’équipe ou de la trésorerie."))
    return campaign


async def tranche_to_answer(campaign: Campaign, tranche_id: int, actor: Actor) -> Tranche:
    """A tranche that somebody else asked for. Raises NotFound or Forbidden."""
    tranche = await Tranche.get_or_none(id=tranche_id, campaign_id=campaign.id).select_related("decision", "commitment")
    if tranche is None:
        raise NotFound(_("Cette demande n’existe pas."))
    must_be_another(actor, tranche.asked_by_id, own())
    return tranche


async def expense_to_check(campaign: Campaign, expense_id: int, actor: Actor) -> Expense:
    """An expense that somebody else declared. Raises NotFound or Forbidden."""
    expense = await Expense.get_or_none(id=expense_id, campaign_id=campaign.id).select_related("cost_line")
    if expense is None:
        raise NotFound(_("Cette dépense n’existe pas."))
    must_be_another(actor, expense.asked_by_id, own())
    return expense


def own() -> str:
    """Why she may not: the second pair of eyes is another's."""
    return _("Personne ne vérifie ce qu’il a lui-même demandé.")


async def expense_to_show(campaign: Campaign, expense_id: int) -> Expense:
    """An expense with its evidence. Raises NotFound."""
    expense = await Expense.get_or_none(id=expense_id, campaign_id=campaign.id).select_related("evidence")
    if expense is None:
        raise NotFound(_("Cette dépense n’existe pas."))
    return expense


async def evidence_to_read(slug: str, expense_id: int, actor: Actor | None) -> Picture:
    """The PDF of an evidence: public once verified, unless hidden; before, and then, for leads, team and treasurers.

    Raises NotFound or Forbidden.
    """
    campaign = await campaign_to_show(slug, actor)
    expense = await expense_to_show(campaign, expense_id)
    if expense.status != Answer.ACCEPTED or expense.hidden:
        if actor is None:
            raise NotFound(_("Cette dépense n’existe pas."))
        await campaign_to_spend(slug, actor)
    if not expense.evidence.pages:
        raise NotFound(_("Cette dépense n’a pas de PDF."))
    return expense.evidence


async def waiting() -> tuple[list[Tranche], list[Expense]]:
    """What waits for a second person, in all campaigns, the oldest first."""
    tranches = Tranche.filter(status=Answer.ASKED).order_by("id").select_related("campaign", "decision", "commitment")
    expenses = Expense.filter(status=Answer.ASKED).order_by("id").select_related("campaign")
    return await tranches, await expenses


async def short_of(person: Person) -> list[tuple[Campaign, Purse]]:
    """What she runs of which a bank holds money now, or of which more is permitted than is there; the oldest first."""
    ids = [initiative.id for initiative in await led_by(person)]
    rows = Campaign.filter(initiative_id__in=ids or [0], status__in=list(SPENDING | STANDING))
    running = [one for one in await rows.order_by("id") if one.status in spending_states(one)]
    found = [(one, await purse_of(one)) for one in running]
    return [(one, purse) for one, purse in found if purse.disputed or purse.free < 0]


async def told_lately(person: Person) -> tuple[list[Tranche], list[Expense]]:
    """What a lead was answered in the last fortnight and has not acted upon since, the oldest first.

    A permission is acted upon by an expense on its cost line, a refusal by a new demand or expense there.
    """
    ids = [initiative.id for initiative in await led_by(person)]
    of_hers = {"campaign__initiative_id__in": ids or [0], "campaign__status__in": list(SPENDING | STANDING)}
    lately = {**of_hers, "answered_at__gte": clock.now() - FORTNIGHT}
    answered = Tranche.filter(**lately, status__in=[Answer.ACCEPTED, Answer.REFUSED]).order_by("id")
    refused = Expense.filter(**lately, status=Answer.REFUSED).order_by("id").select_related("campaign")
    asked, spent = await Tranche.filter(**of_hers), await Expense.filter(**of_hers)

    def acted(row: Tranche | Expense, later: Sequence[Tranche | Expense]) -> bool:
        since = row.answered_at
        return any(one.cost_line_id == row.cost_line_id and since and one.asked_at > since for one in later)

    tranches = [
        row for row in await answered.select_related("campaign")
        if not acted(row, spent if row.status == Answer.ACCEPTED else asked)
    ]  # fmt: skip
    return tranches, [row for row in await refused if not acted(row, spent)]
