"""The explorer (PRODUCT D2): search, facets, radius, sort, list and map of the same results."""

from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from civic.discovery import matching
from civic.discovery.cards import Card, cards
from civic.discovery.drawing import drawn_map
from civic.discovery.forms import ExplorerForm
from civic.discovery.matching import COUNT_MOST, Search
from civic.errors import DomainError
from civic.i18n import _, _n
from civic.ideas import queries as ideas
from civic.initiatives.models import Stage
from civic.initiatives.topics import topic_labels
from civic.places import queries as places
from civic.places.models import Commune
from civic.web import paging, urls
from civic.web.forms import Form
from civic.web.page import page
from civic.web.paging import PER_PAGE


@dataclass(slots=True)
class Results:
    """A page of results with the way on and the sentence that says how many."""

    cards: list[Card]
    count: int
    sentence: str
    next: str | None
    first: str | None


async def index(request: Request) -> Response:
    """`/initiatives`: the whole state is in the address."""
    form = Form.query(request, ExplorerForm)
    wanted, meant = await understood(form)
    status = 200 if not form.errors else 422
    await matching.look_up_words(wanted)
    results = await _results(wanted, form)
    view = form.values.get("vue") or "liste"
    return page(
        request, "civic/discovery/explorer.html", status=status, form=form, wanted=wanted, results=results, view=view,
        map=await drawn_map(wanted, state(form)) if view == "carte" else None, choices=choices(),
        wider=_wider(wanted, form), ideas=await ideas.found(wanted.text) if wanted.text else [],
        only=await _only(wanted, form),
        meant=[(places.full_label(one), _with(form, one)) for one in meant],
    )  # fmt: skip


async def understood(form: Form[ExplorerForm]) -> tuple[Search, list[Commune]]:
    """The search a form means; a commune that is not understood is said beside its field and left out.

    When several fit, they come along to choose from.
    """
    data = form.data or ExplorerForm.model_validate({})
    wanted = Search(
        text=data.q, km=data.rayon, places=data.lieu, topics=data.sujet, ways=data.facon, stages=data.etape,
        car_free=data.sans_voiture, sort=data.tri,
    )  # fmt: skip
    meant: list[Commune] = []
    if data.commune:
        try:
            wanted.commune = await places.commune_meant(data.commune)
            if not wanted.commune.has_point:
                raise places.PlaceWithoutPoint(wanted.commune.name)
        except DomainError as error:
            form.errors["commune"] = error.message
            if isinstance(error, places.SeveralCommunes):
                form.errors["commune"] = _("Plusieurs communes correspondent\u00a0: choisissez la vôtre.")
                meant = error.communes
    return wanted, meant


async def _results(wanted: Search, form: Form[ExplorerForm]) -> Results:
    cursor = str(form.values.get("apres") or "")
    found = await matching.matches(wanted, after=paging.decode(cursor, wanted.key_kind, "id"), limit=PER_PAGE + 1)
    cut = paging.cut(found, lambda match: match.key, cursor=cursor or None)
    total = await matching.count(wanted)
    return Results(
        cards=await cards(cut.items), count=total, sentence=_sentence(total, wanted),
        next=urls.path("initiatives.index", **state(form, apres=cut.after)) if cut.after else None,
        first=urls.path("initiatives.index", **state(form, apres=None)) if not cut.first else None,
    )  # fmt: skip


def state(form: Form[ExplorerForm], **changes: Any) -> dict[str, Any]:
    """The search as parameters of an address, with changes."""
    kept = {name: value for name, value in form.values.items() if value and not (name == "rayon" and value == "15")}
    return {**kept, **changes}


async def _only(wanted: Search, form: Form[ExplorerForm]) -> tuple[str, str] | None:
    """The names of the communes that a marker stands for, and the same search without them."""
    if not wanted.places:
        return None
    names = await Commune.filter(insee__in=wanted.places).order_by("folded").values_list("name", flat=True)
    return ", ".join(str(name) for name in names), urls.path("initiatives.index", **state(form, lieu=None, apres=None))


def _with(form: Form[ExplorerForm], commune: Commune) -> str:
    return urls.path("initiatives.index", **state(form, commune=commune.slug, apres=None))


def choices() -> dict[str, list[tuple[str, str]]]:
    """The facets' options."""
    return {
        "topics": list(topic_labels().items()),
        "stages": [
            (Stage.IDEA, _("Une idée")), (Stage.INCUBATION, _("En préparation")), (Stage.LAUNCHED, _("Lancée")),
            (Stage.ALIVE, _("En vie")), (Stage.FINISHED, _("Terminée")), (Stage.STOPPED, _("Arrêtée")),
        ],
        "sorts": [
            ("", _("Le plus utile")), ("proche", _("Le plus proche")), ("nouveau", _("Le plus récent")),
            ("bientot", _("Ce qui finit bientôt")),
        ],
        "radii": [(str(km), _("%(n)s km", n=km)) for km in (5, 10, 15, 30, 50, 100)],
    }  # fmt: skip


def _sentence(total: int, wanted: Search) -> str:
    if total > COUNT_MOST:
        return _("Plus de %(n)s initiatives", n=COUNT_MOST)
    if wanted.commune:
        return _n(
            "%(n)s initiative à moins de %(km)s km de %(place)s", "%(n)s initiatives à moins de %(km)s km de %(place)s",
            total, km=wanted.km, place=wanted.commune.name,
        )  # fmt: skip
    return _n("%(n)s initiative", "%(n)s initiatives", total)


def _wider(wanted: Search, form: Form[ExplorerForm]) -> tuple[str, str] | None:
    """« Élargir à 30 km » where that can help."""
    if wanted.commune is None or wanted.km >= 100:
        return None
    km = 30 if wanted.km < 30 else 100
    return _("Élargir à %(n)s km", n=km), urls.path("initiatives.index", **state(form, rayon=km, apres=None))
