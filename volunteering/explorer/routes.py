"""`/missions`: the whole state is in the address (PRODUCT D2, V1)."""

from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from civic.discovery.drawing import DrawnMap, draw
from civic.i18n import _, _n
from civic.landscapes import Marker
from civic.people.actor import person_of
from civic.people.queries import person_to_name
from civic.places import queries as places
from civic.places.models import Commune
from civic.web import urls
from civic.web.forms import Form
from civic.web.page import page
from volunteering.explorer import listing
from volunteering.explorer.cards import card
from volunteering.explorer.choices import choices, wider, without_each
from volunteering.explorer.forms import MissionsForm, Wanted, understood
from volunteering.explorer.listing import COUNT_MOST, Results

INSEE = 5
"""Signs of a commune's code."""


async def index(request: Request) -> Response:
    """The missions that one can still come to, as the address asks for them."""
    form = Form.query(request, MissionsForm)
    wanted = await understood(form)
    await listing.look_up_words(wanted)
    results = await listing.find(wanted)
    as_map = form.values.get("vue") == "carte"
    names = await _names(wanted)
    return page(
        request, "volunteering/explorer/index.html", status=422 if form.errors else 200, form=form, wanted=wanted,
        results=results, cards=[card(one) for one in results.found], sentence=_sentence(results, wanted),
        map=await _map(wanted, form) if as_map else None, view="carte" if as_map else "liste", choices=choices(),
        next=_address(form, apres=results.after) if results.after else None,
        first=None if results.first else _address(form), wider=wider(wanted, state(form)),
        filters=without_each(wanted, names, state(form)), around=await _around_home(request, form),
        meant=[(places.full_label(one), _address(form, commune=one.slug)) for one in wanted.meant],
    )  # fmt: skip


def state(form: Form[MissionsForm]) -> dict[str, Any]:
    """The search as parameters of an address, from its first page on."""
    kept = {name: value for name, value in form.values.items() if value and (name, value) != ("rayon", "15")}
    return {**kept, "apres": None}


def _address(form: Form[MissionsForm], **changes: Any) -> str:
    return urls.path("missions.index", **{**state(form), **changes})


async def _around_home(request: Request, form: Form[MissionsForm]) -> tuple[str, str] | None:
    """« Autour de chez moi » for whoever told us her commune and searches without one."""
    person = person_of(request)
    if person is None or form.values.get("commune"):
        return None
    home = (await person_to_name(person.id)).commune
    if home is None or not home.has_point:
        return None
    return _("Autour de chez moi, à %(place)s", place=home.name), _address(form, commune=home.slug)


async def _names(wanted: Wanted) -> str:
    """The names of the communes that a marker of the map stands for."""
    if not wanted.data.lieu:
        return ""
    codes = [one for one in wanted.data.lieu if len(one) <= INSEE]
    names = await Commune.filter(insee__in=codes).order_by("folded").values_list("name", flat=True)
    return ", ".join(str(name) for name in names)


async def _map(wanted: Wanted, form: Form[MissionsForm]) -> DrawnMap | None:
    def there(codes: list[str]) -> str:
        return _address(form, lieu=codes, vue=None)

    rows = await listing.points(wanted)
    return await draw(rows, wanted.commune, wanted.data.rayon, partial(_marker, there=there), there)


def _marker(row: dict[str, Any], there: Any) -> Marker:
    n = int(row["n"])
    label = row["title"] if n == 1 else _n("%(n)s mission", "%(n)s missions", n)
    return Marker(
        longitude=float(row["longitude"]), latitude=float(row["latitude"]), count=n, label=f"{row['name']}, {label}",
        href=urls.path("missions.show", slug=row["slug"]) if n == 1 else there([row["insee"]]), kind="temps",
        place=row["insee"],
    )  # fmt: skip


def _sentence(results: Results, wanted: Wanted) -> str:
    total = results.count
    if total > COUNT_MOST:
        return _("Plus de %(n)s missions", n=COUNT_MOST)
    if wanted.commune:
        return _n(
            "%(n)s mission à moins de %(km)s km de %(place)s ou à distance",
            "%(n)s missions à moins de %(km)s km de %(place)s ou à distance",
            total, km=wanted.data.rayon, place=wanted.commune.name,
        )  # fmt: skip
    return _n("%(n)s mission", "%(n)s missions", total) if total else _("Aucune mission")


routes: list[BaseRoute] = [Route("/missions", index, name="missions.index")]
