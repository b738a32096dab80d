"""Forty electors of an association and the steps their assembly goes through without a browser."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta

from civic import clock
from civic.assemblies import queries, service
from civic.assemblies.forms import ElectionForm, ResolutionForm
from civic.assemblies.models import Assembly, Casting, Resolution, ResolutionKind
from civic.committees import seats
from civic.committees.joining import Designation
from civic.committees.models import College, CollegeKind, Committee, Seat
from civic.decisions.models import Decision, DecisionStatus
from civic.jobs.models import Job
from civic.meetings import answers, checkin
from civic.meetings.attendance import Arrival, Attendance, Coming
from civic.meetings.models import Meeting, MeetingStatus
from civic.organisations.service import name_representative
from civic.people.models import Person, RoleName
from tests.browser.giving import PATIENCE_SECONDS
from tests.browser.visitor import Visitor
from tests.factories import a_person, an_organisation
from tests.factories.assemblies import an_assembly
from tests.factories.meetings import expect_everybody, fresh

WALL = {"width": 1920, "height": 1080}
SMALLEST_ON_THE_WALL = 20
_TINY = (
    "[...document.querySelectorAll('.wall__main *, .wall__quorum *')].filter(e => e.childNodes.length"
    f" && parseFloat(getComputedStyle(e).fontSize) < {SMALLEST_ON_THE_WALL}).map(e => e.outerHTML.slice(0, 120))"
)
CANDIDATES = ("Odile Martin, maraîchère à Chalamont", "Paul Rey", "Fatou Diop, sage-femme")


@dataclass
class Hall:
    """28 residents (four without an address), six organisations of which the first has a substitute, six employees."""

    body: Committee
    secretary: Person
    animator: Person
    residents: list[Person] = field(default_factory=list)
    titulars: list[Person] = field(default_factory=list)
    employees: list[Person] = field(default_factory=list)
    substitute: Person | None = None


async def forty_electors() -> Hall:
    """The association's general assembly: the secretary facilitates it and sits in it, the animator is of the team."""
    animator = await a_person("Camille Moreau", "camille@exemple.fr", RoleName.ANIMATOR)
    secretary = await a_person("Nadia Petit", "nadia@exemple.fr")
    present = clock.now()
    body = await Committee.create(
        kind="assembly", slug="assemblee", name="L’assemblée des Jardins du Carron", purpose="Elle vote les comptes.",
        created_at=present, updated_at=present,
    )  # fmt: skip
    for kind in (CollegeKind.RESIDENTS, CollegeKind.ORGANISATIONS, CollegeKind.EMPLOYEES):
        await College.create(committee=body, kind=kind, places=40)
    hall = Hall(body, secretary, animator)
    hall.residents = [secretary, await a_person("Rose Martin", "rose@exemple.fr")]
    hall.residents += [
        await a_person(f"Habitant{n} Dubois", None if n < 4 else f"habitant{n}@exemple.fr") for n in range(26)
    ]
    for person in hall.residents:
        said = seats.Said(is_facilitator=person == secretary)
        await seats.sit(body, person, CollegeKind.RESIDENTS, Designation.ELECTION, said)
    for n in range(6):
        hall.titulars.append(await _an_organisation(body, n))
        hall.employees.append(await a_person(f"Salarié{n} Morel", f"salarie{n}@exemple.fr"))
        await seats.sit(body, hall.employees[n], CollegeKind.EMPLOYEES, Designation.ELECTION)
    hall.substitute = await a_person("Louise Garnier", "louise@exemple.fr")
    await Seat.filter(committee_id=body.id, person_id=hall.titulars[0].id).update(substitute_id=hall.substitute.id)
    hall.body = await Committee.get(id=body.id).select_related("initiative")
    assert await Seat.filter(committee_id=body.id).count() == 40
    return hall


async def _an_organisation(body: Committee, n: int) -> Person:
    organisation, titular = await an_organisation(f"Association {n}"), await a_person(f"Déléguée{n} Blanc")
    await name_representative(organisation, titular)
    said = seats.Said(organisation.id)
    await seats.sit(body, titular, CollegeKind.ORGANISATIONS, Designation.APPOINTMENT, said)
    return titular


async def a_convened_assembly(hall: Hall) -> Assembly:
    """In ten minutes; a quorum of a half; two resolutions by hands, one on the screens, an election in secret."""
    assembly = await an_assembly(hall.body, hall.secretary, quorum_percent=50)
    await service.add_usual(assembly, [ResolutionKind.ACCOUNTS, ResolutionKind.BUDGET])
    fee = "L’assemblée générale fixe la cotisation à 15 euros."
    await service.add(assembly, ResolutionForm(title="La cotisation", wording=fee, casting=Casting.SCREENS))
    elects = "L’assemblée générale élit deux personnes au conseil d’administration."
    await service.add(assembly, ElectionForm(
        title="Élection au conseil d’administration", wording=elects, places=2, candidates=list(CANDIDATES),
    ))  # fmt: skip
    soon = clock.now() + timedelta(minutes=10)
    await Meeting.filter(id=assembly.meeting_id).update(
        status=MeetingStatus.CONVENED, convened_at=soon - timedelta(days=20), starts_at=soon,
        ends_at=soon + timedelta(hours=2, minutes=30),
    )  # fmt: skip
    await expect_everybody(assembly.meeting)
    assembly.meeting = await fresh(assembly.meeting)
    return assembly


async def gives_proxy(assembly: Assembly, giver: Person, holder: Person) -> None:
    """She answers the convocation by a proxy."""
    row = await Attendance.get(meeting_id=assembly.meeting_id, person_id=giver.id)
    await answers.answer(giver, await fresh(assembly.meeting), row, Coming.PROXY, holder.id)


async def come(assembly: Assembly, *people: Person) -> None:
    """They are checked in by the list."""
    for person in people:
        rows = Attendance.filter(meeting_id=assembly.meeting_id, person_id=person.id)
        await checkin.arrive(await rows.select_related("person").get(), Arrival.LIST)


async def a_running_assembly(hall: Hall) -> Assembly:
    """It runs with 24 in the room; Rose carries two proxies: 26 voices of 40."""
    assembly = await a_convened_assembly(hall)
    rose = hall.residents[1]
    for giver in hall.residents[20:22]:
        await gives_proxy(assembly, giver, rose)
    await come(assembly, *hall.residents[:14], *hall.titulars[:5], *hall.employees[:5])
    present = clock.now()
    await Meeting.filter(id=assembly.meeting_id).update(
        status=MeetingStatus.RUNNING, opened_at=present, secretary_id=hall.secretary.id, chair_id=rose.id
    )
    assembly.meeting = await fresh(assembly.meeting)
    return assembly


async def resolution(assembly: Assembly, title: str) -> Resolution:
    """The resolution whose point begins with these words."""
    return next(one for one in await queries.resolutions_of(assembly) if one.item.title.startswith(title))


async def the_vote_ends(decision: Decision) -> Decision:
    """The moment of its closing has come; the decision once it is counted, or waits for its papers."""
    await Decision.filter(id=decision.id).update(closes_at=clock.now())
    await Job.filter(name="decision_due").update(run_at=0)
    for _turn in range(PATIENCE_SECONDS * 10):
        found = await Decision.get(id=decision.id)
        if found.status in (DecisionStatus.CLOSED, DecisionStatus.COUNTING):
            return found
        await asyncio.sleep(0.1)
    raise AssertionError("the vote stays open")


async def look_at_the_wall(wall: Visitor, assembly: Assembly, name: str) -> None:
    """The projector's picture: all of it at once, read from the last row."""
    await wall.page.set_viewport_size(WALL)  # type: ignore[arg-type]
    await wall.open(f"/reunions/{assembly.meeting_id}/ecran")
    seen = await wall.page.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]")
    assert seen[0] <= WALL["width"], f"{name}: the wall is {seen[0]} wide"
    assert seen[1] <= WALL["height"], f"{name}: the wall is {seen[1]} high"
    assert await wall.page.evaluate(_TINY) == [], f"{name}: too small on the wall"
    await wall.look(name)
