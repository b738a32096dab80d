"""Meetings to come of the demonstration: one that looks for its date, one that is convened next week."""

from datetime import datetime, timedelta

from civic import clock
from civic.committees.models import Committee, CommitteeKind
from civic.meetings import agenda, answers, convening, poll, service
from civic.meetings.attendance import Attendance, Coming
from civic.meetings.dates import DateOption, Suits
from civic.meetings.forms import DateLine, ItemForm, MeetingForm, ProposalForm
from civic.meetings.models import ItemKind, Meeting
from demo.world import Scene, World

SEARCHED, CONVENED = "Préparer la rentrée de la navette", "Le café avant l’été"
ITEMS = (
    ("Les comptes des trois premiers mois", ItemKind.INFORMATION, 15, "Quentin", "Recettes, dépenses, ce qui reste en caisse."),
    ("Les hameaux de l’automne", ItemKind.DISCUSSION, 35, "Martine", "Cinq hameaux ont demandé une soirée, nous en avons trois."),
    ("Acheter une seconde machine à café", ItemKind.DECISION, 20, "Paul", "Une occasion révisée, 380 euros, deux devis joints."),
    ("Qui ouvre, qui ferme", ItemKind.DISCUSSION, 25, "", ""),
)  # fmt: skip
SAID = (("rose", "ymn"), ("odile", "nyy"), ("selim", "myn"), ("fatou", "nyy"))
"""Who says what of the three dates: yes, maybe, no."""
_WORDS = {"y": Suits.YES, "m": Suits.MAYBE, "n": Suits.NO}


def scenes() -> list[Scene]:
    """Dates are proposed and answered; a meeting is prepared, convened, answered."""
    return [
        Scene(3, 19, _propose), Scene(2, 12, _say), Scene(6, 20, _prepare), Scene(5, 9, _convene), Scene(3, 21, _answer),
    ]  # fmt: skip


async def _propose(world: World) -> None:
    """The shuttle's committee looks for an evening."""
    committee = await _committee(world, "navette")
    wish = MeetingForm(title=SEARCHED, lasts=90, place="Salle des fêtes, Saint-Trivier", quorum_percent=50, proxies_most=2)
    meeting = await service.draft(world.actor("anne-marie"), committee, wish, "demo-meeting-search")
    await agenda.add(meeting, ItemForm(title="Les horaires de l’école", minutes=30, speaker="Anne-Marie"))
    lines = [DateLine(starts_at=_evening(days), lasts=90) for days in (14, 16, 21)]
    await poll.propose(world.actor("anne-marie"), meeting, lines, _evening(8, 20))


async def _say(world: World) -> None:
    meeting = await _meeting(SEARCHED)
    dates = await DateOption.filter(meeting_id=meeting.id).order_by("starts_at")
    for who, said in SAID:
        words = {date.id: _WORDS[one] for date, one in zip(dates, said, strict=True)}
        await poll.answer(world.people[who], meeting, words)
    wish = ProposalForm(title="Un arrêt devant la médiathèque", minutes=10, explanation="Trois familles le demandent.")
    await agenda.propose(world.people["rose"], meeting, wish)


async def _prepare(world: World) -> None:
    """The café's committee meets next week, a little longer than it should."""
    committee = await _committee(world, "cafe")
    wish = MeetingForm(
        title=CONVENED, starts_at=_evening(13), lasts=90, place="Foyer rural, Villars-les-Dombes",
        remote_url="https://visio.exemple.fr/cafe-des-haies", quorum_percent=50, proxies_most=2, notice_days=7,
        secretary_id=world.people["martine"].id, call_text="Relisez les comptes avant de venir. Chacun apporte un plat.",
    )  # fmt: skip
    meeting = await service.draft(world.actor("quentin"), committee, wish, "demo-meeting-convened")
    for title, kind, minutes, speaker, explanation in ITEMS:
        form = ItemForm(title=title, kind=kind, minutes=minutes, speaker=speaker, explanation=explanation)
        await agenda.add(meeting, form)


async def _convene(world: World) -> None:
    await convening.convene(world.actor("quentin"), await _meeting(CONVENED))


async def _answer(world: World) -> None:
    meeting = await _meeting(CONVENED)
    holder = world.people["martine"].id
    for who, coming in (("martine", Coming.PRESENT), ("paul", Coming.REMOTE), ("leila", Coming.EXCUSED), ("simone", Coming.PROXY)):
        row = await Attendance.get(meeting_id=meeting.id, person_id=world.people[who].id)
        await answers.answer(
            world.people[who], meeting, row, coming, holder if coming == Coming.PROXY else None
        )  # fmt: skip


def _evening(days: int, hour: int = 18) -> datetime:
    return clock.at(clock.today() + timedelta(days=days), hour, 30)


async def _committee(world: World, key: str) -> Committee:
    return await Committee.get(initiative_id=world.initiatives[key].id, kind=CommitteeKind.STEERING)


async def _meeting(title: str) -> Meeting:
    return await Meeting.get(title=title).select_related("committee")
