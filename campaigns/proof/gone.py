"""What went back to backers, or is held by a bank: told by three persons at a time (docs/decisions/0014). Pure.

Once a campaign is settled its figures stand still, so whoever reads the page before and after one refund, or one
contested payment, reads one gift in the difference. What moves is therefore told when gifts of three persons have moved
since it was told last; until then the page counts as if it had not happened, and says that something may wait. It goes
by the order of the entries alone: nothing is kept, and everybody reads the same.
"""

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field

from campaigns.ledger.models import AccountKind
from campaigns.ledger.queries import Booked
from campaigns.proof.natures import OF_PLEDGE, Nature, named, nature, undone
from campaigns.proof.privacy import ENOUGH

MATCH_REDUCED = "match_reduced"
"""What is added per gift goes down with it: its sum tells the gift, and waits like it."""


@dataclass(slots=True)
class Gone:
    """Told sums in cents; what is not told yet, by person: given back and held, in cents."""

    returned: int = 0
    held: int = 0
    match_waiting: int = 0
    waiting: dict[Hashable, tuple[int, int]] = field(default_factory=dict)

    @property
    def waits(self) -> bool:
        """Something is not told yet."""
        return bool(self.waiting or self.match_waiting)

    def move(self, who: Hashable, returned: int, held: int) -> None:
        """So much more of a person's gifts went back or is held; all that waits is told once it is three persons'."""
        before = self.waiting.pop(who, (0, 0))
        after = (before[0] + returned, before[1] + held)
        if after != (0, 0):
            self.waiting[who] = after
        if len(self.waiting) >= ENOUGH:
            self.returned += sum(one for one, _held in self.waiting.values())
            self.held += sum(one for _returned, one in self.waiting.values())
            self.match_waiting = 0
            self.waiting.clear()


def told(entries: Sequence[Booked], givers: Mapping[int, Hashable]) -> Gone:
    """What may be told of these entries; `givers`: pledge → whose it is, and all that are not known are one person's.

    A bank holds at most what is left of a gift: the rest of it is a tip's.
    """
    found, by_id = Gone(), {one.id: one for one in entries}
    left, contested, shares = defaultdict[int, int](int), defaultdict[int, int](int), defaultdict[int, int](int)
    for entry in entries:
        origin = undone(entry, by_id)
        pledge, fund = named(OF_PLEDGE, origin), -entry.cents(AccountKind.CAMPAIGN_FUND)
        if origin.link.kind == MATCH_REDUCED:
            found.match_waiting += fund
        left[pledge] += fund
        contested[pledge] += entry.cents(AccountKind.DISPUTES_HELD)
        share = max(0, min(contested[pledge], left[pledge]))
        returned = -fund if nature(origin) == Nature.RETURN else 0
        if returned or share != shares[pledge]:
            found.move(givers.get(pledge), returned, share - shares[pledge])
            shares[pledge] = share
    return found


def anything(entries: Sequence[Booked]) -> bool:
    """Whether anything was ever given back or contested."""
    by_id = {one.id: one for one in entries}
    return any(nature(undone(one, by_id)) == Nature.RETURN for one in entries)
