"""Committees of the demonstration, their seats, and decisions that are open, closed and reviewed."""

from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from civic import clock
from civic.committees import service as committees
from civic.committees.forms import NewCommitteeForm
from civic.committees.models import CollegeKind, Committee, SeatRequest
from civic.decisions import answers, closing, service
from civic.decisions.counting import Code, Method
from civic.decisions.forms import DecisionForm
from civic.decisions.models import Decision
from demo.world import Scene, World


@dataclass(slots=True, frozen=True)
class Table:
    """A committee: who founds it, what it says, who sits with her (« key:college »), who waits for an answer."""

    initiative: str
    founder: str
    days: int
    wish: dict[str, object]
    seated: str
    waiting: str = ""


@dataclass(slots=True, frozen=True)
class Question:
    """A decision opened `days` ago at 18 h for `lasts` days; `stances` are (who, position, reason)."""

    initiative: str
    author: str
    days: int
    lasts: int
    question: str
    explanation: str
    method: Method
    stances: tuple[tuple[str, Code, str], ...]
    quorum: int = 0
    hidden: bool = False
    outcome: str = ""
    review_in: int = 0


TABLES = (
    Table(
        "navette", "anne-marie", 200,
        {"name": "Le comité de la navette", "purpose": "Il fixe les arrêts, les horaires et l’usage de l’argent. Une personne, une voix, dans chaque collège.",
         "decides_what": "Les arrêts, le tarif, les achats, le calendrier.", "decides_how": "Par consentement d’abord, à la majorité s’il le faut.",
         "decides_who": "Toutes les personnes qui siègent.", "residents": 8, "organisations": 2, "authorities": 1},
        "selim:residents odile:residents rose:residents fatou:residents camille:residents gerard:authorities mariam:organisations", "lucien:residents",
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
        "paul:organisations simone:residents",
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
        (("martine", Code.YES, "On l’entend et on le retient."), ("paul", Code.NO, "Et si un jour on ouvre le vendredi ?"), ("leila", Code.YES, "")), 50, True,
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
        who, _, college = word.partition(":")
        made = await committees.join(
            world.actor(who), committee, CollegeKind(college), "Je veux aider à décider, et je viens aux réunions."
        )
        if isinstance(made, SeatRequest) and word in table.seated.split():
            request = await SeatRequest.get(id=made.id).select_related("committee", "person", "college")
            await committees.answer(world.actor(table.founder), request, accept=True, reason="Bienvenue.")


async def _open(world: World, *, question: Question, key: str) -> None:
    committee = await Committee.get(initiative_id=world.initiatives[question.initiative].id)
    closes = clock.at(clock.today() + timedelta(days=question.lasts), 20)
    form = DecisionForm(
        question=question.question, explanation=question.explanation, method=question.method, closes_at=closes,
        quorum_percent=question.quorum, results_hidden=question.hidden,
    )  # fmt: skip
    made = await service.draft(world.actor(question.author), committee, form, key)
    await service.open_or_schedule(world.actor(question.author), made)


async def _answer(world: World, *, question: Question) -> None:
    decision = await _decision(question)
    for who, code, reason in question.stances:
        await answers.answer(world.actor(who), decision, code, reason)


async def _conclude(world: World, *, question: Question) -> None:
    review = clock.today() + timedelta(days=question.review_in)
    await closing.conclude(world.actor(question.author), await _decision(question), question.outcome, review)


async def _wait(_world: World) -> None:
    """Eight in the evening: the closing’s own job counts."""


async def _decision(question: Question) -> Decision:
    return await Decision.get(question=question.question).select_related("committee")
