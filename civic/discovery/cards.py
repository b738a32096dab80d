"""What a card of an initiative shows: the match and its most telling need."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from civic import clock
from civic.discovery.matching import Match
from civic.i18n import _, _n
from civic.landscapes import motif_for
from civic.needs.models import Need, NeedKind
from civic.web import urls


@dataclass(slots=True)
class Card:
    """An initiative as `ui.card_initiative` takes it; amounts in cents."""

    href: str
    title: str
    summary: str
    place: str
    km: float | None
    kinds: list[str]
    picture: dict[str, Any] | None
    landscape: str
    tags: list[tuple[str, str]]
    foot: str = ""
    raised_cents: int = 0
    goal_cents: int = 0


async def cards(found: Sequence[Match]) -> list[Card]:
    """The cards of a page of matches; one query for all their needs."""
    needs: dict[int, list[Need]] = defaultdict(list)
    for need in await Need.filter(initiative_id__in=[match.id for match in found] or [0], open=True).order_by("id"):
        if not (need.kind == NeedKind.THING and need.is_past) and not need.has_found_everybody:
            needs[need.initiative_id].append(need)  # type: ignore[attr-defined]
    return [_card(match, needs[match.id]) for match in found]


def landscape_of(topics: Sequence[str], initiative_id: int) -> str:
    """The drawing of an initiative without a photo: its address."""
    return urls.path("landscapes.show", motif=motif_for(topics), seed=initiative_id)


def _card(match: Match, needs: list[Need]) -> Card:
    card = Card(
        href=urls.path("initiatives.show", slug=match.slug), title=match.title, summary=match.summary,
        place=match.commune or "", km=match.km, kinds=match.kinds, picture=match.picture,
        landscape=landscape_of([match.topic] if match.topic else [], match.id),
        tags=[(_("Exemple"), "")] if match.is_example else [],
    )  # fmt: skip
    if money := next((need for need in needs if need.kind == NeedKind.MONEY and need.target), None):
        card.raised_cents, card.goal_cents, card.foot = money.reached, money.target, days_left(money)
    elif needs:
        card.foot = foot_of(needs[0])
    return card


def foot_of(need: Need) -> str:
    """One sentence about a need that is not money."""
    if need.kind == NeedKind.TIME and need.target:
        missing = max(0, need.target - need.reached)
        if missing:
            return _n("Il manque %(n)s personne : %(title)s.", "Il manque %(n)s personnes : %(title)s.", missing,
                      title=need.title)  # fmt: skip
    return need.title if need.title.endswith((".", "?", "!")) else f"{need.title}."


def days_left(need: Need) -> str:
    """« Encore 12 jours. »: whole days before the last local day, as the campaign's own page counts them."""
    if need.ends_at is None:
        return ""
    days = (clock.local(need.ends_at - timedelta(seconds=1)).date() - clock.today()).days
    if days <= 0:
        return _("Dernier jour.")
    return _n("Encore %(n)s jour.", "Encore %(n)s jours.", days)
