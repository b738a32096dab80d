"""Routes of the network's own pages."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from civic.network.home import home
from civic.network.space import space
from civic.web.page import page


async def legal(request: Request) -> Response:
    """Who publishes this site and by which rules."""
    return page(request, "civic/network/legal.html")


async def accessibility(request: Request) -> Response:
    """The accessibility statement (RGAA 4.1)."""
    return page(request, "civic/network/accessibility.html")


async def privacy(request: Request) -> Response:
    """What is kept, why, how long, who sees it."""
    return page(request, "civic/network/privacy.html")


async def site_map(request: Request) -> Response:
    """All doors of the house."""
    return page(request, "civic/network/site_map.html")


routes: list[BaseRoute] = [
    Route("/", home, name="home"),
    Route("/mon-espace", space, name="people.space"),
    Route("/mentions-legales", legal, name="network.legal"),
    Route("/accessibilite", accessibility, name="network.accessibility"),
    Route("/vos-donnees", privacy, name="network.privacy"),
    Route("/plan-du-site", site_map, name="network.site_map"),
]
