"""The list of ideas: words, topics, commune and radius, stage; new or most supported first. Always as many queries."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from tortoise.expressions import Q, Subquery
from tortoise.queryset import QuerySet

from civic import search
from civic.errors import DomainError
from civic.i18n import _, _n
from civic.ideas import words
from civic.ideas.forms import ListForm
from civic.ideas.models import LIVING, Idea, IdeaTopic, Status
from civic.ideas.service import KIND
from civic.initiatives.topics import TOPICS
from civic.landscapes import motif_for
from civic.places import queries as places
from civic.web import paging, urls
from civic.web.forms import Form
from civic.web.paging import PER_PAGE

COUNT_MOST = 1000
FOUND_MOST = 500


@dataclass(slots=True)
class Listing:
    """A page of ideas as cards (`ui.card_initiative`), how many there are, and the way on."""

    cards: list[dict[str, Any]] = field(default_factory=list)
    sentence: str = ""
    next: str | None = None
    first: str | None = None


async def found(form: Form[ListForm]) -> Listing:
    """The ideas a form asks for; a commune that is not understood is said beside its field and left out."""
    wish = form.data or ListForm.model_validate({})
    query = await _wanted(wish, form)
    total = await query.limit(COUNT_MOST + 1).count()
    cursor, by_support = wish.apres or None, wish.tri == "soutiens"
    rows = await _after(query, cursor, by_support=by_support)
    cut = paging.cut(rows, lambda one: _key(one, by_support=by_support), cursor=cursor)
    return Listing(
        await _cards(list(cut.items)), _sentence(total), _address(form, cut.after) if cut.after else None,
        None if cut.first else _address(form, None),
    )  # fmt: skip


async def _wanted(wish: ListForm, form: Form[ListForm]) -> QuerySet[Idea]:
    query = Idea.filter(published_at__isnull=False, hidden_at__isnull=True)
    if wish.q:
        ids = [id for id, _score in await search.search(KIND, wish.q, limit=FOUND_MOST)]
        query = query.filter(id__in=ids or [0])
    if topics := [topic for topic in wish.sujet if topic in TOPICS]:
        query = query.filter(id__in=Subquery(IdeaTopic.filter(topic__in=topics).values("idea_id")))
    if stages := _stages(wish.etape):
        query = query.filter(stages)
    if wish.commune:
        try:
            commune = await places.commune_meant(wish.commune)
            near = await places.around(commune, float(wish.rayon))
            query = query.filter(commune_id__in=[one.commune.insee for one in near])
        except DomainError as error:
            form.errors["commune"] = error.message
    return query


def _stages(asked: list[str]) -> Q | None:
    """The stages asked for; without any, all of them."""
    known = [status for status in Status if status.value in asked and status != Status.UNCONFIRMED]
    parts = [Q(status__in=known, asleep_at__isnull=True)] if known else []
    if words.ASLEEP in asked:
        parts.append(Q(status__in=LIVING, asleep_at__isnull=False))
    return Q(*parts, join_type="OR") if parts else None


async def _after(query: QuerySet[Idea], cursor: str | None, *, by_support: bool) -> list[Idea]:
    name = "supports" if by_support else "published_at"
    if key := paging.decode(cursor, "number" if by_support else "moment", "id"):
        value, last = key
        query = query.filter(Q(**{f"{name}__lt": value}) | Q(**{name: value, "id__lt": last}))
    return await query.order_by(f"-{name}", "-id").limit(PER_PAGE + 1).select_related("commune", "picture")


def _key(idea: Idea, *, by_support: bool) -> list[Any]:
    assert idea.published_at
    return [idea.supports if by_support else idea.published_at.isoformat(), idea.id]


async def _cards(ideas: list[Idea]) -> list[dict[str, Any]]:
    topics: dict[int, list[str]] = defaultdict(list)
    for row in await IdeaTopic.filter(idea_id__in=[idea.id for idea in ideas] or [0]).order_by("id"):
        topics[row.idea_id].append(row.topic)
    return [_card(idea, topics[idea.id]) for idea in ideas]


def _card(idea: Idea, topics: list[str]) -> dict[str, Any]:
    tags = [(words.status_of(idea), "")]
    return {
        "href": urls.path("ideas.show", slug=idea.slug), "title": idea.title, "summary": _short(idea.what),
        "place": idea.commune.name, "kinds": ["voix", "temps"] if idea.lives else [], "picture": idea.picture,
        "landscape": drawing(idea, topics), "tags": [*tags, (_("Exemple"), "")] if idea.is_example else tags,
        "foot": supported(idea),
    }  # fmt: skip


def supported(idea: Idea) -> str:
    """« 12 personnes soutiennent, 3 proposent leur aide. »"""
    if not idea.supports and not idea.helpers:
        return _("Soyez la première personne à la soutenir.") if idea.lives else ""
    said = _n("%(n)s personne soutient", "%(n)s personnes soutiennent", idea.supports)
    if not idea.helpers:
        return f"{said}."
    helped = _n("%(n)s aide proposée", "%(n)s aides proposées", idea.helpers)
    return f"{said}, {helped}."


def drawing(idea: Idea, topics: list[str]) -> str:
    """The landscape of an idea without a photo."""
    return urls.path("landscapes.show", motif=motif_for(topics), seed=idea.id)


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 160 else text[:156].rsplit(" ", 1)[0] + " …"


def _sentence(total: int) -> str:
    if total > COUNT_MOST:
        return _("Plus de %(n)s idées", n=COUNT_MOST)
    return _n("%(n)s idée", "%(n)s idées", total)


def _address(form: Form[ListForm], after: str | None) -> str:
    kept = {name: value for name, value in form.values.items() if value and name != "apres"}
    return urls.path("ideas.index", **kept, apres=after)
