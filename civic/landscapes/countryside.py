"""What lies around a motif: sky, far hills, hedges, villages, fields, the pond, the near ground."""

from dataclasses import dataclass

from civic.landscapes.canvas import Canvas, disc, rect
from civic.landscapes.dice import Dice


@dataclass(frozen=True, slots=True)
class Land:
    """The frame of one picture; lengths in units of the drawing, y grows downwards."""

    c: Canvas
    dice: Dice
    width: int
    height: int
    horizon: int
    away: int
    season: str
    night: bool


def _ridge(land: Land, y: int, low: int, high: int, steps: int) -> str:
    """A soft line of hills across the picture, closed a little below y."""
    dice, step = land.dice, land.width // steps
    path = f"M0 {y - dice.between(low, high)}"
    for i in range(steps):
        x = land.width if i == steps - 1 else step * (i + 1)
        path += f"S{x - step // 2} {y - dice.between(low, high)} {x} {y - dice.between(low, high)}"
    return path + f"V{y + 20}H0z"


def _alps(land: Land) -> str:
    """The jagged line of the far mountains, seen on clear days."""
    path, x, up = f"M0 {land.horizon}", 0, True
    while x < land.width:
        x += land.dice.between(24, 58)
        path += f"L{x} {land.horizon - land.dice.between(*((44, 78) if up else (24, 42)))}"
        up = not up
    return path + f"V{land.horizon + 10}z"


def paint_sky(land: Land) -> None:
    """Sky, glow, clouds, sun or moon; stars by night, birds by day, snow in winter."""
    c, dice, horizon = land.c, land.dice, land.horizon
    c.fill("sky", rect(0, 0, land.width, horizon + 12))
    c.fill("glow", _ridge(land, horizon, 40, 84, 2 * land.width // 640))
    stars = [(dice.upto(land.width), dice.upto(horizon - 70)) for _ in range(14 * land.width // 640)]
    if land.night:
        c.dots("glint", 2, *stars[::2])
        c.dots("sun", 3, *stars[1::3])
    for turn in range(land.width // 320):
        x, y = (turn * 320 + dice.upto(300)) % (land.width - 60), dice.between(34, horizon - 96)
        c.line("glow", 14, f"M{x} {y}h{dice.between(50, 110)}M{x + dice.between(16, 50)} {y + 16}"
               f"h{dice.between(40, 80)}", soft=True)
    low = dice.chance(35)
    rise = dice.between(50, 74) if low else dice.between(96, 132)
    c.fill("sun", disc(land.away + dice.between(-30, 30), horizon - rise, dice.between(25, 33)))
    if dice.chance(55):
        _birds(land, land.away + dice.between(-120, 80), dice.between(50, 110), dice.between(2, 3))


def _birds(land: Land, x: int, y: int, count: int) -> None:
    if not land.night:
        places = ((0, 0), (28, -12), (34, 10))[:count]
        land.c.line("slate", 2, *(f"M{x + a} {y + b}q5-7 10 0 5-7 10 0" for a, b in places), soft=True)


def paint_hills(land: Land) -> None:
    """The Alps when the air is clear, then one or two lines of hills."""
    c, dice = land.c, land.dice
    if dice.chance(45):
        c.fill("far", _alps(land))
    else:
        c.fill("far", _ridge(land, land.horizon, 26, 62, 2 * land.width // 640 + 1))
    c.fill("hill", _ridge(land, land.horizon, 6, 30, 3 * land.width // 640))


def _church(land: Land, x: int, y: int) -> None:
    c = land.c
    c.fill("paper", rect(x - 9, y - 56, 18, 60), rect(x + 9, y - 18, 40, 22), rect(x - 46, y - 12, 26, 16))
    c.fill("brick", f"M{x - 13} {y - 54}l13-28 13 28z", f"M{x + 5} {y - 16}l9-16h30l9 16z",
           f"M{x - 50} {y - 10}l6-12h24l6 12z")
    c.fill("glass", rect(x - 3, y - 44, 6, 10), rect(x + 26, y - 11, 6, 8), rect(x - 36, y - 6, 5, 6))
    c.fill("hedge", disc(x - 60, y - 2, 13), disc(x + 62, y - 4, 15), disc(x - 22, y + 2, 8))


def _farm(land: Land, x: int, y: int) -> None:
    c = land.c
    c.fill("cob", rect(x - 36, y - 14, 72, 22))
    c.fill("brick", f"M{x - 48} {y - 12}l18-26h60l18 26z")
    c.fill("glass", rect(x - 24, y - 6, 8, 8), rect(x + 14, y - 6, 8, 8))
    c.fill("dark", rect(x - 6, y - 8, 12, 16))
    c.fill("hedge", disc(x + 56, y - 10, 18), disc(x + 74, y - 2, 13))


def _poplars(land: Land, x: int, y: int) -> None:
    dice, bare = land.dice, land.season == "winter"
    for step in range(dice.between(3, 6)):
        t, tall = x - 56 + step * 23, dice.between(52, 84)
        if bare:
            twigs = f"M{t} {y - 14}l-9-18M{t} {y - 22}l9-20M{t} {y - 36}l-6-16"
            land.c.line("hedge", 3, f"M{t} {y + 6}v-{tall}{twigs}")
        else:
            land.c.fill("crown", f"M{t - 8} {y + 6}q-4-{tall - 20} 8-{tall}q12 20 8 {tall}z")


def _dovecote(land: Land, x: int, y: int) -> None:
    """A round dovecote on its own, with two trees."""
    c = land.c
    c.fill("cob", f"M{x - 15} {y + 6}l3-46h24l3 46z")
    c.fill("brick", f"M{x - 20} {y - 38}q20-34 40 0z")
    c.fill("dark", f"M{x - 5} {y + 6}v-14h10v14z")
    c.fill("crown", disc(x + 40, y - 16, 20), disc(x - 44, y - 10, 15))
    c.fill("wood", rect(x + 38, y - 4, 4, 12), rect(x - 46, y - 2, 4, 10))


def paint_far(land: Land, places: list[int]) -> None:
    """The hedge on the horizon, and one small thing at each place."""
    dice, y = land.dice, land.horizon
    path, x = f"M0 {y + 4}", 0
    while x < land.width:
        w = dice.between(26, 62)
        path += f"q{w // 2}-{dice.between(10, 32)} {w} 0"
        x += w
    land.c.fill("hedge", path + "v18H0z")
    things = dice.shuffle((_church, _farm, _poplars, _dovecote))
    for i, place in enumerate(places):
        things[i % 4](land, place, y)


def paint_fields(land: Land) -> None:
    """Three fields that meet at slanting hedges, one of them ploughed or in flower."""
    c, dice, y, width = land.c, land.dice, land.horizon, land.width
    c.fill("field", rect(0, y + 12, width, land.height - y - 12))
    tilt, cut = dice.between(-14, 14), dice.between(width // 4, width * 3 // 4)
    spread = dice.between(60, 200)
    c.fill("crop", f"M{cut} {y + 12}h{spread}L{cut + spread * 2} {y + 70}h-{spread * 3}z")
    ends = [(cut + spread * i // 6, cut - spread + spread * i // 2) for i in range(7)]
    c.line("field", 3, *(f"M{top} {y + 14}L{foot} {y + 70}" for top, foot in ends))
    c.fill("meadow", f"M0 {y + 34 + tilt}Q{width // 2} {y + 20} {width} {y + 36 - tilt}V{land.height}H0z")
    x = dice.upto(width // 2)
    bushes = "".join(f"q{w // 2}-{w // 2} {w} 0" for w in dice.shuffle((24, 34, 20, 30, 40, 22, 30, 44)))
    c.fill("hedge", f"M{x} {y + 32}{bushes}v5h-244z")


def paint_middle(land: Land, x: int) -> None:
    """Around x, before the near ground: most often the pond; else a river, vines or a pasture."""
    dice = land.dice
    dice.pick((_pond, _pond, _pond, _river, _rows, _pasture))(land, x, land.horizon + 68)
    for side in (-1, 1):
        if dice.chance(55):
            tree(land, x + side * dice.between(110, 190), land.horizon + 76)


def _pond(land: Land, x: int, y: int) -> None:
    """The pond under the sun, its glints, sometimes a flat boat."""
    c, dice = land.c, land.dice
    wide = dice.between(170, 250)
    c.fill("pond", f"M{x - wide} {y}q10-30 {wide - 20}-30t{wide + 30} 28q0 34-{wide} 32t-{wide + 10}-30z")
    glints = ((-96, -8, 44), (54, -4, 54), (-66, 12, 32), (42, 14, 44))
    c.line("glint", 3, *(f"M{x + a} {y + b}h{w}" for a, b, w in glints), soft=True)
    rays = ((-26, -19, 52), (-17, -9, 38), (-23, 1, 36), (-8, 11, 22))
    c.line("sun", 4, *(f"M{x + a} {y + b}h{w}" for a, b, w in rays), soft=True)
    if dice.chance(35):
        bx = x + dice.between(-60, 60)
        c.fill("wood", f"M{bx - 34} {y - 4}h68l-10 14h-48z")
        c.line("dark", 3, f"M{bx - 6} {y - 2}l-30 16")


def _river(land: Land, x: int, y: int) -> None:
    """The Saône or the Chalaronne, that winds towards the reader."""
    c = land.c
    bends = "q90 20 10 34-150 20-40 52 70 24-10 70h110q60-50-10-80-80-24 20-44 70-18-40-32z"
    c.fill("pond", f"M{x - 20} {y - 50}{bends}")
    glints = ((-8, -36, 26), (-62, -4, 34), (-40, 18, 40), (20, 34, 30))
    c.line("glint", 3, *(f"M{x + a} {y + b}h{w}" for a, b, w in glints), soft=True)
    c.line("sun", 4, f"M{x + 2} {y - 24}h24M{x - 50} {y + 6}h36", soft=True)


def _rows(land: Land, x: int, y: int) -> None:
    """Rows of vines or of young trees that run to the horizon."""
    c, leaf = land.c, "hedge" if land.season == "winter" else "crown"
    c.fill("crop", f"M{x - 110} {y - 34}h220l120 76h-460z")
    for i in range(-3, 4):
        top, foot = x + i * 30, x + i * 64
        c.line("shade", 3, f"M{top} {y - 32}L{foot} {y + 40}")
        steps = (0.08, 0.3, 0.56, 0.86)
        spots = [(round(top + (foot - top) * t), round(y - 36 + 72 * t)) for t in steps]
        for width, spot in zip((9, 12, 16, 20), spots, strict=True):
            c.dots(leaf, width, spot)


def _cow(land: Land, x: int, y: int, coat: str) -> None:
    c = land.c
    c.line("dark", 4, f"M{x - 14} {y - 8}v12M{x - 7} {y - 8}v12M{x + 8} {y - 8}v12M{x + 15} {y - 8}v12")
    c.fill(coat, f"M{x - 20} {y - 26}h38l8-4 10 4-2 9-8 3-6 9h-40z")
    c.fill("brick" if coat == "paper" else "paper", disc(x - 6, y - 19, 7, 5))


def _pasture(land: Land, x: int, y: int) -> None:
    """A pasture with cows, or bales of straw after the harvest."""
    c, dice = land.c, land.dice
    if land.season == "winter":
        _river(land, x, y)
        return
    if land.season == "summer":
        for dx, dy in ((-90, -10), (-20, 10), (54, -14), (120, 8)):
            c.fill("honey", disc(x + dx, y + dy, 17), rect(x + dx, y + dy - 17, 20, 34))
            c.fill("cob", disc(x + dx + 20, y + dy, 12, 17))
            c.line("honey", 2, disc(x + dx + 20, y + dy, 6, 9))
        return
    for dx, dy in ((-100, 0), (-20, -14), (40, 16), (120, -4))[: dice.between(3, 4)]:
        _cow(land, x + dx, y + dy, dice.pick(("paper", "clay", "paper")))


def tree(land: Land, x: int, y: int) -> None:
    """A tree at mid distance: round, willow, or bare in winter."""
    c, dice = land.c, land.dice
    c.line("wood", 6, f"M{x} {y}v-34")
    if land.season == "winter":
        twigs = f"M{x - 9} {y - 42}l-12-6M{x + 8} {y - 46}l13-6"
        c.line("wood", 4, f"M{x} {y - 26}l-15-26M{x} {y - 30}l14-28M{x} {y - 30}v-36{twigs}")
    elif dice.chance(40):
        hanging = "-9-8-12 2-8-14-13 0-7-12-14 0-6-10-11-2-4-10-14 0"
        c.fill("crown", f"M{x - 32} {y - 12}q-2-58 32-60 34 2 32 60{hanging}z")
        c.line("crown2", 3, f"M{x - 17} {y - 28}q2-20 12-26M{x + 15} {y - 26}q0-18-8-26", soft=True)
    else:
        c.fill("crown", disc(x - 14, y - 44, 18), disc(x + 15, y - 42, 17), disc(x, y - 58, 21))
        c.line("crown2", 4, f"M{x - 20} {y - 50}h12M{x - 4} {y - 68}h14M{x + 8} {y - 46}h12", soft=True)
