"""Who takes part in discussions and in what readers report: the parts that the composition puts into the slots."""

from typing import Any

from starlette.routing import BaseRoute

from civic.committees import talk as committees
from civic.decisions import talk as decisions
from civic.discussions import letters, panels
from civic.discussions import routes as discussions
from civic.initiatives import talk as initiatives
from civic.moderation import panels as moderation_panels
from civic.moderation import routes as moderation
from civic.needs import talk as needs

PARTS: tuple[Any, ...] = (initiatives, needs, committees, decisions, panels, moderation_panels)
JOBS: tuple[Any, ...] = (letters, moderation_panels)
routes: list[BaseRoute] = [*discussions.routes, *moderation.routes]
