"""What the clock brings: mandates that end, invitations nobody answered."""

from civic import jobs
from civic.committees import invitations, seats

handlers: dict[str, jobs.Handler] = {
    "mandates_swept": seats.end_lapsed_mandates, "invitations_swept": invitations.lapse,
}  # fmt: skip
minutes = {"mandates_swept": 60, "invitations_swept": 60}
