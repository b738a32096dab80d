"""The mails about papers, queued in the transaction of what they tell, each in its reader's language."""

from typing import Any

from civic import mail
from civic.i18n import speaking
from civic.people.actor import Actor
from civic.people.models import Person
from volunteering.attestations import codes, queries
from volunteering.attestations.content import Content
from volunteering.attestations.models import Attestation
from volunteering.attestations.words import period
from volunteering.hours.words import duration


async def issued(paper: Attestation, said: Content, volunteer: Person, signatory: Person, actor: Actor) -> None:
    """Her paper is there, with its link; whoever it is signed by without having asked for it is told."""
    await _send("attestation_ready", volunteer, paper, said, f"attestation-{paper.id}")
    if signatory.id != actor.hand.id:
        await _send("attestation_signed", signatory, paper, said, f"attestation-signed-{paper.id}")


async def revoked(paper: Attestation, reason: str) -> None:
    """The paper is worth nothing any more, and why."""
    person = await Person.get_or_none(id=paper.person_id)
    if person:
        said = Content.model_validate(paper.content)
        await _send("attestation_revoked", person, paper, said, f"attestation-revoked-{paper.id}", reason=reason)


async def _send(name: str, reader: Person, paper: Attestation, said: Content, key: str, **more: Any) -> None:
    if not reader.email:
        return
    with speaking(reader.locale):
        words = {"period": period(paper.first_day, paper.last_day), "hours": duration(paper.minutes)}
    words |= {"code": codes.shown(paper.code), "check": paper.code, "token": queries.token_of(paper)}
    await mail.send(
        f"volunteering/{name}", to=reader.email, key=key, locale=reader.locale, reader=reader.name, body=said.body,
        person=said.name, **words, **more,
    )  # fmt: skip
