"""Propose an idea, publish it, change it; support it and take that back (PRODUCT D6, A2).

An idea's row is written first by every verb that counts or changes its state: two of them wait for one another.
"""

from datetime import timedelta
from typing import Any

from tortoise.exceptions import IntegrityError
from tortoise.expressions import F

from civic import clock, database, search
from civic.database import attempt, retrying, transaction
from civic.errors import DomainError, Gone
from civic.follows import service as follows
from civic.i18n import _
from civic.ideas import letters
from civic.ideas.forms import IdeaForm
from civic.ideas.models import LIVING, Idea, IdeaChange, IdeaSupport, IdeaTopic, Status
from civic.media.models import Picture
from civic.media.service import move_away
from civic.people import service as people
from civic.people.models import Person
from civic.places.folding import slug
from civic.places.models import Commune

KIND = "idea"
"""The kind under which the search index and `civic.follows` know ideas."""
HELD = timedelta(days=7)
"""How long an idea, a support or an offer waits for the confirmation of its address."""

HOUSEHOLD = 6
"""So many names at one mailbox support one idea without an account: a household, not a crowd."""
SAME_TITLE = 20
"""So many neighbours may give the same title in the same moment."""

_SUPPORT = """INSERT INTO idea_support (idea_id, person_id, at) VALUES (?, ?, ?)
ON CONFLICT (idea_id, person_id) DO NOTHING RETURNING id"""


@retrying
async def propose(
    author: Person, wish: IdeaForm, commune: Commune, *, picture: Picture | None = None, form_key: str | None = None,
    confirmed: bool = False, **values: Any,
) -> Idea:  # fmt: skip
    """A resident proposes an idea; public at once when her address is `confirmed`, else after the mailed link.

    The same form sent twice is one idea.
    """
    present = clock.now()
    async with transaction():
        idea = await _begin(
            wish, author=author, commune=commune, picture=picture, form_key=form_key, created_at=present,
            life_at=present, **values,
        )  # fmt: skip
        if idea is None:
            return await Idea.get(form_key=form_key)
        await _set_topics(idea, wish.topics)
        if confirmed:
            await publish(idea)
        else:
            await letters.confirm_idea(idea, author)
    return idea


async def _begin(wish: IdeaForm, **values: Any) -> Idea | None:
    """Its row, under an address that no neighbour with the same title took meanwhile; None for a form sent before."""
    for turn in range(SAME_TITLE):
        try:
            async with attempt():
                return await Idea.create(**_text(wish), slug=await _free_slug(wish.title), **values)
        except IntegrityError:
            if values["form_key"] and await Idea.exists(form_key=values["form_key"]):
                return None
            if turn == SAME_TITLE - 1:
                raise
    raise AssertionError("unreachable")


@retrying
async def publish(idea: Idea) -> bool:
    """The address is confirmed: everybody reads it, and the team finds it on its desk. False when it was public."""
    present = clock.now()
    async with transaction():
        waiting = Idea.filter(id=idea.id, status=Status.UNCONFIRMED)
        if not await waiting.update(status=Status.SUBMITTED, published_at=present, life_at=present):
            return False
        idea.status, idea.published_at = Status.SUBMITTED, present
        await note(idea, "proposed")
        await index(idea)
    return True


@retrying
async def change(idea: Idea, wish: IdeaForm, commune: Commune, picture: Picture | None) -> None:
    """Its author writes it anew. Raises DomainError when it has ended meanwhile."""
    async with transaction():
        open_still = Idea.filter(id=idea.id, status__in=[*LIVING, Status.UNCONFIRMED], hidden_at__isnull=True)
        placed = {"commune_id": commune.insee, "picture_id": picture.id if picture else None}
        if not await open_still.update(**_text(wish), **placed, version=F("version") + 1, life_at=clock.now()):
            raise DomainError(_("Cette idée ne se modifie plus."))
        await _set_topics(idea, wish.topics)
        fresh = await Idea.get(id=idea.id)
        if fresh.is_public:
            await index(fresh)


@retrying
async def disown(idea: Idea) -> None:
    """« Ce n’est pas moi »: what was typed under her address goes. Raises Gone when it is public."""
    if not await Idea.filter(id=idea.id, status=Status.UNCONFIRMED).delete():
        raise Gone(_("Cette idée est déjà publiée. Vous pouvez l’arrêter."))


@retrying
async def support(person: Person, idea: Idea, *, confirmed: bool) -> None:
    """« Je soutiens », once; counts at once when her address is `confirmed`, else after the mailed link.

    One name more at a mailbox that is a household's already counts for nothing, and is told nothing of the others.
    Raises Gone when the idea no longer looks for support.
    """
    refuse_unless_alive(idea)
    async with transaction():
        await take(idea.id)
        others = IdeaSupport.filter(idea_id=idea.id, person__email=person.email).exclude(person_id=person.id)
        if not confirmed and await others.count() >= HOUSEHOLD:
            return
        await database.fetch_all(_SUPPORT, [idea.id, person.id, clock.now()])
        row = await IdeaSupport.get(idea_id=idea.id, person_id=person.id)
        if confirmed:
            await _count(row)
        else:
            await letters.confirm_support(row, idea, person)


@retrying
async def confirm_support(row: IdeaSupport) -> bool:
    """The link of her mail was used: it counts, and the address is hers. False when it counted."""
    async with transaction():
        counted = await _count(row)
        await people.confirm_address(await Person.get(id=row.person_id))
    return counted


async def _count(row: IdeaSupport) -> bool:
    """One more, once. The idea's row is taken first. Raises Gone when the idea has ended meanwhile."""
    if not await Idea.filter(id=row.idea_id, status__in=LIVING, hidden_at__isnull=True).update(
        supports=F("supports") + 1, **_alive()
    ):
        raise Gone(_("Cette idée ne cherche plus de soutien."))
    fresh = IdeaSupport.filter(id=row.id, confirmed_at__isnull=True)
    if await fresh.update(confirmed_at=clock.now()):
        return True
    await Idea.filter(id=row.idea_id).update(supports=F("supports") - 1)
    return False


@retrying
async def take_back(person: Person, idea_id: int) -> bool:
    """She supports it no more; False when she did not."""
    async with transaction():
        await take(idea_id)
        hers = IdeaSupport.filter(idea_id=idea_id, person_id=person.id)
        counted = await hers.filter(confirmed_at__isnull=False).delete()
        if counted:
            await Idea.filter(id=idea_id).update(supports=F("supports") - 1)
        return bool(counted or await hers.delete())


async def follow(person: Person, idea: Idea) -> None:
    """She reads by mail what becomes of it."""
    await follows.follow(person, KIND, idea.id)


async def unfollow(person: Person, idea: Idea) -> None:
    """She stops following."""
    await follows.unfollow(person, KIND, idea.id)


def refuse_unless_alive(idea: Idea) -> None:
    """Raises Gone when nothing can be given to it any more."""
    if not idea.lives:
        raise Gone(_("Cette idée ne cherche plus de soutien."))


def _alive() -> dict[str, Any]:
    """A sign of life: who sleeps wakes up."""
    return {"life_at": clock.now(), "asked_at": None, "asleep_at": None}


async def take(idea_id: int) -> None:
    """The idea's row is ours until the caller's transaction ends."""
    await Idea.filter(id=idea_id).update(supports=F("supports"))


async def sign_of_life(idea_id: int) -> None:
    """Something happens to it, in the caller's transaction; the idea's row is ours from here on."""
    await Idea.filter(id=idea_id).update(**_alive())


async def note(idea: Idea, kind: str, words: str = "") -> None:
    """A line of its history, in the caller's transaction."""
    await IdeaChange.create(idea=idea, kind=kind, words=words, at=clock.now())


async def index(idea: Idea) -> None:
    """Make it findable by its words, also for « cela ressemble à »."""
    await search.index(KIND, idea.id, idea.title, f"{idea.what} {idea.for_whom} {idea.needed}")


async def hide(idea_id: int, version: int, reason: str) -> bool:
    """The team hides it, in the caller's transaction; False when it has changed since.

    Whoever has the address of its photo reads that no more either.
    """
    here = Idea.filter(id=idea_id, version=version, hidden_at__isnull=True)
    if not await here.update(hidden_at=clock.now(), hidden_reason=reason):
        return False
    await search.remove(KIND, idea_id)
    if picture := (await Idea.get(id=idea_id).select_related("picture")).picture:
        await move_away(picture)
    return True


async def show_again(idea_id: int) -> None:
    """Undo the hiding, in the caller's transaction."""
    if await Idea.filter(id=idea_id, hidden_at__isnull=False).update(hidden_at=None, hidden_reason=""):
        await index(await Idea.get(id=idea_id))


def _text(wish: IdeaForm) -> dict[str, Any]:
    return wish.model_dump(include={"title", "what", "for_whom", "place", "needed"})


async def _set_topics(idea: Idea, topics: list[str]) -> None:
    await IdeaTopic.filter(idea_id=idea.id).delete()
    for topic in dict.fromkeys(topics):
        await IdeaTopic.create(idea=idea, topic=topic)


async def _free_slug(title: str) -> str:
    base = slug(title)[:100].strip("-") or "idee"
    base = f"idee-{base}" if base in _TAKEN else base
    taken = {row.slug for row in await Idea.filter(slug__startswith=base).only("id", "slug")}
    return next(one for one in (base, *(f"{base}-{n}" for n in range(2, len(taken) + 3))) if one not in taken)


_TAKEN = ("nouvelle", "semblables", "envoyee")
"""Last words of addresses that are no idea's."""
