"""The matcher's page, by its secret link: read and answer the proposal, then follow what is added."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from campaigns.matching import agreeing, offering, papers, queries, returning, service, wording
from campaigns.matching.forms import AcceptForm, DeclineForm
from campaigns.matching.models import WAITING, AgreementStatus, MatchAgreement, MatchState
from civic import clock
from civic.errors import DomainError, Invalid, NotFound
from civic.i18n import _
from civic.papers import pdf_answer
from civic.people import links
from civic.people.actor import actor_of, visitor_or_actor
from civic.web.forms import Form
from civic.web.page import page, redirect


async def follow(request: Request) -> Response:
    """The proposal while it waits; afterwards what was added, what is left, until when."""
    agreement = await _agreement(request)
    form: Form[AcceptForm] = Form({"name": agreement.signatory, "role": agreement.signatory_role})
    return await _page(request, agreement, form)


async def mine(request: Request) -> Response:
    """For whoever speaks for a commune or a company: its proposals and agreements, and what its money made possible.

    The secret link, with which one accepts, is hers: at the counter the team, which proposed, does not get it.
    """
    actor = actor_of(request)
    rows: list[dict[str, Any]] = []
    for agreement in await queries.of_person(actor.person):
        state, look = wording.state_text(agreement)
        rows.append({
            "agreement": agreement, "state": state, "look": look, "rule": wording.rule_text(agreement),
            "limits": wording.limits_text(agreement), "days": wording.days_text(agreement),
            "added": await queries.shown_of(agreement), "payment": await queries.payment_of(agreement.id),
            "owed": await returning.owed_to(agreement.id), "until": queries.answer_by(agreement),
            "token": "" if actor.recorded_by else links.make(queries.LINK, agreement.id),
            "stage": agreement.stage.value, "lost": wording.is_lost(agreement),
            "funded": agreement.campaign.status in service.FUNDED,
        })  # fmt: skip
    hats, stands = await offering.may_offer(actor.person), (*WAITING, AgreementStatus.ACTIVE)
    taken = {row["agreement"].campaign_id for row in rows if row["agreement"].status in stands}
    return page(
        request, "campaigns/matching/mine.html", rows=rows, headers={"Cache-Control": "no-store"}, hats=hats,
        open_ones=[one for one in await queries.open_to_offers() if one.id not in taken] if hats else [],
    )  # fmt: skip


async def accept(request: Request) -> Response:
    """The mayor accepts: name, role and date are kept."""
    agreement = await _agreement(request)
    form = await Form.read(request, AcceptForm)
    if form.data is not None and not form.data.agreed:
        form.refuse(Invalid(_("Cochez la case pour dire que vous avez lu et que vous acceptez."), field="agreed"))
    try:
        if form.data is not None:
            signer = visitor_or_actor(request)
            if await agreeing.accept(agreement, form.data.name, form.data.role, signer):
                done = _("Merci. L’accord est en vigueur : suivez ici ce qu’il ajoute.")
            else:
                done = _("Merci, c’est signé. L’équipe le confirme, puis il compte : vous recevrez un message.")
            return redirect("matching.follow", token=request.path_params["token"], flash=done)
    except DomainError as error:
        form.refuse(error)
    return await _page(request, agreement, form, 422)


async def decline(request: Request) -> Response:
    """The matcher says no."""
    form = await Form.read(request, DeclineForm)
    token = request.path_params["token"]
    try:
        await agreeing.decline(await _agreement(request), form.data.note if form.data else "")
    except NotFound:
        raise
    except DomainError as error:
        return redirect("matching.follow", token=token, flash=error.message, kind="warn")
    return redirect("matching.follow", token=token, flash=_("Votre réponse est transmise à l’équipe. Merci."))


async def agreement_pdf(request: Request) -> Response:
    """The agreement to print and sign."""
    agreement = await _agreement(request)
    return pdf_answer(await papers.agreement_paper(agreement), papers.reference(agreement).lower())


async def call_pdf(request: Request) -> Response:
    """The call for funds, once the campaign is funded. Raises NotFound before."""
    agreement = await _agreement(request)
    if agreement.stage == MatchState.RESERVED:
        raise NotFound(_("Rien n’est à verser pour l’instant : la collecte n’est pas finie."))
    content = await papers.call_paper(agreement, await queries.added_by(agreement))
    return pdf_answer(content, f"appel-{papers.reference(agreement).lower()}")


async def _agreement(request: Request) -> MatchAgreement:
    return await queries.agreement_to_answer(request.path_params["token"])


async def _page(request: Request, agreement: MatchAgreement, form: Form[AcceptForm], status: int = 200) -> Response:
    state, look = wording.state_text(agreement)
    proposed = agreement.status == AgreementStatus.PROPOSED
    return page(
        request, "campaigns/matching/follow.html", status=status, headers={"Cache-Control": "no-store"}, form=form,
        agreement=agreement, campaign=agreement.campaign, matcher=agreement.fund.organisation, state=state, look=look,
        rule=wording.rule_text(agreement), limits=wording.limits_text(agreement), who=wording.who_text(agreement),
        days=wording.days_text(agreement), example=wording.example(agreement), proposed=proposed,
        countdown=wording.countdown_text(agreement), token=request.path_params["token"],
        added=await queries.shown_of(agreement), history=queries.history_of(agreement),
        owed=await returning.owed_to(agreement.id), returns=await returning.returns_of(agreement.id),
        until=queries.answer_by(agreement) if proposed else None, lapsed=agreement.status == AgreementStatus.LAPSED,
        promised=wording.promised_text(await queries.promised_to(agreement), agreement) if proposed else None,
        active=agreement.status == AgreementStatus.ACTIVE, lost=wording.is_lost(agreement), stage=agreement.stage.value,
        signed=agreement.status == AgreementStatus.SIGNED, refused=agreement.status == AgreementStatus.REFUSED,
        over=not agreeing.is_open(agreement.campaign)
        or (proposed and queries.answer_by(agreement) <= clock.now()),
    )  # fmt: skip


_BASE = "/abondements/{token}"
routes: list[BaseRoute] = [
    Route("/mon-espace/abondements", mine, name="matching.mine"),
    Route(_BASE, follow, name="matching.follow"),
    Route(f"{_BASE}/accepter", accept, methods=["POST"], name="matching.accept"),
    Route(f"{_BASE}/decliner", decline, methods=["POST"], name="matching.decline"),
    Route(f"{_BASE}/convention.pdf", agreement_pdf, name="matching.agreement"),
    Route(f"{_BASE}/appel-de-fonds.pdf", call_pdf, name="matching.call"),
]
