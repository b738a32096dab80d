"""Tax receipts: only for money that came, from an issuer with a ground, numbered without a gap, undone in the open."""

import asyncio
import re
from collections.abc import Iterator
from datetime import date, timedelta

import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns import tax
from campaigns.lifecycle.models import Campaign, Reward
from campaigns.offline.models import Mode, OfflineGift, OfflineStatus
from campaigns.payments.models import Attempt, AttemptStatus
from campaigns.pledges.models import Pledge, PledgeStatus
from campaigns.pledges.queries import MANAGE
from campaigns.receipts import drawing, jobs, queries, service
from campaigns.receipts.eligibility import Gift, refusal
from campaigns.receipts.forms import DonorForm
from campaigns.receipts.models import Receipt
from campaigns.receipts.verify import CHECKS
from campaigns.refunds.models import Refund, RefundCause, RefundStatus
from civic import clock
from civic import jobs as all_jobs
from civic.mail.models import OutboxMessage
from civic.people import links
from civic.people.actor import Actor
from civic.people.models import RoleName
from civic.settings import Settings, configure
from tests.client import Client
from tests.engines import Database
from tests.factories import a_person
from tests.factories.campaigns import a_confirmed_pledge, a_live_campaign, a_reward

pytestmark = pytest.mark.usefixtures("app")
ISSUER = {
    "receipt_issuer": "Les Voisins du Mardi", "receipt_address": "4 rue du Four|01600 Trévoux",
    "receipt_number": "W012345678", "receipt_purpose": "Relier les hameaux", "receipt_category": "interet_general",
    "receipt_ground": "Rescrit de la DDFiP de l’Ain", "receipt_ground_on": date(2020, 1, 1),
    "receipt_signatory": "Rose Petit, trésorière",
}  # fmt: skip
ADDRESS = {"kind": "person", "name": "Odile Blanc", "street": "3 chemin des Étangs", "postcode": "01330", "city": "Villars"}


@pytest.fixture
def issuing(settings: Settings) -> Iterator[Settings]:
    """An installation whose host has entered everything."""
    ready = settings.model_copy(update=ISSUER)
    configure(ready)
    yield ready
    configure(settings)


async def arrived(cents: int = 3_000, campaign: Campaign | None = None, **values: object) -> Pledge:
    """A gift whose money came today."""
    campaign = campaign or await a_live_campaign()
    pledge = await a_confirmed_pledge(campaign, await a_person("Odile Blanc"), cents, **values)
    await Pledge.filter(id=pledge.id).update(status=PledgeStatus.COLLECTED, collected_at=clock.now())
    return await queries.gift(pledge.id)


def link(pledge: Pledge, tail: str = "") -> str:
    return f"/promesses/{links.make(MANAGE, pledge.id)}/recu{tail}"


async def wrong() -> list[str]:
    return [sentence for check in CHECKS for sentence in await check()]


def words_of(pdf: bytes) -> str:
    pages = pypdfium2.PdfDocument(pdf)
    return re.sub(r"\s+", " ", " ".join(page.get_textpage().get_text_range() for page in pages))


async def test_a_donor_asks_for_her_receipt_by_her_link_and_gets_it(issuing: Settings, client: Client) -> None:
    pledge = await arrived(3_000)
    before = await client.get(link(pledge))
    assert "ne vous coûte que" in before.text
    assert "10,20" in before.text
    wrong_code = await client.submit(link(pledge), {**ADDRESS, "postcode": "0132"})
    assert (wrong_code.status_code, "cinq chiffres" in wrong_code.text) == (422, True)
    await client.submit(link(pledge), ADDRESS)
    again = (await client.get(link(pledge))).text
    for said in ("Relisez", "Odile Blanc", "3 chemin des Étangs, 01330 Villars, France", "Établir mon reçu"):
        assert said in again, said
    assert 'name="street"' not in again
    assert 'name="street"' in (await client.get(link(pledge, "?corriger=oui"))).text
    assert await Receipt.all().count() == 0
    await client.submit(link(pledge, "/etablir"))
    after = await client.get(link(pledge))
    year = clock.today().year
    assert f"{year}-00001" in after.text
    paper = await client.get(link(pledge, ".pdf"))
    text = words_of(paper.content)
    for mention in (
        f"{year}-00001", "Les Voisins du Mardi", "4 rue du Four", "W012345678", "Relier les hameaux", "intérêt général",
        "Rescrit de la DDFiP", "Odile Blanc", "3 chemin des Étangs", "01330 Villars", "30 €", "trente euros",
        "numéraire", "déclaration de don manuel", "article 200", "11580", "Signé par Rose Petit, trésorière, le ", "Date du versement",
    ):  # fmt: skip
        assert mention in text, mention
    statement = await client.get(f"/promesses/{links.make(MANAGE, pledge.id)}/releve-{year}.pdf")
    assert "Relevé de vos dons" in words_of(statement.content)
    assert await wrong() == []


async def test_a_company_gets_the_other_form_with_its_siren(issuing: Settings) -> None:
    pledge = await arrived(200_050)
    company = {**ADDRESS, "kind": "company", "name": "Menuiserie Perrin", "legal_form": "SARL", "number": "732 829 320"}
    await service.tell_identity(pledge, DonorForm.model_validate(company))
    text = words_of(await drawing.receipt_paper(await service.issue(pledge.id)))
    assert "238 bis" in text
    assert "16216" in text
    assert "732829320" in text
    assert "deux mille euros et cinquante centimes" in text


async def test_a_company_without_siren_and_an_incomplete_address_are_refused_with_the_form_filled(
    issuing: Settings, client: Client
) -> None:
    pledge = await arrived()
    answer = await client.submit(link(pledge), {**ADDRESS, "kind": "company", "number": "12"})
    assert answer.status_code == 422
    assert "neuf chiffres" in answer.text
    assert "3 chemin des Étangs" in answer.text
    answer = await client.submit(link(pledge), {**ADDRESS, "street": ""})
    assert answer.status_code == 422
    assert "Villars" in answer.text
    assert await Receipt.all().count() == 0


async def test_without_a_ground_nobody_gets_a_receipt(client: Client) -> None:
    pledge = await arrived()
    assert "ne délivre pas de reçu fiscal" in (await client.get(link(pledge))).text
    await client.submit(link(pledge), ADDRESS)
    assert await Receipt.all().count() == 0


TODAY = date(2026, 6, 1)
FINE = {"amount_cents": 10_000, "beneficiary": "Les Voisins du Mardi", "received_on": TODAY}


@pytest.mark.one_engine
@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({}, ""),
        ({"beneficiary": "Une autre"}, "autre structure"),
        ({"received_on": None}, "quand l’argent est arrivé"),
        ({"received_on": date(2019, 12, 31)}, "avant que nous puissions"),
        ({"returned": True}, "remboursé"),
        ({"reward_value_cents": 2_500}, ""),
        ({"reward_value_cents": 2_501}, "vaut trop"),
        ({"reward_is_sale": True}, "vaut trop"),
        ({"amount_cents": 100_000, "reward_value_cents": 7_300}, ""),
        ({"amount_cents": 100_000, "reward_value_cents": 7_301}, "vaut trop"),
        ({"amount_cents": 100_000, "reward_value_cents": 7_301, "company": True}, ""),
        ({"reward_value_cents": 1_000, "rewards_of_the_year_cents": 6_400}, "vaut trop"),
    ],
)
async def test_who_may_have_a_receipt(issuing: Settings, changed: dict[str, object], says: str) -> None:
    found = refusal(Gift(**{**FINE, **changed}))  # type: ignore[arg-type]
    assert says in found
    assert bool(found) == bool(says)


@given(st.integers(100, 10_000_000), st.integers(0, 10_000_000))
def test_a_gift_never_costs_less_than_promised(gift: int, value: int) -> None:
    cost = tax.cost_cents(gift, TODAY)
    assert 0 < cost <= gift
    assert cost * 100 >= gift * 34
    allowed = tax.reward_allows(gift, value, of_the_year_cents=0, company=True, day=TODAY)
    assert allowed == (value * 4 <= gift)


async def test_numbers_have_no_gap_when_many_ask_at_once(issuing: Settings, database: Database) -> None:
    campaign = await a_live_campaign()
    pledges = [await arrived(3_000 + n, campaign) for n in range(12)]
    for pledge in pledges:
        await service.tell_identity(pledge, DonorForm.model_validate(ADDRESS))
    await asyncio.gather(*(service.issue(pledge.id) for pledge in pledges for _twice in range(2)))
    receipts = await Receipt.all().order_by("number")
    assert [receipt.number for receipt in receipts] == list(range(1, 13))
    assert len({receipt.pledge_id for receipt in receipts}) == 12
    assert await wrong() == []


async def test_a_refused_receipt_uses_no_number(issuing: Settings) -> None:
    late = await arrived()
    with pytest.raises(service.NoReceipt):
        await service.issue(late.id)
    await service.tell_identity(late, DonorForm.model_validate(ADDRESS))
    assert (await service.issue(late.id)).number == 1


async def test_a_voided_receipt_keeps_its_number_and_another_may_follow(issuing: Settings) -> None:
    pledge = await arrived()
    await service.tell_identity(pledge, DonorForm.model_validate(ADDRESS))
    first = await service.issue(pledge.id)
    treasurer = Actor(await a_person("Rose Petit", "", RoleName.TREASURER), frozenset({RoleName.TREASURER}))
    undone = await service.void(first, "Le nom était faux.", treasurer)
    assert (await service.void(first, "Encore une fois.", treasurer)).id == undone.id
    await service.tell_identity(pledge, DonorForm.model_validate({**ADDRESS, "name": "Odile Blanc-Rey"}))
    second = await service.issue(pledge.id)
    assert [first.number, undone.number, second.number] == [1, 2, 3]
    assert "ANNULÉ par le reçu" in words_of(await drawing.receipt_paper(first, undone.label))
    report = await queries.report(first.issuer, first.year)
    assert report == {"gifts": 1, "cents": 3_000, "donors": 1}
    assert await wrong() == []


async def test_a_receipt_can_be_neither_changed_nor_deleted(issuing: Settings) -> None:
    pledge = await arrived()
    await service.tell_identity(pledge, DonorForm.model_validate(ADDRESS))
    receipt = await service.issue(pledge.id)
    with pytest.raises(Exception, match=r"receipt|append|jamais|never"):
        await Receipt.filter(id=receipt.id).update(amount_cents=1)
    with pytest.raises(Exception, match=r"receipt|append|jamais|never"):
        await Receipt.filter(id=receipt.id).delete()


async def test_a_refund_takes_the_receipt_back(issuing: Settings) -> None:
    pledge = await arrived()
    await service.tell_identity(pledge, DonorForm.model_validate(ADDRESS))
    await jobs.money_arrived(pledge.id)
    assert await queries.receipt_of(pledge.id)
    await Pledge.filter(id=pledge.id).update(status=PledgeStatus.REFUNDED)
    for _again in range(2):
        await jobs.money_returned(pledge.id)
    assert await queries.receipt_of(pledge.id) is None
    assert await Receipt.all().count() == 2
    assert await wrong() == []


async def test_a_backer_hears_once_how_to_get_a_receipt(issuing: Settings) -> None:
    pledge = await arrived()
    for _again in range(2):
        await jobs.money_arrived(pledge.id)
    await all_jobs.run_due()
    assert await OutboxMessage.filter(subject__contains="Un reçu fiscal pour votre don").count() == 1


async def test_the_treasurer_reads_the_register_and_voids_while_others_may_not(
    issuing: Settings, sign_in, client: Client
) -> None:  # type: ignore[no-untyped-def]
    pledge = await arrived()
    await service.tell_identity(pledge, DonorForm.model_validate({**ADDRESS, "name": "=HYPERLINK(1)"}))
    receipt = await service.issue(pledge.id)
    stranger = await sign_in(await a_person("Paul Muet"))
    assert (await stranger.get("/tresorerie/recus")).status_code == 403
    treasurer = await sign_in(await a_person("Rose Petit", "", RoleName.TREASURER))
    register = (await treasurer.get("/tresorerie/recus")).text
    assert receipt.label in register
    assert ('<table class="stacked">' in register, 'class="scroll"' in register) == (True, False), "a phone stacks its rows"
    assert "'=HYPERLINK" in (await treasurer.get(f"/tresorerie/recus-{receipt.year}.csv")).text
    void = f"/tresorerie/recus/{receipt.id}/annuler"
    answers = [await treasurer.submit(void, {"reason": reason}) for reason in ("", "Adresse fausse.", "Encore une fois")]
    assert [answer.status_code for answer in answers] == [422, 303, 404]
    assert await queries.receipt_of(pledge.id) is None


async def test_newer_rates_come_by_a_setting(issuing: Settings) -> None:
    configure(issuing.model_copy(update={"receipt_rates": ["2027-01-01:60:50:20:80"]}))
    assert tax.person_percent(date(2026, 12, 31)) == 66
    assert tax.person_percent(date(2027, 1, 1)) == 60
    configure(issuing.model_copy(update={"receipt_category": "aide"}))
    assert tax.person_percent(date(2026, 12, 31)) == 75


async def a_charge(pledge: Pledge) -> Attempt:
    """The payment that collected a gift."""
    return await Attempt.create(
        pledge_id=pledge.id, n=1, key=f"pledge-{pledge.id}-a1", amount_cents=pledge.charge_cents,
        status=AttemptStatus.SUCCEEDED, created_at=clock.now(), settled_at=clock.now(), looked_at=clock.now(),
    )  # fmt: skip


async def test_a_refunded_part_leaves_a_receipt_for_the_rest(issuing: Settings) -> None:
    pledge = await arrived(5_000)
    await service.tell_identity(pledge, DonorForm.model_validate(ADDRESS))
    await jobs.money_arrived(pledge.id)
    await Refund.create(
        pledge_id=pledge.id, amount_cents=2_000, status=RefundStatus.SUCCEEDED, cause=RefundCause.OUTSIDE,
        attempt=await a_charge(pledge), requested_at=clock.now(), booked_at=clock.now(), settled_at=clock.now(),
    )  # fmt: skip
    for _again in range(2):
        await jobs.money_returned(pledge.id, campaign_id=pledge.campaign_id, amount_cents=2_000)
    found = await queries.receipt_of(pledge.id)
    assert found
    assert (found.amount_cents, found.number) == (3_000, 3)
    assert await queries.report(found.issuer, found.year) == {"gifts": 1, "cents": 3_000, "donors": 1}


async def test_two_parts_given_back_one_upon_the_other_leave_a_receipt_for_the_rest(issuing: Settings) -> None:
    pledge = await arrived(5_000)
    await service.tell_identity(pledge, DonorForm.model_validate(ADDRESS))
    await jobs.money_arrived(pledge.id)
    values = {"pledge_id": pledge.id, "cause": RefundCause.OUTSIDE, "attempt": await a_charge(pledge)}
    for cents in (2_000, 500):
        present = clock.now()
        await Refund.create(amount_cents=cents, status=RefundStatus.SUCCEEDED, requested_at=present, booked_at=present, **values)
    await Pledge.filter(id=pledge.id).update(status=PledgeStatus.REFUND_PENDING)  # the second one is under way
    await jobs.money_returned(pledge.id)
    assert await queries.receipt_of(pledge.id) is None
    await Pledge.filter(id=pledge.id).update(status=PledgeStatus.COLLECTED)
    for _again in range(2):
        await jobs.money_returned(pledge.id)
    found = await queries.receipt_of(pledge.id)
    assert found
    assert (found.amount_cents, found.number) == (2_500, 3)


async def test_a_treasurers_void_is_not_undone_by_a_later_refund(issuing: Settings) -> None:
    pledge = await arrived(5_000)
    await service.tell_identity(pledge, DonorForm.model_validate(ADDRESS))
    await jobs.money_arrived(pledge.id)
    standing = await queries.receipt_of(pledge.id)
    assert standing
    treasurer = Actor(await a_person("Émile Garde", "", RoleName.TREASURER), frozenset({RoleName.TREASURER}))
    await service.void(standing, "Le nom était faux.", treasurer)
    await jobs.money_returned(pledge.id)
    assert await queries.receipt_of(pledge.id) is None


async def test_a_promise_paid_by_cheque_is_dated_of_the_day_it_was_handed_over(issuing: Settings) -> None:
    pledge = await arrived(5_000)
    treasurer = await a_person("Rose Petit", "", RoleName.TREASURER)
    day = clock.today() - timedelta(days=3)
    await OfflineGift.create(
        campaign_id=pledge.campaign_id, pledge_id=pledge.id, amount_cents=5_000, mode=Mode.CHEQUE, received_on=day,
        status=OfflineStatus.VERIFIED, turn=1, recorded_by_id=pledge.person_id, verified_by_id=treasurer.id, line=1,
        donor_name="Odile Blanc", created_at=clock.now(), updated_at=clock.now(), form_key="k",
    )  # fmt: skip
    await service.tell_identity(pledge, DonorForm.model_validate(ADDRESS))
    await jobs.cheque_arrived(pledge_id=pledge.id, gift_id=1)
    found = await queries.receipt_of(pledge.id)
    assert found
    assert found.given_on == day
    assert "chèque" in found.content["paid_by"]


async def _as_she_checks(client: Client, campaign: Campaign, reward: int = 0) -> str:
    """« Je vérifie », after the first two steps."""
    path = f"/campagnes/{campaign.slug}/soutenir"
    await client.submit(path, {"amount": "3000", "reward": str(reward)})
    await client.submit(f"{path}/moi", {"name": "Odile Blanc", "email": "odile@exemple.fr", "shown": "name"})
    return (await client.get(f"{path}/verifier")).text


async def test_what_a_gift_costs_in_the_end_is_said_only_when_a_receipt_may_follow(
    issuing: Settings, client: Client
) -> None:
    campaign = await a_live_campaign()
    assert "ne vous coûte que" in await _as_she_checks(client, campaign)
    reward = await a_reward(campaign)
    await Reward.filter(id=reward.id).update(value_cents=2_000)
    assert "ne vous coûte que" not in await _as_she_checks(client, campaign, reward.id)
    configure(issuing.model_copy(update={"receipt_ground": ""}))
    assert "ne vous coûte que" not in await _as_she_checks(client, campaign)
