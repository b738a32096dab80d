"""Tax receipts of cheques, cash and transfers that nobody had promised online: who gave, which day, void when it bounces."""

import re
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta

import pypdfium2
import pytest

from campaigns.identity import DonorForm
from campaigns.lifecycle.models import Campaign, CampaignStatus, GoalKind
from campaigns.offline import deposits, donors, statements, verifying
from campaigns.offline.models import BankLine, BankStatement, Mode, OfflineChange, OfflineDonor, OfflineGift
from campaigns.offline.verify import CHECKS as OFFLINE_CHECKS
from campaigns.receipts import drawing, queries
from campaigns.receipts import service as receipts
from campaigns.receipts.models import Donor, Receipt
from campaigns.receipts.verify import CHECKS
from campaigns.settlement.verify import CHECKS as SETTLEMENT_CHECKS
from civic import clock, jobs
from civic import database as db
from civic.errors import DomainError
from civic.mail.models import OutboxMessage
from civic.people import links
from civic.people.models import Person, RoleName
from civic.settings import Settings, configure
from tests.client import Client
from tests.factories import a_person
from tests.factories.campaigns import a_confirmed_pledge, a_live_campaign
from tests.factories.offline import a_gift, a_switched_pledge, a_treasurer, a_verified_gift
from tests.factories.receipts import ADDRESS, COMPANY, ISSUER, odile
from tests.links import aim

SignIn = Callable[[Person], Awaitable[Client]]
pytestmark = pytest.mark.usefixtures("app", "issuing")


@pytest.fixture
def issuing(settings: Settings) -> Iterator[Settings]:
    """An installation whose host has entered everything."""
    ready = settings.model_copy(update=ISSUER)
    configure(ready)
    yield ready
    configure(settings)


async def a_keeper() -> Campaign:
    """A campaign that keeps whatever it receives, so that a receipt comes with the gift."""
    return await a_live_campaign(goal=GoalKind.FLEXIBLE)


async def wrong() -> list[str]:
    checks = (*CHECKS, *OFFLINE_CHECKS, *SETTLEMENT_CHECKS)
    return [sentence for check in checks for sentence in await check()]


def words(content: bytes) -> str:
    pages = pypdfium2.PdfDocument(content)
    return " ".join(" ".join(page.get_textpage().get_text_range() for page in pages).split())


def link(gift: OfflineGift, tail: str = "recu") -> str:
    return f"/dons/{links.make(donors.LINK, gift.id)}/{tail}"


async def receipt_of(gift: OfflineGift) -> Receipt:
    await jobs.run_due(schedules=False)
    found = await queries.standing(gift_id=gift.id)
    assert found
    return found


async def none_for(gift: OfflineGift) -> bool:
    await jobs.run_due(schedules=False)
    return await queries.standing(gift_id=gift.id) is None


@pytest.mark.parametrize(("mode", "said"), [(Mode.CHEQUE, "chèque"), (Mode.CASH, "espèces"), (Mode.TRANSFER, "virement")])
async def test_who_wrote_her_address_at_the_stall_gets_her_receipt_once_it_is_verified(mode: Mode, said: str) -> None:
    day = clock.today() - timedelta(days=4)
    campaign = await a_keeper()
    gift = await a_gift(campaign, 5_000, mode, identity=odile(), received_on=day, email="odile@exemple.fr")
    assert await none_for(gift)
    await verifying.verify(gift.id, await a_treasurer())
    found = await receipt_of(gift)
    assert (found.number, found.amount_cents, found.given_on) == (1, 5_000, day)
    text = words(await drawing.receipt_paper(found))
    for mention in ("Odile Blanc", "3 chemin des Étangs", "01330 Villars", "50 €", "cinquante euros", said, gift.code, "11580"):
        assert mention in text, mention
    mail = await OutboxMessage.get(to="odile@exemple.fr", subject__startswith="Votre reçu fiscal")
    assert link(gift).rpartition("/")[0].split(".")[0] in mail.text
    assert await wrong() == []


async def test_a_company_gives_a_cheque_and_gets_its_own_form() -> None:
    gift = await a_verified_gift(
        await a_keeper(), 200_050, donor_name="Menuiserie Perrin", identity=DonorForm.model_validate(COMPANY)
    )
    text = words(await drawing.receipt_paper(await receipt_of(gift)))
    for mention in ("238 bis", "16216", "732829320", "SARL", "Menuiserie Perrin"):
        assert mention in text, mention


async def test_a_cheque_that_bounces_voids_its_receipt_with_a_number_of_its_own() -> None:
    campaign, team = await a_keeper(), await a_treasurer()
    gift = await a_verified_gift(campaign, identity=odile(), email="odile@exemple.fr")
    first = await receipt_of(gift)
    slip = await deposits.prepare(Mode.CHEQUE, [gift.id], team)
    await deposits.bank(slip, clock.today(), team)
    assert (await receipt_of(gift)).id == first.id
    await verifying.bounce(gift.id, team, "sans provision")
    for _again in range(2):
        assert await none_for(gift)
    void = await Receipt.get(voids_id=first.id)
    assert (void.number, void.gift_id, void.reason) == (2, gift.id, "Chèque impayé.")
    assert await OutboxMessage.filter(subject__contains="est annulé").count() == 1
    assert await queries.report(first.issuer, first.year) == {"gifts": 0, "cents": 0, "donors": 0}
    assert await wrong() == []


async def test_a_verification_undone_voids_and_the_next_one_issues_another() -> None:
    campaign, team = await a_keeper(), await a_treasurer()
    gift = await a_verified_gift(campaign, identity=odile())
    first = await receipt_of(gift)
    await verifying.undo(gift.id, team, "ce n’est pas le bon montant")
    assert await none_for(gift)
    await verifying.verify(gift.id, team)
    second = await receipt_of(gift)
    assert (first.number, second.number, second.turn) == (1, 3, 2)
    await Campaign.filter(id=campaign.id).update(status=CampaignStatus.FAILED, decided_at=clock.now())
    await verifying.give_back(gift.id, team, "chèque rendu")
    assert await none_for(gift)
    assert (await Receipt.get(voids_id=second.id)).reason == "Don rendu."
    assert await wrong() == []


async def test_a_transfer_is_dated_of_the_day_the_bank_credited_it() -> None:
    campaign, one, other = await a_keeper(), await a_treasurer("Rose Un"), await a_treasurer("Rose Deux")
    announced, credited = clock.today() - timedelta(days=5), clock.today() - timedelta(days=2)
    gift = await a_gift(campaign, 3_000, Mode.TRANSFER, identity=odile(), received_on=announced)
    file = await BankStatement.create(name="x", content="", signature="s", sent_by=one.person, sent_at=clock.now())
    line = await BankLine.create(
        hash="h", statement_id=file.id, number=1, on=credited, label=f"VIR {gift.code}", amount_cents=3_000
    )
    await statements.propose_open(one)
    await statements.confirm(line.id, other)
    assert (await receipt_of(gift)).given_on == credited
    assert await wrong() == []


async def test_the_donor_says_who_she_is_by_the_link_of_her_message(client: Client) -> None:
    gift = await a_verified_gift(await a_keeper(), 4_000, email="odile@exemple.fr")
    assert await none_for(gift)
    mail = await OutboxMessage.get(to="odile@exemple.fr", subject__startswith="Un reçu fiscal pour votre don")
    address = next(word for word in mail.text.split() if "/dons/" in word).removeprefix("http://testserver")
    shown = await client.get(address)
    assert "40\u202f€" in shown.text
    assert "13,60" in shown.text
    refused = await client.submit(address, {**ADDRESS, "street": ""})
    assert (refused.status_code, "Villars" in refused.text) == (422, True)
    assert (await client.submit(address, ADDRESS)).status_code == 303
    assert "Établir mon reçu" in (await client.get(address)).text
    assert await none_for(gift)
    assert (await client.submit(f"{address}/etablir")).status_code == 303
    found = await receipt_of(gift)
    assert found.label in (await client.get(address)).text
    assert found.label in words((await client.get(f"{address}.pdf")).content)
    assert "Relevé de vos dons" in words((await client.get(link(gift, f"releve-{clock.today().year}.pdf"))).content)
    again = await client.submit(address, {**ADDRESS, "name": "Quelqu’un d’autre"})
    assert again.status_code == 303
    assert (await OfflineDonor.get(gift_id=gift.id)).name == "Odile Blanc"
    assert (await client.get("/dons/faux/recu")).status_code == 404


async def test_the_treasurer_writes_the_identity_or_prints_a_slip_with_a_code(sign_in: SignIn, client: Client) -> None:
    campaign = await a_keeper()
    gift = await a_verified_gift(campaign, 4_000, donor_name="Roger Berthet")
    page = f"/tresorerie/hors-ligne/{gift.id}/recu"
    animator = await sign_in(await a_person("Rose Petit", "", RoleName.ANIMATOR))
    lead = await sign_in(campaign.lead)
    for reader in (animator, lead):
        assert (await reader.get(page)).status_code == 403
        assert (await reader.submit(page, ADDRESS)).status_code == 403
    desk = await sign_in(await a_person("Tristan Trésor", "", RoleName.TREASURER))
    assert page in (await desk.get(f"/tresorerie/hors-ligne/{gift.id}")).text
    assert "Roger Berthet" in (await desk.get(page)).text
    slip = words((await desk.get(f"/tresorerie/hors-ligne/{gift.id}/bulletin-recu.pdf")).content)
    assert "Roger Berthet" in slip
    assert gift.code in slip
    assert (await client.get(link(gift))).status_code == 200
    assert (await desk.submit(page, {**ADDRESS, "city": ""})).status_code == 422
    assert (await desk.submit(page, {**ADDRESS, "name": "Roger Berthet"})).status_code == 303
    assert "Relisez" in (await desk.get(page)).text
    assert await queries.standing(gift_id=gift.id) is None
    assert (await lead.submit(f"{page}/etablir")).status_code == 403
    assert (await desk.submit(f"{page}/etablir")).status_code == 303
    found = await receipt_of(gift)
    assert found.content["donor"] == "Roger Berthet"
    assert found.label in (await desk.get(page)).text
    refused = await desk.submit(f"/tresorerie/recus/{found.id}/renvoyer")
    assert refused.status_code == 303
    assert "n’a pas laissé d’adresse" in (await desk.get("/tresorerie/recus")).text
    history = (await desk.get(f"/tresorerie/hors-ligne/{gift.id}")).text
    assert "identity" not in history
    assert (await desk.get(f"/tresorerie/recus/{found.id}/releve.pdf")).status_code == 200


async def test_an_address_at_the_stall_is_whole_or_the_line_comes_back(sign_in: SignIn) -> None:
    campaign = await a_keeper()
    lead, form = await sign_in(campaign.lead), f"/campagnes/{campaign.slug}/hors-ligne/saisie"
    sent = {
        "cle": "c", "lines": "5", "received_on": clock.today().isoformat(), "name_2": "Menuiserie Perrin",
        "amount_2": "50", "mode_2": "cheque", "siren_2": "12", "street_2": "1 rue", "postcode_2": "01330",
    }  # fmt: skip
    refused = await lead.submit(form, sent)
    assert refused.status_code == 422
    assert 'href="#siren_2"' in refused.text
    assert "Ligne 2, SIREN" in refused.text
    assert "Ligne 2, commune" in refused.text
    sent |= {"siren_2": "732829320", "city_2": "Villars", "legal_form_2": "SARL"}
    assert (await lead.submit(form, sent)).status_code == 303
    kept = await OfflineDonor.get()
    assert (kept.kind, kept.name, kept.number) == ("company", "Menuiserie Perrin", "732829320")
    gift = await OfflineGift.get()
    page = f"/campagnes/{campaign.slug}/hors-ligne/{gift.id}"
    assert 'value="732829320"' in (await lead.get(page)).text
    right = {"name": "Odile Blanc", "amount": "50", "mode": "cheque", "received_on": clock.today().isoformat()}
    half = await lead.submit(page, {**right, "street": "3 chemin"})
    assert (half.status_code, 'href="#postcode"' in half.text) == (422, True)
    assert (await lead.submit(page, {**right, "street": "3 chemin", "postcode": "01330", "city": "Villars"})).status_code == 303
    assert (await OfflineDonor.get()).kind == "person"
    assert (await lead.submit(page, right)).status_code == 303
    assert await OfflineDonor.all().count() == 0


async def test_the_year_and_its_declaration_count_one_donor_once(sign_in: SignIn) -> None:
    campaign = await a_keeper()
    person = await a_person("Odile Blanc", "odile@exemple.fr")
    pledge = await a_confirmed_pledge(campaign, person, 2_000)
    await db.execute("UPDATE pledge SET status = 'collected', collected_at = ? WHERE id = ?", [clock.now(), pledge.id])
    await receipts.tell_identity(await queries.gift(pledge.id), odile())
    await receipts.issue(pledge.id)
    with_mail = await a_verified_gift(campaign, 3_000, identity=odile(), email="odile@exemple.fr")
    without = await a_verified_gift(campaign, 4_000, identity=odile(street="3, CHEMIN des étangs"))
    company = await a_verified_gift(campaign, 5_000, identity=DonorForm.model_validate(COMPANY))
    issued = [await receipt_of(gift) for gift in (with_mail, without, company)]
    assert [receipt.number for receipt in issued] == [2, 3, 4]
    year = clock.today().year
    assert await queries.report("W012345678", year) == {"gifts": 4, "cents": 14_000, "donors": 2}
    assert [row.number for row in await queries.of_donor(issued[0])] == [1, 2, 3]
    mine = await queries.of_subject(person_id=person.id, gift_id=with_mail.id, year=year)
    assert [row.number for row in mine] == [1, 2]
    alone = await queries.of_subject(person_id=None, gift_id=without.id, year=year)
    assert [row.number for row in alone] == [3]
    desk = await sign_in(await a_person("Tristan Trésor", "", RoleName.TREASURER))
    assert "140\u202f€" in (await desk.get("/tresorerie/recus")).text
    assert "Menuiserie Perrin" in (await desk.get(f"/tresorerie/recus-{year}.csv")).text
    assert [sentence for check in CHECKS for sentence in await check()] == []


async def test_the_same_name_and_door_are_one_donor_however_they_are_written() -> None:
    keys = {OfflineDonor(**odile(name=name).model_dump()).key for name in ("Odile Blanc", "ODILE  BLANC", "Odilé blanc")}
    assert len(keys) == 1
    assert OfflineDonor(**odile(postcode="01600").model_dump()).key not in keys


async def test_a_name_typed_on_a_link_opens_nobody_elses_year(client: Client) -> None:
    campaign = await a_keeper()
    hers, other = await a_verified_gift(campaign, 9_100, identity=odile()), await a_verified_gift(campaign, 1_000)
    await receipt_of(hers)
    await client.submit(link(other), ADDRESS)
    await client.submit(link(other, "recu/etablir"))
    await receipt_of(other)
    year = words((await client.get(link(other, f"releve-{clock.today().year}.pdf"))).content)
    assert "10 €" in year
    assert "91 €" not in year


async def test_without_a_ground_or_for_another_body_a_gift_by_hand_has_no_receipt(issuing: Settings) -> None:
    campaign = await a_keeper()
    await Campaign.filter(id=campaign.id).update(beneficiary="Une autre association")
    gift = await a_verified_gift(await Campaign.get(id=campaign.id), identity=odile(), email="odile@exemple.fr")
    assert await none_for(gift)
    with pytest.raises(receipts.NoReceipt, match="autre structure"):
        await receipts.issue_by_hand(gift.id)
    configure(issuing.model_copy(update={"receipt_ground": ""}))
    with pytest.raises(receipts.NoReceipt, match="ne délivre pas"):
        await receipts.issue_by_hand(gift.id)
    assert await Receipt.all().count() == 0
    assert not await OutboxMessage.filter(subject__contains="reçu fiscal").exists()


async def test_a_cheque_for_a_promise_takes_the_identity_written_at_the_stall() -> None:
    campaign = await a_keeper()
    pledge = await a_switched_pledge(campaign)
    gift = await a_verified_gift(await Campaign.get(id=campaign.id), 3_000, number=f"P-{pledge.id}", identity=odile())
    await jobs.run_due(schedules=False)
    assert (await Donor.get(person_id=pledge.person_id)).street == "3 chemin des Étangs"
    found = await queries.standing(pledge_id=pledge.id)
    assert found
    assert found.gift_id is None
    assert found.content["paid_by"] == "chèque"
    assert await queries.standing(gift_id=gift.id) is None
    with pytest.raises(DomainError):
        await receipts.issue_by_hand(gift.id)


@pytest.mark.parametrize("broken", ["gift_id = NULL, pledge_id = NULL"])
async def test_a_receipt_is_for_one_gift_and_the_database_says_so(broken: str) -> None:
    gift = await a_verified_gift(await a_keeper(), identity=odile())
    receipt = await receipt_of(gift)
    columns = "issuer, year, turn, kind, amount_cents, given_on, issued_at, content, donor_key, reason"
    with pytest.raises(Exception, match=r"receipt_of_one|CHECK"):
        await db.execute(
            f"INSERT INTO receipt ({columns}, number) SELECT {columns}, 99 FROM receipt WHERE id = ?", [receipt.id]
        )


async def test_a_receipt_that_outlives_its_cheque_is_found_by_verify() -> None:
    gift = await a_verified_gift(await a_keeper(), identity=odile())
    await receipt_of(gift)
    assert await wrong() == []
    await db.execute("UPDATE offline_gift SET status = 'bounced' WHERE id = ?", [gift.id])
    assert any("tient sans son don" in sentence for sentence in [one for check in CHECKS for one in await check()])


async def test_an_account_says_that_a_gift_under_its_address_is_its_own(sign_in: SignIn) -> None:
    campaign = await a_keeper()
    odile_blanc = await a_person("Odile Blanc-Rey", "odile@exemple.fr")
    gift = await a_verified_gift(campaign, 4_300, donor_name="Mme O. Blanc", email="Odile@exemple.fr")
    hers, stranger = await sign_in(odile_blanc), await sign_in(await a_person("Paul Muet", "paul@exemple.fr"))
    page = f"/mes-dons/{gift.id}"
    assert (await stranger.get(page)).status_code == 404
    assert (await stranger.submit(page, {"answer": "yes"})).status_code == 404
    assert "Dire si un don de" in (await hers.get("/mon-espace")).text
    assert "Mme O. Blanc" in (await hers.get(page)).text
    answer = await hers.submit(page, {"answer": "yes"})
    assert aim(answer.headers["location"]) == aim(link(gift))
    assert (await OfflineGift.get(id=gift.id)).person_id == odile_blanc.id
    assert "Don de 43" in (await hers.get("/mon-espace")).text
    assert (await hers.get(page)).status_code == 404
    assert (await Campaign.get(id=campaign.id)).backers_count == 1
    assert await wrong() == []


async def test_who_says_it_is_not_her_gift_is_not_asked_again(sign_in: SignIn) -> None:
    gift = await a_verified_gift(await a_keeper(), donor_name="Un Voisin", email="odile@exemple.fr")
    hers = await sign_in(await a_person("Odile Blanc", "odile@exemple.fr"))
    assert (await hers.submit(f"/mes-dons/{gift.id}", {"answer": "no"})).status_code == 303
    assert "Dire si un don" not in (await hers.get("/mon-espace")).text
    assert (await OfflineGift.get(id=gift.id)).person_id != (await Person.get(name="Odile Blanc")).id
    assert await OfflineChange.filter(cause="not mine").count() == 1


async def test_a_backer_who_claims_her_cheque_is_one_backer() -> None:
    campaign = await a_keeper()
    person = await a_person("Odile Blanc", "odile@exemple.fr")
    await Person.filter(id=person.id).update(email_verified_at=clock.now())
    await a_confirmed_pledge(campaign, person, 2_000)
    gift = await a_verified_gift(campaign, donor_name="O. Blanc", email="odile@exemple.fr")
    assert (await Campaign.get(id=campaign.id)).backers_count == 2
    person = await Person.get(id=person.id)
    await donors.claim(await donors.gift_to_claim(gift.id, person), person)
    assert (await Campaign.get(id=campaign.id)).backers_count == 1
    assert await wrong() == []


async def test_the_register_opens_in_january_on_the_year_that_has_receipts(sign_in: SignIn) -> None:
    found = await receipt_of(await a_verified_gift(await a_keeper(), identity=odile()))
    clock.travel(timedelta(days=366))
    desk = await sign_in(await a_person("Tristan Trésor", "", RoleName.TREASURER))
    year = clock.today().year
    opened = (await desk.get("/tresorerie/recus")).text
    assert found.label in opened
    assert f"?annee={year}" in opened
    assert re.search(rf'<a [^>]*aria-current="page">{found.year}<', opened)
    assert "deuxième jour ouvré après le 1ᵉʳ mai" in opened
    empty = (await desk.get(f"/tresorerie/recus?annee={year}")).text
    assert found.label not in empty
    assert f"?annee={found.year}" in empty
