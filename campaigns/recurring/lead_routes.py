"""What a lead does with a monthly support: propose, open, add a cost, read the board, end it; the team reads first."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from campaigns.lifecycle import service as lifecycle
from campaigns.lifecycle.legal import missing_facts
from campaigns.lifecycle.models import Campaign, CampaignStatus
from campaigns.lifecycle.queries import campaign_to_review, cost_lines
from campaigns.recurring import board, standing
from campaigns.recurring.forms import AnswerForm, EndForm, LineForm, StandingForm
from campaigns.recurring.page_routes import show_page
from civic.errors import DomainError, NotFound
from civic.i18n import _
from civic.initiatives.models import Initiative
from civic.initiatives.queries import initiative_to_edit, initiative_to_show
from civic.papers import sheet_answer
from civic.papers.sheet import cents_text
from civic.people.actor import Actor, actor_of
from civic.people.service import audit
from civic.web.forms import Form
from civic.web.page import page, redirect


async def propose(request: Request) -> Response:
    """POST: a lead writes what the money is for, and sends it to be read."""
    actor = actor_of(request)
    initiative = await initiative_to_edit(request.path_params["slug"], actor)
    form = await Form.read(request, StandingForm)
    known = await standing.of_initiative(initiative.id, public_only=False)
    try:
        if form.data is None:
            return await show_page(request, initiative, known, True, form, 422)
        sent = form.data
        await standing.propose(initiative, actor.person, sent.purpose, sent.lines(), hand=actor.hand)
    except DomainError as error:
        return await show_page(request, initiative, known, True, form.refuse(error), error.status)
    done = _("C’est envoyé. Une autre personne le relit avant l’ouverture.")
    return redirect("recurring.show", slug=initiative.slug, flash=done)


async def _led(request: Request) -> tuple[Actor, Initiative, Campaign]:
    """Raises NotFound without a monthly support, Forbidden for whoever does not run the initiative."""
    actor = actor_of(request)
    initiative = await initiative_to_edit(request.path_params["slug"], actor)
    campaign = await standing.of_initiative(initiative.id, public_only=False)
    if campaign is None:
        raise NotFound(_("Cette initiative ne reçoit pas de soutien mensuel."))
    return actor, initiative, campaign


async def launch(request: Request) -> Response:
    """POST: a lead opens what was accepted."""
    actor, initiative, campaign = await _led(request)
    await standing.launch(campaign, actor)
    return redirect("recurring.show", slug=initiative.slug, flash=_("Le soutien mensuel est ouvert."))


async def add_line(request: Request) -> Response:
    """POST: one more thing to pay each month."""
    actor, initiative, campaign = await _led(request)
    form = await Form.read(request, LineForm)
    try:
        if form.data is not None:
            await standing.add_line(campaign, actor, form.data.what, form.data.amount)
            return redirect("recurring.show", slug=initiative.slug, flash=_("La dépense est ajoutée."))
    except DomainError as error:
        return await show_page(request, initiative, campaign, True, form.refuse(error), error.status)
    return await show_page(request, initiative, campaign, True, form, 422)


async def end(request: Request) -> Response:
    """POST: a lead ends it; every supporter is told why."""
    actor, initiative, campaign = await _led(request)
    form = await Form.read(request, EndForm)
    try:
        if form.data is not None:
            await standing.end(campaign, actor, form.data.note)
            done = _("Le soutien mensuel est terminé. Chaque personne qui donnait est prévenue.")
            return redirect("recurring.show", slug=initiative.slug, flash=done)
    except DomainError as error:
        return await show_page(request, initiative, campaign, True, form.refuse(error), error.status)
    return await show_page(request, initiative, campaign, True, form, 422)


async def show_board(request: Request) -> Response:
    """GET: how many support, what it comes to, who came and left, what failed; nobody's name."""
    _actor, initiative, campaign = await _led(request)
    return page(
        request, "campaigns/recurring/board.html", initiative=initiative, campaign=campaign,
        board=await board.of(campaign.id), least=standing.LEAST_SHOWN,
    )  # fmt: skip


async def sheet(request: Request) -> Response:
    """GET: the months as a spreadsheet; who exports is written down."""
    actor, initiative, campaign = await _led(request)
    found = await board.of(campaign.id)
    await audit(actor, "supports_exported", f"campaign:{campaign.id}", rows=len(found.months))
    headers = (_("Mois"), _("Soutiens débités"), _("Reçu (€)"), _("Nouveaux"), _("Arrêtés"), _("Échecs"))
    rows = [
        (
            one.month, one.paid, _("non montré") if one.cents is None else cents_text(one.cents), one.begun,
            one.stopped, one.failed,
        )
        for one in found.months
    ]  # fmt: skip
    return sheet_answer(f"soutien-mensuel-{initiative.slug}", headers, rows)


async def _read(request: Request) -> tuple[Actor, Campaign]:
    """The one to be read, for somebody of the team who neither leads nor sent it. Raises NotFound or Forbidden."""
    actor = actor_of(request)
    initiative = await initiative_to_show(request.path_params["slug"], actor)
    campaign = await standing.of_initiative(initiative.id, public_only=False)
    if campaign is None:
        raise NotFound(_("Cette initiative ne reçoit pas de soutien mensuel."))
    return actor, await campaign_to_review(campaign.slug, actor)


async def review(request: Request) -> Response:
    """GET: what the lead wrote, and the answer."""
    _actor, campaign = await _read(request)
    return await _review_page(request, campaign, Form({"answer": ""}))


async def answer(request: Request) -> Response:
    """POST: accept, ask for changes, or refuse."""
    actor, campaign = await _read(request)
    form = await Form.read(request, AnswerForm)
    try:
        if form.data is not None and form.data.version not in (0, campaign.version):
            raise DomainError(_("Le soutien mensuel a été renvoyé entre-temps. Relisez-le avant de répondre."))
        if form.data is not None:
            await lifecycle.review(campaign, actor, CampaignStatus(form.data.answer), form.data.note)
            done = _("Votre réponse est envoyée aux porteurs.")
            return redirect("initiatives.show", slug=campaign.initiative.slug, flash=done)
    except DomainError as error:
        form.refuse(error)
    return await _review_page(request, campaign, form, 422)


async def _review_page(request: Request, campaign: Campaign, form: Form[AnswerForm], status: int = 200) -> Response:
    return page(
        request, "campaigns/recurring/review.html", status=status, form=form, campaign=campaign,
        initiative=campaign.initiative, lines=await cost_lines(campaign.id), lacking=missing_facts(),
        waiting=campaign.status == CampaignStatus.SUBMITTED,
    )  # fmt: skip


_BASE = "/initiatives/{slug}/soutien-mensuel"
routes: list[BaseRoute] = [
    Route(f"{_BASE}/proposer", propose, methods=["POST"], name="recurring.propose"),
    Route(f"{_BASE}/ouvrir", launch, methods=["POST"], name="recurring.launch"),
    Route(f"{_BASE}/depense", add_line, methods=["POST"], name="recurring.add_line"),
    Route(f"{_BASE}/terminer", end, methods=["POST"], name="recurring.end"),
    Route(f"{_BASE}/tableau", show_board, name="recurring.board"),
    Route(f"{_BASE}/tableau.csv", sheet, name="recurring.sheet"),
    Route(f"{_BASE}/relecture", review, name="recurring.review"),
    Route(f"{_BASE}/relecture", answer, methods=["POST"], name="recurring.answer"),
]
