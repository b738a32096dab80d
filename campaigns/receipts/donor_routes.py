"""Who gives says who she is and gets her receipt: by her secret link, or at the treasury that writes it for her."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from campaigns import tax
from campaigns.identity import FIELDS, DonorKind
from campaigns.offline import donors
from campaigns.offline.models import OfflineGift
from campaigns.offline.queries import gift_to_supervise
from campaigns.payees import queries as payees
from campaigns.pledges import wording
from campaigns.pledges.queries import MANAGE
from campaigns.receipts import drawing, queries, service, subjects
from campaigns.receipts.eligibility import refusal
from campaigns.receipts.forms import DonorForm
from campaigns.receipts.subjects import Subject
from campaigns.settlement.crash import crash_point
from civic import clock
from civic.errors import NotFound
from civic.i18n import _
from civic.papers import pdf_answer
from civic.people import links
from civic.people.actor import actor_of, treasurer_of
from civic.settings import settings
from civic.web import urls
from civic.web.forms import Form
from civic.web.page import page, redirect_to

CORRECT = "corriger"
"""Asks for the form again instead of what is to be read."""


@dataclass(slots=True, frozen=True)
class Place:
    """Where a donor's page stands: its own address, its papers, and the way back."""

    tell: str
    issue: str
    paper: str
    year_paper: str
    back: str
    back_text: str
    crumb: str


async def _promise(request: Request) -> Subject:
    return await subjects.of_pledge(links.read(MANAGE, request.path_params["token"]))


async def _gift(request: Request) -> Subject:
    return await subjects.of_gift(links.read(donors.LINK, request.path_params["token"]))


def _place(subject: Subject, year: int) -> Place:
    token, kind = subject.token, "gift_" if subject.by_hand else ""
    papers = (
        urls.path("receipts.gift" if subject.by_hand else "receipts.show", token=token),
        urls.path("receipts.issue_gift" if subject.by_hand else "receipts.issue", token=token),
        urls.path(f"receipts.{kind}paper", token=token), urls.path(f"receipts.{kind}statement", token=token, year=year),
    )  # fmt: skip
    if subject.by_hand:
        campaign = urls.path("campaigns.show", slug=subject.campaign.slug)
        return Place(*papers, campaign, _("Voir la collecte"), subject.campaign.title)
    assert subject.pledge, "one of the two"
    gone_through = subject.pledge.status in wording.GIVEN
    back = _("Revenir à mon don") if gone_through else _("Revenir à ma promesse de don")
    return Place(*papers, urls.path("pledges.manage", token=token), back, wording.own_page(subject.pledge))


def _known(subject: Subject, name: str) -> dict[str, str]:
    """What the form says before anybody wrote in it."""
    if subject.identity:
        return {field: getattr(subject.identity, field) for field in FIELDS}
    return {"kind": "person", "name": name, "country": "France"}


async def _name_of(subject: Subject) -> str:
    if subject.gift_id:
        return (await OfflineGift.get(id=subject.gift_id)).donor_name
    return subject.person.name if subject.person else ""


def _to_read_again(request: Request, subject: Subject, form: Form[DonorForm]) -> list[tuple[str, str, str]]:
    """What the receipt will say of its donor, to read before its number is given; each line with where to correct it.

    Empty while nobody said who gives, while there may be no receipt, and for whoever corrects it.
    """
    donor, correct = subject.identity, f"{request.url.path}?{CORRECT}=oui"
    if donor is None or form.errors or refusal(subject.facts) or CORRECT in request.query_params:
        return []
    company = [(_("Forme juridique"), donor.legal_form), (_("SIREN"), donor.number)]
    facts = [
        (_("Qui donne"), donor.name), *(company if donor.kind == DonorKind.COMPANY else []),
        (_("Adresse"), donor.address),
    ]  # fmt: skip
    return [(label, value, correct) for label, value in facts]


async def _page(request: Request, subject: Subject, form: Form[DonorForm], status: int = 200) -> Response:
    facts = subject.facts
    given = facts.received_on or clock.today()
    return page(
        request, "campaigns/receipts/show.html", status=status, headers={"Cache-Control": "no-store"}, form=form,
        campaign=subject.campaign, receipt=await queries.standing(pledge_id=subject.pledge_id, gift_id=subject.gift_id),
        again=_to_read_again(request, subject, form), given_on=facts.received_on,
        why=refusal(facts), place=_place(subject, given.year), cents=facts.amount_cents, reference=subject.reference,
        may_come=tax.issues_receipts() and not facts.returned and not facts.lost and not facts.own_account
        and facts.beneficiary == settings().receipt_issuer,
        cost=tax.cost_cents(facts.amount_cents, given), year=given.year,
        issuer=await payees.organisation_of(subject.campaign.payee_id),
    )  # fmt: skip


def _routes_of(find: Callable[[Request], Awaitable[Subject]], base: str, *names: str) -> list[BaseRoute]:
    """The five addresses of one road: the page, saying who one is, asking for the receipt, its paper, the year."""

    async def show(request: Request) -> Response:
        subject = await find(request)
        return await _page(request, subject, Form(_known(subject, await _name_of(subject))))

    async def tell(request: Request) -> Response:
        return await _tell(request, await find(request))

    async def issue(request: Request) -> Response:
        return await _issue(await find(request))

    async def paper(request: Request) -> Response:
        return await _paper(await find(request))

    async def statement(request: Request) -> Response:
        return await _statement(await find(request), int(request.path_params["year"]))

    first, second, asks, third, fourth = names
    return [
        Route(f"{base}/recu", show, name=f"receipts.{first}"),
        Route(f"{base}/recu", tell, methods=["POST"], name=f"receipts.{second}"),
        Route(f"{base}/recu/etablir", issue, methods=["POST"], name=f"receipts.{asks}"),
        Route(f"{base}/recu.pdf", paper, name=f"receipts.{third}"),
        Route(base + "/releve-{year:int}.pdf", statement, name=f"receipts.{fourth}"),
    ]


async def _tell(request: Request, subject: Subject) -> Response:
    """Who she is; when the money is here she reads it again, then asks for her receipt."""
    form = await Form.read(request, DonorForm)
    if form.data is None:
        return await _page(request, subject, form, 422)
    place = _place(subject, clock.today().year)
    if await queries.standing(pledge_id=subject.pledge_id, gift_id=subject.gift_id):
        return redirect_to(place.tell, flash=_("Votre reçu est déjà établi : écrivez à l’équipe pour le corriger."))
    if subject.gift_id:
        await service.tell_by_hand(subject.gift_id, form.data, None)
    else:
        await service.tell_identity(await queries.gift(subject.pledge_id or 0), form.data)
    return redirect_to(place.tell, flash=await _later(subject))


async def _later(told: Subject) -> str | None:
    """Why the receipt of somebody who just said who she is cannot be issued yet; None: she reads it again now."""
    known = await (subjects.of_gift(told.gift_id) if told.gift_id else subjects.of_pledge(told.pledge_id or 0))
    why = refusal(known.facts)
    return _("C’est noté. %(why)s", why=why) if why else None


async def _issue(subject: Subject) -> Response:
    """« Établir mon reçu », once it was read again."""
    place = _place(subject, clock.today().year)
    return redirect_to(place.tell, flash=await _issued(subject, _("Votre reçu est prêt.")))


async def _issued(subject: Subject, ready: str) -> str:
    """Issue it if the law and the money allow; what came of it, in a sentence."""
    try:
        await (service.issue_by_hand(subject.gift_id) if subject.gift_id else service.issue(subject.pledge_id or 0))
    except service.NoReceipt as later:
        return later.message
    return ready


async def _paper(subject: Subject) -> Response:
    """The donor's receipt as a PDF."""
    receipt = await queries.standing(pledge_id=subject.pledge_id, gift_id=subject.gift_id)
    if receipt is None:
        raise NotFound(_("Ce don n’a pas de reçu pour l’instant."))
    content = await drawing.receipt_paper(receipt)
    crash_point("receipt_drawn")
    return pdf_answer(content, f"recu-{receipt.label}")


async def _statement(subject: Subject, year: int) -> Response:
    """A donor's year as a PDF."""
    person_id = subject.person.id if subject.person else None
    receipts = await queries.of_subject(person_id=person_id, gift_id=subject.gift_id, year=year)
    if not receipts:
        raise NotFound(_("Vous n’avez pas de reçu pour cette année."))
    return pdf_answer(await drawing.statement_paper(receipts[0].content["donor"], year, receipts), f"releve-{year}")


async def by_hand(request: Request) -> Response:
    """The treasurer's page about the receipt of a gift by hand: who gave, the receipt, the slip with a code."""
    treasurer_of(request)
    subject = await _supervised(request)
    return await _treasury_page(request, subject, Form(_known(subject, await _name_of(subject))))


async def _supervised(request: Request) -> Subject:
    gift = await gift_to_supervise(request.path_params["id"], actor_of(request))
    return await subjects.of_gift(gift.id)


async def _treasury_page(request: Request, subject: Subject, form: Form[DonorForm], status: int = 200) -> Response:
    return page(
        request, "campaigns/receipts/by_hand.html", status=status, form=form, campaign=subject.campaign,
        gift_id=subject.gift_id, reference=subject.reference, why=refusal(subject.facts), waits=subject.facts.waits,
        receipt=await queries.standing(gift_id=subject.gift_id), person=subject.person,
        again=_to_read_again(request, subject, form), cents=subject.facts.amount_cents,
        given_on=subject.facts.received_on,
        address=urls.absolute("receipts.gift", token=subject.token), headers={"Cache-Control": "no-store"},
    )  # fmt: skip


async def tell_by_hand(request: Request) -> Response:
    """The treasurer writes who gave, as the cheque or the slip says."""
    actor = treasurer_of(request)
    subject = await _supervised(request)
    form = await Form.read(request, DonorForm)
    if form.data is None or subject.gift_id is None:
        return await _treasury_page(request, subject, form, 422)
    here = urls.path("receipts.by_hand", id=subject.gift_id)
    if await queries.standing(gift_id=subject.gift_id):
        return redirect_to(here, flash=_("Le reçu est déjà établi : annulez-le d’abord dans le registre."), kind="warn")
    await service.tell_by_hand(subject.gift_id, form.data, (actor.recorded_by or actor.person).id)
    return redirect_to(here, flash=await _later(subject))


async def issue_by_hand(request: Request) -> Response:
    """The treasurer has read again what she wrote: the receipt gets its number."""
    treasurer_of(request)
    subject = await _supervised(request)
    here = urls.path("receipts.by_hand", id=subject.gift_id)
    return redirect_to(here, flash=await _issued(subject, _("Le reçu est établi.")))


async def slip(request: Request) -> Response:
    """A slip for a donor without an e-mail address: its code opens her own page, where she writes who she is."""
    treasurer_of(request)
    subject = await _supervised(request)
    address = urls.absolute("receipts.gift", token=subject.token)
    content = await drawing.invitation_paper(
        address, await _name_of(subject), subject.reference, subject.facts.amount_cents, subject.campaign.title,
        waits=subject.facts.waits,
    )
    return pdf_answer(content, f"recu-{subject.reference}")


_T = "/tresorerie/hors-ligne/{id:int}"
routes: list[BaseRoute] = [
    *_routes_of(_promise, "/promesses/{token}", "show", "tell", "issue", "paper", "statement"),
    *_routes_of(_gift, "/dons/{token}", "gift", "tell_gift", "issue_gift", "gift_paper", "gift_statement"),
    Route(f"{_T}/recu", by_hand, name="receipts.by_hand"),
    Route(f"{_T}/recu", tell_by_hand, methods=["POST"], name="receipts.tell_by_hand"),
    Route(f"{_T}/recu/etablir", issue_by_hand, methods=["POST"], name="receipts.issue_by_hand"),
    Route(f"{_T}/bulletin-recu.pdf", slip, name="receipts.slip"),
]
