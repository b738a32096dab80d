"""« Je peux aider »: offers of time, skill, thing or place, in words; the author accepts one by one.

An offer counts and is read by the author once the helper's address is confirmed. Accepting it is the moment at which
both learn each other's address: the helper was told so when she offered, the author before she accepts.
"""

from tortoise.expressions import F

from civic import clock, database
from civic.database import retrying, transaction
from civic.errors import DomainError, Gone
from civic.i18n import _
from civic.ideas import letters, service
from civic.ideas.forms import OfferForm
from civic.ideas.models import Idea, IdeaOffer, OfferState
from civic.people import service as people
from civic.people.models import Person

_ADD = """INSERT INTO idea_offer (idea_id, person_id, kind, words, state, at) VALUES (?, ?, ?, ?, 'unconfirmed', ?)
ON CONFLICT (idea_id, person_id, kind) DO NOTHING RETURNING id"""
COUNTED = (OfferState.OPEN, OfferState.ACCEPTED)


@retrying
async def offer(person: Person, idea: Idea, wish: OfferForm, *, confirmed: bool) -> None:
    """Somebody offers help; a second offer of the same kind changes its words while the author has not answered.

    Anybody can type anybody's address: what was typed by a visitor changes no offer that was confirmed.
    Raises Gone when the idea has ended, DomainError when she had her answer.
    """
    service.refuse_unless_alive(idea)
    async with transaction():
        await service.take(idea.id)
        values = [idea.id, person.id, wish.kind.value, wish.words, clock.now()]
        await database.fetch_all(_ADD, values)
        row = await IdeaOffer.get(idea_id=idea.id, person_id=person.id, kind=wish.kind)
        if not confirmed:
            waits = IdeaOffer.filter(id=row.id, state__in=[OfferState.UNCONFIRMED, OfferState.WITHDRAWN])
            await waits.update(words=wish.words, state=OfferState.UNCONFIRMED, at=clock.now())
            await letters.confirm_offer(await IdeaOffer.get(id=row.id), idea, person)
            return
        if row.state in (OfferState.ACCEPTED, OfferState.DECLINED):
            raise DomainError(_("L’auteur a déjà répondu à cette proposition."))
        if row.state == OfferState.OPEN:
            await IdeaOffer.filter(id=row.id, state=OfferState.OPEN).update(words=wish.words)
            return
        await IdeaOffer.filter(id=row.id).update(words=wish.words)
        await _open(await IdeaOffer.get(id=row.id), idea, person)


@retrying
async def confirm(offer: IdeaOffer) -> bool:
    """The link of her mail was used; False when it had been. Raises Gone when the idea has ended."""
    async with transaction():
        person = await Person.get(id=offer.person_id)
        opened = await _open(offer, await Idea.get(id=offer.idea_id), person)
        await people.confirm_address(person)
    return opened


async def _open(offer: IdeaOffer, idea: Idea, person: Person) -> bool:
    """The author reads it from now on, once; the idea's row is taken first."""
    await service.sign_of_life(idea.id)
    fresh = await Idea.get(id=idea.id).select_related("author")
    service.refuse_unless_alive(fresh)
    shut = IdeaOffer.filter(id=offer.id, state__in=[OfferState.UNCONFIRMED, OfferState.WITHDRAWN]).exclude(words="")
    if not await shut.update(state=OfferState.OPEN, at=clock.now(), answered_at=None):
        return False
    await Idea.filter(id=idea.id).update(helpers=F("helpers") + 1)
    if fresh.author:
        await letters.offer_came(await IdeaOffer.get(id=offer.id), fresh, fresh.author, person)
    return True


@retrying
async def withdraw(offer: IdeaOffer) -> bool:
    """The helper takes it back; False when it was. What was never confirmed goes."""
    async with transaction():
        await service.take(offer.idea_id)
        if await IdeaOffer.filter(id=offer.id, state=OfferState.UNCONFIRMED).delete():
            return True
        if not await IdeaOffer.filter(id=offer.id, state__in=COUNTED).update(state=OfferState.WITHDRAWN, words=""):
            return False
        await Idea.filter(id=offer.idea_id).update(helpers=F("helpers") - 1)
    return True


@retrying
async def answer(offer: IdeaOffer, *, accepted: bool) -> bool:
    """The author answers; False when she had. Raises Gone when the helper has taken it back."""
    state = OfferState.ACCEPTED if accepted else OfferState.DECLINED
    async with transaction():
        await service.sign_of_life(offer.idea_id)
        waits = IdeaOffer.filter(id=offer.id, state=OfferState.OPEN)
        if not await waits.update(state=state, answered_at=clock.now()):
            if await IdeaOffer.filter(id=offer.id, state=OfferState.WITHDRAWN).exists():
                raise Gone(_("Cette proposition vient d’être retirée."))
            return False
        fresh = await IdeaOffer.get(id=offer.id).select_related("person", "idea__author")
        if not accepted:
            await Idea.filter(id=offer.idea_id).update(helpers=F("helpers") - 1)
        assert fresh.idea.author
        await letters.offer_answered(fresh, fresh.idea, fresh.idea.author, fresh.person)
    return True
