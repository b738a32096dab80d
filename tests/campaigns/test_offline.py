"""Money that comes by hand: entered by a lead at a stall, counted once somebody else has seen it (invariant 16)."""

import asyncio
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from starlette.types import ASGIApp
from tortoise.exceptions import IntegrityError

from app import create_app
from campaigns.ledger import queries as ledger
from campaigns.ledger.verify import CHECKS as LEDGER_CHECKS
from campaigns.lifecycle.models import Campaign, CampaignStatus
from campaigns.offline import deposits, service, verifying
from campaigns.offline.models import Mode, OfflineChange, OfflineGift, OfflineStatus
from campaigns.offline.verify import CHECKS
from campaigns.pledges import service as pledges
from campaigns.pledges.models import Pledge, PledgeStatus
from campaigns.settlement.verify import CHECKS as SETTLEMENT_CHECKS
from civic import clock, jobs
from civic import database as db
from civic.contributions.models import Contribution
from civic.errors import DomainError, Forbidden
from civic.mail.models import OutboxMessage
from civic.needs.models import Need
from civic.people.actor import Actor
from civic.people.models import AuditEntry, Person, RoleName
from tests.factories import a_person
from tests.factories.campaigns import a_confirmed_pledge, a_live_campaign
from tests.factories.offline import a_gift, a_switched_pledge, a_treasurer, a_verified_gift

pytestmark = pytest.mark.usefixtures("database", "settings")


@pytest.fixture(autouse=True)
def _handlers(database: object, settings: object) -> None:
    create_app(with_worker=False)


async def totals(campaign: Campaign) -> tuple[int, int]:
    found = await Campaign.get(id=campaign.id)
    return found.offline_cents, found.backers_count


async def problems() -> list[str]:
    checks = (*CHECKS, *LEDGER_CHECKS, *SETTLEMENT_CHECKS)
    return [sentence for check in checks for sentence in await check()]


async def balance(key: str) -> int:
    return (await ledger.balances()).get(key, 0)


async def test_a_cheque_counts_once_somebody_else_has_seen_it_and_not_before() -> None:
    campaign = await a_live_campaign()
    gift = await a_gift(campaign, 4_000, email="odile@exemple.fr")
    assert await totals(campaign) == (0, 0)
    assert await ledger.balances() == {}
    treasurer = await a_treasurer()
    await verifying.verify(gift.id, treasurer)
    assert await totals(campaign) == (4_000, 1)
    assert (await balance("cheques_in_hand"), await balance(f"campaign_fund:{campaign.id}")) == (4_000, -4_000)
    assert (await Need.get(source=f"campaign:{campaign.id}")).reached == 4_000
    assert await Contribution.filter(source=f"offline:{gift.id}", revoked_at__isnull=True).count() == 1
    assert await AuditEntry.filter(act="offline_verified").count() == 1
    await jobs.run_due(schedules=False)
    assert await OutboxMessage.filter(to="odile@exemple.fr").count() == 1
    await verifying.verify(gift.id, treasurer)
    assert await totals(campaign) == (4_000, 1)
    assert await problems() == []


async def test_nobody_verifies_what_she_recorded_whatever_her_roles() -> None:
    campaign = await a_live_campaign()
    treasurer = await a_treasurer()
    gift = await a_gift(campaign, by=treasurer.person)
    with pytest.raises(Forbidden):
        await verifying.verify(gift.id, treasurer)
    with pytest.raises(Forbidden):
        await verifying.verify(gift.id, Actor(await a_person()))
    helper = await a_person("Une Animatrice", "", RoleName.ANIMATOR)
    with pytest.raises(Forbidden):
        await verifying.verify(gift.id, Actor(helper, frozenset({RoleName.ANIMATOR}), recorded_by=treasurer.person))
    assert await totals(campaign) == (0, 0)
    await verifying.verify(gift.id, await a_treasurer("Une Autre"))
    assert await totals(campaign) == (3_000, 1)


@pytest.mark.parametrize("broken", [
    "status = 'verified', turn = 1",
    "status = 'verified', turn = 1, verified_by_id = recorded_by_id",
    "status = 'banked', turn = 1",
    "mode = NULL", "received_on = NULL", "amount_cents = 0",
])  # fmt: skip
async def test_the_database_itself_refuses_money_without_a_second_person(broken: str) -> None:
    await a_gift(await a_live_campaign())
    with pytest.raises(IntegrityError):
        await db.execute(f"UPDATE offline_gift SET {broken}")


async def test_two_treasurers_at_once_count_a_gift_once() -> None:
    campaign = await a_live_campaign()
    gift = await a_gift(campaign)
    both = [await a_treasurer("Une Première"), await a_treasurer("Une Seconde")]
    answers = await asyncio.gather(*(verifying.verify(gift.id, one) for one in both), return_exceptions=True)
    assert sum(isinstance(answer, OfflineGift) for answer in answers) == 1
    assert sum(isinstance(answer, DomainError) for answer in answers) == 1
    assert await totals(campaign) == (3_000, 1)
    assert await problems() == []


async def test_a_verification_undone_is_a_reversal_and_may_be_made_again() -> None:
    campaign = await a_live_campaign()
    gift = await a_verified_gift(campaign, email="odile@exemple.fr")
    await verifying.undo(gift.id, await a_treasurer(), "ce chèque est celui d’une autre collecte")
    assert await totals(campaign) == (0, 0)
    assert await balance("cheques_in_hand") == 0
    assert await Contribution.filter(revoked_at__isnull=True).count() == 0
    with pytest.raises(DomainError):
        await verifying.undo(gift.id, await a_treasurer(), "deux fois")
    await verifying.verify(gift.id, await a_treasurer())
    assert await totals(campaign) == (3_000, 1)
    assert await balance("cheques_in_hand") == 3_000
    states = [change.after for change in await OfflineChange.filter(gift_id=gift.id).order_by("id")]
    assert states == ["received", "verified", "received", "verified"]
    assert await problems() == []


async def test_cheques_go_to_the_bank_together_and_one_bounces() -> None:
    campaign, treasurer = await a_live_campaign(), await a_treasurer()
    gifts = [await a_verified_gift(campaign, cents) for cents in (2_000, 3_000)]
    cash = await a_verified_gift(campaign, 500, Mode.CASH)
    with pytest.raises(DomainError):
        await deposits.prepare(Mode.CHEQUE, [gifts[0].id, cash.id], treasurer)
    slip = await deposits.prepare(Mode.CHEQUE, [gift.id for gift in gifts], treasurer)
    with pytest.raises(DomainError):
        await verifying.undo(gifts[0].id, treasurer, "elle est sur un bordereau")
    with pytest.raises(DomainError):
        await deposits.prepare(Mode.CHEQUE, [gifts[0].id], treasurer)
    with pytest.raises(DomainError):
        await deposits.bank(slip, clock.today() + timedelta(days=1), treasurer)
    await deposits.bank(slip, clock.today(), treasurer)
    with pytest.raises(DomainError):
        await deposits.bank(slip, clock.today(), treasurer)
    assert (await balance("bank"), await balance("cheques_in_hand"), await balance("cash_box")) == (5_000, 0, 500)
    await verifying.bounce(gifts[1].id, treasurer, "sans provision")
    assert (await balance("bank"), await balance("cheques_in_hand")) == (2_000, 0)
    assert await totals(campaign) == (2_500, 2)
    assert (await OfflineGift.get(id=gifts[1].id)).status == OfflineStatus.BOUNCED
    with pytest.raises(DomainError):
        await verifying.verify(gifts[1].id, treasurer)
    assert await problems() == []


async def test_a_deposit_that_did_not_leave_is_taken_apart() -> None:
    campaign, treasurer = await a_live_campaign(), await a_treasurer()
    gift = await a_verified_gift(campaign)
    first = await deposits.prepare(Mode.CHEQUE, [gift.id], treasurer)
    await deposits.take_apart(first, treasurer)
    with pytest.raises(DomainError):
        await deposits.bank(first, clock.today(), treasurer)
    second = await deposits.prepare(Mode.CHEQUE, [gift.id], treasurer)
    await deposits.bank(second, clock.today(), treasurer)
    with pytest.raises(DomainError):
        await deposits.take_apart(second, treasurer)
    assert (await OfflineGift.get(id=gift.id)).status == OfflineStatus.BANKED


async def test_people_who_give_by_several_roads_are_counted_once() -> None:
    campaign = await a_live_campaign()
    odile = await a_person("Odile Blanc", "odile@exemple.fr")
    pledge = await a_confirmed_pledge(campaign, odile)
    first = await a_verified_gift(campaign, email="odile@exemple.fr")
    await a_verified_gift(campaign, donor_name="Un Passant")
    await a_verified_gift(campaign, donor_name="Un Autre Passant")
    assert await totals(campaign) == (9_000, 3)
    assert await problems() == []
    await pledges.cancel(pledge)
    assert await totals(campaign) == (9_000, 3)
    assert await problems() == []
    await verifying.undo(first.id, await a_treasurer(), "pas elle")
    assert await totals(campaign) == (6_000, 2)
    await a_confirmed_pledge(campaign, odile, 1_000)
    assert await totals(campaign) == (6_000, 3)
    assert await problems() == []


async def test_a_card_that_failed_is_paid_by_cheque_and_the_campaign_closes() -> None:
    campaign = await a_live_campaign()
    await Campaign.filter(id=campaign.id).update(minimum_cents=3_000)
    pledge = await a_switched_pledge(campaign)
    with pytest.raises(DomainError):
        await a_gift(campaign, 2_000, number=f"P-{pledge.id:06d}")
    gift = await a_gift(campaign, 3_000, number=f"P-{pledge.id:06d}")
    assert gift.donor_name == pledge.person.name
    with pytest.raises(DomainError):
        await a_gift(campaign, 3_000, number=f"P-{pledge.id:06d}")
    await verifying.verify(gift.id, await a_treasurer())
    found = await Campaign.get(id=campaign.id)
    assert (found.collected_cents, found.offline_cents) == (3_000, 0)
    assert (await Pledge.get(id=pledge.id)).status == PledgeStatus.COLLECTED
    assert await Contribution.filter(source=f"pledge:{pledge.id}", revoked_at__isnull=True).count() == 1
    assert await problems() == []
    await jobs.run_due(schedules=False)
    assert (await Campaign.get(id=campaign.id)).status == CampaignStatus.FUNDED
    await verifying.bounce(gift.id, await a_treasurer(), "sans provision")
    assert (await Pledge.get(id=pledge.id)).status == PledgeStatus.DROPPED
    assert (await Campaign.get(id=campaign.id)).collected_cents == 0
    assert await problems() == []


async def test_a_cheque_for_a_promise_that_was_let_go_is_a_gift_like_any_other() -> None:
    campaign = await a_live_campaign()
    pledge = await a_switched_pledge(campaign)
    gift = await a_gift(campaign, 3_000, number=f"P-{pledge.id}")
    await Pledge.filter(id=pledge.id).update(status=PledgeStatus.DROPPED)
    await verifying.verify(gift.id, await a_treasurer())
    assert (await totals(campaign))[0] == 3_000
    assert (await Campaign.get(id=campaign.id)).collected_cents == 0


async def test_what_came_by_hand_goes_back_when_the_campaign_fails() -> None:
    campaign, treasurer = await a_live_campaign(), await a_treasurer()
    counted = await a_verified_gift(campaign, 4_000, email="odile@exemple.fr")
    waiting = await a_gift(campaign, 500, Mode.CASH)
    with pytest.raises(DomainError):
        await verifying.give_back(counted.id, treasurer, "elle n’a pas échoué")
    await Campaign.filter(id=campaign.id).update(
        status=CampaignStatus.FAILED, decided_at=clock.now(), decided_total_cents=4_000
    )
    with pytest.raises(DomainError):
        await verifying.verify(waiting.id, treasurer)
    for gift in (counted, waiting):
        await verifying.give_back(gift.id, treasurer, "chèque rendu en main propre")
    assert await totals(campaign) == (0, 0)
    assert set((await ledger.balances()).values()) == {0}
    await jobs.run_due(schedules=False)
    assert await OutboxMessage.filter(to="odile@exemple.fr", subject__startswith="Votre don vous revient").count() == 1
    assert await problems() == []


async def test_a_promise_that_nobody_receives_is_forgotten() -> None:
    campaign = await a_live_campaign()
    old, fresh = await a_gift(campaign, mode=None), await a_gift(campaign, mode=None)
    received = await a_gift(campaign)
    await OfflineGift.filter(id__in=[old.id, received.id]).update(created_at=clock.now() - timedelta(days=31))
    await service.expire_due()
    found = {gift.id: gift.status for gift in await OfflineGift.all()}
    assert found == {old.id: "expired", fresh.id: "promised", received.id: "received"}


@pytest.mark.parametrize("wrong", [
    "UPDATE campaign SET offline_cents = offline_cents + 1", "UPDATE offline_gift SET amount_cents = amount_cents + 1",
    "UPDATE offline_gift SET status = 'received'",
])  # fmt: skip
async def test_what_does_not_add_up_is_said(wrong: str) -> None:
    await a_verified_gift(await a_live_campaign())
    assert await problems() == []
    await db.execute(wrong)
    assert any("hors ligne" in sentence for sentence in [one for check in CHECKS for one in await check()])


ACTS = st.lists(
    st.tuples(st.sampled_from(["enter", "verify", "undo", "bounce", "bank"]), st.integers(0, 3), st.integers(100, 90_000)),
    max_size=12,
)  # fmt: skip


@hypothesis_settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS)
async def test_whatever_happens_the_totals_are_the_sum_of_what_was_verified(
    app: ASGIApp, acts: list[tuple[str, int, int]]
) -> None:
    campaign, treasurer = await a_live_campaign(), await a_treasurer()
    gifts: list[OfflineGift] = []
    for act, which, cents in acts:
        if act == "enter" or not gifts:
            gifts.append(await a_gift(campaign, cents, list(Mode)[which % 3]))
            continue
        await _try(act, gifts[which % len(gifts)], treasurer)
    rows = await OfflineGift.filter(campaign_id=campaign.id)
    counted = sum(row.amount_cents for row in rows if row.status in ("verified", "banked"))
    assert (await totals(campaign))[0] == counted == await ledger.collected_cents(campaign.id)
    assert await problems() == []


async def _try(act: str, gift: OfflineGift, treasurer: Actor) -> None:
    fresh = await OfflineGift.get(id=gift.id)
    try:
        if act == "bank":
            mode = Mode(fresh.mode or Mode.CASH)
            await deposits.bank(await deposits.prepare(mode, [fresh.id], treasurer), clock.today(), treasurer)
        elif act == "verify":
            await verifying.verify(fresh.id, treasurer)
        else:
            await (verifying.undo if act == "undo" else verifying.bounce)(fresh.id, treasurer, "essai")
    except DomainError:
        return


async def test_a_donor_without_an_address_makes_no_person() -> None:
    campaign = await a_live_campaign()
    before = await Person.all().count()
    gift = await a_gift(campaign, by=campaign.lead)
    assert gift.person_id is None
    assert await Person.all().count() == before
