"""The mails of ideas, queued in the transaction of what they tell. Addresses are told only where both agreed."""

from datetime import datetime
from typing import Any

from civic import clock, mail
from civic.ideas.models import Idea, IdeaOffer, IdeaSupport, OfferState
from civic.people import links
from civic.people.models import Person
from civic.web import urls

IDEA, SUPPORT, OFFER, REFERENT = "idea", "idea-support", "idea-offer", "idea-referent"
"""What the link of a mail leads to."""


def token_of(idea: Idea) -> str:
    """The secret of the author's link."""
    return links.make(IDEA, idea.id)


def support_token(row: IdeaSupport) -> str:
    """The secret of a supporter's link."""
    return links.make(SUPPORT, row.id)


def referent_token(idea_id: int, person_id: int) -> str:
    """The secret with which this person, and nobody who is asked before or after her, answers the invitation."""
    return f"{person_id}-{links.make(f'{REFERENT}-{person_id}', idea_id)}"


def offer_token(offer: IdeaOffer) -> str:
    """The secret of a helper's link."""
    return links.make(OFFER, offer.id)


async def confirm_idea(idea: Idea, author: Person) -> None:
    """The link with which she publishes it, and changes it later."""
    await _send("idea_confirm", author, f"idea-{idea.id}-confirm", idea, token=token_of(idea))


async def confirm_support(row: IdeaSupport, idea: Idea, person: Person) -> None:
    """The link that makes it count; again the same one when she asks again."""
    key = f"idea-support-{row.id}-{_minute()}"
    waits = row.confirmed_at is None
    await _send("idea_support", person, key, idea, token=support_token(row), waits=waits)


async def confirm_offer(offer: IdeaOffer, idea: Idea, person: Person) -> None:
    """The link that hands the offer on."""
    key, waits = f"idea-offer-{offer.id}-{_minute()}", offer.state == OfferState.UNCONFIRMED
    await _send("idea_offer", person, key, idea, token=offer_token(offer), waits=waits)


async def offer_came(offer: IdeaOffer, idea: Idea, author: Person, helper: Person) -> None:
    """Her first name and her words, for the author."""
    key = f"idea-offer-{offer.id}-{offer.at.isoformat()}"
    await _send("idea_offer_came", author, key, idea, who=first_name(helper), message=offer.words, token=token_of(idea))


async def offer_answered(offer: IdeaOffer, idea: Idea, author: Person, helper: Person) -> None:
    """Accepted: each reads the other's first name and address. Declined: a word of thanks."""
    key = f"idea-offer-{offer.id}-{offer.state.value}"
    if offer.state == OfferState.DECLINED:
        await _send("idea_offer_declined", helper, key, idea)
        return
    for one, other, lead in ((author, helper, True), (helper, author, False)):
        await _send(
            "idea_contact", one, f"{key}-{one.id}", idea, who=first_name(other), address=other.email or "",
            message=offer.words, lead=lead,
        )  # fmt: skip


async def judged(idea: Idea, author: Person, at: datetime) -> None:
    """What the team says, with its reason, for the author."""
    key = f"idea-{idea.id}-judged-{at.isoformat()}"
    await _send("idea_judged", author, key, idea, verdict=idea.status.value, reason=idea.reason, token=token_of(idea))


async def referent_asked(idea: Idea, person: Person, by: Person) -> None:
    """Would she walk with this idea?"""
    await _send(
        "idea_referent", person, f"idea-{idea.id}-referent-{person.id}-{_minute()}", idea, who=by.short_name,
        token=referent_token(idea.id, person.id),
    )  # fmt: skip


async def became(idea: Idea, reader: Person, href: str, token: str = "") -> None:
    """An initiative was born, for who supported, helped or followed; `token` lets a supporter follow it in one tap."""
    assert idea.initiative
    key = f"idea-{idea.id}-became-{reader.id}"
    await _send("idea_became", reader, key, idea, initiative=idea.initiative.title, href=href, token=token)


async def ended(idea: Idea, reader: Person) -> None:
    """It stops, with what was learned."""
    await _send("idea_ended", reader, f"idea-{idea.id}-ended-{reader.id}", idea, message=idea.ending)


async def silent(idea: Idea, author: Person) -> None:
    """« Elle vit encore ? », three taps."""
    key = f"idea-{idea.id}-silent-{clock.today().isoformat()}"
    await _send("idea_silent", author, key, idea, token=token_of(idea))


def first_name(person: Person) -> str:
    """What people see of each other before they agreed to write."""
    return person.name.partition(" ")[0]


def _minute() -> str:
    return f"{clock.now():%Y%m%d%H%M}"


async def _send(name: str, reader: Person, key: str, idea: Idea, **words: Any) -> None:
    if not reader.email or reader.erased_at:
        return
    await mail.send(
        f"civic/{name}", to=reader.email, key=key, locale=reader.locale, person=reader.name, title=idea.title,
        slug=idea.slug, **words,
    )  # fmt: skip


def page_of(idea: Idea) -> str:
    """Where everybody reads it."""
    return urls.path("ideas.show", slug=idea.slug)
