"""Where a demand stands that waits for a committee's decision, and why money is short, in plain French."""

from campaigns.lifecycle.models import Campaign
from campaigns.payouts.queries import Purse
from civic.decisions.models import Decision, DecisionStatus
from civic.i18n import _
from civic.settings import settings
from civic.web.formats import day, moment, money


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
    if decision.counts_papers:
        return _("Le comité a répondu : ses bulletins papier se dépouillent.")
    return _("Le comité n’a pas encore commencé à répondre.")


def shortage(campaign: Campaign, purse: Purse) -> list[str]:
    """What contested or lost money means for whoever spends it: why, what stays permitted, who bears it."""
    if not purse.disputed and purse.free >= 0:
        return []
    said = []
    if purse.disputed:
        who = campaign.beneficiary if campaign.payee_id else _("La trésorerie")
        said.append(_(
            "Une banque conteste des dons et retient %(amount)s jusqu’à sa décision. %(who)s lui répond : vous n’avez "
            "rien à faire. Cela peut durer deux ou trois mois.", amount=money(purse.disputed), who=who,
        ))  # fmt: skip
    if purse.free < 0:
        said.append(_(
            "Il manque %(short)s pour tout ce qui est permis. Ce qui est permis le reste, mais une dépense ne peut "
            "être déclarée que si l’argent est là : %(there)s aujourd’hui. Rien d’autre ne peut être permis d’ici là.",
            short=money(-purse.free), there=money(max(0, purse.spendable)),
        ))  # fmt: skip
    if purse.spendable < 0:
        said.append(_(
            "Il est déjà dépensé %(over)s de plus que ce qui reste : %(who)s l’a payé, et le supporte si l’argent ne "
            "revient pas.", over=money(-purse.spendable), who=campaign.beneficiary or settings().host_name,
        ))  # fmt: skip
    if purse.disputed:
        said.append(_(
            "Si la banque rend l’argent, tout redevient possible. Si elle le garde, la collecte le perd : réduisez ou "
            "reportez une dépense, et dites-le à l’équipe."
        ))  # fmt: skip
    elif purse.permitted:
        said.append(_(
            "Des dons ont été rendus ou repris par une banque après la fin : la collecte le supporte. Réduisez ou "
            "reportez une dépense, et dites-le à l’équipe."
        ))  # fmt: skip
    return said
