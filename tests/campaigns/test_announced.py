"""« Par chèque ou virement » from the start: announced, changed, taken back, lapsed; it counts only once verified."""

import asyncio
from datetime import timedelta

import pytest

from campaigns.ledger.models import Entry
from campaigns.lifecycle.models import Campaign, CampaignStatus, Reward
from campaigns.offline import promising, queries, service, statements, verifying
from campaigns.offline.models import BankLine, Mode, OfflineChange, OfflineGift, OfflineStatus
from campaigns.offline.promising import Wish
from campaigns.offline.service import Entry as Line
from campaigns.pledges import service as pledges
from campaigns.pledges.models import Pledge, PledgeStatus
from campaigns.pledges.queries import supporters
from campaigns.pledges.service import Gift
from campaigns.settlement import deciding
from campaigns.states import NotNow
from civic import clock, jobs, slots
from civic.errors import DomainError, Gone, Invalid
from civic.mail.models import OutboxMessage
from civic.people.actor import Actor
from civic.people.models import Person
from tests.factories import a_person
from tests.factories.campaigns import a_live_campaign, a_reward
from tests.factories.offline import a_treasurer, an_announced_gift

pytestmark = pytest.mark.usefixtures("books")


async def lead_of(campaign: Campaign) -> Actor:
    return Actor(await Person.get(id=campaign.lead_id))


async def mails(name: str) -> int:
    """How many letters whose subject says this were sent."""
    await jobs.run_due()
    return await OutboxMessage.filter(subject__icontains=name).count()


async def problems() -> list[str]:
    return [sentence for check in slots.verifications for sentence in await check()]


async def receives(campaign: Campaign, gift: OfflineGift, cents: int = 5_000, mode: Mode | None = Mode.CHEQUE) -> OfflineGift:
    line = Line("", cents, mode, clock.today(), "CA 441", number=gift.code)
    kept = await service.enter(campaign, await lead_of(campaign), [line], f"stall-{gift.id}-{cents}")
    return await OfflineGift.get(id=kept[0].id)


async def test_an_announced_cheque_counts_only_once_two_others_have_received_and_verified_it() -> None:
    campaign = await a_live_campaign()
    gift = await an_announced_gift(campaign, public_name="Odile B.")
    assert (gift.status, gift.due_on) == (OfflineStatus.PROMISED, campaign.last_day - promising.ROOM)  # type: ignore[operator]
    fresh = await Campaign.get(id=campaign.id)
    assert (fresh.raised_cents, fresh.backers_count, await supporters(campaign.id)) == (0, 0, [])
    received = await receives(campaign, gift)
    assert (received.id, received.status, received.donor_name) == (gift.id, OfflineStatus.RECEIVED, "Odile Blanc")
    assert (await Campaign.get(id=campaign.id)).raised_cents == 0
    with pytest.raises(DomainError):
        await verifying.verify(gift.id, await lead_of(campaign))
    await verifying.verify(gift.id, await a_treasurer())
    fresh = await Campaign.get(id=campaign.id)
    assert (fresh.raised_cents, fresh.backers_count, await supporters(campaign.id)) == (5_000, 1, ["Odile B."])
    assert await Entry.filter(source_type="offline_gift").count() == 1
    assert await problems() == []


async def test_the_same_form_twice_is_one_promise_and_the_same_line_twice_one_cheque() -> None:
    campaign, backer = await a_live_campaign(), await a_person("Odile Blanc")
    gift = Gift(5_000, 0, 0, False, False, backer.short_name)
    made = await asyncio.gather(
        *(promising.promise(backer, campaign, gift, ["key"], known=True) for _turn in range(3))
    )
    assert len({one.id for one in made}) == 1
    first = await receives(campaign, made[0])
    line = Line("", 5_000, Mode.CHEQUE, clock.today(), "CA 441", number=made[0].code)
    assert [one.id for one in await service.enter(campaign, await lead_of(campaign), [line], "again")] == [first.id]
    assert await OfflineGift.all().count() == 1
    assert await mails("Comment envoyer votre don") == 1


async def test_a_card_promised_by_the_same_form_makes_room_and_one_that_stands_refuses_the_cheque() -> None:
    campaign, backer = await a_live_campaign(), await a_person("Odile Blanc")
    reward = await a_reward(campaign, stock=1)
    gift = Gift(5_000, 0, reward.id, False, False, backer.short_name)
    card = await pledges.pledge(backer, campaign, gift, "key", [])
    made = await promising.promise(backer, campaign, gift, ["key"], known=True)
    assert (await Pledge.get(id=card.id)).status == PledgeStatus.ABANDONED
    assert (made.reward_id, (await Reward.get(id=reward.id)).taken) == (reward.id, 1)
    await Pledge.filter(id=card.id).update(status=PledgeStatus.CONFIRMED, form_key="other")
    with pytest.raises(NotNow):
        await promising.promise(backer, campaign, gift, ["other"], known=True)


async def test_a_form_sent_by_card_and_by_cheque_at_once_is_one_gift() -> None:
    campaign, backer = await a_live_campaign(), await a_person("Odile Blanc")
    reward = await a_reward(campaign, stock=40)
    gift = Gift(5_000, 0, reward.id, False, False, backer.short_name)
    for turn in range(10):
        await asyncio.gather(
            pledges.pledge(backer, campaign, gift, f"key-{turn}", []),
            promising.promise(backer, campaign, gift, [f"key-{turn}"], known=True), return_exceptions=True,
        )  # fmt: skip
    cards = await Pledge.exclude(status=PledgeStatus.ABANDONED).count()
    cheques = await OfflineGift.filter(status=OfflineStatus.PROMISED).count()
    assert cards + cheques == 10
    assert (await Reward.get(id=reward.id)).taken == 10
    made = await promising.promise(backer, campaign, gift, ["cheque-first"], known=True)
    with pytest.raises(NotNow):
        await pledges.pledge(backer, campaign, gift, "cheque-first", [])
    await promising.cancel(await queries.gift_of_her_own(made.id))
    assert (await pledges.pledge(backer, campaign, gift, "cheque-first", [])).status == PledgeStatus.CREATED


async def test_the_last_piece_of_a_reward_goes_to_a_card_or_to_a_cheque_never_to_both() -> None:
    campaign = await a_live_campaign()
    reward = await a_reward(campaign, stock=1)
    one, two = await a_person("Odile Blanc"), await a_person("Hugo Petit")
    wish = Gift(5_000, 0, reward.id, False, False, "Quelqu’un")
    answers = await asyncio.gather(
        promising.promise(one, campaign, wish, ["cheque"], known=True), pledges.pledge(two, campaign, wish, "card", []),
        return_exceptions=True,
    )  # fmt: skip
    assert sorted(isinstance(answer, DomainError) for answer in answers) == [False, True]
    assert (await Reward.get(id=reward.id)).taken == 1
    assert await problems() == []


async def test_its_backer_changes_and_cancels_it_until_somebody_has_received_it() -> None:
    campaign = await a_live_campaign()
    few, many = await a_reward(campaign, stock=1), await a_reward(campaign, from_amount="80")
    gift = await an_announced_gift(campaign, reward_id=few.id, public_name="Odile B.")
    assert not await promising.change(gift, promising.wish_of(gift))
    with pytest.raises(Invalid):
        await promising.change(gift, Wish(4_000, many.id, False, False))
    with pytest.raises(Invalid):
        await promising.change(gift, Wish(1_000, few.id, False, False))
    assert await promising.change(gift, Wish(9_000, many.id, True, False))
    fresh = await queries.gift_of_her_own(gift.id)
    assert (fresh.amount_cents, fresh.reward_id, fresh.anonymous, fresh.public_name) == (9_000, many.id, True, "")
    assert [(await Reward.get(id=one.id)).taken for one in (few, many)] == [0, 1]
    with pytest.raises(NotNow):  # the other tab knows the former amount
        await promising.change(gift, Wish(2_000, 0, False, False))
    assert [(await Reward.get(id=one.id)).taken for one in (few, many)] == [0, 1]
    await promising.cancel(fresh)
    assert (await Reward.get(id=many.id)).taken == 0
    with pytest.raises(NotNow):
        await promising.cancel(await queries.gift_of_her_own(gift.id))
    assert await mails("est annulé") == 1
    assert await problems() == []


async def test_what_is_received_is_no_longer_hers_to_change_and_keeps_her_choices() -> None:
    campaign = await a_live_campaign()
    reward = await a_reward(campaign, stock=1)
    gift = await an_announced_gift(campaign, reward_id=reward.id, public_name="Odile B.", amount_hidden=True)
    stale = await queries.gift_of_her_own(gift.id)
    await receives(campaign, gift)
    for verb in (promising.cancel(stale), promising.change(stale, Wish(2_000, 0, False, False))):
        with pytest.raises(NotNow):
            await verb
    kept = await OfflineGift.get(id=gift.id)
    assert (kept.public_name, kept.amount_hidden, kept.email) == ("Odile B.", True, stale.email)
    assert (kept.reward_id, (await Reward.get(id=reward.id)).taken) == (reward.id, 1)


async def test_a_smaller_cheque_than_its_reward_asks_for_comes_without_it() -> None:
    campaign = await a_live_campaign()
    reward = await a_reward(campaign, stock=1, from_amount="30")
    gift = await an_announced_gift(campaign, reward_id=reward.id)
    kept = await receives(campaign, gift, cents=2_000)
    assert (kept.amount_cents, kept.reward_id, (await Reward.get(id=reward.id)).taken) == (2_000, None, 0)
    assert await problems() == []


async def test_a_reward_is_warned_of_then_free_and_what_never_comes_lapses_with_one_letter() -> None:
    campaign = await a_live_campaign(deadline=clock.now() + timedelta(days=60))
    reward = await a_reward(campaign, stock=1)
    gift = await an_announced_gift(campaign, reward_id=reward.id)
    assert (gift.held_until, gift.due_on) == (clock.today() + promising.HELD, clock.today() + promising.KEPT)
    await promising.sweep()
    assert await mails("Nous attendons") == 0
    await OfflineGift.filter(id=gift.id).update(held_until=clock.today() + promising.REMINDED)
    for _turn in range(2):
        await promising.sweep()
    assert await mails("Nous attendons votre chèque") == 1
    await OfflineGift.filter(id=gift.id).update(held_until=clock.today() - timedelta(days=1))
    await promising.sweep()
    freed = await OfflineGift.get(id=gift.id)
    assert (freed.status, freed.reward_id, (await Reward.get(id=reward.id)).taken) == (OfflineStatus.PROMISED, None, 0)
    await OfflineGift.filter(id=gift.id).update(due_on=clock.today() - promising.ROOM)
    await promising.sweep()
    assert (await OfflineGift.get(id=gift.id)).status == OfflineStatus.PROMISED
    await OfflineGift.filter(id=gift.id).update(due_on=clock.today() - promising.ROOM - timedelta(days=5))
    assert any("attend encore" in one for one in await problems())
    for _turn in range(2):
        await promising.sweep()
    assert (await OfflineGift.get(id=gift.id)).status == OfflineStatus.EXPIRED
    assert await mails("Nous n’attendons plus") == 1
    assert await problems() == []


async def test_a_cheque_that_comes_after_it_lapsed_still_counts_without_its_reward() -> None:
    campaign = await a_live_campaign()
    reward = await a_reward(campaign, stock=1)
    gift = await an_announced_gift(campaign, reward_id=reward.id)
    await OfflineGift.filter(id=gift.id).update(due_on=clock.today() - timedelta(days=9))
    await promising.sweep()
    assert (await Reward.get(id=reward.id)).taken == 0
    assert (await receives(campaign, gift)).status == OfflineStatus.RECEIVED
    await verifying.verify(gift.id, await a_treasurer())
    assert (await Campaign.get(id=campaign.id)).offline_cents == 5_000
    assert await problems() == []


async def test_a_campaign_that_reached_its_goal_by_cheques_alone_is_funded_at_its_deadline() -> None:
    campaign = await a_live_campaign(minimum_cents=5_000)
    gift = await an_announced_gift(campaign)
    await receives(campaign, gift)
    await verifying.verify(gift.id, await a_treasurer())
    await Campaign.filter(id=campaign.id).update(deadline=clock.now())
    await deciding.decide(campaign.id)
    await jobs.run_due(schedules=False)
    assert (await Campaign.get(id=campaign.id)).status == CampaignStatus.FUNDED
    await jobs.run_due(schedules=False)
    told = await OutboxMessage.filter(subject__startswith="C’est fait", to=gift.email)
    assert len(told) == 1, "who gave by cheque hears of the success too, once"


async def test_when_the_campaign_fails_she_is_told_and_a_late_cheque_goes_back() -> None:
    campaign = await a_live_campaign()
    gift = await an_announced_gift(campaign)
    await Campaign.filter(id=campaign.id).update(status=CampaignStatus.FAILED, decided_at=clock.now())
    await promising.sweep()
    await promising.sweep()
    await jobs.run_due()
    told = await OutboxMessage.filter(subject__startswith="Nous n’attendons plus").get()
    assert "N’envoyez pas votre don" in told.text
    lead, treasurer = await lead_of(campaign), await a_treasurer()
    found = await queries.gift_to_change(campaign.slug, gift.id, lead)
    await service.change(found, lead, Line("", 5_000, Mode.CHEQUE, clock.today()))
    with pytest.raises(Gone):
        await verifying.verify(gift.id, treasurer)
    assert [one.id for one in await queries.to_give_back()] == [gift.id]
    await verifying.give_back(gift.id, treasurer, "Chèque renvoyé par la poste.")
    assert (await OfflineGift.get(id=gift.id)).status == OfflineStatus.RETURNED
    assert await problems() == []


async def test_an_unconfirmed_announcement_holds_its_reward_for_a_day_and_is_then_forgotten() -> None:
    campaign = await a_live_campaign()
    reward = await a_reward(campaign, stock=1)
    gift = await an_announced_gift(campaign, reward_id=reward.id, known=False)
    assert (gift.status, (await Reward.get(id=reward.id)).taken) == (OfflineStatus.CREATED, 1)
    assert await queries.announced() == await queries.of_campaign(campaign.id) == []
    await promising.sweep()
    assert await OfflineGift.filter(id=gift.id).exists()
    await OfflineGift.filter(id=gift.id).update(created_at=clock.now() - promising.CONFIRM_WITHIN)
    await promising.sweep()
    assert not await OfflineGift.filter(id=gift.id).exists()
    assert (await Reward.get(id=reward.id)).taken == 0
    assert await problems() == []


async def test_confirming_twice_announces_once_and_after_the_end_not_at_all() -> None:
    campaign = await a_live_campaign()
    first, second = [await an_announced_gift(campaign, known=False, name=name) for name in ("Odile Blanc", "Hugo Petit")]
    whole = await queries.gift_of_her_own(first.id)
    await asyncio.gather(promising.confirm(whole), promising.confirm(await queries.gift_of_her_own(first.id)))
    assert [one.id for one in await queries.announced(campaign.id)] == [first.id]
    assert (await Person.get(id=first.person_id)).email_verified_at
    assert await mails("Comment envoyer votre don") == 1
    await Campaign.filter(id=campaign.id).update(deadline=clock.now())
    with pytest.raises(Gone):
        await promising.confirm(await queries.gift_of_her_own(second.id))
    assert (await OfflineGift.get(id=second.id)).status == OfflineStatus.CREATED


async def test_a_line_of_the_bank_with_its_reference_pays_it() -> None:
    campaign = await a_live_campaign()
    gift, (one, two) = await an_announced_gift(campaign), (await a_treasurer(), await a_treasurer("Émile Garde"))
    day = clock.today().strftime("%d/%m/%Y")
    text = f"Date;Libelle;Montant\n{day};VIR BLANC ODILE {gift.code};50,00\n"
    sent = await statements.receive("releve.csv", text.encode(), one)
    if not sent.read_at:
        await statements.choose_columns(sent, "Banque", {"date": "0", "label": "1", "amount": "2"}, one)
    line = await BankLine.get(statement_id=sent.id)
    assert line.gift_id == gift.id
    await statements.confirm(line.id, two)
    fresh = await OfflineGift.get(id=gift.id)
    assert (fresh.status, fresh.mode, fresh.id) == (OfflineStatus.VERIFIED, Mode.TRANSFER, gift.id)
    assert (await Campaign.get(id=campaign.id)).offline_cents == 5_000
    assert await problems() == []


async def test_no_cheque_where_only_cards_pay_nor_when_it_could_not_arrive_in_time() -> None:
    backer = await a_person("Odile Blanc")
    soon = await a_live_campaign(deadline=clock.now() + timedelta(days=3))
    gift = Gift(5_000, 0, 0, False, False, backer.short_name)
    assert "n’arriverait plus à temps" in promising.why_not(soon)
    with pytest.raises(Gone):
        await promising.promise(backer, soon, gift, ["key"], known=True)
    assert await OfflineGift.all().count() == 0
    soon.payee_id = 12
    assert "par carte seulement" in promising.why_not(soon)


async def test_a_bounced_cheque_gives_its_reward_back() -> None:
    campaign = await a_live_campaign()
    reward = await a_reward(campaign, stock=1)
    gift = await an_announced_gift(campaign, reward_id=reward.id)
    await receives(campaign, gift)
    treasurer = await a_treasurer()
    await verifying.verify(gift.id, treasurer)
    await verifying.bounce(gift.id, treasurer)
    assert (await Reward.get(id=reward.id)).taken == 0
    assert (await Campaign.get(id=campaign.id)).raised_cents == 0
    assert await OfflineChange.filter(gift_id=gift.id).count() == 4
    assert await problems() == []


async def test_what_she_took_back_in_one_tab_is_not_confirmed_in_the_other() -> None:
    gift = await an_announced_gift(await a_live_campaign(), known=False)
    stale = await OfflineGift.get(id=gift.id).select_related("campaign", "person", "reward")
    await promising.cancel(gift)
    with pytest.raises(Gone, match="annulé"):
        await promising.confirm(stale)
    assert (await OfflineGift.get(id=gift.id)).status == OfflineStatus.WITHDRAWN
