"""A page of proofs as a neighbour reads it: its address, its figures, its file; some who gave."""

import json
import re

from campaigns.ledger import queries as ledger
from campaigns.lifecycle.models import Campaign
from campaigns.proof import routes
from campaigns.proof.accounts import books_of
from tests.client import Client
from tests.factories.proof import Given

ROSE, PAUL, ODILE = Given("Rose Martin", 3_000), Given("Paul Roux", 5_100), Given("Odile Blanc", 7_700)
SHY = Given("Jean Secret", 12_345, hidden=True)
NOBODY = Given("Louise Cachée", 2_200, anonymous=True)


def path(campaign: Campaign, more: str = "") -> str:
    return f"/campagnes/{campaign.slug}/preuves{more}"


async def exported(client: Client, campaign: Campaign) -> tuple[str, list[dict[str, object]]]:
    answer = await client.get(path(campaign, ".jsonl"))
    assert answer.status_code == 200
    return answer.text, [json.loads(line) for line in answer.text.splitlines()]


def figures(page: str) -> list[str]:
    """Every sum of the balance and of the list of gifts, in their order."""
    return re.findall(r'<td class="n">([^<]*€)</td>', page)


async def lines_and_total(campaign: Campaign) -> tuple[int, int]:
    """Σ public lines of what came in, and the postings of the fund with what is not told yet, in cents."""
    found = await Campaign.get(id=campaign.id)
    fund = -(await ledger.campaign_balances(campaign.id))["campaign_fund"]
    return sum(cents for _label, cents in routes._received(await books_of(found))), fund + found.untold_cents
