"""Reads about match funding, and the guards of its pages."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tortoise.expressions import Q

from campaigns.lifecycle.models import Campaign, CampaignStatus
from campaigns.lifecycle.queries import campaign_to_show, campaign_to_supervise
from campaigns.matching.gifts import gifts_of
from campaigns.matching.models import (
    AgreementStatus,
    Match,
    MatchAgreement,
    MatchFund,
    MatchPayment,
    MatchState,
    PaymentState,
)
from campaigns.matching.rule import Rule, wishes
from campaigns.matching.telling import FEWEST
from civic import clock
from civic.errors import Forbidden, NotFound
from civic.i18n import _
from civic.initiatives.queries import may_edit
from civic.organisations.models import Organisation, OrganisationKind
from civic.organisations.queries import hats_of
from civic.people import links
from civic.people.actor import Actor
from civic.people.models import Person
from civic.places.models import Commune

LINK = "match"
"""Purpose of the matcher's secret link."""
PROPOSAL_LIFE = timedelta(days=60)
"""A proposal that nobody answers lapses after so long."""
STANDS = (MatchState.RESERVED, MatchState.DUE, MatchState.RECEIVED)
MATCHERS = (
    OrganisationKind.COMMUNE, OrganisationKind.COMPANY, OrganisationKind.PUBLIC_BODY, OrganisationKind.COOPERATIVE,
    OrganisationKind.ASSOCIATION,
)  # fmt: skip
_WITH = (
    "campaign", "campaign__initiative", "campaign__initiative__commune", "campaign__lead", "fund",
    "fund__organisation", "fund__organisation__commune", "proposed_by", "confirmed_by",
)  # fmt: skip


@dataclass(slots=True, frozen=True)
class Added:
    """What an agreement adds: so many gifts of so many persons, cents in all, cents it could still add."""

    gifts: int
    persons: int
    cents: int
    left_cents: int


@dataclass(slots=True, frozen=True)
class Period:
    """A line of the history: in the week that begins this day, gifts, persons, cents; less when there were refunds."""

    first: date
    gifts: int
    persons: int
    cents: int


def rule_of(agreement: MatchAgreement) -> Rule:
    """The rule of an agreement (with its communes); not accepted yet, it would begin today."""
    starts_at = agreement.starts_at or clock.at(clock.today(), 0)
    return Rule(
        agreement.percent, agreement.per_person_cents, agreement.gift_cap_cents,
        frozenset(row.commune_id for row in agreement.communes), starts_at, agreement.ends_at,
    )  # fmt: skip


def answer_by(agreement: MatchAgreement) -> datetime:
    """Until when whoever's turn it is may answer (with its campaign), UTC: 60 days, or until it can serve no more.

    That is the matcher for a proposal, and a second person of the team once it is signed.
    """
    campaign = agreement.campaign
    frozen = campaign.status == CampaignStatus.SUSPENDED
    signed = agreement.status == AgreementStatus.SIGNED
    since = agreement.answered_at if signed and agreement.answered_at else agreement.proposed_at
    ends = (agreement.ends_at, None if frozen else campaign.deadline, since + PROPOSAL_LIFE)
    return min(moment for moment in ends if moment is not None)


async def campaign_to_match(slug: str, actor: Actor) -> Campaign:
    """A campaign for which the team prepares an agreement. Raises NotFound or Forbidden."""
    campaign = await campaign_to_show(slug, actor)
    if not (actor.is_animator or actor.is_treasurer):
        raise Forbidden(_("Les accords d’abondement sont préparés par l’équipe d’animation."))
    return campaign


async def campaign_to_follow(slug: str, actor: Actor) -> Campaign:
    """A campaign whose agreements this person may read: its leads, the team, the treasurers."""
    campaign = await campaign_to_show(slug, actor)
    if await may_edit(actor, campaign.initiative):
        return campaign
    return await campaign_to_supervise(slug, actor)


async def agreement_of(campaign: Campaign, agreement_id: int) -> MatchAgreement:
    """An agreement of this campaign. Raises NotFound."""
    found = await _one(agreement_id)
    if found is None or found.campaign_id != campaign.id:
        raise NotFound(_("Cet accord d’abondement n’existe pas."))
    return found


async def agreement_to_answer(token: str) -> MatchAgreement:
    """The agreement behind a matcher's link. Raises NotFound."""
    found = await _one(links.read(LINK, token))
    if found is None:
        raise NotFound(_("Cet accord d’abondement n’existe pas."))
    return found


async def whole(agreement_id: int) -> MatchAgreement:
    """An agreement with its campaign, fund and matcher, for a verb."""
    return await MatchAgreement.get(id=agreement_id).select_related("campaign", "fund", "fund__organisation")


async def signed_ones() -> list[MatchAgreement]:
    """Agreements that wait for a second person of the team, the oldest first."""
    rows = MatchAgreement.filter(status=AgreementStatus.SIGNED).order_by("id").limit(50)
    return await rows.select_related(*_WITH)


async def _one(agreement_id: int) -> MatchAgreement | None:
    rows = MatchAgreement.filter(id=agreement_id).select_related(*_WITH).prefetch_related("communes__commune")
    return await rows.first()


async def agreements_of(campaign_id: int) -> list[MatchAgreement]:
    """Every agreement of a campaign, the latest first."""
    rows = MatchAgreement.filter(campaign_id=campaign_id).order_by("-id")
    return await rows.select_related(*_WITH).prefetch_related("communes__commune")


async def active_of(campaign_id: int) -> list[MatchAgreement]:
    """The agreements in force on a campaign."""
    rows = MatchAgreement.filter(campaign_id=campaign_id, status=AgreementStatus.ACTIVE).order_by("id")
    return await rows.select_related("fund", "fund__organisation").prefetch_related("communes__commune")


def communes_of(agreement: MatchAgreement) -> list[Commune]:
    """The communes whose residents' gifts count, by name; none: everybody's."""
    return sorted((row.commune for row in agreement.communes), key=lambda commune: commune.name)


def left_of(agreement: MatchAgreement) -> int:
    """What it could still add, in cents: the least of what its cap and its fund leave."""
    return max(0, min(int(agreement.cap_cents - agreement.reserved_cents), agreement.fund.left_cents))


def told_left_of(agreement: MatchAgreement) -> int:
    """What pages may say is left, in cents: from the sums that are told, so that it tells nothing else."""
    fund = agreement.fund
    return max(0, min(int(agreement.cap_cents - agreement.told_cents), int(fund.budget_cents - fund.told_cents)))


def adds_now(agreement: MatchAgreement) -> bool:
    """Gifts made now are added to: it has begun, is not over, and something is left."""
    begun = agreement.starts_at is not None and clock.is_over(agreement.starts_at)
    if agreement.status != AgreementStatus.ACTIVE or not begun:
        return False
    return not (agreement.ends_at and clock.is_over(agreement.ends_at)) and left_of(agreement) > 0


async def added_by(agreement: MatchAgreement) -> Added:
    """What an agreement adds, to the cent: for the paper that asks for the money."""
    rows = await Match.filter(agreement_id=agreement.id, state__in=STANDS).values_list(
        "pledge__person_id", "gift__person_id", "gift__donor_name", "amount_cents"
    )
    persons = {backer or giver or name for backer, giver, name, _cents in rows}
    return Added(len(rows), len(persons), sum(int(str(row[3])) for row in rows), left_of(agreement))


async def shown_of(agreement: MatchAgreement, *, pays: bool = True) -> Added:
    """What its followers read: while the campaign runs what may be told (decisions/0014), then what is to be paid.

    Whoever neither pays nor receives it (`pays`), a lead, goes on reading what fell due: what is added less tells
    a gift.
    """
    if agreement.stage != MatchState.RESERVED and not pays:
        cents = int(agreement.due_cents or agreement.told_cents)
        return Added(agreement.told_gifts, agreement.told_persons, cents, int(agreement.cap_cents) - cents)
    if agreement.stage != MatchState.RESERVED:
        return await added_by(agreement)
    return Added(agreement.told_gifts, agreement.told_persons, agreement.told_cents, told_left_of(agreement))


def may_be_told(agreement: MatchAgreement) -> bool:
    """Whether its sum as it stands may be told: nobody's gift can be worked out from it (invariant 15)."""
    return int(agreement.reserved_cents) == int(agreement.told_cents)


async def tells_of_few(campaign_id: int) -> bool:
    """Whether the sum of one of a campaign's agreements would tell what one or two persons gave.

    Once due it is the sum that fell due: what is added less is told with the gifts that left (`ledger.told`).
    """
    found = await active_of(campaign_id)
    return not all(one.due_cents if one.due_at else may_be_told(one) for one in found)


def history_of(agreement: MatchAgreement) -> list[Period]:
    """What was told week after week, the latest first: each line covers the gifts of three persons at least."""
    found, before = [], (0, 0, 0)
    for first, cents, gifts, persons in agreement.tellings:
        grown = Period(date.fromisoformat(first), gifts - before[1], persons - before[2], cents - before[0])
        found.append(grown)
        before = (cents, gifts, persons)
    return found[::-1]


@dataclass(slots=True, frozen=True)
class Promised:
    """What gifts that are promised already would use at once: nothing, or from … to … cents; `few` persons: unsaid."""

    none: bool = False
    few: bool = False
    whole: bool = False
    least_cents: int = 0
    most_cents: int = 0


async def promised_to(agreement: MatchAgreement) -> Promised:
    """What would be used at the moment of acceptance, in tenths of the cap, so that it tells no single gift."""
    gifts = await gifts_of(agreement.campaign)
    wished, limit = wishes(rule_of(agreement), gifts), min(int(agreement.cap_cents), told_left_of(agreement))
    if not wished:
        return Promised(none=True)
    if len({gift.person for gift in gifts if gift.id in wished}) < FEWEST:
        return Promised(few=True)
    tenth = max(1, limit // 10)
    steps = min(10, sum(wished.values()) // tenth)
    return Promised(whole=steps == 10, least_cents=steps * tenth, most_cents=min(limit, (steps + 1) * tenth))


async def of_person(person: Person) -> list[MatchAgreement]:
    """Agreements of whom she represents, and those whose link was sent to her own address, the latest first."""
    mine = Q(fund__organisation_id__in=[hat.id for hat in await hats_of(person)] or [0])
    if person.email and person.email_verified_at:
        mine |= Q(signatory_email=person.email.lower())
    rows = MatchAgreement.filter(mine).exclude(status=AgreementStatus.WITHDRAWN).order_by("-id").limit(100)
    return await rows.select_related(*_WITH).prefetch_related("communes__commune")


async def open_to_offers() -> list[Campaign]:
    """The campaigns to whose gifts one may offer to add, those that end first at the top."""
    rows = Campaign.filter(status=CampaignStatus.LIVE, deadline__gt=clock.now()).order_by("deadline", "id")
    return [campaign for campaign in await rows.limit(50) if campaign.is_open() and not campaign.is_standing]


async def funds_with_room() -> list[MatchFund]:
    """Pots that have something left, by their matcher's name."""
    rows = await MatchFund.all().select_related("organisation").order_by("organisation__name_folded", "id").limit(200)
    return [fund for fund in rows if fund.left_cents > 0]


async def possible_matchers() -> list[Organisation]:
    """The directory's organisations that may add money, communes first."""
    found = await Organisation.filter(kind__in=list(MATCHERS)).order_by("name_folded").limit(1000)
    return sorted(found, key=lambda one: MATCHERS.index(one.kind))


async def payment_of(agreement_id: int) -> MatchPayment | None:
    """The payment that was entered or confirmed."""
    rows = MatchPayment.filter(agreement_id=agreement_id).exclude(state=PaymentState.REFUSED)
    return await rows.select_related("requested_by", "approved_by").first()


async def payments_to_confirm() -> list[MatchPayment]:
    """Payments that a second person must look at, the oldest first."""
    rows = MatchPayment.filter(state=PaymentState.ENTERED).order_by("id").limit(50)
    return await rows.select_related(
        "requested_by", "agreement", "agreement__campaign", "agreement__fund", "agreement__fund__organisation"
    )
