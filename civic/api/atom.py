"""Public facts as an Atom feed (RFC 4287): of the territory, a commune, a topic or an organisation.

The sentences are those of the site's own feed (`templates/activity`), which name nobody.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html.parser import HTMLParser
from xml.etree import ElementTree

from markupsafe import Markup
from starlette.requests import Request
from tortoise.expressions import Q, Subquery

from civic.activity.models import Activity
from civic.api.asking import BadAsking
from civic.api.kinds import LICENCE_URL
from civic.i18n import _, locale
from civic.initiatives.models import Initiative, InitiativeTopic
from civic.initiatives.topics import TOPICS, topic_label
from civic.organisations.queries import organisation_to_show
from civic.places.queries import commune_to_show
from civic.settings import settings
from civic.web import urls
from civic.web.plain import without_addresses
from civic.web.templating import template

ATOM = "http://www.w3.org/2005/Atom"
MOST = 50
TOLD = (
    "initiative_published", "stage_changed", "campaign_launched", "campaign_funded", "campaign_failed", "campaign_news",
    "mission_opened", "event_announced", "committee_founded", "decision_opened", "outcome_published",
)  # fmt: skip
"""The facts that name nobody; who adds money to gifts may be a person."""
BEGINNING = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Feed:
    """What a feed is about: its title, the page it stands for, and which initiatives (None: all, and the network)."""

    title: str
    page: str
    initiatives: Q | None = None


async def meant(request: Request) -> Feed:
    """The feed of an address: `commune`, `sujet` or `organisation`, one of them or none.

    Raises BadAsking, or NotFound.
    """
    asked = {name: value for name, value in request.query_params.items() if value}
    site = settings().site_name
    if not asked:
        return Feed(site, urls.absolute("home"))
    name, value = next(iter(asked.items()))
    if len(asked) > 1 or name not in ("commune", "sujet", "organisation"):
        raise BadAsking(_("Un flux porte sur une commune, un sujet ou une organisation : un seul à la fois."))
    if name == "commune":
        commune = await commune_to_show(value)
        title, page = commune.label, urls.absolute("communes.show", slug=commune.slug)
        return Feed(f"{site} : {title}", page, Q(commune_id=commune.insee))
    if name == "organisation":
        organisation = await organisation_to_show(value)
        page = urls.absolute("organisations.show", slug=organisation.slug)
        return Feed(f"{site} : {organisation.name}", page, Q(organisation_id=organisation.id))
    if value not in TOPICS:
        raise BadAsking(_("« sujet » est l’un de : %(topics)s.", topics=", ".join(TOPICS)))
    of_topic = InitiativeTopic.filter(topic=value).values("initiative_id")
    page = urls.absolute("initiatives.index", sujet=value)
    return Feed(f"{site} : {topic_label(value)}", page, Q(id__in=Subquery(of_topic)))


async def facts(feed: Feed) -> list[Activity]:
    """The latest facts of it that everybody may read."""
    public = Initiative.filter(published_at__isnull=False)
    of_these = (public.filter(feed.initiatives) if feed.initiatives else public).values("id")
    shown = Q(initiative_id__in=Subquery(of_these))
    if feed.initiatives is None:
        shown |= Q(initiative_id__isnull=True)
    return await Activity.filter(shown, kind__in=list(TOLD)).order_by("-at", "-id").limit(MOST)


def written(feed: Feed, address: str, rows: Sequence[Activity]) -> bytes:
    """The feed as XML."""
    ElementTree.register_namespace("", ATOM)
    root = ElementTree.Element(f"{{{ATOM}}}feed", {"{http://www.w3.org/XML/1998/namespace}lang": locale()})
    _put(root, "id", address)
    _put(root, "title", feed.title)
    _put(root, "updated", _moment(max((row.at for row in rows), default=BEGINNING)))
    _put(root, "link", rel="self", type="application/atom+xml", href=address)
    _put(root, "link", rel="alternate", type="text/html", href=feed.page)
    _put(root, "link", rel="license", href=LICENCE_URL)
    _put(_put(root, "author"), "name", settings().site_name)
    for row in rows:
        _entry(root, row)
    return bytes(ElementTree.tostring(root, encoding="utf-8", xml_declaration=True))


def _entry(root: ElementTree.Element, row: Activity) -> None:
    said = Markup(template(f"activity/{row.kind}.html").render(row=row))  # noqa: S704  a template of ours, escaped
    leads = _Link()
    leads.feed(said)
    entry = _put(root, "entry")
    _put(entry, "id", f"{settings().base_url}/flux.atom#{row.id}")
    _put(entry, "title", without_addresses(" ".join(said.striptags().split())))
    _put(entry, "updated", _moment(row.at))
    _put(entry, "link", rel="alternate", type="text/html", href=settings().base_url + (leads.href or "/"))


def _put(parent: ElementTree.Element, name: str, text: str = "", **attributes: str) -> ElementTree.Element:
    element = ElementTree.SubElement(parent, f"{{{ATOM}}}{name}", attributes)
    element.text = text or None
    return element


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class _Link(HTMLParser):
    """The address of the first link in a sentence."""

    href = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a" and not self.href:
            self.href = dict(attrs).get("href") or ""
