"""Motifs of home: housing, village, children, school, care. Ground at y = 0, middle at x = 0."""

from civic.landscapes.canvas import Canvas, disc, rect
from civic.landscapes.dice import Dice
from civic.landscapes.people import COATS, cat, child, hen, person, sitting


def housing(c: Canvas, dice: Dice) -> None:
    """A house of rammed earth whose roof is being redone by its people."""
    c.fill("cob", rect(-124, -84, 220, 84))
    c.fill("brick", rect(-124, -30, 220, 30), rect(10, -56, 86, 28), rect(54, -84, 42, 30))
    c.line("paper", 2, "M-124-20h220M-124-10h220M10-30h86M10-43h86M54-57h42M54-70h42")
    c.fill(dice.pick(("green", "slate", "dark")), rect(-98, -58, 34, 58))
    c.fill("glass", rect(-40, -64, 34, 30))
    c.line("paper", 3, "M-23-64v30M-40-49h34")
    c.line("honey", 7, "M-6-158h86M12-84l-18-74M44-84l-10-74M76-84v-74M110-84l-30-74M-6-121h98M-8-84h128")
    c.fill("brick", "M-150-80l40-82H2l14 82z")
    c.line("clay", 4, "M-140-98h153M-132-117h141M-124-136h129", dash="12 5")
    person(c, dice, 48, -121, dice.pick(COATS), 56, reach=-24)
    c.line("ink", 6, "M156 0L104-138M180 0L128-138")
    c.line("ink", 5, "M152-18h24M142-44h24M133-68h24M124-92h24M115-116h24")
    c.fill("honey", "M-196 4q4-26 22-26t22 26z")
    person(c, dice, -146, 2, dice.pick(COATS), 66, reach=20)


def _oven(c: Canvas) -> None:
    c.fill("cob", "M100 4v-42q36-44 76 0v42z")
    c.fill("brick", "M94-36q44-50 88 0l-12 2q-32-30-64 0z", rect(156, -90, 14, 40))
    c.fill("dark", "M118 4v-20a20 20 0 0 1 40 0v20z")
    c.fill("honey", "M128 4q-4-14 8-24 14 10 12 24z")


def _dovecote(c: Canvas) -> None:
    c.fill("cob", rect(108, -90, 60, 94))
    c.fill("brick", "M98-86l40-40 40 40z")
    c.fill("dark", "M128 4v-26h20v26z")
    c.dots("dark", 10, (124, -66), (138, -66), (152, -66), (131, -50), (145, -50))
    c.fill("paper", disc(138, -130, 8, 5), disc(165, -92, 8, 5))


def village(c: Canvas, dice: Dice) -> None:
    """Church, houses, and the bread oven or the dovecote."""
    c.fill("paper", rect(-104, -152, 72, 152))
    c.fill("cob", rect(-32, -66, 110, 66), rect(-46, -152, 14, 152))
    c.fill("brick", "M-116-148l48-74 48 74z", "M-32-62v-44h84l40 44z")
    c.line("clay", 4, "M-32-76h108M-32-90h96", dash="12 5")
    c.line("ink", 3, "M-68-222v-22M-76-236h16")
    c.fill("dark", "M-90-102v-22a10 10 0 0 1 20 0v22z", "M-64-102v-22a10 10 0 0 1 14 0v22z",
           "M-88 0v-30a16 16 0 0 1 32 0v30z")
    c.fill("honey", disc(-72, -76, 13))
    c.line("ink", 2, "M-72-76v-8M-72-76l6 3")
    c.fill("glass", "M-8-20v-20a8 8 0 0 1 16 0v20z", "M28-20v-20a8 8 0 0 1 16 0v20z")
    (_oven if dice.chance(50) else _dovecote)(c)
    c.fill("paper", rect(-178, -58, 66, 58))
    c.fill(dice.pick(("brick", "clay")), "M-188-54l14-34h66v34z")
    c.fill(dice.pick(("green", "slate")), rect(-166, -38, 18, 38), "M-138-42h6v22h-6zM-116-42h6v22h-6z")
    c.fill("glass", rect(-132, -42, 16, 22))
    person(c, dice, 66, 6, dice.pick(COATS), 54)
    if dice.chance(60):
        child(c, dice, 88, 8, dice.pick(COATS))


def _kite(c: Canvas, x: int, y: int, colours: tuple[str, str], hand: tuple[int, int]) -> None:
    c.line("ink", 2, f"M{x} {y + 30}Q{x - 6} {(y + hand[1]) // 2 + 30} {hand[0]} {hand[1]}")
    c.fill(colours[0], f"M{x} {y - 34}l-25 30 25 40z")
    c.fill(colours[1], f"M{x} {y - 34}l25 30-25 40z")
    c.line(colours[0], 4, f"M{x} {y + 36}q16 10 6 24t8 24")


def children(c: Canvas, dice: Dice) -> None:
    """A small house, a few children, kites."""
    c.fill("paper", rect(-134, -84, 124, 84))
    c.fill("cob", rect(-134, -10, 124, 10))
    c.fill("brick", "M-152-80l80-62 80 62z", rect(-118, -142, 16, 40))
    c.fill(dice.pick(("green", "slate")), "M-66 0v-38a17 17 0 0 1 34 0v38z")
    c.fill("glass", disc(-100, -42, 16))
    c.line("paper", 4, "M-100-60v36M-118-42h36")
    c.fill("honey", disc(-72, -102, 9))
    one, two, three = dice.shuffle(("brick", "green", "slate"))
    _kite(c, 76, -200, (one, "honey"), (68, -30))
    _kite(c, 150, -158, (two, "paper"), (128, -30))
    child(c, dice, 58, 2, three)
    child(c, dice, 118, 4, one)
    child(c, dice, 20, 8, dice.pick(("honey", "rose")))
    c.fill(two, disc(-8, 4, 9))
    person(c, dice, 168, 2, dice.pick(COATS), 68, reach=-22)


def school(c: Canvas, dice: Dice) -> None:
    """A village school with its bell, its windows and a hopscotch."""
    c.fill("paper", rect(-150, -92, 236, 92), rect(-66, -124, 68, 40))
    c.fill("cob", rect(-150, -12, 236, 12))
    c.fill("brick", "M-166-88l26-38h216l26 38z")
    c.fill("paper", "M-66-84v-50l34-30 34 30v50z")
    c.fill("clay", "M-76-128l44-44 44 44-10 6-34-34-34 34z", "M-44-172v-22h24v22z")
    c.fill("honey", disc(-32, -176, 7), disc(-32, -112, 14))
    c.line("ink", 2, "M-32-112v-9M-32-112h7")
    c.fill(dice.pick(("green", "slate", "brick")), "M-50 0v-54h36v54z")
    c.line("paper", 2, "M-32-54v54")
    c.fill("glass", *(rect(x, -66, 26, 38) for x in (-134, -98, 10, 46)))
    c.line("paper", 3, "M-121-66v38M-85-66v38M23-66v38M59-66v38M-134-48h62M10-48h62")
    c.line("paper", 3, "M112 10h26v10h-26zM138 10h26v10h-26zM164 6h22v18h-22z")
    child(c, dice, 124, 8, dice.pick(COATS))
    child(c, dice, 178, 6, dice.pick(COATS))
    person(c, dice, 98, 2, dice.pick(COATS), 70, reach=18)
    child(c, dice, -174, 4, dice.pick(COATS))
    if dice.chance(40):
        hen(c, -110, 10, 1)


def care(c: Canvas, dice: Dice) -> None:
    """Two people on a bench, under a tree in the shape of a heart."""
    c.fill("wood", "M-76-40h16l4 42h-24z")
    c.fill("crown", "M-68-16C-190-100-168-208-112-208c24 0 38 18 44 36 6-18 20-36 44-36 56 0 78 108-44 192z")
    c.line("crown2", 5, "M-128-176q12-14 26-6M-134-140h22M-104-150h20M-60-164h22M-28-172h18", soft=True)
    c.line("crown2", 5, "M-80-118h22M-44-132h22M-70-78h20M-108-104h18M-30-104h14", soft=True)
    c.fill("ink", rect(46, -26, 7, 30), rect(154, -26, 7, 30))
    c.fill("wood", rect(36, -68, 136, 9), rect(36, -52, 136, 9))
    c.fill("wood", rect(32, -32, 144, 9))
    sitting(c, dice, 78, -30, dice.pick(COATS), 1)
    sitting(c, dice, 132, -30, dice.pick(COATS), -1)
    guest = dice.upto(3)
    if guest == 0:
        cat(c, 186, 4, dice.pick(("dark", "honey", "paper")))
    elif guest == 1:
        person(c, dice, 8, 6, dice.pick(COATS), 68, reach=22)
        c.line("wood", 4, "M30-36V8")
    else:
        child(c, dice, 14, 8, dice.pick(COATS))
