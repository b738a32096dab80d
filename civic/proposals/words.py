"""What the steps of a proposal and the fate of an amendment are called on the page."""

from dataclasses import dataclass
from datetime import datetime

from civic.decisions import words
from civic.decisions.models import Decision, DecisionStatus
from civic.i18n import _
from civic.proposals.models import Amendment, AmendmentStatus
from civic.web.formats import moment as said


@dataclass(slots=True, frozen=True)
class Step:
    """One step of the path: its name, when it is, and whether it is over (« done »), runs (« now ») or is to come."""

    name: str
    when: str
    state: str


def path(decision: Decision, moment: datetime) -> list[Step]:
    """The five steps of a proposal by consent, three without a first stage, and where it is now."""
    prepared, closed = decision.is_prepared, not decision.is_prepared and not decision.is_running(moment)
    improving = decision.improves(moment)
    steps = [Step(_("Proposition"), _("elle s’écrit") if prepared else "", "now" if prepared else "done")]
    if decision.positions_at:
        until = _("jusqu’au %(when)s", when=said(decision.positions_at))
        state = "now" if improving else "" if prepared else "done"
        steps += [Step(_("Questions"), until, state), Step(_("Améliorations"), until, state)]
    taking = "done" if closed else "now" if decision.takes_answers(moment) else ""
    steps.append(Step(_("Avis"), _("jusqu’au %(when)s", when=said(decision.closes_at)), taking))
    verdict = words.verdict_words(decision)[0] if decision.is_closed else ""
    return [*steps, Step(_("Décision"), verdict, "done" if decision.is_closed else "now" if closed else "")]


def fate(amendment: Amendment, decision: Decision, moment: datetime) -> tuple[str, str]:
    """What became of an amendment: words and the state of their tag."""
    if amendment.status == AmendmentStatus.PROPOSED:
        if amendment.is_waiting(decision, moment):
            return _("À l’étude"), "warn"
        return (_("Pas repris"), "") if decision.status != DecisionStatus.OPEN else (_("Pas repris à temps"), "")
    return {
        AmendmentStatus.ACCEPTED: (_("Repris dans le texte"), "ok"), AmendmentStatus.DECLINED: (_("Pas repris"), ""),
        AmendmentStatus.WITHDRAWN: (_("Retiré par son auteur"), ""),
    }[amendment.status]  # fmt: skip


def objection_state(state: str) -> tuple[str, str]:
    """Where an objection stands: words and the state of their tag."""
    return {
        "open": (_("ouverte : elle bloque"), "err"), "integrated": (_("intégrée"), "ok"),
        "withdrawn": (_("retirée"), ""),
    }[state]  # fmt: skip
