"""Where a demand stands that waits for a committee's decision, in plain French."""

from civic.decisions.models import Decision, DecisionStatus
from civic.i18n import _
from civic.settings import settings
from civic.web.formats import day, moment


def paying() -> str:
    """How a lead whose sum is permitted gets it paid."""
    current = settings()
    return _(
        "Comment payer : envoyez la facture à %(email)s, %(who)s la règle ; ou payez, puis demandez qu’on vous "
        "rembourse. Déclarez ensuite la dépense ci-dessous, avec sa preuve.",
        email=current.contact_email, who=current.host_name,
    )  # fmt: skip


def waits_for(decision: Decision) -> str:
    """What the committee has said so far, and what that means for the sum."""
    if decision.is_adopted:
        closed = day(decision.closed_at or decision.closes_at)
        return _("Le comité l’a adoptée le %(day)s : la somme peut être permise.", day=closed)
    if decision.status == DecisionStatus.CLOSED:
        return _("Le comité ne l’a pas adoptée : la somme ne peut pas être permise.")
    if decision.status == DecisionStatus.WITHDRAWN:
        return _("La décision est retirée : la somme ne peut pas être permise.")
    if decision.status == DecisionStatus.OPEN:
        return _(
            "Le comité répond jusqu’au %(when)s : %(n)s réponses sur %(all)s.", when=moment(decision.closes_at),
            n=decision.answers_count, all=decision.electorate,
        )  # fmt: skip
    return _("Le comité n’a pas encore commencé à répondre.")
