"""Stolen cards are tried out in small gifts, quickly, many times: not here (docs/security.md, settings of the limits).

Four counters, each in windows of its own: the machine, the e-mail address, the campaign, and small gifts in a row. A
refusal says for how long and why; nothing that was written is lost, because the draft stays with the browser.
"""

from dataclasses import dataclass

from starlette.requests import Request

from civic.errors import TooMany
from civic.i18n import _, _n
from civic.settings import settings
from civic.web import limits

TEN_MINUTES, AN_HOUR = 600, 3600


@dataclass(slots=True, frozen=True)
class Counter:
    """What is counted, for whom, how many pass within `per` seconds, and the sentence for the next one."""

    what: str
    who: str
    most: int
    per: int
    reason: str


async def let_through(request: Request, email: str, campaign_id: int, cents: int) -> None:
    """Count a promise of so many cents about to be made. Raises TooMany with a sentence that says what to do."""
    for counter in _counters(limits.address(request), email.lower(), str(campaign_id), cents):
        try:
            await limits.hit(counter.what, counter.who, most=counter.most, per=counter.per)
        except TooMany as refusal:
            raise TooMany(f"{counter.reason} {_until(refusal.retry_after)}", retry_after=refusal.retry_after) from None


def _counters(machine: str, email: str, campaign: str, cents: int) -> list[Counter]:
    current = settings()
    here = _("Beaucoup de dons sont partis de cette connexion en peu de temps.")
    yours = _("Beaucoup de dons ont été commencés avec cette adresse électronique.")
    there = _("Cette collecte reçoit en ce moment plus de dons que d’habitude.")
    small = _("Beaucoup de petits dons se suivent : c’est ainsi que l’on essaie des cartes volées.")
    found = [
        Counter("pledge", machine, current.pledges_per_machine, TEN_MINUTES, here),
        Counter("pledge-email", email, current.pledges_per_email, AN_HOUR, yours),
        Counter("pledge-campaign", campaign, current.pledges_per_campaign, TEN_MINUTES, there),
    ]
    if cents <= current.small_gift_cents:
        found.append(Counter("pledge-small", machine, current.small_pledges_per_machine, TEN_MINUTES, small))
        found.append(Counter("pledge-small-campaign", campaign, current.small_pledges_per_campaign, TEN_MINUTES, small))
    return found


def _until(seconds: int) -> str:
    minutes = max(1, -(-seconds // 60))
    return _n(
        "Votre don est gardé sur cette page : réessayez dans %(n)s minute, ou écrivez-nous.",
        "Votre don est gardé sur cette page : réessayez dans %(n)s minutes, ou écrivez-nous.", minutes,
    )  # fmt: skip
