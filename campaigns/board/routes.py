"""The lead's board, its files, and the page where a backer says where her reward goes."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from campaigns.board import consent, queries, service, visits
from campaigns.board.forms import AddressForm, MarkForm
from campaigns.board.models import Delivery, DeliveryState
from campaigns.lifecycle.models import Campaign
from campaigns.lifecycle.queries import campaign_to_run
from campaigns.offline import awaited
from campaigns.pledges.pace import pace
from civic.errors import DomainError
from civic.i18n import _, _n
from civic.papers import sheet_answer
from civic.papers.sheet import cents_text
from civic.people.actor import Actor, actor_of
from civic.people.service import audit, confirm_address
from civic.web.formats import day_short, money
from civic.web.forms import Form
from civic.web.page import page, redirect


async def show(request: Request) -> Response:
    """Curve, sources, conversion, forecast, backers, deliveries."""
    campaign, _actor = await _run(request)
    if campaign.is_standing:
        return redirect("recurring.board", slug=campaign.initiative.slug)
    await visits.flush()
    pledges = await consent.standing(campaign.id)
    sources = await queries.sources(campaign.id, pledges)
    buckets = consent.curve(campaign, pledges)
    return page(
        request, "campaigns/board/show.html", campaign=campaign, pace=pace(campaign), sources=sources,
        points=_points(buckets), weekly=campaign.backers_count < consent.DAILY_FROM,
        funnel=(sum(s.seen for s in sources), sum(s.opened for s in sources), sum(s.gifts for s in sources)),
        backers=consent.backers(campaign, pledges)[:50], gifts=len(pledges), delivers=queries.delivers(campaign),
        announced=(await awaited.how_many([campaign.id])).get(campaign.id, (0, None))[0],
    )  # fmt: skip


def _points(buckets: list[consent.Bucket]) -> list[tuple[str, int, str]]:
    """The running total at the end of each stretch: its days, cents, and both in words."""
    found, total = [], 0
    for one in buckets:
        total += one.cents
        label = day_short(one.last) if one.first == one.last else f"{day_short(one.first)} – {day_short(one.last)}"
        found.append((label, total, f"+\u00a0{money(one.cents)}, {money(total)}"))
    return found


async def backers_sheet(request: Request) -> Response:
    """The backers as they agreed to appear, for a spreadsheet; who exports is written down."""
    campaign, actor = await _run(request)
    rows = consent.backers(campaign, await consent.standing(campaign.id))
    await audit(actor, "backers_exported", f"campaign:{campaign.id}", rows=len(rows))
    headers = (_("Nom"), _("Montant (€)"), _("Merci choisi"), _("Jour"), _("État"))
    table = [
        (
            row.name, _("non montré") if row.cents is None else cents_text(row.cents), row.reward, row.day or "",
            row.state,
        )
        for row in rows
    ]  # fmt: skip
    return sheet_answer(f"contributeurs-{campaign.slug}", headers, table)


async def deliveries(request: Request) -> Response:
    """What is owed, by state; addresses where they were given."""
    campaign, _actor = await _run(request)
    return await _deliveries_page(request, campaign, Form())


async def mark(request: Request) -> Response:
    """Mark many as to do, sent or received."""
    campaign, actor = await _run(request)
    form = await Form.read(request, MarkForm)
    if form.data is None or not form.data.ids:
        form.errors.setdefault("ids", _("Cochez au moins un merci."))
        return await _deliveries_page(request, campaign, form, 422)
    changed, batch = await service.mark(campaign, form.data.ids, form.data.state, actor)
    done = _n("%(n)s merci a changé d’état.", "%(n)s mercis ont changé d’état.", changed)
    return redirect("board.deliveries", slug=campaign.slug, flash=done, lot=batch if changed else None)


async def undo(request: Request) -> Response:
    """Put the last change back."""
    campaign, _actor = await _run(request)
    async with request.form(max_fields=3, max_files=0) as sent:
        undone = await service.undo(campaign, str(sent.get("lot", "")))
    done = _("Le changement est annulé.") if undone else _("Il n’y a plus rien à annuler.")
    return redirect("board.deliveries", slug=campaign.slug, flash=done, kind="ok" if undone else "warn")


async def ask_addresses(request: Request) -> Response:
    """Write to the backers of one reward for their postal address."""
    campaign, actor = await _run(request)
    try:
        asked = await service.ask_addresses(campaign, request.path_params["reward"], actor)
    except DomainError as error:
        return redirect("board.deliveries", slug=campaign.slug, flash=error.message, kind="warn")
    done = _n("%(n)s personne reçoit un message.", "%(n)s personnes reçoivent un message.", asked)
    return redirect("board.deliveries", slug=campaign.slug, flash=done)


async def deliveries_sheet(request: Request) -> Response:
    """The deliveries with the addresses that were given, to print labels; who exports is written down."""
    campaign, actor = await _run(request)
    parcels = await queries.parcels(campaign)
    await audit(actor, "deliveries_exported", f"campaign:{campaign.id}", rows=len(parcels))
    names = states()
    table = [(one.name, one.address.replace("\n", ", "), one.reward, names[one.state]) for one in parcels]
    return sheet_answer(f"mercis-{campaign.slug}", (_("Nom"), _("Adresse"), _("Merci"), _("État")), table)


def states() -> dict[DeliveryState, str]:
    """The states in words."""
    return {
        DeliveryState.TO_DO: _("À faire"), DeliveryState.SENT: _("Envoyé"), DeliveryState.RECEIVED: _("Reçu")
    }  # fmt: skip


async def _deliveries_page(request: Request, campaign: Campaign, form: Form[MarkForm], status: int = 200) -> Response:
    lot = request.query_params.get("lot", "")
    return page(
        request, "campaigns/board/deliveries.html", status=status, campaign=campaign, form=form,
        parcels=await queries.parcels(campaign), rewards=await queries.rewards_to_post(campaign.id), states=states(),
        delivers=queries.delivers(campaign),
        lot=lot if lot and await Delivery.filter(campaign_id=campaign.id, batch=lot).exists() else "",
    )  # fmt: skip


async def address(request: Request) -> Response:
    """A backer says where her reward goes, by the link of her message."""
    delivery = await queries.delivery_of_link(request.path_params["token"])
    values = {"recipient": delivery.recipient or _addressee(delivery), "address": delivery.address}
    return _address_page(request, delivery, Form(values))


async def keep_address(request: Request) -> Response:
    """Keep the address."""
    delivery = await queries.delivery_of_link(request.path_params["token"])
    form = await Form.read(request, AddressForm)
    try:
        if form.data is not None:
            await service.keep_address(delivery, form.data.recipient, form.data.address)
            if delivery.owed_for.person:
                await confirm_address(delivery.owed_for.person)
            done = _("C’est noté. Vous pouvez la changer jusqu’à l’envoi.")
            return redirect("board.address", token=request.path_params["token"], flash=done)
    except DomainError as error:
        form.refuse(error)
    return _address_page(request, delivery, form, 422)


def _addressee(delivery: Delivery) -> str:
    return delivery.owed_for.person.name if delivery.owed_for.person else ""


def _address_page(request: Request, delivery: Delivery, form: Form[AddressForm], status: int = 200) -> Response:
    return page(
        request, "campaigns/board/address.html", status=status, headers={"Cache-Control": "no-store"}, form=form,
        delivery=delivery, campaign=delivery.campaign, reward=delivery.owed_for.reward,
        token=request.path_params["token"],
    )  # fmt: skip


async def _run(request: Request) -> tuple[Campaign, Actor]:
    """A public campaign this person leads, and she. Raises Forbidden, NotFound, DomainError before it is public."""
    actor = actor_of(request)
    campaign = await campaign_to_run(request.path_params["slug"], actor)
    if not campaign.is_public:
        raise DomainError(_("La collecte n’est pas encore ouverte : son tableau viendra ensuite."))
    return campaign, actor


routes: list[BaseRoute] = [
    Route("/campagnes/{slug}/tableau", show, name="board.show"),
    Route("/campagnes/{slug}/tableau/contributeurs.csv", backers_sheet, name="board.backers_sheet"),
    Route("/campagnes/{slug}/tableau/mercis", deliveries, name="board.deliveries"),
    Route("/campagnes/{slug}/tableau/mercis", mark, methods=["POST"], name="board.mark"),
    Route("/campagnes/{slug}/tableau/mercis/annuler", undo, methods=["POST"], name="board.undo"),
    Route(
        "/campagnes/{slug}/tableau/mercis/{reward:int}/adresses", ask_addresses, methods=["POST"],
        name="board.ask_addresses",
    ),
    Route("/campagnes/{slug}/tableau/mercis.csv", deliveries_sheet, name="board.deliveries_sheet"),
    Route("/mercis/{token}", address, name="board.address"),
    Route("/mercis/{token}", keep_address, methods=["POST"], name="board.keep_address"),
]
