"""The treasurer's pages about gifts by hand: verify, send back, strike, undo, bounce, give back."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from campaigns.offline import donors, queries, service, verifying, wording
from campaigns.offline.forms import SeenForm, WhyForm
from campaigns.offline.models import COUNTING, OfflineChange, OfflineGift
from campaigns.states import NotNow
from civic.errors import DomainError
from civic.i18n import _, _n
from civic.people.actor import Actor, actor_of
from civic.people.models import Person
from civic.web.forms import Form
from civic.web.page import page, redirect

Ticked = TypeVar("Ticked")


async def treasury(request: Request) -> Response:
    """What waits for a second person, what was verified lately, what goes back to its donors."""
    actor = actor_of(request)
    queries.must_supervise(actor)
    waiting = await queries.to_verify()
    return page(
        request, "campaigns/offline/treasury.html",
        waiting=[gift for gift in waiting if queries.may_second(gift, actor)],
        own=[gift for gift in waiting if not queries.may_second(gift, actor)],
        sent_back=await queries.sent_back(), returns=await queries.to_give_back(),
        announced=await queries.announced(), lately=await queries.verified_lately(),
        proposed=await queries.proposed_count(),
        states=wording.states(), modes=wording.modes(), form=Form(),
    )  # fmt: skip


async def verify(request: Request) -> Response:
    """Verify what is ticked; what cannot be is said."""
    form = await Form.read(request, SeenForm)
    return await each_of(request, form.data.ids if form.data else [], _verify_one, _verified, "offline.treasury")


def _verified(done: int) -> str:
    return _n("%(n)s don vérifié : il compte.", "%(n)s dons vérifiés : ils comptent.", done)


async def _verify_one(seen: str, actor: Actor) -> None:
    gift_id, cents = (int(part) for part in seen.split(":"))
    found = await queries.gift_to_verify(gift_id, actor)
    if found.status in COUNTING:
        raise NotNow(_("Le don %(code)s est déjà vérifié : il compte, rien n’a changé.", code=found.code))
    await verifying.verify(found.id, actor, cents)


async def each_of(
    request: Request, chosen: list[Ticked], verb: Callable[[Ticked, Actor], Awaitable[object]],
    told: Callable[[int], str], name: str, **params: object,
) -> Response:  # fmt: skip
    """Do it to each that is ticked; how many it was done to (`told`) and what was refused is said on the next page."""
    actor, done = actor_of(request), 0
    refusals: list[str] = []
    queries.must_supervise(actor)
    ids = list(dict.fromkeys(chosen))[: queries.AT_ONCE]
    if not ids:
        return redirect(name, flash=_("Cochez au moins une ligne."), kind="warn", **params)
    for one in ids:
        try:
            await verb(one, actor)
            done += 1
        except DomainError as refusal:
            refusals.append(refusal.message)
    said = told(done) if done else ""
    text = " ".join([said, *dict.fromkeys(refusals)]).strip()
    return redirect(name, flash=text, kind="warn" if refusals else "ok", **params)


async def gift(request: Request) -> Response:
    """One gift: what is known, its history, what may be undone."""
    found = await queries.gift_to_supervise(request.path_params["id"], actor_of(request))
    return await _gift_page(request, found, Form())


async def _gift_page(request: Request, found: OfflineGift, form: Form[WhyForm], status: int = 200) -> Response:
    return page(
        request, "campaigns/offline/gift.html", status=status, gift=found, campaign=found.campaign, form=form,
        changes=await _told(found), identity=await donors.identity_of(found.id),
        states=wording.states(), modes=wording.modes(),
        actor=actor_of(request), opened=request.url.path.rpartition("/")[2],
        goes_back=found.campaign.status in queries.GIVING_BACK, paid_by=await queries.line_paying(found.id),
        undoes=found.campaign.status in (*queries.ENTERING, *queries.GIVING_BACK),
        bounces=found.campaign.status in queries.BOUNCING,
        own=not queries.may_second(found, actor_of(request)),
    )  # fmt: skip


async def _told(found: OfflineGift) -> list[tuple[OfflineChange, str, str]]:
    """Each change with why, and by whom."""
    changes = await queries.history(found.id)
    ids = {change.actor_id for change in changes if change.actor_id}
    names = {person.id: person.short_name for person in await Person.filter(id__in=list(ids) or [0])}
    return [(one, wording.cause_of(one.cause), names.get(one.actor_id or 0, "")) for one in changes]


async def undo(request: Request) -> Response:
    """A verification was a mistake."""
    return await _take_out(request, verifying.undo, _("La vérification est annulée, l’écriture est contre-passée."))


async def send_back(request: Request) -> Response:
    """The lead has a second look at what she entered."""
    return await _before_it_counts(request, service.send_back, _("Le don est renvoyé à la personne qui l’a saisi."))


async def strike(request: Request) -> Response:
    """« Saisie par erreur »."""
    return await _before_it_counts(request, service.strike, _("La saisie est rayée, elle n’a jamais compté."))


async def _before_it_counts(
    request: Request, verb: Callable[[OfflineGift, Actor, str], Awaitable[None]], done: str
) -> Response:
    async def by_id(gift_id: int, team: Actor, why: str) -> None:
        await verb(await queries.gift_to_supervise(gift_id, team), team, why)

    return await _take_out(request, by_id, done)


async def bounce(request: Request) -> Response:
    """The cheque came back unpaid."""
    return await _take_out(request, verifying.bounce, _("L’impayé est enregistré, le don ne compte plus."))


async def give_back(request: Request) -> Response:
    """The money went back to its donor."""
    return await _take_out(request, verifying.give_back, _("Le don est noté comme rendu."))


async def _take_out(request: Request, verb: Callable[[int, Actor, str], Awaitable[None]], done: str) -> Response:
    actor = actor_of(request)
    found = await queries.gift_to_supervise(request.path_params["id"], actor)
    form = await Form.read(request, WhyForm)
    try:
        if form.data is not None:
            await verb(found.id, actor, form.data.why)
            return redirect("offline.gift", id=found.id, flash=done)
    except DomainError as error:
        form.refuse(error)
    return await _gift_page(request, await queries.gift_to_supervise(found.id, actor), form, 422)


_T = "/tresorerie"
routes: list[BaseRoute] = [
    Route(f"{_T}/hors-ligne", treasury, name="offline.treasury"),
    Route(f"{_T}/hors-ligne/verifier", verify, methods=["POST"], name="offline.verify"),
    Route(f"{_T}/hors-ligne/{{id:int}}", gift, name="offline.gift"),
    Route(f"{_T}/hors-ligne/{{id:int}}/revenir", undo, methods=["POST"], name="offline.undo"),
    Route(f"{_T}/hors-ligne/{{id:int}}/renvoyer", send_back, methods=["POST"], name="offline.send_back"),
    Route(f"{_T}/hors-ligne/{{id:int}}/rayer", strike, methods=["POST"], name="offline.strike"),
    Route(f"{_T}/hors-ligne/{{id:int}}/impaye", bounce, methods=["POST"], name="offline.bounce"),
    Route(f"{_T}/hors-ligne/{{id:int}}/rendre", give_back, methods=["POST"], name="offline.give_back"),
]
