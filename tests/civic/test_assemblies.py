"""General assemblies: prepared, convened in time, voted by hands and ballots, called again, written up."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from datetime import date, timedelta

import pypdfium2
import pytest

from civic import clock
from civic.assemblies import calling_again, papers, service, voting
from civic.assemblies.deadlines import Step, deadlines
from civic.assemblies.forms import ElectionForm, HandsForm, ResolutionForm, RulesForm
from civic.assemblies.models import Assembly, Casting, ResolutionKind
from civic.counting.rules import Majority, Verdict
from civic.decisions.models import Decision, Elector
from civic.errors import DomainError, Gone, Invalid
from civic.meetings.attendance import Attendance, Coming
from civic.meetings.models import Item, Meeting
from civic.people.actor import Actor
from civic.people.models import AuditEntry, Person
from tests.client import Client
from tests.factories import a_person
from tests.factories.assemblies import a_general_assembly, an_assembly, begun, the_resolutions
from tests.factories.steering import a_committee

SignIn = Callable[[Person], Awaitable[Client]]
USUAL = ["activity", "accounts", "result", "discharge", "budget", "fee"]


def plain(text: str) -> str:
    return re.sub("[\u00a0\u202f]", " ", text)


@pytest.mark.parametrize(
    ("elects", "second", "found"),
    [
        (False, None, [(Step.CONVOCATION, date(2027, 5, 15)), (Step.MEETING, date(2027, 5, 30))]),
        (True, None, [(Step.CANDIDATES, date(2027, 5, 15)), (Step.CONVOCATION, date(2027, 5, 15)),
                      (Step.MEETING, date(2027, 5, 30)), (Step.DECLARATION, date(2027, 8, 30))]),
        (False, date(2027, 6, 12), [(Step.CONVOCATION, date(2027, 5, 15)), (Step.MEETING, date(2027, 5, 30)),
                                    (Step.SECOND_CALL, date(2027, 6, 12))]),
    ],
)  # fmt: skip
def test_what_must_be_done_by_when(elects: bool, second: date | None, found: list[tuple[Step, date]]) -> None:
    steps = deadlines(date(2027, 5, 30), 15, convened=False, closed=False, elects=elects, second_on=second)
    assert [(one.step, one.day) for one in steps] == found
    assert steps[0].is_late(date(2027, 5, 16))
    assert not steps[0].is_late(date(2027, 5, 15)), "its last day is in time"


def test_three_months_after_the_last_of_november_are_the_last_of_february() -> None:
    steps = deadlines(date(2027, 11, 30), 15, convened=True, closed=True, elects=True, second_on=None)
    assert steps[-1].day == date(2028, 2, 29)
    assert not any(one.is_late(date(2028, 2, 29)) for one in steps)


async def test_the_same_form_sent_twice_prepares_one_assembly_with_its_first_points(app: object) -> None:
    body, _people, animator = await a_general_assembly()
    first = await an_assembly(body, animator)
    wish = service.AssemblyForm.model_validate({
        "year": "2024", "starts_at": clock.now() + timedelta(days=42), "place": "Salle des fêtes",
    })  # fmt: skip
    twice = [await service.prepare(Actor(animator), body, wish, "one-form-key") for _ in range(2)]
    assert twice[0].id == twice[1].id != first.id
    assert await Assembly.all().count() == await Meeting.all().count() == 2
    assert await Item.filter(meeting_id=twice[0].meeting_id).count() == 2


async def test_only_a_body_of_the_network_has_a_general_assembly(app: object) -> None:
    lead = await a_person("Sélim Laurent")
    with pytest.raises(DomainError, match="assemblée générale"):
        await an_assembly(await a_committee(lead), lead)
    assert not await Meeting.all().count()


async def test_the_usual_resolutions_stand_in_the_usual_order_once(app: object) -> None:
    body, _people, animator = await a_general_assembly()
    assembly = await an_assembly(body, animator)
    kinds = [ResolutionKind(name) for name in reversed(USUAL)]
    await asyncio.gather(service.add_usual(assembly, kinds), service.add_usual(assembly, kinds))
    found = await the_resolutions(assembly)
    assert [one.kind.value for one in found] == USUAL
    assert "2025" in found[0].wording
    assert [one.item.position for one in found] == sorted(one.item.position for one in found)


async def test_a_second_call_follows_the_first_within_three_months(app: object) -> None:
    body, _people, animator = await a_general_assembly()
    assembly = await an_assembly(body, animator)
    first = assembly.meeting.starts_at
    assert first
    for wrong in (first - timedelta(minutes=30), first + timedelta(days=91)):
        with pytest.raises(Invalid):
            await service.set_rules(assembly, RulesForm(year="2025", second_at=wrong))
    await service.set_rules(assembly, RulesForm(year="2025", second_at=first + timedelta(minutes=30), second_percent=10))
    assert (await Assembly.get(id=assembly.id)).second_percent == 10


async def test_hands_are_counted_within_the_voices_of_the_room(app: object) -> None:
    body, people, animator = await a_general_assembly(6)
    assembly = await an_assembly(body, animator)
    await service.add_usual(assembly, [ResolutionKind.ACCOUNTS])
    await begun(assembly, here=3)
    rows = await Attendance.filter(meeting_id=assembly.meeting_id).order_by("id")
    await Attendance.filter(id=rows[4].id).update(coming=Coming.PROXY, holder_id=people[0].id)  # carried: she is here
    await Attendance.filter(id=rows[5].id).update(coming=Coming.PROXY, holder_id=people[3].id)  # he is not
    (one,) = await the_resolutions(assembly)
    with pytest.raises(Invalid, match="4"):
        await voting.count_hands(Actor(animator), assembly, one, HandsForm(yes=3, no=1, abstain=1))
    await voting.count_hands(Actor(animator), assembly, one, HandsForm(yes=2, no=1, abstain=1))
    (one,) = await the_resolutions(assembly)
    assert (one.yes, one.no, one.abstain, one.voices, one.verdict) == (2, 1, 1, 4, Verdict.ADOPTED)
    await voting.count_hands(Actor(animator), assembly, one, HandsForm(yes=1, no=1, abstain=0))
    (one,) = await the_resolutions(assembly)
    assert one.verdict == Verdict.REJECTED, "a tie carries nothing"
    log = [entry.details for entry in await AuditEntry.filter(act="hands_counted").order_by("id")]
    assert [(entry["yes"], entry["voices"]) for entry in log] == [(2, 4), (1, 4)], "both counts are in the log"


@pytest.mark.parametrize(
    ("majority", "yes", "no", "verdict"),
    [
        (Majority.HALF, 3, 3, Verdict.REJECTED), (Majority.HALF, 4, 3, Verdict.ADOPTED),
        (Majority.TWO_THIRDS, 4, 2, Verdict.ADOPTED), (Majority.TWO_THIRDS, 3, 2, Verdict.REJECTED),
        (Majority.THREE_QUARTERS, 3, 1, Verdict.ADOPTED), (Majority.THREE_QUARTERS, 5, 2, Verdict.REJECTED),
    ],
)  # fmt: skip
@pytest.mark.one_engine
async def test_the_majority_of_a_resolution_is_exact(
    app: object, majority: Majority, yes: int, no: int, verdict: Verdict
) -> None:
    body, _people, animator = await a_general_assembly(8)
    assembly = await an_assembly(body, animator)
    wish = ResolutionForm(title="Les statuts", wording="L’assemblée change ses statuts.", majority=majority)
    one = await service.add(assembly, wish)
    await begun(assembly, here=8)
    await voting.count_hands(Actor(animator), assembly, one, HandsForm(yes=yes, no=no, abstain=1))
    assert (await the_resolutions(assembly))[0].verdict == verdict


async def test_without_its_quorum_an_assembly_votes_nothing_and_is_called_again(app: object) -> None:
    body, _people, animator = await a_general_assembly(6)
    assembly = await an_assembly(body, animator)
    second_at = clock.now() + timedelta(days=50)
    await service.set_rules(assembly, RulesForm(year="2025", second_at=second_at, second_percent=0))
    await service.add_usual(assembly, [ResolutionKind.ACCOUNTS, ResolutionKind.FEE])
    await service.add(assembly, ElectionForm(title="Le bureau", wording="L’assemblée élit.", candidates=["Odile"]))
    await begun(assembly, here=1)
    one = (await the_resolutions(assembly))[0]
    with pytest.raises(DomainError, match="quorum"):
        await voting.count_hands(Actor(animator), assembly, one, HandsForm(yes=1, no=0, abstain=0))
    again = [await calling_again.call_again(Actor(animator), assembly) for _ in range(2)]
    assert again[0].id == again[1].id != assembly.id
    meeting = await Meeting.get(id=again[0].meeting_id)
    assert (meeting.quorum_percent, meeting.starts_at, meeting.first_call_id) == (0, second_at, assembly.meeting_id)
    assert [one.wording for one in await the_resolutions(again[0])] == [
        one.wording for one in await the_resolutions(assembly)
    ]
    items = {one.item_id for one in await the_resolutions(again[0])}
    assert items <= {item.id for item in await Item.filter(meeting_id=meeting.id)}


async def test_an_assembly_that_has_voted_is_not_called_again(app: object) -> None:
    body, _people, animator = await a_general_assembly(6)
    assembly = await an_assembly(body, animator)
    await service.add_usual(assembly, [ResolutionKind.FEE])
    await begun(assembly, here=5)
    one = (await the_resolutions(assembly))[0]
    await voting.count_hands(Actor(animator), assembly, one, HandsForm(yes=5, no=0, abstain=0))
    await Attendance.filter(meeting_id=assembly.meeting_id).update(left_at=clock.now())
    with pytest.raises(DomainError, match="a voté"):
        await calling_again.call_again(Actor(animator), assembly)


async def test_persons_are_elected_by_secret_ballot_of_the_room(app: object) -> None:
    body, people, animator = await a_general_assembly(8)
    assembly = await an_assembly(body, animator)
    wish = ElectionForm.model_validate({
        "title": "Le conseil", "wording": "L’assemblée élit deux personnes.", "places": 2,
        "candidates": "Odile Martin\n\n  Paul Rey \nFatou Diop\n",
    })  # fmt: skip
    one = await service.add(assembly, wish)
    assert "Odile Martin · Paul Rey · Fatou Diop" in (await Item.get(id=one.item_id)).explanation
    await begun(assembly, here=5)
    one = (await the_resolutions(assembly))[0]
    with pytest.raises(DomainError):
        await voting.count_hands(Actor(animator), assembly, one, HandsForm(yes=1, no=0, abstain=0))
    opened = [await voting.open_vote(Actor(animator), assembly, one, 5) for _ in range(2)]
    assert opened[0].id == opened[1].id
    decision = await Decision.get(id=opened[0].id)
    assert (decision.is_secret, decision.dots, decision.dots_on_one, decision.chosen_most) == (True, 2, 1, 2)
    voters = {elector.person_id for elector in await Elector.filter(decision_id=decision.id)}
    assert voters == {person.id for person in people[:5]}, "who did not come does not vote"
    assert (await the_resolutions(assembly))[0].decision == decision
    with pytest.raises(Gone):
        await service.rewrite(assembly, one, wish)


async def test_a_single_candidate_is_elected_by_yes_or_no(app: object) -> None:
    body, _people, animator = await a_general_assembly(6)
    assembly = await an_assembly(body, animator)
    wish = ElectionForm(title="La présidence", wording="L’assemblée élit.", candidates=["Odile Martin"])
    one = await service.add(assembly, wish)
    await begun(assembly, here=6)
    decision = await voting.open_vote(Actor(animator), assembly, (await the_resolutions(assembly))[0], 10)
    assert (decision.question, decision.method.value, decision.is_secret) == ("Élire Odile Martin", "majority", True)
    assert one.casting == Casting.SECRET


@pytest.mark.parametrize("candidates", ["", "Odile\nodile", "x" * 161, "\n".join(f"N{n}" for n in range(21))])
@pytest.mark.one_engine
async def test_an_election_with_a_wrong_list_comes_back_filled(
    app: object, sign_in: SignIn, candidates: str
) -> None:
    body, _people, animator = await a_general_assembly(2)
    assembly = await an_assembly(body, animator)
    browser = await sign_in(animator)
    address = f"/reunions/{assembly.meeting_id}/assemblee/ajouter/election"
    sent = {"title": "Le conseil", "wording": "L’assemblée élit.", "places": "1", "candidates": candidates}
    answer = await browser.submit(address, sent)
    assert answer.status_code == 422
    assert all(line in answer.text for line in candidates.splitlines())
    assert "L’assemblée élit." in answer.text
    assert not await the_resolutions(assembly)


@pytest.mark.one_engine
async def test_an_animator_prepares_votes_and_signs_in_a_browsers_order(app: object, sign_in: SignIn) -> None:
    body, people, animator = await a_general_assembly(6)
    browser, member = await sign_in(animator), await sign_in(people[0])
    start = f"/comites/{body.slug}/assemblee-generale"
    assert "Préparer l’assemblée générale" in (await browser.get(f"/comites/{body.slug}")).text
    assert "Préparer l’assemblée générale" not in (await member.get(f"/comites/{body.slug}")).text
    assert (await member.get(start)).status_code == 403
    assert "Souvent 15 jours" in (await browser.get(start)).text
    day = clock.local(clock.now() + timedelta(days=40))
    sent = {
        "cle": "une-cle-de-formulaire", "year": "2025", "starts_at": day.strftime("%Y-%m-%dT18:30"), "lasts": "150",
        "place": "Salle des fêtes, Villars", "notice_days": "15", "quorum_percent": "0", "proxies_most": "2",
    }  # fmt: skip
    refused = await browser.submit(start, sent | {"place": ""})
    assert refused.status_code == 422
    assert "une-cle-de-formulaire" in refused.text
    made = await browser.submit(start, sent)
    assembly = await Assembly.get().select_related("meeting", "meeting__committee")
    address = f"/reunions/{assembly.meeting_id}/assemblee"
    assert made.headers["location"] == address
    assert (await member.get(address)).status_code == 403
    await browser.submit(address + "/usuelles", {"kinds": USUAL})
    page = plain((await browser.get(address)).text)
    assert "Envoyer la convocation, au plus tard" in page
    assert "approuve les comptes de l’exercice 2025" in page
    assert "Habitants : 6" in page
    assert "Membre0 D." in (await browser.get(address + "/electeurs")).text
    one = (await the_resolutions(assembly))[1]
    edited = {"title": one.item.title, "wording": "L’assemblée approuve les comptes : 12 400 € de produits.",
              "minutes": "25", "casting": "hands", "majority": "half"}  # fmt: skip
    answer = await browser.submit(f"{address}/resolutions/{one.id}", edited)
    assert answer.headers["location"] == f"{address}#resolution-{one.id}"
    await browser.submit(f"{address}/resolutions/{(await the_resolutions(assembly))[-1].id}/retirer")
    assert len(await the_resolutions(assembly)) == len(USUAL) - 1
    await begun(assembly, here=4)
    over = await browser.submit(f"{address}/resolutions/{one.id}/mains", {"yes": "9", "no": "0", "abstain": "0"})
    assert over.status_code == 422
    assert "recomptez" in over.text
    await browser.submit(f"{address}/resolutions/{one.id}/mains", {"yes": "3", "no": "0", "abstain": "1"})
    page = plain((await browser.get(address)).text)
    assert "3 pour, 0 contre, 1 abstention, sur 4 voix présentes ou représentées." in page
    assert "Adoptée" in plain((await member.get(f"/reunions/{assembly.meeting_id}")).text)
    paper = await browser.get(address + "/proces-verbal.pdf")
    assert paper.headers["content-type"] == "application/pdf"


async def test_the_paper_of_an_assembly_says_each_resolution_and_who_signs(app: object) -> None:
    body, _people, animator = await a_general_assembly(6)
    assembly = await an_assembly(body, animator)
    await service.add_usual(assembly, [ResolutionKind.ACCOUNTS, ResolutionKind.FEE])
    await begun(assembly, here=4)
    one = (await the_resolutions(assembly))[0]
    await voting.count_hands(Actor(animator), assembly, one, HandsForm(yes=3, no=0, abstain=1))
    document = pypdfium2.PdfDocument(await papers.whole(assembly, Actor(animator)))
    said = re.sub(r"\s+", " ", plain(" ".join(page.get_textpage().get_text_range() for page in document)))
    for words in (
        "Procès-verbal", "Assemblée générale ordinaire, exercice 2025", "approuve les comptes de l’exercice 2025",
        "À main levée", "3 pour, 0 contre", "Résultat : Adoptée", "n’a pas été votée", "Feuille d’émargement",
        "Signature", "Membre5 Dupont",
    ):  # fmt: skip
        assert words in said, words
