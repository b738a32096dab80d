"""Motifs of the land: market, orchard, pond, energy, walk. Ground at y = 0, middle at x = 0."""

import math

from civic.landscapes.canvas import Canvas, disc, rect
from civic.landscapes.dice import Dice
from civic.landscapes.people import COATS, child, hen, person


def _awning(c: Canvas, colours: tuple[str, str], left: int, top: int, width: int) -> None:
    """A striped awning with scalloped edge, `width` wide at its foot."""
    stripe = width // 7
    for i in range(7):
        x, upper = left + stripe * i, left + 28 + (width - 56) * i // 7
        across = upper + (width - 56) // 7
        c.fill(colours[i % 2], f"M{x} {top + 50}L{upper} {top}H{across}L{x + stripe} {top + 50}"
               f"a{stripe // 2} 17 0 0 1-{stripe} 0z")


def _basket(c: Canvas, dice: Dice, x: int) -> None:
    """A basket of the market with what the season gives."""
    good = dice.upto(4)
    if good == 0:
        c.dots("brick", 24, (x + 15, -87), (x + 37, -91), (x + 58, -86))
        c.line("green", 4, f"M{x + 15}-97l5-8M{x + 37}-101l-4-8M{x + 58}-96l5-7")
    elif good == 1:
        c.line("paper", 7, f"M{x + 14}-82v-26M{x + 28}-82v-30M{x + 42}-82v-28M{x + 56}-82v-24")
        c.line("green", 7, f"M{x + 14}-106l-8-20M{x + 28}-110l-2-22M{x + 42}-108l4-20M{x + 56}-104l10-18")
    elif good == 2:
        c.dots("leafy", 28, (x + 16, -88), (x + 57, -88), (x + 37, -93))
        c.line("green", 3, f"M{x + 8}-90q8-9 16 0M{x + 29}-95q8-9 16 0M{x + 49}-90q8-9 16 0")
    else:
        c.line("wood", 12, f"M{x + 10}-84l8-20M{x + 40}-84l4-24M{x + 62}-84v-16", soft=True)
        c.line("cob", 12, f"M{x + 26}-84l4-18M{x + 54}-84l4-20", soft=True)
    c.fill("honey", rect(x, -84, 72, 24))
    c.line("wood", 3, f"M{x}-72h72")


def market(c: Canvas, dice: Dice) -> None:
    """A market stall, a neighbour who buys, a hen that hopes."""
    c.fill("ink", rect(-124, -150, 7, 150), rect(117, -150, 7, 150))
    person(c, dice, dice.pick((-62, 0, 66)), -40, dice.pick(COATS), 76)
    c.fill("cob", rect(-130, -62, 260, 62))
    c.line("wood", 50, "M-130-27h260", dash="2 24")
    for x in (-122, -36, 50):
        _basket(c, dice, x)
    _awning(c, (dice.pick(("brick", "green", "slate")), "paper"), -140, -198, 280)
    person(c, dice, 158, 4, dice.pick(COATS), 66, reach=-22)
    if dice.chance(50):
        hen(c, -160, 6, dice.pick((1, -1)))


def _apple_tree(c: Canvas, dice: Dice, x: int) -> None:
    c.fill("wood", f"M{x - 7} 2q6-40 2-70h10q-4 34 4 70z")
    c.fill("crown", disc(x - 26, -86, 28), disc(x + 28, -84, 28), disc(x, -112, 36), disc(x, -80, 30))
    c.line("crown2", 5, f"M{x - 34}-96h16M{x - 8}-132h20M{x + 20}-100h18M{x - 12}-104h14", soft=True)
    spots = ((-36, -78), (-12, -92), (8, -122), (24, -70), (40, -90), (-20, -116), (2, -72))
    c.dots("fruit", 10, *((x + a, b) for a, b in dice.shuffle(spots)[:6]))


def orchard(c: Canvas, dice: Dice) -> None:
    """Two fruit trees, a ladder, baskets and rows of salad."""
    fruit = dice.pick(("brick", "honey", "brick"))
    _apple_tree(c, dice, -96)
    _apple_tree(c, dice, 78)
    c.line("wood", 6, "M18 4L56-112M42 4L72-112")
    c.line("wood", 5, "M25-16h22M31-38h20M38-60h18M45-82h16")
    person(c, dice, -22, 2, dice.pick(COATS), 64, reach=-24)
    child(c, dice, 122, 6, dice.pick(COATS))
    for x in (-58, 140):
        c.dots(fruit, 11, (x - 12, -20), (x, -23), (x + 12, -20))
        c.fill("honey", f"M{x - 22}-20h44l-5 24h-34z")
        c.line("wood", 2, f"M{x - 20}-12h40M{x - 18}-4h36")
    c.line("green", 9, "M-160 20h300", dash="0 24", soft=True)
    c.line("leafy", 9, "M-150 32h290", dash="0 24", soft=True)


def _heron(c: Canvas) -> None:
    c.line("ink", 5, "M74 2v-46l6-34M98 2v-44l-6-36")
    c.fill("slate", "M42-134c-10 36 14 62 46 62l64 18c-12-50-56-92-110-80z")
    c.line("slate", 14, "M52-122c-44-14 4-44-14-72")
    c.fill("slate", disc(34, -196, 14, 10))
    c.fill("dark", "M82-116c34 2 58 28 70 62l-36-12c-22-8-36-26-34-50z")
    c.fill("honey", "M28-204l-50 14 48 6z")
    c.line("dark", 4, "M28-202q22-6 46 12")


def _stork(c: Canvas) -> None:
    c.line("brick", 5, "M84 2v-58M102 2l-4-60")
    c.fill("paper", "M42-140c-6 50 14 78 48 82l56 12c-8-46-50-82-96-82z")
    c.line("paper", 13, "M54-124c-26-20-4-44-10-68")
    c.fill("paper", disc(42, -194, 13, 10))
    c.fill("dark", "M92-96c22 4 42 20 58 50l-30-8c-18-6-28-22-28-42z")
    c.fill("brick", "M34-200l-48 16 46 2z")
    c.dots("dark", 4, (38, -196))


def _ducks(c: Canvas, dice: Dice) -> None:
    for x in (40, 84, 120)[: dice.between(2, 3)]:
        c.fill("clay", f"M{x - 18}-2q-4-14 12-12h14l8-2q-2 18-16 18h-10z")
        c.fill("green", disc(x - 13, -20, 8))
        c.fill("honey", f"M{x - 19}-22l-9 4 9 3z")
        c.line("paper", 3, f"M{x - 16}-12h8")
    c.line("wood", 7, "M150 8v-62M178 6v-62M124-50h64")
    c.line("wood", 4, "M124-42h64")


def pond(c: Canvas, dice: Dice) -> None:
    """An oak over the water, with a heron, a stork of Villars or ducks."""
    c.fill("pond", disc(92, 8, 118, 17))
    c.line("glint", 3, "M20 8h46M110 2h40M86 15h60")
    c.fill("wood", "M-138 4q18-40 12-110h24q-4 70 14 110z")
    crown = ((-160, -106, 38), (-70, -108, 36), (-114, -108, 46), (-142, -154, 40), (-92, -158, 42))
    c.fill("crown", *(disc(*leaf) for leaf in crown))
    c.line("crown2", 5, "M-174-116h26M-160-104h22M-144-168h30M-132-156h20M-94-172h30M-82-158h22", soft=True)
    c.line("crown2", 5, "M-68-118h24M-124-124h26M-112-112h18", soft=True)
    bird = dice.upto(5)
    if bird == 0:
        _ducks(c, dice)
    elif bird < 3:
        _stork(c)
    else:
        _heron(c)
    c.line("green", 4, "M172 8q-2-40-10-66M180 8q0-44 2-80M188 8q2-30 8-54")
    c.line("clay", 9, "M162-58l-2-20M182-72v-22M196-46l2-18", soft=True)


def energy(c: Canvas, dice: Dice) -> None:
    """A barn with a solar roof, a wind turbine, someone with a helmet."""
    c.fill("paper", "M118 0l4-206h6l4 206z")
    turn = dice.upto(120)
    for step in range(3):
        a = math.radians(turn + 120 * step)
        x, y = round(72 * math.cos(a)), round(72 * math.sin(a))
        nx, ny = round(-7 * math.sin(a)), round(7 * math.cos(a))
        c.fill("paper", f"M125-206l{x // 4 + nx} {y // 4 + ny}L{125 + x} {y - 206}z")
    c.fill("honey", disc(125, -206, 8))
    c.fill("cob", rect(-144, -62, 206, 62))
    c.fill("clay", rect(-144, -9, 206, 9))
    c.fill("brick", "M-174-56l48-92h170l48 92z")
    c.fill("dark", "M-106-138h130l28 64h-186z")
    c.line("glass", 3, "M-120-106h158M-74-138l-14 64M-41-138v64M-8-138l14 64")
    c.fill(dice.pick(("green", "slate", "brick")), rect(-66, -44, 34, 44))
    c.fill("glass", rect(-122, -44, 32, 24), rect(0, -44, 32, 24))
    c.line("paper", 3, "M-106-44v24M16-44v24M-122-32h32M0-32h32")
    person(c, dice, 92, 4, dice.pick(COATS), 60, reach=-20)
    c.fill("honey", "M80-58q0-14 12-14t12 14z")


def walk(c: Canvas, dice: Dice) -> None:
    """A signpost of the trail, two walkers, a tent."""
    canvas = dice.pick(("brick", "honey", "slate"))
    c.fill(canvas, "M40 2L104-96 168 2z")
    c.fill("dark", "M84 2l20-66 20 66z")
    c.line("paper", 4, "M104-96L168 2M104-96l-14-14")
    c.fill("wood", rect(-124, -168, 9, 172))
    c.fill("honey", "M-158-160h60l16 14-16 14h-60z")
    c.fill("paper", "M-82-122h-58l-16 13 16 13h58z")
    c.line("green", 4, "M-148-146h34M-140-109h42")
    for x, tall in ((-62, 78), (-8, 70)):
        coat = dice.pick(COATS)
        c.fill(dice.pick(("honey", "green", "clay")), f"M{x - 26}-{tall - 22}h18v34h-18q-6-18 0-34z")
        person(c, dice, x, 4, coat, tall, reach=22)
        c.line("wood", 3, f"M{x + 22} {32 - tall}L{x + 30} 6")
    if dice.chance(60):
        c.line("wood", 7, "M168 6h30M170-2l26 8", soft=True)
        c.fill("honey", "M174 0q-4-18 8-30 16 14 10 30z")
