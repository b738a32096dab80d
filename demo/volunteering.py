"""Missions of the demonstration, their shifts of this week and the next ones, and who comes."""

from dataclasses import dataclass
from datetime import date, time, timedelta
from functools import partial

from civic import clock
from demo.world import Scene, World
from volunteering.missions import service as missions
from volunteering.missions.models import Effort, Mission
from volunteering.shifts import series
from volunteering.shifts import service as shifts
from volunteering.shifts.models import Shift
from volunteering.shifts.rules import Every, Repeat
from volunteering.shifts.service import RoleWish, Slot
from volunteering.signups import service as signups
from volunteering.signups.service import Wish

WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY = 2, 3, 4, 5, 6


@dataclass(slots=True, frozen=True)
class Turn:
    """A shift: weekday of which coming week (below zero: gone by), hours as « 8:00-11:00 », places, minimum, who comes."""

    weekday: int
    week: int
    hours: str
    places: int
    coming: str
    minimum: int = 0
    note: str = ""


@dataclass(slots=True, frozen=True)
class Task:
    """A mission of an initiative, told by its lead."""

    initiative: str
    lead: str
    title: str
    summary: str
    tasks: str
    turns: tuple[Turn, ...] = ()
    place: str = ""
    effort: Effort = Effort.LIGHT
    car_free: bool = False
    car_note: str = ""
    bring: str = ""
    minimum_age: int | None = None
    weekly: int = 0
    """How many times its first shift comes again; the others of its turns are among them."""
    roles: tuple[RoleWish, ...] = ()
    wished: tuple[str, ...] = ()
    times: tuple[str, ...] = ()
    cancel_hours: int = 24


TASKS = (
    Task(
        "navette", "selim", "Accompagner la navette du samedi", "Vous montez à bord, vous aidez à porter les sacs, vous faites la conversation. Vous ne conduisez pas.",
        "Accueillir cinq à huit passagers, aider à monter, noter qui descend où.\n\nUne accompagnatrice habituée vous guide la première fois.",
        (Turn(SATURDAY, 0, "8:00-11:00", 8, "rose odile lucien fatou mariam"), Turn(SATURDAY, 1, "8:00-11:00", 4, "rose gerard robert martine yvette lucien"), Turn(SATURDAY, 2, "8:00-12:00", 8, "odile fatou", 2, "Fête du marché, tournée plus longue"), Turn(SATURDAY, 3, "8:00-11:00", 8, "rose"), Turn(SATURDAY, -2, "8:00-11:00", 8, "camille rose odile lucien")),
        "Place du marché", car_free=True, car_note="Odile passe par Bouligneux à 7 h 40, deux places.",
    ),
    Task(
        "sentinelles", "odile", "Compter les hérons à l’aube", "Une heure et demie à l’observatoire, avec une personne qui sait reconnaître les oiseaux.",
        "Compter, écrire, se taire. On boit le café ensuite.",
        (Turn(SUNDAY, 0, "7:00-8:30", 10, "emma rose", 4), Turn(SUNDAY, 4, "7:00-8:30", 10, "")),
        "Observatoire du Grand Birieux", car_note="Départ groupé de Villars-les-Dombes à 6 h 30, trois places.", bring="Des vêtements chauds et sombres.",
    ),
    Task(
        "carron", "naima", "Tenir l’accueil de l’atelier", "Dire bonjour, écrire la panne sur une fiche, trouver la bonne table.",
        "Aucune connaissance technique. Il faut aimer les gens et les listes.",
        (Turn(SATURDAY, 0, "9:00-12:00", 3, "jeanne"), Turn(SATURDAY, 1, "9:00-12:00", 3, "jeanne colette agathe hugo"), Turn(SATURDAY, 2, "9:00-12:00", 3, "")),
        "Rue du Bois", car_free=True, minimum_age=14, wished=("listening", "repair"),
    ),
    Task(
        "paniers", "helene", "Récolter les légumes du vendredi", "On coupe, on lave, on pèse. Chacun repart avec une salade.",
        "Travail dehors, accroupi ou debout. Les tâches assises existent : peser, étiqueter.",
        (Turn(FRIDAY, 0, "8:30-11:30", 6, "nicole victor", 3), Turn(FRIDAY, 1, "8:30-11:30", 6, "nicole")),
        "Le jardin", Effort.MODERATE, bring="Bottes et gants, prêtés au besoin.", weekly=8, wished=("farming", "gardening"),
    ),
    Task(
        "vergers", "thomas", "Planter des fruitiers", "Un trou, un tuteur, un arbre, un goûter.",
        "On travaille par trois. Les enfants viennent avec un adulte.",
        (Turn(SATURDAY, 1, "9:00-12:00", 20, "mariam lucien jeanne rose emma camille", 8), Turn(SATURDAY, 3, "9:00-12:00", 20, "")),
        "Chemin du Bois-Vieux", Effort.MODERATE, bring="Une bêche si vous en avez une.", wished=("gardening",),
        roles=(RoleWish(15, 8, "Planter"), RoleWish(3, 0, "Préparer le goûter"), RoleWish(2, 0, "Accueillir les enfants")),
    ),
    Task(
        "radio", "karim", "Lire le bulletin du mercredi", "Dix minutes d’antenne, une heure de préparation à plusieurs.",
        "On relit ensemble, on répète une fois, et c’est parti.",
        (Turn(WEDNESDAY, 0, "18:00-19:30", 2, "lea emma clara"), Turn(WEDNESDAY, 1, "18:00-19:30", 2, "")), "Ancienne salle d’attente", car_free=True,
    ),
    Task(
        "repit", "bernadette", "Accueillir un jeudi après-midi", "Trois heures auprès de quatre personnes malades, à deux, avec une professionnelle.",
        "Jouer aux dominos, écouter, marcher dans le jardin. Une demi-journée de formation avant la première fois.",
        (Turn(THURSDAY, 0, "14:00-17:00", 2, "yvette"), Turn(THURSDAY, 1, "14:00-17:00", 2, "yvette bernadette")), car_free=True, minimum_age=18,
        cancel_hours=48, wished=("care", "listening"),
    ),
    Task(
        "clics", "clara", "Apprendre un téléphone à quelqu’un", "Une heure, un café, une question à la fois. Quand vous voulez, le mardi ou le vendredi matin.",
        "On n’attrape jamais la souris à la place de l’autre. Rachid prête son carnet.",
        times=("week_day",), wished=("computers", "listening"),
    ),
)  # fmt: skip


def scenes() -> list[Scene]:
    """Missions open four weeks ago; people sign up in the days that follow."""
    opened = [Scene(28, 19, partial(_open, task=task, days=_days(task)), place) for place, task in enumerate(TASKS)]
    turns = enumerate((task, turn) for task in TASKS for turn in task.turns)
    signed = [
        Scene(9 if turn.week >= 0 else 20, 12, partial(_come, task=task, turn=turn, day=_day(turn)), place)
        for place, (task, turn) in turns
    ]
    return [*opened, *signed]


def _day(turn: Turn) -> date:
    """The first such weekday from tomorrow on, and so many weeks later; asked before the clock travels."""
    tomorrow = clock.today() + timedelta(days=1)
    return tomorrow + timedelta(days=(turn.weekday - tomorrow.weekday()) % 7 + 7 * turn.week)


def _days(task: Task) -> tuple[date, ...]:
    return tuple(_day(turn) for turn in task.turns)


async def _open(world: World, *, task: Task, days: tuple[date, ...]) -> None:
    initiative = world.initiatives[task.initiative]
    mission = await missions.create(initiative, world.actor(task.lead), {
        "title": task.title, "summary": task.summary, "tasks": task.tasks, "place": task.place, "effort": task.effort,
        "car_free": task.car_free, "car_note": task.car_note, "bring": task.bring, "minimum_age": task.minimum_age,
        "commune_id": initiative.commune.insee if initiative.commune else None, "ongoing": not task.turns,
        "wished_skills": list(task.wished), "availabilities": list(task.times), "cancel_hours": task.cancel_hours,
    })  # fmt: skip
    slots = [_slot(task, turn, day) for turn, day in zip(task.turns, days, strict=True)]
    if task.weekly:
        await series.add(mission, slots[0], Repeat(Every.WEEK, times=task.weekly).rule(slots[0].day))
    for slot in () if task.weekly else slots:
        await shifts.add(mission, slot)
    await missions.open_(await Mission.get(id=mission.id))


def _slot(task: Task, turn: Turn, day: date) -> Slot:
    start, end = (time.fromisoformat(hour.zfill(5)) for hour in turn.hours.split("-"))
    return Slot(day, start, end, task.roles or (RoleWish(turn.places, turn.minimum),), turn.note)


async def _come(world: World, *, task: Task, turn: Turn, day: date) -> None:
    """In the order of the list: the last ones wait when it is full."""
    hour, minute = map(int, turn.hours.partition("-")[0].split(":"))
    found = await Shift.filter(
        starts_at=clock.at(day, hour, minute), mission__initiative_id=world.initiatives[task.initiative].id
    ).select_related("mission__initiative", "mission__commune").first()
    assert found is not None
    for key in turn.coming.split():
        await signups.sign_up(found, world.actor(key), f"demo-{key}", Wish(anyway=True))
