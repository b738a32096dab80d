"""The team's pages of match funding on a campaign: agreements, a new one, the money that came in."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from campaigns import two_persons
from campaigns.lifecycle.models import Campaign
from campaigns.matching import (
    agreeing,
    confirming,
    letters,
    matcher_routes,
    offer_routes,
    offering,
    papers,
    queries,
    receiving,
    return_routes,
    returning,
    signing,
    transfers,
    wording,
)
from campaigns.matching.forms import AgreementForm, PaymentForm, RefuseForm
from campaigns.matching.models import AgreementStatus, MatchAgreement, MatchPayment, MatchState
from civic import clock
from civic.errors import DomainError, NotFound
from civic.i18n import _
from civic.organisations.queries import kind_labels
from civic.papers import pdf_answer
from civic.people.actor import Actor, actor_of
from civic.web import limits
from civic.web.formats import money
from civic.web.forms import Form
from civic.web.page import page, redirect


async def index(request: Request) -> Response:
    """Every agreement of a campaign, where it stands and what may be done about it."""
    actor = actor_of(request)
    campaign = await queries.campaign_to_follow(request.path_params["slug"], actor)
    return await _index_page(request, campaign, actor)


async def _index_page(
    request: Request, campaign: Campaign, actor: Actor, refused: tuple[int, Form[Any]] | None = None,
    status: int = 200,
) -> Response:  # fmt: skip
    found = await queries.agreements_of(campaign.id)
    supervises = actor.is_animator or actor.is_treasurer
    rows = [await _row(agreement, actor, refused) for agreement in found]
    return page(
        request, "campaigns/matching/index.html", status=status, campaign=campaign, rows=rows,
        offers=await offering.offers(campaign.id) if supervises else [],
        may_propose=supervises and campaign.status in agreeing.BEFORE_THE_END,
        form=refused[1] if refused else None, today=clock.today(),
    )  # fmt: skip


async def _row(
    agreement: MatchAgreement, actor: Actor, refused: tuple[int, Form[Any]] | None
) -> dict[str, Any]:
    state, look = wording.state_text(agreement)
    payment = await queries.payment_of(agreement.id)
    proposed, signed = agreement.status == AgreementStatus.PROPOSED, agreement.status == AgreementStatus.SIGNED
    team, waits = actor.is_animator or actor.is_treasurer, proposed or signed
    form = refused[1] if refused and refused[0] == agreement.id else Form[Any](
        {"amount": money(agreement.reserved_cents) if team else "", "received_on": clock.today().isoformat()}
    )
    return {
        "agreement": agreement, "lost": wording.is_lost(agreement), "state": state, "look": look,
        "rule": wording.rule_text(agreement),
        "limits": wording.limits_text(agreement), "who": wording.who_text(agreement),
        "days": wording.days_text(agreement), "payment": payment, "added": await queries.shown_of(agreement, pays=team),
        "owed": await returning.owed_to(agreement.id) if team else 0,
        "returns": await returning.returns_of(agreement.id) if team else [],
        "until": queries.answer_by(agreement) if waits else None, "signed": signed,
        "promised": wording.promised_text(await queries.promised_to(agreement), agreement) if waits else None,
        "may_agree": await signing.may_confirm(agreement, actor), "too_late": not agreeing.is_open(agreement.campaign),
        "confirmers": [one.name for one in await signing.confirmers(agreement)] if signed and team else [],
        "form": form, "may_enter": agreement.stage == MatchState.DUE and agreement.reserved_cents and not payment,
        "may_confirm": actor.is_treasurer and two_persons.may_answer(payment, actor), "proposed": proposed,
        "may_change": team, "may_withdraw": team and waits,
    }  # fmt: skip


async def new(request: Request) -> Response:
    """The form of a new agreement, with clear examples."""
    campaign = await queries.campaign_to_match(request.path_params["slug"], actor_of(request))
    offered = await offering.filled_in(campaign, request.query_params.get("offre", ""))
    form: Form[AgreementForm] = Form({"rule": "double", "fund": "0"} | offered)
    return await _new_page(request, campaign, form)


async def create(request: Request) -> Response:
    """Propose it: the matcher gets its link."""
    actor = actor_of(request)
    campaign = await queries.campaign_to_match(request.path_params["slug"], actor)
    form = await Form.read(request, AgreementForm)
    try:
        if form.data is not None:
            organisations = {one.id for one in await queries.possible_matchers()}
            made = await agreeing.propose(campaign, actor, await form.data.terms(campaign, organisations))
            done = _("La proposition est envoyée à %(who)s.", who=made.signatory)
            return redirect("matching.index", slug=campaign.slug, flash=done)
    except DomainError as error:
        form.refuse(error)
    return await _new_page(request, campaign, form, 422)


async def _new_page(request: Request, campaign: Campaign, form: Form[AgreementForm], status: int = 200) -> Response:
    kinds = kind_labels()
    organisations = [(str(one.id), f"{one.name} ({kinds[one.kind]})") for one in await queries.possible_matchers()]
    funds = [
        (str(fund.id), _("%(who)s : il reste %(left)s sur %(budget)s", who=fund.organisation.name,
                         left=money(fund.budget_cents - fund.told_cents), budget=money(fund.budget_cents)))
        for fund in await queries.funds_with_room()
    ]  # fmt: skip
    return page(
        request, "campaigns/matching/new.html", status=status, campaign=campaign, form=form,
        organisations=organisations, funds=[("0", _("Une nouvelle enveloppe")), *funds],
    )  # fmt: skip


async def withdraw(request: Request) -> Response:
    """Take a proposal back."""
    actor = actor_of(request)
    campaign = await queries.campaign_to_match(request.path_params["slug"], actor)
    try:
        await agreeing.withdraw(await _agreement(request, campaign), actor)
    except NotFound:
        raise
    except DomainError as error:
        return redirect("matching.index", slug=campaign.slug, flash=error.message, kind="warn")
    return redirect("matching.index", slug=campaign.slug, flash=_("La proposition est retirée."))


async def agree(request: Request) -> Response:
    """A second person of the team has checked what was signed: it is in force."""
    actor = actor_of(request)
    campaign = await queries.campaign_to_match(request.path_params["slug"], actor)
    agreement = await _agreement(request, campaign)
    try:
        await confirming.confirm(agreement, actor)
    except DomainError as error:
        if error.status == 403:
            raise
        return redirect("matching.index", slug=campaign.slug, flash=error.message, kind="warn")
    who = agreement.fund.organisation.name
    done = _("L’accord est confirmé : %(who)s ajoute maintenant aux dons. Le financeur est prévenu.", who=who)
    return redirect("matching.index", slug=campaign.slug, flash=done)


async def disagree(request: Request) -> Response:
    """A second person of the team does not confirm what was signed, and says why."""
    actor = actor_of(request)
    campaign = await queries.campaign_to_match(request.path_params["slug"], actor)
    agreement = await _agreement(request, campaign)
    await signing.must_confirm(agreement, actor)
    form = await Form.read(request, RefuseForm)
    try:
        if form.data is not None:
            await confirming.refuse(agreement, actor, form.data.reason)
            done = _("L’accord n’est pas confirmé : il ne comptera pas. Votre raison est transmise.")
            return redirect("matching.index", slug=campaign.slug, flash=done)
    except DomainError as error:
        return redirect("matching.index", slug=campaign.slug, flash=error.message, kind="warn")
    return await _index_page(request, campaign, actor, (agreement.id, form), 422)


async def resend(request: Request) -> Response:
    """Send the matcher its secret link again."""
    campaign = await queries.campaign_to_match(request.path_params["slug"], actor_of(request))
    agreement = await _agreement(request, campaign)
    await limits.hit("match link", str(agreement.id), most=5, per=3600)
    names = {AgreementStatus.PROPOSED: "match_proposed", AgreementStatus.SIGNED: "match_signed"}
    name = names.get(agreement.status, "match_accepted")
    await letters.to_matcher(name, agreement, f"-{int(clock.now().timestamp())}")
    done = _("Le lien est renvoyé à %(mail)s.", mail=agreement.signatory_email)
    return redirect("matching.index", slug=campaign.slug, flash=done)


async def paper(request: Request) -> Response:
    """The agreement as a PDF."""
    campaign = await queries.campaign_to_follow(request.path_params["slug"], actor_of(request))
    agreement = await _agreement(request, campaign)
    return pdf_answer(await papers.agreement_paper(agreement), papers.reference(agreement).lower())


async def enter(request: Request) -> Response:
    """Write down a transfer that came in."""
    actor = actor_of(request)
    campaign = await queries.campaign_to_follow(request.path_params["slug"], actor)
    agreement = await _agreement(request, campaign)
    form = await Form.read(request, PaymentForm)
    try:
        if form.data is not None:
            await receiving.enter(agreement, actor, form.data.amount, form.data.received_on, form.data.reference)
            done = _("Le versement est noté. Une autre personne doit le confirmer.")
            return redirect("matching.index", slug=campaign.slug, flash=done)
    except DomainError as error:
        form.refuse(error)
    return await _index_page(request, campaign, actor, (agreement.id, form), 422)


async def confirm(request: Request) -> Response:
    """A second person saw the transfer too."""
    payment, actor = await _payment(request)
    try:
        await receiving.confirm(payment, actor)
    except DomainError as error:
        if error.status == 403:
            raise
        return redirect("matching.index", slug=request.path_params["slug"], flash=error.message, kind="warn")
    done = _("Le versement est confirmé et inscrit dans les comptes.")
    return redirect("matching.index", slug=request.path_params["slug"], flash=done)


async def refuse(request: Request) -> Response:
    """A second person does not find it."""
    payment, actor = await _payment(request)
    await transfers.refuse(payment, actor)
    done = _("Le versement est refusé. Il peut être noté à nouveau.")
    return redirect("matching.index", slug=request.path_params["slug"], flash=done)


async def _payment(request: Request) -> tuple[MatchPayment, Actor]:
    actor = actor_of(request)
    campaign = await queries.campaign_to_follow(request.path_params["slug"], actor)
    payment = await queries.payment_of((await _agreement(request, campaign)).id)
    if payment is None:
        raise NotFound(_("Aucun versement n’est noté pour cet accord."))
    return payment, actor


async def _agreement(request: Request, campaign: Campaign) -> MatchAgreement:
    return await queries.agreement_of(campaign, request.path_params["id"])


_BASE = "/campagnes/{slug}/abondements"
routes: list[BaseRoute] = [
    Route(_BASE, index, name="matching.index"),
    Route(f"{_BASE}/nouveau", new, name="matching.new"),
    Route(f"{_BASE}/nouveau", create, methods=["POST"], name="matching.create"),
    Route(f"{_BASE}/{{id:int}}/retirer", withdraw, methods=["POST"], name="matching.withdraw"),
    Route(f"{_BASE}/{{id:int}}/confirmer", agree, methods=["POST"], name="matching.agree"),
    Route(f"{_BASE}/{{id:int}}/refuser", disagree, methods=["POST"], name="matching.disagree"),
    Route(f"{_BASE}/{{id:int}}/renvoyer", resend, methods=["POST"], name="matching.resend"),
    Route(f"{_BASE}/{{id:int}}/convention.pdf", paper, name="matching.paper"),
    Route(f"{_BASE}/{{id:int}}/versement", enter, methods=["POST"], name="matching.enter"),
    Route(f"{_BASE}/{{id:int}}/versement/confirmer", confirm, methods=["POST"], name="matching.confirm"),
    Route(f"{_BASE}/{{id:int}}/versement/refuser", refuse, methods=["POST"], name="matching.refuse"),
    *offer_routes.routes,
    *return_routes.routes,
    *matcher_routes.routes,
]
