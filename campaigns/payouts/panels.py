"""What other pages show of spending: a link for those who run a campaign, what waits for a second person."""

from campaigns.lifecycle.models import Campaign, CampaignStatus
from campaigns.payouts import binding, holding, queries
from campaigns.payouts.models import Answer
from campaigns.payouts.wording import shortage, waits_for
from campaigns.slots import Tool
from civic.commitments.models import Commitment
from civic.committees.queries import runs as runs_committee
from civic.decisions.models import DecisionStatus
from civic.i18n import _
from civic.initiatives.queries import is_lead
from civic.people.actor import Actor
from civic.people.models import Person
from civic.slots import Panel, Todo
from civic.web import urls
from civic.web.formats import money

UNDECIDED = (DecisionStatus.SCHEDULED, DecisionStatus.OPEN, DecisionStatus.COUNTING)

async def campaign_tools(campaign: Campaign, actor: Actor) -> list[Tool]:
    """« Dépenser l’argent », once the campaign has succeeded."""
    may = actor.is_animator or actor.is_treasurer or await is_lead(actor.person, campaign.initiative_id)
    if campaign.status not in queries.spending_states(campaign) | {CampaignStatus.CLOSED} or not may:
        return []
    return [Tool(_("Dépenser l’argent"), urls.path("payouts.show", slug=campaign.slug), "coins", order=20)]


async def treasury_panels(_actor: Actor) -> list[Panel]:
    """Tranches to permit and expenses to verify."""
    tranches, expenses = await queries.waiting()
    if not tranches and not expenses:
        return []
    return [Panel("campaigns/payouts/waiting.html", {
        "tranches": tranches, "expenses": expenses, "waits_for": waits_for, "holds": holding.holds,
    }, order=30)]  # fmt: skip


async def desk_todos(person: Person) -> list[Todo]:
    """What another person asks or declares; a demand waits for what a committee still answers or somebody promised."""
    tranches, expenses = await queries.waiting()
    found = [
        Todo(
            _("Permettre de dépenser %(amount)s : %(title)s", amount=money(row.amount_cents), title=row.campaign.title),
            _page(row.campaign, "tranches"),
            "argent", detail=waits_for(row.decision) if row.decision else row.purpose,
        )
        for row in tranches
        if row.asked_by_id != person.id and not (row.decision and row.decision.status in UNDECIDED)
        and not holding.waits_for_promise(row)
    ]  # fmt: skip
    return found + [
        Todo(
            _("Vérifier une dépense de %(amount)s : %(title)s",
              amount=money(row.amount_cents), title=row.campaign.title),
            _page(row.campaign, "depenses"),
            "argent", detail=row.what,
        )
        for row in expenses if row.asked_by_id != person.id
    ]  # fmt: skip


async def commitment_panels(made: Commitment, person: Person | None) -> list[Panel]:
    """How much money waits for this commitment, and where everybody reads it; for who runs the committee, what else
    may be made to wait for it, and what waits no more."""
    rows = [] if made.is_kept else [row for row in await holding.waiting_for(made) if row.campaign.is_public]
    runs = made.is_open and await runs_committee(person, made.committee_id)
    free = await binding.bindable(made) if runs else []
    if not rows and not free:
        return []
    context = {
        "cents": holding.total(rows), "commitment": made, "waiting": rows, "runs": runs, "free": free,
        "me": person.id if person else 0, "campaigns": {row.campaign_id: row.campaign for row in rows}.values(),
    }  # fmt: skip
    return [Panel("campaigns/payouts/_commitment.html", context, order=10)]


async def person_todos(person: Person) -> list[Todo]:
    """What a lead may do now: spend what is permitted and show it, or ask again what was refused."""
    tranches, expenses = await queries.told_lately(person)
    found = []
    for row in tranches:
        amount, why = money(row.amount_cents), _("La raison : %(reason)s", reason=row.reason)
        yes = row.status == Answer.ACCEPTED
        text = (
            _("Déclarer la dépense de %(amount)s qui est permise", amount=amount) if yes
            else _("Demander autrement %(amount)s : c’est refusé", amount=amount)
        )  # fmt: skip
        anchor = "depenses" if yes else "tranches"
        found.append(Todo(text, _page(row.campaign, anchor), "argent", detail=row.purpose if yes else why))
    for one in expenses:
        text = _("Déclarer à nouveau la dépense de %(amount)s : elle est refusée", amount=money(one.amount_cents))
        why = _("La raison : %(reason)s", reason=one.reason)
        found.append(Todo(text, _page(one.campaign, "depenses"), "argent", detail=why))
    return found + [
        Todo(
            _("Revoir vos dépenses : il manque %(amount)s", amount=money(-purse.free)) if purse.free < 0
            else _("Un don est contesté : lisez ce que cela change"),
            _page(campaign, "bourse"), "argent", detail=f"{campaign.title} · {shortage(campaign, purse)[0]}",
        )
        for campaign, purse in await queries.short_of(person)
    ]  # fmt: skip


def _page(campaign: Campaign, anchor: str) -> str:
    return urls.path("payouts.show", slug=campaign.slug) + f"#{anchor}"
