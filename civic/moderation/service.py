"""Report a text; hide it with a reason, keep it, show it again; appeal, and answer the appeal (N9).

Every act is audited.
"""

from collections.abc import Sequence
from datetime import timedelta

from tortoise.exceptions import IntegrityError

from civic import clock, i18n, mail
from civic.database import attempt, retrying, transaction
from civic.errors import DomainError, Gone
from civic.i18n import _
from civic.moderation.forms import AnswerForm, ReportForm
from civic.moderation.models import Judgement, Report
from civic.moderation.queries import APPEAL, APPEAL_TIME, kind_of
from civic.people import links
from civic.people.actor import Actor
from civic.people.models import Person
from civic.people.service import audit
from civic.slots import Writing

KEPT_FOR = timedelta(days=365)
"""How long a report and a judgement that hides nothing any more are kept."""
SHOWN = 600
"""So many signs of a text are told in a mail."""


async def report(reader: Actor | None, kind: str, writing: Writing, wish: ReportForm) -> Report:
    """A reader says what is wrong; the team finds it on its desk. Needs no account."""
    return await Report.create(
        kind=kind, subject_id=writing.id, ground=wish.ground, words=wish.words, email=str(wish.email or "").lower(),
        reporter_id=reader.person.id if reader else None, locale=i18n.locale(), made_at=clock.now(),
    )  # fmt: skip


@retrying
async def hide(team: Actor, kind: str, writing: Writing, version: int, reason: str) -> bool:
    """The text leaves the page with a reason that everybody reads; author and reporters are told.

    False when it was hidden already. Raises DomainError when it has changed since the team read it.
    """
    async with transaction():
        try:
            async with attempt():
                made = await Judgement.create(
                    kind=kind, subject_id=writing.id, hidden=True, reason=reason, at=clock.now(), by=team.person
                )
        except IntegrityError:  # somebody else of the team was faster
            return False
        if not await kind_of(kind).hide(writing.id, version, reason):
            raise DomainError(_("Ce texte a changé depuis que vous l’avez lu. Relisez-le, puis décidez."))
        await audit(team, "text_hidden", f"{kind}:{writing.id}", reason=reason)
        await _tell_author(made, writing)
        await _close(made)
    return True


@retrying
async def keep(team: Actor, kind: str, writing: Writing) -> None:
    """The text stays; who reported it and left an address is told. Harmless when nothing waits."""
    async with transaction():
        if not await Report.filter(kind=kind, subject_id=writing.id, judgement_id__isnull=True).exists():
            return
        made = await Judgement.create(
            kind=kind, subject_id=writing.id, hidden=False, at=clock.now(), by=team.person
        )  # fmt: skip
        await audit(team, "text_kept", f"{kind}:{writing.id}")
        await _close(made)


@retrying
async def show_again(team: Actor, judgement: Judgement) -> bool:
    """Undo the hiding; False when it was undone already."""
    async with transaction():
        return await _undo(team, judgement)


@retrying
async def appeal(judgement: Judgement, words: str) -> None:
    """Its author does not agree, within six months, once. Raises Gone afterwards, DomainError a second time."""
    if judgement.at <= clock.now() - APPEAL_TIME or not judgement.stands:
        raise Gone(_("Le délai de recours est passé, ou le texte est de nouveau visible."))
    async with transaction():
        fresh = Judgement.filter(id=judgement.id, appealed_at__isnull=True, undone_at__isnull=True)
        if not await fresh.update(appeal=words, appealed_at=clock.now()):
            raise DomainError(_("Votre recours est déjà arrivé. L’équipe vous répondra."))
        await audit(None, "appeal_made", f"{judgement.kind}:{judgement.subject_id}")


@retrying
async def answer_appeal(team: Actor, judgement: Judgement, writing: Writing, wish: AnswerForm) -> bool:
    """Another look: hidden for good, or shown again; the author is told why. False when it has its answer."""
    upheld = wish.upheld == "masque"
    async with transaction():
        waiting = Judgement.filter(id=judgement.id, appealed_at__isnull=False, answered_at__isnull=True)
        if not await waiting.update(answer=wish.answer, answered_at=clock.now(), upheld=upheld):
            return False
        act = "appeal_refused" if upheld else "appeal_granted"
        await audit(team, act, f"{judgement.kind}:{judgement.subject_id}", reason=wish.answer)
        if not upheld:
            await _undo(team, judgement)
        author = writing.author
        if author and author.email:
            await mail.send(
                "civic/appeal_answered", to=author.email, key=f"appeal-{judgement.id}", locale=author.locale,
                person=author.name, about=writing.about, upheld=upheld, answer=wish.answer, href=writing.href,
            )  # fmt: skip
    return True


async def _undo(team: Actor, judgement: Judgement) -> bool:
    standing = Judgement.filter(id=judgement.id, hidden=True, undone_at__isnull=True)
    if not await standing.update(undone_at=clock.now()):
        return False
    await kind_of(judgement.kind).show_again(judgement.subject_id)
    await audit(team, "text_shown_again", f"{judgement.kind}:{judgement.subject_id}")
    return True


async def _tell_author(judgement: Judgement, writing: Writing) -> None:
    author = writing.author
    if author and author.email:
        await mail.send(
            "civic/text_hidden", to=author.email, key=f"text-hidden-{judgement.id}", locale=author.locale,
            person=author.name, about=writing.about, text=writing.text[:SHOWN], reason=judgement.reason,
            token=links.make(APPEAL, judgement.id),
        )  # fmt: skip


async def _close(judgement: Judgement) -> None:
    """All that was reported of this text has its answer; who left an address reads it, and the address goes."""
    rows = Report.filter(kind=judgement.kind, subject_id=judgement.subject_id, judgement_id__isnull=True)
    told: set[str] = set()
    for row in await rows.order_by("id"):
        if row.email and row.email not in told:
            told.add(row.email)
            await mail.send(
                "civic/report_answered", to=row.email, key=f"report-answered-{row.id}", locale=row.locale,
                hidden=judgement.hidden, reason=judgement.reason,
            )  # fmt: skip
    await rows.update(judgement_id=judgement.id, email="")


async def forget(**_payload: object) -> None:
    """A year after it, nobody needs to know who reported what, nor what hides nothing any more was judged for.

    Reports of texts that are gone lose their address at once.
    """
    before = clock.now() - KEPT_FOR
    await Report.filter(made_at__lt=before).delete()
    await Judgement.filter(hidden=False, at__lt=before).delete()
    await Judgement.filter(hidden=True, undone_at__lt=before).delete()


async def erase(person: Person) -> None:
    """She has her data erased: what she reported stays without her, what she said in an appeal goes."""
    await Report.filter(reporter_id=person.id).update(reporter_id=None, words="", email="")
    if person.email:
        await Report.filter(email=person.email).update(email="")


async def forget_appeals(kind: str, ids: Sequence[int]) -> None:
    """The author of these texts has her data erased: what she said in her appeals goes."""
    await Judgement.filter(kind=kind, subject_id__in=list(ids) or [0]).update(appeal="")
