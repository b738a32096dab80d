"""Hands where colleges weigh: counted in each college, within its voices; and what a small college keeps from opening."""

from collections.abc import Awaitable, Callable
from fractions import Fraction

import pytest

from civic.assemblies import service, voting
from civic.assemblies.forms import ElectionForm, HandsForm, ResolutionForm
from civic.assemblies.hands import CollegeHands, of_json, weighed
from civic.assemblies.models import Assembly, Casting, Resolution
from civic.committees import seats
from civic.committees.joining import Designation
from civic.committees.models import College, CollegeKind, Committee
from civic.counting.rules import Code, Majority, Tally, Verdict
from civic.decisions.models import Decision
from civic.errors import DomainError, Invalid
from civic.meetings.attendance import Attendance, Coming
from civic.meetings.models import Item
from civic.people.actor import Actor
from civic.people.models import AuditEntry, Person
from tests.civic.test_assemblies import plain
from tests.client import Client
from tests.factories import a_person
from tests.factories.assemblies import a_general_assembly, an_assembly, begun, the_resolutions
from tests.factories.meetings import fresh

SignIn = Callable[[Person], Awaitable[Client]]
HABITANTS, EMPLOYEES = CollegeKind.RESIDENTS, CollegeKind.EMPLOYEES


async def a_weighing_assembly(residents: int = 6, employees: int = 3) -> tuple[Assembly, Resolution, Person]:
    """Residents weigh 60 %, employees 40 %; a resolution by hands waits, and everybody is in the room."""
    body, _people, animator = await a_general_assembly(residents)
    await College.create(committee=body, kind=EMPLOYEES, places=20, weight=40)
    await College.filter(committee_id=body.id, kind=HABITANTS).update(weight=60)
    await Committee.filter(id=body.id).update(is_weighted=True)
    for n in range(employees):
        await seats.sit(body, await a_person(f"Salarié{n} Noël"), EMPLOYEES, Designation.ELECTION)
    assembly = await an_assembly(await Committee.get(id=body.id).select_related("initiative"), animator)
    await service.add(assembly, ResolutionForm(title="Les comptes", wording="L’assemblée approuve les comptes."))
    await begun(assembly, here=residents + employees)
    return assembly, (await the_resolutions(assembly))[0], animator


def hands(yes: int, no: int, abstain: int = 0) -> HandsForm:
    return HandsForm(yes=yes, no=no, abstain=abstain)


def of(college: CollegeKind, percent: int, yes: int, no: int, abstain: int = 0, voices: int = 9) -> CollegeHands:
    return CollegeHands(college, percent, Tally(voices, {Code.YES: yes, Code.NO: no, Code.ABSTAIN: abstain}))


@pytest.mark.parametrize(
    ("residents", "employees", "majority", "share", "verdict"),
    [
        ((6, 0), (0, 3), Majority.HALF, Fraction(60), Verdict.ADOPTED),
        ((3, 3), (3, 0), Majority.HALF, Fraction(70), Verdict.ADOPTED),
        ((3, 3), (3, 0), Majority.THREE_QUARTERS, Fraction(70), Verdict.REJECTED),
        ((5, 1), (0, 1), Majority.HALF, Fraction(50), Verdict.REJECTED),  # six for, two against, and yet half
        ((0, 0), (1, 0), Majority.HALF, Fraction(100), Verdict.ADOPTED),  # who says nothing weighs nothing
        ((0, 0), (0, 0), Majority.HALF, Fraction(0), Verdict.NO_QUORUM),
    ],
)
def test_a_college_weighs_its_percent_however_many_hands(
    residents: tuple[int, int], employees: tuple[int, int], majority: Majority, share: Fraction, verdict: Verdict
) -> None:
    found = weighed(majority, [of(HABITANTS, 60, *residents), of(EMPLOYEES, 40, *employees)])
    assert (found.yes, found.verdict) == (share, verdict)


def test_abstentions_are_not_votes_cast_in_a_college_either() -> None:
    found = weighed(Majority.HALF, [of(HABITANTS, 60, 2, 1, 3), of(EMPLOYEES, 40, 0, 0, 3)])
    assert (found.yes, found.cast) == (Fraction(200, 3), Fraction(100)), "the employees' part goes to the residents"


def test_what_the_log_keeps_of_a_count_comes_back_as_it_was() -> None:
    counted = (of(HABITANTS, 60, 2, 1, 3), of(EMPLOYEES, 40, 1, 0, 0, voices=1))
    assert of_json({one.college.value: one.as_json() for one in reversed(counted)}) == counted
    assert of_json({}) == ()


async def test_hands_are_counted_in_each_college_within_its_voices(app: object) -> None:
    assembly, one, animator = await a_weighing_assembly()
    rows = await Attendance.filter(meeting_id=assembly.meeting_id).order_by("id")
    holder = next(row for row in rows if row.college == EMPLOYEES)
    # the last resident went home and left her proxy to an employee: her voice stays among the residents
    away = Attendance.filter(id=[row for row in rows if row.college == HABITANTS][-1].id)
    await away.update(arrived_at=None, arrived_how=None, coming=Coming.PROXY, holder_id=holder.person_id)
    with pytest.raises(DomainError, match="chaque collège"):
        await voting.count_hands(Actor(animator), assembly, one, hands(5, 4))
    wishes = {HABITANTS: hands(6, 0), EMPLOYEES: hands(0, 3, 1)}
    with pytest.raises(Invalid, match="3") as refused:
        await voting.count_hands_by_college(Actor(animator), assembly, one, wishes)
    assert refused.value.field == "yes_employees"
    with pytest.raises(DomainError, match="Un collège de plus"):
        await voting.count_hands_by_college(Actor(animator), assembly, one, {HABITANTS: hands(6, 0)})
    assert not await AuditEntry.filter(act="hands_counted").exists()
    wishes = {HABITANTS: hands(5, 1), EMPLOYEES: hands(0, 2, 1)}
    await voting.count_hands_by_college(Actor(animator), assembly, one, wishes)
    (one,) = await the_resolutions(assembly)
    assert (one.yes, one.no, one.abstain, one.voices) == (5, 3, 1, 9)
    assert one.weighed
    assert (one.weighed.yes, one.verdict) == (Fraction(50), Verdict.REJECTED), "by heads it would be adopted"


async def test_a_count_keeps_the_weights_of_its_moment(app: object) -> None:
    assembly, one, animator = await a_weighing_assembly()
    wishes = {HABITANTS: hands(6, 0), EMPLOYEES: hands(0, 3)}
    await voting.count_hands_by_college(Actor(animator), assembly, one, wishes)
    await College.filter(committee_id=assembly.meeting.committee_id, kind=EMPLOYEES).update(weight=90)
    (one,) = await the_resolutions(assembly)
    assert one.verdict == Verdict.ADOPTED
    await voting.count_hands_by_college(Actor(animator), assembly, one, wishes)
    assert (await the_resolutions(assembly))[0].verdict == Verdict.REJECTED, "counted again, it weighs what it does now"
    await Committee.filter(id=assembly.meeting.committee_id).update(is_weighted=False)
    with pytest.raises(DomainError, match="ne pèsent plus"):
        await voting.count_hands_by_college(Actor(animator), assembly, one, wishes)
    await voting.count_hands(Actor(animator), assembly, one, hands(6, 3))
    (one,) = await the_resolutions(assembly)
    assert (one.weighed, one.verdict) == (None, Verdict.ADOPTED)


async def test_a_college_that_did_not_come_leaves_its_part_to_the_others(app: object, sign_in: SignIn) -> None:
    assembly, one, animator = await a_weighing_assembly()
    await Attendance.filter(meeting_id=assembly.meeting_id, college=EMPLOYEES).update(arrived_at=None, arrived_how=None)
    await voting.count_hands_by_college(Actor(animator), assembly, one, {HABITANTS: hands(4, 2)})
    page = plain((await (await sign_in(animator)).get(f"/reunions/{assembly.meeting_id}/assemblee")).text)
    assert "Salariés (40 %) : aucune voix dans la salle." in page
    assert "66,67 % pour" in page


async def test_the_page_asks_for_each_college_and_says_the_weighted_result(app: object, sign_in: SignIn) -> None:
    assembly, one, animator = await a_weighing_assembly()
    browser = await sign_in(animator)
    address = f"/reunions/{assembly.meeting_id}/assemblee"
    page = plain((await browser.get(address)).text)
    assert "Habitants : 6 voix" in page
    assert "Salariés : 3 voix" in page
    sent = {f"{said}_{kind}": "1" for said in ("yes", "no", "abstain") for kind in ("residents", "employees")}
    refused = await browser.submit(f"{address}/resolutions/{one.id}/mains", sent | {"yes_employees": "2"})
    assert refused.status_code == 422
    assert "recomptez" in refused.text
    await browser.submit(f"{address}/resolutions/{one.id}/mains", sent | {"no_residents": "0"})
    page = plain((await browser.get(address)).text)
    for said in (
        "Habitants (60 %) : 1 pour, 0 contre, 1 abstention, sur 6 voix présentes ou représentées.",
        "Salariés (40 %) : 1 pour, 1 contre, 1 abstention, sur 3 voix présentes ou représentées.",
        "Avec le poids des collèges : 80 % pour. Il fallait plus de la moitié.", "Adoptée",
    ):  # fmt: skip
        assert said in page, said


@pytest.mark.parametrize("employees", [4, 5])
async def test_a_small_college_that_weighs_is_told_before_its_secret_vote_cannot_open(
    app: object, sign_in: SignIn, employees: int
) -> None:
    assembly, _one, animator = await a_weighing_assembly(6, employees)
    browser, address = await sign_in(animator), f"/reunions/{assembly.meeting_id}/assemblee"
    never, colleges = "ne s’ouvrira pas", f"/comites/{assembly.meeting.committee.slug}/colleges"
    assert never not in (await browser.get(address)).text, "nothing is voted in secret"
    await begun_again(assembly)
    await service.add(assembly, ElectionForm(title="Le bureau", wording="L’assemblée élit.", candidates=["Odile", "Paul"]))
    page = plain((await browser.get(address)).text)
    assert (never in page) == (employees < 5)
    assert ("pas cinq voix : Salariés" in page, colleges in page) == (employees < 5, employees < 5)
    assert ("au moins cinq voix dans la salle" in page) == (employees == 5)
    await begun_again(assembly, "running")
    one = (await the_resolutions(assembly))[-1]
    assert one.casting == Casting.SECRET
    page = plain((await browser.get(address)).text)
    assert ("pas cinq voix dans la salle : Salariés" in page) == (employees < 5)
    if employees < 5:
        with pytest.raises(DomainError, match="Salariés"):
            await voting.open_vote(Actor(animator), assembly, one, 5)
        assert not await Decision.all().exists()
        await Committee.filter(id=assembly.meeting.committee_id).update(is_weighted=False)  # the way out that it names
        assert never not in (await browser.get(address)).text
    assert (await voting.open_vote(Actor(animator), assembly, one, 5)).is_secret


async def begun_again(assembly: Assembly, status: str = "convened") -> None:
    """The same assembly before it begins, or begun."""
    await type(assembly.meeting).filter(id=assembly.meeting_id).update(status=status)
    assembly.meeting = await fresh(assembly.meeting)


async def test_the_room_turns_to_what_it_votes(app: object) -> None:
    assembly, one, animator = await a_weighing_assembly(6, 5)
    wish = ResolutionForm(title="Le budget", wording="L’assemblée adopte le budget.", casting=Casting.SCREENS)
    other = await _added_while_it_runs(assembly, wish)
    wishes = {HABITANTS: hands(5, 1), EMPLOYEES: hands(0, 2, 1)}
    await voting.count_hands_by_college(Actor(animator), assembly, one, wishes)
    assert await _talked_about(assembly) == [one.item_id]
    await voting.open_vote(Actor(animator), assembly, other, 5)
    assert await _talked_about(assembly) == [other.item_id]
    one = next(each for each in await the_resolutions(assembly) if each.id == one.id)
    await voting.count_hands_by_college(Actor(animator), assembly, one, wishes)
    assert await _talked_about(assembly) == [other.item_id], "a recount does not turn it back"


async def _added_while_it_runs(assembly: Assembly, wish: ResolutionForm) -> Resolution:
    await begun_again(assembly)
    await service.add(assembly, wish)
    await begun_again(assembly, "running")
    return (await the_resolutions(assembly))[-1]


async def _talked_about(assembly: Assembly) -> list[int]:
    return [item.id for item in await Item.filter(meeting_id=assembly.meeting_id, began_at__isnull=False)]
