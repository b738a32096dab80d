"""Motifs of life together: stage, feast, solidarity, assembly. Ground at y = 0, middle at x = 0."""

from civic.landscapes.canvas import Canvas, disc, rect
from civic.landscapes.dice import Dice
from civic.landscapes.people import COATS, child, head, person, sitting


def _bunting(c: Canvas, colours: list[str]) -> None:
    """A row of pennants between two poles, 148 on each side."""
    c.line("ink", 3, "M-148-206Q0-166 148-206")
    for i, x in enumerate(range(-128, 129, 32)):
        y = round(-206 + 20 * (1 - (x / 148) ** 2))
        c.fill(colours[i % 3], f"M{x - 11} {y}h22l-11 26z")


def _player(c: Canvas, dice: Dice, x: int, play: int) -> None:
    """A musician on the boards: accordion, double bass, guitar or a song."""
    person(c, dice, x, -30, dice.pick(("slate", "green", "honey", "leafy")), 84)
    if play == 0:
        c.fill("clay", rect(x - 22, -84, 44, 26))
        c.line("paper", 20, f"M{x - 14}-71h28", dash="4 4")
    elif play == 1:
        c.fill("wood", disc(x + 14, -54, 14, 20), disc(x + 14, -78, 9, 13))
        c.line("ink", 4, f"M{x + 14}-40v-88")
    elif play == 2:
        c.fill("honey", disc(x - 4, -66, 15, 12))
        c.line("ink", 5, f"M{x + 6}-70l34-18")
        c.dots("dark", 7, (x - 4, -66))
    else:
        c.line("dark", 4, f"M{x + 22}-30v-66l-8-8")


def stage(c: Canvas, dice: Dice) -> None:
    """An open-air stage: red curtains, two musicians, a little public."""
    cloth = dice.pick(("brick", "brick", "green", "slate"))
    c.fill(cloth, rect(-136, -176, 272, 150))
    c.line("clay" if cloth == "brick" else "dark", 130, "M-128-105h256", dash="4 20")
    c.fill("paper", "M-84-26v-64a84 78 0 0 1 168 0v64z")
    c.fill("honey", disc(0, -138, 18))
    plays = dice.shuffle((0, 1, 2, 3))
    _player(c, dice, -38, plays[0])
    _player(c, dice, 36, plays[1])
    c.fill("wood", rect(-160, -32, 320, 32))
    c.line("dark", 3, "M-160-18h320")
    c.fill("ink", rect(-152, -212, 8, 182), rect(144, -212, 8, 182))
    _bunting(c, dice.shuffle(("honey", "green", "paper")))
    for x in dice.shuffle((-120, -72, -20, 34, 84, 128))[: dice.between(3, 5)]:
        c.fill(dice.pick(COATS), f"M{x - 17} 34q0-34 17-34t17 34z")
        head(c, dice, x, -8, 10)


def feast(c: Canvas, dice: Dice) -> None:
    """A long table under paper lanterns."""
    c.fill("ink", rect(-156, -206, 7, 206), rect(149, -206, 7, 206))
    c.line("ink", 3, "M-152-200Q0-130 152-200")
    spots = [(x, round(-200 + 35 * (1 - (x / 152) ** 2)) + 14) for x in (-112, -66, -22, 22, 66, 112)]
    for i, colour in enumerate(dice.shuffle(("honey", "brick", "leafy"))):
        c.line(colour, 24, *(f"M{x} {y}v5" for x, y in spots[i::3]), soft=True)
    coats = dice.shuffle(COATS)
    for i, x in enumerate((-110, -54, 0, 54, 110)):
        person(c, dice, x, -34, coats[i], 70 + dice.upto(3) * 6, reach=dice.pick((0, 18, -18)))
    c.fill("paper", "M-146-62h292v12l-8 22h-276l-8-22z")
    c.line("cob", 3, "M-146-50h292")
    c.line("honey", 13, "M-90-64h22M72-64h22", soft=True)
    c.fill("brick", rect(-34, -70, 30, 10), rect(122, -76, 10, 14))
    c.fill("green", "M24-84h3v-10h4v10h3v22h-10zM-124-80h3v-8h3v8h3v18h-9z")
    c.line("ink", 8, "M-126-28V0M126-28V0")
    c.line("wood", 9, "M-118-12h236M-92-8V6M92-8V6")
    child(c, dice, dice.pick((-176, 176)), 6, dice.pick(COATS))


def _garments(c: Canvas, dice: Dice) -> None:
    c.line("ink", 6, "M-166 2v-118h130V2")
    for x, colour in zip((-148, -116, -84, -52), dice.shuffle(COATS), strict=False):
        c.line("ink", 2, f"M{x}-116v10")
        c.fill(colour, f"M{x - 8}-106h16l10 10-6 8-4-3v36h-16v-36l-4 3-6-8z")


def solidarity(c: Canvas, dice: Dice) -> None:
    """A rail of clothes, a chain of neighbours who pass boxes."""
    _garments(c, dice)
    coats = dice.shuffle(COATS)
    for i, x in enumerate((-14, 62, 138)):
        person(c, dice, x, 4, coats[i], 78 - 4 * i, reach=26 if i < 2 else -24)
    c.fill("wood", rect(12, -64, 32, 26), rect(88, -60, 32, 26))
    c.line("cob", 4, "M12-54h32M88-50h32M28-64v10M104-60v10")
    c.fill("wood", rect(154, -30, 44, 34), rect(160, -58, 34, 28))
    c.line("cob", 4, "M154-16h44M176-30v14M160-46h34")
    good = dice.upto(3)
    if good == 0:
        c.dots("brick", 15, (168, -62), (182, -64))
    elif good == 1:
        c.fill("green", rect(166, -74, 8, 16), rect(178, -70, 8, 12))
    else:
        c.fill("honey", "M164-58q13-22 26 0z")
    if dice.chance(50):
        child(c, dice, -128, 8, dice.pick(COATS))
    c.fill("honey", "M-192-26h44l-5 30h-34z")
    c.fill(dice.pick(COATS), "M-188-26q8-18 18-6 10-10 18 6z")


def assembly(c: Canvas, dice: Dice) -> None:
    """A circle of neighbours under the lime tree; someone speaks."""
    c.fill("wood", "M-18 0q10-50 4-96h28q-6 46 4 96z")
    crown = ((-70, -128, 46), (70, -128, 46), (0, -132, 62), (-40, -172, 44), (42, -172, 44))
    c.fill("crown", *(disc(*leaf) for leaf in crown))
    c.line("crown2", 6, "M-86-140h26M-54-186h28M-20-156h32M24-190h26", soft=True)
    c.line("crown2", 6, "M56-146h28M-40-112h24M16-118h26", soft=True)
    coats = dice.shuffle(COATS)
    c.line("wood", 8, "M-172-26h96M76-26h96", soft=True)
    c.line("ink", 5, "M-164-24v28M-84-24v28M84-24v28M164-24v28")
    for x, coat in zip((-148, -102, 102, 148), coats, strict=False):
        sitting(c, dice, x, -28, coat, 1 if x < 0 else -1)
    person(c, dice, 44, 2, coats[4], 78, reach=dice.pick((24, -24)))
    child(c, dice, dice.pick((-40, -14)), 12, coats[5])
    c.fill("paper", "M72-158h62q12 0 12 12v20q0 12-12 12h-42l-22 16 4-16h-2q-12 0-12-12v-20q0-12 12-12z")
    c.line("slate", 5, "M76-144h54M76-129h36", soft=True)
