"""What every page of the builder shows: the steps with what is done, and the reviewer's remarks beside their field."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from campaigns.lifecycle import comments, pictures, queries
from campaigns.lifecycle.checklist import Item, checklist, missing
from campaigns.lifecycle.models import Campaign, ReviewComment
from civic.i18n import _
from civic.people.actor import actor_of
from civic.web import urls
from civic.web.page import page

TEMPLATES = {
    "projet": "story", "photos": "pictures", "budget": "costs", "mercis": "rewards", "conditions": "terms",
    "relire": "reread",
}  # fmt: skip


async def campaign_of(request: Request) -> Campaign:
    """The campaign of the address, for whoever may still change it. Raises SignInNeeded, NotFound or Forbidden."""
    return await queries.campaign_to_edit(request.path_params["slug"], actor_of(request))


async def step_page(request: Request, campaign: Campaign, step: str, status: int = 200, **context: Any) -> Response:
    """One page of the builder, with everything its steps show."""
    lines = await queries.cost_lines(campaign.id)
    photos = await pictures.of(campaign.id)
    items = checklist(campaign, lines, len(photos), campaign.payee)
    optional = set() if await queries.rewards(campaign.id) else {"mercis"}
    remarks = await comments.of(campaign)
    waiting: dict[str, list[ReviewComment]] = {}
    for remark in remarks:
        if remark.done_at is None:
            waiting.setdefault(remark.topic, []).append(remark)
    return page(
        request, f"campaigns/lifecycle/{TEMPLATES[step]}.html", status=status, campaign=campaign, lines=lines,
        photos=photos, items=items, missing=missing(items), remarks=waiting, all_remarks=remarks,
        topics=comments.topics(), steps=_steps(campaign, step, items, waiting, optional), **context,
    )  # fmt: skip


def _steps(
    campaign: Campaign, current: str, items: list[Item], waiting: dict[str, list[ReviewComment]], untouched: set[str]
) -> list[dict[str, Any]]:
    """Each step: its name, where it is, whether something is done and nothing missing there, how many remarks wait."""
    names = {
        "projet": (_("Projet"), "campaigns.edit_story"), "photos": (_("Photos"), "campaigns.edit_pictures"),
        "budget": (_("Budget"), "campaigns.edit_costs"), "mercis": (_("Mercis"), "campaigns.edit_rewards"),
        "conditions": (_("Conditions"), "campaigns.edit_terms"), "relire": (_("Relecture"), "campaigns.reread"),
    }  # fmt: skip
    empty = untouched | {"photos"} - {item.step for item in items if item.done}
    lacking = empty | {item.step for item in missing(items)}
    count: dict[str, int] = {}
    for topic, rows in waiting.items():
        count[comments.STEP_OF[topic]] = count.get(comments.STEP_OF[topic], 0) + len(rows)
    return [
        {
            "key": key, "text": text, "href": urls.path(route, slug=campaign.slug), "current": key == current,
            "done": key != "relire" and key not in lacking, "remarks": count.get(key, 0),
        }
        for key, (text, route) in names.items()
    ]  # fmt: skip
