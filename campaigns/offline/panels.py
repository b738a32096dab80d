"""What offline money puts on other pages: the treasurer's panel, a lead's tools, todos."""

from datetime import timedelta
from typing import TYPE_CHECKING

from tortoise.expressions import Q
from tortoise.functions import Count, Sum

from campaigns.lifecycle.models import Campaign, GoalKind
from campaigns.offline import awaited, donors, promise_routes, queries
from campaigns.offline import pressing as ending
from campaigns.offline.donors import thanked_otherwise
from campaigns.offline.models import CAME_BACK, COUNTING, BankLine, LineStatus, Mode, OfflineGift, OfflineStatus
from campaigns.offline.promising import promised_otherwise
from campaigns.offline.wording import came_back
from campaigns.slots import OtherWay, Tool
from civic import clock
from civic.i18n import _, _n
from civic.initiatives.queries import is_lead, led_by
from civic.people import links
from civic.people.models import RoleName
from civic.people.queries import roles_of
from civic.slots import Given, Panel, Todo
from civic.web import urls
from civic.web.formats import money

if TYPE_CHECKING:
    from civic.people.actor import Actor
    from civic.people.models import Person


__all__ = [
    "campaign_panels", "campaign_tools", "desk_todos", "other_ways", "person_given", "person_todos",
    "promised_otherwise", "secret_links", "thanked_otherwise", "treasury_panels",
]  # fmt: skip
SOON = timedelta(days=7)


async def treasury_panels(_actor: "Actor") -> list[Panel]:
    """How much waits: to verify, to confirm, to deposit, to give back."""
    open_rows = OfflineGift.filter(status__in=[OfflineStatus.RECEIVED, OfflineStatus.SENT_BACK, *COUNTING])
    rows = await open_rows.annotate(n=Count("id"), cents=Sum("amount_cents")).group_by(
        "status", "mode", "campaign__status", "deposit_id"
    ).values("status", "mode", "deposit_id", "n", "cents", state="campaign__status")  # fmt: skip
    figures = {
        "waiting": [row for row in rows if row["status"] == "received" and row["state"] in queries.ENTERING],
        "back": [row for row in rows if row["state"] in queries.GIVING_BACK],
        "hand": [
            row for row in rows
            if row["status"] == "verified" and row["mode"] != Mode.TRANSFER and row["deposit_id"] is None
            and row["state"] not in queries.GIVING_BACK
        ],
    }  # fmt: skip
    sums = {
        name: (sum(row["n"] for row in found), sum(row["cents"] for row in found)) for name, found in figures.items()
    }
    proposed = await BankLine.filter(status=LineStatus.PROPOSED).count()
    pressing = await ending.pressing()
    order = 10 if sums["waiting"][0] or sums["back"][0] or proposed else 60
    context = {"sums": sums, "proposed": proposed, "pressing": pressing, "slips": await queries.to_carry()}
    return [Panel("campaigns/offline/_treasury.html", context, order=order)]


async def campaign_panels(campaign: Campaign) -> list[Panel]:
    """That what came by hand goes back, on the page of a campaign that did not happen."""
    if not queries.is_lost(campaign):
        return []
    ever = [OfflineStatus.RECEIVED, OfflineStatus.SENT_BACK, OfflineStatus.RETURNED, *COUNTING]
    if not await OfflineGift.filter(campaign_id=campaign.id, status__in=ever).exists():
        return []
    return [Panel("campaigns/offline/_given_back.html", {}, order=5)]


async def campaign_tools(campaign: Campaign, actor: "Actor") -> list[Tool]:
    """« Chèques et espèces », for its leads and the team, with how many are announced."""
    may = actor.is_animator or await is_lead(actor.person, campaign.initiative_id)
    if not may or not campaign.is_public or campaign.payee_id:
        return []
    count, _due = (await awaited.how_many([campaign.id])).get(campaign.id, (0, None))
    text = _("Chèques, espèces, virements")
    if count:
        text = _n("Chèques, espèces, virements (%(n)s annoncé)", "Chèques, espèces, virements (%(n)s annoncés)", count)
    return [Tool(text, urls.path("offline.index", slug=campaign.slug), "coins", order=30)]


async def desk_todos(person: "Person") -> list[Todo]:
    """Gifts that wait for a second person, for the treasurers and animators who neither gave nor recorded them."""
    roles = await roles_of(person)
    if not {RoleName.TREASURER, RoleName.ANIMATOR} & set(roles):
        return []
    urgent = [_urgent(one, urls.path("offline.treasury")) for one in await ending.pressing()]
    urgent += await _to_give_back()
    rows = OfflineGift.filter(status=OfflineStatus.RECEIVED, campaign__status__in=list(queries.ENTERING))
    others = rows.filter(Q(person_id__isnull=True) | ~Q(person_id=person.id))
    count = await others.exclude(recorded_by_id=person.id).count()
    if not count:
        return urgent
    text = _n("Vérifier %(n)s don reçu à la main", "Vérifier %(n)s dons reçus à la main", count)
    return [*urgent, Todo(text, urls.path("offline.treasury"), "argent")]


async def _to_give_back() -> list[Todo]:
    """Money in hand of campaigns that did not happen."""
    rows = await OfflineGift.filter(
        status__in=[OfflineStatus.RECEIVED, OfflineStatus.SENT_BACK, *COUNTING],
        campaign__status__in=list(queries.GIVING_BACK),
    ).values_list("amount_cents", flat=True)  # fmt: skip
    if not rows:
        return []
    total = money(sum(int(str(cents)) for cents in rows))
    text = _n("Rendre %(n)s don à son donateur", "Rendre %(n)s dons à leurs donateurs", len(rows))
    detail = _("%(total)s reçus à la main pour des collectes qui n’ont pas abouti.", total=total)
    return [Todo(text, urls.path("offline.treasury") + "#rendre", "argent", detail=detail)]


async def _hers_to_give_back(person: "Person") -> list[Todo]:
    """What came by hand for a campaign of hers that did not happen: its donors wait for it."""
    ids = [initiative.id for initiative in await led_by(person)]
    rows = await OfflineGift.filter(
        status__in=[OfflineStatus.RECEIVED, OfflineStatus.SENT_BACK, *COUNTING],
        campaign__status__in=list(queries.GIVING_BACK), campaign__initiative_id__in=ids or [0],
    ).exclude(campaign__goal=GoalKind.MONTHLY).order_by("campaign_id").select_related("campaign")
    waiting: dict[int, list[OfflineGift]] = {}
    for row in rows:
        waiting.setdefault(row.campaign_id, []).append(row)
    return [
        Todo(
            _n("Rendre %(n)s don reçu à la main", "Rendre %(n)s dons reçus à la main", len(gifts)),
            urls.path("offline.index", slug=gifts[0].campaign.slug), "argent",
            detail=_("%(title)s n’a pas abouti. %(total)s sont à rendre à leurs donateurs, avec la trésorerie.",
                     title=gifts[0].campaign.title, total=money(sum(one.amount_cents for one in gifts))),
        )
        for gifts in waiting.values()
    ]  # fmt: skip


def _urgent(one: ending.Pressing, href: str) -> Todo:
    """Money in a drawer that a campaign's end will not wait for."""
    text = _("Faire vérifier %(amount)s qui feraient réussir la collecte", amount=money(one.cents))
    if not one.decides:
        text = _("Faire vérifier %(amount)s avant la fin de la collecte", amount=money(one.cents))
    return Todo(text, href, "argent", one.campaign.deadline, one.campaign.title)


async def _announced_to_hers(person: "Person") -> list[Todo]:
    """What is announced to campaigns of hers, one line for each; until when, once a last day is near."""
    ids = [initiative.id for initiative in await led_by(person)]
    if not ids:
        return []
    hers = await Campaign.filter(initiative_id__in=ids, status__in=list(queries.ENTERING)).order_by("id")
    found, soon = await awaited.how_many([one.id for one in hers]), clock.today() + SOON
    told = [(one, *found[one.id]) for one in hers if one.id in found]
    return [
        Todo(
            _n("Recevoir %(n)s don annoncé (chèque ou virement)", "Recevoir %(n)s dons annoncés (chèque ou virement)",
               count),
            urls.path("offline.index", slug=campaign.slug) + "#arrivent", "argent",
            clock.at(due + timedelta(days=1), 0) if due and due <= soon else None, campaign.title,
        )
        for campaign, count, due in told
    ]  # fmt: skip


async def person_todos(person: "Person") -> list[Todo]:
    """Gifts the treasury sent back to her, and gifts under her address that may be hers."""
    sent_back = [
        Todo(
            _("Corriger un don de %(amount)s", amount=money(gift.amount_cents)),
            urls.path("offline.edit", slug=gift.campaign.slug, id=gift.id), "argent", detail=gift.campaign.title,
        )
        for gift in await queries.sent_back(person.id)
    ]  # fmt: skip
    urgent = [
        _urgent(one, urls.path("offline.index", slug=one.campaign.slug))
        for one in await ending.pressing() if await is_lead(person, one.campaign.initiative_id)
    ]  # fmt: skip
    own = OfflineGift.filter(person_id=person.id, status=OfflineStatus.PROMISED, due_on__isnull=False)
    to_send = [
        Todo(
            _("Envoyer votre don de %(amount)s, référence %(code)s", amount=money(gift.amount_cents), code=gift.code),
            urls.path("offline.own", token=links.make(donors.LINK, gift.id)), "argent",
            clock.at(gift.due_on, 12) if gift.due_on else None, gift.campaign.title,
        )
        for gift in await own.order_by("due_on", "id").select_related("campaign")
    ]  # fmt: skip
    return urgent + sent_back + await _hers_to_give_back(person) + await _announced_to_hers(person) + to_send + [
        Todo(
            _("Dire si un don de %(amount)s est de vous", amount=money(gift.amount_cents)),
            urls.path("offline.claim", id=gift.id), "argent", detail=gift.campaign.title,
        )
        for gift in await donors.to_claim(person)
    ]  # fmt: skip


async def other_ways(campaign: Campaign) -> list[OtherWay]:
    """« Par chèque ou virement », or why not."""
    return [promise_routes.way(campaign)]


async def secret_links(person: "Person") -> list[tuple[str, str]]:
    """The links to the cheques and transfers she announced."""
    rows = OfflineGift.filter(person_id=person.id, due_on__isnull=False).exclude(status=OfflineStatus.CREATED)
    return [
        (
            _("Don de %(amount)s par chèque ou virement, %(title)s, %(code)s", amount=money(gift.amount_cents),
              title=gift.campaign.title, code=gift.code),
            urls.absolute("offline.own", token=links.make(donors.LINK, gift.id)),
        )
        for gift in await rows.order_by("-id").limit(100).select_related("campaign")
    ]  # fmt: skip


async def person_given(person: "Person") -> list[Given]:
    """What she gave by hand, under the address she left, and what came back; promises by card are told by pledges."""
    told = [*COUNTING, *CAME_BACK]
    rows = OfflineGift.filter(person_id=person.id, status__in=told, pledge_id__isnull=True)
    return [
        Given(
            _("Don de %(amount)s", amount=money(gift.amount_cents)),
            urls.path("receipts.gift", token=links.make(donors.LINK, gift.id)), "argent",
            gift.verified_at or gift.created_at,
            " · ".join([gift.campaign.title, gift.code, *came_back(gift)]),
        )
        for gift in await rows.order_by("-id").limit(100).select_related("campaign")
    ]  # fmt: skip
