"""Committees, decisions, meetings and what follows from them: the parts that the composition puts into the slots."""

from typing import Any

from starlette.routing import BaseRoute

from civic.assemblies import calling_again
from civic.assemblies import panels as assemblies
from civic.assemblies import privacy as assemblies_privacy
from civic.assemblies import routes as assembly_pages
from civic.ballots import jobs as ballots_jobs
from civic.commitments import jobs as commitments_jobs
from civic.commitments import panels as commitments
from civic.commitments import privacy as commitments_privacy
from civic.commitments import routes as commitment_pages
from civic.committees import jobs as committees_jobs
from civic.committees import panels as committees
from civic.committees import privacy as committees_privacy
from civic.committees import routes as committee_pages
from civic.decisions import jobs as decisions_jobs
from civic.decisions import panels as decisions
from civic.decisions import privacy as decisions_privacy
from civic.decisions import review_panels, secret, secret_panels
from civic.decisions import routes as decision_pages
from civic.meetings import convocation
from civic.meetings import jobs as meetings_jobs
from civic.meetings import panels as meetings
from civic.meetings import privacy as meetings_privacy
from civic.meetings import routes as meeting_pages
from civic.polling import panels as polling
from civic.polling import privacy as polling_privacy
from civic.polling import routes as polling_pages
from civic.proposals import jobs as proposals_jobs
from civic.proposals import panels as proposals
from civic.proposals import privacy as proposals_privacy
from civic.proposals import routes as proposal_pages

PARTS: tuple[Any, ...] = (
    decisions, committees, committees_privacy, decisions_privacy, secret_panels, polling, polling_privacy, commitments,
    commitments_privacy, meetings, meetings_privacy, convocation, assemblies, assemblies_privacy, calling_again,
    review_panels, proposals, proposals_privacy,
)  # fmt: skip
CHECKS = (decisions.verify, secret.verify)
JOBS: tuple[Any, ...] = (
    committees_jobs, decisions_jobs, commitments_jobs, ballots_jobs, meetings_jobs, proposals_jobs,
)  # fmt: skip
_PAGES: tuple[Any, ...] = (
    committee_pages, decision_pages, proposal_pages, commitment_pages, polling_pages, meeting_pages, assembly_pages,
)  # fmt: skip
routes: list[BaseRoute] = [route for part in _PAGES for route in part.routes]
