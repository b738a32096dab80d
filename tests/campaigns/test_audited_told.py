"""Whoever changes names, or comes late, makes no settled total tell one gift (docs/decisions/0014, invariant 15)."""

from random import Random
from typing import Any

import pytest

from campaigns.ledger import telling
from campaigns.ledger.told import Moved, told
from campaigns.lifecycle.models import Campaign, CampaignStatus
from campaigns.lifecycle.transitions import By, move
from campaigns.matching import service as matching
from campaigns.offline import verifying
from campaigns.offline.models import OfflineGift
from campaigns.panels import figures
from campaigns.pledges.queries import supporters
from campaigns.proof.accounts import books_of
from civic import database
from civic.web.formats import number
from tests.campaigns.till import problems
from tests.factories import a_person
from tests.factories.campaigns import a_live_campaign
from tests.factories.matching import an_agreement
from tests.factories.offline import a_treasurer, a_verified_gift

pytestmark = pytest.mark.usefixtures("app")
CHEQUES = {"Ana Un": 1_100, "Bea Deux": 2_300, "Cléo Trois": 4_700, "Dora Quatre": 9_100, "Eva Cinq": 20_000}


async def a_settled_flexible(**values: Any) -> Campaign:
    """A campaign of five cheques that keeps what it raises, funded."""
    campaign = await a_live_campaign(goal="flexible")
    for name, cents in CHEQUES.items():
        await a_verified_gift(campaign, cents, donor_name=name, **values)
    await _to(campaign, CampaignStatus.FUNDED)
    return await Campaign.get(id=campaign.id)


async def _to(campaign: Campaign, status: CampaignStatus) -> None:
    found = await Campaign.get(id=campaign.id)
    async with database.transaction():
        await move(found, status, by=By.SCHEDULER)


async def bounces(campaign: Campaign, cents: int) -> None:
    gift = await OfflineGift.get(campaign_id=campaign.id, amount_cents=cents)
    await verifying.bounce(gift.id, await a_treasurer("Autre Trésor"))


async def shown(campaign: Campaign) -> tuple[int, int]:
    """The public total by the campaign's page and by the page of proofs."""
    found = await Campaign.get(id=campaign.id)
    return found.raised_cents, (await books_of(found)).totals.fund


def test_what_was_told_stays_told_whoever_its_givers_are_called_afterwards() -> None:
    out = [Moved(position, "refund", f"pledge {position}", -position * 100, 0) for position in range(10, 16)]
    six = {one.of: one.of[1] for one in out}
    first = told(out[:3], six, 9)
    assert (first.gone, first.upto) == (3_300, 12)
    merged = {**six, ("pledge", 11): 10}
    for many in (4, 5):
        later = told(out[:many], merged, 9, upto=first.upto)
        assert (later.gone, later.upto) == (3_300, 12)
    assert told(out, merged, 9, upto=first.upto).gone == sum(range(10, 16)) * 100


async def test_a_backer_who_takes_the_name_of_a_donor_by_hand_makes_no_total_tell_the_next_gift() -> None:
    campaign = await a_settled_flexible()
    mallory = await a_person("Ana Un")
    await OfflineGift.filter(campaign_id=campaign.id, donor_name="Ana Un").update(person_id=mallory.id)
    whole = sum(CHEQUES.values())
    for cents in (1_100, 2_300, 4_700):
        await bounces(campaign, cents)
    assert await shown(campaign) == (whole - 8_100, whole - 8_100)
    await OfflineGift.filter(campaign_id=campaign.id, donor_name="Bea Deux").update(person_id=mallory.id)
    assert await shown(campaign) == (whole - 8_100, whole - 8_100)
    await bounces(campaign, 9_100)
    assert await shown(campaign) == (whole - 8_100, whole - 8_100)
    assert await problems() == []


async def test_a_hidden_cheque_that_comes_after_the_settlement_is_not_named_beside_its_step_of_the_total() -> None:
    campaign = await a_settled_flexible(public_name="Chèque", amount_hidden=True)
    before = await supporters(campaign.id)
    await a_verified_gift(campaign, 3_700, donor_name="Tard Venue", public_name="Tard V.", amount_hidden=True)
    assert (await shown(campaign))[0] == sum(CHEQUES.values()) + 3_700
    assert await supporters(campaign.id) == before
    await a_verified_gift(campaign, 3_800, donor_name="Claire Nette", public_name="Claire N.")
    assert "Claire N." in await supporters(campaign.id)


async def test_while_all_goes_back_each_refund_is_added_and_reads_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    campaign = await a_live_campaign(goal="flexible")
    for name, cents in CHEQUES.items():
        await a_verified_gift(campaign, cents, donor_name=name)
    await Campaign.filter(id=campaign.id).update(status=CampaignStatus.SHORTFALL)
    await _to(campaign, CampaignStatus.UNWINDING)

    async def never(*_args: object, **_values: object) -> None:
        raise AssertionError("read all the others")

    with monkeypatch.context() as patched:
        patched.setattr(telling, "told_of", never)
        await bounces(campaign, 1_100)
        await bounces(campaign, 2_300)
    found = await Campaign.get(id=campaign.id)
    assert (found.untold_cents, found.raised_cents) == (3_400, sum(CHEQUES.values()))
    assert await problems() == []




def test_what_is_kept_from_step_to_step_is_what_all_entries_say_at_once() -> None:
    dice = Random(6)
    for _turn in range(200):
        moved, carried = [Moved(n, "charge", f"pledge {n}", 1_000 + n, 0) for n in range(6)], None
        for position in range(6, 30):
            kind, fund, held = dice.choice([
                ("refund", -100, 0), ("dispute", 0, 50), ("lost", -50, -50), ("won", 0, -50), ("back", 100, 0),
                ("match_reduced", -10, 0),
            ])  # fmt: skip
            moved.append(Moved(position, kind, f"pledge {dice.randrange(6)}", fund, held))
            givers = {("pledge", n): n % 5 for n in range(6)}
            step, whole = told(moved, givers, 10, upto=carried), told(moved, givers, 10)
            assert (step.gone, step.untold, step.waiting, step.upto) == (whole.gone, whole.untold, whole.waiting, whole.upto)
            assert told(moved, {}, 10, upto=step.upto, enough=0).gone == step.gone
            carried = step.upto


async def test_once_it_is_told_the_home_page_takes_off_what_residents_gave_and_not_what_is_added_less() -> None:
    campaign = await a_live_campaign(goal="flexible")
    await an_agreement(campaign, percent=50)
    for name, cents in CHEQUES.items():
        await a_verified_gift(campaign, cents, donor_name=name)
    await matching.refresh(campaign.id)
    await _to(campaign, CampaignStatus.FUNDED)
    await matching.make_due(campaign.id)
    whole = sum(CHEQUES.values())
    gone = {1_100: 0, 2_300: 0, 4_700: 8_100, 9_100: 8_100}
    for cents, told_now in gone.items():
        await bounces(campaign, cents)
        found = await Campaign.get(id=campaign.id)
        assert found.raised_cents == (whole - told_now) * 3 // 2
        assert (await figures())[0].value.startswith(number((whole - told_now) // 100))
    assert await problems() == []
