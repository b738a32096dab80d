"""Why nothing is awaited under a reference: what became of it, in one sentence that says what to do."""

from campaigns.lifecycle.models import Campaign
from campaigns.offline import awaited, queries
from campaigns.offline.awaited import number_in
from campaigns.offline.models import COUNTING, OfflineChange, OfflineGift, OfflineSlip, OfflineStatus
from campaigns.pledges.models import Pledge, PledgeStatus
from civic.i18n import _
from civic.initiatives.queries import is_lead
from civic.people.actor import Actor
from civic.web.formats import day_short, money


async def why_not(campaign: Campaign, actor: Actor, typed: str) -> str:
    """Why what was typed names nothing that this campaign waits for; empty for a slip that is still free."""
    named = queries.references_in(typed)
    if number := number_in(typed):
        known = await OfflineGift.filter(id=number, campaign_id=campaign.id).exclude(status=OfflineStatus.CREATED)
        named = [(known[0].code[0], known[0].slip_id or number)] if known else [("H", number)]
    if len(named) != 1:
        if gift := await awaited.received_of(campaign, actor, typed):
            return await _became(gift, gift.code)
        said = _("Rien n’est annoncé sous « %(typed)s ». Une référence ressemble à H-000123, P-000123 ou B-000123.",
                 typed=typed)  # fmt: skip
        return said
    letter, number = named[0]
    if letter == "B":
        return await _slip(campaign, actor, number)
    if letter == "P":
        return await _promise(campaign, actor, number)
    if letter == "R":
        return _("R-%(number)s est le numéro d’une remise en banque, pas celui d’un don.", number=f"{number:04d}")
    gift = await OfflineGift.get_or_none(id=number).select_related("campaign")
    if gift is None or gift.status == OfflineStatus.CREATED or gift.slip_id or gift.pledge_id:
        return _("Personne n’a annoncé de don sous %(code)s. Relisez la référence, ou saisissez ce don sans elle.",
                 code=f"H-{number:06d}")  # fmt: skip
    if gift.campaign_id != campaign.id:
        return await _elsewhere(gift.campaign, actor, gift.code)
    return await _became(gift, gift.code)


async def _slip(campaign: Campaign, actor: Actor, number: int) -> str:
    slip = await OfflineSlip.get_or_none(id=number).select_related("campaign")
    if slip is None:
        return _("Le bulletin %(code)s n’existe pas. Relisez son numéro.", code=f"B-{number:06d}")
    if slip.campaign_id != campaign.id:
        return await _elsewhere(slip.campaign, actor, slip.code)
    gift = await OfflineGift.filter(slip_id=number).exclude(status=OfflineStatus.WITHDRAWN).first()
    return await _became(gift, slip.code) if gift else ""


async def _promise(campaign: Campaign, actor: Actor, number: int) -> str:
    code = f"P-{number:06d}"
    pledge = await Pledge.get_or_none(id=number).select_related("campaign")
    if pledge and pledge.campaign_id != campaign.id and pledge.status == PledgeStatus.SWITCHED_OFFLINE:
        return await _elsewhere(pledge.campaign, actor, code)
    paid = OfflineGift.filter(pledge_id=number, campaign_id=campaign.id).exclude(status=OfflineStatus.WITHDRAWN)
    gift = await paid.order_by("-id").first()
    if gift:
        return await _became(gift, code)
    return _("%(code)s n’attend ni chèque ni virement pour cette collecte. Relisez la référence.", code=code)


async def _elsewhere(campaign: Campaign, actor: Actor, code: str) -> str:
    """Which campaign it is for, to those who look after that one too."""
    if queries.may_verify(actor) or await is_lead(actor.person, campaign.initiative_id):
        return _("%(code)s est pour une autre collecte, « %(title)s » : saisissez-le là-bas.",
                 code=code, title=campaign.title)  # fmt: skip
    return _("%(code)s est pour une autre collecte. Remettez cet argent à la trésorerie, qui sait laquelle.", code=code)


async def _became(gift: OfflineGift, code: str) -> str:
    """What was received is told with its day and amount; whoever gave it is not."""
    said = {"code": code, "amount": money(gift.amount_cents)}
    said["day"] = day_short(gift.received_on or gift.due_on or gift.created_at)
    if gift.status == OfflineStatus.RECEIVED:
        return _("%(code)s est déjà saisi : %(amount)s, reçu le %(day)s. Une deuxième personne le vérifie.", **said)
    if gift.status == OfflineStatus.SENT_BACK:
        return _("%(code)s est déjà saisi : %(amount)s, reçu le %(day)s. La trésorerie vous le renvoie : corrigez-le "
                 "dans la liste.", **said)  # fmt: skip
    if gift.status in COUNTING:
        return _("%(code)s est déjà vérifié : %(amount)s, reçu le %(day)s. Il compte.", **said)
    if gift.status == OfflineStatus.EXPIRED:
        return _("%(code)s n’est plus attendu depuis le %(day)s. S’il est là, notez-le dans la liste des dons.", **said)
    if gift.status == OfflineStatus.PROMISED and gift.due_on:
        return _("Écrivez la référence entière : %(code)s.", **said)
    if gift.status == OfflineStatus.PROMISED:
        return _("%(code)s est déjà saisi comme une promesse. S’il est là, notez-le dans la liste des dons.", **said)
    if gift.status == OfflineStatus.BOUNCED:
        return _("%(code)s est déjà revenu impayé, le chèque reçu le %(day)s.", **said)
    if gift.status == OfflineStatus.RETURNED:
        return _("%(code)s est déjà rendu à la personne qui l’avait donné.", **said)
    if await OfflineChange.filter(gift_id=gift.id, after=OfflineStatus.WITHDRAWN, cause="taken back").exists():
        return _("%(code)s est annulé par la personne qui l’avait annoncé. S’il est là quand même, saisissez-le sans "
                 "référence.", **said)  # fmt: skip
    return _("%(code)s est retiré de la liste. S’il est là, saisissez-le sans référence.", **said)
