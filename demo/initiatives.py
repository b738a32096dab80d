"""The initiatives of the demonstration; their stories are the Markdown files of `demo/stories/`, by the same keys."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from civic.initiatives import service
from civic.initiatives.models import Stage
from civic.places.models import Commune
from demo.world import Scene, World

STORIES = Path(__file__).parent / "stories"


@dataclass(slots=True, frozen=True)
class Project:
    """An initiative published `days` ago. Without a lead it is one of public record: no money, votes or persons."""

    key: str
    title: str
    topics: str
    commune: str
    stage: Stage
    days: int
    summary: str
    lead: str = ""
    organisation: str = ""
    place: str = ""
    car_free: bool = False

    @property
    def story(self) -> str:
        """What it tells of itself."""
        return (STORIES / f"{self.key}.md").read_text(encoding="utf-8")


REAL = (
    Project("frimousses", "Les Frimousses", "petite-enfance emploi", "", Stage.ALIVE, 390, "Une crèche inter-entreprises : plusieurs employeurs réservent ensemble des places d’accueil."),
    Project("le96", "Le 96-Espace partagé", "alimentation economie-locale culture", "", Stage.ALIVE, 388, "Un restaurant, un espace de travail partagé, des services et un traiteur, sous un même nom."),
    Project("elan", "Élan Création", "economie-locale emploi", "", Stage.ALIVE, 386, "Un incubateur : les idées d’activité y deviennent des projets, pas à pas et accompagnées."),
    Project("lab", "Le Lab’ territorial pour l’emploi", "emploi economie-locale", "", Stage.ALIVE, 384, "Chercher à plusieurs, sur un même territoire, des réponses nouvelles pour l’emploi."),
)

EXAMPLES = (
    Project("navette", "La Navette des Hameaux", "mobilite solidarite", "01443", Stage.LAUNCHED, 240, "Un minibus de neuf places pour relier sept hameaux au marché, au médecin et à la gare. Conduit par des voisins.", "anne-marie selim", "voisins", "Place du marché", True),
    Project("fournil", "Le Fournil de la Halle", "alimentation culture", "01093", Stage.LAUNCHED, 300, "Rallumer le four à pain de la halle et cuire ensemble le premier dimanche du mois.", "baptiste ines", "fournil", "Sous la halle", True),
    Project("vergers", "Vergers de plein vent", "nature education", "01074", Stage.LAUNCHED, 150, "Replanter deux cents fruitiers dans les haies communales, avec les écoles.", "thomas", "plessis"),
    Project("carron", "L’Atelier du Carron", "reemploi solidarite", "01427", Stage.ALIVE, 330, "On y répare vélos et grille-pain avec des outils partagés.", "naima hugo", "carron", "Rue du Bois", True),
    Project("velo", "Un toit pour l’atelier vélo", "mobilite reemploi", "01263", Stage.LAUNCHED, 200, "Couvrir la cour de l’atelier pour réparer les vélos même quand il pleut.", "mateo", "roues", "", True),
    Project("cafe", "Le Café des Haies", "culture economie-locale", "01005", Stage.LAUNCHED, 120, "Un café ambulant s’installe chaque jeudi dans un hameau différent.", "quentin", "haies"),
    Project("sentinelles", "Les Sentinelles de l’étang", "nature citoyennete", "01052", Stage.ALIVE, 310, "Relever le niveau de l’eau et compter les oiseaux, une fois par mois.", "odile", "etangs", "Observatoire du Grand Birieux"),
    Project("conserverie", "La Conserverie du Renon", "alimentation emploi", "01235", Stage.INCUBATION, 180, "Mettre en bocaux les légumes que personne ne vient chercher en août.", "antoine", "conserverie"),
    Project("radio", "La Radio des Roseaux", "culture numerique", "01333", Stage.ALIVE, 280, "Une radio faite par les habitants, du conseil municipal au bal des pompiers.", "karim emma", "roseaux", "Près de la gare", True),
    Project("histoires", "Le Car à histoires", "education culture", "01272", Stage.ALIVE, 260, "Une camionnette de livres et une conteuse, dans huit villages sans bibliothèque.", "marguerite", "lunettes"),
    Project("pise", "Les Chantiers de pisé", "habitat education", "01393", Stage.ALIVE, 290, "Réparer une grange en terre et apprendre le geste, un samedi sur deux.", "louis", "pise"),
    Project("soleil", "Du soleil sur le préau", "energie education", "01262", Stage.INCUBATION, 60, "Des habitants et une école préparent un toit solaire qui appartient à tous.", "delphine amadou", "solaire", "", True),
    Project("repit", "La Pause des aidants", "sante solidarite", "01142", Stage.ALIVE, 210, "Un après-midi par semaine, quelqu’un prend le relais pour que l’aidant se repose.", "bernadette", "entraide", "", True),
    Project("clics", "Clics et déclics", "numerique solidarite", "01249", Stage.ALIVE, 230, "Un café, un téléphone, quelqu’un de patient : on apprend à côté, jamais à la place.", "clara rachid", "numerique", "Salle des Échets", True),
    Project("grange", "La Grange aux Projets", "economie-locale emploi", "01389", Stage.LAUNCHED, 160, "Des bureaux, une cuisine et un atelier partagés dans une grange du bourg.", "leila paul", "grange"),
    Project("paniers", "Les Paniers à prix choisi", "alimentation solidarite", "01351", Stage.ALIVE, 270, "Le même panier de légumes pour tous ; chacun choisit ce qu’il peut payer.", "helene", "chalaronne"),
    Project("lavoirs", "Le Bal des lavoirs", "culture tourisme", "01157", Stage.IDEA, 25, "Et si chaque lavoir du Val de Saône accueillait un bal, un soir d’été ?", "victor", "lavoirs"),
    Project("boucle", "La Boucle des levées", "tourisme nature", "01383", Stage.IDEA, 18, "Un sentier de onze kilomètres sur les digues, balisé par les habitants.", "robert"),
    Project("presbytere", "Habiter le presbytère", "habitat solidarite", "01381", Stage.INCUBATION, 75, "Six logements, un jardin et une salle commune pour des voisins de tous les âges.", "etienne"),
    Project("velobus", "Le Vélobus de Beynost", "mobilite petite-enfance", "01043", Stage.ALIVE, 140, "Deux adultes, douze enfants, douze vélos : on va à l’école en file indienne.", "samir", "", "", True),
    Project("bricotheque", "La Bricothèque", "reemploi economie-locale", "01322", Stage.LAUNCHED, 45, "Une perceuse sert dix minutes par an : prêtons-nous les outils.", "julie nour", "", "", True),
    Project("heures", "Les Heures de Thoissey", "solidarite citoyennete", "01420", Stage.ALIVE, 340, "Une heure de tonte contre une heure de couture : un cercle d’échange entre voisins.", "nicole", "sel", "", True),
    Project("ecole", "La Haie de l’école", "nature education", "01045", Stage.ALIVE, 350, "Trois cent quarante mètres de haie replantés par les enfants et leurs grands-parents.", "rose", "plessis"),
)

ENDINGS = (
    ("ecole", 40, Stage.FINISHED, "La haie est plantée, paillée et baptisée. Dix-huit bénévoles ont planté 340 mètres en trois matinées. Les enfants viennent la mesurer à chaque saison. Merci à toutes et à tous : notre part est faite, la haie fait la sienne."),
    ("heures", 65, Stage.STOPPED, "Nous nous arrêtons, sans fâcherie. En deux ans, nous avons échangé 412 heures. Mais les mêmes quatre personnes tenaient tout, et nous étions fatiguées. Le carnet d’échanges et nos règles sont à la disposition de qui voudra recommencer."),
)  # fmt: skip


def scenes() -> list[Scene]:
    """Each one is proposed and published on its day; some have come to their end."""
    begun = [Scene(one.days, 11, partial(_begin, project=one)) for one in (*REAL, *EXAMPLES)]
    ended = [Scene(days, 17, partial(_end, key=key, stage=stage, words=words)) for key, days, stage, words in ENDINGS]
    return [*begun, *ended]


async def _begin(world: World, *, project: Project) -> None:
    commune = await Commune.get(insee=project.commune) if project.commune else None
    leads = [world.people[key] for key in project.lead.split()]
    initiative = await service.propose(
        project.title, project.topics.split(), lead=leads[0] if leads else None, summary=project.summary,
        story=project.story, stage=project.stage, commune=commune, place=project.place, car_free=project.car_free,
        organisation=world.organisations.get(project.organisation), is_example=bool(leads),
    )  # fmt: skip
    for lead in leads[1:]:
        await service.add_lead(initiative, lead)
    await service.publish(initiative)
    world.initiatives[project.key] = initiative


async def _end(world: World, *, key: str, stage: Stage, words: str) -> None:
    await service.change_stage(world.initiatives[key], stage, ending=words)
