"""What is written about spending: to the treasurers who must look, to the leads who hear yes or no."""

from typing import Any

from campaigns.lifecycle.models import Campaign
from campaigns.payouts.models import Expense, Tranche
from campaigns.settlement import letters
from civic import mail
from civic.decisions.models import Decision
from civic.initiatives.queries import leads_of
from civic.people.models import Person, RoleName
from civic.people.queries import team


async def asked(campaign: Campaign, row: Tranche | Expense, who: Person, decision: Decision | None = None) -> None:
    """Treasurers other than `who` hear of a demand or of an expense, once each."""
    for person in await team(RoleName.TREASURER):
        if person.email and person.id != who.id:
            await mail.send(
                "campaigns/spending_asked", to=person.email, key=f"spending-asked-{_name(row)}-{person.id}",
                locale=person.locale, title=campaign.title, slug=campaign.slug, who=who.short_name,
                question=decision.question if decision else "", **_said(row),
            )  # fmt: skip


async def answered(campaign: Campaign, row: Tranche | Expense, answer: str, reason: str) -> None:
    """The leads hear what became of it, and why not."""
    await letters.to_leads(
        "spending_answered", campaign, occasion=f"-{_name(row)}-{answer}", answer=answer, reason=reason, **_said(row)
    )


async def held(
    campaign: Campaign, tranche: Tranche, became: str, occasion: str, reason: str, but: Person | None = None
) -> None:
    """A sum's commitment is kept or dropped, or its condition lifted: leads and treasurers hear it, save `but`."""
    said = {"became": became, "reason": reason, "amount_cents": tranche.amount_cents, "what": tranche.purpose}
    await letters.to_leads("held_sum", campaign, occasion=f"-{_name(tranche)}-{occasion}", **said)
    leads = {lead.id for lead in await leads_of(campaign.initiative_id)}
    for person in await team(RoleName.TREASURER):
        if person.email and person.id not in leads and (but is None or person.id != but.id):
            await mail.send(
                "campaigns/held_sum", to=person.email, key=f"held-{_name(tranche)}-{occasion}-{person.id}",
                locale=person.locale, title=campaign.title, slug=campaign.slug, person=person.name, **said,
            )  # fmt: skip


def _name(row: Tranche | Expense) -> str:
    return f"{'expense' if isinstance(row, Expense) else 'tranche'}-{row.id}"


def _said(row: Tranche | Expense) -> dict[str, Any]:
    what = row.what if isinstance(row, Expense) else row.purpose
    return {"expense": isinstance(row, Expense), "amount_cents": row.amount_cents, "what": what}
