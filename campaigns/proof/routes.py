"""The page of proofs of a campaign, and its export."""

from dataclasses import dataclass

from pydantic import BaseModel, field_validator
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from campaigns.lifecycle import queries
from campaigns.lifecycle.models import Campaign, CampaignStatus
from campaigns.payouts import holding
from campaigns.payouts import queries as payouts
from campaigns.payouts.models import ClosingReport
from campaigns.proof import kept, months
from campaigns.proof.accounts import Books, pledges_by_charge
from campaigns.settlement.models import Reconciliation
from civic.errors import Invalid
from civic.i18n import _
from civic.people.actor import visitor_or_actor
from civic.web import paging, urls
from civic.web.formats import money
from civic.web.forms import Form
from civic.web.page import page, redirect
from civic.web.paging import Page

PER_PAGE = 25
HASH_LENGTH = 64
ASKED = ("empreinte", "apres")
"""What its address may ask; another word leads to the address without it, so that each page has one address."""


class LookUp(BaseModel):
    """The hash from somebody's mail; empty when nobody asks."""

    empreinte: str = ""

    @field_validator("empreinte")
    @classmethod
    def _is_a_hash(cls, value: str) -> str:
        found = "".join(value.split()).lower()
        if found and (len(found) != HASH_LENGTH or set(found) - set("0123456789abcdef")):
            raise Invalid(_("Une empreinte a 64 signes, des chiffres et les lettres de a à f : copiez-la en entier."))
        return found


@dataclass(slots=True, frozen=True)
class Place:
    """Where a hash stands: its entry's number, or None; and the first entry that breaks the chain, or None."""

    n: int | None
    broken_at: int | None


async def show(request: Request) -> Response:
    """Gifts, balance, spending, and how to check all this; the hash of a mail is looked up in place."""
    actor = visitor_or_actor(request)
    campaign = await queries.campaign_to_show(request.path_params["slug"], actor)
    if not request.query_params.keys() <= set(ASKED):
        asked = {name: request.query_params[name] for name in ASKED if name in request.query_params}
        return redirect("proof.show", slug=campaign.slug, **asked)
    found = await kept.of(campaign)
    books = found.books
    form = Form.query(request, LookUp)
    wanted = form.data.empreinte if form.data else ""
    received = _received(books)
    gifts = _page(books, request.query_params.get("apres"))
    return page(
        request, "campaigns/proof/show.html", status=422 if form.errors else 200, campaign=campaign,
        initiative=campaign.initiative, books=books, publication=books.publication, totals=books.totals, gifts=gifts,
        names=found.names,
        next=_next(campaign, gifts), form=form, wanted=wanted,
        place=_place(books, wanted) if wanted else None, lines=await payouts.lines_of(campaign),
        conditions=await holding.public_of(campaign, actor.person if actor else None),
        expenses=await payouts.verified(campaign.id), report=await _report(campaign),
        checked=await _reconciled(books), opened=len(books.open_entries()), received=received,
        whole=books.broken_at is None, chart=_chart(received, books), left=books.left_cents, left_label=_left(books),
        fees_label=_fees(books), months=months,
        monthly=await months.told_of(books) if campaign.is_standing else None,
    )  # fmt: skip


async def download(request: Request) -> Response:
    """The export as a file to download, one JSON object a line."""
    campaign = await queries.campaign_to_show(request.path_params["slug"], visitor_or_actor(request))
    text = await kept.export_of(campaign)
    disposition = f'attachment; filename="comptes-{campaign.slug}.jsonl"'
    headers = {"Content-Disposition": disposition, "Cache-Control": "no-cache"}
    return Response(text, media_type="application/jsonl", headers=headers)


async def _report(campaign: Campaign) -> ClosingReport | None:
    """The closing report, public once somebody else has accepted it."""
    return await payouts.report_of(campaign.id) if campaign.status == CampaignStatus.CLOSED else None


def _page(books: Books, cursor: str | None) -> Page[int]:
    """A page of the amounts that may be published, in cents, the largest first: no order tells whose they are."""
    found = [books.publication.amount(gift) for gift in books.gifts]
    rows = sorted((cents for cents in found if cents is not None), reverse=True)
    start = paging.decode(cursor, "id")
    first = start[0] if start else 0
    after = paging.encode([first + PER_PAGE]) if len(rows) > first + PER_PAGE else None
    return Page(rows[first : first + PER_PAGE], after, first=first == 0, count=len(found))


def _next(campaign: Campaign, gifts: Page[int]) -> str | None:
    path = urls.path("proof.show", slug=campaign.slug)
    return f"{path}?apres={gifts.after}#dons" if gifts.after else None


def _place(books: Books, wanted: str) -> Place:
    found = next((one.link.position for one in books.entries if one.hash == wanted), None)
    return Place(found, books.broken_at)


def _received(books: Books) -> list[tuple[str, int]]:
    """The lines of what came in, in cents, as far as they may stand apart."""
    totals, publication = books.totals, books.publication
    if publication.one_line:
        return [(_("Reçu en tout"), totals.fund)]
    gifts = totals.gifts + (0 if publication.offline_apart else totals.offline)
    gifts += 0 if publication.match_apart else totals.matched
    found = [(_gifts(books), gifts)]
    if publication.offline_apart and totals.offline:
        found.append((_offline(), totals.offline))
    if publication.match_apart and totals.matched:
        found.append((_matched(), totals.matched))
    if totals.gone:
        found.append((_gone(), -totals.gone))
    return found


def _chart(received: list[tuple[str, int]], books: Books) -> list[tuple[str, int, str]]:
    """What the drawing shows: the lines of the table, in short words that stand under a bar."""
    fees = [(_("Frais"), books.totals.fees)] if books.fees_told else []
    lines = [*received, *fees, (_("Dépensé"), books.totals.spent), (_("Reste"), books.left_cents)]
    short = {
        _gifts(books): _("Dons"), _offline(): _("Hors ligne"), _matched(): _("Ajouté"), _gone(): _("Rendu"),
    }  # fmt: skip
    return [(short.get(label, label), abs(cents), money(cents)) for label, cents in lines]


def _gifts(books: Books) -> str:
    return _("Dons") if books.publication.match_apart else _("Dons et ce qui s’y ajoute")


def _offline() -> str:
    return _("Chèques, espèces et virements")


def _matched() -> str:
    return _("Ajouté par des communes et des entreprises")


def _gone() -> str:
    return _("Rendu, annulé ou contesté depuis la fin de la collecte")


def _fees(books: Books) -> str:
    if books.totals.dispute_fees > 0:
        return _("Frais de paiement et de contestation retenus par Stripe")
    return _("Frais de paiement retenus par Stripe")


def _left(books: Books) -> str:
    """What is left, and before what: fees that would tell single gifts, gifts that are not told as gone yet."""
    if books.totals.waits and not books.fees_told:
        return _("Reste à dépenser, avant les frais et ce qui n’est pas encore déduit")
    if books.totals.waits:
        return _("Reste à dépenser, avant ce qui n’est pas encore déduit")
    if not books.fees_told:
        return _("Reste à dépenser, avant les frais de paiement")
    return _("Reste à dépenser")


async def _reconciled(books: Books) -> tuple[Reconciliation, bool] | None:
    """The last nightly comparison with the gateway, and whether it found nothing about this campaign's payments."""
    last = await Reconciliation.filter(kind="books").order_by("-at", "-id").first() if books.entries else None
    if last is None:
        return None
    ours = set(pledges_by_charge(books.entries))
    return last, not any(isinstance(one, list) and one and one[0] in ours for one in last.details)


routes: list[BaseRoute] = [
    Route("/campagnes/{slug}/preuves", show, name="proof.show"),
    Route("/campagnes/{slug}/preuves.jsonl", download, name="proof.export"),
]
