"""Whole pictures: one landscape for an initiative, the wide one of the home page, the poster's."""

from civic.landscapes.canvas import Canvas, blend, disc
from civic.landscapes.countryside import (
    Land,
    paint_far,
    paint_fields,
    paint_hills,
    paint_middle,
    paint_sky,
    tree,
)
from civic.landscapes.dice import Dice
from civic.landscapes.foreground import paint_edge, paint_ground, paint_snow
from civic.landscapes.palettes import palette, season_of
from civic.landscapes.people import COATS, child, hen, person
from civic.landscapes.topics import description, painter

PANORAMA = ("village", "market", "feast")


def _land(dice: Dice, season: str, night: bool, size: tuple[int, int], horizon: int, away: int) -> Land:
    colours = palette(dice, season, night)
    colours["shadow"] = blend(colours["shade"], colours["near"], 0.12)
    return Land(Canvas(colours), dice, *size, horizon, away, season, night)


def _behind(land: Land, places: list[int], middles: tuple[int, ...] = ()) -> None:
    """Everything behind the motifs: far things at `places`, ponds and pastures at `middles`."""
    paint_sky(land)
    paint_hills(land)
    paint_far(land, places)
    paint_fields(land)
    for x in middles or (land.away,):
        paint_middle(land, x)
    paint_ground(land)


def _motif(land: Land, motif: str, x: int, y: int, percent: int) -> None:
    """Paint a motif standing on (x, y), at a size in percent, mirrored one time in two."""
    scale = f"{percent / 100:g}".removeprefix("0")
    land.c.fill("shadow", disc(x, y + 4, 206 * percent // 100, 12))
    flip = "-" if land.dice.chance(50) else ""
    land.c.open(f"translate({x} {y}) scale({flip}{scale} {scale})")
    painter(motif)(land.c, land.dice)
    land.c.close()


def _svg(land: Land, title: str) -> str:
    size = f'width="{land.width}" height="{land.height}" viewBox="0 0 {land.width} {land.height}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img"><title>{title}</title>'
    return f"{head}{land.c}</svg>"


def scene(seed: str, motif: str, *, night: bool = False) -> str:
    """Landscape of 640 × 400 for an initiative without a photograph, as SVG text.

    The seed (the initiative's slug) fixes season, light, hills and people; an unknown motif gives the
    village. The night version is the same place in the colours of the dark theme.
    """
    dice = Dice(seed, motif)
    side = dice.pick((-1, 1))
    away = 320 - side * dice.between(176, 214)
    land = _land(dice, season_of(dice), night, (640, 400), dice.between(178, 208), away)
    places = [land.away - side * dice.between(-30, 70)] if dice.chance(80) else []
    _behind(land, places)
    _motif(land, motif, 320 + side * dice.between(70, 94), 348, 112)
    paint_edge(land, 36 if side > 0 else 604)
    paint_snow(land)
    return _svg(land, description(motif))


def panorama(seed: str, *, night: bool = False) -> str:
    """Landscape of 1600 × 420 for the head of the home page, with three motifs of village life."""
    dice = Dice(seed, "panorama")
    season = dice.pick(("spring", "summer", "summer", "autumn"))
    land = _land(dice, season, night, (1600, 420), dice.between(180, 196), dice.pick((540, 1070)))
    _behind(land, [dice.between(470, 620), dice.between(990, 1140), dice.between(50, 90)], (560, 1080, 1500))
    for x in (30, 700, 930, 1570):
        tree(land, x + dice.between(-20, 20), land.horizon + dice.between(70, 90))
    for motif, x in zip(dice.shuffle(PANORAMA), (270, 810, 1330), strict=True):
        _motif(land, motif, x + dice.between(-16, 16), 368, 98)
    for x in (530, 1080):
        _walkers(land, x + dice.between(-40, 20), 392)
    paint_edge(land, 40)
    paint_edge(land, 1560)
    return _svg(land, "Un dimanche de village en Dombes, entre étangs et haies.")


def _walkers(land: Land, x: int, y: int) -> None:
    """Neighbours on their way: two by two, with a child or a hen."""
    c, dice = land.c, land.dice
    coats = dice.shuffle(COATS)
    c.fill("shadow", disc(x + 26, y + 2, 62, 6))
    person(c, dice, x, y, coats[0], 72)
    person(c, dice, x + 36, y, coats[1], 66, reach=dice.pick((16, -16)))
    if dice.chance(60):
        child(c, dice, x + 70, y + 4, coats[2])
    else:
        hen(c, x + 78, y + 6, dice.pick((1, -1)))


def poster(seed: str, motif: str) -> str:
    """Landscape of 1200 × 500 for the head of a printed sheet, by day, with one motif in the middle."""
    dice = Dice(seed, motif, "poster")
    land = _land(dice, season_of(dice), False, (1200, 500), dice.between(240, 262), dice.pick((250, 950)))
    _behind(land, [dice.between(80, 160), dice.between(1040, 1120)])
    _motif(land, motif, 600, 432, 140)
    paint_edge(land, 44)
    paint_edge(land, 1150)
    return _svg(land, description(motif))
