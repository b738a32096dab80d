"""The team's review: accepted, changes asked for, declined with a reason; the référent; the birth of an initiative."""

from civic import clock, jobs
from civic.activity.service import record
from civic.database import retrying, transaction
from civic.errors import DomainError, Invalid
from civic.i18n import _
from civic.ideas import letters, steps
from civic.ideas.forms import ReviewForm
from civic.ideas.models import LIVING, Idea, IdeaTopic, Status
from civic.ideas.service import note
from civic.initiatives import service as initiatives
from civic.initiatives.models import Initiative, Stage
from civic.people.actor import Actor
from civic.people.queries import persons_of_address
from civic.people.service import audit, confirm_address


@retrying
async def judge(team: Actor, idea: Idea, wish: ReviewForm) -> bool:
    """The team answers an idea that waits; False when somebody else of the team was faster.

    Raises Invalid without a reason, where one is owed.
    """
    if wish.verdict != Status.ACCEPTED and len(wish.reason) < 10:
        raise Invalid(_("Dites pourquoi, en une phrase au moins : l’auteur la lira."), field="reason")
    present = clock.now()
    async with transaction():
        waits = Idea.filter(id=idea.id, status=Status.SUBMITTED)
        if not await waits.update(status=wish.verdict, reason=wish.reason, life_at=present, asked_at=None):
            return False
        fresh = await Idea.get(id=idea.id).select_related("author")
        await note(fresh, wish.verdict.value, wish.reason)
        if wish.verdict == Status.ACCEPTED:
            await steps.lay_out(fresh)
            await record("idea_accepted", way="voix", title=fresh.title, slug=fresh.slug)
        await audit(team, f"idea_{wish.verdict.value}", f"idea:{idea.id}", reason=wish.reason)
        if fresh.author:
            await letters.judged(fresh, fresh.author, present)
    return True


@retrying
async def resubmit(idea: Idea) -> bool:
    """Its author has changed what was asked for; False when nothing was."""
    async with transaction():
        asked = Idea.filter(id=idea.id, status=Status.CHANGES)
        if not await asked.update(status=Status.SUBMITTED, life_at=clock.now(), asked_at=None, asleep_at=None):
            return False
        await note(idea, "resubmitted")
    return True


@retrying
async def ask_referent(team: Actor, idea: Idea, email: str) -> None:
    """The team asks somebody who is known here to walk with it. Raises Invalid for an unknown or shared address."""
    found = [one for one in await persons_of_address(email) if one.has_account]
    if len(found) != 1:
        said = _("Nous ne connaissons pas une seule personne à cette adresse. Elle doit d’abord créer son compte.")
        raise Invalid(said, field="email")
    async with transaction():
        living = Idea.filter(id=idea.id, status__in=LIVING)
        if not await living.update(invited_id=found[0].id):
            raise DomainError(_("Cette idée est terminée : elle n’a plus besoin de référent."))
        await audit(team, "idea_referent_asked", f"idea:{idea.id}", person=found[0].id)
        await letters.referent_asked(idea, found[0], team.person)


@retrying
async def answer_referent(idea: Idea, *, accepted: bool) -> bool:
    """Whoever was asked answers by her link; False when it was withdrawn or answered meanwhile."""
    assert idea.invited
    async with transaction():
        hers = Idea.filter(id=idea.id, invited_id=idea.invited.id, status__in=LIVING)
        if not accepted:
            return bool(await hers.update(invited_id=None))
        if not await hers.update(invited_id=None, referent_id=idea.invited.id, life_at=clock.now(), asleep_at=None):
            return False
        await confirm_address(idea.invited)
        await note(idea, "referent")
    return True


@retrying
async def become(team: Actor, idea: Idea) -> Initiative | None:
    """An idea in incubation becomes an initiative with its author as lead, once; None when it had.

    Text, picture, topics and place go along. Who supported, helped or followed is told by jobs.
    """
    async with transaction():
        ready = Idea.filter(id=idea.id, status=Status.ACCEPTED, hidden_at__isnull=True)
        if not await ready.update(status=Status.BECAME, asked_at=None, asleep_at=None, life_at=clock.now()):
            return None
        fresh = await Idea.get(id=idea.id).select_related("author", "commune", "picture")
        topics = [str(row.topic) for row in await IdeaTopic.filter(idea_id=idea.id).order_by("id")]
        born = await initiatives.propose(
            fresh.title, topics, lead=fresh.author, summary=_summary(fresh), story=_story(fresh),
            commune=fresh.commune, place=fresh.place, picture=fresh.picture, stage=Stage.LAUNCHED,
            is_example=fresh.is_example,
        )  # fmt: skip
        await initiatives.publish(born)
        await Idea.filter(id=idea.id).update(initiative_id=born.id)
        await note(fresh, "became")
        await audit(team, "idea_became", f"idea:{idea.id}", initiative=born.id)
        await jobs.enqueue("idea_became", key=f"idea-became-{idea.id}", idea_id=idea.id)
    return born


def _summary(idea: Idea) -> str:
    """The first sentences of the idea, cut after a word."""
    text = " ".join(idea.what.split())
    return text if len(text) <= 400 else text[:396].rsplit(" ", 1)[0] + " …"


def _story(idea: Idea) -> str:
    parts = [idea.what, _("Pour qui : %(words)s", words=idea.for_whom)]
    if idea.needed:
        parts.append(_("Ce qu’il faut : %(words)s", words=idea.needed))
    return "\n\n".join(parts)
