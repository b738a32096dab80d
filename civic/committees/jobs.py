"""What the clock brings: mandates that end, invitations nobody answered, who speaks no more for an organisation."""

from civic import jobs
from civic.committees import invitations, relay, seats

handlers: dict[str, jobs.Handler] = {
    "mandates_swept": seats.end_lapsed_mandates, "invitations_swept": invitations.lapse,
    "spokespersons_swept": relay.pass_on_due,
}  # fmt: skip
minutes = {"mandates_swept": 60, "invitations_swept": 60, "spokespersons_swept": 60}
