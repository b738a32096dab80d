"""Committees of the demonstration, their seats, and decisions that are open, closed and reviewed."""

from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from civic import clock
from civic.ballots import codes
from civic.committees import service as committees
from civic.committees.forms import NewCommitteeForm
from civic.committees.joining import SeatRequest
from civic.committees.models import CollegeKind, Committee, CommitteeKind
from civic.counting.rules import Code, Method
from civic.decisions import answers, closing, electors, secret, service
from civic.decisions.forms import DecisionForm, OptionWish
from civic.decisions.models import Decision, Option
from civic.decisions.positions import Position
from demo.world import Scene, World


@dataclass(slots=True, frozen=True)
class Table:
    """A committee: who founds it, what it says, who sits with her (« key:college » or
    « key:college:organisation »), who waits for an answer."""

    initiative: str
    founder: str
    days: int
    wish: dict[str, object]
    seated: str
    waiting: str = ""


Said = dict[str, int] | list[list[str]] | list[str]
"""Dots, an order or approvals, by the titles of the options."""


@dataclass(slots=True, frozen=True)
class Question:
    """A decision opened `days` ago at 18 h for `lasts` days; `stances` are (who, position, reason)."""

    initiative: str
    author: str
    days: int
    lasts: int
    question: str
    explanation: str
    method: Method
    stances: tuple[tuple[str, Code | Said, str], ...]
    quorum: int = 0
    hidden: bool = False
    outcome: str = ""
    review_in: int = 0
    options: tuple[OptionWish, ...] = ()
    budget_cents: int | None = None
    dots: int = 5
    secret: bool = False


TABLES = (
    Table(
        "navette", "anne-marie", 200,
        {"name": "Le comité de la navette", "purpose": "Il fixe les arrêts, les horaires et l’usage de l’argent. Une personne, une voix, dans chaque collège.",
         "decides_what": "Les arrêts, le tarif, les achats, le calendrier.", "decides_how": "Par consentement d’abord, à la majorité s’il le faut.",
         "decides_who": "Toutes les personnes qui siègent.", "residents": 8, "organisations": 2, "authorities": 1},
        "selim:residents odile:residents rose:residents fatou:residents camille:residents gerard:authorities:aubin mariam:organisations:levees", "lucien:residents",
    ),
    Table(
        "cafe", "quentin", 110,
        {"name": "Le comité du café", "purpose": "Il choisit les hameaux, le nom, les prix et les soirées.", "decides_how": "À la majorité, en une semaine.",
         "joining": "open", "residents": 9},
        "martine:residents paul:residents leila:residents simone:residents camille:residents",
    ),
    Table(
        "carron", "naima", 300,
        {"name": "Le comité de l’Atelier du Carron", "purpose": "Il décide des horaires, des achats et de l’accueil.", "residents": 6, "organisations": 1},
        "hugo:residents colette:residents jeanne:residents", "nour:residents",
    ),
    Table(
        "grange", "leila", 140,
        {"name": "Le comité de la Grange", "purpose": "Il veille sur l’usage des lieux et l’accueil de nouvelles personnes.", "residents": 4, "organisations": 3, "authorities": 1},
        "paul:organisations:menuiserie simone:residents",
    ),
)  # fmt: skip

QUESTIONS = (
    Question(
        "navette", "anne-marie", 120, 7, "Le trajet coûte un euro, quelle que soit la distance",
        "Un prix unique évite de compter les kilomètres. La commune complète.", Method.MAJORITY,
        (("selim", Code.YES, "Simple à dire, simple à rendre."), ("odile", Code.YES, ""), ("rose", Code.YES, "Je préférerais gratuit, mais un euro se donne sans y penser."), ("fatou", Code.NO, "Gratuit pour les enfants, au moins."), ("gerard", Code.ABSTAIN, "La commune s’abstient, elle paie la différence."), ("anne-marie", Code.YES, "")),
        50, False, "Le tarif d’un euro par trajet est adopté. Il est gratuit pour les moins de douze ans, à la demande de Fatou. Nous comptons les passagers et nous en reparlons.", 90,
    ),
    Question(
        "carron", "naima", 45, 10, "Nous achetons une machine à coudre avec la boîte à dons",
        "Une occasion à 140 euros, révisée par Colette. La boîte contient 212 euros.", Method.CONSENT,
        (("colette", Code.AGREE, "Je l’ai essayée, elle est en or."), ("hugo", Code.RESERVE, "D’accord, si quelqu’un s’engage à l’entretenir."), ("jeanne", Code.AGREE, "Je m’en occupe."), ("naima", Code.AGREE, "")),
        60, False, "La machine est achetée. Jeanne l’entretient. Premier atelier de couture le mois prochain.", 120,
    ),
    Question(
        "grange", "leila", 20, 8, "La cuisine se loue aussi aux traiteurs de l’extérieur",
        "Deux soirs par semaine, pour payer le chauffage.", Method.CONSENT,
        (("paul", Code.OBJECT, "Le vendredi est déjà pris par les repas partagés : on ne peut pas louer ce soir-là."), ("simone", Code.AGREE, ""), ("leila", Code.AGREE, "")),
    ),
    Question(
        "navette", "anne-marie", 4, 7, "Le samedi, la navette s’arrête aussi à l’étang du Grand Birieux",
        "L’arrêt ajoute onze minutes. Il dessert deux hameaux et l’observatoire. Essai de trois mois, puis bilan.", Method.CONSENT,
        (("rose", Code.AGREE, "Les familles du Petit Birieux n’ont aucun autre moyen de venir au marché."), ("fatou", Code.AGREE, "Je tiens le carnet de comptage. On en parle au bilan."), ("odile", Code.AGREE, ""), ("selim", Code.RESERVE, "D’accord pour l’essai, si l’on compte les passagers dès la première semaine.")),
        60,
    ),
    Question(
        "cafe", "quentin", 2, 7, "Le café s’appelle « Au Jeudi des Haies »",
        "Quarante idées reçues, ce nom est arrivé en tête au dernier café. On le garde ?", Method.MAJORITY,
        (("martine", Code.YES, "On l’entend et on le retient."), ("paul", Code.NO, "Et si un jour on ouvre le vendredi ?"), ("leila", Code.YES, "")), 50, True,
    ),
    Question(
        "navette", "anne-marie", 70, 10, "Dans quel ordre ouvrir les nouveaux arrêts ?",
        "On en ouvre un ce trimestre, les autres suivront dans l’ordre choisi.", Method.RANKED,
        (("selim", [["Le collège"], ["La gare"], ["Le marché"]], "Les jeunes attendent un car le samedi."), ("odile", [["Le marché"], ["La maison de santé"], ["La gare"]], ""), ("rose", [["La maison de santé"], ["Le marché", "La gare"]], "On ne conduit plus quand on est malade."), ("fatou", [["La maison de santé"], ["Le collège"], ["Le marché"]], ""), ("gerard", [["La gare"], ["La maison de santé"]], "Pour rejoindre Lyon sans voiture."), ("mariam", [["La maison de santé"], ["Le marché"], ["Le collège"]], "")),
        50, False, "L’arrêt de la maison de santé ouvre en premier. Anne-Marie voit les horaires avec les médecins.", 100,
        (OptionWish(title="Le marché"), OptionWish(title="La gare", meaning="Correspondance avec le train de 8 h 12."), OptionWish(title="La maison de santé"), OptionWish(title="Le collège", meaning="Le samedi matin.")),
    ),
    Question(
        "carron", "naima", 30, 9, "Que paie-t-on avec les 1 200 euros de la fête ?",
        "La caisse de la fête est à l’atelier. Cochez tout ce qui vous paraît utile.", Method.BUDGET,
        (("hugo", ["Un établi", "Un poste à souder"], "Mes genoux n’en peuvent plus du carrelage."), ("colette", ["Des ciseaux et du fil", "Une rampe à l’entrée"], ""), ("jeanne", ["Des ciseaux et du fil", "Une rampe à l’entrée"], "Ma voisine vient en fauteuil."), ("naima", ["Un établi", "Une rampe à l’entrée"], "")),
        50, False, "La rampe, l’établi et les ciseaux sont commandés. Le reste attend la prochaine fête.", 60,
        (OptionWish(title="Un établi", meaning="D’occasion, avec un étau.", cost=35_000), OptionWish(title="Un poste à souder", cost=65_000), OptionWish(title="Des ciseaux et du fil", meaning="Pour six personnes.", cost=18_000), OptionWish(title="Une rampe à l’entrée", meaning="En aluminium, elle se replie.", cost=42_000)),
        120_000,
    ),
    Question(
        "cafe", "quentin", 3, 8, "Quelles soirées pour le printemps ?",
        "Deux soirées par mois. Placez vos cinq points.", Method.DOTS,
        (("martine", {"Jeux de société": 3, "Lecture à voix haute": 2}, "Avec les enfants, jusqu’à neuf heures."), ("paul", {"Bal trad": 5}, ""), ("simone", {"Lecture à voix haute": 4, "Bal trad": 1}, "Je lis.")),
        50, False, "", 0,
        (OptionWish(title="Bal trad"), OptionWish(title="Jeux de société"), OptionWish(title="Lecture à voix haute", meaning="Chacun apporte une page."), OptionWish(title="Réparation de vélos")),
    ),
    Question(
        "navette", "anne-marie", 2, 9, "Comment employer les 900 euros du département ?",
        "La somme doit être employée avant l’été.", Method.BUDGET,
        (("rose", ["Deux bancs aux arrêts", "Des horaires en gros caractères"], "On attend debout."), ("selim", ["Un porte-vélos"], ""), ("odile", ["Deux bancs aux arrêts"], "")),
        50, False, "", 0,
        (OptionWish(title="Un porte-vélos", cost=48_000), OptionWish(title="Deux bancs aux arrêts", cost=52_000), OptionWish(title="Des horaires en gros caractères", cost=9_000), OptionWish(title="Un siège enfant", cost=15_000)),
        90_000,
    ),
    Question(
        "navette", "anne-marie", 40, 8, "Qui nous représente à l’assemblée du réseau ?",
        "Deux réunions par an, à Châtillon. Trois personnes se proposent.", Method.RANKED,
        (("selim", [["Rose"], ["Odile"]], ""), ("odile", [["Odile"], ["Rose"]], ""), ("rose", [["Fatou"], ["Rose"], ["Odile"]], ""), ("fatou", [["Rose"], ["Fatou"]], ""), ("camille", [["Odile"], ["Fatou"]], ""), ("gerard", [["Rose"], ["Odile"], ["Fatou"]], ""), ("anne-marie", [["Rose"]], "")),
        50, False, "Rose nous représente pendant deux ans. Odile la remplace quand elle ne peut pas.", 300,
        (OptionWish(title="Fatou"), OptionWish(title="Odile"), OptionWish(title="Rose")), secret=True,
    ),
    Question(
        "cafe", "quentin", 2, 9, "Qui tient la caisse du café cette année ?",
        "Une heure par semaine. On vote en secret, comme toujours pour des personnes.", Method.RANKED,
        (("martine", [["Simone"], ["Leïla"]], ""), ("paul", [["Leïla"]], ""), ("quentin", [["Simone"], ["Paul"], ["Leïla"]], "")),
        50, False, "", 0,
        (OptionWish(title="Leïla"), OptionWish(title="Paul"), OptionWish(title="Simone", meaning="Elle l’a tenue l’an dernier.")), secret=True,
    ),
)  # fmt: skip


def scenes() -> list[Scene]:
    """Committees are founded and joined; questions open, are answered, close at their moment, and get an outcome."""
    found = [Scene(table.days, 20, partial(_found, table=table)) for table in TABLES]
    for place, one in enumerate(QUESTIONS):
        found.append(Scene(one.days, 18, partial(_open, question=one, key=f"demo-{place}")))
        found.append(Scene(one.days - 1, 20, partial(_answer, question=one)))
        closed = one.days - one.lasts
        if closed > 0:
            found.append(Scene(closed, 20, _wait, minute=1))
        if one.outcome:
            found.append(Scene(closed - 2, 19, partial(_conclude, question=one)))
    return found


async def _found(world: World, *, table: Table) -> None:
    wish = NewCommitteeForm.model_validate(table.wish)
    committee = await committees.found(world.actor(table.founder), world.initiatives[table.initiative], wish)
    for word in (*table.seated.split(), *table.waiting.split()):
        who, college, *hats = word.split(":")
        hat_id = world.organisations[hats[0]].id if hats else None
        made = await committees.join(
            world.actor(who), committee, CollegeKind(college), "Je veux aider à décider, et je viens aux réunions.",
            hat_id=hat_id,
        )  # fmt: skip
        if isinstance(made, SeatRequest) and word in table.seated.split():
            request = await SeatRequest.get(id=made.id).select_related("committee", "person", "college")
            await committees.answer(world.actor(table.founder), request, accept=True, reason="Bienvenue.")


async def _open(world: World, *, question: Question, key: str) -> None:
    committee = await Committee.get(
        initiative_id=world.initiatives[question.initiative].id, kind=CommitteeKind.STEERING
    )
    closes = clock.at(clock.today() + timedelta(days=question.lasts), 20)
    form = DecisionForm(
        question=question.question, explanation=question.explanation, method=question.method, closes_at=closes,
        quorum_percent=question.quorum, results_hidden=question.hidden, options=list(question.options),
        budget=question.budget_cents, dots=question.dots, secret=question.secret,
    )  # fmt: skip
    made = await service.draft(world.actor(question.author), committee, form, key)
    await service.open_or_schedule(world.actor(question.author), made)


async def _answer(world: World, *, question: Question) -> None:
    decision = await _decision(question)
    ids = {option.title: option.id async for option in Option.filter(decision_id=decision.id)}
    for who, said, reason in question.stances:
        position = Position(said) if isinstance(said, Code) else Position(choices=_by_id(said, ids))
        if question.secret:
            elector = await electors.to_speak_for(decision, world.people[who], None)
            await secret.vote(world.actor(who), decision, elector, position, codes.new())
        else:
            await answers.answer(world.actor(who), decision, position, reason)


def _by_id(said: Any, ids: dict[str, int]) -> Any:
    """The choices as they are kept, by the ids of the options."""
    if isinstance(said, dict):
        return {str(ids[title]): n for title, n in said.items()}
    return [ids[one] if isinstance(one, str) else _by_id(one, ids) for one in said]


async def _conclude(world: World, *, question: Question) -> None:
    review = clock.today() + timedelta(days=question.review_in)
    await closing.conclude(world.actor(question.author), await _decision(question), question.outcome, review)


async def _wait(_world: World) -> None:
    """Eight in the evening: the closing’s own job counts."""


async def _decision(question: Question) -> Decision:
    return await Decision.get(question=question.question).select_related("committee")
