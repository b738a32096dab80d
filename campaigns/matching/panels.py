"""What match funding puts on the pages of others: « Votre don compte double », tools, what the treasurer confirms."""

from typing import TYPE_CHECKING

from campaigns.matching import queries, wording
from campaigns.matching.models import AgreementStatus, MatchAgreement
from campaigns.slots import Tool
from civic.i18n import _, _n
from civic.initiatives.queries import may_edit
from civic.slots import Panel
from civic.web import urls
from civic.web.formats import money

if TYPE_CHECKING:
    from campaigns.lifecycle.models import Campaign
    from civic.people.actor import Actor


async def campaign_panels(campaign: "Campaign") -> list[Panel]:
    """What each matcher adds, what is left and until when; afterwards what was added."""
    found = await queries.active_of(campaign.id)
    rows = [
        _row(agreement, campaign, told=await queries.may_be_told(agreement))
        for agreement in found if campaign.is_open() or agreement.reserved_cents
    ]  # fmt: skip
    context = {"rows": rows, "open": campaign.is_open()}
    return [Panel("campaigns/matching/panel.html", context, order=100)] if rows else []


def _row(agreement: MatchAgreement, campaign: "Campaign", *, told: bool) -> dict[str, object]:
    """What is shown of an agreement; its sums only when they are `told`."""
    adds, left = campaign.is_open() and queries.adds_now(agreement), queries.left_of(agreement)
    return {
        "matcher": agreement.fund.organisation, "title": wording.title_text(agreement), "adds": adds,
        "rule": wording.rule_text(agreement), "limits": wording.limits_text(agreement),
        "who": wording.who_text(agreement), "told": told,
        "left_cents": left if told else 0, "added_cents": agreement.reserved_cents if told else 0,
        "countdown": wording.countdown_text(agreement) if campaign.is_open() else "",
        "total_cents": agreement.reserved_cents + left if told else 0, "used_up": campaign.is_open() and left == 0,
    }  # fmt: skip


async def gift_notes(campaign: "Campaign", cents: int) -> list[str]:
    """« Châtillon ajoute 30 € à votre don de 30 €. » for each matcher, as things stand now."""
    found = []
    for agreement in await queries.active_of(campaign.id):
        added = wording.would_add(agreement, cents) if queries.adds_now(agreement) else 0
        if not added:
            continue
        words = {"who": agreement.fund.organisation.name, "added": money(added), "gift": money(cents)}
        names = ", ".join(commune.name for commune in queries.communes_of(agreement))
        if agreement.per_person_cents:
            text = _("Si c’est votre premier don ici, %(who)s ajoute %(added)s.", **words)
        else:
            text = _("%(who)s ajoute %(added)s à votre don de %(gift)s.", **words)
        if names:
            text += " " + _("Cela vaut pour les habitants de ces communes : %(names)s.", names=names)
        found.append(text)
    return found


async def asks_commune(campaign: "Campaign") -> list[str]:
    """« Trévoux ajoute aux dons des habitants de ces communes : … »: why a backer is asked where she lives."""
    found = []
    for agreement in await queries.active_of(campaign.id):
        names = ", ".join(commune.name for commune in queries.communes_of(agreement))
        if names and queries.adds_now(agreement):
            words = {"who": agreement.fund.organisation.name, "names": names}
            found.append(_("%(who)s ajoute aux dons des habitants de ces communes : %(names)s.", **words))
    return found


async def campaign_tools(campaign: "Campaign", actor: "Actor") -> list[Tool]:
    """The agreements, for the team; for the leads when there are some."""
    team = actor.is_animator or actor.is_treasurer
    if not team and not await may_edit(actor, campaign.initiative):
        return []
    found = await queries.agreements_of(campaign.id)
    waiting = sum(agreement.status == AgreementStatus.PROPOSED for agreement in found)
    if not found and not team:
        return []
    detail = _n("%(n)s proposition sans réponse", "%(n)s propositions sans réponse", waiting) if waiting else ""
    href = urls.path("matching.index", slug=campaign.slug)
    return [Tool(_("Financeurs qui ajoutent"), href, "euro", detail, order=60)]


async def treasury_panels(actor: "Actor") -> list[Panel]:
    """Transfers of matchers that a second person must confirm."""
    rows = await queries.payments_to_confirm()
    if not rows:
        return []
    return [Panel("campaigns/matching/to_confirm.html", {"payments": rows, "me": actor.person.id}, order=20)]
