"""How ideas are told: where they stand, what they walk through, what happened to them."""

from collections.abc import Sequence

from civic.i18n import _, _n
from civic.ideas.models import Idea, IdeaChange, IdeaStep, Kind, OfferState, Status, StepState
from civic.people.models import Person

USUAL_STEPS = ("besoin", "equipe", "modele", "partenaires", "budget", "statut", "test")
ASLEEP = "asleep"
"""What the list calls the stage of an idea that sleeps."""


def who(person: Person | None) -> str:
    """« Prénom N. », « Une personne » once her data are erased."""
    return person.short_name if person and not person.erased_at else _("Une personne")


def status_of(idea: Idea) -> str:
    """Where it stands, for a tag."""
    if idea.asleep_at and idea.lives:
        return _("En sommeil")
    return stages()[idea.status]


def stages() -> dict[Status, str]:
    """Status → words."""
    return {
        Status.UNCONFIRMED: _("Pas encore publiée"), Status.SUBMITTED: _("Cherche des soutiens"),
        Status.CHANGES: _("À préciser"), Status.ACCEPTED: _("En incubation"),
        Status.BECAME: _("Devenue une initiative"), Status.DECLINED: _("N’a pas été retenue"),
        Status.STOPPED: _("Arrêtée"),
    }  # fmt: skip


def kinds() -> dict[Kind, str]:
    """What one can bring."""
    return {
        Kind.TIME: _("Du temps"), Kind.SKILL: _("Un savoir-faire"), Kind.THING: _("Une chose à prêter ou à donner"),
        Kind.PLACE: _("Un lieu"),
    }  # fmt: skip


def offer_states() -> dict[OfferState, str]:
    """Where an offer stands."""
    return {
        OfferState.UNCONFIRMED: _("à confirmer"), OfferState.OPEN: _("attend une réponse"),
        OfferState.ACCEPTED: _("acceptée"), OfferState.DECLINED: _("déclinée"), OfferState.WITHDRAWN: _("retirée"),
    }  # fmt: skip


def step_states() -> dict[StepState, str]:
    """How far a step is."""
    return {StepState.TODO: _("À faire"), StepState.DOING: _("En cours"), StepState.DONE: _("Franchie")}


def usual_steps() -> dict[str, str]:
    """The steps with which an incubator begins."""
    return {
        "besoin": _("Le besoin"), "equipe": _("L’équipe"), "modele": _("Le modèle économique"),
        "partenaires": _("Les partenaires"), "budget": _("Le budget"), "statut": _("Le statut"), "test": _("Le test"),
    }  # fmt: skip


def step_title(step: IdeaStep) -> str:
    """A usual step in the reader's language, an own one as it was written."""
    return step.title or usual_steps()[step.key]


def progress(steps: Sequence[IdeaStep]) -> str:
    """« 2 étapes franchies sur 7. En cours : le budget. »; empty without steps."""
    if not steps:
        return ""
    done = sum(step.state == StepState.DONE for step in steps)
    if done:
        said = _n("%(n)s étape franchie sur %(all)s.", "%(n)s étapes franchies sur %(all)s.", done, all=len(steps))
    else:
        said = _("Aucune étape franchie sur %(all)s.", all=len(steps))
    doing = [_lower(step_title(step)) for step in steps if step.state == StepState.DOING]
    if not doing:
        return said
    now = _("En cours : %(what)s.", what=", ".join(doing))
    return f"{said} {now}"


def _lower(title: str) -> str:
    return title[:1].lower() + title[1:]


def moment(change: IdeaChange) -> str:
    """A line of the history."""
    return {
        "proposed": _("L’idée est proposée"), "changes": _("L’équipe demande de préciser"),
        "resubmitted": _("L’auteur a précisé son idée"), "accepted": _("L’idée entre en incubation"),
        "declined": _("L’idée n’est pas retenue"), "referent": _("Un référent l’accompagne"),
        "step": _("Une étape est franchie"), "slept": _("L’idée s’endort"), "woken": _("L’idée vit encore"),
        "stopped": _("L’idée s’arrête"), "became": _("L’idée devient une initiative"),
    }[change.kind]  # fmt: skip
