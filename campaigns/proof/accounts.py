"""The accounts of one campaign added up from its entries, as far as they may be published."""

import asyncio
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field

from campaigns.ledger import queries as ledger
from campaigns.ledger import telling
from campaigns.ledger.models import AccountKind
from campaigns.ledger.queries import Booked
from campaigns.ledger.telling import movements_of
from campaigns.ledger.told import ENOUGH, Of, told
from campaigns.lifecycle.models import Campaign, CampaignStatus
from campaigns.matching.queries import tells_of_few
from campaigns.pledges.models import Pledge, PledgeStatus
from campaigns.proof import privacy
from campaigns.proof.natures import OF_PLEDGE, Nature, nature, undone
from campaigns.proof.privacy import Gift, Publication

FINAL = frozenset({CampaignStatus.FUNDED, CampaignStatus.REPORTING, CampaignStatus.CLOSED})
"""Only now are amounts published: while gifts are collected one by one, each total would tell the last one."""
RECEIVED = (
    PledgeStatus.COLLECTED, PledgeStatus.REFUND_PENDING, PledgeStatus.REFUNDED, PledgeStatus.DISPUTED,
    PledgeStatus.CHARGED_BACK,
)  # fmt: skip


@dataclass(slots=True)
class Totals:
    """Sums in cents, all positive, as they may be told; `offline_of`: ids of the gifts by hand that are in `offline`.

    Gifts, offline and matched are those of the settlement: what left since, or is held by a bank, is `gone` as far as
    it is told, and else counts as if it had not happened (`waits`, `ledger.told`). An id of 0 stands for gifts by hand
    that are not known. `of_pledges`: what each gift counts for.
    """

    gifts: int = 0
    of_pledges: dict[int, int] = field(default_factory=dict)
    offline: int = 0
    offline_of: set[int] = field(default_factory=set)
    matched: int = 0
    gone: int = 0
    fees: int = 0
    dispute_fees: int = 0
    spent: int = 0
    waits: bool = False

    @property
    def fund(self) -> int:
        """The public total, in cents: what the campaign has received, less what is told as gone or held."""
        return self.gifts + self.offline + self.matched - self.gone


@dataclass(slots=True)
class Books:
    """One campaign's entries, gifts, totals, and what of them may be published.

    `broken_at` is the first entry that does not fit its chain.
    """

    campaign: Campaign
    entries: list[Booked]
    gifts: list[Gift] = field(default_factory=list)
    totals: Totals = field(default_factory=Totals)
    publication: Publication = field(default_factory=Publication)
    broken_at: int | None = None

    @property
    def final(self) -> bool:
        """Amounts are published."""
        return self.campaign.status in FINAL and not self.campaign.is_standing

    @property
    def head(self) -> str:
        """The hash of the last entry; empty without any."""
        return self.entries[-1].hash if self.entries else ""

    @property
    def fees_told(self) -> bool:
        """The gateway's fees stand in the balance: they tell no single gift, and are known to us."""
        return self.publication.fees_shown and not (self.campaign.payee_id and not self.totals.fees)

    @property
    def left_cents(self) -> int:
        """What is not spent yet, in cents; before the fees when they would tell what single persons gave.

        And before what left or is contested, as long as that is not told (`Totals.waits`).
        """
        return self.totals.fund - self.totals.spent - (self.totals.fees if self.fees_told else 0)

    @property
    def merged_cents(self) -> int:
        """The sum of the gifts that are published only together, in cents."""
        return sum(gift.cents for gift in self.gifts if gift.id in self.publication.merged)

    def open_entries(self) -> frozenset[int]:
        """Ids of the entries of which the export may say everything; whatever is not known to be safe stays sealed."""
        by_id = {one.id: one for one in self.entries}
        if self.campaign.is_standing:  # every monthly gift is hidden, what is spent is not
            return frozenset(one.id for one in self.entries if nature(undone(one, by_id)) == Nature.SPENDING)
        if not self.final:
            return frozenset()
        published = {gift.id for gift in self.gifts} - self.publication.sealed
        charges = {ref for ref, pledge in pledges_by_charge(self.entries).items() if pledge in published}
        return frozenset(one.id for one in self.entries if self._says_all(undone(one, by_id), charges))

    def _says_all(self, entry: Booked, charges: set[str]) -> bool:
        kind = nature(entry)
        if kind == Nature.GIFT:
            return entry.link.source_id in charges
        return kind == Nature.SPENDING or (kind == Nature.MATCH and self.publication.match_open)


def pledges_by_charge(entries: Sequence[Booked]) -> dict[str, int]:
    """Charge → id of its pledge."""
    found = ((one.link.source_id, OF_PLEDGE.fullmatch(one.memo)) for one in entries if one.link.kind == "charge")
    return {source: int(match[1]) for source, match in found if match}


def add_up(
    entries: Sequence[Booked], givers: Mapping[Of, Hashable], settled: int | None, upto: int | None = None,
    enough: int = ENOUGH,
) -> Totals:  # fmt: skip
    """The sums of a campaign's entries as they may be told. What is given besides: as `ledger.told` knows it."""
    totals, by_id = Totals(), {one.id: one for one in entries}
    for entry in entries:
        returns = nature(undone(entry, by_id)) == Nature.RETURN
        totals.fees += entry.cents(AccountKind.PSP_FEES)
        totals.dispute_fees += entry.cents(AccountKind.PSP_FEES) if returns else 0
        totals.spent += entry.cents(AccountKind.EXPENSE_PAID)
    found = told(movements_of(entries), givers, settled, upto=upto, enough=enough)
    totals.of_pledges = {id: cents for (kind, id), cents in found.counted.items() if kind == "pledge" and cents}
    by_hand = {id: cents for (kind, id), cents in found.counted.items() if kind == "offline" and cents}
    totals.gifts, totals.offline = sum(totals.of_pledges.values()), sum(by_hand.values())
    totals.offline_of, totals.matched = set(by_hand), found.matched
    totals.gone, totals.waits = found.gone, found.waits
    return totals


async def books_of(campaign: Campaign) -> Books:
    """The accounts of a campaign: its entries always, its gifts and sums once everything is collected."""
    books = Books(campaign, await ledger.entries(campaign.id))
    books.broken_at = await ledger.break_of(books.entries)
    if books.final:
        givers = await telling.givers(campaign.id)
        books.totals = await asyncio.to_thread(
            add_up, books.entries, givers, campaign.settled_entry, campaign.told_entry, 0
        )
        books.gifts = await gifts_of(campaign.id, books.totals.of_pledges)
        books.publication = privacy.decide(
            books.gifts, {givers.get(("offline", id), 0) for id in books.totals.offline_of},
            few_matched=await tells_of_few(campaign.id), gone=anything_left(books.entries),
        )  # fmt: skip
    return books


def anything_left(entries: Sequence[Booked]) -> bool:
    """Whether anything was ever given back, contested, undone, or added less."""
    return any(one.fund < 0 or one.held for one in movements_of(entries))


async def gifts_of(campaign_id: int, counted: Mapping[int, int]) -> list[Gift]:
    """The gifts that arrived by card or direct debit, the oldest first.

    `counted`: cents by pledge, of those with a charge, less what had gone back by the settlement; one that was paid by
    cheque instead counts among the offline gifts.
    """
    rows = Pledge.filter(campaign_id=campaign_id, status__in=list(RECEIVED)).order_by("id")
    found = await rows.values_list("id", "amount_hidden", "tip_cents", "person_id")
    return [
        Gift(id, counted[id], bool(hidden), tip > 0, person) for id, hidden, tip, person in found if id in counted
    ]  # fmt: skip
