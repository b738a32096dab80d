"""Whole pictures: one landscape for an initiative, the wide one of the home page, the poster's."""

from civic.landscapes.canvas import Canvas, blend, disc
from civic.landscapes.countryside import (
    Land,
    paint_far,
    paint_fields,
    paint_hills,
    paint_middle,
    paint_sky,
)
from civic.landscapes.dice import Dice
from civic.landscapes.foreground import paint_edge, paint_ground, paint_snow
from civic.landscapes.palettes import palette, season_of
from civic.landscapes.topics import description, painter

PANORAMA = ("village", "market", "feast")


def _land(dice: Dice, night: bool, size: tuple[int, int], horizon: int, away: int) -> Land:
    season = season_of(dice)
    colours = palette(dice, season, night)
    colours["shadow"] = blend(colours["shade"], colours["near"], 0.12)
    return Land(Canvas(colours), dice, *size, horizon, away, season, night)


def _behind(land: Land, places: list[int]) -> None:
    paint_sky(land)
    paint_hills(land)
    paint_far(land, places)
    paint_fields(land)
    paint_middle(land)
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
    land = _land(dice, night, (640, 400), dice.between(178, 208), 320 - side * dice.between(176, 214))
    places = [land.away - side * dice.between(-30, 70)] if dice.chance(80) else []
    _behind(land, places)
    _motif(land, motif, 320 + side * dice.between(76, 104), 348, 112)
    paint_edge(land, 36 if side > 0 else 604)
    paint_snow(land)
    return _svg(land, description(motif))


def panorama(seed: str, *, night: bool = False) -> str:
    """Landscape of 1600 × 420 for the head of the home page, with three motifs of village life."""
    dice = Dice(seed, "panorama")
    land = _land(dice, night, (1600, 420), dice.between(186, 204), dice.pick((560, 1060)))
    _behind(land, [dice.between(90, 150), dice.between(760, 860), dice.between(1460, 1540)])
    for motif, x in zip(dice.shuffle(PANORAMA), (300, 810, 1310), strict=True):
        _motif(land, motif, x + dice.between(-30, 30), 366, 88)
    paint_edge(land, 40)
    paint_edge(land, 1556)
    paint_snow(land)
    return _svg(land, "Un dimanche de village en Dombes, entre étangs et haies.")


def poster(seed: str, motif: str) -> str:
    """Landscape of 1200 × 500 for the head of a printed sheet, by day, with one motif in the middle."""
    dice = Dice(seed, motif, "poster")
    land = _land(dice, False, (1200, 500), dice.between(240, 262), dice.pick((250, 950)))
    _behind(land, [dice.between(80, 160), dice.between(1040, 1120)])
    _motif(land, motif, 600, 432, 140)
    paint_edge(land, 44)
    paint_edge(land, 1150)
    return _svg(land, description(motif))
