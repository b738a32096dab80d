"""Secret links compared by where they lead: two made for the same object in different seconds are different words."""

import re

_TOKEN = re.compile(r"([\w-]+)\.[\w-]{6}\.[\w-]{40,}")


def aim(address: str) -> str:
    """The address with only what the token leads to, without when it was made and its signature."""
    return _TOKEN.sub(r"\1", address)
