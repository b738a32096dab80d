"""The verbs of questions and of words: ask, confirm, answer, hide; write a word, show it, refuse it."""

from datetime import timedelta

from campaigns.lifecycle.models import Campaign
from campaigns.news.models import Question, Word
from campaigns.news.queries import CONFIRM
from campaigns.pledges.models import Pledge
from campaigns.pledges.queries import STANDING
from civic import clock, mail
from civic.database import transaction
from civic.errors import DomainError
from civic.i18n import _
from civic.initiatives.queries import is_lead, leads_of
from civic.people import links
from civic.people import service as people
from civic.people.actor import Actor
from civic.people.models import Person

UNCONFIRMED_LIFE = timedelta(days=7)


async def ask(campaign: Campaign, person: Person, text: str, *, known: bool) -> Question:
    """Ask; whoever is not signed in confirms by a mailed link first (PRODUCT A2)."""
    async with transaction():
        question = await Question.create(
            campaign_id=campaign.id, person_id=person.id, text=text, asked_at=clock.now(),
            confirmed_at=clock.now() if known else None,
        )  # fmt: skip
        if known:
            await _tell_leads(question, campaign)
        else:
            await mail.send(
                "campaigns/question_confirm", to=person.email or "", key=f"question-{question.id}",
                locale=person.locale, person=person.name, title=campaign.title, slug=campaign.slug,
                token=links.make(CONFIRM, question.id),
            )  # fmt: skip
    return question


async def confirm(question: Question) -> None:
    """Her address is hers: the question is public and the leads are told. Harmless when repeated."""
    async with transaction():
        waiting = Question.filter(id=question.id, confirmed_at__isnull=True)
        if await waiting.update(confirmed_at=clock.now()):
            await people.confirm_address(question.person)
            await _tell_leads(question, question.campaign)


async def _tell_leads(question: Question, campaign: Campaign) -> None:
    for lead in await leads_of(campaign.initiative_id):
        if lead.email and lead.id != question.person_id:
            await mail.send(
                "campaigns/question_asked", to=lead.email, key=f"asked-{question.id}-{lead.id}", locale=lead.locale,
                person=lead.name, title=campaign.title, slug=campaign.slug, question=question.text,
            )  # fmt: skip


async def answer(question: Question, actor: Actor, text: str) -> None:
    """The lead's answer, or the team's, marked as such; the asker is told of the first one, not of corrections."""
    by_lead = await is_lead(actor.person, question.campaign.initiative_id)
    async with transaction():
        await Question.filter(id=question.id).update(
            answer=text, answered_at=clock.now(), answered_by_id=actor.person.id, by_lead=by_lead
        )
        if question.person.email and question.person_id != actor.person.id:
            await mail.send(
                "campaigns/question_answered", to=question.person.email, key=f"answered-{question.id}",
                locale=question.person.locale, person=question.person.name, title=question.campaign.title,
                slug=question.campaign.slug, question=question.text, answer=text,
            )  # fmt: skip


async def hide(question: Question, team: Actor, reason: str) -> None:
    """The team takes a question out of sight, with a reason that everybody and the asker read."""
    async with transaction():
        shown = Question.filter(id=question.id, hidden_at__isnull=True)
        if not await shown.update(hidden_at=clock.now(), hidden_reason=reason):
            return
        await people.audit(team, "question_hidden", f"question:{question.id}", reason=reason)
        if question.person.email:
            await mail.send(
                "campaigns/question_hidden", to=question.person.email,
                key=f"hidden-{question.id}-{int(clock.now().timestamp())}", locale=question.person.locale,
                person=question.person.name, title=question.campaign.title, slug=question.campaign.slug, reason=reason,
            )  # fmt: skip


async def show_again(question: Question, team: Actor) -> None:
    """Undo the hiding."""
    async with transaction():
        await Question.filter(id=question.id).update(hidden_at=None, hidden_reason="")
        await people.audit(team, "question_shown_again", f"question:{question.id}")


async def sweep(**_payload: object) -> None:
    """Forget the questions that nobody confirmed in a week."""
    await Question.filter(confirmed_at__isnull=True, asked_at__lt=clock.now() - UNCONFIRMED_LIFE).delete()


async def write_word(pledge: Pledge, text: str) -> None:
    """A backer's word, or another one in its place; it is read before it is shown.

    What the team hid stays hidden until the team shows it again; then the lead reads it. Raises DomainError when her
    gift is over.
    """
    if pledge.status not in STANDING:
        raise DomainError(_("Votre promesse n’est plus en cours : le mur des mercis est réservé à ceux qui donnent."))
    values = {"text": text, "written_at": clock.now(), "shown_at": None, "refused_at": None}
    await Word.update_or_create(pledge_id=pledge.id, defaults={"campaign_id": pledge.campaign_id, **values})


async def take_word_away(pledge: Pledge) -> None:
    """She thinks better of it; that the team hid it is kept without its words, so that writing again does not undo it.
    """
    mine = Word.filter(pledge_id=pledge.id)
    async with transaction():
        await mine.filter(hidden_at__isnull=True).delete()
        await mine.update(text="", shown_at=None)


async def judge_word(campaign: Campaign, word_id: int, actor: Actor, *, shown: bool) -> None:
    """Show a word, or put it aside."""
    present = clock.now()
    async with transaction():
        changed = await Word.filter(id=word_id, campaign_id=campaign.id).update(
            shown_at=present if shown else None, refused_at=None if shown else present
        )
        if changed:
            await people.audit(actor, "word_shown" if shown else "word_refused", f"word:{word_id}")
