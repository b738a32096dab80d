"""Reads about pledges, and the guards of their pages."""

from tortoise.expressions import Q

from campaigns import slots
from campaigns.ledger import telling
from campaigns.lifecycle.models import STILL, Campaign, CampaignStatus, GoalKind, Reward
from campaigns.lifecycle.queries import campaign_to_show
from campaigns.pledges.models import Pledge, PledgeChange, PledgeStatus
from civic.errors import Gone, NotFound
from civic.i18n import _
from civic.people import links
from civic.people.actor import Actor
from civic.people.models import Person
from civic.places.folding import fold
from civic.web import urls

MANAGE, PAY = "pledge", "pledge-pay"
PAYS_AGAIN = "pays_again"
"""The cause of the change with which a backer opens a payment page herself, after a charge that did not work."""
LEAST_TOGETHER = 3
"""Names with a hidden amount appear so many at a time, or not at all."""
STANDING = (
    PledgeStatus.CONFIRMED, PledgeStatus.CHARGING, PledgeStatus.UNKNOWN, PledgeStatus.PROCESSING,
    PledgeStatus.COLLECTED, PledgeStatus.NEEDS_BACKER, PledgeStatus.SWITCHED_OFFLINE,
)  # fmt: skip

NAMED = (*STANDING, PledgeStatus.REFUND_PENDING, PledgeStatus.DISPUTED)
"""A name stays while money is on its way back or contested: the day on which it went would tell whose money it is."""


async def campaign_to_back(slug: str, actor: Actor | None) -> Campaign:
    """A campaign one can give to now. Raises NotFound, or Gone when it is over, not open yet or suspended."""
    campaign = await campaign_to_show(slug, actor)
    if not campaign.is_open():
        page = urls.path("campaigns.show", slug=campaign.slug)
        raise Gone(refusal(campaign), way_out=(_("Voir la collecte"), page) if campaign.is_public else None)
    return campaign


def refusal(campaign: Campaign) -> str:
    """Why one cannot give to it now, in a sentence."""
    if campaign.till_closed_at and campaign.status == CampaignStatus.LIVE:
        return _(
            "Le compte de paiement de la structure (%(who)s) ne peut pas encaisser pour l’instant. Les dons reprennent "
            "dès qu’il le peut de nouveau.", who=campaign.beneficiary,
        )  # fmt: skip
    if campaign.status == CampaignStatus.SUSPENDED:
        return _("Cette collecte est suspendue. Elle ne reçoit pas de don pour l’instant.")
    if campaign.is_public:
        return _("Cette collecte est terminée. Elle ne reçoit plus de don.")
    return _("Cette collecte n’est pas encore ouverte.")


async def pledge_to_manage(token: str) -> Pledge:
    """The pledge behind an e-mailed link. Raises NotFound."""
    return await _pledge(links.read(MANAGE, token))


async def pledge_to_pay(token: str) -> Pledge:
    """The pledge on its way to the hosted page. Raises NotFound, Gone after a day."""
    return await _pledge(links.read(PAY, token, max_age=86_400))


async def pledge_of_session(session_ref: str, pledge_id: int | None = None) -> Pledge | None:
    """The pledge a hosted page belongs to, by its reference, else by the id the page carries."""
    rows = Pledge.filter(session_ref=session_ref).select_related("campaign", "person", "reward")
    found = await rows.first()
    if found is None and pledge_id:
        return await Pledge.get_or_none(id=pledge_id).select_related("campaign", "person", "reward")
    return found


async def _pledge(pledge_id: int) -> Pledge:
    rows = Pledge.get_or_none(id=pledge_id)
    pledge = await rows.select_related("campaign", "campaign__initiative", "person", "reward")
    if pledge is None:
        raise NotFound(_("Cette promesse de don n’existe pas."))
    return pledge


async def reward_of(campaign_id: int, reward_id: int) -> Reward | None:
    """A reward of this campaign, or None."""
    return await Reward.get_or_none(id=reward_id, campaign_id=campaign_id) if reward_id else None


async def tip_chosen(form_key: str) -> int:
    """The tip, in cents, that she chose before she came back from the payment page; else 0."""
    waiting = await Pledge.get_or_none(form_key=form_key or "-", status=PledgeStatus.CREATED)
    return int(waiting.tip_cents) if waiting else 0


async def held_rewards(form_keys: list[str]) -> set[int]:
    """Rewards that promises of these form keys hold while their card is not saved."""
    rows = await Pledge.filter(form_key__in=form_keys or [""], status=PledgeStatus.CREATED)
    return {row.reward_id for row in rows if row.reward_id}


async def on_own_page(pledge: Pledge) -> bool:
    """Whether a payment page that its backer opened herself awaits her: left, or her bank not answered yet."""
    if pledge.status != PledgeStatus.CHARGING:
        return False
    last = await PledgeChange.filter(pledge_id=pledge.id).order_by("-id").first()
    return last is not None and last.cause == PAYS_AGAIN


async def awaiting(person: Person) -> list[Pledge]:
    """Gifts of a person that wait for her: the charge did not work, or the payment page she opened is not done."""
    rows = Pledge.filter(person_id=person.id, status__in=[PledgeStatus.NEEDS_BACKER, PledgeStatus.CHARGING])
    open_still = Q(campaign__status=CampaignStatus.COLLECTING) | ~Q(campaign__goal=GoalKind.ALL_OR_NOTHING)
    found = await rows.filter(open_still).order_by("id").select_related("campaign")
    return [row for row in found if row.status == PledgeStatus.NEEDS_BACKER or await on_own_page(row)]


async def supporters(campaign_id: int, limit: int = 24) -> list[str]:
    """The public names of those who agreed to be named, the latest first, each person once; never an amount
    (invariant 15).

    Whoever hides her amount is named once the campaign is settled, by alphabet, beside two others at least: until then
    her name would stand beside a step of the public total (docs/decisions/0014).
    """
    rows = Pledge.filter(campaign_id=campaign_id, status__in=NAMED, anonymous=False).exclude(public_name="")
    told = await rows.filter(amount_hidden=False).order_by("-id").limit(limit * 2)
    others = await _thanked_otherwise(campaign_id)
    found = [(row.created_at, row.id, row.person_id, str(row.public_name)) for row in told]
    found += [(one.at, 0, one.key, one.name) for one in others if not one.amount_hidden]
    names: dict[int, str] = {}
    for _at, _id, key, name in sorted(found, reverse=True):
        names.setdefault(key, name)
    for key, name in sorted((await _discreet(campaign_id, others, limit * 2)).items(), key=lambda item: item[1]):
        names.setdefault(key, name)
    return list(dict.fromkeys(names.values()))[:limit]


async def discreet(campaign_id: int, limit: int = 1000) -> dict[int, str]:
    """Person → public name of those who hide their amount and may be named now: none before the campaign is settled.

    Nor when they are fewer than three (docs/decisions/0014).
    """
    return await _discreet(campaign_id, await _thanked_otherwise(campaign_id), limit)


async def _discreet(campaign_id: int, others: list[slots.Thanked], limit: int) -> dict[int, str]:
    gone = [id for kind, id in await telling.untold_of(campaign_id) if kind == "pledge"]
    named = Q(status__in=NAMED) | Q(id__in=gone or [0])
    rows = Pledge.filter(named, campaign_id=campaign_id, anonymous=False).exclude(public_name="")
    hidden = rows.filter(amount_hidden=True, campaign__status__in=list(STILL))
    pledged = await hidden.order_by("id").limit(limit).select_related("person")
    bearers = {fold(row.person.name): row.person_id for row in pledged}
    found = {
        one.key if one.key > 0 else bearers.get(one.called, one.key): one.name
        for one in others if one.amount_hidden and one.settled
    }  # fmt: skip
    found |= {row.person_id: str(row.public_name) for row in pledged}
    return found if len(found) >= LEAST_TOGETHER else {}


async def _thanked_otherwise(campaign_id: int) -> list[slots.Thanked]:
    return [one for fill in slots.thanked_otherwise for one in await fill(campaign_id)]


async def of_person(person: Person) -> list[Pledge]:
    """What a person promised or gave, the latest first."""
    rows = Pledge.filter(person_id=person.id).exclude(
        status__in=[PledgeStatus.CREATED, PledgeStatus.ABANDONED]
    )
    return await rows.order_by("-confirmed_at", "-id").limit(100).select_related("campaign")


async def confirmed(campaign_id: int) -> list[Pledge]:
    """The promises that stand, oldest first."""
    rows = Pledge.filter(campaign_id=campaign_id, status=PledgeStatus.CONFIRMED)
    return await rows.order_by("id").select_related("person", "campaign")
