"""What refunds put on the treasurer's page and on the desk."""

from typing import TYPE_CHECKING

from campaigns.pledges.service import reference
from campaigns.refunds import queries, wording
from campaigns.refunds.holders import account_panels, person_todos
from campaigns.settlement.balance import DAYS, fees_since
from civic import clock
from civic.i18n import _, _n
from civic.slots import Panel, Todo
from civic.web import urls
from civic.web.formats import money

if TYPE_CHECKING:
    from civic.people.actor import Actor
    from civic.people.models import Person

_FOLDER = "campaigns/refunds"
__all__ = ["account_panels", "desk_todos", "person_todos", "treasury_panels"]


async def treasury_panels(actor: "Actor") -> list[Panel]:
    """Refunds to approve, disputes, what did not arrive, the search, and what reconciling found."""
    rounds, books = await queries.rounds()
    fees = await fees_since(clock.now() - DAYS)
    common = {"actor": actor, "wording": wording, "reference": reference}
    mine = {refund.id for refund in await queries.to_decide(actor.hand)}
    return [
        Panel(f"{_FOLDER}/_requests.html", {**common, "refunds": await queries.requested(), "mine": mine}, order=10),
        Panel(f"{_FOLDER}/_disputes.html", {**common, "disputes": await queries.open_disputes()}, order=12),
        Panel(
            f"{_FOLDER}/_failed.html",
            {**common, "refunds": await queries.failed(), "attempts": await queries.due_back(),
             "twice": await queries.given_back_twice()}, order=14,
        ),
        Panel(f"{_FOLDER}/_search.html", {"q": ""}, order=40),
        Panel(f"{_FOLDER}/_rounds.html", {**common, "rounds": rounds, "books": books, "account_fees": fees}, order=60),
    ]  # fmt: skip


async def desk_todos(person: "Person") -> list[Todo]:
    """What waits on the treasurer's page."""
    href, found = urls.path("treasury.index"), []
    waiting = await queries.to_decide(person)
    if waiting:
        cents = sum(refund.amount_cents for refund in waiting)
        text = _n("Approuver %(n)s remboursement", "Approuver %(n)s remboursements", len(waiting))
        found.append(Todo(text, href, "argent", detail=_("%(amount)s en tout.", amount=money(cents))))
    for dispute in await queries.open_disputes():
        campaign = dispute.pledge.campaign
        if wording.waits_for_us(dispute) and not campaign.payee_id:  # the organisation answers for its own account
            text = _("Répondre à une contestation de %(amount)s", amount=money(dispute.amount_cents))
            found.append(Todo(text, href + "#contestations", "argent", dispute.due_at, campaign.title))
    lost = len(await queries.failed()) + len(await queries.due_back())
    if lost:
        text = _n("Rendre %(n)s don qui attend", "Rendre %(n)s dons qui attendent", lost)
        found.append(Todo(text, href, "argent"))
    for pledge, cents in await queries.given_back_twice():
        text = _("Redemander %(amount)s rendus deux fois", amount=money(cents))
        href = urls.path("refunds.show", id=pledge.id)
        found.append(Todo(text, href, "argent", detail=f"{pledge.campaign.title} · {reference(pledge)}"))
    return found
