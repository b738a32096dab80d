"""Reads: communes while one types, the commune that was meant, communes around a place."""

import re
from dataclasses import dataclass

from civic import database
from civic.errors import Invalid, NotFound
from civic.i18n import _
from civic.places import typed
from civic.places.distance import Place, Point, box_around, distance_km, point_of
from civic.places.models import Commune
from civic.places.territory import is_of_territory
from civic.places.typed import Typed

NEAREST_KM = (10, 40, 160)
FARTHEST_KM = 300
CHOICES = 8
OFFERED = 12
SHARED_MOST = 60


@dataclass(slots=True, frozen=True)
class Nearby:
    """A commune and its distance in kilometres."""

    commune: Commune
    km: float


class SeveralCommunes(Invalid):
    """What was typed fits several communes: `communes`, the likeliest first, to choose from."""

    def __init__(self, communes: list[Commune], field: str) -> None:
        self.communes = communes
        named = ", ".join(full_label(commune) for commune in communes)
        super().__init__(
            _("Plusieurs communes correspondent\u00a0: %(names)s. Écrivez la vôtre comme ici.", names=named),
            field=field,
        )


class PlaceWithoutPoint(Invalid):
    """The commune is known by name, its position is not: distance cannot be asked of it."""

    def __init__(self, name: str) -> None:
        super().__init__(
            _(
                "Nous ne connaissons pas la position de %(name)s\u202f: choisissez une autre commune "
                "pour chercher par distance, ou cherchez sans rayon.",
                name=name,
            ),
            field="commune",
        )


async def suggest(text: str, *, near: Place | None = None, limit: int = CHOICES) -> list[Commune]:
    """Communes for what has been typed so far: words in any order, postcode, one slip tolerated in each word.

    The territory's communes come first, then those within 30 km of `near`, then the most populous.
    Five short queries at most.
    """
    sought = typed.read(text)
    if not sought.is_enough:
        return []
    found = await _ranked(sought, near=near, limit=limit)
    if not found and sought.words:
        found = await _ranked(await _with_slips(sought), near=near, limit=limit)
    return found


async def find(text: str) -> Commune | list[Commune] | None:
    """The commune that was meant by « Trévoux », « trevoux (01600) », « 01600 » or « 01427-trevoux ».

    One commune; or a list when several fit, the likeliest first; or None. A shared name means
    the territory's commune when only one of them is there, or when only one there begins so.
    """
    if match := re.match(r"^\s*(\d[\dABab]\d{3})-[a-z]", text):
        return await Commune.get_or_none(insee=match[1].upper())
    sought = typed.read(text)
    if not sought.is_enough:
        return None
    choices = await _ranked(sought, exact=True, limit=SHARED_MOST)
    if not choices and sought.words and sought.numbers:
        choices = await _ranked(typed.without_cedex(sought), exact=True, limit=SHARED_MOST)
    if len(choices) > 1 and sought.words and not any(is_of_territory(commune) for commune in choices):
        choices = [*await _begun_at_home(text), *choices]
    choices = choices or await suggest(text)
    if len(choices) > 1:
        at_home = [commune for commune in choices if is_of_territory(commune)]
        choices = at_home if len(at_home) == 1 else choices
    return choices[0] if len(choices) == 1 else choices or None


async def _begun_at_home(text: str) -> list[Commune]:
    """The territory's communes whose name begins with these very words: « villars » is Villars-les-Dombes there."""
    name = " ".join(typed.read(text).words)
    return [
        commune for commune in await suggest(text)
        if is_of_territory(commune) and commune.folded.startswith(f"{name} ")
    ]  # fmt: skip


async def commune_meant(text: str, *, field: str = "commune") -> Commune:
    """The one commune a form means. Raises Invalid with a sentence when there is none, or several to choose
    from.
    """
    found = await find(text)
    if isinstance(found, Commune):
        return found
    if not found:
        raise Invalid(
            _("Nous ne trouvons pas cette commune. Vérifiez le nom ou écrivez le code postal."), field=field
        )
    raise SeveralCommunes(found[:OFFERED], field)


def full_label(commune: Commune) -> str:
    """The name with its first postcode, which `find` understands again: « Trévoux (01600) »."""
    codes = commune.postcode_list
    return f"{commune.name} ({codes[0] if codes else commune.departement})"


async def commune_to_show(slug: str) -> Commune:
    """The commune of an address such as `01427-trevoux`; only the code counts, so that a renamed one is still
    found.

    Raises NotFound.
    """
    commune = await Commune.get_or_none(insee=slug[:5].upper()) if len(slug) <= 80 else None
    if commune is None or slug[5:6] not in ("", "-"):
        raise NotFound(_("Nous ne trouvons pas cette commune."))
    return commune


async def around(place: Place, km: float) -> list[Nearby]:
    """The communes within `km` of a commune or point (itself included), nearest first. Two queries at most.

    Raises PlaceWithoutPoint when the place's position is unknown. At most 300 km.
    """
    centre = point_of(place)
    if centre is None:
        raise PlaceWithoutPoint(str(place))
    km = min(km, FARTHEST_KM)
    box = box_around(centre, km)
    inside = await Commune.filter(
        latitude__gte=box.south, latitude__lte=box.north, longitude__gte=box.west, longitude__lte=box.east
    )
    measured = [Nearby(commune, distance_km(centre, commune) or 0.0) for commune in inside]
    return sorted((one for one in measured if one.km <= km), key=lambda one: (one.km, one.commune.insee))


async def nearest(latitude: float, longitude: float) -> Commune | None:
    """The commune whose point is nearest, or None beyond 160 km (abroad, at sea)."""
    for km in NEAREST_KM:
        if found := await around(Point(latitude, longitude), km):
            return found[0].commune
    return None


async def _ranked(
    sought: Typed, *, near: Place | None = None, exact: bool = False, limit: int
) -> list[Commune]:
    sql, params = typed.ranking(sought, near=near, exact=exact, limit=limit)
    rows = await database.fetch_all(sql, params)
    order = [str(row["insee"]) for row in rows]
    communes = await Commune.filter(insee__in=order).in_bulk(order, "insee") if order else {}
    return [communes[insee] for insee in order]


async def _with_slips(sought: Typed) -> Typed:
    starts = sorted(typed.slipped_starts(sought))
    if not starts:
        return sought
    marks = ", ".join(["(?)"] * len(starts))
    statement = f"SELECT DISTINCT word FROM commune_word WHERE start IN (VALUES {marks})"  # noqa: S608
    rows = await database.fetch_all(statement, starts)
    return sought.tolerating([str(row["word"]) for row in rows])
