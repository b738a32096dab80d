"""An ordinary general assembly of forty: a secretary on her laptop, members on their phones, the animator with papers."""

from __future__ import annotations

import re
from datetime import timedelta

import pypdfium2
import pytest

from civic import clock
from civic.assemblies import voting
from civic.assemblies.forms import HandsForm
from civic.assemblies.models import Assembly
from civic.ballots.models import CountedBallot
from civic.committees.models import College, CollegeKind, Committee
from civic.counting.rules import Code, Verdict
from civic.decisions.models import Decision, Elector
from civic.meetings import checkin
from civic.meetings import sheet as sheets
from civic.meetings.attendance import Attendance, Coming
from civic.meetings.models import Item, Meeting
from civic.people.actor import Actor
from civic.people.models import Person
from tests.browser.conftest import Arrive
from tests.browser.hall import (
    CANDIDATES,
    Hall,
    a_convened_assembly,
    a_running_assembly,
    come,
    forty_electors,
    gives_proxy,
    look_at_the_wall,
    resolution,
    the_vote_ends,
)
from tests.browser.test_the_meeting import link_in
from tests.browser.test_the_room import _type
from tests.browser.visitor import Visitor, spaced
from tests.engines import Database
from tests.factories.steering import says, votes
from tests.mailbox import Mailbox
from tests.site import Site

WHOLE = "Procès-verbal à signer"


@pytest.fixture
async def hall(site: Site, database: Database) -> Hall:
    return await forty_electors()


async def quorum(assembly: Assembly) -> tuple[int, int, int]:
    """Present, represented, needed, as the sheet stands now."""
    meeting = await Meeting.get(id=assembly.meeting_id)
    found = sheets.quorum_of(meeting, await sheets.sheet_of(meeting))
    return found.present, found.represented, found.needed


# --- before ---


async def _prepares(desk: Visitor, hall: Hall) -> Assembly:
    """The wizard: rules, usual resolutions, one on the screens, an election, who votes, the convocation."""
    await desk.open(f"/comites/{hall.body.slug}")
    await desk.follow("Préparer l’assemblée générale")
    await desk.look("the rules of the statutes")
    await desk.write("Lieu", "Salle des fêtes, place de l’Église, Villars-les-Dombes")
    await desk.write("Quorum, en pour cent des personnes convoquées", "50")
    second = clock.local(clock.now() + timedelta(days=42)).replace(hour=19, minute=0)
    await desk.page.fill("#second_at", second.strftime("%Y-%m-%dT%H:%M"))
    await desk.press("Préparer l’assemblée")
    await desk.reads("L’assemblée est préparée", "Envoyer la convocation, au plus tard", "La seconde convocation")
    await desk.look("the assembly prepared")
    for box in await desk.page.locator("input[name=kinds]").all():
        await box.set_checked(await box.get_attribute("value") in ("accounts", "budget"), force=True)
    await desk.press("Mettre à l’ordre du jour")
    await desk.reads("2 résolutions sont à l’ordre du jour")
    await desk.follow("Autre résolution")
    await desk.write("Point de l’ordre du jour", "La cotisation")
    await desk.write("Texte soumis au vote", "L’assemblée générale fixe la cotisation à 15 euros.")
    await desk.choose("Sur les écrans, avec les noms")
    await desk.look("a resolution")
    await desk.press("Enregistrer")
    await desk.follow("Une élection")
    await desk.write("Places à pourvoir", "2")
    await desk.look("an election")
    await desk.press("Enregistrer")
    await desk.reads("Écrivez au moins un nom")
    await desk.write("Candidatures", "\n".join(CANDIDATES))
    await desk.press("Enregistrer")
    await desk.reads("Recevoir les candidatures", "Déclarer à la préfecture", "Habitants : 28", "Salariés : 6", CANDIDATES[0])
    await desk.look("everything on the agenda")
    await desk.follow("Voir les noms")
    await desk.reads("Louise G.", "par lettre, sans adresse électronique")
    await desk.look("who votes")
    return await Assembly.get().select_related("meeting", "meeting__committee")


async def _convenes(desk: Visitor, meeting: Meeting) -> None:
    await desk.open(f"/reunions/{meeting.id}/convocation")
    await desk.reads("Le délai est tenu", "20 sur 40", "37 personnes par courriel", "4 personnes n’ont pas d’adresse")
    await desk.look("the convocation to send")
    letters = await desk.paper("Lettres à imprimer (PDF)")
    assert all(f"habitant{n} dubois" in letters for n in range(4))
    await desk.press("Envoyer la convocation")
    await desk.reads("La convocation part", "40 sans réponse")
    await desk.look("convened")


async def _reads_her_paper(mailbox: Mailbox, reader: Person) -> str:
    """Every word of the PDF in her mail."""
    message = await mailbox.last(str(reader.email), "Convocation")
    (paper,) = [part for part in message.iter_attachments() if part.get_content_type() == "application/pdf"]
    pages = pypdfium2.PdfDocument(paper.get_payload(decode=True))
    return spaced(" ".join(page.get_textpage().get_text_range() for page in pages))


@pytest.mark.one_engine("sqlite")
async def test_forty_are_convened_and_answer_with_proxies_up_to_the_cap(
    arrive: Arrive, hall: Hall, mailbox: Mailbox
) -> None:
    desk = await arrive(width=1280)
    await desk.is_now(hall.secretary)
    assembly = await _prepares(desk, hall)
    await _convenes(desk, assembly.meeting)
    rose, second, third, fourth = hall.residents[1], *hall.residents[10:13]
    said = await _reads_her_paper(mailbox, rose)
    for words in (
        "rose martin", "exercice", "20 sur 40", "chacune en porte 2 au plus", "fixe la cotisation à 15 euros",
        "approuve les comptes", "odile martin, maraîchère", "bon pour pouvoir",
    ):  # fmt: skip
        assert spaced(words) in said, words
    hers = await arrive(width=360, javascript=False)
    await hers.open(await link_in(mailbox, rose, "/convocations/", "Convocation"))
    await hers.choose("Je viens")
    await hers.look("her answer by link")
    await hers.press("Répondre")
    await hers.reads("Votre réponse : Je viens")
    late = await arrive(width=360)
    await late.open(await link_in(mailbox, fourth, "/convocations/", "Convocation"))
    await late.choose("Je donne pouvoir à quelqu’un")
    await late.pick("À qui, si vous donnez pouvoir", "Rose M.")
    for giver in (second, third):  # while she thinks, two others are faster
        await hers.open(await link_in(mailbox, giver, "/convocations/", "Convocation"))
        await hers.choose("Je donne pouvoir à quelqu’un")
        await hers.pick("À qui, si vous donnez pouvoir", "Rose M.")
        await hers.press("Répondre")
        await hers.reads("Donne pouvoir à Rose M.")
    await hers.look("her proxy given")
    await late.press("Répondre")
    await late.reads("Cette personne porte déjà tous les pouvoirs permis.")
    await late.look("one proxy too many")
    assert await late.page.locator("option", has_text="Rose M.").count() == 0
    await late.choose("Je ne viens pas")
    await late.press("Répondre")
    await late.reads("Je ne viens pas", "C’est noté. Merci d’avoir prévenu")
    rows = Attendance.filter(meeting_id=assembly.meeting_id)
    assert (await rows.get(person_id=rose.id)).proxies_held == 2
    assert await rows.filter(coming=Coming.PROXY, holder_id=rose.id).count() == 2
    await desk.open(f"/reunions/{assembly.meeting_id}")
    await desk.reads("1 présent, 2 pouvoirs, 1 excusé, 36 sans réponse.")
    await desk.unfold("Voir les 40 réponses")
    await desk.reads("porte 2 pouvoirs")
    await desk.look("who comes")


# --- the door ---


@pytest.mark.one_engine("sqlite")
async def test_the_quorum_is_lacking_then_reached_by_every_door_and_hands_are_counted(
    arrive: Arrive, hall: Hall
) -> None:
    assembly = await a_convened_assembly(hall)
    meeting, rose = assembly.meeting, hall.residents[1]
    for giver, holder in ((20, 1), (21, 1), (22, 23)):  # whose holder does not come is not there
        await gives_proxy(assembly, hall.residents[giver], hall.residents[holder])
    desk, wall = await arrive(width=1280), await arrive(width=1920)
    await desk.is_now(hall.secretary)
    await wall.is_now(hall.secretary)
    await desk.open(f"/reunions/{meeting.id}/salle")
    assert "feuille d'émargement" in await desk.paper(re.compile("Feuille d’émargement"))
    await desk.press("Ouvrir la réunion")
    await desk.press(re.compile("^Est là.*Nadia P"))
    await desk.press("Suppléant : Louise G.")
    await desk.reads("Louise G. est là à sa place")
    await look_at_the_wall(wall, assembly, "the wall at the door")
    await _arrives_by_the_code(arrive, assembly, rose, hall.employees[0])
    await _arrives_without_account(arrive, desk, assembly)
    assert await quorum(assembly) == (5, 2, 20)
    await come(assembly, *hall.residents[3:15])
    await desk.open(f"/reunions/{meeting.id}/salle")
    await desk.reads("Quorum : 19, il en faut 20", "pas atteint", "17 présents, 2 représentés, 40 attendus.")
    await desk.look("the room without its quorum")
    await _counts_hands(desk, wall, assembly, hall)


async def _arrives_by_the_code(arrive: Arrive, assembly: Assembly, rose: Person, employee: Person) -> None:
    """One photographs it, without scripts; another types its six figures."""
    phone, other = await arrive(width=360, javascript=False), await arrive(width=360)
    await phone.is_now(rose)
    await phone.open(f"/reunions/porte/{checkin.door_of(assembly.meeting)}")
    await phone.look("at the door")
    await phone.press("Je suis là")
    await phone.reads("votre arrivée est notée")
    await other.is_now(employee)
    await other.open(f"/reunions/{assembly.meeting_id}")
    await other.write("Code affiché dans la salle", checkin.code_of(assembly.meeting))
    await other.press("Je suis dans la salle")
    await other.reads("votre arrivée est notée", "4 présents, 2 représentés, 40 attendus.")
    await other.look("a member in the room")


async def _arrives_without_account(arrive: Arrive, desk: Visitor, assembly: Assembly) -> None:
    stranger = await arrive(width=360, javascript=False)
    await stranger.open(f"/reunions/porte/{checkin.door_of(assembly.meeting)}")
    await stranger.pick("Votre nom", "Habitant0 D.")
    await stranger.look("at the door without an account")
    await stranger.press("C’est moi")
    await stranger.reads("C’est transmis")
    assert (await quorum(assembly))[0] == 4, "a claim is not an arrival"
    await desk.open(f"/reunions/{assembly.meeting_id}/salle")
    await desk.reads("dit être là, depuis son téléphone")
    await desk.press("Oui, est là")
    await desk.reads("5 présents, 2 représentés")


async def _counts_hands(desk: Visitor, wall: Visitor, assembly: Assembly, hall: Hall) -> None:
    accounts = await resolution(assembly, "Rapport financier")
    page = f"/reunions/{assembly.meeting_id}/assemblee"
    await desk.open(page)
    await desk.reads("Le quorum manque : 19 voix présentes ou représentées, il en faut 20.", "Préparer la seconde convocation")
    assert await desk.page.locator(f"#pour-{accounts.id}").count() == 0, "without its quorum it votes nothing"
    await desk.look("the assembly without its quorum")
    await come(assembly, hall.residents[15])
    await desk.open(page)
    await desk.reads("Le quorum est atteint : 20 voix présentes ou représentées sur 40.")
    for label, n in (("pour", "17"), ("contre", "3"), ("abst", "1")):
        await desk.page.fill(f"#{label}-{accounts.id}", n)
    await desk.page.locator(f"#resolution-{accounts.id}").get_by_role("button", name="Noter ce vote").click()
    await desk.reads("Il n’y a que 20 voix présentes ou représentées : recomptez.")
    await desk.look("too many hands")
    await desk.page.fill(f"#pour-{accounts.id}", "16")
    await desk.page.locator(f"#resolution-{accounts.id}").get_by_role("button", name="Noter ce vote").click()
    counted = "16 pour, 3 contre, 1 abstention, sur 20 voix présentes ou représentées."
    await desk.reads("Le vote est noté", counted)
    await desk.look("hands counted")
    found = await resolution(assembly, "Rapport financier")
    assert (found.verdict, found.voices) == (Verdict.ADOPTED, 20)
    await look_at_the_wall(wall, assembly, "the hands on the wall")
    await wall.reads("Adoptée", counted)


# --- the votes ---


@pytest.mark.one_engine("postgres")
async def test_a_member_answers_an_open_vote_for_three_voices_on_her_phone(arrive: Arrive, hall: Hall) -> None:
    assembly = await a_running_assembly(hall)
    assert await quorum(assembly) == (24, 2, 20)
    rose, fee = hall.residents[1], await resolution(assembly, "La cotisation")
    desk, wall, phone = await arrive(width=1280), await arrive(width=1920), await arrive(width=360, javascript=False)
    for visitor, person in ((desk, hall.secretary), (wall, hall.secretary), (phone, rose)):
        await visitor.is_now(person)
    await desk.open(f"/reunions/{assembly.meeting_id}/assemblee")
    await desk.page.locator(f"#resolution-{fee.id}").get_by_role("button", name="Ouvrir le vote, 5 min").click()
    await desk.reads("Le vote est ouvert", "On vote")
    await desk.look("an open vote runs")
    decision = await Decision.get()
    assert (decision.electorate, decision.is_secret) == (26, False)
    await look_at_the_wall(wall, assembly, "an open vote on the wall")
    await wall.reads("0 réponse sur 26")
    await phone.open(f"/reunions/{assembly.meeting_id}")
    await phone.follow(re.compile("^Voter"))
    await phone.look("three voices")
    await phone.page.locator("#voix label.chip", has_text="Pour").click()
    await phone.press("Donner ma voix")
    for elector in await Elector.filter(decision_id=decision.id, person_id__in=[one.id for one in hall.residents[20:22]]):
        await phone.page.locator(f"#voix-pour-{elector.id} label.chip", has_text="Contre").click()
        await phone.press("Donner cette voix")
    await phone.look("three voices given")
    for n, person in enumerate(hall.residents[2:14] + hall.employees[:5]):
        await says(person, decision, Code.ABSTAIN if n == 0 else Code.YES)
    await look_at_the_wall(wall, assembly, "twenty answers on the wall")
    await wall.reads("20 réponses sur 26")
    decision = await the_vote_ends(decision)
    assert decision.tally
    assert (decision.verdict, decision.tally["yes"], decision.tally["no"], decision.tally["abstain"]) == (
        Verdict.ADOPTED, 17, 2, 1,
    )  # fmt: skip
    await look_at_the_wall(wall, assembly, "the result on the wall")
    await wall.reads("Adoptée", "Pour : 17 · Contre : 2 · Abstention : 1")
    await desk.open(f"/reunions/{assembly.meeting_id}/assemblee")
    await desk.reads("Adoptée", "Pour : 17 · Contre : 2 · Abstention : 1", "Ont voté : 20 voix sur 26")
    await desk.look("the vote is counted")


@pytest.mark.one_engine("sqlite")
async def test_an_election_takes_votes_from_phones_and_from_paper(arrive: Arrive, hall: Hall) -> None:
    assembly = await a_running_assembly(hall)
    elects = await resolution(assembly, "Élection")
    decision = await voting.open_vote(Actor(hall.secretary), assembly, elects, 15)
    desk, counter, phone = await arrive(width=1280), await arrive(width=1280), await arrive(width=360, javascript=False)
    for visitor, person in ((desk, hall.secretary), (counter, hall.animator), (phone, hall.residents[1])):
        await visitor.is_now(person)
    await phone.open(f"/decisions/{decision.id}")
    await phone.look("the way to the booth")
    await phone.page.get_by_role("link", name="Voter dans l’isoloir").first.click()
    await phone.look("the booth of an election")
    for name in CANDIDATES:
        await phone.choose(name)
    await phone.press("Mettre dans l’urne")
    await phone.reads("Trop de cases sont cochées : 2 au plus.")
    await phone.page.get_by_label(CANDIDATES[2]).uncheck(force=True)
    await phone.press("Mettre dans l’urne")
    assert await phone.page.locator(".ballot-code").count() == 1
    await phone.look("her code")
    for n, person in enumerate(hall.residents[2:12]):
        await votes(person, decision, {CANDIDATES[0]: 1, CANDIDATES[1 + n % 2]: 1})
    await _papers_are_cast(counter, decision, hall)
    await the_vote_ends(decision)
    await _papers_are_counted(desk, counter, decision)
    decision = await Decision.get(id=decision.id)
    assert decision.is_closed
    assert await CountedBallot.filter(decision_id=decision.id).count() == 16
    await _the_elected(arrive, desk, assembly, hall, decision)


async def _papers_are_cast(counter: Visitor, decision: Decision, hall: Hall) -> None:
    """Five who have paper: handed out and put into the box at the counter, which stays shut."""
    await counter.open(f"/decisions/{decision.id}/bureau")
    await counter.look("the list at the counter")
    assert "cochez" in await counter.paper(re.compile("à couper"))
    for titular in hall.titulars[:5]:
        await counter.open(f"/decisions/{decision.id}/bureau")
        await counter.write("Chercher un nom", titular.name)
        await counter.press("Chercher")
        await counter.press("Remettre un bulletin")
        await counter.press("Bulletin rendu")
    await counter.reads("son bulletin est dans l’urne")
    await counter.look("five papers in the box")


async def _papers_are_counted(desk: Visitor, counter: Visitor, decision: Decision) -> None:
    """The vote is over for everybody; two persons type all papers, and the result is there."""
    await desk.open(f"/decisions/{decision.id}")
    await desk.reads("Les bulletins papier sont dépouillés par deux personnes")
    await desk.look("the vote is over and the papers are not counted")
    typed = (("A C\nA B\nA C\n-\nA B", counter), ("A B\nA C\nA B\n-\nA C", desk))
    for lines, visitor in typed:
        await visitor.open(f"/decisions/{decision.id}/bureau")
        await visitor.follow("Dépouiller ces bulletins")
        await visitor.write("Les bulletins", lines)
        await visitor.look("papers typed")
        await visitor.press("Enregistrer cette saisie")
    await desk.reads("tout est compté, le résultat est publié")
    await desk.look("all is counted")


async def _the_elected(arrive: Arrive, desk: Visitor, assembly: Assembly, hall: Hall, decision: Decision) -> None:
    """Odile has 1 + 10 + 4 crosses; Paul 1 + 5 + 2, Fatou 5 + 2: the result has these figures everywhere."""
    figures = [f"{name} : {n} voix" for name, n in zip(CANDIDATES, (15, 8, 7), strict=True)]
    wall = await arrive(width=1920)
    await wall.is_now(hall.secretary)
    await look_at_the_wall(wall, assembly, "the elected on the wall")
    await wall.reads("Élection faite", *figures)
    await desk.open(f"/reunions/{assembly.meeting_id}/assemblee")
    await desk.reads("Élection faite", *figures)
    await desk.look("the elected")
    await desk.open(f"/decisions/{decision.id}")
    await desk.look("the election as a decision")


# --- after ---


@pytest.mark.one_engine("sqlite")
async def test_two_write_the_minutes_and_one_paper_says_it_all(arrive: Arrive, hall: Hall) -> None:
    assembly = await a_running_assembly(hall)
    accounts, budget = await resolution(assembly, "Rapport financier"), await resolution(assembly, "Budget")
    await voting.count_hands(Actor(hall.secretary), assembly, accounts, HandsForm(yes=20, no=4, abstain=2))
    await voting.count_hands(Actor(hall.secretary), assembly, budget, HandsForm(yes=9, no=12, abstain=0))
    fee = await voting.open_vote(Actor(hall.secretary), assembly, await resolution(assembly, "La cotisation"), 5)
    for person in hall.residents[2:10]:
        await says(person, fee, Code.YES)
    await the_vote_ends(fee)
    elects = await voting.open_vote(Actor(hall.secretary), assembly, await resolution(assembly, "Élection"), 5)
    for n, person in enumerate(hall.residents[2:9]):
        await votes(person, elects, {CANDIDATES[0]: 1} if n else {CANDIDATES[2]: 1, CANDIDATES[0]: 1})
    await the_vote_ends(elects)
    one, two = await arrive(width=1280), await arrive(width=1280, javascript=False)  # hers never hears of the other text
    for visitor, person in ((one, hall.secretary), (two, hall.animator)):
        await visitor.is_now(person)
        await visitor.open(f"/reunions/{assembly.meeting_id}/notes")
    await one.look("the minutes while they are written")
    item = await Item.get(id=accounts.item_id)
    await _type(one, item, "Le trésorier présente les comptes : 12 400 € de produits.")
    await one.page.get_by_text("Version 1, écrite par Nadia").wait_for()
    await two.page.fill(f"#n-{item.id}", "Une question sur le loyer.")
    await two.page.locator(f"#point-{item.id}").get_by_role("button", name="Enregistrer").click()
    await two.reads("Deux textes pour le même point")
    await two.look("two texts for one point")
    both = "Le trésorier présente les comptes : 12 400 € de produits. Une question sur le loyer."
    await two.write(re.compile("Votre texte"), both)
    await two.press("Enregistrer ce texte")
    await one.open(f"/reunions/{assembly.meeting_id}/salle")
    await one.unfold("Clore la réunion")
    await one.press("Oui, clore")
    await one.look("the minutes to read")
    await one.open(f"/reunions/{assembly.meeting_id}/assemblee")
    await one.look("the assembly is over")
    said = await one.paper(re.compile(WHOLE))
    for words in (
        "l'assemblée des jardins du carron", "24 présents, 2 représentés, 40 attendus", "50 % des personnes attendues, soit 20",
        "pouvoir à rose m.", both,
        "20 pour, 4 contre, 2 abstentions, sur 26 voix", "résultat : adoptée",
        "9 pour, 12 contre, 0 abstention, sur 26 voix", "résultat : rejetée",
        "pour : 8 · contre : 0 · abstention : 0", "ont voté : 8 voix sur 26",
        "odile martin, maraîchère à chalamont : 7 voix", "paul rey : 0 voix", "fatou diop, sage-femme : 1 voix",
        "résultat : élection faite", "feuille d'émargement", "nadia petit",
    ):  # fmt: skip
        assert spaced(words) in said, f"{words}\n{said}"


# --- where colleges weigh ---


@pytest.mark.one_engine("sqlite")
async def test_hands_are_raised_college_by_college_where_they_weigh(arrive: Arrive, hall: Hall) -> None:
    for kind, weight in ((CollegeKind.RESIDENTS, 50), (CollegeKind.ORGANISATIONS, 30), (CollegeKind.EMPLOYEES, 20)):
        await College.filter(committee_id=hall.body.id, kind=kind).update(weight=weight)
    await Committee.filter(id=hall.body.id).update(is_weighted=True)
    assembly = await a_running_assembly(hall)
    await Attendance.filter(meeting_id=assembly.meeting_id, person_id=hall.titulars[4].id).update(
        arrived_at=None, arrived_how=None
    )
    desk, phone = await arrive(width=1280), await arrive(width=360, javascript=False)
    await desk.is_now(hall.secretary)
    await phone.is_now(hall.residents[1])
    await desk.open(f"/reunions/{assembly.meeting_id}/assemblee")
    await desk.reads("certains n’ont pas cinq voix dans la salle : Organisations membres", "Régler le poids des collèges")
    await desk.reads("Habitants : 16 voix", "Organisations membres : 4 voix", "Salariés : 5 voix")
    accounts = await resolution(assembly, "Rapport financier")
    for kind, hands in (("residents", (12, 4, 0)), ("organisations", (0, 3, 1)), ("employees", (0, 5, 0))):
        for label, n in zip(("pour", "contre", "abst"), hands, strict=True):
            await desk.page.fill(f"#{label}-{accounts.id}-{kind}", str(n))
    await desk.look("hands by college")
    await desk.page.locator(f"#resolution-{accounts.id}").get_by_role("button", name="Noter ce vote").click()
    stated = (
        "Habitants (50 %) : 12 pour, 4 contre, 0 abstention, sur 16 voix",
        "Organisations membres (30 %) : 0 pour, 3 contre, 1 abstention, sur 4 voix",
        "Avec le poids des collèges : 37,5 % pour. Il fallait plus de la moitié.", "Rejetée",
    )  # fmt: skip
    await desk.reads(*stated)
    await desk.look("the weighted result")
    await phone.open(f"/reunions/{assembly.meeting_id}")
    await phone.reads(*stated)
    await phone.look("the weighted result on a phone")
    assert spaced(stated[2]) in await desk.paper(re.compile(WHOLE))
