"""Offers on other pages: the thermometer of the whole, the lead's tool and todo, the giver's list, the check."""

from campaigns.lifecycle.models import Campaign
from campaigns.lifecycle.queries import cost_lines, led_by
from campaigns.offers import queries
from campaigns.offers.models import Offer, OfferChange, OfferStatus
from campaigns.offers.service import BEFORE_DEADLINE
from campaigns.slots import Step, Tool
from civic import clock, database
from civic.i18n import _, _n
from civic.initiatives.queries import is_lead, may_edit
from civic.people import links
from civic.people.actor import Actor
from civic.people.models import Person, RoleName
from civic.people.queries import roles_of
from civic.slots import Given, Panel, Todo
from civic.web import urls
from civic.web.formats import money

_RELIEF = """SELECT c.id, c.relief_cents AS kept, COALESCE(SUM(o.relief_cents), 0) AS found FROM campaign c
LEFT JOIN campaign_offer o ON o.campaign_id = c.id WHERE c.decided_at IS NULL
GROUP BY c.id, c.relief_cents HAVING c.relief_cents <> COALESCE(SUM(o.relief_cents), 0)"""


async def campaign_panels(campaign: Campaign) -> list[Panel]:
    """One thermometer of money, time and things, and what is still to find on each line."""
    offers, lines = await queries.accepted(campaign.id), await cost_lines(campaign.id)
    if not lines or not (offers or campaign.is_open()):
        return []
    given: dict[int, list[Offer]] = {}
    for offer in offers:
        given.setdefault(offer.line_id, []).append(offer)
    value = sum(offer.value_cents for offer in offers)
    return [Panel("campaigns/offers/panel.html", {
        "campaign": campaign, "lines": lines, "given": given, "value": value, "total": campaign.shown_cents + value,
        "sums": {id: sum(offer.value_cents for offer in rows) for id, rows in given.items()},
    }, order=10)]  # fmt: skip


async def campaign_history(campaign: Campaign) -> list[Step]:
    """Each time accepted help lowered the minimum, or stopped doing so, with the sums before and after."""
    rows = OfferChange.filter(offer__campaign_id=campaign.id).order_by("id")
    counted: dict[int, int] = {}
    found = []
    for change in await rows:
        before = campaign.minimum_cents - sum(counted.values())
        counted[change.offer_id] = change.value_cents if change.what == "relieved" else 0
        after = campaign.minimum_cents - sum(counted.values())
        words = {"before": money(before), "after": money(after)}
        if after < before:
            text = _("Une aide remplace de l’argent : le minimum passe de %(before)s à %(after)s", **words)
        elif after > before:
            text = _("Une aide ne vient plus : le minimum repasse de %(before)s à %(after)s", **words)
        else:
            continue
        found.append(Step(change.at, text))
    return found


async def campaign_tools(campaign: Campaign, actor: Actor) -> list[Tool]:
    """The lead's page of offers."""
    if campaign.is_standing or not campaign.is_public or not await may_edit(actor, campaign.initiative):
        return []
    count = await queries.waiting_count(campaign.id)
    text = _n("%(n)s aide proposée", "%(n)s aides proposées", count) if count else _("Aides proposées")
    return [Tool(text, urls.path("offers.index", slug=campaign.slug), "hand")]


async def person_todos(person: Person) -> list[Todo]:
    """Offers that wait for this lead."""
    found = []
    for campaign in await led_by(person):
        count = await queries.waiting_count(campaign.id)
        if count:
            text = _n("Répondre à %(n)s aide proposée", "Répondre à %(n)s aides proposées", count)
            href = urls.path("offers.index", slug=campaign.slug)
            found.append(Todo(text, href, "chose", campaign.deadline, campaign.title))
    return found


async def person_given(person: Person) -> list[Given]:
    """What she offered and was taken, or waits."""
    rows = Offer.filter(person_id=person.id, status__in=[OfferStatus.WAITING, OfferStatus.ACCEPTED])
    return [
        Given(
            offer.title, urls.path("offers.show", token=links.make(queries.MANAGE, offer.id)), offer.kind.need.value,
            offer.created_at, offer.campaign.title,
        )
        for offer in await rows.order_by("id").select_related("campaign")
    ]  # fmt: skip


async def secret_links(person: Person) -> list[tuple[str, str]]:
    """The links to her offers: what, and the full address (A2)."""
    rows = Offer.filter(person_id=person.id).exclude(status=OfferStatus.WITHDRAWN).order_by("id")
    return [
        (_("Proposition : %(what)s", what=offer.title),
         urls.absolute("offers.show", token=links.make(queries.MANAGE, offer.id)))
        for offer in await rows
    ]  # fmt: skip


async def verify() -> list[str]:
    """The relief kept on each campaign is the sum of its offers'."""
    return [
        _("Collecte %(id)s : %(kept)s centimes d’aides comptés dans le minimum, %(found)s trouvés.", **dict(row))
        for row in await database.fetch_all(_RELIEF, [])
    ]


async def desk_todos(person: Person) -> list[Todo]:
    """Accepted offers on required expenses that the team may still count in the minimum, for who does not lead them."""
    if RoleName.ANIMATOR not in await roles_of(person):
        return []
    latest = clock.now() + BEFORE_DEADLINE
    rows = Offer.filter(status=OfferStatus.ACCEPTED, relief_cents=0, line__required=True, campaign__status="live")
    return [
        Todo(
            _("Compter une aide dans le minimum : %(what)s", what=offer.title),
            urls.path("offers.index", slug=offer.campaign.slug), "chose",
            offer.campaign.deadline - BEFORE_DEADLINE if offer.campaign.deadline else None, offer.campaign.title,
        )
        for offer in await rows.filter(campaign__deadline__gt=latest).select_related("campaign")
        if offer.person_id != person.id and not await is_lead(person, offer.campaign.initiative_id)
    ]  # fmt: skip


CHECKS = (verify,)
