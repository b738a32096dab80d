"""Reads about offline money, and the guards of its pages."""

import re
from datetime import date

from tortoise.expressions import Q
from tortoise.functions import Count

from campaigns.lifecycle.models import Campaign, CampaignStatus, GoalKind
from campaigns.lifecycle.queries import campaign_to_run
from campaigns.offline.models import (
    COUNTING,
    OPEN,
    BankLine,
    BankStatement,
    Deposit,
    LineStatus,
    Mode,
    OfflineChange,
    OfflineGift,
    OfflineSlip,
    OfflineStatus,
)
from campaigns.pledges.models import Pledge, PledgeStatus
from civic.errors import Forbidden, Gone, NotFound
from civic.i18n import _
from civic.people.actor import Actor, must_be_another
from civic.web import urls

ENTERING = (
    CampaignStatus.LIVE, CampaignStatus.SUSPENDED, CampaignStatus.COLLECTING, CampaignStatus.SHORTFALL,
    CampaignStatus.FUNDED,
)  # fmt: skip
"""While money may still come in by hand."""
GIVING_BACK = (
    CampaignStatus.FAILED, CampaignStatus.CANCELLED, CampaignStatus.UNWINDING, CampaignStatus.REFUNDED,
)  # fmt: skip
"""The campaign did not happen: what came in by hand goes back."""
SUCCEEDED = (CampaignStatus.FUNDED, CampaignStatus.REPORTING, CampaignStatus.CLOSED)
IN_HAND = (OfflineStatus.RECEIVED, OfflineStatus.SENT_BACK, OfflineStatus.VERIFIED)
"""A cheque that the bank has not taken yet."""
BOUNCING = (*ENTERING, CampaignStatus.REPORTING, *GIVING_BACK)
"""While the books of the campaign are open: a cheque that comes back unpaid still leaves them."""
AT_ONCE = 200
UNSEEN = ", donor unseen"
"""Ends the cause of a change by somebody who was not shown the donor."""
_WITH = ("campaign", "recorded_by", "verified_by", "pledge", "person", "commune")
_REFERENCE = re.compile(r"(?<![A-Z0-9])([PHBR])[\s-]?0*([1-9]\d{0,11})(?!\d)")


async def campaign_to_fill(slug: str, actor: Actor) -> Campaign:
    """A campaign whose lead (or the team) enters money by hand. Raises NotFound, Forbidden, or Gone when it is over."""
    campaign = await campaign_to_run(slug, actor)
    if campaign.payee_id:
        who = campaign.beneficiary
        said = _(
            "Chèques, espèces et virements se remettent à la structure (%(who)s) : ils ne se saisissent pas ici.",
            who=who,
        )
        raise Gone(said, way_out=(_("Voir la collecte"), urls.path("campaigns.show", slug=campaign.slug)))
    if campaign.status not in ENTERING:
        page = urls.path("offline.index", slug=campaign.slug)
        raise Gone(
            _("On ne saisit pas d’argent pour cette collecte : elle n’est pas ouverte, ou elle est terminée."),
            way_out=(_("Voir les dons saisis"), page),
        )
    return campaign


async def gift_to_change(slug: str, gift_id: int, actor: Actor) -> OfflineGift:
    """A gift that nobody has verified yet, for those who run its campaign. Raises NotFound, Forbidden or Gone."""
    campaign = await campaign_to_run(slug, actor)
    gift = await OfflineGift.get_or_none(id=gift_id, campaign_id=campaign.id).select_related(*_WITH)
    if gift is None or gift.status == OfflineStatus.CREATED:
        raise NotFound(_("Ce don n’existe pas."))
    gift.campaign = campaign
    if gift.due_on and gift.status == OfflineStatus.EXPIRED:
        return gift  # it came after all, were it only to be sent back
    if campaign.status in GIVING_BACK and gift.status != OfflineStatus.PROMISED:
        raise Gone(
            _("La collecte n’a pas abouti : ce don est à rendre, il ne se modifie plus."),
            way_out=(_("Voir les dons saisis"), urls.path("offline.index", slug=campaign.slug)),
        )
    if gift.status not in OPEN:
        raise Gone(
            _("Ce don est déjà vérifié : il ne se modifie plus ici. Demandez à la trésorerie."),
            way_out=(_("Voir les dons saisis"), urls.path("offline.index", slug=campaign.slug)),
        )
    return gift


def is_kept(campaign: Campaign) -> bool:
    """Whether what came by hand stays: at once, or for all-or-nothing once the campaign has succeeded."""
    return campaign.goal != GoalKind.ALL_OR_NOTHING or campaign.status in SUCCEEDED


def is_lost(campaign: Campaign) -> bool:
    """Whether what came by hand goes back; what a monthly support was given stays given when it ends."""
    return campaign.goal != GoalKind.MONTHLY and campaign.status in GIVING_BACK


def may_verify(actor: Actor) -> bool:
    """Treasurers and animators are the second pair of eyes."""
    return actor.is_treasurer or actor.is_animator


async def names_known(gifts: list[OfflineGift], actor: Actor) -> set[int]:
    """Ids of the gifts whose donor this person may read: the team all, others who agreed, and those she wrote down.

    Whoever corrects a gift without seeing its donor learns nothing by it (invariant 15).
    """
    if may_verify(actor):
        return {gift.id for gift in gifts}
    asked = [gift.id for gift in gifts if gift.anonymous and not gift.pledge_id]
    wrote = {gift.id: 0 if gift.due_on else gift.recorded_by_id for gift in gifts}
    rows = OfflineChange.filter(gift_id__in=asked or [0]).exclude(cause__endswith=UNSEEN).order_by("id")
    for row in await rows.filter(Q(cause__in=["entered", "received"]) | Q(cause__startswith="changed, ")):
        wrote[row.gift_id] = row.actor_id or 0
    return {gift.id for gift in gifts if not gift.anonymous} | {id for id in asked if wrote[id] == actor.person.id}


async def gift_to_verify(gift_id: int, actor: Actor) -> OfflineGift:
    """A gift that the team looks at, never who recorded it, nor its donor. Raises NotFound or Forbidden."""
    must_supervise(actor)
    gift = await OfflineGift.get_or_none(id=gift_id).select_related(*_WITH, "campaign__initiative")
    if gift is None or gift.status == OfflineStatus.CREATED:
        raise NotFound(_("Ce don n’existe pas."))
    must_be_another(actor, gift.recorded_by_id, not_hers())
    must_be_another(actor, gift.person_id, not_by_its_donor())
    return gift


def not_hers() -> str:
    """Why who recorded a gift does not verify it."""
    return _("Personne ne vérifie le don qu’elle a saisi : demandez à une autre personne.")


def not_by_its_donor() -> str:
    """Why a donor of the team does not verify her own gift."""
    return _("Personne ne vérifie son propre don : demandez à une autre personne.")


def may_second(gift: OfflineGift, actor: Actor) -> bool:
    """Whether she may be the second person for it: neither who recorded it nor its donor."""
    return not {gift.recorded_by_id, gift.person_id} & {actor.person.id, actor.hand.id}


async def gift_to_supervise(gift_id: int, actor: Actor) -> OfflineGift:
    """A gift, for treasurers and animators. Raises NotFound or Forbidden."""
    must_supervise(actor)
    gift = await OfflineGift.get_or_none(id=gift_id).select_related(*_WITH, "campaign__initiative")
    if gift is None or gift.status == OfflineStatus.CREATED:
        raise NotFound(_("Ce don n’existe pas."))
    return gift


def must_supervise(actor: Actor) -> None:
    """Raises Forbidden for whoever is neither treasurer nor animator."""
    if not may_verify(actor):
        raise Forbidden(_("Cette page est réservée à la trésorerie et à l’équipe d’animation."))


async def deposit_to_see(deposit_id: int, actor: Actor) -> Deposit:
    """A deposit slip, for treasurers and animators. Raises NotFound or Forbidden."""
    must_supervise(actor)
    found = await Deposit.get_or_none(id=deposit_id, undone_at__isnull=True).select_related("made_by")
    if found is None:
        raise NotFound(_("Cette remise n’existe pas, ou elle a été défaite."))
    return found


async def statement_to_see(statement_id: int, actor: Actor) -> BankStatement:
    """A bank statement, for treasurers and animators. Raises NotFound or Forbidden."""
    must_supervise(actor)
    found = await BankStatement.get_or_none(id=statement_id).select_related("sent_by")
    if found is None:
        raise NotFound(_("Ce relevé n’existe pas."))
    return found


async def line_to_see(line_id: int, actor: Actor) -> BankLine:
    """A line of the bank, for treasurers and animators. Raises NotFound or Forbidden."""
    must_supervise(actor)
    found = await BankLine.get_or_none(id=line_id).select_related("statement")
    if found is None:
        raise NotFound(_("Cette ligne n’existe pas."))
    return found


async def gift_of_her_own(gift_id: int, slug: str = "") -> OfflineGift:
    """A gift behind its donor's secret link; the link may say of which campaign (`slug`).

    Raises Gone, with the way to begin anew, when it was not confirmed in time: only such a gift is ever deleted.
    """
    rows = OfflineGift.get_or_none(id=gift_id, pledge_id__isnull=True)
    gift = await rows.select_related("campaign", "campaign__initiative", "person", "reward", "wished")
    if gift is None:
        campaign = await Campaign.get_or_none(slug=slug) if slug else None
        way = (_("Voir les collectes"), urls.path("campaigns.index"))
        if campaign is not None and campaign.is_open():
            way = (_("Recommencer"), urls.path("pledges.gift", slug=campaign.slug))
        raise Gone(
            _("Ce don n’a pas été confirmé sous 24 heures : nous l’avons oublié, et nous n’attendons rien de vous."),
            way_out=way,
        )
    return gift


async def announced(campaign_id: int | None = None, limit: int = AT_ONCE) -> list[OfflineGift]:
    """Cheques and transfers that backers announced while giving, of one campaign or all, the first due first."""
    rows = OfflineGift.filter(status=OfflineStatus.PROMISED, due_on__isnull=False)
    rows = rows.filter(campaign_id=campaign_id) if campaign_id else rows
    return await rows.order_by("due_on", "id").limit(limit).select_related("campaign", "reward")


async def announced_under(campaign_id: int, number: str) -> OfflineGift | None:
    """What a backer announced to this campaign under a reference « H-000123 », whatever became of it since."""
    named = references_in(number)
    if len(named) != 1 or named[0][0] != "H":
        return None
    rows = OfflineGift.filter(id=named[0][1], campaign_id=campaign_id, due_on__isnull=False)
    return await rows.exclude(status=OfflineStatus.CREATED).select_related("campaign", "commune").first()


async def slip_of(code: str) -> OfflineSlip:
    """The slip of a number as it stands on paper, « B-000123 » or « b123 ». Raises NotFound."""
    found = _REFERENCE.fullmatch(code.strip().upper())
    slip = await OfflineSlip.get_or_none(id=int(found[2])) if found and found[1] == "B" else None
    if slip is None:
        raise NotFound(_("Ce numéro de bulletin n’existe pas. Il ressemble à B-000123."))
    return slip


def references_in(text: str) -> list[tuple[str, int]]:
    """Letter and number of each reference that a bank's label carries, in their order."""
    return [(letter, int(number)) for letter, number in _REFERENCE.findall(text.upper())]


async def of_campaign(campaign_id: int, before: int | None = None, limit: int = 50) -> list[OfflineGift]:
    """The gifts of a campaign that somebody wrote down, the latest first; those on their way are `announced`."""
    on_its_way = Q(status=OfflineStatus.PROMISED, due_on__isnull=False)
    rows = OfflineGift.filter(campaign_id=campaign_id).exclude(Q(status=OfflineStatus.CREATED) | on_its_way)
    rows = rows.filter(id__lt=before) if before else rows
    return await rows.order_by("-id").limit(limit).select_related("recorded_by", "verified_by")


async def entered_on(campaign_id: int, day: date, by: int) -> tuple[int, int]:
    """How many gifts a person has entered for this day of receipt, and their cents: the stall's running total."""
    rows = OfflineGift.filter(campaign_id=campaign_id, received_on=day, recorded_by_id=by)
    amounts = await rows.exclude(status=OfflineStatus.WITHDRAWN).values_list("amount_cents", flat=True)
    return len(amounts), sum(int(str(cents)) for cents in amounts)


async def line_paying(gift_id: int) -> BankLine | None:
    """The confirmed line of the bank that paid this gift."""
    return await BankLine.get_or_none(gift_id=gift_id, status=LineStatus.CONFIRMED)


async def history(gift_id: int) -> list[OfflineChange]:
    """Every change of a gift, oldest first."""
    return await OfflineChange.filter(gift_id=gift_id).order_by("id")


async def to_verify() -> list[OfflineGift]:
    """Received gifts that wait for a second person, by campaign, the oldest first."""
    rows = OfflineGift.filter(status=OfflineStatus.RECEIVED, campaign__status__in=list(ENTERING))
    return await rows.order_by("campaign_id", "id").limit(AT_ONCE).select_related("campaign", "recorded_by", "pledge")


async def sent_back(person_id: int | None = None) -> list[OfflineGift]:
    """Gifts that the treasury sent back to whoever entered them, all or this person's, the oldest first."""
    rows = OfflineGift.filter(status=OfflineStatus.SENT_BACK, campaign__status__in=list(ENTERING))
    rows = rows.filter(recorded_by_id=person_id) if person_id else rows
    return await rows.order_by("id").limit(AT_ONCE).select_related("campaign", "recorded_by")


async def reasons(gifts: list[OfflineGift]) -> dict[int, str]:
    """Gift id → why the treasury sent it back, in its words."""
    ids = [gift.id for gift in gifts if gift.status == OfflineStatus.SENT_BACK]
    rows = OfflineChange.filter(gift_id__in=ids or [0], after=OfflineStatus.SENT_BACK.value).order_by("id")
    return {row.gift_id: row.cause for row in await rows}


async def to_give_back() -> list[OfflineGift]:
    """Money in hand of campaigns that did not happen: it goes back to its donors."""
    in_hand = [OfflineStatus.RECEIVED, OfflineStatus.SENT_BACK, *COUNTING]
    rows = OfflineGift.filter(status__in=in_hand, campaign__status__in=list(GIVING_BACK))
    return await rows.order_by("campaign_id", "id").limit(AT_ONCE).select_related("campaign", "recorded_by")


def goes_back(gift: OfflineGift, campaign: Campaign) -> bool:
    """Whether it is money in hand, or in the bank, of a campaign that did not happen."""
    return campaign.status in GIVING_BACK and gift.status in (
        OfflineStatus.RECEIVED, OfflineStatus.SENT_BACK, *COUNTING
    )


async def verified_lately(limit: int = 30) -> list[OfflineGift]:
    """What was verified last, to look again or to undo."""
    rows = OfflineGift.filter(status__in=list(COUNTING)).order_by("-verified_at", "-id").limit(limit)
    return await rows.select_related("campaign", "verified_by", "deposit")


async def to_bank(mode: Mode) -> list[OfflineGift]:
    """Verified cheques, or cash, that are on no deposit slip yet and do not go back to their donors."""
    rows = OfflineGift.filter(status=OfflineStatus.VERIFIED, mode=mode, deposit_id__isnull=True)
    rows = rows.exclude(campaign__status__in=list(GIVING_BACK))
    return await rows.order_by("id").limit(AT_ONCE).select_related("campaign")


def to_take_off(gifts: list[OfflineGift]) -> list[OfflineGift]:
    """Of a slip's gifts (with their campaigns), those that go back to their donors instead of to the bank."""
    return [gift for gift in gifts if gift.status == OfflineStatus.VERIFIED and gift.campaign.status in GIVING_BACK]


async def without_number() -> list[OfflineGift]:
    """Verified cheques, on a slip or not, of which nobody noted the bank and the number: the slip would lack them."""
    rows = OfflineGift.filter(status=OfflineStatus.VERIFIED, mode=Mode.CHEQUE, reference="")
    rows = rows.exclude(campaign__status__in=list(GIVING_BACK))
    return await rows.order_by("id").limit(AT_ONCE).select_related("campaign")


async def to_carry() -> tuple[int, int]:
    """How many slips wait to be carried to the bank, and their cents."""
    slips = [slip.id for slip in await Deposit.filter(banked_on__isnull=True, undone_at__isnull=True)]
    gifts = OfflineGift.filter(deposit_id__in=slips or [0], status=OfflineStatus.VERIFIED)
    return len(slips), sum(gift.amount_cents for gift in await gifts)


async def of_deposit(deposit_id: int) -> list[OfflineGift]:
    """The gifts on a deposit slip."""
    return await OfflineGift.filter(deposit_id=deposit_id).order_by("id").select_related("campaign")


async def deposits(limit: int = 30) -> list[Deposit]:
    """The deposit slips, the latest first."""
    return await Deposit.filter(undone_at__isnull=True).order_by("-id").limit(limit).select_related("made_by")


async def statements(limit: int = 30) -> list[BankStatement]:
    """The statements that were sent, the latest first."""
    return await BankStatement.all().order_by("-id").limit(limit).select_related("sent_by")


async def lines_of(statement_id: int) -> list[BankLine]:
    """The credits of a statement in its order, with what they propose."""
    rows = BankLine.filter(statement_id=statement_id, amount_cents__gt=0).order_by("number")
    around = ("gift", "gift__campaign", "pledge", "pledge__campaign", "deposit", "proposed_by")
    return await rows.limit(500).select_related(*around)


async def to_confirm_on(statement_ids: list[int]) -> dict[int, int]:
    """Statement's id → how many of its lines wait for a second person."""
    rows = BankLine.filter(statement_id__in=statement_ids or [0], status=LineStatus.PROPOSED).annotate(n=Count("id"))
    found = await rows.group_by("statement_id").values("statement_id", "n")
    return {int(row["statement_id"]): int(row["n"]) for row in found}


async def proposed_count() -> int:
    """How many lines of the bank wait for a second person."""
    return await BankLine.filter(status=LineStatus.PROPOSED).count()


async def entered_for(campaign_ids: list[int]) -> list[int]:
    """Ids of the promises of these campaigns for which a cheque, cash or a transfer was entered."""
    rows = OfflineGift.filter(campaign_id__in=campaign_ids or [0], pledge_id__isnull=False)
    found = await rows.filter(status__in=[*OPEN, *COUNTING]).values_list("pledge_id", flat=True)
    return [int(str(id)) for id in found]


async def switched(campaign_id: int, limit: int = AT_ONCE) -> list[Pledge]:
    """Promises whose backers send a cheque or a transfer instead of their card, and nobody has entered it."""
    rows = Pledge.filter(campaign_id=campaign_id, status=PledgeStatus.SWITCHED_OFFLINE)
    rows = rows.exclude(id__in=await entered_for([campaign_id]) or [0])
    return await rows.order_by("id").limit(limit).select_related("person")


async def gives_otherwise(campaign_id: int, person_id: int) -> bool:
    """Whether this person counts among the backers by offline money: people are counted once."""
    rows = OfflineGift.filter(campaign_id=campaign_id, person_id=person_id, status__in=list(COUNTING))
    return await rows.filter(pledge_id__isnull=True).exists()
