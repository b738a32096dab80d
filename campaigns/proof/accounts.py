"""The accounts of one campaign added up from its entries, as far as they may be published."""

import re
from collections import defaultdict
from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from campaigns.ledger import queries as ledger
from campaigns.ledger.chain import first_break
from campaigns.ledger.models import AccountKind
from campaigns.ledger.queries import Booked
from campaigns.lifecycle.models import Campaign, CampaignStatus
from campaigns.matching.queries import tells_of_few
from campaigns.offline.models import OfflineGift
from campaigns.pledges.models import Pledge, PledgeStatus
from campaigns.proof import privacy
from campaigns.proof.privacy import Gift, Publication
from civic.places.folding import fold

FINAL = frozenset({CampaignStatus.FUNDED, CampaignStatus.REPORTING, CampaignStatus.CLOSED})
"""Only now are amounts published: while gifts are collected one by one, each total would tell the last one."""
RECEIVED = (
    PledgeStatus.COLLECTED, PledgeStatus.REFUND_PENDING, PledgeStatus.REFUNDED, PledgeStatus.DISPUTED,
    PledgeStatus.CHARGED_BACK,
)  # fmt: skip
GIVEN_BACK = frozenset({"refund", "dispute", "excess", "transfer"})
"""Sources of what goes back to a backer, and of what comes back from there."""
OF_PLEDGE = re.compile(r"pledge (\d+)")
_OF_HAND = re.compile(r"offline (\d+)")


class Nature(StrEnum):
    """What an entry is about; a reversal is about the same thing as what it undoes."""

    GIFT = "gift"
    OFFLINE = "offline"
    MATCH = "match"
    RETURN = "return"
    SPENDING = "spending"
    OTHER = "other"


@dataclass(slots=True)
class Totals:
    """Sums in cents, all positive; `returned_of` and `held_of` are ids of pledges, 0 for one that is not known.

    `offline_of`: ids of the gifts by hand that stand, 0 too for one that is not known.

    `held` is what banks contest of the gifts themselves: a tip is in no public line.
    """

    gifts: int = 0
    offline: int = 0
    offline_of: set[int] = field(default_factory=set)
    matched: int = 0
    returned: int = 0
    returned_of: set[int] = field(default_factory=set)
    held: int = 0
    held_of: set[int] = field(default_factory=set)
    fees: int = 0
    spent: int = 0

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
    def left_cents(self) -> int:
        """What is not spent yet, in cents; before the fees when they would tell what single persons gave."""
        return self.totals.fund - self.totals.spent - (self.totals.fees if self.publication.fees_shown else 0)

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


def _named(what: re.Pattern[str], entry: Booked) -> int:
    found = what.fullmatch(entry.memo)
    return int(found[1]) if found else 0


def _pledge_of(entry: Booked) -> int:
    return _named(OF_PLEDGE, entry)


def undone(entry: Booked, by_id: Mapping[int, Booked]) -> Booked:
    """What a reversal undoes, through reversals of reversals; any other entry itself."""
    while entry.link.source_type == "entry" and int(entry.link.source_id) in by_id:
        entry = by_id[int(entry.link.source_id)]
    return entry


def nature(entry: Booked) -> Nature:
    """What an entry that undoes nothing is about, by its accounts and its source."""
    touched = entry.accounts
    if AccountKind.MATCH_FUND in touched:
        return Nature.MATCH
    if AccountKind.EXPENSE_PAID in touched:
        return Nature.SPENDING
    if AccountKind.DISPUTES_HELD in touched or entry.link.source_type in GIVEN_BACK:
        return Nature.RETURN
    if entry.link.source_type == "charge":
        return Nature.GIFT
    return Nature.OFFLINE if AccountKind.CAMPAIGN_FUND in touched else Nature.OTHER


def add_up(entries: Sequence[Booked]) -> Totals:
    """The sums of a campaign's entries; whatever is undone counts on neither side."""
    totals, by_id = Totals(), {one.id: one for one in entries}
    by_hand: dict[int, int] = defaultdict(int)
    for entry in entries:
        fund, origin = -entry.cents(AccountKind.CAMPAIGN_FUND), undone(entry, by_id)
        kind = nature(origin)
        totals.fees += entry.cents(AccountKind.PSP_FEES)
        totals.spent += entry.cents(AccountKind.EXPENSE_PAID)
        if kind == Nature.GIFT:
            totals.gifts += fund
        elif kind == Nature.OFFLINE:
            totals.offline += fund
            by_hand[_named(_OF_HAND, origin)] += fund
        elif kind == Nature.MATCH:
            totals.matched += fund
        elif kind == Nature.RETURN:
            totals.returned -= fund
            totals.returned_of.add(_pledge_of(origin))
    totals.offline_of = {id for id, cents in by_hand.items() if cents}
    totals.held, totals.held_of = _held(entries, by_id)
    return totals


def _held(entries: Sequence[Booked], by_id: Mapping[int, Booked]) -> tuple[int, set[int]]:
    """What banks hold now of which gifts: at most what is left of each."""
    held: dict[int, int] = defaultdict(int)
    left: dict[int, int] = defaultdict(int)
    for entry in entries:
        pledge = _pledge_of(undone(entry, by_id))
        held[pledge] += entry.cents(AccountKind.DISPUTES_HELD)
        left[pledge] -= entry.cents(AccountKind.CAMPAIGN_FUND)
    shares = {pledge: min(cents, max(0, left[pledge])) for pledge, cents in held.items() if cents > 0}
    return sum(shares.values()), {pledge for pledge, cents in shares.items() if cents}


async def books_of(campaign: Campaign) -> Books:
    """The accounts of a campaign: its entries always, its gifts and sums once everything is collected."""
    books = Books(campaign, await ledger.entries(campaign.id))
    books.broken_at = first_break((one.link, one.salt, one.prev_hash, one.hash) for one in books.entries)
    if books.final:
        books.gifts = await gifts_of(campaign.id, set(pledges_by_charge(books.entries).values()))
        books.totals = add_up(books.entries)
        books.publication = privacy.decide(
            books.gifts, await givers_by_hand(campaign.id, books.totals.offline_of), books.totals.returned_of,
            books.totals.held_of, few_matched=await tells_of_few(campaign.id),
        )  # fmt: skip
    return books


async def gifts_of(campaign_id: int, charged: Collection[int]) -> list[Gift]:
    """The gifts that arrived by card or direct debit, the oldest first.

    `charged` are the pledges with a charge: one that was paid by cheque instead counts among the offline gifts.
    """
    rows = await Pledge.filter(campaign_id=campaign_id, status__in=list(RECEIVED), id__in=list(charged)).order_by("id")
    return [Gift(row.id, row.amount_cents, row.amount_hidden, row.tip_cents > 0, row.person_id) for row in rows]


async def givers_by_hand(campaign_id: int, ids: Collection[int]) -> set[Hashable]:
    """The persons behind gifts by hand: by their account or address, else by their name, as whoever bears it here.

    Those that are not known count for one.
    """
    rows = await OfflineGift.filter(id__in=list(ids) or [0]).order_by("id")
    paid = await Pledge.filter(campaign_id=campaign_id, status__in=list(RECEIVED)).select_related("person")
    known = {fold(row.person.name): row.person_id for row in paid}
    known |= {fold(row.donor_name): row.person_id for row in rows if row.person_id}
    found: set[Hashable] = {row.person_id or known.get(fold(row.donor_name), fold(row.donor_name)) for row in rows}
    return found | ({0} if set(ids) - {row.id for row in rows} else set())
