"""A second person of the team confirms what the matcher has signed, or refuses it: only then may it count (PRODUCT C6).

Whoever types the signatory's address could type her own: so the one who proposed never makes an agreement count alone.
"""

from campaigns import two_persons
from campaigns.matching import agreeing, letters, service, signing
from campaigns.matching.models import AgreementStatus, MatchAgreement
from campaigns.matching.queries import answer_by, whole
from civic import clock
from civic.database import retrying, transaction
from civic.errors import Gone
from civic.i18n import _
from civic.people.actor import Actor
from civic.people.service import audit


@retrying
async def confirm(agreement: MatchAgreement, actor: Actor) -> None:
    """It is in force from now on. Harmless when repeated.

    Raises Forbidden for whoever proposed it, or has a side in it; Gone when it waits no more, or came too late.
    """
    async with transaction():
        found = await _held(agreement, actor)
        if found.status == AgreementStatus.ACTIVE:
            return
        await _must_wait(found)
        await _answer(found, actor, AgreementStatus.ACTIVE)
        await audit(actor, "match_confirmed", f"campaign:{found.campaign_id}", agreement=found.id)
        await agreeing.begin(found)
        await letters.to_team("match_confirmed", found, who=actor.person.name)


@retrying
async def refuse(agreement: MatchAgreement, actor: Actor, reason: str) -> None:
    """It never counts; who proposed and who signed it read why. Harmless when repeated. Raises like `confirm`."""
    async with transaction():
        found = await _held(agreement, actor)
        if found.status == AgreementStatus.REFUSED:
            return
        if found.status == AgreementStatus.ACTIVE:
            raise Gone(_("Cet accord est déjà confirmé : il compte."))
        await _must_wait(found)
        await _answer(found, actor, AgreementStatus.REFUSED, answer_note=reason)
        await audit(actor, "match_refused", f"campaign:{found.campaign_id}", agreement=found.id, reason=reason)
        await letters.to_matcher("match_not_confirmed", found, why="refused", note=reason)
        await letters.to_team("match_not_confirmed_team", found, why="refused", note=reason, who=actor.person.name)


async def _held(agreement: MatchAgreement, actor: Actor) -> MatchAgreement:
    """The agreement, its campaign locked (docs/locking.md), for somebody who may answer."""
    await service.hold_campaign(agreement.campaign_id)
    found = await whole(agreement.id)
    await signing.must_confirm(found, actor)
    return found


async def _must_wait(found: MatchAgreement) -> None:
    """Raises Gone for one that does not wait for a second person, or whose campaign or time is over."""
    if found.status == AgreementStatus.PROPOSED:
        raise Gone(_("Le financeur n’a pas encore signé : rien n’est à confirmer."))
    if found.status != AgreementStatus.SIGNED:
        raise Gone(_("Cet accord a été retiré, ou il est sans effet : il ne se confirme plus."))
    await agreeing.must_be_open(found.campaign_id)
    if answer_by(found) <= clock.now():
        raise Gone(_("Le délai pour confirmer cet accord est passé : il reste sans effet."))


async def _answer(found: MatchAgreement, actor: Actor, status: AgreementStatus, **said: object) -> None:
    own = _("Vous avez proposé cet accord : une autre personne de l’équipe le confirme.")
    answered = await two_persons.answer(found, actor, own, status=status, **said)
    assert answered, "its campaign is held, and it waited"
