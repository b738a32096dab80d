"""The composition: which routes, middleware, slots, handlers and schedules make up the application.

It knows everything and nobody knows it. `create_app()` reads the settings; the server runs the result.
"""

import asyncio
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from types import ModuleType
from typing import Any

import structlog
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Mount
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette_compress import CompressMiddleware

from campaigns import panels as campaign_panels
from campaigns import slots as campaign_slots
from campaigns.accounting import panels as accounting_panels
from campaigns.accounting import routes as accounting_routes
from campaigns.board import jobs as board_jobs
from campaigns.board import panels as board_panels
from campaigns.board import routes as board_routes
from campaigns.board.visits import Visits
from campaigns.coaching import jobs as coaching_jobs
from campaigns.coaching import routes as coaching_routes
from campaigns.ledger import verify as ledger_verify
from campaigns.lifecycle import jobs as lifecycle_jobs
from campaigns.lifecycle import legal as lifecycle_legal
from campaigns.lifecycle import routes as lifecycle_routes
from campaigns.lifecycle import todos as lifecycle_todos
from campaigns.matching import jobs as matching_jobs
from campaigns.matching import panels as matching_panels
from campaigns.matching import routes as matching_routes
from campaigns.matching import verify as matching_verify
from campaigns.news import jobs as news_jobs
from campaigns.news import panels as news_panels
from campaigns.news import routes as news_routes
from campaigns.offers import jobs as offers_jobs
from campaigns.offers import panels as offers_panels
from campaigns.offers import routes as offers_routes
from campaigns.offline import jobs as offline_jobs
from campaigns.offline import panels as offline_panels
from campaigns.offline import queries as offline_queries
from campaigns.offline import routes as offline_routes
from campaigns.offline import verify as offline_verify
from campaigns.onboarding import jobs as onboarding_jobs
from campaigns.onboarding import panels as onboarding_panels
from campaigns.onboarding import routes as onboarding_routes
from campaigns.payments import gateway
from campaigns.payments import jobs as payments_jobs
from campaigns.payments import routes as payments_routes
from campaigns.payments.keys import sandbox_key, simulated_secret
from campaigns.payouts import jobs as payouts_jobs
from campaigns.payouts import panels as payouts_panels
from campaigns.payouts import routes as payouts_routes
from campaigns.payouts import verify as payouts_verify
from campaigns.pledges import jobs as pledges_jobs
from campaigns.pledges import routes as pledges_routes
from campaigns.proof import panels as proof_panels
from campaigns.proof import routes as proof_routes
from campaigns.public import published as published_campaigns
from campaigns.public import routes as campaigns_routes
from campaigns.receipts import jobs as receipts_jobs
from campaigns.receipts import panels as receipts_panels
from campaigns.receipts import routes as receipts_routes
from campaigns.receipts import verify as receipts_verify
from campaigns.recurring import jobs as recurring_jobs
from campaigns.recurring import panels as recurring_panels
from campaigns.recurring import routes as recurring_routes
from campaigns.refunds import jobs as refunds_jobs
from campaigns.refunds import panels as refunds_panels
from campaigns.refunds import routes as refunds_routes
from campaigns.refunds import verify as refunds_verify
from campaigns.sandbox import create_sandbox
from campaigns.settlement import jobs as settlement_jobs
from campaigns.settlement import panels as settlement_panels
from campaigns.settlement import routes as settlement_routes
from campaigns.settlement import todos as settlement_todos
from campaigns.settlement import verify as settlement_verify
from campaigns.sharing import panels as sharing_panels
from campaigns.sharing import routes as sharing_routes
from campaigns.treasury import routes as treasury_routes
from civic import database, jobs, slots
from civic.api import life as open_life
from civic.api import routes as api_routes
from civic.api import steering as open_steering
from civic.desk import routes as desk_routes
from civic.discovery import routes as discovery_routes
from civic.events import panels as events_panels
from civic.events import routes as events_routes
from civic.initiatives import routes as initiatives_routes
from civic.landscapes import routes as landscapes_routes
from civic.mail import routes as mail_routes
from civic.mail import service as mail_service
from civic.media import routes as media_routes
from civic.needs import panels as needs_panels
from civic.needs import routes as needs_routes
from civic.network import incubating, steering, talking
from civic.network import routes as network_routes
from civic.organisations import routes as organisations_routes
from civic.people import routes as people_routes
from civic.people.middleware import Sessions
from civic.places import jobs as places_jobs
from civic.places import routes as places_routes
from civic.settings import Settings, settings
from civic.web import errorpages, limits, logs, urls
from civic.web import routes as web_routes
from civic.web.cache import PageMemory
from civic.web.middleware import BodyLimit, LastNet, Locale, SameOrigin, SecurityHeaders
from demo import routes as demo_routes
from volunteering import panels as volunteering_panels
from volunteering import slots as volunteering_slots
from volunteering.attestations import erasing as attestations_erasing
from volunteering.attestations import jobs as attestations_jobs
from volunteering.attestations import routes as attestations_routes
from volunteering.attestations import verify as attestations_verify
from volunteering.boards import panels as boards_panels
from volunteering.boards import routes as boards_routes
from volunteering.calls import panels as calls_panels
from volunteering.calls import routes as calls_routes
from volunteering.explorer import jobs as explorer_jobs
from volunteering.explorer import published as published_missions
from volunteering.explorer import routes as explorer_routes
from volunteering.feeds import routes as feeds_routes
from volunteering.hours import first_routes as hours_first_routes
from volunteering.hours import jobs as hours_jobs
from volunteering.hours import lead_routes as hours_lead_routes
from volunteering.hours import panels as hours_panels
from volunteering.hours import routes as hours_routes
from volunteering.hours import verify as hours_verify
from volunteering.lifts import jobs as lifts_jobs
from volunteering.lifts import panels as lifts_panels
from volunteering.lifts import routes as lifts_routes
from volunteering.missions import routes as missions_routes
from volunteering.privacy import jobs as privacy_jobs
from volunteering.privacy import routes as privacy_routes
from volunteering.privacy import service as privacy
from volunteering.shifts import jobs as shifts_jobs
from volunteering.shifts import routes as shifts_routes
from volunteering.signups import jobs as signups_jobs
from volunteering.signups import reminders, tallies
from volunteering.signups import routes as signups_routes
from volunteering.valuation import panels as valuation_panels
from volunteering.valuation import routes as valuation_routes
from volunteering.volunteers import panels as volunteers_panels
from volunteering.volunteers import routes as volunteers_routes

log = structlog.get_logger("civic")
KEPT_PAGES = (
    "home", "initiatives.index", "initiatives.show", "campaigns.index", "campaigns.show", "proof.show", "sharing.block",
    "missions.index", "communes.index", "communes.show", "communes.block", "organisations.index", "organisations.show",
    "events.index", "events.show",
)  # fmt: skip
"""Pages a visitor may get from memory: their route only reads, and makes nothing that serves once (keys of forms)."""

VOLUNTEERING_ROUTES: list[Any] = [
    explorer_routes,
    volunteers_routes,
    boards_routes,
    missions_routes,
    shifts_routes,
    signups_routes,
    feeds_routes,
    calls_routes,
    lifts_routes,
    privacy_routes,
    attestations_routes,
    hours_routes,
    hours_first_routes,
    hours_lead_routes,
    valuation_routes,
]
VOLUNTEERING_PARTS: tuple[Any, ...] = (
    attestations_erasing,
    attestations_verify,
    volunteering_panels,
    published_missions,
    volunteers_panels,
    boards_panels,
    tallies,
    calls_panels,
    lifts_panels,
    privacy,
    hours_panels,
    valuation_panels,
    hours_verify,
)
VOLUNTEERING_JOBS: tuple[Any, ...] = (
    explorer_jobs,
    shifts_jobs,
    signups_jobs,
    reminders,
    lifts_jobs,
    privacy_jobs,
    attestations_jobs,
    hours_jobs,
)

CAMPAIGN_ROUTES: list[Any] = [
    coaching_routes, offers_routes, pledges_routes, payments_routes, offline_routes, onboarding_routes, matching_routes,
    lifecycle_routes,
    settlement_routes, news_routes, sharing_routes, board_routes, receipts_routes, proof_routes, accounting_routes,
    payouts_routes, recurring_routes, refunds_routes, campaigns_routes, treasury_routes,
]  # fmt: skip
CAMPAIGN_PARTS = (
    campaign_panels, published_campaigns, onboarding_panels, lifecycle_legal, lifecycle_todos, offers_panels,
    matching_panels,
    settlement_panels, settlement_todos, refunds_panels, offline_panels, offline_queries, payouts_panels,
    accounting_panels, proof_panels, receipts_panels, recurring_panels, news_panels, sharing_panels, board_panels,
)  # fmt: skip
CAMPAIGN_CHECKS: tuple[Any, ...] = (
    ledger_verify, offers_panels, matching_verify, settlement_verify, offline_verify, refunds_verify, payouts_verify,
    receipts_verify,
)  # fmt: skip
CAMPAIGN_JOBS: tuple[Any, ...] = (
    lifecycle_jobs, coaching_jobs, offers_jobs, pledges_jobs, payments_jobs, matching_jobs, settlement_jobs,
    offline_jobs, onboarding_jobs, refunds_jobs, recurring_jobs, receipts_jobs, news_jobs, board_jobs,
    payouts_jobs,
)  # fmt: skip


def routes(current: Settings) -> list[BaseRoute]:
    """Every route, the most precise first."""
    slices: list[Any] = [
        web_routes, mail_routes, media_routes, landscapes_routes, people_routes, places_routes, organisations_routes,
        discovery_routes, initiatives_routes, needs_routes, events_routes, incubating, steering, talking,
        network_routes, desk_routes, api_routes, demo_routes,
    ]  # fmt: skip
    if current.volunteering:
        slices += VOLUNTEERING_ROUTES
    if current.campaigns:
        slices += CAMPAIGN_ROUTES
    return [route for part in slices for route in part.routes]


def fill(current: Settings) -> None:
    """Put the slices' parts into the slots and register what happens after the fact."""
    slots.clear()
    campaign_slots.clear()
    volunteering_slots.clear()
    jobs.clear()
    events_panels.fill()
    slots.initiative_panels.fill(needs_panels.initiative_panel)
    slots.home_ways.fill(needs_panels.home_ways)
    jobs.register(mail_service.handlers)
    jobs.every("refused_mail_swept", hours=24)
    jobs.register(places_jobs.handlers)
    fill_steering()
    jobs.register({"rate_counts_swept": sweep_rate_counts})
    jobs.every("rate_counts_swept", hours=1)
    if current.volunteering:
        fill_volunteering()
    if current.campaigns:
        fill_campaigns()


def fill_volunteering() -> None:
    """Missions, shifts, sign-ups and what follows from them: each slice's parts go into the slots of the same name."""
    fill_parts(VOLUNTEERING_PARTS, (*slots.ALL, *volunteering_slots.ALL))
    register_work(VOLUNTEERING_JOBS)


def fill_steering() -> None:
    """Committees, decisions, meetings, discussions, ideas: each slice's parts go into the slots of the same name."""
    fill_parts((*steering.PARTS, *talking.PARTS, *incubating.PARTS, open_life, open_steering), slots.ALL)
    slots.verifications.fill(*steering.CHECKS)
    register_work((*steering.JOBS, *talking.JOBS, *incubating.JOBS))


def fill_campaigns() -> None:
    """Money for initiatives: each slice's parts go into the slots of the same name."""
    fill_parts(CAMPAIGN_PARTS, (*slots.ALL, *campaign_slots.ALL))
    for verify in CAMPAIGN_CHECKS:
        slots.verifications.fill(*verify.CHECKS)
    register_work(CAMPAIGN_JOBS)


def fill_parts(parts: Sequence[Any], known: Sequence[slots.Slot[Any]]) -> None:
    """Whatever a module calls like a slot is what it gives to that slot."""
    for part in parts:
        for slot in known:
            filler = getattr(part, slot.name, None)
            if filler and not isinstance(filler, ModuleType):  # a module that the part imports may bear a slot’s name
                slot.fill(filler)


def register_work(modules: Sequence[Any]) -> None:
    """Their jobs, and how often (minutes) those that come again do."""
    for work in modules:
        jobs.register(work.handlers)
        for name, minutes in getattr(work, "minutes", {}).items():
            jobs.every(name, minutes=minutes)


class StandIn:
    """The sandbox in Stripe's place, for a laptop or a demonstration: made at its first request."""

    def __init__(self, current: Settings) -> None:
        self.current = current
        self.sandbox: Starlette | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.sandbox is None:
            self.sandbox = self._made()
            control = self.sandbox.state.control
            await control.clock(-await control.clock(0))  # a restart shows today again, here as everywhere
        await self.sandbox(scope, receive, send)

    def _made(self) -> Starlette:
        current = self.current
        current.data.mkdir(parents=True, exist_ok=True)
        return create_sandbox(
            current.data / "sandbox.sqlite3", webhook_url=f"{gateway.own_address(current)}/webhooks/stripe",
            webhook_secret=simulated_secret(current.data), public_url=f"{current.base_url}/_stripe",
            api_key=sandbox_key(current.data),
        )  # fmt: skip

    async def close(self) -> None:
        """Stop its deliveries and close its file."""
        if self.sandbox:
            await self.sandbox.state.close()


async def sweep_rate_counts(**_payload: object) -> None:
    """Forget rate-limit windows that are over."""
    await limits.sweep()


def create_app(*, with_worker: bool | None = None) -> ASGIApp:
    """The application by the settings in force; `with_worker` overrides whether it also runs the jobs."""
    current = settings()
    logs.configure(current)
    fill(current)
    all_routes = routes(current)
    urls.bind(all_routes)
    stand_in = StandIn(current) if current.campaigns and current.payments_simulated else None
    mounted = [*all_routes, Mount("/_stripe", stand_in)] if stand_in else all_routes
    runs_worker = current.runs_worker if with_worker is None else with_worker

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        await database.connect(current.database_url)
        async with _worker(runs_worker):
            yield
        await gateway.close()
        if stand_in:
            await stand_in.close()
        await database.disconnect()

    return Starlette(
        routes=mounted, lifespan=lifespan, exception_handlers=errorpages.HANDLERS,
        middleware=[
            Middleware(SecurityHeaders), Middleware(Locale), Middleware(LastNet),
            *([Middleware(Visits)] if current.campaigns else []),
            Middleware(PageMemory, routes=all_routes, names=KEPT_PAGES),
            Middleware(CompressMiddleware, minimum_size=600), Middleware(SameOrigin),
            Middleware(BodyLimit), Middleware(Sessions),
        ],
    )  # fmt: skip


@asynccontextmanager
async def _worker(wanted: bool) -> AsyncIterator[None]:
    """Run the jobs beside the pages, and let the current ones end on the way out."""
    if not wanted:
        yield
        return
    stop = asyncio.Event()
    task = asyncio.create_task(jobs.Worker().run(stop))
    try:
        yield
    finally:
        stop.set()
        with suppress(asyncio.CancelledError):
            await task


async def run_worker() -> None:
    """Run the jobs until the process is told to stop."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stop.set)
    await database.connect(settings().database_url)
    try:
        await jobs.Worker().run(stop)
    finally:
        await gateway.close()
        await database.disconnect()
