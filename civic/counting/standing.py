"""Who comes out of an order with ties: what every method that chooses among several options shares."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Standing:
    """The options from first to last, equals together; those that come out, and those that tie for the last places."""

    order: tuple[tuple[int, ...], ...]
    chosen: tuple[int, ...]
    tied: tuple[int, ...]


def stand(options: Iterable[int], beats: Callable[[int, int], bool], most: int) -> Standing:
    """Put options in order by a strict relation and let at most `most` come out.

    An option comes out when it would under every way of settling the ties, is out when it would be under every way, and
    is tied in between: nothing is drawn. The relation must be transitive and without cycles.
    """
    known = sorted(options)
    won = {(one, other) for one in known for other in known if one != other and beats(one, other)}
    above = {one: sum((other, one) in won for other in known) for one in known}
    below = {one: sum((one, other) in won for other in known) for one in known}
    chosen = [one for one in known if len(known) - below[one] <= most]
    tied = [one for one in known if one not in chosen and above[one] < most]
    order = _layers(known, won)
    places = {one: place for place, layer in enumerate(order) for one in layer}
    return Standing(order, tuple(sorted(chosen, key=places.__getitem__)), tuple(tied))


def _layers(known: Collection[int], won: Collection[tuple[int, int]]) -> tuple[tuple[int, ...], ...]:
    """Those nobody beats, then those nobody left beats, and so on."""
    left, layers = list(known), list[tuple[int, ...]]()
    while left:
        layer = tuple(one for one in left if not any((other, one) in won for other in left))
        layers.append(layer)
        left = [one for one in left if one not in layer]
    return tuple(layers)
