"""The invented residents of the demonstration, and the five whom a visitor may play."""

from dataclasses import dataclass

from civic.i18n import _
from civic.people import service
from civic.people.models import Person, RoleName
from demo.world import Scene, World

DOMAIN = "example.org"


@dataclass(slots=True, frozen=True)
class Resident:
    """An invented person: a key for the other files, her name, the INSEE code of her commune."""

    key: str
    name: str
    commune: str

    @property
    def email(self) -> str:
        """An address that can reach nobody."""
        return f"{self.key}@{DOMAIN}"


@dataclass(slots=True, frozen=True)
class Player:
    """One of those whom a visitor of the demonstration may play, with what she is and what to try as her."""

    key: str
    person: Person
    role: str
    hint: str


RESIDENTS = (
    Resident("camille", "Camille Rey", "01443"),
    Resident("anne-marie", "Anne-Marie Poncet", "01443"),
    Resident("selim", "Sélim Haddad", "01443"),
    Resident("odile", "Odile Berthet", "01052"),
    Resident("rose", "Rose Guichardet", "01045"),
    Resident("lucien", "Lucien Favre", "01074"),
    Resident("fatou", "Fatou Diarra", "01443"),
    Resident("gerard", "Gérard Morel", "01443"),
    Resident("ines", "Inès Carvalho", "01093"),
    Resident("baptiste", "Baptiste Michaud", "01093"),
    Resident("yvette", "Yvette Charvet", "01093"),
    Resident("thomas", "Thomas Perrin", "01074"),
    Resident("naima", "Naïma Benali", "01427"),
    Resident("hugo", "Hugo Tissot", "01427"),
    Resident("colette", "Colette Brun", "01427"),
    Resident("jeanne", "Jeanne Laurent", "01427"),
    Resident("mateo", "Matéo Garcia", "01263"),
    Resident("sylvie", "Sylvie Dufour", "01263"),
    Resident("quentin", "Quentin Bouvier", "01005"),
    Resident("martine", "Martine Gonnet", "01005"),
    Resident("paul", "Paul Verdier", "01389"),
    Resident("leila", "Leïla Mansouri", "01389"),
    Resident("simone", "Simone Chanel", "01235"),
    Resident("antoine", "Antoine Rigaud", "01235"),
    Resident("emma", "Emma Joly", "01333"),
    Resident("karim", "Karim Saïdi", "01333"),
    Resident("marguerite", "Marguerite Billon", "01272"),
    Resident("louis", "Louis Néron", "01393"),
    Resident("delphine", "Delphine Roux", "01262"),
    Resident("amadou", "Amadou Sow", "01262"),
    Resident("bernadette", "Bernadette Vial", "01142"),
    Resident("clara", "Clara Moulin", "01249"),
    Resident("rachid", "Rachid Amrani", "01249"),
    Resident("helene", "Hélène Payet", "01351"),
    Resident("victor", "Victor Chapuis", "01157"),
    Resident("nicole", "Nicole Faure", "01420"),
    Resident("samir", "Samir Toumi", "01043"),
    Resident("julie", "Julie Ferrand", "01322"),
    Resident("etienne", "Étienne Gallet", "01381"),
    Resident("mariam", "Mariam Koné", "01443"),
    Resident("lea", "Léa Bonnard", "01093"),
    Resident("robert", "Robert Cottin", "01383"),
    Resident("agathe", "Agathe Lambert", "01427"),
    Resident("dominique", "Dominique Ravet", "01427"),
    Resident("nour", "Nour Elkaïm", "01322"),
)

ROLES = {"agathe": RoleName.ANIMATOR, "dominique": RoleName.TREASURER}


def _words() -> dict[str, tuple[str, str]]:
    """Who can be played: key → (what she is, what to try), in the order of the page."""
    return {
        "camille": (
            _("Habitante de Villars-les-Dombes"),
            _("Voyez ce qui l’attend dans Mon espace : une décision, un créneau, un don. Inscrivez-la à un samedi."),
        ),
        "anne-marie": (
            _("Porteuse de la Navette des Hameaux"),
            _("Suivez sa collecte, ajoutez un créneau, répondez à une demande de siège au comité."),
        ),
        "gerard": (
            _("Représentant de Saint-Aubin-des-Levées, commune imaginaire"),
            _("Il siège au comité de la navette. Donnez sa voix et voyez la fiche de sa commune dans l’annuaire."),
        ),
        "agathe": (
            _("Animatrice du réseau"),
            _("Ouvrez le pupitre : tout ce qui attend l’équipe, compté et daté. Relisez une collecte."),
        ),
        "dominique": (
            _("Trésorier, le second regard sur l’argent"),
            _("Ouvrez la trésorerie : les dons à vérifier, les bordereaux, les reçus. Suivez la collecte de l’appentis, où une carte reste à confirmer."),
        ),
    }


def scenes() -> list[Scene]:
    """Everybody arrives before anything happens."""
    return [Scene(400, 9, _arrive)]


async def _arrive(world: World) -> None:
    for resident in RESIDENTS:
        person = await service.meet(resident.name, resident.email, commune_insee=resident.commune)
        await service.confirm_address(person)
        world.people[resident.key] = person
    for key, role in ROLES.items():
        await service.grant(world.people[key].email or "", role)


async def players() -> list[Player]:
    """Those who can be played and are there, with their words."""
    emails = {one.key: one.email for one in RESIDENTS}
    found = {person.email: person for person in await Person.filter(email__in=[emails[key] for key in _words()])}
    return [
        Player(key, found[emails[key]], role, hint)
        for key, (role, hint) in _words().items()
        if emails[key] in found
    ]
