"""The near ground: grass, a path, flowers; reeds, a fence or sunflowers in the corner; snow."""

from civic.landscapes.countryside import Land


def paint_ground(land: Land) -> None:
    """The ground on which the motif stands, with a path, grass or flowers."""
    c, dice, width, height = land.c, land.dice, land.width, land.height
    edge, tilt = height - dice.between(96, 110), dice.between(-12, 12)
    c.fill("ground", f"M0 {edge + tilt}Q{width // 3} {edge - 20} {width} {edge - tilt}V{height}H0z")
    kind = dice.upto(4)
    if kind == 0:
        x = width // 2 + dice.between(-60, 60)
        near = f"M{x - 90} {height}Q{x - 30} {height - 50} {x + 60} {edge + 2}"
        c.fill("field", f"{near}h26Q{x + 70} {height - 44} {x + 60} {height}z")
    elif kind == 1:
        lines = range(height - 44, height, 18)
        rows = "".join(f"M0 {y + tilt // 3}Q{width // 3} {y - 10} {width} {y - tilt // 3}" for y in lines)
        c.line("shade", 3, rows, dash=f"{dice.between(40, 90)} 16 {dice.between(20, 50)} 22")
    tufts = [(dice.upto(width), height - 4 - dice.upto(76)) for _ in range(9 * width // 640)]
    c.line("shade", 3, "".join(f"M{x} {y}l-6-12m11 12v-15m6 15l6-12" for x, y in tufts), soft=True)
    if kind > 1 or land.season == "spring":
        spots = [(dice.upto(width), height - 6 - dice.upto(50)) for _ in range(12 * width // 640)]
        c.line("shade", 3, "".join(f"M{x} {y}v14" for x, y in spots))
        c.dots("bloom", 8, *spots[::2])
        c.dots("honey" if land.season != "winter" else "paper", 7, *spots[1::2])


def _reeds(land: Land, x: int) -> None:
    dice, stems, heads = land.dice, "", ""
    tall, y = dice.between(104, 150), land.height + 4
    for i in range(7):
        lean = dice.between(-10, 10) + (i - 3) * 4
        h, sx = tall - dice.upto(tall // 3), x + (i - 3) * 12
        stems += f"M{sx} {y}q0-{h // 2} {lean}-{h}"
        if i % 2 == 0:
            heads += f"M{sx + lean} {y - h + 2}l{lean // 5}-20"
    land.c.line("near", 4, stems)
    land.c.line("clay", 9, heads, soft=True)


def _fence(land: Land, x: int) -> None:
    y = land.height
    posts = (x - 66, x - 26, x + 14, x + 54)
    land.c.fill("wood", *(f"M{p} {y}v-58l6-8 6 8v58z" for p in posts))
    land.c.line("wood", 7, f"M{x - 90} {y - 44}h176M{x - 90} {y - 20}h176")
    grass = (f"M{p + 18} {y}q-2-16-8-24M{p + 20} {y}q2-18 8-28" for p in posts)
    land.c.line("near", 4, *grass, soft=True)


def _sunflowers(land: Land, x: int) -> None:
    dice, y = land.dice, land.height
    for i in range(3):
        sx, h = x + (i - 1) * 34, dice.between(64, 116)
        leaves = f"M{sx} {y - 26}q-16-2-20-14M{sx} {y - 38}q16-2 20-14"
        land.c.line("near", 5, f"M{sx} {y}v-{h}{leaves}", soft=True)
        land.c.line("honey", 10, f"M{sx} {y - h - 16}v32M{sx - 16} {y - h}h32M{sx - 11} {y - h - 11}l22 22"
                    f"M{sx - 11} {y - h + 11}l22-22", soft=True)
        land.c.dots("clay", 19, (sx, y - h))


def _bush(land: Land, x: int) -> None:
    dice, y = land.dice, land.height
    leaves = "".join(
        f"M{x - 9} {y}q{a // 4} -{b // 2} {a} -{b} {a // 3 + 16} {b // 2} {18 - a} {b}z"
        for a, b in ((-58, 50), (-36, 84), (-8, 104), (22, 92), (48, 66), (64, 36))
    )
    land.c.fill("near", leaves)
    spots = ((-44, -54), (-24, -84), (4, -104), (30, -80), (52, -48))
    land.c.dots("bloom", 10, *((x + a, y + b) for a, b in dice.shuffle(spots)[:4]))


def paint_edge(land: Land, x: int) -> None:
    """Something near in the corner at x: reeds most often; a fence, sunflowers or a bush."""
    corner = [_reeds, _reeds, _fence, _bush]
    if land.season == "summer":
        corner.append(_sunflowers)
    land.dice.pick(corner)(land, x)


def paint_snow(land: Land) -> None:
    """Snow flakes, on some days of winter."""
    if land.season != "winter" or land.dice.chance(50):
        return
    flakes = [(land.dice.upto(land.width), land.dice.upto(land.height - 40)) for _ in range(land.width // 18)]
    land.c.dots("paper", 5, *flakes[::2])
    land.c.dots("paper", 3, *flakes[1::2])
