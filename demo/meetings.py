"""Meetings in the demonstration: one with approved minutes, one that runs now with its quorum and its minutes."""

from datetime import timedelta

from civic import clock
from civic.committees.models import Committee, CommitteeKind
from civic.meetings import agenda, answers, checkin, closing, convening, holding, minutes, queries, service
from civic.meetings import sheet as sheets
from civic.meetings.attendance import Arrival, Attendance, Coming
from civic.meetings.forms import ItemForm, MeetingForm
from civic.meetings.models import ItemKind, Meeting, MeetingStatus
from civic.people.models import RoleName
from demo.world import Scene, World

HELD, NOW = "Les arrêts de l’hiver", "La navette du printemps"
POINTS = {
    HELD: (
        ("Combien de personnes par semaine", ItemKind.INFORMATION, 10),
        ("Les arrêts quand il gèle", ItemKind.DISCUSSION, 25),
        ("Qui tient le téléphone", ItemKind.DISCUSSION, 15),
    ),
    NOW: (
        ("Les horaires d’été", ItemKind.DISCUSSION, 20), ("Un arrêt devant l’école", ItemKind.DISCUSSION, 20),
        ("Les comptes du trimestre", ItemKind.INFORMATION, 10),
    ),
}  # fmt: skip
NOTES = (
    "Quarante-deux trajets par semaine en octobre, trente-six en novembre. Les jours de marché sont pleins.",
    "L’arrêt de l’étang est fermé quand il gèle. Une affichette le dira aux deux bouts de la ligne.",
    "Rose tient le téléphone le lundi et le mardi, Sélim les autres jours.",
)


def scenes() -> list[Scene]:
    """A meeting of the shuttle's committee three weeks ago, then one this very hour that approves its minutes."""
    return [
        Scene(36, 10, _call_held), Scene(30, 12, _answer_held), Scene(21, 18, _hold), Scene(21, 19, _close, minute=35), Scene(20, 9, _share),
        Scene(15, 10, _call_now), Scene(12, 19, _answer_now), Scene(0, -1, _open_now),
    ]  # fmt: skip


async def _call(world: World, title: str, in_days: int, hour: int, place: str) -> Meeting:
    committee = await Committee.get(
        initiative_id=world.initiatives["navette"].id, kind=CommitteeKind.STEERING
    ).select_related("initiative")
    lead = world.actor("anne-marie")
    wish = MeetingForm(
        title=title, place=place, remote_url="https://visio.exemple.fr/navette", quorum_percent=50, proxies_most=1,
        starts_at=clock.at(clock.today() + timedelta(days=in_days), hour), chair_id=lead.person.id,
    )  # fmt: skip
    meeting = await service.draft(lead, committee, wish, f"demo-{title}")
    for name, kind, length in POINTS[title]:
        await agenda.add(meeting, ItemForm(title=name, kind=kind, minutes=length))
    await convening.convene(lead, await _found(title))
    return await _found(title)


async def _found(title: str) -> Meeting:
    return await Meeting.get(title=title).select_related("committee", "committee__initiative", "chair", "secretary")


async def _call_held(world: World) -> None:
    await _call(world, HELD, 15, 18, "Salle des fêtes de Saint-Aubin")


async def _call_now(world: World) -> None:
    """This very hour, whenever the demonstration is loaded: the scene that opens it moves its beginning to now."""
    await _call(world, NOW, 15, 18, "Maison des associations, Trévoux")


async def _answer(title: str) -> list[Attendance]:
    meeting = await _found(title)
    rows = [row for row in await sheets.sheet_of(meeting) if row.college]
    first, *others = rows
    for row in others[:1]:
        if meeting.takes_answers(clock.now()):
            await answers.answer(row.person, meeting, row, Coming.PROXY, first.person_id)
    for row in others[1:2]:
        await answers.answer(row.person, meeting, row, Coming.EXCUSED)
    return rows


async def _answer_held(_world: World) -> None:
    await _answer(HELD)


async def _answer_now(_world: World) -> None:
    await _answer(NOW)


async def _arrive(meeting: Meeting) -> None:
    coming = [row for row in await sheets.sheet_of(meeting) if row.coming not in (Coming.PROXY, Coming.EXCUSED)]
    for place, row in enumerate(coming):
        await checkin.arrive(row, Arrival.REMOTE if place == 2 else Arrival.QR if place else Arrival.LIST)


async def _hold(world: World) -> None:
    lead, meeting = world.actor("anne-marie"), await _found(HELD)
    await _arrive(meeting)
    await holding.open_meeting(lead, meeting)
    await checkin.add_guest(lead, meeting, "Paul Morin", "demo-guest-1")
    for item, text in zip(await queries.agenda_of(meeting.id), NOTES, strict=False):
        await minutes.write(lead, meeting, item, text, 0)


async def _close(world: World) -> None:
    meeting = await _found(HELD)
    first = next(row for row in await sheets.sheet_of(meeting) if row.is_here)
    await checkin.leave(first)
    await closing.close(world.actor("anne-marie"), meeting)


async def _share(world: World) -> None:
    await closing.share(world.actor("anne-marie"), await _found(HELD))


async def _open_now(world: World) -> None:
    meeting, lead = await _found(NOW), world.actor("anne-marie", RoleName.ANIMATOR)
    begins = clock.now() - timedelta(minutes=12)
    await Meeting.filter(id=meeting.id).update(starts_at=begins, ends_at=begins + timedelta(minutes=90))
    meeting = await _found(NOW)
    if meeting.status != MeetingStatus.CONVENED:
        return
    await _arrive(meeting)
    await holding.open_meeting(lead, meeting)
    held = await _found(HELD)
    if held.status == MeetingStatus.CLOSED:
        await closing.approve(lead, held, await _found(NOW))
    first, second = (await queries.agenda_of(meeting.id))[:2]
    await minutes.write(lead, meeting, first, "Anne-Marie rappelle les comptes rendus de l’hiver.", 0)
    await holding.go_to(meeting, second.id)
