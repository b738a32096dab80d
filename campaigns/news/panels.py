"""News, questions, words and the pace on the campaign's page; tools and todos of those who run it."""

from typing import TYPE_CHECKING

from campaigns.lifecycle.models import Campaign
from campaigns.news import queries, reporting
from campaigns.news.models import Question
from campaigns.pledges.pace import pace
from campaigns.slots import Tool
from civic.i18n import _, _n
from civic.initiatives.models import Lead
from civic.initiatives.queries import may_edit
from civic.people.models import RoleName
from civic.people.queries import roles_of
from civic.slots import Panel, Todo
from civic.web import urls

SHOWN = 80
"""So many signs of a question stand in its lead's list."""

if TYPE_CHECKING:
    from civic.people.actor import Actor
    from civic.people.models import Person


async def campaign_panels(campaign: Campaign) -> list[Panel]:
    """One query each; the same for everybody."""
    if not campaign.is_public:
        return []
    panels = []
    if news := await queries.published(campaign.id, 3):
        panels.append(Panel("campaigns/news/_panel.html", {"campaign": campaign, "news": news}, order=60))
    questions = await queries.questions(campaign.id, 3)
    panels.append(Panel("campaigns/news/_questions.html", {"campaign": campaign, "questions": questions}, order=70))
    if words := await queries.words(campaign.id):
        panels.append(Panel("campaigns/news/_words.html", {"campaign": campaign, "words": words}, order=80))
    if at_this_pace := pace(campaign):
        panels.append(Panel("campaigns/news/_pace.html", {"campaign": campaign, "pace": at_this_pace}, order=110))
    return panels


async def campaign_tools(campaign: Campaign, actor: "Actor") -> list[Tool]:
    """Write news, answer questions, read words."""
    if not campaign.is_public or not await may_edit(actor, campaign.initiative):
        return []
    asked, unread = await queries.waiting(campaign.id)
    slug = campaign.slug
    tools = [Tool(_("Écrire des nouvelles"), urls.path("news.new", slug=slug), "mail", order=20)]
    if asked:
        text = _n("Répondre à %(n)s question", "Répondre à %(n)s questions", asked)
        tools.append(Tool(text, urls.path("questions.index", slug=slug), "talk", order=10))
    if unread:
        text = _n("Relire %(n)s mot", "Relire %(n)s mots", unread)
        tools.append(Tool(text, urls.path("wall.index", slug=slug), "heart", order=15))
    return tools


async def desk_todos(person: "Person") -> list[Todo]:
    """Texts that readers report, and words written anew after they were hidden, for the team."""
    if RoleName.ANIMATOR not in await roles_of(person):
        return []
    rewritten = [
        Todo(_n("Relire %(n)s mot masqué, récrit depuis", "Relire %(n)s mots masqués, récrits depuis", count),
             urls.path("reports.index", slug=campaign.slug), "voix", detail=campaign.title)
        for campaign, count in await reporting.campaigns_with_rewritten()
    ]  # fmt: skip
    return rewritten + [
        Todo(_n("%(n)s texte signalé", "%(n)s textes signalés", count),
             urls.path("reports.index", slug=campaign.slug), "voix", detail=campaign.title)
        for campaign, count in await reporting.campaigns_with_reports()
    ]  # fmt: skip


async def person_todos(person: "Person") -> list[Todo]:
    """Questions that wait for a lead's answer."""
    led = await Lead.filter(person_id=person.id, until__isnull=True).values_list("initiative_id", flat=True)
    if not led:
        return []
    rows = Question.filter(campaign__initiative_id__in=list(led), confirmed_at__isnull=False, answered_at__isnull=True)
    found = await rows.filter(hidden_at__isnull=True).order_by("id").limit(5).select_related("campaign")
    return [
        Todo(_("Répondre à une question"), urls.path("questions.index", slug=row.campaign.slug), "argent",
             detail=f"{row.campaign.title} · {_cut(row.text)}")
        for row in found
    ]  # fmt: skip


def _cut(text: str) -> str:
    """The first words of a question, to know one from another."""
    return text if len(text) <= SHOWN else text[:SHOWN].rsplit(" ", 1)[0] + "…"
