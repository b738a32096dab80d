"""What match funding writes to people: each letter once, by its key; texts in templates/mail/campaigns."""

from typing import Any

from campaigns.matching.models import MatchAgreement
from campaigns.matching.queries import LINK
from civic import mail
from civic.initiatives.queries import leads_of
from civic.people import links
from civic.people.models import Person


async def to_matcher(name: str, agreement: MatchAgreement, occasion: str = "", **context: Any) -> None:
    """Write to whoever signs for the matcher (agreement with its campaign and fund), once per letter and occasion."""
    await mail.send(
        f"campaigns/{name}", to=agreement.signatory_email, key=f"{name}-{agreement.id}{occasion}", locale="fr",
        **_words(agreement), person=agreement.signatory, **context,
    )  # fmt: skip


async def to_team(name: str, agreement: MatchAgreement, occasion: str = "", **context: Any) -> None:
    """Write to whoever proposed the agreement and to the campaign's leads, once each and per occasion."""
    proposer = await Person.get(id=agreement.proposed_by_id)
    for reader in {one.id: one for one in (proposer, *await leads_of(agreement.campaign.initiative_id))}.values():
        if reader.email:
            await mail.send(
                f"campaigns/{name}", to=reader.email, key=f"{name}-{agreement.id}-{reader.id}{occasion}",
                locale=reader.locale, **_words(agreement), person=reader.name, **context,
            )  # fmt: skip


async def to_confirmers(agreement: MatchAgreement, readers: list[Person], occasion: str = "") -> None:
    """« Un accord attend votre confirmation »: to those of the team who may confirm it, once each and per occasion."""
    for reader in readers:
        if reader.email:
            await mail.send(
                "campaigns/match_to_confirm", to=reader.email,
                key=f"match_to_confirm-{agreement.id}-{reader.id}{occasion}", locale=reader.locale,
                **_words(agreement), person=reader.name, signatory=agreement.signatory,
                role=agreement.signatory_role, address=agreement.signatory_email,
            )  # fmt: skip


def _words(agreement: MatchAgreement) -> dict[str, Any]:
    return {
        "title": agreement.campaign.title, "slug": agreement.campaign.slug,
        "matcher": agreement.fund.organisation.name, "cap_cents": agreement.cap_cents,
        "token": links.make(LINK, agreement.id),
    }  # fmt: skip
