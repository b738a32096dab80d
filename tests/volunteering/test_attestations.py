"""Attestations: asked for, made out, checked by strangers, taken back, forgotten."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from urllib.parse import urlencode

import pypdfium2
import pytest
from tortoise.exceptions import IntegrityError

from civic import clock, jobs, slots
from civic.errors import DomainError, Invalid
from civic.initiatives.models import Initiative
from civic.mail.models import OutboxMessage
from civic.organisations.models import Organisation
from civic.organisations.service import name_representative
from civic.people import links
from civic.people.actor import Actor
from civic.people.models import AuditEntry, Person, RoleName
from tests.client import Client
from tests.factories import a_person, an_initiative, an_organisation
from tests.factories.attestations import some_hours
from volunteering.attestations import codes, content, drawing, queries, service
from volunteering.attestations.models import Attestation
from volunteering.attestations.service import Wanted
from volunteering.attestations.verify import verifications
from volunteering.hours import service as hours
from volunteering.hours.models import EntryStatus, HoursEntry, TimeKind

SignIn = Callable[[Person], Awaitable[Client]]


def words_of(pdf: bytes) -> str:
    pages = pypdfium2.PdfDocument(pdf)
    return re.sub(r"\s+", " ", " ".join(page.get_textpage().get_text_range() for page in pages))


def papers_on(page: str) -> set[int]:
    """The papers that a page opens; a link made a second later is another one, and leads to the same."""
    return {links.read(queries.PAPER, token) for token in re.findall(r'href="/attestations/papier/([^/"]+)"', page)}


async def a_place(lead: Person | None = None) -> tuple[Organisation, Initiative]:
    """An association with an initiative that Sélim runs and Hélène represents."""
    organisation = await an_organisation("Les Jardins du Carron")
    await name_representative(organisation, await a_person("Hélène Maire"))
    return organisation, await an_initiative(lead=lead or await a_person("Sélim Laurent"), organisation=organisation)


def this_year() -> tuple[date, date]:
    return date(clock.today().year, 1, 1), clock.today()


async def wanted(person: Person, key: str = "o") -> Wanted:
    body = next(one for one in await queries.bodies_of(person.id) if one.key.startswith(key))
    return Wanted(person, body, *this_year())


async def taken(person: Person, key: str = "o") -> Attestation:
    return await service.take(await wanted(person, key), Actor(person))


async def mails_to(person: Person) -> list[OutboxMessage]:
    await jobs.run_due(schedules=False)
    return await OutboxMessage.filter(to=person.email or "").order_by("id")


async def test_a_volunteer_reads_what_her_paper_will_say_and_takes_it_with_one_tap(app: object, sign_in: SignIn) -> None:
    organisation, initiative = await a_place()
    rose = await a_person("Rose Martin")
    await some_hours(rose, initiative, 2.5, organisation=organisation, role="Accueil", skills=("listening",))
    await some_hours(rose, initiative, 3, organisation=organisation, role="Accueil")
    await some_hours(rose, initiative, 4, organisation=organisation, title="Bureau", kind=TimeKind.GOVERNANCE)
    browser = await sign_in(rose)
    key = f"o{organisation.id}"
    assert await verifications() == []
    page = await browser.get(f"/mon-espace/attestations?pour={key}")
    for said in ("Rose Martin", "9\u00a0h\u00a030", "Accueil", "5\u00a0h\u00a030", "comptés à part", "Hélène Maire", "Écouter"):
        assert said in page.text, said
    first, last = this_year()
    sent = {"pour": key, "du": first.isoformat(), "au": last.isoformat()}
    assert (await browser.submit("/mon-espace/attestations", sent)).status_code == 303
    assert (await browser.submit("/mon-espace/attestations", sent)).status_code == 303
    paper = await Attestation.get()
    assert (paper.minutes, paper.person_id, paper.organisation_id) == (570, rose.id, organisation.id)
    assert await HoursEntry.filter(status=EntryStatus.FROZEN).count() == 3
    assert await verifications() == []
    await Attestation.filter(id=paper.id).update(minutes=600)
    assert [paper.code in sentence for sentence in await verifications()] == [True]
    await Attestation.filter(id=paper.id).update(minutes=570)
    assert codes.shown(paper.code) in (await browser.get("/mon-espace/attestations")).text
    (mail,) = await mails_to(rose)
    link = re.search(r"http://testserver(/attestations/papier/\S+)", mail.text)
    assert link
    pdf = (await browser.get(link[1])).content
    signs = Person.filter(name="Hélène Maire")
    (told,) = await mails_to(await signs.get())
    assert "Rose Martin" in told.subject
    assert len(pypdfium2.PdfDocument(pdf)) == 1, "one page"
    text = words_of(pdf)
    for said in (
        "Rose Martin", "Les Jardins du Carron", "Association", "9 h 30", "Accueil", "Gouvernance", "Écouter",
        "Hélène Maire", "titulaire, représente", codes.shown(paper.code), "aucune rémunération", "ni un contrat",
        "http://testserver/attestations",
    ):  # fmt: skip
        assert said in text, said


async def test_hours_that_wait_are_told_and_hold_the_one_tap_back_but_not_the_coordinator(
    app: object, sign_in: SignIn
) -> None:
    lead = await a_person("Sélim Laurent")
    organisation, initiative = await a_place(lead)
    rose = await a_person("Rose Martin")
    await some_hours(rose, initiative, 3, organisation=organisation)
    await some_hours(rose, initiative, 2, organisation=organisation, status=EntryStatus.PROPOSED)
    await some_hours(rose, initiative, 5, organisation=organisation, status=EntryStatus.REFUSED)
    browser = await sign_in(rose)
    first, last = this_year()
    sent = {"pour": f"o{organisation.id}", "du": first.isoformat(), "au": last.isoformat()}
    page = await browser.get("/mon-espace/attestations?" + urlencode(sent))
    assert "Encore à valider" in page.text
    assert "La demander tout de suite" in page.text
    assert "3\u00a0h validées depuis le début" in page.text
    assert "Établir mon attestation" not in page.text
    refused = await browser.submit("/mon-espace/attestations", sent)
    assert (refused.status_code, "attendent encore" in refused.text) == (422, True)
    coordinator = await sign_in(lead)
    address = f"/initiatives/{initiative.slug}/attestations"
    page = await coordinator.get(address)
    assert "Établir pour Rose Martin" in page.text
    asked = {"personne": str(rose.id), "du": first.isoformat(), "au": last.isoformat()}
    read = await coordinator.get(f"{address}/nouvelle?{urlencode(asked)}")
    assert "2\u00a0h attendent encore" in read.text
    assert "Signer et établir" in read.text
    assert await Attestation.all().count() == 0, "reading signs nothing"
    done = await coordinator.submit(address, asked)
    paper = await Attestation.get()
    assert done.headers["location"] == f"{address}?du={first}&au={last}#papier-{paper.id}"
    assert (paper.minutes, paper.initiative_id, paper.issued_by_id) == (180, initiative.id, lead.id)  # type: ignore[attr-defined]
    assert paper.content["signatory"] == "Sélim Laurent"
    assert [mail.subject for mail in await mails_to(lead)] == [], "she knows what she signed herself"
    assert len(await mails_to(rose)) == 1


async def test_a_coordinator_prints_from_the_list_and_makes_a_paper_again_only_when_it_would_say_more(
    app: object, sign_in: SignIn
) -> None:
    lead = await a_person("Sélim Laurent")
    initiative = await an_initiative(lead=lead)
    rose = await a_person("Rose Martin")
    await some_hours(rose, initiative, 3)
    coordinator = await sign_in(lead)
    address = f"/initiatives/{initiative.slug}/attestations"
    assert "/attestations/papier/" not in (await coordinator.get(address)).text
    first, last = this_year()
    paper = await service.issue(Wanted(rose, queries.body_of_initiative(initiative), first, last), Actor(lead))
    page = (await coordinator.get(address)).text
    assert papers_on(page) == {paper.id}
    assert f'href="/attestations/{paper.code}"' in page
    assert "pour Rose Martin" not in page, "neither made nor made again: it would say the same"
    await some_hours(rose, initiative, 2)
    page = (await coordinator.get(address)).text
    assert "Refaire pour Rose Martin" in page
    assert "Établir pour" not in page
    read = await coordinator.get(f"{address}/nouvelle?personne={rose.id}&du={first}&au={last}")
    assert "Elle remplace celle du" in read.text
    nobody = await a_person("Odile Blanc")
    assert (await coordinator.get(f"{address}/nouvelle?personne={nobody.id}")).status_code == 404
    assert (await coordinator.get(f"{address}/nouvelle")).status_code == 303
    assert "Signer et établir" not in (await coordinator.get(f"{address}/nouvelle?personne={lead.id}")).text


@pytest.mark.one_engine
async def test_a_paper_is_right_french_for_odile_and_for_a_plural_association(app: object, sign_in: SignIn) -> None:
    organisation = await an_organisation("Les Paniers de la Chalaronne")
    initiative = await an_initiative(lead=await a_person("Sélim Laurent"), organisation=organisation)
    odile = await a_person("Odile Berthet")
    await some_hours(odile, initiative, 3, organisation=organisation)
    text = words_of(await drawing.attestation_paper(await taken(odile)))
    assert "établie par Les Paniers de la Chalaronne : Odile Berthet a donné" in text
    assert "atteste" not in text.replace("Attestation", "").replace("attestations", "")
    assert "Rôle" not in text, "an empty column says nothing"
    assert "Signature :" in text
    read = await (await sign_in(odile)).get(f"/mon-espace/attestations?pour=o{organisation.id}")
    assert "atteste que" not in read.text


async def test_nobody_signs_for_her_own_hours(app: object, sign_in: SignIn) -> None:
    lead = await a_person("Sélim Laurent")
    initiative = await an_initiative(lead=lead)
    await some_hours(lead, initiative)
    with pytest.raises(DomainError, match="équipe"):
        await taken(lead, "i")
    with pytest.raises(DomainError, match="soi-même"):
        await service.issue(await wanted(lead, "i"), Actor(lead))
    team = await a_person("Agathe Roy", "", RoleName.ANIMATOR)
    paper = await service.issue(await wanted(lead, "i"), Actor(team, frozenset({RoleName.ANIMATOR})))
    assert "équipe d’animation" in str(paper.content["function"])


async def test_a_period_to_come_or_without_hours_is_refused(app: object) -> None:
    organisation, initiative = await a_place()
    rose = await a_person("Rose Martin")
    await some_hours(rose, initiative, organisation=organisation)
    asked = await wanted(rose)
    with pytest.raises(Invalid):
        await service.take(Wanted(rose, asked.body, asked.first, clock.today() + timedelta(days=1)), Actor(rose))
    with pytest.raises(DomainError, match="Aucune heure"):
        await service.take(Wanted(rose, asked.body, date(2001, 1, 1), date(2001, 2, 1)), Actor(rose))
    assert await Attestation.all().count() == 0
    assert await HoursEntry.filter(status=EntryStatus.FROZEN).count() == 0


async def test_the_same_request_many_times_at_once_is_one_paper(app: object) -> None:
    organisation, initiative = await a_place()
    rose = await a_person("Rose Martin")
    for _turn in range(4):
        await some_hours(rose, initiative, organisation=organisation)
    papers = await asyncio.gather(*(taken(rose) for _turn in range(8)))
    assert len({paper.id for paper in papers}) == 1
    assert await Attestation.all().count() == 1
    assert len(await mails_to(rose)) == 1


@pytest.mark.parametrize("turn", range(4))
async def test_hours_corrected_in_the_same_second_are_on_the_paper_as_they_stand_or_not_at_all(
    app: object, turn: int
) -> None:
    organisation, initiative = await a_place()
    rose = await a_person("Rose Martin")
    entries = [await some_hours(rose, initiative, 3, organisation=organisation) for _n in range(3)]
    acts = [taken(rose), hours.correct(entries[turn % 3], 60, "Partie tôt.", rose.id)]
    done = await asyncio.gather(*(acts if turn < 2 else acts[::-1]), return_exceptions=True)
    assert all(isinstance(one, DomainError | Attestation | None) for one in done), done
    assert await verifications() == []
    paper = await Attestation.get_or_none()
    kept = await HoursEntry.filter(status=EntryStatus.FROZEN)
    assert (paper.minutes if paper else 0) == sum(entry.minutes for entry in kept)


async def test_more_hours_of_the_same_period_make_a_new_paper_that_replaces_the_old_one(app: object) -> None:
    organisation, initiative = await a_place()
    rose = await a_person("Rose Martin")
    await some_hours(rose, initiative, 3, organisation=organisation)
    first = await taken(rose)
    await some_hours(rose, initiative, 2, organisation=organisation)
    second = await taken(rose)
    assert (first.minutes, second.minutes) == (180, 300)
    old = await Attestation.get(id=first.id)
    assert old.is_revoked
    assert "Remplacée" in old.revoked_reason
    assert not second.is_revoked


async def test_whoever_holds_the_paper_checks_it_and_learns_nothing_more(
    app: object, client: Client, sign_in: SignIn
) -> None:
    organisation, initiative = await a_place()
    rose = await a_person("Rose Martin")
    await some_hours(rose, initiative, 3, organisation=organisation, title="Une mission discrète")
    paper = await taken(rose)
    typed = codes.shown(paper.code).lower().replace("0", "o").replace("1", "l")
    led = await client.get(f"/attestations?code={typed}")
    assert led.headers["location"] == f"/attestations/{paper.code}"
    page = await client.get(led.headers["location"])
    for said in ("est valable", "Rose M.", "Les Jardins du Carron", "3\u00a0h"):
        assert said in page.text, said
    for hidden in ("Rose Martin", "Une mission discrète", "Hélène", "Annuler cette"):
        assert hidden not in page.text, hidden
    assert page.headers["x-robots-tag"] == "noindex"
    unknown = await client.get("/attestations/0000000000")
    assert (unknown.status_code, "n’est pas connu" in unknown.text) == (404, True)
    assert (await client.get("/attestations/bonjour")).status_code == 404
    wrong = await client.get("/attestations?code=bonjour")
    assert (wrong.status_code, "dix lettres" in wrong.text) == (422, True)


@pytest.mark.one_engine
async def test_nobody_tries_codes_one_after_another(app: object, client: Client) -> None:
    answers = [(await client.get(f"/attestations/{number:010d}")).status_code for number in range(34)]
    assert answers[:28] == [404] * 28
    assert answers[-1] == 429


async def test_a_coordinator_takes_a_paper_back_and_the_code_says_why(app: object, client: Client, sign_in: SignIn) -> None:
    organisation, initiative = await a_place()
    rose = await a_person("Rose Martin")
    await some_hours(rose, initiative, organisation=organisation)
    paper = await taken(rose)
    address = f"/attestations/{paper.code}"
    reason = {"reason": "Le samedi 3 n’a pas eu lieu."}
    assert (await (await sign_in(await a_person("Odile Blanc"))).submit(f"{address}/annuler", reason)).status_code == 403
    helene = await sign_in(await Person.get(name="Hélène Maire"))
    assert "Annuler cette attestation" in (await helene.get(address)).text
    assert (await helene.submit(f"{address}/annuler", {"reason": ""})).status_code == 422
    assert (await helene.submit(f"{address}/annuler", reason)).status_code == 303
    assert (await helene.submit(f"{address}/annuler", reason)).status_code == 403, "once"
    page = await client.get(address)
    assert "a été annulée" in page.text
    assert "n’a pas eu lieu" in page.text
    assert "Rose" not in page.text
    assert await AuditEntry.filter(act="attestation_revoked").count() == 1
    assert "annulée" in (await mails_to(rose))[-1].subject
    pdf = await drawing.attestation_paper(await Attestation.get(id=paper.id))
    assert "ANNULÉE le" in words_of(pdf)
    again = await taken(rose)
    assert again.code != paper.code
    assert not again.is_revoked


async def test_a_code_vouches_for_the_name_on_the_paper_and_for_no_later_one(app: object, client: Client) -> None:
    organisation, initiative = await a_place()
    rose = await a_person("Rose Martin")
    await some_hours(rose, initiative, organisation=organisation)
    paper = await taken(rose)
    await Person.filter(id=rose.id).update(name="Ache Teuse", name_folded="ache teuse")
    page = (await client.get(f"/attestations/{paper.code}")).text
    assert "Rose M." in page
    assert "Ache" not in page


async def test_the_reason_that_everybody_reads_holds_no_name_and_goes_with_the_person(app: object, client: Client) -> None:
    organisation, initiative = await a_place()
    rose, team = await a_person("Rose Martin"), Actor(await a_person("Agathe Roux"), frozenset({RoleName.ANIMATOR}))
    await some_hours(rose, initiative, organisation=organisation)
    paper = await taken(rose)
    with pytest.raises(Invalid, match="sans le nom"):
        await service.revoke(paper, "Mme MARTIN n’est jamais venue", team)
    await service.revoke(paper, "Heures comptées deux fois", team)
    noted = await AuditEntry.get(act="attestation_revoked")
    assert "deux fois" not in str(noted.details), "what was written can be erased, the log cannot"
    for part in slots.erasures:
        await part(rose)
    assert "deux fois" not in (await Attestation.get(id=paper.id)).revoked_reason


async def test_after_erasure_the_code_says_that_the_paper_no_longer_exists(app: object, client: Client) -> None:
    organisation, initiative = await a_place()
    rose = await a_person("Rose Martin")
    await some_hours(rose, initiative, organisation=organisation)
    paper = await taken(rose)
    link = f"/attestations/papier/{queries.token_of(paper)}"
    assert (await client.get(link)).status_code == 200
    for _again in range(2):
        for part in slots.erasures:
            await part(rose)
    kept = await Attestation.get(id=paper.id)
    assert (kept.person_id, kept.content) == (None, {})
    page = await client.get(f"/attestations/{paper.code}")
    assert (page.status_code, "n’existe plus" in page.text) == (410, True)
    assert "Rose" not in page.text
    assert (await client.get(link)).status_code == 410


async def test_the_database_keeps_one_paper_for_the_same_body_and_days(database: object) -> None:
    organisation, initiative = await a_place()
    rose = await a_person("Rose Martin")
    same = {"person": rose, "first_day": date(2026, 1, 1), "last_day": date(2026, 2, 1), "minutes": 60, "issued_at": clock.now()}
    await Attestation.create(code="A000000000", organisation_id=organisation.id, **same)
    await Attestation.create(code="A000000001", initiative_id=initiative.id, **same)
    for values in ({"organisation_id": organisation.id}, {"initiative_id": initiative.id}, {},
                   {"organisation_id": organisation.id, "initiative_id": initiative.id}):  # fmt: skip
        with pytest.raises(IntegrityError):
            await Attestation.create(code="A000000002", **values, **same)


def test_a_code_is_read_as_people_copy_it() -> None:
    assert codes.read(" 7k3qd-9xw2m ") == "7K3QD9XW2M"
    assert codes.read("OIL00-00000") == "0110000000"
    for wrong in ("", "7K3QD", "7K3QD9XW2MM", "7K3QD9XW2U", "×" * 10):
        with pytest.raises(Invalid):
            codes.read(wrong)
    made = {codes.new() for _turn in range(200)}
    assert len(made) == 200
    assert all(codes.read(codes.shown(code)) == code for code in made)


async def test_many_missions_turn_the_page_and_keep_the_signature_whole(database: object, settings: object) -> None:
    line = content.Line(kind=TimeKind.MISSION, initiative="Le four du village", title="Chauffer le four", role="Boulange", minutes=90, days=2)
    said = content.Content(
        name="Rose Martin", body="Les Jardins", body_kind="Association", lines=[line] * 40, entries=[1], skills=["Cuisiner"] * 12,
        signatory="Hélène Maire", function="porte l’initiative",
    )  # fmt: skip
    from app import create_app

    create_app(with_worker=False)
    paper = Attestation(code="7K3QD9XW2M", first_day=date(2026, 1, 1), last_day=date(2026, 6, 30), minutes=3600, issued_at=clock.now(), content=said.model_dump(mode="json"))
    pdf = pypdfium2.PdfDocument(await drawing.attestation_paper(paper))
    assert len(pdf) >= 2
    assert "7K3QD-9XW2M" in pdf[len(pdf) - 1].get_textpage().get_text_range()
