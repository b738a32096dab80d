"""The accounts of one campaign added up from its entries, as far as they may be published."""

import re
from collections import defaultdict
from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, field

from campaigns.ledger import queries as ledger
from campaigns.ledger.models import AccountKind
from campaigns.ledger.queries import Booked
from campaigns.lifecycle.models import Campaign, CampaignStatus
from campaigns.matching.queries import tells_of_few
from campaigns.offline.models import OfflineGift
from campaigns.pledges.models import Pledge, PledgeStatus
from campaigns.proof import gone, privacy
from campaigns.proof.natures import OF_PLEDGE, Nature, named, nature, undone
from campaigns.proof.privacy import Gift, Publication
from civic.places.folding import fold

FINAL = frozenset({CampaignStatus.FUNDED, CampaignStatus.REPORTING, CampaignStatus.CLOSED})
"""Only now are amounts published: while gifts are collected one by one, each total would tell the last one."""
RECEIVED = (
    PledgeStatus.COLLECTED, PledgeStatus.REFUND_PENDING, PledgeStatus.REFUNDED, PledgeStatus.DISPUTED,
    PledgeStatus.CHARGED_BACK,
)  # fmt: skip
_OF_HAND = re.compile(r"offline (\d+)")


@dataclass(slots=True)
class Totals:
    """Sums in cents, all positive, as they may be told; `offline_of`: ids of the gifts by hand that stand.

    An id of 0 stands for gifts by hand that are not known. `held` is what banks contest of the gifts themselves: a tip
    is in no public line. `waits`: some of what went back or is held is not told yet, and counts here as if it had not
    happened (`proof.gone`).
    """

    gifts: int = 0
    offline: int = 0
    offline_of: set[int] = field(default_factory=set)
    matched: int = 0
    returned: int = 0
    held: int = 0
    fees: int = 0
    dispute_fees: int = 0
    spent: int = 0
    waits: bool = False

    @property
    def fund(self) -> int:
        """What the campaign has received, has not given back, and no bank contests, in cents."""
        return self.gifts + self.offline + self.matched - self.returned - self.held


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

        And before what went back or is held, as long as that is not told (`Totals.waits`).
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


def add_up(entries: Sequence[Booked], givers: Mapping[int, Hashable]) -> Totals:
    """The sums of a campaign's entries; whatever is undone counts on neither side. `givers`: pledge → whose it is."""
    totals, by_id = Totals(), {one.id: one for one in entries}
    by_hand: dict[int, int] = defaultdict(int)
    for entry in entries:
        fund, origin = -entry.cents(AccountKind.CAMPAIGN_FUND), undone(entry, by_id)
        kind = nature(origin)
        totals.fees += entry.cents(AccountKind.PSP_FEES)
        totals.dispute_fees += entry.cents(AccountKind.PSP_FEES) if kind == Nature.RETURN else 0
        totals.spent += entry.cents(AccountKind.EXPENSE_PAID)
        if kind == Nature.GIFT:
            totals.gifts += fund
        elif kind == Nature.OFFLINE:
            totals.offline += fund
            by_hand[named(_OF_HAND, origin)] += fund
        elif kind == Nature.MATCH:
            totals.matched += fund
    totals.offline_of = {id for id, cents in by_hand.items() if cents}
    told = gone.told(entries, givers)
    totals.returned, totals.held, totals.waits = told.returned, told.held, told.waits
    totals.matched -= told.match_waiting
    return totals


async def books_of(campaign: Campaign) -> Books:
    """The accounts of a campaign: its entries always, its gifts and sums once everything is collected."""
    books = Books(campaign, await ledger.entries(campaign.id))
    books.broken_at = await ledger.break_of(books.entries)
    if books.final:
        books.gifts = await gifts_of(campaign.id, set(pledges_by_charge(books.entries).values()))
        books.totals = add_up(books.entries, {gift.id: gift.giver for gift in books.gifts})
        books.publication = privacy.decide(
            books.gifts, await givers_by_hand(campaign.id, books.totals.offline_of),
            few_matched=await tells_of_few(campaign.id), gone=gone.anything(books.entries),
        )  # fmt: skip
    return books


async def gifts_of(campaign_id: int, charged: Collection[int]) -> list[Gift]:
    """The gifts that arrived by card or direct debit, the oldest first.

    `charged` are the pledges with a charge: one that was paid by cheque instead counts among the offline gifts.
    """
    rows = Pledge.filter(campaign_id=campaign_id, status__in=list(RECEIVED)).order_by("id")
    found = await rows.values_list("id", "amount_cents", "amount_hidden", "tip_cents", "person_id")
    wanted = set(charged)
    return [Gift(id, cents, bool(hidden), tip > 0, person) for id, cents, hidden, tip, person in found if id in wanted]


async def givers_by_hand(campaign_id: int, ids: Collection[int]) -> set[Hashable]:
    """The persons behind gifts by hand: by their account or address, else by their name, as whoever bears it here.

    Those that are not known count for one.
    """
    if not ids:
        return set()
    rows = await OfflineGift.filter(id__in=list(ids)).order_by("id")
    paid = Pledge.filter(campaign_id=campaign_id, status__in=list(RECEIVED))
    known = {fold(name): person for name, person in await paid.values_list("person__name", "person_id")}
    known |= {fold(row.donor_name): row.person_id for row in rows if row.person_id}
    found: set[Hashable] = {row.person_id or known.get(fold(row.donor_name), fold(row.donor_name)) for row in rows}
    return found | ({0} if set(ids) - {row.id for row in rows} else set())
