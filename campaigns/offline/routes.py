"""A lead's pages about money that comes by hand: the list, the stall's form, one gift, numbered slips."""

import secrets
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from campaigns.identity import DonorForm
from campaigns.lifecycle.models import Campaign
from campaigns.lifecycle.queries import campaign_to_run
from campaigns.money import as_typed
from campaigns.offline import amounts, awaited, donors, papers, pressing, queries, references, service, wording
from campaigns.offline.deposit_routes import routes as deposit_routes
from campaigns.offline.forms import (
    FIELDS,
    IDENTITY,
    LINES,
    MOST_LINES,
    GiftForm,
    SlipsForm,
    Stall,
    read_identity,
    read_stall,
    with_commune,
)
from campaigns.offline.models import OfflineGift, OfflineSlip
from campaigns.offline.promise_routes import routes as promise_routes
from campaigns.offline.statement_routes import routes as statement_routes
from campaigns.offline.treasury_routes import routes as treasury_routes
from campaigns.pledges.models import Pledge
from civic import clock
from civic.errors import DomainError, NotFound
from civic.i18n import _, _n
from civic.papers import pdf_answer
from civic.people import links
from civic.people.actor import Actor, actor_of
from civic.places.queries import full_label
from civic.web.formats import money
from civic.web.forms import Form
from civic.web.page import page, redirect, redirect_to

TYPED = 60
"""How much of what is typed in a search box is looked at."""


async def index(request: Request) -> Response:
    """The gifts of a campaign that came by hand, with their states and sums."""
    actor = actor_of(request)
    campaign = await campaign_to_run(request.path_params["slug"], actor)
    before = request.query_params.get("avant", "")[:18]
    gifts = await queries.of_campaign(campaign.id, int(before) if before.isascii() and before.isdigit() else None)
    lost = campaign.status in queries.GIVING_BACK
    states = wording.states() | (wording.going_back() if lost else {})
    returning = {gift.id for gift in gifts if queries.goes_back(gift, campaign)}
    known = await queries.names_known(gifts, actor)
    asked = request.query_params.get("reference", "").strip()[:TYPED]
    promises = await (awaited.find(campaign, actor, asked) if asked else awaited.everything(campaign, actor))
    return page(
        request, "campaigns/offline/index.html", campaign=campaign, gifts=gifts,
        sums=await amounts.sums_of(campaign.id, actor), pressing=await pressing.pressing(campaign_id=campaign.id),
        names={gift.id: gift.donor_name if gift.id in known else "" for gift in gifts}, states=states,
        modes=wording.modes(), kept={gift.id for gift in gifts if amounts.is_kept_back(gift, actor)},
        promises=promises, asked=asked, why=await _nothing(campaign, actor, asked) if asked and not promises else "",
        reasons=await queries.reasons(gifts), returning=returning, open=campaign.status in queries.ENTERING,
        next=gifts[-1].id if len(gifts) == 50 else None,
    )  # fmt: skip


async def _nothing(campaign: Campaign, actor: Actor, asked: str) -> str:
    """Why a search finds nothing announced, and what may be typed."""
    if awaited.number_in(asked) or queries.references_in(asked):
        return await references.why_not(campaign, actor, asked)
    said = await references.why_not(campaign, actor, asked)
    return said + " " + _("Une personne anonyme se trouve par sa référence seulement.")


async def new(request: Request) -> Response:
    """The stall's form, empty, or with the number of the slip whose code was photographed."""
    campaign = await queries.campaign_to_fill(request.path_params["slug"], actor_of(request))
    number = request.query_params.get("numero", "").strip()[:TYPED]
    values = {"received_on": clock.today().isoformat(), "number_1": number}
    form: Form[Any] = Form(values)
    if values["number_1"]:
        await _fill_in(request, campaign, form)
    return await _stall_page(request, campaign, Stall(form, LINES, secrets.token_hex(16)))


async def _fill_in(request: Request, campaign: Campaign, form: Form[Any]) -> None:
    """The first line as what was typed or scanned says: what was announced, or why nothing is awaited so."""
    typed, actor = form.values["number_1"], actor_of(request)
    found = await awaited.find(campaign, actor, typed)
    if len(found) == 1:
        one = found[0]
        amount = "" if one.cents is None else as_typed(one.cents)
        form.values |= {"number_1": one.reference, "name_1": one.name, "amount_1": amount, "mode_1": "cheque"}
    elif found:
        said = _("Plusieurs dons sont annoncés ainsi. Écrivez une référence : %(codes)s.",
                 codes=", ".join(one.reference for one in found[:5]))  # fmt: skip
        form.errors["number_1"] = said
    elif why := await references.why_not(campaign, actor, typed):
        form.errors["number_1"] = why


async def enter(request: Request) -> Response:
    """Keep the lines; « more » answers the same page with more lines and the sum so far."""
    actor = actor_of(request)
    campaign = await queries.campaign_to_fill(request.path_params["slug"], actor)
    stall = await read_stall(request)
    if stall.asks_lines:
        stall.form.errors.clear()
        stall.lines = min(MOST_LINES, stall.lines + LINES)
        return await _stall_page(request, campaign, stall, 422)
    try:
        if not stall.form.errors:
            kept = await service.enter(campaign, actor, stall.entries, stall.key or secrets.token_hex(16))
            return redirect("offline.new", slug=campaign.slug, flash=_said(kept))
    except DomainError as error:
        stall.form.refuse(error)
    return await _stall_page(request, campaign, stall, 422)


def _said(kept: list[OfflineGift]) -> str:
    """Which gifts were kept, by their references, and what happens now."""
    total, codes = money(sum(gift.amount_cents for gift in kept)), ", ".join(gift.code for gift in kept)
    if all(gift.mode is None for gift in kept):
        said = _n("Promesse %(codes)s de %(total)s notée.", "%(n)s promesses notées, %(total)s : %(codes)s.", len(kept),
                  total=total, codes=codes)  # fmt: skip
        return said + " " + _("Rien ne compte encore : notez l’argent quand il est là.")
    said = _n("Don %(codes)s de %(total)s noté.", "%(n)s dons notés, %(total)s : %(codes)s.", len(kept),
              total=total, codes=codes)  # fmt: skip
    return said + " " + _("Une autre personne vérifie, puis l’argent compte.")


async def _stall_page(request: Request, campaign: Campaign, stall: Stall, status: int = 200) -> Response:
    actor = actor_of(request)
    count, cents = await queries.entered_on(campaign.id, clock.today(), actor.hand.id)
    numbers = {line: str(stall.form.values.get(f"number_{line}") or "") for line in range(1, stall.lines + 1)}
    return page(
        request, "campaigns/offline/new.html", status=status, campaign=campaign, stall=stall, form=stall.form,
        count=count, cents=cents, modes=wording.choices(), most=MOST_LINES, extras=FIELDS[3:],
        announced=await awaited.of_lines(campaign, actor, numbers),
    )  # fmt: skip


async def edit(request: Request) -> Response:
    """One gift that nobody has verified yet."""
    actor = actor_of(request)
    gift = await queries.gift_to_change(request.path_params["slug"], request.path_params["id"], actor)
    unseen = gift.id not in await queries.names_known([gift], actor)
    values: dict[str, Any] = {
        "amount": "" if amounts.is_kept_back(gift, actor) else as_typed(gift.amount_cents),
        "mode": gift.mode or "promised",
        "received_on": gift.received_on.isoformat() if gift.received_on else clock.today().isoformat(),
        "reference": gift.reference,
    }  # fmt: skip
    if not unseen:
        values |= {
            "name": gift.donor_name, "email": gift.email, "thanked": "1" if gift.public_name else "",
            "public_name": gift.public_name, "amount_hidden": "1" if gift.amount_hidden else "",
            "city": full_label(gift.commune) if gift.commune else "",
        }  # fmt: skip
        if known := await donors.identity_of(gift.id):
            values |= {name: getattr(known, "number" if name == "siren" else name) for name in IDENTITY}
    return await _edit_page(request, gift, Form(values), unseen=unseen)


async def change(request: Request) -> Response:
    """Save what was put right; whoever may not read the donor changes nothing by leaving her fields empty."""
    actor = actor_of(request)
    gift = await queries.gift_to_change(request.path_params["slug"], request.path_params["id"], actor)
    unseen = gift.id not in await queries.names_known([gift], actor)
    unseen = unseen or gift.due_on is not None
    form, identity = await _read_gift(request, gift.donor_name if unseen else "")
    try:
        if form.data is not None and not form.errors:
            entry = await with_commune(form.data.checked(identity), "city")
            await service.change(gift, actor, entry, unseen=unseen)
            return redirect("offline.index", slug=gift.campaign.slug, flash=_("Le don est corrigé."))
    except DomainError as error:
        form.refuse(error)
    return await _edit_page(request, gift, form, 422, unseen=unseen)


async def _read_gift(request: Request, unseen_name: str) -> tuple[Form[GiftForm], DonorForm | None]:
    """The corrected gift and who gives, what is wrong with either beside its field.

    `unseen_name` stands for an empty name, and is not shown.
    """
    async with request.form(max_files=0) as sent:
        typed = {name: value for name, value in sent.items() if isinstance(value, str)}
    whole = typed | {"name": typed.get("name", "").strip() or unseen_name}
    form = Form.check(whole, GiftForm)
    identity, wrong = read_identity(whole)
    form.errors |= wrong
    form.values |= {name: typed.get(name, "").strip() for name in ("name", *IDENTITY)}
    return form, identity


async def _edit_page(
    request: Request, gift: OfflineGift, form: Form[Any], status: int = 200, *, unseen: bool
) -> Response:
    return page(
        request, "campaigns/offline/edit.html", status=status, gift=gift, campaign=gift.campaign, form=form,
        modes=wording.choices(promised=gift.mode is None), why=(await queries.reasons([gift])).get(gift.id, ""),
        unseen=unseen, shown=awaited.shown_of(gift) if gift.due_on else "",
    )  # fmt: skip


async def withdraw(request: Request) -> Response:
    """Take a line out that was typed by mistake."""
    actor = actor_of(request)
    gift = await queries.gift_to_change(request.path_params["slug"], request.path_params["id"], actor)
    await service.withdraw(gift, actor)
    return redirect("offline.index", slug=gift.campaign.slug, flash=_("Le don est retiré de la liste."))


async def claim(request: Request) -> Response:
    """« Ce don est-il de vous ? »: a gift entered under her address and another name."""
    gift = await donors.gift_to_claim(request.path_params["id"], actor_of(request).person)
    return page(request, "campaigns/offline/claim.html", gift=gift, campaign=gift.campaign, modes=wording.modes())


async def answer_claim(request: Request) -> Response:
    """« C’est bien moi », or not."""
    person = actor_of(request).person
    gift = await donors.gift_to_claim(request.path_params["id"], person)
    async with request.form(max_files=0) as sent:
        yes = sent.get("answer") == "yes"
    if not yes:
        await donors.refuse(gift, person)
        return redirect_to("/mon-espace", flash=_("C’est noté, nous ne vous le demanderons plus."))
    await donors.claim(gift, person)
    return redirect("receipts.gift", token=links.make(donors.LINK, gift.id), flash=_("Merci ! Ce don est le vôtre."))


async def slips(request: Request) -> Response:
    """Numbered slips to print."""
    campaign = await queries.campaign_to_fill(request.path_params["slug"], actor_of(request))
    return page(request, "campaigns/offline/slips.html", campaign=campaign, form=Form({"pages": "3"}))


async def make_slips(request: Request) -> Response:
    """Number them, then open the paper."""
    actor = actor_of(request)
    campaign = await queries.campaign_to_fill(request.path_params["slug"], actor)
    form = await Form.read(request, SlipsForm)
    if form.data is None:
        return page(request, "campaigns/offline/slips.html", status=422, campaign=campaign, form=form)
    batch = await papers.make_slips(campaign, form.data.pages, actor)
    return redirect("offline.slips_paper", slug=campaign.slug, batch=batch)


async def slips_paper(request: Request) -> Response:
    """A batch of slips as PDF."""
    campaign = await campaign_to_run(request.path_params["slug"], actor_of(request))
    found = await OfflineSlip.filter(campaign_id=campaign.id, batch=request.path_params["batch"]).order_by("id")
    if not found:
        raise NotFound(_("Ces bulletins n’existent pas."))
    return pdf_answer(await papers.slips_paper(campaign, found), f"bulletins-{campaign.slug}")


async def slip(request: Request) -> Response:
    """What the code on a slip opens: the form with its number, for whoever runs the campaign."""
    named = queries.references_in(request.path_params["code"])
    if named and named[0][0] in "HP":
        return await _announced_slip(request, *named[0])
    found = await queries.slip_of(request.path_params["code"])
    await found.fetch_related("campaign")
    actor = actor_of(request)
    await campaign_to_run(found.campaign.slug, actor)
    known = await OfflineGift.filter(slip_id=found.id).exclude(status="withdrawn").first()
    if known:
        return redirect(
            "offline.index", slug=found.campaign.slug, kind="info", flash=_("Ce bulletin est déjà saisi.")
        )
    return redirect("offline.new", slug=found.campaign.slug, numero=found.code)


async def _announced_slip(request: Request, letter: str, number: int) -> Response:
    """The same for what a backer announced; to others it says no more than an unknown number."""
    rows = OfflineGift.get_or_none(id=number) if letter == "H" else Pledge.get_or_none(id=number)
    found = await rows.select_related("campaign")
    if found is None:
        raise NotFound(_("Ce numéro de bulletin n’existe pas. Il ressemble à B-000123."))
    campaign = await campaign_to_run(found.campaign.slug, actor_of(request))
    return redirect("offline.new", slug=campaign.slug, numero=f"{letter}-{number:06d}")


_BASE = "/campagnes/{slug}/hors-ligne"
routes: list[BaseRoute] = [
    Route(_BASE, index, name="offline.index"),
    Route(f"{_BASE}/saisie", new, name="offline.new"),
    Route(f"{_BASE}/saisie", enter, methods=["POST"], name="offline.enter"),
    Route(f"{_BASE}/bulletins", slips, name="offline.slips"),
    Route(f"{_BASE}/bulletins", make_slips, methods=["POST"], name="offline.make_slips"),
    Route(f"{_BASE}/bulletins/{{batch}}.pdf", slips_paper, name="offline.slips_paper"),
    Route(f"{_BASE}/{{id:int}}", edit, name="offline.edit"),
    Route(f"{_BASE}/{{id:int}}", change, methods=["POST"], name="offline.change"),
    Route(f"{_BASE}/{{id:int}}/retirer", withdraw, methods=["POST"], name="offline.withdraw"),
    Route("/bulletins/{code}", slip, name="offline.slip"),
    Route("/mes-dons/{id:int}", claim, name="offline.claim"),
    Route("/mes-dons/{id:int}", answer_claim, methods=["POST"], name="offline.answer_claim"),
    *promise_routes,
    *treasury_routes,
    *deposit_routes,
    *statement_routes,
]
