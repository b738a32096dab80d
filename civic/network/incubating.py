"""Ideas and what they become: the parts that the composition puts into the slots."""

from typing import Any

from starlette.routing import BaseRoute

from civic.ideas import jobs, panels, privacy, talk
from civic.ideas import routes as ideas

PARTS: tuple[Any, ...] = (talk, panels, privacy)
JOBS: tuple[Any, ...] = (jobs,)
routes: list[BaseRoute] = ideas.routes
