"""Numbers drawn from a seed: the same seed gives the same numbers on every machine, for ever."""

import hashlib
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """A row of numbers that depends on nothing but the words it is made from."""

    def __init__(self, *words: str) -> None:
        self._key = "\x1f".join(words).encode()
        self._thrown = 0

    def upto(self, n: int) -> int:
        """A number from 0 to n - 1."""
        self._thrown += 1
        digest = hashlib.sha256(self._key + b"%d" % self._thrown).digest()
        return int.from_bytes(digest[:6], "big") % n

    def between(self, low: int, high: int) -> int:
        """A number from low to high, both included."""
        return low + self.upto(high - low + 1)

    def pick(self, choices: Sequence[T]) -> T:
        """One of the choices."""
        return choices[self.upto(len(choices))]

    def chance(self, percent: int) -> bool:
        """True so many times in a hundred."""
        return self.upto(100) < percent

    def shuffle(self, choices: Sequence[T]) -> list[T]:
        """The choices in another order."""
        left = list(choices)
        return [left.pop(self.upto(len(left))) for _ in choices]
