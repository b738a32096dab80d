"""Motifs of work: mobility, workshop, coworking, training, shop. Ground at y = 0, middle at x = 0."""

from civic.landscapes.canvas import Canvas, disc, rect
from civic.landscapes.dice import Dice
from civic.landscapes.people import COATS, cat, person, sitting


def _bicycle(c: Canvas, frame: str) -> None:
    c.line("ink", 6, disc(-146, -36, 36), disc(-44, -36, 36))
    c.line("ink", 2, "M-146-68v64M-178-36h64M-44-68v64M-76-36h64")
    c.line(frame, 8, "M-146-36h44l40-48h-52l-32 48M-102-36l-16-60M-44-36l-24-66")
    c.line("ink", 7, "M-134-98h32M-74-106q8-8 22-2")
    c.fill("wood", "M-58-104h40l-6 30h-28z")


def _bus(c: Canvas, dice: Dice, coat: str) -> None:
    c.fill(coat, "M2-18v-88q0-18 18-18h112q16 0 22 16l18 46q4 6 4 14v30z")
    c.fill("paper", rect(2, -50, 174, 8))
    c.fill("glass", rect(14, -106, 40, 40), rect(62, -106, 40, 40), "M110-106h22q8 0 11 8l11 32h-44z")
    for x in (34, 84):
        c.fill(dice.pick(("skin1", "skin2", "skin3")), disc(x, -80, 9))
        c.fill("dark", f"M{x - 10}-82a10 10 0 0 1 20 0z")
        c.fill(dice.pick(COATS), f"M{x - 13}-66q13-12 26 0z")
    c.fill("honey", rect(168, -34, 10, 8))
    c.fill("dark", disc(44, -18, 20), disc(136, -18, 20))
    c.fill("paper", disc(44, -18, 8), disc(136, -18, 8))


def mobility(c: Canvas, dice: Dice) -> None:
    """The shuttle of the village and a bicycle, on a road."""
    c.fill("shade", "M-230-4h460v22h-460z")
    c.line("paper", 3, "M-214 8h420", dash="26 20")
    _bus(c, dice, dice.pick(("green", "brick", "slate")))
    _bicycle(c, dice.pick(("honey", "brick", "leafy")))
    if dice.chance(50):
        c.fill("ink", rect(-192, -120, 6, 122))
        c.fill("slate", disc(-189, -128, 20))
        c.fill("paper", rect(-200, -138, 22, 16), rect(-198, -121, 5, 5), rect(-185, -121, 5, 5))
    else:
        person(c, dice, -188, 4, dice.pick(COATS), 70, reach=20)


def workshop(c: Canvas, dice: Dice) -> None:
    """A repair workshop: bench, wheel, tools on the wall, a chair to save."""
    c.fill("paper", rect(-136, -128, 272, 128))
    c.fill("brick", "M-164-122l34-56h260l34 56z")
    c.line("clay", 4, "M-146-142h292M-136-160h272", dash="14 6")
    c.fill("wood", rect(-140, -124, 9, 124), rect(131, -124, 9, 124))
    c.line("dark", 6, disc(88, -88, 30))
    c.line("dark", 2, "M88-116v56M60-88h56M68-108l40 40M108-108l-40 40")
    c.line("slate", 5, "M-30-112v24M-14-112v24M-36-88h12M-14-88l8-6")
    c.fill("honey", rect(-36, -118, 44, 6))
    person(c, dice, 28, 0, dice.pick(COATS), 96, reach=26)
    c.fill("honey", rect(-28, -48, 152, 12))
    c.fill("wood", rect(-18, -36, 10, 36), rect(104, -36, 10, 36), rect(-18, -16, 130, 6))
    c.fill("slate", rect(-18, -66, 22, 18), rect(66, -54, 34, 6))
    c.fill("glass", rect(-14, -62, 14, 10))
    chair = dice.pick(("brick", "green", "slate"))
    c.line(chair, 7, "M-112 0v-92M-66 0v-46M-116-44h54M-112-86h40v42M-112-66h40")
    person(c, dice, 166, 4, dice.pick(COATS), 68, reach=-20)
    c.line("ink", 3, "M166-40v14")
    c.fill("slate", "M148-26h30l-4 18h-22z")


def coworking(c: Canvas, dice: Dice) -> None:
    """Two desks behind a wide window of a village house."""
    c.fill("cob", rect(-144, -142, 260, 142))
    c.fill("brick", "M-168-136l40-52h208l60 52z")
    c.line("clay", 4, "M-150-152h272M-136-168h240", dash="14 6")
    c.fill("paper", rect(-126, -118, 170, 92))
    c.fill("glass", rect(-120, -112, 76, 80), rect(-38, -112, 76, 80))
    sitting(c, dice, -98, -38, dice.pick(COATS), 1)
    sitting(c, dice, 16, -38, dice.pick(COATS), -1)
    c.fill("wood", rect(-126, -50, 170, 10))
    c.fill("dark", "M-74-50l-4-22h30l4 22z", "M-8-50l4-22h-30l-4 22z")
    c.fill("paper", rect(-126, -40, 170, 14))
    c.fill("cob", rect(-126, -26, 170, 26))
    c.line("paper", 5, "M-41-118v90")
    c.fill(dice.pick(("green", "slate", "brick")), rect(62, -78, 38, 78))
    c.fill("glass", rect(69, -70, 24, 26))
    c.line("ink", 3, "M-82-118v22M0-118v22")
    c.fill("honey", "M-96-92q14-16 28 0z", "M-14-92q14-16 28 0z")
    c.fill("brick", "M146 4l-4-26h32l-4 26z")
    c.line("green", 6, "M158-22q-4-24-18-34M158-22v-46M158-22q4-24 18-30", soft=True)
    if dice.chance(50):
        cat(c, 124, 4, dice.pick(("dark", "honey")))


def training(c: Canvas, dice: Dice) -> None:
    """A workshop with saw-tooth roofs; two people carry a beam, a third one learns."""
    c.fill("brick", "M-150-78v-74l86 66v-66l86 66v-66l86 66v8z")
    c.fill("glass", "M-138-84v-44l54 44z", "M-52-84v-44l54 44z", "M34-84v-44l54 44z")
    c.fill("cob", rect(-150, -82, 258, 82))
    c.line("clay", 5, "M-150-80h258")
    c.fill(dice.pick(("green", "slate")), rect(-46, -60, 62, 60))
    c.line("paper", 3, "M-15-58V0")
    c.fill("glass", rect(-132, -58, 62, 32), rect(36, -58, 54, 32))
    c.line("paper", 3, "M-111-58v32M-91-58v32M54-58v32M72-58v32")
    one, two, three = dice.shuffle(COATS)[:3]
    person(c, dice, 62, 6, one, 70)
    person(c, dice, 146, 6, two, 66)
    c.line("wood", 10, "M24-38h166")
    c.line(one, 6, "M56-42l14 8", soft=True)
    c.line(two, 6, "M140-38l14 4", soft=True)
    person(c, dice, -172, 4, three, 66, reach=18)
    c.line("honey", 8, "M-160-22h-2v22M-128-22v22M-164-24h42")


def shop(c: Canvas, dice: Dice) -> None:
    """A village shop with its awning, its window and a table outside."""
    trade, cloth = dice.pick(("green", "brick", "slate")), dice.pick(("honey", "brick", "leafy"))
    c.fill("paper", rect(-140, -176, 204, 176))
    c.fill("brick", "M-154-172l24-34h184l24 34z")
    c.fill("glass", *(rect(x, -156, 26, 34) for x in (-116, -52, 14)))
    c.fill(trade, *(rect(x, -158, 9, 38) for x in (-127, -88, -63, -24, 3, 42)))
    c.fill(trade, rect(-132, -98, 188, 98))
    c.fill("glass", rect(-122, -78, 106, 56), rect(0, -78, 40, 50))
    c.fill("honey", rect(-122, -28, 106, 6))
    c.dots("brick", 16, (-106, -36), (-90, -36))
    c.fill("cob", "M-72-28v-14q14-14 28 0v14z")
    c.dots("green", 14, (-32, -35))
    for i in range(8):
        c.fill((cloth, "paper")[i % 2], f"M{-136 + 25 * i}-104h25v22a12 11 0 0 1-25 0z")
    c.line("ink", 4, "M128 4v-40M102-36h52M92 4v-26h-16v26M76-22v-26M164 4v-26h18v26M182-22v-26")
    sitting(c, dice, 86, -22, dice.pick(COATS), 1)
    sitting(c, dice, 172, -22, dice.pick(COATS), -1)
    c.fill("paper", rect(120, -46, 8, 10), rect(134, -46, 8, 10))
    person(c, dice, -166, 4, dice.pick(COATS), 68, reach=18)
    c.fill("honey", "M-158-38h22l-4 18h-14z")
