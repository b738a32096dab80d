"""Which amounts may be published so that a hidden one cannot be worked out (docs/money.md, invariant 15). Pure.

Somebody who hides her amount is safe when what is left, once every published figure is taken off the totals, is the
sum of gifts of at least three persons: whoever gave twice knows both. So with one hidden amount, gifts of two other
persons that nobody asked to hide are merged with it; always two, however many are hidden, so that one more hidden gift
never brings a merged one back into the open.
"""

from collections.abc import Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass

from campaigns.ledger.told import ENOUGH


@dataclass(slots=True, frozen=True)
class Gift:
    """One gift that arrived through the gateway, in cents; it bears no name, for no amount is written beside one.

    `person` is whose it is; nothing for somebody who gave nothing else.
    """

    id: int
    cents: int
    hidden: bool
    tipped: bool = False
    person: Hashable = None

    @property
    def giver(self) -> Hashable:
        """The same for two gifts of one person."""
        return ("gift", self.id) if self.person is None else self.person


@dataclass(slots=True, frozen=True)
class Publication:
    """What may be said: gifts published only together, gifts whose entries stay sealed, which sums stand apart."""

    merged: frozenset[int] = frozenset()
    sealed: frozenset[int] = frozenset()
    one_line: bool = False
    offline_apart: bool = True
    fees_shown: bool = True
    match_apart: bool = True
    gone: bool = False

    @property
    def match_open(self) -> bool:
        """What is added per gift goes down with a refund: it is told entry by entry only while nothing went back."""
        return self.match_apart and not self.one_line and not self.gone

    @property
    def merged_shown(self) -> bool:
        """The sum of the merged gifts may be told: it is the gifts' line less the gifts that are published."""
        return not self.one_line and self.offline_apart

    def amount(self, gift: Gift) -> int | None:
        """The amount of a gift in cents, None when it is only published together with others."""
        return None if gift.id in self.merged else gift.cents


def decide(
    gifts: Sequence[Gift], offline: Collection[Hashable] = (), *, few_matched: bool = False, gone: bool = False,
) -> Publication:  # fmt: skip
    """What may be published of these gifts and of offline gifts of so many persons.

    Offline gifts are taken for hidden ones: their sum stands apart only when three persons or none gave so. What is
    added to the gifts of one or two persons (`few_matched`) tells theirs: as soon as one gift is hidden, it is one sum
    with gifts and offline gifts. The fees, from which the gifts alone could be worked out, are told in neither case.
    What left or is contested since (`gone`) is told by `ledger.told` and never changes the line of a gift.
    """
    givers = {gift.id: gift.giver for gift in gifts}
    by_hand = set(offline)
    few_offline = 0 < len(by_hand) < ENOUGH
    hidden = [gift.id for gift in gifts if gift.hidden]
    with_match = few_matched and bool(hidden or by_hand)
    discreet = {givers[id] for id in hidden} | (by_hand if few_offline else set())
    merged = _with_two_others(gifts, hidden, discreet) if hidden or few_offline or with_match else frozenset()
    sealed = merged | {gift.id for gift in gifts if gift.tipped}
    if sealed and len({givers[id] for id in sealed}) < ENOUGH:
        sealed = _with_two_others(gifts, sealed, {givers[id] for id in sealed})
    together = {givers[id] for id in merged}

    if merged and len(together | by_hand) < ENOUGH:
        everything = frozenset(givers)
        return Publication(everything, everything, True, False, False, False, gone)
    return Publication(
        merged, sealed, offline_apart=not few_offline and not with_match and (not merged or len(together) >= ENOUGH),
        fees_shown=len(set(givers.values())) >= ENOUGH and not with_match and not few_offline,
        match_apart=not with_match, gone=gone,
    )  # fmt: skip


def _with_two_others(gifts: Iterable[Gift], hidden: Collection[int], discreet: Collection[Hashable]) -> frozenset[int]:
    """These gifts and the first ones of two persons who are not among the discreet; of each person only one more."""
    found, met = set(hidden), set[Hashable]()
    for gift in gifts:
        if len(met - set(discreet)) == ENOUGH - 1:
            break
        if gift.id not in hidden and gift.giver not in met:
            met.add(gift.giver)
            found.add(gift.id)
    return frozenset(found)
