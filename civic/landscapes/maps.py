"""The map of a territory (PRODUCT D3): communes as cells, markers as links, names, a scale; no tiles."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from markupsafe import Markup

from civic.landscapes.cells import Commune, Point, Ring, Window, natural_cells
from civic.landscapes.frame import Frame, path
from civic.landscapes.labels import Label, Layout
from civic.landscapes.markers import HALF, PHONE_HALF, Gathering, Marker, drawn, gather, link_of
from civic.landscapes.outlines import Outlines, simplified

_TINTS = 5
_NAMES, _PHONE_NAMES = 22, 9


@dataclass(frozen=True, slots=True)
class MapTexts:
    """The words of a map, already in the reader's language; {count} and {places} are filled in."""

    title: str = "Carte des communes"
    together: str = "{count} en tout\u00a0: {places}"
    others: str = "et {count} autres lieux"
    scale: str = "{count}\u00a0km"


@dataclass(frozen=True, slots=True)
class _Place:
    commune: Commune
    spot: Point
    rings: tuple[Ring, ...]


def _places(communes: Sequence[Commune], frame: Frame, outlines: Outlines) -> list[_Place]:
    """Each commune with its spot and what is drawn for it: its outline when known, else its cell."""
    spots = tuple(frame.point(c.longitude, c.latitude) for c in communes)
    places = []
    rings_of = natural_cells(spots, frame.width, frame.height)
    for commune, spot, cell in zip(communes, spots, rings_of, strict=True):
        real = outlines.get(commune.insee)
        rings: tuple[Ring, ...] = (cell,)
        if real:
            rings = tuple(simplified([frame.point(*place) for place in ring], 0.7) for ring in real)
        places.append(_Place(commune, spot, rings))
    return places


def _tints(places: Sequence[_Place], groups: Mapping[str, str]) -> dict[str, int]:
    """A tint from 1 to 5 for each group, as unlike its neighbours' as possible."""
    corners: dict[tuple[int, int], set[str]] = {}
    for place in places:
        group = groups.get(place.commune.insee)
        for ring in place.rings if group else ():
            for x, y in ring:
                corners.setdefault((round(x), round(y)), set()).add(group or "")
    beside: dict[str, set[str]] = {}
    for met in corners.values():
        for group in met:
            beside.setdefault(group, set()).update(met - {group})
    tints: dict[str, int] = {}
    for group in dict.fromkeys(groups[p.commune.insee] for p in places if p.commune.insee in groups):
        taken = [tints[other] for other in beside.get(group, ()) if other in tints]
        used = list(tints.values())
        tints[group] = min(range(1, _TINTS + 1), key=lambda t: (taken.count(t), used.count(t), t))
    return tints


def _land(places: Sequence[_Place], groups: Mapping[str, str] | None, here: str) -> Markup:
    """One path for each tint; the highlighted commune last, so that its border is whole."""
    tints = _tints(places, groups or {})
    layers: dict[str, list[Ring]] = {}
    for place in places:
        insee = place.commune.insee
        if groups is None:
            tint = "in"
        else:
            tint = str(tints[groups[insee]]) if insee in groups else "out"
        layers.setdefault("here" if insee == here else tint, []).extend(place.rings)
    order = sorted(layers, key=lambda layer: (layer == "here", layer != "out", layer))
    shape = Markup('<path class="map__cell map__cell--{}" d="{}"/>')
    return Markup("").join(shape.format(layer, path(layers[layer])) for layer in order)


def _radius(place: _Place | None, km: float | None, frame: Frame) -> Markup:
    if place is None or not km:
        return Markup("")
    x, y = (round(n) for n in place.spot)
    return Markup('<circle class="map__radius" cx="{}" cy="{}" r="{}"/>').format(x, y, round(km * frame.unit))


def _chosen(places: Sequence[_Place], groups: Mapping[str, str] | None, here: str) -> list[_Place]:
    """The communes whose names come first: the highlighted one, then the largest of the territory."""
    def rank(place: _Place) -> tuple[bool, bool, int, str]:
        outside = groups is not None and place.commune.insee not in groups
        return place.commune.insee != here, outside, -place.commune.population, place.commune.name

    return sorted(places, key=rank)[: 3 * _NAMES]


def _names(
    layout: Layout, chosen: Iterable[_Place], frame: Frame, marked: Sequence[Gathering]
) -> list[Label]:
    """The names that find room; a commune without marker gets a dot."""
    labels: list[Label] = []
    for place in chosen:
        if len(labels) == _NAMES or not frame.holds(place.spot):
            continue
        x, y = place.spot
        covered = any(abs(g.x - x) < HALF and abs(g.y - y) < HALF for g in marked)
        if not covered and not layout.dot(x, y):
            continue
        phones = sum(not label.minor for label in labels) < _PHONE_NAMES
        gaps = (PHONE_HALF + 1, HALF + 4) if covered else (6, 6)
        label = layout.place(place.commune.name, x, y, gaps[0], phones=True) if phones else None
        label = label or layout.place(place.commune.name, x, y, gaps[1], phones=False)
        if label:
            labels.append(label if covered else replace(label, dot=f"M{round(x)} {round(y)}h0"))
    return labels


def _written(labels: Sequence[Label]) -> Markup:
    """Names and dots; the minor ones have a class of their own, because phones do not show them."""
    sides = {"start": Markup(' text-anchor="start"'), "end": Markup(' text-anchor="end"'), "middle": ""}
    written = Markup("")
    for minor in (False, True):
        kept, more = [one for one in labels if one.minor == minor], " map__minor" if minor else ""
        dots = "".join(one.dot for one in kept)
        if dots:
            written += Markup('<path class="map__dots{}" d="{}"/>').format(more, dots)
        for one in kept:
            written += Markup('<text class="map__name{}" x="{}" y="{}"{}>{}</text>').format(
                more, round(one.x), round(one.y), sides[one.anchor], one.name
            )
    return written


def _scale(frame: Frame, texts: MapTexts) -> Markup:
    km, length = frame.ruler()
    low = round(frame.height) - 16
    shape = Markup(
        '<path class="map__scale" d="M16 {}v7h{}v-7"/><text class="map__km" x="16" y="{}">{}</text>'
    )
    return shape.format(low - 7, round(length), low - 13, texts.scale.format(count=km))


def _layout(frame: Frame, marked: Sequence[Gathering]) -> Layout:
    layout = Layout(frame.width, frame.height)
    for g in marked:
        wide, phone = HALF + 3, PHONE_HALF
        layout.block((g.x - wide, g.y - wide, g.x + wide, g.y + wide),
                     (g.x - phone, g.y - phone, g.x + phone, g.y + phone))
    layout.block((8, frame.height - 56, frame.ruler()[1] + 30, frame.height))
    return layout


def commune_map(
    communes: Sequence[Commune], window: Window, markers: Iterable[Marker] = (), *,
    name: str = "carte", texts: MapTexts | None = None, groups: Mapping[str, str] | None = None,
    highlighted: str = "", radius_km: float | None = None, outlines: Outlines | None = None,
    several: Callable[[Sequence[Marker]], str] | None = None,
) -> Markup:
    """The map of a window as an inline `<svg>`; its look is in static/css/map.css.

    `communes`: those of the window and around (up to 300). `groups`: INSEE code → territory (an EPCI);
    each has its tint, communes in none are the surroundings; without it all are the territory.
    `highlighted`: the INSEE code of one commune, with a circle of `radius_km` km around it.
    `several` gives the address of a list of all that markers which cover each other stand for. `name` is unique on
    the page (it makes the id of the title). ValueError: an empty window, more than 500 markers.
    """
    texts, frame = texts or MapTexts(), Frame.of(window)
    places = _places(communes, frame, outlines or {})
    here = next((place for place in places if place.commune.insee == highlighted), None)
    marked = gather(markers, frame)
    layout = _layout(frame, marked)
    labels = _names(layout, _chosen(places, groups, highlighted), frame, marked)
    links = (drawn(g, g.label(texts.together, texts.others), link_of(g, several)) for g in marked)
    return Markup(
        '<svg class="map__svg" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {w} {h}" role="group" '
        'aria-labelledby="{name}-titre"><title id="{name}-titre">{title}</title><g aria-hidden="true">'
        "{land}{radius}{names}{scale}</g>{links}</svg>"
    ).format(
        w=round(frame.width), h=round(frame.height), name=name, title=texts.title,
        land=_land(places, groups, highlighted), radius=_radius(here, radius_km, frame),
        names=_written(labels), scale=_scale(frame, texts), links=Markup("").join(links),
    )
