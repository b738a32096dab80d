"""The states of a support and of its months, in words."""

from datetime import date

from campaigns.pledges.models import PledgeStatus
from campaigns.recurring import calendar
from campaigns.recurring.models import Support, SupportStatus
from civic import clock
from civic.i18n import _
from civic.web import formats

SHORTEST_MONTH = 28


def state_text(support: Support) -> tuple[str, str]:
    """A support's state, and the look of its label."""
    return {
        SupportStatus.ACTIVE: (_("En cours, merci"), "ok"), SupportStatus.PAUSED: (_("En pause"), "warn"),
        SupportStatus.CREATED: (_("En attente de votre carte"), "warn"),
    }.get(support.status, (_("Arrêté"), "info"))


def month_text(status: PledgeStatus) -> str:
    """What became of a month."""
    return {
        PledgeStatus.COLLECTED: _("reçu"), PledgeStatus.PROCESSING: _("en route"),
        PledgeStatus.NEEDS_BACKER: _("attend votre accord"), PledgeStatus.DROPPED: _("abandonné"),
        PledgeStatus.RELEASED: _("non débité"), PledgeStatus.SWITCHED_OFFLINE: _("attend votre chèque ou virement"),
        PledgeStatus.REFUND_PENDING: _("en cours de remboursement"), PledgeStatus.REFUNDED: _("remboursé"),
        PledgeStatus.DISPUTED: _("contesté"), PledgeStatus.CHARGED_BACK: _("repris par la banque"),
    }.get(status, _("en cours"))  # fmt: skip


def on_day(charge: date) -> str:
    """The day of a charge: « aujourd’hui, lundi 23 novembre », or the day alone."""
    if charge <= clock.today():
        return _("aujourd’hui, %(day)s", day=formats.day(clock.today()))
    return formats.day(charge)


def next_charge(support: Support) -> str:
    """When a support that runs is charged next; "" for none."""
    return on_day(support.next_on) if support.next_on and support.status == SupportStatus.ACTIVE else ""


def with_next(said: str, support: Support) -> str:
    """A sentence, and when the next charge is, if there is one."""
    day = next_charge(support)
    return said + " " + _("Prochain débit : %(day)s.", day=day) if day else said


def after_button(support: Support) -> str:
    """What a pause, its end, or a stop that was undone came to."""
    if support.status == SupportStatus.PAUSED:
        return _("Votre soutien est en pause. Rien n’est débité.")
    return with_next(_("Votre soutien reprend."), support)


def days() -> list[tuple[str, str]]:
    """The days to choose from, each with the first charge it brings for somebody who begins now."""
    return [(str(day), _day(day)) for day in range(1, 32)]


def _day(day: int) -> str:
    last = _("%(n)s ou fin du mois", n=day) if day > SHORTEST_MONTH else str(day)
    return _("%(day)s, dès %(first)s", day=last, first=on_day(calendar.first_from(clock.today(), day)))
