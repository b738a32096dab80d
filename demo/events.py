"""Gatherings of the demonstration: some gone by, some in the days to come; and who follows what."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

from civic import clock
from civic.events import service
from civic.initiatives import service as initiatives
from demo.world import Scene, World

SATURDAY, SUNDAY, WEDNESDAY, THURSDAY, TUESDAY = 5, 6, 2, 3, 1


@dataclass(slots=True, frozen=True)
class Gathering:
    """An event on a weekday, `weeks` weeks from this one (below zero: gone by), from one hour to another in Paris."""

    initiative: str
    title: str
    summary: str
    place: str
    weekday: int
    weeks: int
    hours: tuple[int, int]
    coming: str
    capacity: int | None = None


GATHERINGS = (
    Gathering("navette", "Répétition générale de la navette", "On essaie les arrêts, les horaires et les sièges. Venez monter à bord.", "Place du marché", SATURDAY, 1, (8, 11), "camille odile rose gerard mariam lucien"),
    Gathering("fournil", "Première cuisson du mois", "Apportez votre pâte, ou vos mains. On mange le pain chaud à midi.", "Sous la halle", SUNDAY, 1, (9, 13), "yvette lea camille robert"),
    Gathering("sentinelles", "Balade des étangs, en famille", "Deux heures à pas lents. Jumelles prêtées, poussettes possibles.", "Parking de l’observatoire", SUNDAY, 2, (9, 12), "rose odile emma karim colette", 24),
    Gathering("soleil", "Du soleil sur le préau : vos questions", "Une soirée pour tout demander : le toit, l’assurance, l’argent, la suite.", "Préau de l’école", WEDNESDAY, 1, (19, 21), "amadou delphine samir clara"),
    Gathering("cafe", "Le Café des Haies à Sainte-Olive", "Un sirop, un jeu de cartes, et quelqu’un pour vos papiers.", "Devant l’ancienne école", THURSDAY, 1, (17, 21), "martine paul leila simone"),
    Gathering("carron", "Atelier ouvert : les petites mécaniques", "Horloges, moulins à café, boîtes à musique. Colette vous attend.", "Rue du Bois", SATURDAY, 2, (9, 12), "colette jeanne hugo agathe", 16),
    Gathering("grange", "Visite de la cuisine partagée", "Trente minutes pour voir, une heure pour goûter.", "La Grange aux Projets", TUESDAY, 2, (18, 20), "paul quentin", 12),
    Gathering("radio", "Émission publique : qui veut la parole ?", "En direct et en public, avec la chorale du collège.", "Ancienne salle d’attente", WEDNESDAY, 3, (18, 20), "emma karim lea"),
    Gathering("pise", "Portes ouvertes du chantier", "Toucher la terre, comprendre le mur, poser une question bête.", "La grange du bas", SATURDAY, 4, (10, 17), "louis etienne"),
    Gathering("vergers", "On plante les trente premiers", "Bottes, gants et goûter. Les arbres sont déjà là.", "Chemin du Bois-Vieux", SATURDAY, -3, (9, 12), "thomas lucien rose mariam camille jeanne"),
    Gathering("heures", "La dernière heure", "On se dit merci, on rend les comptes et on partage la soupe.", "Salle des associations", SATURDAY, -10, (16, 20), "nicole colette victor"),
)

FOLLOWERS = {
    "navette": "camille odile rose gerard mariam lucien fatou colette agathe robert martine",
    "fournil": "yvette lea camille robert helene ines", "vergers": "camille lucien rose thomas jeanne emma mariam",
    "carron": "colette jeanne hugo agathe nour", "velo": "sylvie samir hugo nicole", "cafe": "martine paul leila simone quentin camille",
    "sentinelles": "rose emma odile robert", "conserverie": "simone helene antoine", "radio": "emma karim lea", "pise": "etienne louis",
    "soleil": "amadou samir delphine clara", "lavoirs": "nicole victor sylvie", "bricotheque": "nour julie colette", "repit": "bernadette yvette",
    "velobus": "samir clara", "boucle": "robert odile",
}  # fmt: skip


def scenes() -> list[Scene]:
    """Each gathering is announced three weeks before its day, or some days ago; people answer at once."""
    announced = [Scene(_days_ago(one), 18, partial(_announce, gathering=one, day=_day(one))) for one in GATHERINGS]
    return [*announced, *(Scene(2 + place % 14, 20, partial(_follow, key=key)) for place, key in enumerate(FOLLOWERS))]


def _day(gathering: Gathering) -> date:
    """Its day, told from today; asked before the clock travels."""
    today = clock.today()
    return today + timedelta(days=gathering.weekday - today.weekday() + 7 * gathering.weeks)


def _days_ago(gathering: Gathering) -> int:
    """When it was announced: three weeks before, at the latest the day before yesterday."""
    return max(2, 21 - (_day(gathering) - clock.today()).days)


async def _announce(world: World, *, gathering: Gathering, day: date) -> None:
    initiative = world.initiatives[gathering.initiative]
    first, last = gathering.hours
    event = await service.announce(
        gathering.title, clock.at(day, first), clock.at(day, last), summary=gathering.summary, initiative=initiative,
        commune=initiative.commune, place=gathering.place, capacity=gathering.capacity,
    )  # fmt: skip
    for key in gathering.coming.split():
        await service.come(world.people[key], event)


async def _follow(world: World, *, key: str) -> None:
    for follower in FOLLOWERS[key].split():
        await initiatives.follow(world.people[follower], world.initiatives[key])
