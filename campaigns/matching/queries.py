"""Reads about match funding, and the guards of its pages."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from campaigns.lifecycle.models import Campaign
from campaigns.lifecycle.queries import campaign_to_show, campaign_to_supervise
from campaigns.matching.models import (
    AgreementStatus,
    Match,
    MatchAgreement,
    MatchFund,
    MatchPayment,
    MatchState,
    PaymentState,
)
from campaigns.matching.rule import Rule
from civic import clock
from civic.errors import Forbidden, NotFound
from civic.i18n import _
from civic.initiatives.queries import may_edit
from civic.organisations.models import Organisation, OrganisationKind
from civic.people import links
from civic.people.actor import Actor
from civic.places.models import Commune

LINK = "match"
"""Purpose of the matcher's secret link."""
FEWEST = 3
"""A line of a matcher's history covers so many persons at least, so that nobody's gift can be read from it."""
STANDS = (MatchState.RESERVED, MatchState.DUE, MatchState.RECEIVED)
MATCHERS = (
    OrganisationKind.COMMUNE, OrganisationKind.COMPANY, OrganisationKind.PUBLIC_BODY, OrganisationKind.COOPERATIVE,
    OrganisationKind.ASSOCIATION,
)  # fmt: skip
_WITH = (
    "campaign", "campaign__initiative", "campaign__initiative__commune", "campaign__lead", "fund",
    "fund__organisation", "fund__organisation__commune",
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
    """A line of the history: from this day to that day, gifts, persons, cents."""

    first: date
    last: date
    gifts: int
    persons: int
    cents: int


def rule_of(agreement: MatchAgreement) -> Rule:
    """The rule of an agreement (with its communes)."""
    return Rule(
        agreement.percent, agreement.per_person_cents, agreement.gift_cap_cents,
        frozenset(row.commune_id for row in agreement.communes), agreement.starts_at, agreement.ends_at,
    )  # fmt: skip


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


def adds_now(agreement: MatchAgreement) -> bool:
    """Gifts made now are added to: it has begun, is not over, and something is left."""
    if agreement.status != AgreementStatus.ACTIVE or not clock.is_over(agreement.starts_at):
        return False
    return not (agreement.ends_at and clock.is_over(agreement.ends_at)) and left_of(agreement) > 0


async def added_by(agreement: MatchAgreement) -> Added:
    """What an agreement adds, in counts only."""
    rows = await _standing(agreement.id)
    return Added(
        len(rows), len({person for _at, person, _cents in rows}), sum(cents for _at, _person, cents in rows),
        left_of(agreement),
    )  # fmt: skip


async def may_be_told(agreement: MatchAgreement) -> bool:
    """Whether its sum may be told: nobody's gift can be worked out from it (invariant 15).

    A fixed sum per person says nothing about a gift; a share does while it covers too few persons.
    """
    persons = (await added_by(agreement)).persons
    return not agreement.percent or not 0 < persons < FEWEST


async def tells_of_few(campaign_id: int) -> bool:
    """Whether the sum of one of a campaign's agreements would tell what one or two persons gave."""
    return not all([await may_be_told(agreement) for agreement in await active_of(campaign_id)])


async def _standing(agreement_id: int) -> list[tuple[datetime, int, int]]:
    rows = Match.filter(agreement_id=agreement_id, state__in=STANDS).order_by("pledge__confirmed_at", "id")
    return [
        (at, person, cents)
        for at, person, cents in await rows.values_list("pledge__confirmed_at", "pledge__person_id", "amount_cents")
    ]


async def history_of(agreement: MatchAgreement) -> list[Period]:
    """What was added week after week, the latest first; weeks of too few persons are told together."""
    groups: list[tuple[date, date, list[tuple[int, int]]]] = []
    for at, person, cents in await _standing(agreement.id):
        monday = _monday(clock.local(at).date())
        if groups and (groups[-1][1] == monday + timedelta(days=6) or _few(groups[-1][2])):
            first, _last, gifts = groups.pop()
            groups.append((first, monday + timedelta(days=6), [*gifts, (person, cents)]))
        else:
            groups.append((monday, monday + timedelta(days=6), [(person, cents)]))
    if len(groups) > 1 and _few(groups[-1][2]):
        _first, last, gifts = groups.pop()
        first, _last, earlier = groups.pop()
        groups.append((first, last, [*earlier, *gifts]))
    return [
        Period(first, last, len(gifts), len({person for person, _c in gifts}), sum(cents for _p, cents in gifts))
        for first, last, gifts in reversed(groups)
    ]


def _few(gifts: list[tuple[int, int]]) -> bool:
    return len({person for person, _cents in gifts}) < FEWEST


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


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
