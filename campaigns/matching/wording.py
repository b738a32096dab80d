"""An agreement in plain words: its rule, its limits, its days, where it stands, what a gift would bring now."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from campaigns.matching.models import AgreementStatus, MatchAgreement, MatchState
from campaigns.matching.queries import Promised, communes_of, rule_of, told_left_of
from campaigns.matching.rule import Gift, wishes
from campaigns.offline.queries import GIVING_BACK
from civic import clock
from civic.i18n import _, _n
from civic.web.formats import day, money, until

EXAMPLE_GIFTS = (1_000, 3_000, 10_000)
"""Gifts of the worked example, in cents, of three persons."""
NAMES = 4
"""So many communes are named in a sentence; more are counted."""


def rule_text(agreement: MatchAgreement) -> str:
    """« 1 € donné = 1 € ajouté », « 10 € ajoutés par personne qui donne »."""
    if agreement.per_person_cents:
        return _("%(amount)s ajoutés par personne qui donne", amount=money(agreement.per_person_cents))
    added = money(agreement.percent)
    if agreement.percent >= 200:
        return _("1 € donné = %(added)s ajoutés", added=added)
    return _("1 € donné = %(added)s ajouté", added=added)


def title_text(agreement: MatchAgreement) -> str:
    """What it means to a backer, as the heading of a panel."""
    titles = {
        50: _("Votre don compte une fois et demie"), 100: _("Votre don compte double"),
        200: _("Votre don compte triple"),
    }  # fmt: skip
    return titles.get(agreement.percent, _("Chaque personne qui donne fait venir plus"))


def who_text(agreement: MatchAgreement) -> str:
    """Whose gifts count: « Pour les dons des habitants de Trévoux et Villars. », or of everybody."""
    names = [commune.name for commune in communes_of(agreement)]
    if not names:
        return _("Pour tous les dons, d’où qu’ils viennent.")
    if len(names) > NAMES:
        return _n(
            "Pour les dons des habitants de %(n)s commune.",
            "Pour les dons des habitants de %(n)s communes.", len(names),
        )  # fmt: skip
    return _("Pour les dons des habitants de ces communes : %(names)s.", names=", ".join(names))


def limits_text(agreement: MatchAgreement) -> str:
    """« 5 000 € au plus », and the cap per gift when there is one."""
    if agreement.gift_cap_cents is None:
        return _("%(cap)s au plus", cap=money(agreement.cap_cents))
    return _(
        "%(cap)s au plus, dont %(gift)s au plus pour un même don",
        cap=money(agreement.cap_cents), gift=money(agreement.gift_cap_cents),
    )  # fmt: skip


def days_text(agreement: MatchAgreement, write: Callable[[date | datetime], str] = day) -> str:
    """From which day to which (with its campaign); `write` says how a day is written."""
    ends_at = agreement.ends_at or agreement.campaign.deadline
    first = write(agreement.starts_at) if agreement.starts_at else ""
    if ends_at is None:
        whole = _("Du jour de l’accord à la fin de la collecte")
        return _("Du %(first)s à la fin de la collecte", first=first) if first else whole
    last = until(ends_at, write)
    if not first:
        return _("Du jour de l’accord au %(when)s", when=last)
    if agreement.ends_at is None:
        return _("Du %(first)s à la fin de la collecte, le %(when)s", first=first, when=last)
    return _("Du %(first)s au %(when)s", first=first, when=last)


def countdown_text(agreement: MatchAgreement) -> str:
    """How long it still adds; empty when it ends with the campaign, whose own countdown stands above."""
    if agreement.starts_at is None:
        return ""
    if clock.now() < agreement.starts_at:
        return _("À partir du %(day)s.", day=day(agreement.starts_at))
    if agreement.ends_at is None:
        return ""
    if clock.is_over(agreement.ends_at):
        return _("C’est terminé depuis le %(day)s.", day=day(agreement.ends_at - timedelta(seconds=1)))
    last = clock.local(agreement.ends_at - timedelta(seconds=1)).date()
    left = (last - clock.today()).days
    if not left:
        return _("C’est le dernier jour.")
    return _n("Encore %(n)s jour, jusqu’au %(day)s.", "Encore %(n)s jours, jusqu’au %(day)s.", left, day=day(last))


def state_text(agreement: MatchAgreement) -> tuple[str, str]:
    """Where it stands, and the kind of its tag."""
    if agreement.status == AgreementStatus.PROPOSED:
        return _("Proposé, sans réponse"), "info"
    if agreement.status == AgreementStatus.SIGNED:
        return _("Signé, l’équipe le confirme"), "info"
    if agreement.status == AgreementStatus.DECLINED:
        return _("Décliné"), "warn"
    if agreement.status == AgreementStatus.REFUSED:
        return _("Signé, non confirmé par l’équipe"), "warn"
    if agreement.status == AgreementStatus.WITHDRAWN:
        return _("Retiré"), ""
    if agreement.status == AgreementStatus.LAPSED:
        return _("Sans réponse, sans effet"), "warn"
    if is_lost(agreement):
        return _("La collecte n’a pas réussi : rien à verser"), ""
    stages = {
        MatchState.RESERVED: (_("Accepté"), "ok"), MatchState.DUE: (_("À verser"), "warn"),
        MatchState.RECEIVED: (_("Versé"), "ok"),
    }  # fmt: skip
    return stages[agreement.stage]


def is_lost(agreement: MatchAgreement) -> bool:
    """Whether its campaign ended without success before it paid anything: nothing is due, nothing is left to add."""
    if agreement.status != AgreementStatus.ACTIVE or agreement.stage == MatchState.RECEIVED:
        return False
    return agreement.campaign.status in GIVING_BACK


def would_add(agreement: MatchAgreement, cents: int) -> int:
    """What a resident's gift of so many cents, made now, would bring if what is told to be left suffices, in cents."""
    rule, present = rule_of(agreement), clock.glance()
    gift = Gift(0, 0, cents, min(rule.communes, default=None), present)
    return min(sum(wishes(rule, [gift]).values()), told_left_of(agreement))


def promised_text(promised: Promised, agreement: MatchAgreement) -> tuple[str, bool]:
    """What gifts promised already would use at the moment of acceptance, and whether that is a warning."""
    cap = money(agreement.cap_cents)
    if promised.none:
        return _("Aucun don déjà promis ne compterait : la somme sert aux dons à venir."), False
    if promised.few:
        return _(
            "Des dons déjà promis compteraient dès votre accord. En dessous de trois personnes, leur somme n’est pas "
            "dite ; elle peut aller jusqu’au plafond, %(cap)s.", cap=cap,
        ), True  # fmt: skip
    if promised.whole:
        return _(
            "Les dons déjà promis suffisent à utiliser toute la somme, %(cap)s, dès votre accord. Les dons suivants ne "
            "feraient rien venir de plus.", cap=cap,
        ), True  # fmt: skip
    if not promised.least_cents:
        most = money(promised.most_cents)
        return _("Les dons déjà promis utiliseraient dès votre accord moins de %(most)s.", most=most), False
    return _(
        "Les dons déjà promis utiliseraient dès votre accord entre %(least)s et %(most)s, sur %(cap)s au plus.",
        least=money(promised.least_cents), most=money(promised.most_cents), cap=cap,
    ), promised.least_cents * 2 >= agreement.cap_cents  # fmt: skip


def example(agreement: MatchAgreement) -> list[tuple[int, int]]:
    """The worked example: (gift, what is added), in cents, for three residents."""
    rule = rule_of(agreement)
    commune = min(rule.communes, default=None)
    gifts = [Gift(n, n, cents, commune, rule.starts_at) for n, cents in enumerate(EXAMPLE_GIFTS)]
    added = wishes(rule, gifts)
    return [(gift.cents, added.get(gift.id, 0)) for gift in gifts]
