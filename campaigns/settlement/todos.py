"""What settlement asks of the team, for the animator's desk."""

from datetime import timedelta
from typing import TYPE_CHECKING

from campaigns.lifecycle.models import Campaign, CampaignStatus
from campaigns.settlement.models import Reconciliation
from civic import clock
from civic.i18n import _, _n
from civic.slots import Todo
from civic.web import urls
from civic.web.formats import day, money

if TYPE_CHECKING:
    from civic.people.models import Person


async def desk_todos(_person: "Person") -> list[Todo]:
    """Campaigns that received too little, and the last comparison with Stripe when it found a difference."""
    short = await Campaign.filter(status=CampaignStatus.SHORTFALL).order_by("id").limit(20)
    found = [
        Todo(
            _("Décider de la suite de « %(title)s »", title=campaign.title),
            urls.path("settlement.shortfall", slug=campaign.slug), "argent",
            detail=_(
                "%(collected)s reçus pour un minimum de %(minimum)s.",
                collected=money(campaign.raised_cents), minimum=money(campaign.needed_cents),
            ),
        )
        for campaign in short
    ]  # fmt: skip
    return [*found, *await _differences(), *await _gone()]


async def _gone() -> list[Todo]:
    """Hosted pages the gateway forgot: the promises that were on them did not count, their backers may write."""
    since = clock.now() - timedelta(days=14)
    n = await Reconciliation.filter(kind="gone", at__gte=since).count()
    if not n:
        return []
    text = _n(
        "%(n)s page de paiement a disparu chez Stripe", "%(n)s pages de paiement ont disparu chez Stripe", n
    )
    detail = _("La promesse qui s’y trouvait ne compte pas. Le journal du serveur la nomme.")
    return [Todo(text, urls.path("desk.index"), "argent", detail=detail)]


async def _differences() -> list[Todo]:
    since = clock.now() - timedelta(days=3)
    last = await Reconciliation.filter(kind="books", at__gte=since).order_by("-at", "-id").first()
    if last is None or not last.troubles:
        return []
    text = _n(
        "Comprendre %(n)s écart entre Stripe et nos comptes",
        "Comprendre %(n)s écarts entre Stripe et nos comptes", last.troubles,
    )  # fmt: skip
    detail = _("Constaté le %(day)s. La page de la trésorerie les explique.", day=day(last.at))
    return [Todo(text, urls.path("treasury.index"), "argent", detail=detail)]
