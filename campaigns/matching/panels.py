"""What match funding puts on the pages of others: « Votre don compte double », tools, what the treasurer confirms."""

from typing import TYPE_CHECKING

from campaigns.matching import offering, queries, returning, service, signing, wording
from campaigns.matching.models import AgreementStatus, MatchAgreement, MatchState
from campaigns.slots import Step, Tool
from civic import clock
from civic.i18n import _, _n
from civic.initiatives.queries import may_edit
from civic.people import links
from civic.people.actor import Actor
from civic.people.models import RoleName
from civic.people.queries import roles_of
from civic.slots import Given, Panel, Todo
from civic.web import urls
from civic.web.formats import money

if TYPE_CHECKING:
    from campaigns.lifecycle.models import Campaign
    from civic.people.models import Person


async def campaign_panels(campaign: "Campaign") -> list[Panel]:
    """What each matcher adds, what is left and until when; afterwards what was added."""
    found = await queries.active_of(campaign.id)
    rows = [
        _row(agreement, campaign)
        for agreement in found if campaign.is_open() or agreement.reserved_cents
    ]  # fmt: skip
    context = {"rows": rows, "open": campaign.is_open()}
    return [Panel("campaigns/matching/panel.html", context, order=100)] if rows else []


def _row(agreement: MatchAgreement, campaign: "Campaign") -> dict[str, object]:
    """What is shown of an agreement: the sums that were told last, by a day; once it is due only that one.

    What is added less since is told with the gifts that left, on the page of proofs: beside it, it would tell one.
    """
    adds, left = campaign.is_open() and queries.adds_now(agreement), queries.told_left_of(agreement)
    exact = bool(agreement.due_cents) if agreement.due_at else queries.may_be_told(agreement)
    added = agreement.due_cents if agreement.due_at else agreement.told_cents
    begun = agreement.told_at is not None or not agreement.reserved_cents
    return {
        "matcher": agreement.fund.organisation, "title": wording.title_text(agreement), "adds": adds,
        "rule": wording.rule_text(agreement), "limits": wording.limits_text(agreement),
        "who": wording.who_text(agreement), "told": begun if campaign.is_open() else exact,
        "told_at": None if exact else agreement.told_at, "left_cents": left, "added_cents": added,
        "countdown": wording.countdown_text(agreement) if campaign.is_open() else "",
        "total_cents": agreement.told_cents + left,
        "used_up": campaign.is_open() and queries.left_of(agreement) == 0,
    }  # fmt: skip


async def gift_moved(campaign_id: int) -> None:
    """What is added to a funded campaign follows its gifts, in their transaction."""
    await service.keep_up(campaign_id)


async def gift_notes(campaign: "Campaign", cents: int) -> list[str]:
    """« Châtillon ajoute 30 € à votre don de 30 €, dans la limite de sa somme. » for each matcher.

    What is left of the fund to the cent would tell the gifts of others: it is never part of the sentence.
    """
    found = []
    for agreement in await queries.active_of(campaign.id):
        added = wording.would_add(agreement, cents) if queries.adds_now(agreement) else 0
        if not added:
            continue
        words = {"who": agreement.fund.organisation.name, "added": money(added), "gift": money(cents)}
        names = ", ".join(commune.name for commune in queries.communes_of(agreement))
        if agreement.per_person_cents:
            text = _("Si c’est votre premier don ici, %(who)s ajoute %(added)s, dans la limite de sa somme.", **words)
        else:
            text = _("%(who)s ajoute %(added)s à votre don de %(gift)s, dans la limite de sa somme.", **words)
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


async def campaign_history(campaign: "Campaign") -> list[Step]:
    """Each matcher who joined, with the ceiling that stands on the page."""
    found = []
    for agreement in await queries.active_of(campaign.id):
        words = {"who": agreement.fund.organisation.name, "limits": wording.limits_text(agreement)}
        begun_at = agreement.confirmed_at or agreement.answered_at
        if begun_at:
            found.append(Step(begun_at, _("%(who)s ajoute aux dons : %(limits)s", **words)))
    return found


async def campaign_tools(campaign: "Campaign", actor: Actor) -> list[Tool]:
    """The agreements, for the team; for the leads when there are some; to offer, for whoever speaks for a matcher."""
    return [*await _offer(campaign, actor), *await _agreements(campaign, actor)]


async def _offer(campaign: "Campaign", actor: Actor) -> list[Tool]:
    if not campaign.is_open() or campaign.is_standing or not await offering.may_offer(actor.person):
        return []
    href = urls.path("matching.offer", slug=campaign.slug)
    return [Tool(_("Proposer d’ajouter aux dons"), href, "euro", order=900, guest=True)]


async def _agreements(campaign: "Campaign", actor: Actor) -> list[Tool]:
    team = actor.is_animator or actor.is_treasurer
    if campaign.is_standing or not (team or await may_edit(actor, campaign.initiative)):
        return []
    found = await queries.agreements_of(campaign.id)
    waiting = sum(agreement.status == AgreementStatus.PROPOSED for agreement in found)
    if not found and not team:
        return []
    detail = _n("%(n)s proposition sans réponse", "%(n)s propositions sans réponse", waiting) if waiting else ""
    signed = sum(agreement.status == AgreementStatus.SIGNED for agreement in found)
    if signed:
        detail = _n("%(n)s accord signé à confirmer", "%(n)s accords signés à confirmer", signed)
    href = urls.path("matching.index", slug=campaign.slug)
    return [Tool(_("Financeurs qui ajoutent"), href, "euro", detail, order=60)]


async def treasury_panels(actor: Actor) -> list[Panel]:
    """Transfers of matchers that a second person must confirm, and money to give back to them."""
    rows, owed, me = await queries.payments_to_confirm(), await returning.all_owed(), actor.person.id
    found = []
    signed = [(one, await signing.may_confirm(one, actor)) for one in await queries.signed_ones()]
    if signed:
        found.append(Panel("campaigns/matching/signed.html", {"signed": signed}, order=19))
    if rows:
        found.append(Panel("campaigns/matching/to_confirm.html", {"payments": rows, "me": me}, order=20))
    if owed:
        found.append(Panel("campaigns/matching/to_give_back.html", {"owed": owed, "me": me}, order=21))
    return found


async def desk_todos(person: "Person") -> list[Todo]:
    """Offers of matchers that wait for an agreement to be written, and signed ones she may confirm, for the team."""
    roles = frozenset(await roles_of(person))
    actor = Actor(person, roles)
    return [
        *[
            Todo(
                _("Confirmer l’accord signé par %(who)s", who=one.fund.organisation.name),
                urls.path("matching.index", slug=one.campaign.slug), "argent", queries.answer_by(one),
                detail=one.campaign.title,
            )
            for one in await queries.signed_ones() if await signing.may_confirm(one, actor)
        ],
        *[
            Todo(
                _("Préparer l’accord proposé par %(who)s", who=one.organisation.name),
                urls.path("matching.index", slug=one.campaign.slug), "argent", detail=one.campaign.title,
            )
            for one in (await offering.offers() if RoleName.ANIMATOR in roles else ())
        ],
    ]  # fmt: skip


async def person_todos(person: "Person") -> list[Todo]:
    """A proposal that waits for the answer of whom she represents; a sum that is due."""
    found, href = [], urls.path("matching.mine")
    for agreement in await queries.of_person(person):
        words = {"who": agreement.fund.organisation.name, "title": agreement.campaign.title}
        if agreement.status == AgreementStatus.PROPOSED and queries.answer_by(agreement) > clock.now():
            text = _("Répondre pour %(who)s : ajouter aux dons de « %(title)s »", **words)
            found.append(Todo(text, href, "argent", queries.answer_by(agreement)))
        elif agreement.stage == MatchState.DUE and agreement.reserved_cents:
            amount = money(agreement.reserved_cents)
            found.append(Todo(_("Verser la part de %(who)s à « %(title)s »", **words), href, "argent", detail=amount))
    return found


async def person_given(person: "Person") -> list[Given]:
    """What those she represents add to the gifts of others."""
    found = []
    for agreement in await queries.of_person(person):
        if agreement.status not in (AgreementStatus.SIGNED, AgreementStatus.ACTIVE) or agreement.answered_at is None:
            continue
        words = {"who": agreement.fund.organisation.name, "title": agreement.campaign.title}
        state, _look = wording.state_text(agreement)
        text = _("%(who)s ajoute aux dons de « %(title)s »", **words)
        if agreement.status == AgreementStatus.SIGNED:
            text = _("%(who)s va ajouter aux dons de « %(title)s »", **words)
        found.append(Given(text, urls.path("matching.mine"), "argent", agreement.answered_at, state))
    return found


async def secret_links(person: "Person") -> list[tuple[str, str]]:
    """The links of agreements that were sent to her address."""
    found = []
    for agreement in await queries.of_person(person):
        if agreement.signatory_email == (person.email or "").lower():
            text = _("Accord de %(who)s pour « %(title)s »", who=agreement.fund.organisation.name,
                     title=agreement.campaign.title)  # fmt: skip
            found.append((text, urls.absolute("matching.follow", token=links.make(queries.LINK, agreement.id))))
    return found
