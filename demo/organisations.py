"""The directory of the demonstration: two bodies of public record, twenty-seven invented members."""

from dataclasses import dataclass
from datetime import date, timedelta

from civic import clock
from civic.organisations import service
from civic.organisations.models import Membership, OrganisationKind
from civic.places.models import Commune
from demo.world import Scene, World

ASSOCIATION, COOPERATIVE, COMPANY = OrganisationKind.ASSOCIATION, OrganisationKind.COOPERATIVE, OrganisationKind.COMPANY
COMMUNE, PUBLIC, INFORMAL = OrganisationKind.COMMUNE, OrganisationKind.PUBLIC_BODY, OrganisationKind.INFORMAL


@dataclass(slots=True, frozen=True)
class Body:
    """An organisation; `voice` holds the keys of who represents it, the titular first. `real` ones hold facts of public record only."""

    key: str
    name: str
    kind: OrganisationKind
    commune: str
    summary: str
    story: str = ""
    offers: str = ""
    seeks: str = ""
    real: bool = False
    years: int = 0
    membership: Membership = Membership.MEMBER
    voice: str = ""


REAL = (
    Body(
        "dombinnov", "Domb’Innov", ASSOCIATION, "01427",
        "Le pôle territorial de coopération économique de la Dombes, du Val de Saône et de la Côtière.",
        "Domb’Innov réunit des associations, des coopératives, des entreprises et des collectivités des trois territoires. "
        "Le pôle est né de la dynamique de l’association Val Horizon, créée en 1989 à Trévoux.\n\nSes membres mettent en "
        "commun des moyens et des compétences. Ils font naître ensemble des activités utiles : petite enfance, restauration, "
        "emploi, réemploi.", real=True,
    ),
    Body(
        "valhorizon", "Val Horizon", ASSOCIATION, "01427",
        "Depuis 1989, le développement social et l’emploi autour de Trévoux.",
        "L’association Val Horizon a été créée en 1989 pour le développement social et l’emploi sur Trévoux et sa région. "
        "Elle a porté la naissance du pôle Domb’Innov.", real=True,
    ),
)  # fmt: skip

EXAMPLES = (
    Body("voisins", "Les Voisins du Mardi", ASSOCIATION, "01443", "Des voisins qui se conduisent au marché, au médecin et à la gare.", offers="Deux conductrices le mardi matin.", seeks="Un garage couvert près de la gare.", years=2, voice="selim"),
    Body("fournil", "Le Fournil des Halles", COOPERATIVE, "01093", "Une boulangerie coopérative et un four à pain à partager.", offers="Le four, un dimanche par mois.", seeks="Un pétrin, même ancien.", years=4, voice="baptiste"),
    Body("plessis", "Les Plessis vivants", ASSOCIATION, "01074", "Planter, tailler et tresser les haies de la Dombes.", offers="Des plants de charme et de pommier.", seeks="Une remorque, deux week-ends par an.", years=6, voice="thomas"),
    Body("carron", "Les Bricoleurs du Carron", ASSOCIATION, "01427", "Réparer ensemble plutôt que jeter.", offers="Un établi et des outils le samedi.", seeks="Une personne qui sait coudre.", years=5, voice="naima"),
    Body("roues", "Roues libres en Saône", ASSOCIATION, "01263", "Le vélo pour tous, du Val de Saône à la voie bleue.", offers="Six vélos d’enfant à prêter.", seeks="Un abri fermé.", years=3, voice="mateo"),
    Body("haies", "La Tournée des Haies", COOPERATIVE, "01005", "Un café qui se déplace de hameau en hameau.", offers="Une caravane équipée, hors des jeudis.", seeks="Des chaises dépareillées.", years=1, voice="quentin"),
    Body("grange", "La Grange aux Projets", COOPERATIVE, "01389", "Des bureaux, une cuisine et un atelier sous une même charpente.", offers="Une salle de quarante places.", seeks="Une imprimante qui marche.", years=3, voice="leila"),
    Body("etangs", "Étangs en partage", ASSOCIATION, "01052", "Connaître et protéger les étangs avec celles et ceux qui y vivent.", offers="Quatre paires de jumelles.", years=8, voice="odile"),
    Body("conserverie", "La Conserverie du Renon", COOPERATIVE, "01235", "Mettre en bocaux les surplus des maraîchers.", offers="Des bocaux et des conseils.", seeks="Un autoclave d’occasion.", years=1, voice="antoine"),
    Body("roseaux", "Radio des Roseaux", ASSOCIATION, "01333", "La radio associative des étangs, faite par ses auditeurs.", offers="Un studio mobile pour vos fêtes.", years=4, voice="karim"),
    Body("pise", "Terre Levée", COOPERATIVE, "01393", "Des artisanes et artisans du pisé, en coopérative.", offers="Des visites de chantier.", seeks="Une apprentie ou un apprenti.", years=7, voice="louis"),
    Body("sel", "Les Heures de Thoissey", INFORMAL, "01420", "Un cercle d’échange de services, une heure pour une heure.", years=2, voice="nicole"),
    Body("lunettes", "Les Petites Lunettes", ASSOCIATION, "01272", "Lire partout, surtout là où la bibliothèque est loin.", offers="Trois cents albums.", years=9, voice="marguerite"),
    Body("numerique", "Numérique à Table", ASSOCIATION, "01249", "Apprendre à se servir d’un téléphone autour d’un café.", offers="Huit ordinateurs remis à neuf.", years=3, voice="clara"),
    Body("balmes", "La Fabrique des Balmes", COMPANY, "01043", "Un atelier de bois et de métal ouvert aux associations.", offers="Une découpeuse, le vendredi.", years=2, voice="samir"),
    Body("solaire", "Côtière Solaire citoyenne", COOPERATIVE, "01262", "Des habitants produisent ensemble leur électricité.", seeks="Des toits bien orientés.", years=1, voice="delphine"),
    Body("entraide", "Entraide et Répit", ASSOCIATION, "01142", "Donner du repos à celles et ceux qui prennent soin d’un proche.", offers="Une salle calme et un jardin.", years=5, voice="bernadette"),
    Body("levees", "La Ferme des Trois Levées", COMPANY, "01083", "Légumes, œufs et fleurs, vendus à moins de vingt kilomètres.", offers="Un camion frigorifique, le lundi.", years=4, voice="mariam amadou"),
    Body("chalaronne", "Les Paniers de la Chalaronne", ASSOCIATION, "01351", "Un jardin d’insertion et des paniers à prix choisi.", offers="Du terreau et des plants.", years=6, voice="helene"),
    Body("guillemin", "Transports Guillemin et Filles", COMPANY, "01322", "Un transporteur familial qui prête ses retours à vide.", offers="Un retour à vide vers Lyon, le jeudi.", years=2, membership=Membership.ASSOCIATE),
    Body("menuiserie", "La Menuiserie du Grand Étang", COMPANY, "01371", "Des meubles en bois de pays, et des chutes à partager.", offers="Des chutes de chêne.", years=3, membership=Membership.ASSOCIATE, voice="paul"),
    Body("theatre", "Le Théâtre de la Levée", ASSOCIATION, "01348", "Une troupe d’amateurs qui joue dans les granges.", offers="Des costumes et un rideau.", years=10, voice="victor"),
    Body("aubin", "Saint-Aubin-des-Levées", COMMUNE, "01045", "Une commune imaginaire de trois cents habitants, pour la démonstration.", offers="La salle des fêtes, hors week-end.", years=2, voice="gerard"),
    Body("eaux", "Le Syndicat des Eaux tranquilles", PUBLIC, "01381", "Un syndicat imaginaire qui veille sur les fossés et les vannes.", years=3, membership=Membership.PARTNER, voice="etienne"),
    Body("lavoirs", "Les Lavoirs réunis", INFORMAL, "01157", "Un collectif d’habitants qui redonne vie aux lavoirs.", seeks="Une bâche et des guirlandes.", years=1),
    Body("ruches", "Les Ruches de Romans", ASSOCIATION, "01328", "Un rucher d’habitants, du miel et des ateliers pour les écoles.", offers="Des combinaisons d’enfant à prêter.", years=2),
    Body("buissons", "L’École des Buissons", ASSOCIATION, "01028", "Des mercredis dehors, par tous les temps.", offers="Une animatrice nature, le mercredi.", seeks="Des bottes de toutes tailles.", years=1, membership=Membership.ASSOCIATE),
)  # fmt: skip


def scenes() -> list[Scene]:
    """The directory exists from the first day on."""
    return [Scene(399, 10, _register)]


async def _register(world: World) -> None:
    for body in (*REAL, *EXAMPLES):
        known = await Commune.get(insee=body.commune)
        world.organisations[body.key] = await service.register(
            body.name, body.kind, commune=known, summary=body.summary, story=body.story, offers=body.offers,
            seeks=body.seeks, is_example=not body.real, membership=body.membership, member_since=_since(body),
        )  # fmt: skip
        for place, key in enumerate(body.voice.split()):
            organisation, person = world.organisations[body.key], world.people[key]
            await service.name_representative(organisation, person, titular=not place)


def _since(body: Body) -> date | None:
    """Invented members joined some years ago; of the real ones we do not know the day."""
    return clock.today() - timedelta(days=365 * body.years) if body.years else None
