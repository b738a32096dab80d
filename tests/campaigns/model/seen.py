"""The public's eye: figures read from the pages as a visitor gets them, and what they should be by the rows alone.

Nothing here asks the cached totals: promises, verified gifts, matches and postings are added up anew (invariant 10).
"""

import html
import json
import re
from collections import defaultdict
from datetime import datetime

import httpx2

from campaigns.ledger.models import AccountKind
from campaigns.ledger.telling import told_of
from campaigns.ledger.told import ENOUGH
from campaigns.lifecycle.models import SETTLED, STILL, Campaign, CampaignStatus, CostLine
from campaigns.matching.models import Match, MatchState
from campaigns.offline.models import COUNTING, OfflineGift
from campaigns.payments.models import Attempt
from campaigns.payouts.models import Answer, Expense
from campaigns.pledges.models import Pledge, PledgeStatus
from campaigns.proof.accounts import FINAL
from campaigns.proof.checking import check as check_export
from campaigns.refunds.models import Dispute
from campaigns.refunds.position import PAID, position_of
from civic import database
from civic.web.formats import money

VEILED, HIDDEN_CENTS = "Irène Voilée", 3_137
"""A backer who never wants to be named, and an amount that nobody shows; no other sum ends in 37 cents."""
GIVEN_UP = (PledgeStatus.CREATED, PledgeStatus.ABANDONED, PledgeStatus.CANCELLED, PledgeStatus.RELEASED)
_SUM = re.compile(r'<strong class="gauge__sum">([^<]+)</strong>')
_BLOCK = re.compile(r"<main>.*?<p><strong>([^<]+)</strong>", re.S)
_ROW = re.compile(r'<tr( class="total")?><th scope="row">([^<]*)</th><td class="n">([^<]+)</td></tr>')
_SPENT = re.compile(r'<th scope="row">Dépensé</th><td class="n">([^<]+)</td>')
_LINE = re.compile(r'<tr><th scope="row">[^<]*</th><td class="n">([^<]+)</td><td class="n">([^<]+)</td></tr>')
_EXPENSE = re.compile(r'<td class="only-wide">[^<]*</td><td class="n">([^<]+)</td><td>')
_FUND = """SELECT -COALESCE(SUM(p.amount_cents), 0) AS cents FROM posting p JOIN account a ON a.id = p.account_id
WHERE a.kind = ? AND a.campaign_id = ?"""


def cents_of(text: str) -> int:
    """« 4 120 € », « 12,50 € » and « -3,50 € » in cents."""
    found = re.sub(r"[^\d,-]", "", html.unescape(text).replace("\u2212", "-"))
    whole, _comma, rest = found.partition(",")
    return int(whole.lstrip("-")) * 100 * (-1 if "-" in whole else 1) + int(rest or 0) * (-1 if "-" in whole else 1)


async def fund_of(campaign_id: int) -> int:
    """What the ledger's postings say that the campaign holds, in cents."""
    return int((await database.fetch_all(_FUND, [AccountKind.CAMPAIGN_FUND.value, campaign_id]))[0]["cents"])


async def untold(campaign: Campaign) -> int:
    """What left since the settlement and is not told yet, in cents, by the entries (docs/decisions/0014)."""
    if campaign.settled_entry is None:
        return 0
    return (await told_of(campaign.id, campaign.settled_entry, campaign.status, campaign.told_entry)).untold


async def standing(campaign_id: int) -> dict[object, int]:
    """Person → cents of her gifts that are here and that no bank holds, by the rows alone."""
    found: dict[object, int] = defaultdict(int)
    held: dict[int, int] = defaultdict(int)
    for row in await Dispute.filter(pledge__campaign_id=campaign_id, due=False):
        held[row.pledge_id] += row.held_cents - row.borne_cents
    for pledge in await Pledge.filter(campaign_id=campaign_id, status__in=list(PAID)):
        if position := await position_of(pledge):
            found[pledge.person_id] += max(0, position.gift_left_cents - held[pledge.id])
    for gift in await OfflineGift.filter(campaign_id=campaign_id, status__in=list(COUNTING)):
        found[gift.person_id or gift.donor_name] += gift.amount_cents
    return found


async def expected_total(campaign: Campaign) -> int:
    """What its page should say, in cents: promises until everything is collected, then postings."""
    matches = Match.filter(agreement__campaign_id=campaign.id)
    reserved = await _sum(matches.filter(state=MatchState.RESERVED))
    if campaign.status in SETTLED or campaign.charges_at_once:
        return await fund_of(campaign.id) + reserved + await untold(campaign)
    if campaign.status == CampaignStatus.FAILED:
        return campaign.decided_total_cents or 0
    promised = await _sum(Pledge.filter(campaign_id=campaign.id).exclude(status__in=list(GIVEN_UP)))
    by_hand = OfflineGift.filter(campaign_id=campaign.id, status__in=list(COUNTING), pledge_id__isnull=True)
    return promised + await _sum(by_hand) + reserved


async def _sum(rows: object) -> int:
    return sum(await rows.values_list("amount_cents", flat=True))


class Visitor:
    """Somebody without an account who reads everything there is to read, after every step."""

    def __init__(self, app: object) -> None:
        self.noted: dict[int, tuple[CampaignStatus, int, dict[object, int]]] = {}
        self.http = httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://testserver")

    async def read(self, path: str) -> str:
        answer = await self.http.get(path)
        assert answer.status_code == 200, f"{path}: {answer.status_code}"
        return answer.text

    async def assert_told_right(self, campaign_id: int) -> None:
        """The page, the block and the page of proofs say what the rows say; nobody's secret is in them."""
        before = await _moved(campaign_id)
        campaign = await Campaign.get(id=campaign_id)
        page = await self.read(f"/campagnes/{campaign.slug}")
        block = await self.read(f"/campagnes/{campaign.slug}/bloc")
        proof = await self.read(f"/campagnes/{campaign.slug}/preuves")
        export = await self.read(f"/campagnes/{campaign.slug}/preuves.jsonl")
        total = await expected_total(campaign)
        assert await _moved(campaign_id) == before, "something moved while a visitor was reading"
        shown = cents_of(_SUM.search(page)[1]), cents_of(_BLOCK.search(block)[1])
        assert shown == (total, total), f"{campaign.status}: shown {shown}, by the rows {total}"
        assert check_export(export).problems == []
        if campaign.status in FINAL:
            self.assert_adds_up(proof, await fund_of(campaign_id) + await untold(campaign))
            await self.assert_spending_told(proof, campaign_id)
            assert cents_of(_SPENT.search(proof)[1]) == -await _sum(Expense.filter(status=Answer.ACCEPTED))
        else:
            assert "Le bilan, en euros" not in proof
        await self.assert_secrets_kept(campaign, total, page, block, proof, export)
        await self.assert_nobody_is_subtracted(campaign, total)

    async def assert_nobody_is_subtracted(self, campaign: Campaign, total: int) -> None:
        """A total that stands still moves only when gifts of three persons have, or by a gift that has just come."""
        now = await standing(campaign.id)
        status, before, then = self.noted.get(campaign.id, (campaign.status, total, now))
        if campaign.status not in STILL or status not in STILL or campaign.status == CampaignStatus.REFUNDED:
            self.noted[campaign.id] = (campaign.status, total, now)
        elif total != before:
            moved = {who for who in {*now, *then} if now.get(who, 0) != then.get(who, 0)}
            assert len(moved) >= ENOUGH or any(now.get(who, 0) > then.get(who, 0) for who in moved), (before, total)
            self.noted[campaign.id] = (campaign.status, total, now)
        else:
            self.noted.setdefault(campaign.id, (campaign.status, total, now))

    def assert_adds_up(self, proof: str, fund: int) -> None:
        """After settlement: Σ public lines = Σ postings, and what is not told; of three persons at least."""
        balance = proof.partition("<tbody>")[2].partition("</tbody>")[0]
        rows = [(bool(total), cents_of(cents)) for total, _label, cents in _ROW.findall(balance)]
        first = [total for total, _cents in rows].index(True)
        assert sum(cents for _total, cents in rows[:first]) == rows[first][1] == fund, (rows, fund)
        left = rows[-1][1]
        assert sum(cents for _total, cents in rows[first:-1]) == left, rows

    async def assert_spending_told(self, proof: str, campaign_id: int) -> None:
        """Each cost line with what was planned and spent, each verified expense once, and none of the others."""
        section = proof.partition('id="depenses"')[2].partition("</section>")[0]
        lines = [(cents_of(planned), cents_of(spent)) for planned, spent in _LINE.findall(section)]
        verified = Expense.filter(campaign_id=campaign_id, status=Answer.ACCEPTED)
        rows = await CostLine.filter(campaign_id=campaign_id).order_by("position", "id")
        assert sorted(lines) == sorted([(row.amount_cents, await _sum(verified.filter(cost_line_id=row.id))) for row in rows])
        told = sorted(cents_of(cents) for cents in _EXPENSE.findall(section))
        assert told == sorted(await verified.values_list("amount_cents", flat=True))

    async def assert_secrets_kept(self, campaign: Campaign, total: int, *texts: str) -> None:
        """A veiled name nowhere, a hidden amount only where it is the whole total (invariant 15)."""
        *pages, export = texts
        for text in texts:
            assert VEILED.split()[1] not in html.unescape(text)
        if total != HIDDEN_CENTS:
            written = money(HIDDEN_CENTS).split("\u202f")[0]
            assert not any(re.search(rf"(?<![\d\u202f]){written}(?!\d)", html.unescape(text)) for text in pages), (
                written
            )
        hidden = Pledge.filter(campaign_id=campaign.id, amount_hidden=True).values_list("id", flat=True)
        paid = await Attempt.filter(pledge_id__in=await hidden or [0]).values_list("answer", flat=True)
        secret = {found for answer in paid for found in re.findall(r'"(ch_\w+)"', answer or "")}
        for line in export.splitlines()[1:]:
            assert json.loads(line).get("source_id") not in secret

    async def assert_support_told_right(self, slug: str, count: int) -> None:
        """The page of a monthly support tells how many they are, from three on; never how much, never a name."""
        page = html.unescape(await self.read(f"/initiatives/{slug}/soutien-mensuel"))
        found = re.search(r"(\d+) personnes? souti\w+ chaque mois</strong>", page)
        assert (int(found[1]) if found else None) == (count if count >= 3 else None)
        assert "en tout" not in page
        assert VEILED.split()[1] not in page

    async def assert_months_told_right(self, campaign_id: int) -> None:
        """The page of proofs of a monthly support: what was spent, line by line, and a chain that holds."""
        slug = (await Campaign.get(id=campaign_id)).slug
        await self.assert_spending_told(await self.read(f"/campagnes/{slug}/preuves"), campaign_id)
        assert check_export(await self.read(f"/campagnes/{slug}/preuves.jsonl")).problems == []


async def _moved(campaign_id: int) -> datetime:
    return (await Campaign.get(id=campaign_id)).updated_at
