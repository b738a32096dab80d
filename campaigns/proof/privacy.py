"""Which amounts may be published so that a hidden one cannot be worked out (docs/money.md, invariant 15). Pure.

Somebody who hides her amount is safe when what is left, once every published figure is taken off the totals, is the
sum of at least three gifts. So with one hidden amount, two gifts that nobody asked to hide are merged with it; always
two, however many are hidden, so that one more hidden gift never brings a merged one back into the open.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

ENOUGH = 3
"""A sum of so many gifts tells nothing about one of them."""


@dataclass(slots=True, frozen=True)
class Gift:
    """One gift that arrived through the gateway, in cents; `name` is empty for whoever stays anonymous."""

    id: int
    cents: int
    name: str
    hidden: bool
    tipped: bool = False


@dataclass(slots=True, frozen=True)
class Publication:
    """What may be said: gifts published only together, gifts whose entries stay sealed, which sums stand apart."""

    merged: frozenset[int] = frozenset()
    sealed: frozenset[int] = frozenset()
    one_line: bool = False
    offline_apart: bool = True
    returns_apart: bool = True
    fees_shown: bool = True
    match_apart: bool = True
    held_apart: bool = True

    @property
    def match_open(self) -> bool:
        """What is added per gift goes down with a refund: it is told entry by entry only when refunds are."""
        return self.returns_apart and self.match_apart and not self.one_line

    @property
    def merged_shown(self) -> bool:
        """The sum of the merged gifts may be told: nothing else is taken off the gifts' line."""
        return not self.one_line and self.offline_apart and self.returns_apart and self.held_apart

    def amount(self, gift: Gift) -> int | None:
        """The amount of a gift in cents, None when it is only published together with others."""
        return None if gift.id in self.merged else gift.cents


def decide(
    gifts: Sequence[Gift], offline: int = 0, returned: Collection[int] = (), held: Collection[int] = (), *,
    few_matched: bool = False,
) -> Publication:  # fmt: skip
    """What may be published of these gifts, of so many offline gifts, of gifts given back in part or contested.

    Offline gifts are taken for hidden ones: their sum stands apart only when there are three or none. So does the sum
    given back, or `held` by a bank, when it concerns merged gifts or gifts that are not known here (ids). What is added
    to the gifts of one or two persons (`few_matched`) tells theirs: as soon as one gift is hidden, it is one sum with
    gifts and offline gifts; nor are the fees told, from which the gifts alone could be worked out.
    """
    known = {gift.id for gift in gifts}
    few_offline = 0 < offline < ENOUGH
    hidden = [gift.id for gift in gifts if gift.hidden]
    with_match = few_matched and bool(hidden or offline)
    merged = _with_two_others(gifts, hidden, always=few_offline or with_match)
    sealed = merged | {gift.id for gift in gifts if gift.tipped}
    if len(sealed) < ENOUGH:
        sealed = _with_two_others(gifts, sorted(sealed))

    def apart(ids: Collection[int]) -> bool:
        touched = sum(id in merged or id not in known for id in ids)
        return not touched or touched >= ENOUGH

    if merged and len(merged) + offline < ENOUGH:
        everything = frozenset(gift.id for gift in gifts)
        return Publication(everything, everything, True, False, False, False, False, False)
    return Publication(
        merged, sealed, offline_apart=not few_offline and not with_match and (not merged or len(merged) >= ENOUGH),
        returns_apart=apart(returned), fees_shown=len(gifts) >= ENOUGH and not with_match,
        match_apart=not with_match, held_apart=apart(held),
    )  # fmt: skip


def _with_two_others(gifts: Iterable[Gift], hidden: Sequence[int], *, always: bool = False) -> frozenset[int]:
    if not hidden and not always:
        return frozenset()
    others = [gift.id for gift in gifts if gift.id not in hidden]
    return frozenset([*hidden, *others[: ENOUGH - 1]])
