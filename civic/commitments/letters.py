"""The mails of commitments, queued in the transaction of what they tell."""

from datetime import timedelta

from civic import mail
from civic.commitments.models import Commitment, Step
from civic.committees.models import Committee
from civic.decisions.models import Decision
from civic.i18n import _, speaking
from civic.people.models import Person
from civic.web.formats import day

BEFORE = timedelta(days=7)
"""How long before its day a commitment is recalled."""
LISTED = 20


async def proposed(made: Commitment, committee: Committee, decision: Decision | None, person: Person) -> None:
    """Somebody is asked to do something: she accepts or declines with one tap."""
    await _ask(made, person, f"commitment-{made.id}", committee.name, decision.question if decision else "", "", False)


async def offered(made: Commitment, step: Step, person: Person) -> None:
    """A member is asked to take over what another has promised; `committee` is loaded."""
    await _ask(made, person, f"commitment-offered-{step.id}", made.committee.name, "", step.reason, True)


async def _ask(
    made: Commitment, person: Person, key: str, committee: str, question: str, reason: str, handed: bool
) -> None:
    if not person.email or person.erased_at:
        return
    with speaking(person.locale):
        until = day(made.due_on)
    await mail.send(
        "civic/commitment_made", to=person.email, key=key, locale=person.locale, what=made.what, committee=committee,
        question=question, reason=reason, handed=handed, until=until, id=made.id,
    )  # fmt: skip


async def answered(made: Commitment, step: Step, *, accepted: bool) -> None:
    """Who asked hears the answer: the author of the last proposal or offer of this commitment."""
    asked = await Step.filter(commitment_id=made.id, id__lt=step.id, kind__in=["proposed", "offered"]).order_by(
        "-id"
    ).first().select_related("by")  # fmt: skip
    asker = asked.by if asked else None
    if asker is None or not asker.email or asker.erased_at or asker.id == step.by_id:
        return
    person = await Person.get(id=step.by_id)
    await mail.send(
        "civic/commitment_answered", to=asker.email, key=f"commitment-answered-{step.id}", locale=asker.locale,
        what=made.what, who=person.short_name, accepted=accepted, reason=step.reason, id=made.id,
    )  # fmt: skip


async def recalled(person: Person, coming: list[Commitment], late: list[Commitment], today: str) -> None:
    """One mail a day at most for what comes within a week and what has passed its day; `committee` is loaded."""
    if not person.email or person.erased_at:
        return
    with speaking(person.locale):
        lines = [_late(made) for made in late] + [_coming(made) for made in coming]
        what = lines[0] if len(lines) == 1 else ""
    await mail.send(
        "civic/commitments_recalled", to=person.email, key=f"commitments-{person.id}-{today}", locale=person.locale,
        lines=lines[:LISTED], more=max(0, len(lines) - LISTED), count=len(lines), late=len(late), what=what,
    )  # fmt: skip


def _coming(made: Commitment) -> str:
    return _("%(what)s, avant le %(day)s (%(committee)s)", what=_one(made), day=day(made.due_on), committee=_name(made))


def _late(made: Commitment) -> str:
    return _(
        "%(what)s, c’était pour le %(day)s (%(committee)s)", what=_one(made), day=day(made.due_on),
        committee=_name(made),
    )  # fmt: skip


def _one(made: Commitment) -> str:
    return " ".join(made.what.split())


def _name(made: Commitment) -> str:
    return " ".join(made.committee.name.split())
