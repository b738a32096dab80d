"""Small people and animals: residents of every age, a hen of Bresse, a cat."""

from civic.landscapes.canvas import Canvas, disc
from civic.landscapes.dice import Dice

COATS = ("brick", "green", "slate", "honey", "clay", "rose", "leafy")
_SKINS = ("skin1", "skin2", "skin3", "skin4")


def head(c: Canvas, dice: Dice, x: int, y: int, r: int = 9) -> None:
    """A head around (x, y): hair behind, face, sometimes a bun or a straw hat."""
    hair, style = dice.pick(("dark", "dark", "clay", "wood", "grey")), dice.upto(5)
    c.fill(hair, disc(x, y - 3, r + 2))
    if style == 0:
        c.fill(hair, disc(x + r - 3, y - r - 5, 6))
    elif style == 1:
        c.fill(hair, f"M{x - r - 2} {y - 3}v{r + 8}h{2 * r + 4}v{-r - 8}z")
    c.fill(dice.pick(_SKINS), disc(x, y + 1, r))
    if style == 2:
        c.fill("honey", disc(x, y - r + 2, r + 6, 4), f"M{x - r} {y - r + 2}q{r}-{r + 7} {2 * r} 0z")


def person(c: Canvas, dice: Dice, x: int, y: int, coat: str, tall: int = 56, reach: int = 0) -> None:
    """Someone standing, feet at (x, y); `reach` is how far the arms stretch forward (minus: left)."""
    hip = y - tall // 4
    c.line("dark", 6, f"M{x - 5} {hip}V{y}M{x + 5} {hip}V{y}")
    c.fill(coat, f"M{x - 13} {hip + 4}l3-{tall - tall // 4 - 16}q10-12 20 0l3 {tall - tall // 4 - 16}z")
    if reach:
        c.line(coat, 7, f"M{x} {y - tall + 26}l{reach} 6", soft=True)
    head(c, dice, x, y - tall + 1)


def sitting(c: Canvas, dice: Dice, x: int, y: int, coat: str, facing: int) -> None:
    """Someone sitting on a seat at height y, knees towards `facing` (1 right, -1 left)."""
    c.line("dark", 7, f"M{x} {y - 4}h{16 * facing}v22", soft=True)
    c.fill(coat, f"M{x - 11} {y}l2-30q9-11 18 0l2 30z")
    c.line(coat, 6, f"M{x} {y - 24}l{14 * facing} 12", soft=True)
    head(c, dice, x, y - 44)


def child(c: Canvas, dice: Dice, x: int, y: int, coat: str) -> None:
    """A child standing, feet at (x, y)."""
    c.line("dark", 5, f"M{x - 4} {y - 8}V{y}M{x + 4} {y - 8}V{y}")
    c.fill(coat, f"M{x - 10} {y - 6}l3-20q7-10 14 0l3 20z")
    head(c, dice, x, y - 36, 8)


def hen(c: Canvas, x: int, y: int, way: int) -> None:
    """A white hen of Bresse, feet at (x, y), looking `way` (1 right, -1 left)."""
    w = way
    c.line("slate", 2, f"M{x - 2} {y - 6}v6M{x + 4} {y - 6}v6")
    c.fill("brick", disc(x + 12 * w, y - 25, 4), disc(x + 16 * w, y - 15, 3))
    c.fill("paper", f"M{x - 16 * w} {y - 24}q{6 * w} 10 {18 * w} 4q{2 * w} -8 {10 * w} -6 {4 * w} 2 {4 * w} 8"
           f"q{-2 * w} 16 {-16 * w} 16 {-16 * w} -6 {-16 * w} -22z")
    c.fill("honey", f"M{x + 16 * w} {y - 21}l{6 * w} 3 {-6 * w} 2z")


def cat(c: Canvas, x: int, y: int, coat: str) -> None:
    """A cat that sits and looks at the landscape, paws at (x, y)."""
    c.fill(coat, f"M{x - 9} {y}q-1-18 6-20l-2-12 6 4h5l6-4 1 14q6 4 5 18z")
    c.line(coat, 4, f"M{x - 8} {y - 2}q-12 0-10-14", soft=True)
