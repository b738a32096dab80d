"""Monthly money is spent and proved while it comes in, and no month tells what one neighbour gives."""

import re
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.ledger.models import AccountKind
from campaigns.ledger.service import Amount
from campaigns.lifecycle.models import Campaign, CampaignStatus
from campaigns.lifecycle.transitions import By, NotNow, move
from campaigns.payouts import queries, service
from campaigns.payouts.forms import ReportForm, TrancheForm
from campaigns.payouts.models import Expense
from campaigns.payouts.verify import spending_is_booked, spending_is_permitted
from campaigns.pledges.models import Pledge
from campaigns.proof import checking
from campaigns.proof.periods import ENOUGH, Movement, tell
from campaigns.recurring.models import Support
from civic import clock
from civic.errors import DomainError, Invalid
from civic.people.actor import Actor
from civic.people.models import Person
from civic.settings import Settings
from tests.campaigns.test_payouts import photo
from tests.client import Client
from tests.factories import a_person
from tests.factories.campaigns import a_live_campaign
from tests.factories.payouts import a_permitted_line, a_treasurer, a_verified_expense, first_line
from tests.factories.proof import booked
from tests.factories.recurring import a_paid_month, a_standing, a_support

SignIn = Callable[[Person], Awaitable[Client]]
YEAR = clock.today().year + 1
SUMS = (1_037, 2_041, 3_059)
FEES = sum(25 + cents * 15 // 1000 for cents in SUMS)


def go_to(day: date) -> None:
    clock.travel(timedelta())
    clock.travel(clock.at(day, 12) - clock.now())


async def some_supports(*sums: int) -> tuple[Campaign, list[Support]]:
    go_to(date(YEAR, 1, 2))
    campaign = await a_standing()
    supports = [
        await a_support(campaign=campaign, cents=cents, backer=await a_person(f"Personne {cents}")) for cents in sums
    ]
    return await Campaign.get(id=campaign.id).select_related("initiative", "lead"), supports


async def a_month_for(supports: list[Support], month: int) -> None:
    for support in supports:
        await a_paid_month(support, date(YEAR, month, 5))


def path(campaign: Campaign, more: str = "") -> str:
    return f"/campagnes/{campaign.slug}/preuves{more}"


async def test_a_lead_spends_monthly_money_and_everybody_sees_the_evidence(
    client: Client, sign_in: SignIn, settings: Settings
) -> None:
    campaign, supports = await some_supports(*SUMS)
    await a_month_for(supports, 1)
    go_to(date(YEAR, 2, 3))
    line = await first_line(campaign)
    lead, treasurer = await sign_in(campaign.lead), await sign_in((await a_treasurer()).person)
    spending = f"/campagnes/{campaign.slug}/depenses"
    shown = (await lead.get(spending)).text
    assert "61,37" in shown
    assert str(YEAR) in shown
    asked = {"cost_line": str(line.id), "amount": "40", "purpose": "Le loyer de janvier"}
    assert (await lead.submit(f"{spending}/tranches", asked)).status_code == 303
    assert (await treasurer.submit(f"{spending}/tranches/1", {"answer": "accepted"})).status_code == 303
    spent = {"cost_line": str(line.id), "amount": "38,50", "paid_on": f"{YEAR}-01-28", "what": "Loyer du local"}
    files = {"evidence": ("quittance.jpg", photo(), "image/jpeg")}
    assert (await lead.submit(f"{spending}/declarer", spent, files=files)).status_code == 303
    expense = await Expense.get()
    assert "Loyer du local" not in (await client.get(path(campaign))).text
    assert (await treasurer.submit(f"{spending}/{expense.id}", {"answer": "accepted"})).status_code == 303
    page = (await client.get(path(campaign))).text
    for words in (f"janvier {YEAR}", "61,37", "38,50", "Loyer du local", f"En {YEAR}", "Voir"):
        assert words in page, words
    left = sum(SUMS) - FEES - 3_850
    assert f"{left // 100},{left % 100:02d}" in page
    for cents in SUMS:
        assert f"{cents // 100},{cents % 100:02d}" not in page
    assert "Écrire le bilan" not in (await lead.get(spending)).text
    assert await spending_is_booked() == await spending_is_permitted() == []


async def test_no_more_is_permitted_than_the_months_have_brought(database: object) -> None:
    campaign, supports = await some_supports(*SUMS)
    await a_month_for(supports, 1)
    free = sum(SUMS) - FEES
    assert (await queries.purse_of(campaign)).free == free
    held = [Amount(AccountKind.DISPUTES_HELD, 1_000), Amount(AccountKind.STRIPE_CLEARING, -1_000)]
    await booked(campaign, "dispute", "dp_1", held)
    await Pledge.filter(amount_cents=SUMS[1]).update(method_label="SEPA •••• 3201", collected_at=clock.now())
    reserve = -(-SUMS[1] * 20 // 100)
    purse = await queries.purse_of(campaign)
    assert (purse.disputed, purse.reserve, purse.free) == (1_000, reserve, free - 1_000 - reserve)
    line = await first_line(campaign)
    with pytest.raises(Invalid):
        await service.ask(
            campaign, Actor(campaign.lead), TrancheForm(cost_line=line.id, amount=purse.free + 1, purpose="Le loyer")
        )
    await Campaign.filter(id=campaign.id).update(status=CampaignStatus.SUSPENDED)
    with pytest.raises(DomainError):
        await service.ask(campaign, Actor(campaign.lead), TrancheForm(cost_line=line.id, amount=100, purpose="Le loyer"))


async def test_an_ordinary_campaign_spends_nothing_while_it_is_live(database: object) -> None:
    campaign = await a_live_campaign()
    with pytest.raises(DomainError):
        await a_permitted_line(await Campaign.get(id=campaign.id).select_related("lead"), 100)
    with pytest.raises(NotNow):
        await move(campaign, CampaignStatus.CANCELLED, by=By.LEAD)


async def test_once_it_has_ended_what_is_left_is_spent_then_reported_and_closed(database: object) -> None:
    campaign, supports = await some_supports(2_000, 3_000, 5_000)
    await a_month_for(supports, 1)
    report = ReportForm(text="Le local a tenu tout l’hiver, merci à tous.")
    with pytest.raises(DomainError):
        await service.report(campaign, Actor(campaign.lead), report)
    await move(campaign, CampaignStatus.CANCELLED, by=By.LEAD, actor=campaign.lead)
    purse = await queries.purse_of(campaign)
    await a_verified_expense(campaign, purse.free)
    await service.report(campaign, Actor(campaign.lead), report)
    found = await queries.report_of(campaign.id)
    assert found
    await service.close(await Campaign.get(id=campaign.id), await a_treasurer(), found.asked_at.isoformat())
    assert (await Campaign.get(id=campaign.id)).status == CampaignStatus.CLOSED


async def test_the_month_under_way_and_two_supporters_tell_nothing(client: Client) -> None:
    campaign, supports = await some_supports(*SUMS)
    await a_month_for(supports, 1)
    assert "61,37" not in (await client.get(path(campaign))).text
    go_to(date(YEAR, 2, 1))
    assert "61,37" in (await client.get(path(campaign))).text
    other, few = await some_supports(1_111, 2_222)
    await a_month_for(few, 1)
    go_to(date(YEAR, 2, 1))
    page = (await client.get(path(other))).text
    assert "Les sommes paraîtront ici" in page
    assert "33,33" not in page


async def test_a_newcomer_is_not_given_away_by_two_months_side_by_side(client: Client) -> None:
    campaign, supports = await some_supports(*SUMS)
    await a_month_for(supports, 1)
    newcomer = await a_support(campaign=campaign, cents=1_777, backer=await a_person("Une Voisine"))
    await a_month_for([*supports, newcomer], 2)
    go_to(date(YEAR, 3, 2))
    page = (await client.get(path(campaign))).text
    assert f"janvier {YEAR}" in page
    assert "79,14" not in page
    assert f"depuis février {YEAR}" in page
    others = [
        await a_support(campaign=campaign, cents=cents, backer=await a_person(f"Voisin {cents}")) for cents in (911, 823)
    ]
    await a_month_for([*supports, newcomer, *others], 3)
    go_to(date(YEAR, 4, 2))
    page = (await client.get(path(campaign))).text
    assert f"février {YEAR} à mars {YEAR}" in page
    both = 2 * (sum(SUMS) + 1_777) + 911 + 823
    assert f"{both // 100},{both % 100:02d}" in page


async def test_one_month_given_back_is_not_given_away(client: Client) -> None:
    campaign, supports = await some_supports(*SUMS)
    await a_month_for(supports, 1)
    await a_month_for(supports, 2)
    pledge = await Pledge.filter(amount_cents=SUMS[0]).order_by("id").first()
    assert pledge
    go_to(date(YEAR, 2, 20))
    back = [Amount(AccountKind.CAMPAIGN_FUND, SUMS[0]), Amount(AccountKind.STRIPE_CLEARING, -SUMS[0])]
    await booked(campaign, "refund", "re_1", back, f"pledge {pledge.id}")
    go_to(date(YEAR, 3, 2))
    page = (await client.get(path(campaign))).text
    assert f"janvier {YEAR}" in page
    assert f"février {YEAR}</th>" not in page
    rest = sum(SUMS) - SUMS[0]
    assert f"{rest // 100},{rest % 100:02d}" not in page
    go_to(date(YEAR + 1, 1, 3))
    page = (await client.get(path(campaign))).text
    assert f"février {YEAR} à décembre {YEAR}" not in page, "only two still gave"


async def test_the_export_opens_what_is_spent_and_seals_every_gift(client: Client, settings: Settings) -> None:
    campaign, supports = await some_supports(*SUMS)
    await a_month_for(supports, 1)
    await a_verified_expense(campaign, 2_000)
    text = (await client.get(path(campaign, ".jsonl"))).text
    checked = checking.check(text)
    assert (checked.problems, checked.entries, checked.sealed) == ([], 4, 3)
    assert checked.head in (await client.get(path(campaign))).text
    for cents in SUMS:
        assert f"{cents}" not in re.sub(r"[0-9a-f]{64}", "", text)
    assert checking.check(text.replace('"at":1', '"at":2', 1)).problems


@given(st.lists(st.dictionaries(st.integers(0, 6), st.sampled_from((500, 1_000, 1_700, -500))), min_size=1, max_size=30))
def test_what_is_told_holds_three_supporters_and_no_step_of_one_or_two(months: list[dict[int, int]]) -> None:
    moves, day = [], date(2027, 1, 1)
    for givers in months:
        moves += [Movement(day, received=cents, fees=1, who=who) for who, cents in sorted(givers.items())]
        day = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    told, waits = tell(moves, day)
    gave: list[Counter[object]] = [Counter() for _period in told]
    for period, givers_then in zip(told, gave, strict=True):
        for one in moves:
            givers_then[one.who] += one.received if period.first <= one.month <= period.last else 0
    assert all(sum(cents > 0 for cents in givers.values()) >= ENOUGH for givers in gave)
    for place, now in enumerate(gave):
        for before in gave[:place]:
            for times in {Fraction(now[who], before[who]) for who in before if before[who] and now[who]} | {Fraction(1)}:
                steps = sum(now[who] != times * before[who] for who in range(7))
                assert steps == 0 or steps >= ENOUGH
    assert sum(one.received for one in told) == sum(
        one.received for one in moves if waits is None or one.month < waits
    )
    for cut in range(len(months)):
        earlier = date(2027 + cut // 12, cut % 12 + 1, 1)
        assert tell([one for one in moves if one.month < earlier], earlier)[0] == [p for p in told if p.last < earlier]
