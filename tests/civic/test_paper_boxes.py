"""Papers of a secret vote: the box, typed twice as a multiset, goes into the urn; the lines one types."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from civic import clock
from civic.ballots.models import CountedBallot, SealedBallot
from civic.committees import seats
from civic.committees.joining import Designation
from civic.committees.models import College, CollegeKind, Committee, Seat
from civic.counting.count import Vote, count
from civic.counting.published import recount
from civic.counting.rules import Code, Method, Verdict
from civic.decisions import closing, paper
from civic.decisions.models import Decision, DecisionStatus, Elector, Option
from civic.decisions.positions import Position
from civic.errors import DomainError, Forbidden, Invalid
from civic.people.actor import Actor
from civic.people.models import AuditEntry, Person, RoleName
from civic.polling import batches, lines
from civic.polling import said as papers
from civic.polling.models import Batch, Emptied
from tests.civic.test_polling import SignIn
from tests.client import Client
from tests.factories import a_person
from tests.factories.steering import a_committee, a_member, an_open_decision, fresh, votes
from tests.mailbox import plain

YES, NO, NOTHING = Position(Code.YES), Position(Code.NO), Position(Code.ABSTAIN)


@pytest.fixture(autouse=True)
def _clock_put_back() -> Iterator[None]:
    yield
    clock.travel(timedelta())


class Hall:
    """An assembly of seven that votes in secret on paper: two persons empty the box."""

    selim: Person
    paule: Person
    decision: Decision
    voters: list[Elector]


async def a_hall(*, voters: int = 5, back: int = 5, **wishes: object) -> Hall:
    hall = Hall()
    hall.selim = await a_person("Sélim Laurent")
    committee = await a_committee(hall.selim)
    await College.filter(committee_id=committee.id).update(places=20)
    hall.paule = await a_member(committee, "Paule Girard")
    await Seat.filter(committee_id=committee.id, person_id=hall.paule.id).update(is_facilitator=True)
    people = [await a_member(committee, f"Voisine{n} Nom") for n in range(voters)]
    terms = {"method": Method.MAJORITY, "secret": True} | wishes
    hall.decision = await an_open_decision(committee, hall.selim, **terms)
    ids = [person.id for person in people]
    hall.voters = await Elector.filter(decision_id=hall.decision.id, person_id__in=ids).order_by("id")
    for number, elector in enumerate(hall.voters):
        await paper.hand_out(Actor(hall.selim), hall.decision, elector.id)
        if number < back:
            await paper.take_in(Actor(hall.selim), hall.decision, elector.id)
    return hall


async def types(hall: Hall, person: Person, *said: Position, fewer: bool = False) -> bool:
    return await batches.type_in(Actor(person), hall.decision, "", said, fewer=fewer)


async def the_screens_close(hall: "Hall | Colleges") -> None:
    """The exact moment has come."""
    clock.travel(timedelta(days=3, seconds=1))
    assert await closing.close(hall.decision.id)
    hall.decision = await fresh(hall.decision)


async def test_papers_of_a_secret_vote_are_emptied_once_after_the_closing_all_together(
    database: object, app: object, sign_in: SignIn
) -> None:
    hall = await a_hall()
    box = f"/decisions/{hall.decision.id}/bureau/depouiller"
    selim, paule = await sign_in(hall.selim), await sign_in(hall.paule)
    early = await selim.submit(box, {"n_yes": "3", "n_no": "2"})
    assert (early.status_code, await Batch.all().count()) == (409, 0)
    assert "après la clôture" in early.text
    await the_screens_close(hall)
    assert (hall.decision.status, hall.decision.verdict, hall.decision.closed_at) == (DecisionStatus.COUNTING, None, None)
    page = (await selim.get(f"/decisions/{hall.decision.id}")).text
    assert "dépouillés par deux personnes" in page
    few = await selim.submit(box, {"n_yes": "1"})
    assert few.status_code == 422
    assert "Il manque 4 bulletins" in plain(few.text)
    for browser in (selim, paule):
        assert (await browser.submit(box, {"n_yes": "3", "n_no": "2"})).status_code == 303
    done = await fresh(hall.decision)
    assert (done.status, done.verdict, done.closed_at) == (DecisionStatus.CLOSED, Verdict.ADOPTED, done.closes_at)
    assert await CountedBallot.filter(decision_id=done.id).count() == 5
    assert not await SealedBallot.all().count() + await Batch.all().count()
    again = await selim.submit(box, {"n_yes": "5"})
    assert again.status_code == 409


async def test_papers_typed_alike_by_two_persons_are_counted_and_forgotten(database: object, app: object) -> None:
    hall = await a_hall()
    await the_screens_close(hall)
    assert not await types(hall, hall.selim, YES, YES, NO, YES, NOTHING)
    assert await types(hall, hall.paule, NO, YES, NOTHING, YES, YES)  # another order, the same papers
    assert await Batch.all().count() == 0
    emptied = await Emptied.get(decision_id=hall.decision.id)
    assert (emptied.papers, emptied.nulls, emptied.lacking) == (5, 0, 0)
    assert not await closing.close(hall.decision.id), "the job that comes twice counts nothing twice"
    done = await fresh(hall.decision)
    assert (done.verdict, done.answers_count) == (Verdict.ADOPTED, 5)
    counted = Counter(one.said["code"] for one in await CountedBallot.filter(decision_id=hall.decision.id))
    assert counted == {"yes": 3, "no": 1, "abstain": 1}


async def test_batches_that_differ_do_not_count_until_one_is_corrected(database: object, app: object) -> None:
    hall = await a_hall()
    await the_screens_close(hall)
    await types(hall, hall.selim, YES, YES, YES, NO, NO)
    assert not await types(hall, hall.paule, YES, YES, NO, NO, NO)
    mine, other = [await batches.said_in(one) for one in await Batch.all().order_by("turn")]
    assert batches.differences(mine, other) == ([{"code": "yes"}], [{"code": "no"}])
    third = await a_person("Camille Roux")
    with pytest.raises(Forbidden):
        await types(hall, third, YES, YES, YES, NO, NO)
    with pytest.raises(Forbidden):
        await batches.adopt(Actor(third), hall.decision, "")
    assert (await fresh(hall.decision)).verdict is None
    assert await batches.adopt(Actor(hall.paule), hall.decision, "")
    assert (await fresh(hall.decision)).tally == {"yes": 3, "no": 2, "abstain": 0, "open_objections": 0}


async def test_two_who_never_agree_are_set_aside_by_a_third_and_two_begin_again(
    database: object, app: object, sign_in: SignIn
) -> None:
    hall = await a_hall()
    await the_screens_close(hall)
    await types(hall, hall.selim, YES, YES, YES, NO, NO)
    box = f"/decisions/{hall.decision.id}/bureau/depouiller"
    third = await sign_in(await a_person("Camille Roux", "camille@exemple.fr", RoleName.ANIMATOR))
    assert (await third.submit(f"{box}/effacer")).status_code == 404, "one typing is left to whoever made it"
    await types(hall, hall.paule, YES, YES, NO, NO, NO)
    assert "Recommencer le dépouillement" in (await third.get(box)).text
    assert (await third.submit(f"{box}/effacer")).status_code == 303
    assert await Batch.all().count() == 0
    trace = await AuditEntry.get(act="paper_batch_taken_away")
    assert trace.details == {"college": "", "typists": [hall.selim.id, hall.paule.id]}
    for person in (hall.selim, hall.paule):
        await types(hall, person, YES, YES, NO, NO, NO)
    assert (await fresh(hall.decision)).is_closed


async def test_one_person_does_not_type_a_box_twice(database: object, app: object) -> None:
    hall = await a_hall()
    await the_screens_close(hall)
    assert not await types(hall, hall.selim, YES, YES, NO, NO, NO)
    assert not await types(hall, hall.selim, YES, YES, NO, NO, NO)
    assert await Batch.all().count() == 1
    assert (await fresh(hall.decision)).verdict is None


async def test_no_more_papers_than_electors_who_returned_theirs(database: object, app: object) -> None:
    hall = await a_hall(back=3)
    await the_screens_close(hall)
    with pytest.raises(Invalid, match="3 personnes"):
        await types(hall, hall.selim, YES, YES, YES, NO)
    with pytest.raises(Invalid, match="manque 1"):
        await types(hall, hall.selim, YES, NO)
    for person in (hall.selim, hall.paule):
        await types(hall, person, YES, NO, NO)
    box = (await batches.boxes(hall.decision))[0]
    assert (box.handed, box.returned, box.counted, box.lacking, box.out) == (5, 3, 3, 0, 2)


async def test_papers_that_are_not_in_the_box_are_said_by_two_and_told_on_the_page(
    database: object, app: object, client: Client
) -> None:
    hall = await a_hall(voters=6, back=6)
    await the_screens_close(hall)
    assert not await types(hall, hall.selim, YES, YES, YES, YES, NO, fewer=True)
    with pytest.raises(Invalid, match="manque 1"):
        await types(hall, hall.paule, YES, YES, YES, YES, NO)
    assert await types(hall, hall.paule, YES, YES, YES, YES, NO, fewer=True)
    emptied = await Emptied.get(decision_id=hall.decision.id)
    assert (emptied.papers, emptied.lacking) == (5, 1)
    page = plain((await client.get(f"/decisions/{hall.decision.id}")).text)
    assert "1 bulletin papier noté comme rendu n'était pas dans l'urne" in page


async def test_a_box_that_is_lost_is_given_up_by_two_and_the_screens_are_counted(database: object, app: object) -> None:
    hall = await a_hall(voters=2, back=2)
    for person in (hall.selim, hall.paule):
        await votes(person, hall.decision, Code.YES)
    await the_screens_close(hall)
    assert not await types(hall, hall.selim, fewer=True)
    assert (await fresh(hall.decision)).verdict is None, "nobody throws papers away alone"
    assert await types(hall, hall.paule, fewer=True)
    done = await fresh(hall.decision)
    assert (done.verdict, done.is_withheld, done.answers_count) == (Verdict.ADOPTED, True, 4)


async def test_papers_that_nobody_brought_back_keep_nothing_waiting(database: object, app: object) -> None:
    hall = await a_hall(back=0)
    await votes(hall.selim, hall.decision, Code.YES)
    await the_screens_close(hall)
    assert (hall.decision.status, hall.decision.verdict) == (DecisionStatus.CLOSED, Verdict.ADOPTED)


async def test_what_is_typed_is_sealed_until_both_agree_and_says_no_order(database: object, app: object) -> None:
    hall = await a_hall()
    await the_screens_close(hall)
    await types(hall, hall.selim, YES, NO, YES, NO, NOTHING)
    sheet = await Batch.get()
    assert b"yes" not in bytes(sheet.sealed)
    assert b"code" not in bytes(sheet.sealed)
    assert [one["code"] for one in await batches.said_in(sheet)] == ["abstain", "no", "no", "yes", "yes"]
    await types(hall, hall.selim, YES, YES, YES, YES, YES)
    assert len(bytes((await Batch.get()).sealed)) == len(bytes(sheet.sealed)), "its length tells nothing"


async def test_who_has_put_her_paper_in_has_voted_and_nothing_says_when(database: object, app: object) -> None:
    hall = await a_hall(back=1)
    voted = await Elector.get(id=hall.voters[0].id)
    assert voted.answered_at == hall.decision.opened_at
    await paper.take_in(Actor(hall.selim), hall.decision, voted.id)  # twice is once
    assert (await fresh(hall.decision)).answers_count == 1
    with pytest.raises(DomainError, match="plus à reprendre"):
        await paper.take_back(Actor(hall.selim), hall.decision, voted.id)
    await paper.take_back(Actor(hall.selim), hall.decision, hall.voters[1].id)
    with pytest.raises(DomainError, match="pas reçu"):
        await paper.take_in(Actor(hall.selim), hall.decision, hall.voters[1].id)


async def test_after_the_closing_no_paper_is_handed_out_or_taken_in(database: object, app: object) -> None:
    hall = await a_hall(back=4)
    await the_screens_close(hall)
    for verb in (paper.take_in, paper.take_back, paper.hand_out):
        with pytest.raises(DomainError, match="close"):
            await verb(Actor(hall.selim), hall.decision, hall.voters[4].id)
    assert (await fresh(hall.decision)).answers_count == 4


async def test_the_trace_says_who_typed_and_never_what(database: object, app: object) -> None:
    hall = await a_hall(back=2)
    await the_screens_close(hall)
    for person in (hall.selim, hall.paule):
        await types(hall, person, YES, NO)
    trace = await AuditEntry.get(act="papers_put_into_the_urn")
    both = {"first": hall.selim.id, "second": hall.paule.id}
    assert trace.details == {"college": "", "papers": 2, "lacking": 0, **both}


async def test_a_box_of_dots_is_emptied_from_the_page(database: object, app: object, sign_in: SignIn) -> None:
    options = [{"title": "Le lavoir"}, {"title": "Le four"}, {"title": "Le pont"}]
    hall = await a_hall(method=Method.DOTS, dots=3, options=options)
    selim, paule = await sign_in(hall.selim), await sign_in(hall.paule)
    station = f"/decisions/{hall.decision.id}/bureau"
    assert "Dépouiller ces bulletins" not in (await selim.get(station)).text
    await the_screens_close(hall)
    assert "Dépouiller ces bulletins" in (await selim.get(station)).text
    assert "Dépouiller à deux" in (await selim.get("/mon-espace")).text
    refused = await selim.submit(f"{station}/depouiller", {"lines": "A3\nA2 B2"})
    assert refused.status_code == 422
    assert "Ligne 2" in refused.text
    assert (await selim.submit(f"{station}/depouiller", {"lines": "A3\na2 b1\nC1\nB3\n-"})).status_code == 303
    blind = (await paule.get(f"{station}/depouiller")).text
    assert "A3" not in blind.partition("<textarea")[2].partition("</textarea>")[0]
    await paule.submit(f"{station}/depouiller", {"lines": "B3\nA2 B1\nA3\nC2\nnul"})
    differ = (await paule.get(f"{station}/depouiller")).text
    assert "Le pont : 1" in differ.replace("\u00a0", " ")
    assert "Le pont : 2" in differ.replace("\u00a0", " ")
    await paule.submit(f"{station}/depouiller/meme")
    emptied = await Emptied.get(decision_id=hall.decision.id)
    assert (emptied.papers, emptied.nulls) == (5, 1)
    done = await fresh(hall.decision)
    ids = {option.title: option.id async for option in Option.filter(decision_id=hall.decision.id)}
    assert done.counted["chosen"] == [ids["Le lavoir"]]


@pytest.mark.one_engine
async def test_a_box_of_yes_and_no_is_typed_as_numbers(database: object, app: object, sign_in: SignIn) -> None:
    hall = await a_hall()
    await the_screens_close(hall)
    station = f"/decisions/{hall.decision.id}/bureau/depouiller"
    selim, paule = await sign_in(hall.selim), await sign_in(hall.paule)
    assert (await selim.submit(station, {})).status_code == 422
    for browser in (selim, paule):
        assert (await browser.submit(station, {"n_yes": "3", "n_no": "2"})).status_code == 303
    assert (await fresh(hall.decision)).tally == {"yes": 3, "no": 2, "abstain": 0, "open_objections": 0}


OPTIONS = [Option(id=number, title=f"Choix {number}", position=place) for place, number in enumerate((7, 3, 9, 12))]


def _decision(method: Method) -> Decision:
    return Decision(method=method, dots=5, dots_on_one=0, budget_cents=100)


DOTS = some.dictionaries(some.sampled_from(["7", "3", "9", "12"]), some.integers(1, 1), max_size=4)
RANKS = some.permutations([7, 3, 9, 12]).flatmap(
    lambda ids: some.integers(0, 4).map(lambda n: [[one] for one in ids[:n]])
)
TICKS = some.sets(some.sampled_from([7, 3, 9, 12])).map(sorted)


@given(
    some.one_of(
        some.tuples(some.just(Method.DOTS), DOTS), some.tuples(some.just(Method.RANKED), RANKS),
        some.tuples(some.just(Method.BUDGET), TICKS),
    )
)  # fmt: skip
def test_a_paper_written_as_a_line_reads_the_same(case: tuple[Method, object]) -> None:
    method, choices = case
    decision, said = _decision(method), Position(choices=choices)
    line = lines.written(decision, OPTIONS, said)
    assert lines.read(decision, OPTIONS, f"\n{line}\n\n") == [said if said.ids else papers.blank(decision)]


@pytest.mark.parametrize(
    ("method", "line", "choices"),
    [
        (Method.DOTS, "a3 B:2", {"7": 3, "3": 2}),
        (Method.DOTS, "A3,C2", {"7": 3, "9": 2}),
        (Method.DOTS, "A0", {}),
        (Method.RANKED, "bac", [[3], [7], [9]]),
        (Method.RANKED, "B > C=A", [[3], [7, 9]]),
        (Method.BUDGET, "d a", [7, 12]),
        (Method.BUDGET, "Nul", []),
    ],
)
def test_lines_are_read_as_people_type_them(method: Method, line: str, choices: object) -> None:
    assert lines.read(_decision(method), OPTIONS, line) == [Position(choices=choices)]


@pytest.mark.parametrize(
    ("method", "line"),
    [
        (Method.DOTS, "A"), (Method.DOTS, "A3 A2"), (Method.DOTS, "A4 B2"), (Method.DOTS, "Z1"), (Method.DOTS, "?"),
        (Method.RANKED, "A B A"), (Method.RANKED, "A1"), (Method.RANKED, "E"), (Method.BUDGET, "A A"),
    ],
)  # fmt: skip
def test_a_line_that_says_nothing_clear_is_refused_with_its_number(method: Method, line: str) -> None:
    with pytest.raises(Invalid, match="Ligne 2"):
        lines.read(_decision(method), OPTIONS, f"-\n{line}")


class Colleges:
    """Two colleges of five that weigh 60 and 40 vote in secret, some of each on paper."""

    selim: Person
    paule: Person
    decision: Decision


PAPERS = {"residents": (YES, NO, NOTHING), "contributors": (NO, NO)}
SCREEN = {"residents": (Code.YES, Code.YES), "contributors": (Code.YES, Code.YES, Code.NO)}


async def some_colleges() -> Colleges:
    found = Colleges()
    found.selim = await a_person("Sélim Laurent")
    committee = await a_committee(found.selim)
    found.paule = await a_person("Paule Girard", "paule@exemple.fr", RoleName.ANIMATOR)
    await Committee.filter(id=committee.id).update(is_weighted=True)
    people: dict[str, list[Person]] = {"residents": [found.selim], "contributors": []}
    for kind, weight in ((CollegeKind.RESIDENTS, 60), (CollegeKind.CONTRIBUTORS, 40)):
        await College.filter(committee_id=committee.id, kind=kind).update(weight=weight, places=None)
        while len(people[kind.value]) < 5:
            voter = await a_person(f"{kind.value.capitalize()}{len(people[kind.value])} Nom")
            await seats.sit(committee, voter, kind, Designation.REQUEST)
            people[kind.value].append(voter)
    committee = await Committee.get(id=committee.id).select_related("initiative")
    found.decision = await an_open_decision(committee, found.selim, method=Method.MAJORITY, secret=True)
    for college, said in SCREEN.items():
        for code in said:
            await votes(people[college].pop(), found.decision, code)
    for voter in (*people["residents"], *people["contributors"]):
        elector = await Elector.get(decision_id=found.decision.id, person_id=voter.id)
        await paper.hand_out(Actor(found.selim), found.decision, elector.id)
        await paper.take_in(Actor(found.selim), found.decision, elector.id)
    return found


async def test_colleges_that_weigh_empty_a_box_each_and_paper_weighs_like_the_screen(
    app: object, client: Client, sign_in: SignIn
) -> None:
    hall = await some_colleges()
    station = f"/decisions/{hall.decision.id}/bureau"
    selim, paule = await sign_in(hall.selim), await sign_in(hall.paule)
    await the_screens_close(hall)
    page = (await selim.get(station)).text
    for college in PAPERS:
        assert f"{station}/depouiller?college={college}" in page
    assert (await selim.get(f"{station}/depouiller")).status_code == 404, "no box without its college"
    for browser in (selim, paule):
        too_many = await browser.submit(f"{station}/depouiller?college=contributors", {"n_yes": "1", "n_no": "2"})
        assert too_many.status_code == 422
        for college, typed in (("residents", ("1", "1", "1")), ("contributors", ("0", "2", "0"))):
            sent = dict(zip(("n_yes", "n_no", "n_abstain"), typed, strict=True))
            answer = await browser.submit(f"{station}/depouiller?college={college}", sent)
            assert answer.status_code == 303
        assert (await fresh(hall.decision)).is_closed == (browser is paule), "counted with the last box"
    assert {one.college: one.papers for one in await Emptied.all()} == {"residents": 3, "contributors": 2}
    done = await fresh(hall.decision)
    cast = Counter((one.college, one.said["code"]) for one in await CountedBallot.filter(decision_id=done.id))
    assert cast == {
        ("residents", "yes"): 3, ("residents", "no"): 1, ("residents", "abstain"): 1,
        ("contributors", "yes"): 2, ("contributors", "no"): 3,
    }  # fmt: skip
    said = [
        Vote(code, college=college)
        for college in PAPERS for code in (*SCREEN[college], *(one.code for one in PAPERS[college]))
    ]  # fmt: skip
    assert done.counted == count(done.rule, {}, 10, said).as_json()
    assert (done.answers_count, done.verdict) == (10, Verdict.ADOPTED), "60 × 3/4 + 40 × 2/5 = 61 of 100"
    assert recount(json.loads((await client.get(f"/decisions/{done.id}/resultat.json")).text)).agrees


async def test_a_box_given_up_makes_a_college_too_small_to_tell_and_the_result_stands(
    app: object, client: Client
) -> None:
    hall = await some_colleges()
    await the_screens_close(hall)
    for person in (hall.selim, hall.paule):
        await batches.type_in(Actor(person), hall.decision, "residents", list(PAPERS["residents"]))
    with pytest.raises(DomainError, match="autres collèges"):
        await batches.type_in(Actor(hall.selim), hall.decision, "residents", [YES])
    for person in (hall.selim, hall.paule):
        await batches.type_in(Actor(person), hall.decision, "contributors", [], fewer=True)
    done = await fresh(hall.decision)
    assert done.is_withheld, "three of the contributors are counted: fewer than five"
    assert done.verdict == Verdict.ADOPTED
    assert not await CountedBallot.all().count()
    assert not await Batch.all().count()
    page = await client.get(f"/decisions/{done.id}")
    assert "seul le résultat est gardé" in page.text


async def test_blank_papers_of_a_few_are_counted_in_no_trace(database: object, app: object) -> None:
    """One paper taken in and counted alone: who gave it is in the log, so that it was blank must not be."""
    hall = await a_hall(back=1, method=Method.DOTS, dots=3, options=[{"title": "Le lavoir"}, {"title": "Le four"}])
    await the_screens_close(hall)
    for person in (hall.selim, hall.paule):
        await types(hall, person, Position(choices={}))
    assert (await Emptied.get(decision_id=hall.decision.id)).nulls == 0
    assert "nulls" not in (await AuditEntry.get(act="papers_put_into_the_urn")).details
    assert (await fresh(hall.decision)).is_withheld
