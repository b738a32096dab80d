"""Money in hand that nobody has verified while an all-or-nothing campaign below its minimum is about to end.

What is not verified by the deadline does not count (invariant 16), so that a campaign may fail with its money in a
drawer: leads, treasurers and animators are told, by two letters and on their pages.
"""

from dataclasses import dataclass
from datetime import timedelta

from tortoise.functions import Sum

from campaigns.lifecycle.models import Campaign, CampaignStatus, GoalKind
from campaigns.offline.models import OfflineGift, OfflineStatus
from civic import clock, i18n, mail
from civic.i18n import _
from civic.initiatives.queries import leads_of
from civic.people.models import Person, RoleName
from civic.people.queries import team
from civic.web.formats import money, until

SHOWN_FROM = timedelta(days=7)
LETTERS = (timedelta(hours=24), timedelta(hours=48))


@dataclass(slots=True, frozen=True)
class Pressing:
    """A campaign that ends soon, and what waits to be verified for it, in cents."""

    campaign: Campaign
    cents: int

    @property
    def decides(self) -> bool:
        """Whether this money, once verified, reaches the minimum."""
        return self.campaign.raised_cents + self.cents >= self.campaign.needed_cents

    @property
    def sentence(self) -> str:
        """« 45 € à vérifier avant le vendredi 4 décembre à minuit : ils feraient réussir la collecte. »"""
        assert self.campaign.deadline is not None
        said = {"amount": money(self.cents), "until": until(self.campaign.deadline)}
        if self.decides:
            return _("%(amount)s à vérifier avant le %(until)s : ils feraient réussir la collecte.", **said)
        return _("%(amount)s à vérifier avant le %(until)s : ensuite, ils ne compteront plus.", **said)


async def pressing(within: timedelta = SHOWN_FROM, campaign_id: int | None = None) -> list[Pressing]:
    """Campaigns below their minimum that end within this time with money to verify, the first to end first."""
    present = clock.now()
    rows = Campaign.filter(
        status=CampaignStatus.LIVE, goal=GoalKind.ALL_OR_NOTHING, deadline__gt=present, deadline__lte=present + within
    )
    rows = rows.filter(id=campaign_id) if campaign_id else rows
    open_now = {one.id: one for one in await rows.order_by("deadline", "id") if one.raised_cents < one.needed_cents}
    waiting = OfflineGift.filter(status=OfflineStatus.RECEIVED, campaign_id__in=list(open_now) or [0])
    found = await waiting.annotate(cents=Sum("amount_cents")).group_by("campaign_id").values("campaign_id", "cents")
    cents = {int(row["campaign_id"]): int(row["cents"]) for row in found}
    return [Pressing(one, cents[one.id]) for one in open_now.values() if one.id in cents]


async def tell(**_payload: object) -> None:
    """Two days before the end and on its last day, once each: a letter to those who can have it verified."""
    for one in await pressing(max(LETTERS)):
        assert one.campaign.deadline is not None
        left = one.campaign.deadline - clock.now()
        step = next(hours for hours in LETTERS if left <= hours)
        occasion = f"{one.campaign.id}-{int(one.campaign.deadline.timestamp())}-{step // timedelta(hours=1)}"
        leads = {person.id for person in await leads_of(one.campaign.initiative_id)}
        for person in await _readers(one.campaign):
            await _write(one, person, occasion, lead=person.id in leads)


async def _readers(campaign: Campaign) -> list[Person]:
    roles = [await team(role) for role in (RoleName.TREASURER, RoleName.ANIMATOR)]
    people = [person for found in (await leads_of(campaign.initiative_id), *roles) for person in found]
    return list({person.id: person for person in people if person.email}.values())


async def _write(one: Pressing, person: Person, occasion: str, *, lead: bool) -> None:
    with i18n.speaking(person.locale):
        sentence = one.sentence
    await mail.send(
        "campaigns/offline_pressing", to=person.email or "", key=f"offline-pressing-{occasion}-{person.id}",
        locale=person.locale, title=one.campaign.title, slug=one.campaign.slug, person=person.name, what=sentence,
        lead=lead,
    )  # fmt: skip
