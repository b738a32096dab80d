"""Routes of the network's own pages."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from civic.network import lost_links
from civic.network.home import home
from civic.network.space import space
from civic.settings import settings
from civic.web.page import page


async def legal(request: Request) -> Response:
    """Who publishes this site and by which rules."""
    return page(request, "civic/network/legal.html")


async def accessibility(request: Request) -> Response:
    """The accessibility statement (RGAA 4.1)."""
    return page(request, "civic/network/accessibility.html")


async def privacy(request: Request) -> Response:
    """What is kept, why, how long, who sees it."""
    return page(request, "civic/network/privacy.html", contact_days=settings().contact_days)


async def rules(request: Request) -> Response:
    """What may be written here, what not, and how the team decides."""
    return page(request, "civic/network/rules.html")


async def site_map(request: Request) -> Response:
    """All doors of the house."""
    return page(request, "civic/network/site_map.html")


routes: list[BaseRoute] = [
    Route("/", home, name="home"),
    Route("/mon-espace", space, name="people.space"),
    Route("/mentions-legales", legal, name="network.legal"),
    Route("/regles", rules, name="network.rules"),
    Route("/accessibilite", accessibility, name="network.accessibility"),
    Route("/vos-donnees", privacy, name="network.privacy"),
    Route("/retrouver-mes-liens", lost_links.ask, methods=["GET"], name="network.lost_links"),
    Route("/retrouver-mes-liens", lost_links.send, methods=["POST"], name="network.send_links"),
    Route("/retrouver-mes-liens/envoyes", lost_links.sent, name="network.links_sent"),
    Route("/plan-du-site", site_map, name="network.site_map"),
]
