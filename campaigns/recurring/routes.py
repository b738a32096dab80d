"""Every page of monthly support, in one list for app.py."""

from starlette.routing import BaseRoute

from campaigns.recurring import lead_routes, own_routes, page_routes

routes: list[BaseRoute] = [*page_routes.routes, *lead_routes.routes, *own_routes.routes]
