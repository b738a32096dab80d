"""Reads for the team's queue, and the guards of reports, judgements and appeals."""

from dataclasses import dataclass
from datetime import timedelta

from civic import slots
from civic.errors import Forbidden, Gone, NotFound
from civic.i18n import _
from civic.moderation.models import Judgement, Report
from civic.people import links
from civic.people.actor import Actor
from civic.people.models import RoleName
from civic.people.queries import team
from civic.slots import Writing, Writings

APPEAL = "appeal"
APPEAL_TIME = timedelta(days=183)
"""Six months: article 20 of the Digital Services Act."""
MOST = 100
Key = tuple[str, int]


@dataclass(slots=True)
class Case:
    """A text that the team looks at: what it says, what readers say of it, what was decided before."""

    kind: str
    writing: Writing
    reports: list[Report]
    judgement: Judgement | None = None

    @property
    def key(self) -> str:
        """For ids on the page."""
        return f"{self.kind}-{self.writing.id}"


def kind_of(kind: str) -> Writings:
    """The kind of texts of this name. Raises NotFound."""
    found = next((one for fill in slots.writings if (one := fill()).kind == kind), None)
    if found is None:
        raise NotFound(_("Ce texte n’existe plus."))
    return found


async def writing_to_read(kind: str, id: int, actor: Actor | None) -> Writing:
    """A text that this reader may see where it stands. Raises NotFound."""
    await kind_of(kind).check(id, actor)
    return await _found(kind, id)


async def writing_to_judge(kind: str, id: int, actor: Actor) -> Writing:
    """A text about which this member of the team may decide: never her own. Raises NotFound or Forbidden."""
    if not actor.is_animator:
        raise Forbidden(_("Les signalements sont lus par l’équipe d’animation."))
    found = await _found(kind, id)
    if found.author and found.author.id in (actor.person.id, actor.hand.id):
        raise Forbidden(_("Personne ne juge son propre texte : une autre personne de l’équipe s’en charge."))
    return found


async def _found(kind: str, id: int) -> Writing:
    found = (await kind_of(kind).find([id])).get(id)
    if found is None:
        raise NotFound(_("Ce texte n’existe plus."))
    return found


async def waiting() -> list[Case]:
    """Texts that are reported and not judged, the oldest report first."""
    by_text: dict[Key, list[Report]] = {}
    for row in await Report.filter(judgement_id__isnull=True).order_by("id").limit(MOST):
        by_text.setdefault((row.kind, row.subject_id), []).append(row)
    texts = await _texts(list(by_text))
    return [Case(key[0], texts[key], rows) for key, rows in by_text.items() if key in texts]


async def hidden() -> list[Case]:
    """Texts that the team hides, the latest first, with the judgement that hides them."""
    rows = await Judgement.filter(hidden=True, undone_at__isnull=True).order_by("-id").limit(MOST).select_related("by")
    return await _cases(rows)


async def appeals() -> list[Case]:
    """Appeals without an answer, the oldest first."""
    rows = Judgement.filter(appealed_at__isnull=False, answered_at__isnull=True, undone_at__isnull=True)
    return await _cases(await rows.order_by("appealed_at").limit(MOST).select_related("by"))


async def _cases(rows: list[Judgement]) -> list[Case]:
    texts = await _texts([(row.kind, row.subject_id) for row in rows])
    known = [(row, texts.get((row.kind, row.subject_id))) for row in rows]
    return [Case(row.kind, writing, [], row) for row, writing in known if writing]


async def _texts(keys: list[Key]) -> dict[Key, Writing]:
    """The texts of these keys: the same few queries for one as for a hundred of a kind."""
    found: dict[Key, Writing] = {}
    for one in [fill() for fill in slots.writings]:
        ids = [id for kind, id in keys if kind == one.kind]
        texts = await one.find(ids) if ids else {}
        found |= {(one.kind, id): writing for id, writing in texts.items()}
    return found


async def judgement_to_undo(judgement_id: int, actor: Actor) -> Judgement:
    """A judgement that hides a text; who decided may undo it, never the author. Raises NotFound or Forbidden."""
    found = await Judgement.get_or_none(id=judgement_id, hidden=True).select_related("by")
    if found is None:
        raise NotFound(_("Cette décision n’existe plus."))
    await writing_to_judge(found.kind, found.subject_id, actor)
    return found


async def appeal_to_answer(judgement_id: int, actor: Actor) -> Judgement:
    """An appeal that this member of the team may answer: not who decided, when there is somebody else.

    Raises NotFound or Forbidden.
    """
    found = await judgement_to_undo(judgement_id, actor)
    if found.appealed_at is None:
        raise NotFound(_("Ce recours n’existe pas."))
    if not await answerable([Case(found.kind, await _found(found.kind, found.subject_id), [], found)], actor):
        raise Forbidden(_("Une autre personne de l’équipe répond au recours contre votre décision."))
    return found


async def answerable(cases: list[Case], actor: Actor) -> set[int]:
    """Ids of the judgements whose appeal she may answer: somebody else's, or her own when the team is she alone."""
    others = {person.id for person in await team(RoleName.ANIMATOR)} - {actor.person.id}
    own = (actor.person.id, actor.hand.id)
    judgements = [case.judgement for case in cases if case.judgement]
    return {one.id for one in judgements if one.by_id not in own or not others}


async def judgement_of_link(token: str) -> tuple[Judgement, Writing]:
    """The judgement behind a mailed link, with its text. Raises NotFound, or Gone when the text is shown or gone."""
    found = await Judgement.get_or_none(id=links.read(APPEAL, token), hidden=True)
    if found is None:
        raise NotFound(_("Cette décision n’existe plus."))
    texts = await kind_of(found.kind).find([found.subject_id])
    if found.subject_id not in texts:
        raise Gone(_("Ce texte n’existe plus."))
    return found, texts[found.subject_id]
