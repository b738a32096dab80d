"""The verbs of deliveries: prepare, ask for addresses, keep one, mark many, undo, forget."""

import secrets
from datetime import timedelta

from tortoise.expressions import Q

from campaigns.board.models import AddressNeed, Delivery, DeliveryState
from campaigns.board.queries import ADDRESS, OF, delivers, owed
from campaigns.lifecycle.models import SETTLED, Campaign, Reward
from campaigns.offline.models import COUNTING
from campaigns.pledges.models import Pledge, PledgeStatus
from civic import clock, mail
from civic.database import retrying, transaction
from civic.errors import DomainError, NotFound
from civic.i18n import _
from civic.people import links
from civic.people.actor import Actor
from civic.people.service import audit

KEPT_AFTER = timedelta(days=60)


@retrying
async def prepare(campaign: Campaign) -> None:
    """One row for each reward that is owed and has none yet; harmless when repeated."""
    if not delivers(campaign):
        return
    for gift in await owed(campaign.id):
        async with transaction():
            of = {"pledge_id": gift.id} if isinstance(gift, Pledge) else {"gift_id": gift.id}
            row, _new = await Delivery.get_or_create(
                **of, defaults={"campaign_id": campaign.id, "changed_at": clock.now()}
            )
            if await AddressNeed.filter(reward_id=gift.reward_id).exists():
                await _ask(campaign, row.id)


async def after_funding(campaign_id: int) -> None:
    """A campaign is funded: what it owes is listed."""
    await prepare(await Campaign.get(id=campaign_id))


async def prepare_due(**_payload: object) -> None:
    """Late cards are collected after the end: their rewards join the list."""
    for campaign in await Campaign.filter(status__in=list(SETTLED)).order_by("-id").limit(200):
        await prepare(campaign)


async def ask_addresses(campaign: Campaign, reward_id: int, actor: Actor) -> int:
    """This reward goes by post: write to its backers, each once. Answers how many.

    Raises NotFound for another campaign's reward, DomainError before the money is there.
    """
    if not delivers(campaign):
        raise DomainError(_("Les adresses se demandent une fois la collecte réussie."))
    if not await Reward.filter(id=reward_id, campaign_id=campaign.id).exists():
        raise NotFound(_("Ce merci n’existe pas."))
    await prepare(campaign)
    async with transaction():
        await AddressNeed.get_or_create(reward_id=reward_id, defaults={"asked_at": clock.now()})
        await audit(actor, "addresses_asked", f"reward:{reward_id}")
        rows = Delivery.filter(campaign_id=campaign.id, address="", state=DeliveryState.TO_DO)
        paid = Q(pledge__reward_id=reward_id, pledge__status=PledgeStatus.COLLECTED)
        rows = rows.filter(paid | Q(gift__reward_id=reward_id, gift__status__in=list(COUNTING)))
        asked = 0
        for row in await rows.order_by("id"):
            asked += await _ask(campaign, row.id)
    return asked


async def _ask(campaign: Campaign, delivery_id: int) -> int:
    row = await Delivery.get(id=delivery_id).select_related(*OF)
    person, reward = row.owed_for.person, row.owed_for.reward
    if person is None or not person.email or reward is None:
        return 0
    await mail.send(
        "campaigns/address_asked", to=person.email, key=f"address-{row.id}", locale=person.locale, person=person.name,
        title=campaign.title, slug=campaign.slug, reward=reward.title, token=links.make(ADDRESS, row.id),
    )  # fmt: skip
    return 1


async def keep_address(delivery: Delivery, recipient: str, address: str) -> None:
    """Where to send it, from its backer's own hand. Raises DomainError when it left meanwhile."""
    waiting = Delivery.filter(id=delivery.id, state=DeliveryState.TO_DO)
    if not await waiting.update(recipient=recipient, address=address, changed_at=clock.now()):
        raise DomainError(_("Votre merci est déjà parti."))


async def mark(campaign: Campaign, ids: list[int], state: DeliveryState, actor: Actor) -> tuple[int, str]:
    """Change many at once. Answers how many changed and the name under which that can be undone."""
    batch, changed = secrets.token_hex(8), 0
    async with transaction():
        await Delivery.filter(campaign_id=campaign.id).exclude(batch="").update(batch="")
        rows = Delivery.filter(campaign_id=campaign.id, id__in=ids or [0]).exclude(state=state)
        for row in await rows:
            changed += await Delivery.filter(id=row.id, state=row.state).update(
                state=state, before=row.state.value, batch=batch, changed_at=clock.now()
            )
        if changed:
            await audit(actor, "deliveries_marked", f"campaign:{campaign.id}", state=state.value, n=changed)
    return changed, batch


async def undo(campaign: Campaign, batch: str) -> int:
    """Put the last bulk change back. Answers how many."""
    undone = 0
    async with transaction():
        for row in await Delivery.filter(campaign_id=campaign.id, batch=batch or "-"):
            undone += await Delivery.filter(id=row.id, batch=batch).update(
                state=DeliveryState(row.before), before="", batch="", changed_at=clock.now()
            )
    return undone


async def forget_addresses(**_payload: object) -> None:
    """An address serves to deliver, then it goes (two months after it arrived)."""
    old = Delivery.filter(state=DeliveryState.RECEIVED, changed_at__lt=clock.now() - KEPT_AFTER)
    await old.exclude(address="").update(address="", recipient="")
