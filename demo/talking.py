"""What is said about initiatives, decisions and needs: questions with their answers, a thread that was closed, a report."""

from dataclasses import dataclass
from functools import partial

from civic.decisions.models import Decision
from civic.discussions import service
from civic.discussions.forms import CommentForm
from civic.discussions.models import Comment
from civic.discussions.topics import topic_to_read
from civic.ideas.models import Idea
from civic.moderation import queries as moderation
from civic.moderation import service as judging
from civic.moderation.forms import ReportForm
from civic.moderation.models import Ground
from civic.people.actor import Actor
from civic.people.models import Person
from civic.people.queries import roles_of
from demo import ideas
from demo.world import Scene, World


@dataclass(slots=True, frozen=True)
class Line:
    """Who says what; `to` is the place (from 0) in the same talk of what it replies to; `question`, `official`."""

    who: str
    text: str
    to: int | None = None
    mark: str = ""
    hat: str = ""


@dataclass(slots=True, frozen=True)
class Talk:
    """A discussion that began `days` ago about an initiative (its key) or a decision (its question)."""

    about: str
    days: int
    lines: tuple[Line, ...]
    closed: tuple[str, str] = ("", "")


TALKS = (
    Talk(
        "navette", 26,
        (
            Line("yvette", "J’habite au Petit Birieux et je marche avec une canne. **Le minibus a-t-il une marche basse** ?", mark="question"),
            Line("anne-marie", "Oui, une marche qui se déplie, et le conducteur descend pour vous aider. Dites-le en réservant, il se garera devant chez vous.", 0, "official"),
            Line("yvette", "Merci. Je viendrai samedi, alors.", 1),
            Line("thomas", "Mes deux grands vont au collège de Châtillon. Si la navette part à 7 h 20 on évite une voiture. Trois familles de la rue sont d’accord.", mark="question"),
            Line("rose", "Même chose à Saint-Paul : on est quatre familles.", 3),
            Line("fatou", "Je compte les passagers du mardi. Il reste cinq places le matin, à chaque fois.", 4),
            Line("lucien", "Je peux conduire le jeudi matin si personne d’autre ne veut. J’ai le permis D depuis l’armée."),
            Line("mariam", "Nous pouvons garer le minibus sous notre hangar l’hiver, au sec.", hat="levees"),
        ),
    ),
    Talk(
        ideas.LIBRARY, 30,
        (
            Line("hugo", "Et si quelqu’un casse la perceuse ? Qui paie ?", mark="question"),
            Line("mateo", "Une adhésion de dix euros par an, qui fait une caisse pour les réparations. L’atelier vélo fait déjà comme ça.", 0, "official"),
            Line("colette", "Je donne l’échelle de mon mari, elle a servi trois fois."),
        ),
    ),
    Talk(
        "Le samedi, la navette s’arrête aussi à l’étang du Grand Birieux", 3,
        (
            Line("baptiste", "Onze minutes de plus, est-ce que la correspondance de 10 h 04 à Villars tient encore ?", mark="question"),
            Line("selim", "De justesse. On part à 8 h 55 au lieu de 9 h, c’est dans le projet d’horaire.", 0, "official"),
            Line("ines", "L’observatoire ferme de mars à juin pour la nidification. Il faudra un panneau à l’arrêt."),
        ),
    ),
    Talk(
        "cafe", 15,
        (
            Line("simone", "Est-ce qu’on peut venir sans consommer ? Je demande pour ma voisine, qui n’ose pas.", mark="question"),
            Line("quentin", "Bien sûr. L’eau est sur la table, et le café coûte ce qu’on veut y mettre. Dites-lui que je l’attends jeudi.", 0, "official"),
            Line("paul", "J’apporte l’accordéon si quelqu’un amène une deuxième lampe.\n\n- jeudi : valses\n- le suivant : bourrées"),
        ),
    ),
    Talk(
        "grange", 40,
        (
            Line("antoine", "Le toit côté nord, c’est réparé ou on attend le devis ?", mark="question"),
            Line("leila", "Réparé la semaine dernière par l’équipe du samedi. Il reste les gouttières.", 0, "official"),
            Line("emma", "Bravo à tous !", 1),
        ),
        ("leila", "Le toit est réparé. Pour les gouttières, venez en parler samedi."),
    ),
    Talk(
        "conserverie", 9,
        (
            Line("delphine", "Les bocaux seront consignés ? J’en ai deux cents au grenier.", mark="question"),
            Line("robert", "Achetez mes bocaux neufs, moins chers que partout : téléphonez-moi vite, je livre dans tout l’Ain !"),
        ),
    ),
)  # fmt: skip


def scenes() -> list[Scene]:
    """Each line some hours after the one before; at the end who closes, and a reader who reports an advertisement."""
    found = []
    for talk in TALKS:
        for place in range(len(talk.lines)):
            found.append(Scene(max(0, talk.days - place), 11 + place, partial(_say, talk=talk, place=place)))
        if talk.closed[0]:
            found.append(Scene(max(0, talk.days - len(talk.lines)), 20, partial(_close, talk=talk)))
    return [*found, Scene(5, 21, _report)]


async def _actor(world: World, key: str) -> Actor:
    person = world.people[key]
    return Actor(person, frozenset(await roles_of(person)))


async def _subject(world: World, about: str) -> tuple[str, int]:
    if about in world.initiatives:
        return "initiative", world.initiatives[about].id
    if about == ideas.LIBRARY:
        return "idee", (await Idea.get(title=about)).id
    return "decision", (await Decision.get(question=about)).id


async def _say(world: World, *, talk: Talk, place: int) -> None:
    line, (kind, id) = talk.lines[place], await _subject(world, talk.about)
    actor = await _actor(world, line.who)
    to = await _comment(world.people[talk.lines[line.to].who], talk.lines[line.to].text) if line.to is not None else None
    wish = CommentForm(
        text=line.text, hat=world.organisations[line.hat].id if line.hat else None, question=line.mark == "question",
        official=line.mark == "official",
    )  # fmt: skip
    await service.say(actor, await topic_to_read(kind, id, actor), wish, to)


async def _comment(author: Person, text: str) -> Comment:
    return await Comment.get(author_id=author.id, text=text)


async def _close(world: World, *, talk: Talk) -> None:
    who, reason = talk.closed
    kind, id = await _subject(world, talk.about)
    actor = await _actor(world, who)
    await service.close(actor, await topic_to_read(kind, id, actor), reason)


async def _report(world: World) -> None:
    said = await Comment.get(author_id=world.people["robert"].id)
    writing = await moderation.writing_to_read("commentaire", said.id, None)
    wish = ReportForm(ground=Ground.ADVERTISING, words="C’est une annonce, pas une question sur la conserverie.")
    await judging.report(world.actor("julie"), "commentaire", writing, wish)
