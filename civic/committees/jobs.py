"""What the clock brings: mandates that end."""

from civic import jobs
from civic.committees import service

handlers: dict[str, jobs.Handler] = {"mandates_swept": service.end_lapsed_mandates}
