"""Colours of the pictures: the house tokens (paper, hedge green, fired clay, honey) under four lights.

A palette is made of things (walls, roofs, clothes), an hour (sky and water) and a season (earth
and leaves); the hour stains the earth a little, the night darkens it.
"""

from civic.landscapes.canvas import blend
from civic.landscapes.dice import Dice

_THINGS = "ink dark paper brick clay honey green leafy cob glass slate wood rose"
_THINGS_DAY = "2a251f 2a251f fbf7f0 a63f22 7a2c18 e3a633 1d5c48 4f8a68 e4c79b 5b7f8e 4a6a79 a9763a d98d78"
_THINGS_NIGHT = "cdbd9f 1b1f1d e6dac5 c0583a 8a3a25 f0bd5a 3f8468 66a888 b99b73 f6cf7a 9db8c4 a07a48 d9927c"

_HOUR = "sky glow sun far hill pond glint stain"
_HOURS = {
    "dawn": "f3d9c6 f9e9d6 e58b62 e6cfc6 cdc1c2 a3bac3 f7e3d3 f0b79a",
    "morning": "d5e4e3 e9efe6 efb94a c9dadb b3c8ca 86abba d9e8e8 ffffff",
    "noon": "c9dfe3 e4eee8 f2c14e bcd2d6 a5c0c4 7ba6b8 d9e8e8 fff6d8",
    "gold": "f3e3bb f9f0d6 e9a23b dad5bb bfc6ae 93b0b4 fbf0d2 f0c878",
    "dusk": "efbf8d f6d8a4 c9512c d6a898 b49a98 8d9eac f4cf9f c9713c",
    "frost": "dde4e6 eef0ec ecc98a d3dcde bfccd1 a9bfca f2f6f6 dfe8ee",
}
_NIGHTS = {
    "moon": "1f2d36 2a3c44 f1e4c4 263741 2b3d47 3b5868 7f9aa3 12231f",
    "plum": "333443 57454c e9a283 3a3b4a 3f4453 566877 a98f8f 191f24",
    "ember": "43303a 7a4536 ee8a55 47343c 4a3942 5a5f72 d08a62 231f1b",
    "ice": "28323d 3a4650 f0e6cf 33404b 3d4a56 465b6b a5b8c2 1e2a33",
}

_SEASON = "hedge field meadow crop ground shade near crown crown2 bloom fruit"
_SEASONS = {
    "spring": "6f9a78 cfdba0 b4cc8c efd36a a3c488 86ab6e 1d5c48 5f9b6e 8dbd8c fbf7f0 fbf7f0",
    "summer": "5d907a edcf80 bccb8f e3b65a 9dba83 82a26d 1d5c48 35785c 5b9a78 e3a633 c4502e",
    "autumn": "80805a dcae62 c6b677 b8803f aaa870 8d8b58 3f4a2e c06a33 dd9550 d98d78 a63f22",
    "winter": "8fa09e f4f1e9 dbe1de e9e8e2 e4e5de c6cdca 3d5a55 8c9c99 a9b7b4 ffffff e4ebe9",
}
_STAINS = {"dawn": 0.12, "gold": 0.12, "dusk": 0.24}
_HOURS_OF = {
    "spring": ("dawn", "morning", "noon", "gold"),
    "summer": ("morning", "noon", "gold", "dusk"),
    "autumn": ("dawn", "morning", "gold", "dusk"),
    "winter": ("frost", "frost", "dawn", "dusk"),
}


def season_of(dice: Dice) -> str:
    """One of the four seasons."""
    return dice.pick(tuple(_SEASONS))


def palette(dice: Dice, season: str, night: bool) -> dict[str, str]:
    """Colour of each word of the palette for a season, by day or by night."""
    hour = dice.pick(_HOURS_OF[season])
    dark = dice.pick(("ice", "ice", "plum") if season == "winter" else ("moon", "moon", "plum", "ember"))
    light = dict(zip(_HOUR.split(), (_NIGHTS[dark] if night else _HOURS[hour]).split(), strict=True))
    share = (0.7 if season == "winter" else 0.79) if night else _STAINS.get(hour, 0.04)
    earth = dict(zip(_SEASON.split(), _SEASONS[season].split(), strict=True))
    stained = {name: blend(colour, light["stain"], share) for name, colour in earth.items()}
    if night:
        stained["crown"] = blend(earth["crown"], light["stain"], 0.62)
        stained["crown2"] = blend(earth["crown2"], light["stain"], 0.55)
        stained["bloom"] = blend(earth["bloom"], light["stain"], 0.4)
        stained["fruit"] = blend(earth["fruit"], light["stain"], 0.3)
        stained["near"] = blend(earth["near"], "0b1311", 0.72)
    things = dict(zip(_THINGS.split(), (_THINGS_NIGHT if night else _THINGS_DAY).split(), strict=True))
    skins = {"skin1": "e8bd98", "skin2": "c98f68", "skin3": "8d5b3d", "skin4": "d9a47c", "grey": "d8d2c6"}
    return {**things, **skins, **light, **stained}
