"""A commitment in words: its state, its history, what a list may be narrowed to."""

from enum import StrEnum

from civic import clock
from civic.commitments.models import Commitment, CommitmentStatus, Step, StepKind
from civic.i18n import _, _n
from civic.web.formats import day, day_short


class Filter(StrEnum):
    """What one looks for in a list of commitments."""

    ALL = ""
    OPEN = "en-cours"
    OVERDUE = "en-retard"
    KEPT = "faits"
    DROPPED = "abandonnes"

    @property
    def words(self) -> str:
        """On its chip."""
        return {
            Filter.ALL: _("Tous"), Filter.OPEN: _("En cours"), Filter.OVERDUE: _("En retard"),
            Filter.KEPT: _("Faits"), Filter.DROPPED: _("Abandonnés"),
        }[self]  # fmt: skip


class Sort(StrEnum):
    """In which order."""

    DAY = ""
    LATEST = "recents"

    @property
    def words(self) -> str:
        """On its chip."""
        return {Sort.DAY: _("Par échéance"), Sort.LATEST: _("Les derniers pris d’abord")}[self]


def state(made: Commitment) -> tuple[str, str]:
    """Where it stands: words and the state of its tag."""
    today = clock.today()
    if made.is_overdue(today):
        late = (today - made.due_on).days
        return _n("en retard de %(n)s jour", "en retard de %(n)s jours", late), "err"
    return {
        CommitmentStatus.PROPOSED: (_("proposé"), "info"), CommitmentStatus.DECLINED: (_("pas pris"), ""),
        CommitmentStatus.KEPT: (_("fait"), "ok"), CommitmentStatus.DROPPED: (_("abandonné"), ""),
        CommitmentStatus.OPEN: (_("avant le %(day)s", day=day(made.due_on)), "warn"),
    }[made.status]  # fmt: skip


def moved(made: Commitment) -> str:
    """« repoussé 2 fois »; empty when it never was."""
    return _n("repoussé %(n)s fois", "repoussé %(n)s fois", made.moved_times) if made.moved_times else ""


def told(step: Step, by: str, person: str) -> str:
    """A line of the history; `by` and `person` are the names that this reader may know."""
    if step.kind == StepKind.MOVED and step.due_on and step.toward:
        return _(
            "%(who)s a changé le jour : du %(old)s au %(new)s", who=by, old=day_short(step.due_on),
            new=day_short(step.toward),
        )  # fmt: skip
    return {
        StepKind.TAKEN: _("%(who)s s’engage", who=by),
        StepKind.PROPOSED: _("%(who)s le propose à %(person)s", who=by, person=person),
        StepKind.ACCEPTED: _("%(who)s accepte", who=by),
        StepKind.DECLINED: _("%(who)s n’accepte pas", who=by),
        StepKind.OFFERED: _("%(who)s demande à %(person)s de s’en charger", who=by, person=person),
        StepKind.HANDED: _("%(who)s s’en charge à la place de %(person)s", who=by, person=person),
        StepKind.REFUSED: _("%(who)s ne peut pas s’en charger", who=by),
        StepKind.KEPT: _("%(who)s dit que c’est fait", who=by),
        StepKind.DROPPED: _("%(who)s l’abandonne", who=by),
        StepKind.REOPENED: _("%(who)s le rouvre", who=by),
        StepKind.MOVED: _("%(who)s a changé le jour", who=by),
    }[step.kind]
