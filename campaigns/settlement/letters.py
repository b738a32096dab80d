"""What settlement writes to people: each letter once, by its key; texts in templates/mail/campaigns."""

from datetime import datetime
from typing import Any

from campaigns.lifecycle.models import Campaign
from campaigns.offline.howto import how_to, words
from campaigns.pledges.models import Pledge
from campaigns.pledges.queries import MANAGE
from campaigns.pledges.service import ask_until, reference
from campaigns.settlement import reasons, rules
from civic import i18n, mail
from civic.initiatives.queries import leads_of
from civic.people import links
from civic.people.models import Person, RoleName
from civic.people.queries import team
from civic.web import formats, urls

RECOVER = MANAGE
"""Purpose of the signed link to the page of recovery: the backer's one secret link opens all her pages."""


async def to_backer(name: str, pledge: Pledge, key: str, **context: Any) -> None:
    """Write to the backer of a pledge (with its person and campaign), once per key."""
    if not pledge.person.email:
        return
    campaign = pledge.campaign
    await mail.send(
        f"campaigns/{name}", to=pledge.person.email, key=f"{key}-{pledge.id}", locale=pledge.person.locale,
        title=campaign.title, slug=campaign.slug, person=pledge.person.name, amount_cents=pledge.amount_cents,
        tip_cents=pledge.tip_cents, token=links.make(RECOVER, pledge.id),
        reference=reference(pledge), **context,
    )  # fmt: skip


async def to_giver(name: str, giver: Person, campaign: Campaign, key: str, **context: Any) -> None:
    """Write to somebody who gave by cheque, cash or transfer, once per key."""
    if giver.email:
        await mail.send(
            f"campaigns/{name}", to=giver.email, key=f"{key}-{giver.id}", locale=giver.locale, title=campaign.title,
            slug=campaign.slug, person=giver.name, **context,
        )  # fmt: skip


async def collected(pledge: Pledge, head: str) -> None:
    """Her gift has arrived; `head` is the hash of its entry, which she keeps against any rewriting of the ledger."""
    until = ask_until(pledge)
    with i18n.speaking(pledge.person.locale):
        back = formats.until(until) if until else ""
    await to_backer("collected", pledge, "collected", head=head, method=pledge.method_label, back_until=back)


async def how_to_send(pledge: Pledge) -> None:
    """She sends a cheque or a transfer instead: the letter of whoever announces one while giving."""
    token = links.make(RECOVER, pledge.id)
    said = words(how_to(pledge.campaign, reference(pledge), pledge.amount_cents), pledge.person.locale)
    here = {"slug": pledge.campaign.slug, "token": token}
    await to_backer(
        "offline", pledge, "offline", steps=said["steps"], own=urls.absolute("settlement.show", **here),
        paper=urls.absolute("settlement.slip", **here), held="", live=False,
    )  # fmt: skip


async def card_trouble(pledge: Pledge, days: int, until: datetime, turn: int) -> None:
    """Her charge did not work: why, and the link to put it right before `until`.

    `days` after it (0, 2, 4, 6) and its `turn` (2: a debit came back after a declined card) name the letter.
    """
    with i18n.speaking(pledge.person.locale):
        context = {"until": formats.until(rules.told(until)), "reason": reasons.sentence(pledge.decline_code)}
    at_once = pledge.campaign.charges_at_once
    await to_backer(
        "card_trouble", pledge, f"trouble-{days}-{turn}", days=days, at_once=at_once,
        by_bank=pledge.decline_code == reasons.ASKS, card_only=pledge.campaign.payee_id is not None,
        monthly=pledge.campaign.is_standing, **context,
    )  # fmt: skip


async def to_leads(name: str, campaign: Campaign, *, occasion: str = "", **context: Any) -> None:
    """Write to everybody who leads the campaign's initiative, once per person, letter and occasion."""
    await _to_each(await leads_of(campaign.initiative_id), name, campaign, occasion, context)


async def to_team(name: str, campaign: Campaign, *, occasion: str = "", **context: Any) -> None:
    """Write to the animators and treasurers who do not lead it, once per person, letter and occasion."""
    found = {one.id: one for role in (RoleName.ANIMATOR, RoleName.TREASURER) for one in await team(role)}
    for lead in await leads_of(campaign.initiative_id):
        found.pop(lead.id, None)
    await _to_each(list(found.values()), name, campaign, occasion, context)


async def _to_each(
    people: list[Person], name: str, campaign: Campaign, occasion: str, context: dict[str, Any]
) -> None:
    for one in people:
        if one.email:
            await mail.send(
                f"campaigns/{name}", to=one.email, key=f"{name}-{campaign.id}-{one.id}{occasion}", locale=one.locale,
                title=campaign.title, slug=campaign.slug, person=one.name, minimum_cents=campaign.needed_cents,
                **context,
            )  # fmt: skip
