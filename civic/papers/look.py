"""How papers look: fonts, colours, margins."""

from pathlib import Path

FONTS = Path(__file__).parent / "fonts"
FAMILY = "Liberation"
INK, MUTED, LINE, BRAND = (42, 37, 31), (93, 84, 72), (217, 205, 187), (29, 92, 72)
MARGIN = 20.0
"""Millimetres on every side; all lengths here are millimetres, sizes of letters are points."""
