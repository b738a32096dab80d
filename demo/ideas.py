"""Ideas of the demonstration, in every state: looking for support, to be made clearer, in incubation, born, ended."""

from dataclasses import dataclass
from functools import partial

from civic.ideas import ending, offers, review, service, steps
from civic.ideas.forms import IdeaForm, OfferForm, ReviewForm, StepForm
from civic.ideas.models import Idea, IdeaOffer, IdeaStep, Kind, Status, StepState
from civic.people.actor import Actor
from civic.people.models import RoleName
from civic.places.models import Commune
from demo.world import Scene, World


@dataclass(slots=True, frozen=True)
class Draft:
    """An idea that was proposed `days` ago; `answer` is what the team said, `days_after` later, with its reason."""

    author: str
    title: str
    topics: str
    commune: str
    days: int
    what: str
    for_whom: str
    needed: str = ""
    place: str = ""
    supporters: str = ""
    helpers: tuple[tuple[str, Kind, str], ...] = ()
    answer: Status | None = None
    reason: str = ""
    days_after: int = 5


LIBRARY = "La bibliothèque d’outils"
FREEZER = "Le congélateur partagé"
MARKET = "Le marché de nuit"
IDEAS = (
    Draft(
        "mateo", LIBRARY, "reemploi economie-locale", "01263", 70,
        "On achète tous la même perceuse pour douze minutes par an. Je voudrais un placard, dans un lieu ouvert le samedi, où l’on emprunte une ponceuse comme on emprunte un livre.",
        "Les habitants qui bricolent de temps en temps, et ceux qui n’osent pas encore.", "Un local de dix mètres carrés, des étagères, deux personnes le samedi matin.",
        supporters="rose lucien thomas sylvie quentin paul karim louis delphine nicole samir",
        helpers=(("etienne", Kind.SKILL, "J’ai tenu un magasin de bricolage : je peux trier et réviser les machines."), ("martine", Kind.PLACE, "Mon ancien garage donne sur la rue, il est vide depuis deux ans.")),
        answer=Status.ACCEPTED, reason="L’idée répond à un besoin que trois communes nous ont dit. Parlons du lieu et de l’assurance.",
    ),
    Draft(
        "thomas", "Un pédibus pour l’école", "mobilite education", "01074", 6,
        "Deux lignes à pied vers l’école, avec un adulte devant et un derrière. Les enfants marchent, les voitures restent à la maison.",
        "Les familles du bourg et du lotissement des Prés.", "Six parents, un par jour et un remplaçant. Des gilets.", "De la place de l’église à l’école",
        supporters="rose fatou odile victor emma", helpers=(("yvette", Kind.TIME, "Je suis libre tous les matins et je marche vite."),),
    ),
    Draft(
        "lea", "Le cinéma sous les étoiles", "culture", "01093", 2,
        "Trois films par été, projetés sur le mur de la halle. Chacun apporte sa chaise et quelque chose à partager.",
        "Tout le monde, surtout ceux qui ne vont plus au cinéma à trente kilomètres.", "Un projecteur, et quelqu’un qui connaît les droits des films.", "La halle",
        supporters="baptiste ines",
    ),
    Draft(
        "nicole", "Un jardin pour la maison de retraite", "sante nature", "01420", 20,
        "Des bacs à hauteur de fauteuil, un banc à l’ombre, et les enfants de l’école qui viennent semer avec les résidents.",
        "Les résidents, leurs familles et l’école d’à côté.", "Du bois, de la terre, et l’accord de la direction.",
        supporters="bernadette clara helene marguerite", answer=Status.CHANGES,
        reason="Nous aimons cette idée. Avez-vous parlé à la direction de la maison ? Dites-le ici, et qui arroserait l’été.",
    ),
    Draft(
        "robert", "Une épicerie sans personne", "alimentation", "01383", 45,
        "Un local avec des casiers, ouvert jour et nuit, où l’on paie par téléphone. Plus besoin d’attendre l’ouverture.",
        "Les gens pressés.", "Des casiers réfrigérés.", supporters="samir", answer=Status.DECLINED,
        reason="Merci pour cette idée : le besoin d’une épicerie est réel. Un commerce sans emploi ni rencontre n’est pas ce que notre réseau peut accompagner. L’épicerie associative de la commune voisine cherche des bénévoles pour ouvrir plus tard le soir : cela répondrait peut-être au même besoin.",
    ),
    Draft(
        "victor", MARKET, "economie-locale culture", "01157", 130,
        "Un marché de producteurs le vendredi soir, avec des lampions et de quoi manger sur place.",
        "Ceux qui travaillent le samedi matin.", "Douze producteurs, des tables.", supporters="antoine simone leila hugo naima colette",
        answer=Status.ACCEPTED,
    ),
    Draft(
        "simone", FREEZER, "alimentation solidarite", "01235", 160,
        "Un grand congélateur dans la salle communale : on y met les surplus du jardin et du four, on y prend ce qu’il faut les semaines difficiles.",
        "Les habitants du bourg, sans rien demander à personne.", "Un congélateur, une prise, trois personnes qui regardent les dates.",
        supporters="antoine rose odile marguerite helene rachid", helpers=(("antoine", Kind.THING, "J’ai un congélateur de trois cents litres qui ne sert plus."),),
        answer=Status.ACCEPTED, days_after=10,
    ),
)  # fmt: skip
STEPS = (
    ("besoin", StepState.DONE, "Quarante réponses au questionnaire : la ponceuse et l’échelle d’abord."),
    ("equipe", StepState.DONE, "Matéo, Étienne et Sylvie se voient le premier lundi du mois."),
    ("partenaires", StepState.DOING, "L’atelier vélo prête son samedi matin. La commune répond en décembre."),
    ("test", StepState.DOING, "Vingt outils prêtés dans le garage de Martine, quatre samedis."),
)


def scenes() -> list[Scene]:
    """Each idea on its day, its neighbours in the days after, the team's answer, the steps, a birth and an end."""
    found = []
    for draft in IDEAS:
        found.append(Scene(draft.days, 18, partial(_propose, draft=draft)))
        for place, key in enumerate(draft.supporters.split()):
            found.append(Scene(max(0, draft.days - place // 3), 19, partial(_support, draft=draft, key=key), place))
        for place, (key, kind, words) in enumerate(draft.helpers):
            act = partial(_help, draft=draft, key=key, kind=kind, words=words)
            found.append(Scene(max(0, draft.days - 2), 20, act, place))
        if draft.answer:
            found.append(Scene(draft.days - draft.days_after, 10, partial(_answer, draft=draft)))
    found += [Scene(60, 11, _name_referent), Scene(58, 18, _accept_help)]
    found += [Scene(50 - 8 * place, 18, partial(_step, place=place)) for place in range(len(STEPS))]
    return [*found, Scene(90, 11, _become), Scene(40, 19, _stop)]


async def _idea(title: str) -> Idea:
    return await Idea.get(title=title)


def _team(world: World) -> Actor:
    return world.actor("agathe", RoleName.ANIMATOR)


async def _propose(world: World, *, draft: Draft) -> None:
    commune = await Commune.get(insee=draft.commune)
    wish = IdeaForm(
        title=draft.title, what=draft.what, for_whom=draft.for_whom, needed=draft.needed, place=draft.place,
        commune=commune.name, topics=draft.topics.split(),
    )  # fmt: skip
    await service.propose(world.people[draft.author], wish, commune, confirmed=True, is_example=True)


async def _support(world: World, *, draft: Draft, key: str) -> None:
    await service.support(world.people[key], await _idea(draft.title), confirmed=True)


async def _help(world: World, *, draft: Draft, key: str, kind: Kind, words: str) -> None:
    await offers.offer(world.people[key], await _idea(draft.title), OfferForm(kind=kind, words=words), confirmed=True)


async def _answer(world: World, *, draft: Draft) -> None:
    wish = ReviewForm.model_validate({"verdict": draft.answer, "reason": draft.reason})
    await review.judge(_team(world), await _idea(draft.title), wish)


async def _name_referent(world: World) -> None:
    guide = world.people["sylvie"]
    await review.ask_referent(_team(world), await _idea(LIBRARY), str(guide.email))
    await review.answer_referent(await Idea.get(title=LIBRARY).select_related("invited"), accepted=True)


async def _accept_help(world: World) -> None:
    offer = await IdeaOffer.get(person_id=world.people["etienne"].id)
    await offers.answer(offer, accepted=True)


async def _step(world: World, *, place: int) -> None:
    key, state, note = STEPS[place]
    idea = await _idea(LIBRARY)
    await steps.set_down(idea, await IdeaStep.get(idea_id=idea.id, key=key), StepForm(state=state, note=note))


async def _become(world: World) -> None:
    born = await review.become(_team(world), await _idea(FREEZER))
    assert born
    world.initiatives["congelateur"] = born


async def _stop(world: World) -> None:
    await ending.stop(
        await _idea(MARKET),
        "Neuf producteurs sur douze ont déjà un marché le samedi à six heures : le vendredi soir est impossible pour eux. "
        "Une heure de plus le samedi, jusqu’à quatorze heures, serait plus simple. À qui veut reprendre : demandez d’abord leurs horaires.",
    )
