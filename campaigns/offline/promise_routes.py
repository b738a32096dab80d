"""« Par chèque ou virement »: the last step of a gift that is not paid by card, and its backer's own pages."""

from datetime import timedelta
from typing import Any

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from campaigns import slots
from campaigns.identity import DonorForm
from campaigns.lifecycle.models import Campaign
from campaigns.lifecycle.queries import rewards
from campaigns.money import as_typed
from campaigns.offline import donors, papers, promising, queries, wording
from campaigns.offline.forms import IDENTITY, read_identity
from campaigns.offline.howto import how_to
from campaigns.offline.models import COUNTING, OfflineGift, OfflineStatus
from campaigns.pledges import draft as drafts
from campaigns.pledges import guards
from campaigns.pledges.cost import cost_notes
from campaigns.pledges.draft import Draft
from campaigns.pledges.forms import GiftForm, ShownForm
from campaigns.pledges.queries import campaign_to_back, reward_of
from campaigns.pledges.service import Gift
from campaigns.states import NotNow
from civic import clock
from civic.errors import DomainError, Gone
from civic.i18n import _
from civic.papers import pdf_answer
from civic.people import links
from civic.people import service as people
from civic.people.actor import visitor_or_actor
from civic.people.models import Person
from civic.places import queries as places
from civic.web.formats import day
from civic.web.forms import Form
from civic.web.page import page, redirect, redirect_to
from civic.web.urls import path

HOURS = promising.KEPT_UNSURE // timedelta(hours=1)
"""How long a scarce reward waits for her to confirm, as the pages say it."""


class AnnounceForm(BaseModel):
    """The key of the gift that was shown; who she is for a receipt is read apart (`read_identity`)."""

    cle: str = ""


class OwnForm(ShownForm):
    """What she may change: euros in `other`, a reward's id (0: none), what others see."""

    other: str = ""
    reward: int = Field(0, ge=0)

    def wish(self) -> promising.Wish:
        """Raises Invalid beside the amount."""
        cents = GiftForm(amount="autre", other=self.other or "0").cents()
        return promising.Wish(cents, self.reward, self.shown == "anonymous", self.amount_hidden)


class SureForm(BaseModel):
    """« Je confirme mon don »; `without`: without the reward that did not wait."""

    without: bool = False


async def _opened(request: Request) -> tuple[Campaign, Draft]:
    """The campaign if one can announce a cheque to it, and the gift so far. Raises NotFound or Gone."""
    campaign = await campaign_to_back(request.path_params["slug"], visitor_or_actor(request))
    if why := promising.why_not(campaign):
        raise Gone(why)
    return campaign, drafts.read(request, campaign.id)


async def promise(request: Request) -> Response:
    """« Je vérifie », by cheque or transfer: everything once more, and the last day."""
    campaign, draft = await _opened(request)
    if not draft.has_backer:
        return drafts.step_before(draft, campaign.slug)
    return await _promise_page(request, campaign, draft, Form())


async def announce(request: Request) -> Response:
    """Announce it; whoever is not signed in confirms her address first. The same draft again is the same promise."""
    campaign, draft = await _opened(request)
    if not draft.has_backer:
        return drafts.step_before(draft, campaign.slug)
    form, identity = await _read(request, draft)
    if form.data is not None and form.data.cle not in ("", draft.key):
        form.refuse(DomainError(_("Vous avez changé ce don dans un autre onglet. Vérifiez-le, puis continuez.")))
        return await _promise_page(request, campaign, draft, form, 409)
    if form.data is None or form.errors:
        return await _promise_page(request, campaign, draft, form, 422)
    try:
        await guards.let_through(request, draft.email, campaign.id, draft.amount_cents)
        made, known = await _made(request, campaign, draft)
    except DomainError as error:
        return await _promise_page(request, campaign, draft, form.refuse(error), error.status)
    if identity:
        await donors.keep_identity(made, identity, made.person_id)
    if not known:
        where = path("offline.asked", slug=campaign.slug)
        return drafts.done(redirect_to(where), campaign.id, campaign.slug, where)
    said = _("C’est annoncé, merci. Un message vous redit comment faire.")
    answer = redirect("offline.own", token=links.make(donors.LINK, made.id), flash=said)
    space = path("people.space")  # a computer that others use keeps no secret link
    return drafts.done(answer, campaign.id, campaign.slug, space)


async def _read(request: Request, draft: Draft) -> tuple[Form[AnnounceForm], DonorForm | None]:
    """What was sent, and who gives, with what is wrong beside its field."""
    async with request.form(max_files=0) as sent:
        typed = {name: value for name, value in sent.items() if isinstance(value, str)}
    form = Form.check(typed, AnnounceForm)
    identity, wrong = read_identity(typed | {"name": draft.name})
    form.errors |= wrong
    form.values |= {name: typed.get(name, "").strip() for name in IDENTITY}
    return form, identity


async def _made(request: Request, campaign: Campaign, draft: Draft) -> tuple[OfflineGift, bool]:
    """What the draft says, announced; whether its address is known to be hers."""
    hers, known = _signed_in(request, draft)
    backer = hers or await people.meet(draft.name, draft.email)
    if draft.commune:
        await people.say_commune(backer, (await places.commune_meant(draft.commune)).insee)
        backer = await Person.get(id=backer.id)
    anonymous = draft.shown == "anonymous"
    name = "" if anonymous else backer.short_name
    gift = Gift(draft.amount_cents, 0, draft.reward_id, anonymous, draft.amount_hidden, name, draft.source)
    return await promising.promise(backer, campaign, gift, draft.keys, known=known), known


def _signed_in(request: Request, draft: Draft) -> tuple[Person | None, bool]:
    """Whoever is signed in with the draft's address; whether that is known to be hers: nothing is left to confirm."""
    actor = visitor_or_actor(request)
    if actor is None or not actor.person.email or actor.person.email != draft.email:
        return None, False
    return actor.person, actor.person.email_verified_at is not None


async def _promise_page(
    request: Request, campaign: Campaign, draft: Draft, form: Form[AnnounceForm], status: int = 200
) -> Response:
    due_on = promising.last_day(campaign)
    assert due_on is not None, "why_not has said so"
    reward = await reward_of(campaign.id, draft.reward_id)
    notes = [note for fill in slots.gift_notes for note in await fill(campaign, draft.amount_cents)]
    costs = cost_notes(campaign, draft.amount_cents, reward)
    return page(
        request, "campaigns/offline/promise.html", status=status, form=form, campaign=campaign, draft=draft,
        reward=reward, due_on=due_on, held_until=promising.held_until(due_on), notes=notes + costs,
        identity=IDENTITY, receipts=bool(costs), hours=HOURS,
        unsure=reward is not None and reward.stock is not None and not _signed_in(request, draft)[1],
    )  # fmt: skip


async def asked(request: Request) -> Response:
    """Nearly done: the message that was sent holds the link."""
    campaign = await campaign_to_back(request.path_params["slug"], visitor_or_actor(request))
    scarce = any(reward.stock is not None for reward in await rewards(campaign.id))
    return page(request, "campaigns/offline/asked.html", campaign=campaign, scarce=scarce, hours=HOURS)


async def _own(request: Request) -> OfflineGift:
    """The gift behind a donor's secret link. Raises NotFound, Gone when it was not confirmed in time."""
    gift_id = links.read(donors.LINK, request.path_params["token"])
    return await queries.gift_of_her_own(gift_id, request.query_params.get("collecte", ""))


async def own(request: Request) -> Response:
    """What she announced: confirm it, how to send it, where it stands."""
    gift = await _own(request)
    words = wording.own_states() | (wording.going_back() if gift.campaign.status in queries.GIVING_BACK else {})
    waits = gift.status == OfflineStatus.PROMISED and gift.campaign.status in queries.ENTERING
    return page(
        request, "campaigns/offline/own.html", headers={"Cache-Control": "no-store"}, gift=gift,
        campaign=gift.campaign, token=request.path_params["token"], state=words[gift.status],
        how=how_to(gift.campaign, gift.code, gift.amount_cents, gift.due_on) if waits else None,
        may_change=promising.may_change(gift), counts=gift.status in COUNTING, open=gift.campaign.is_open(),
        kept=promising.kept_until(gift), now=clock.now(), hours=HOURS,
        again=gift.wished if gift.wished and gift.wished.left != 0 else None,
        lost=gift.wished if gift.wished and gift.wished.left == 0 else None,
    )  # fmt: skip


async def sure(request: Request) -> Response:
    """The address is hers; a reward that ran out meanwhile is left out when she says so, and she may choose another."""
    token, slug = request.path_params["token"], request.query_params.get("collecte", "")
    form = await Form.read(request, SureForm)
    without = bool(form.data and form.data.without)
    try:
        awaited = await promising.confirm(await _own(request), without=without)
    except DomainError as error:
        return redirect("offline.own", token=token, collecte=slug, flash=error.message, kind="warn")
    if not awaited:
        return redirect("offline.own", token=token)
    if without:
        done = _("C’est confirmé. Choisissez un autre merci, ou aucun.")
        return redirect("offline.own_edit", token=token, flash=done)
    return redirect("offline.own", token=token, flash=_("Merci, c’est confirmé. Voici comment faire."))


async def edit(request: Request) -> Response:
    """What she announced, as a form."""
    gift = await _own(request)
    if not promising.may_change(gift):
        return redirect("offline.own", token=request.path_params["token"])
    return await _edit_page(request, gift, Form(_as_it_stands(gift)))


def _as_it_stands(gift: OfflineGift) -> dict[str, str]:
    euros = as_typed(gift.amount_cents)
    return {
        "other": euros, "reward": str(gift.reward_id or 0), "shown": "anonymous" if gift.anonymous else "name",
        "amount_hidden": "1" if gift.amount_hidden else "",
    }  # fmt: skip


async def change(request: Request) -> Response:
    """Make it what she wishes; 422 with the sentence beside the field. What is over is shown, not its form."""
    gift, token = await _own(request), request.path_params["token"]
    if not promising.may_change(gift):
        said = _("Ce don ne change plus : voici où il en est.")
        return redirect("offline.own", token=token, flash=said, kind="warn")
    form = await Form.read(request, OwnForm)
    try:
        if form.data is not None:
            changed = await promising.change(gift, form.data.wish())
            told = _("C’est changé. Un message vous le confirme.") if changed else _("Rien n’a changé.")
            return redirect("offline.own", token=token, flash=told, kind="ok" if changed else "info")
    except NotNow as error:
        return redirect("offline.own", token=token, flash=error.message, kind="warn")
    except DomainError as error:
        return await _edit_page(request, gift, form.refuse(error), error.status)
    return await _edit_page(request, gift, form, 422)


async def _edit_page(request: Request, gift: OfflineGift, form: Form[Any], status: int = 200) -> Response:
    return page(
        request, "campaigns/offline/own_edit.html", status=status, headers={"Cache-Control": "no-store"}, form=form,
        gift=gift, campaign=gift.campaign, token=request.path_params["token"], rewards=await rewards(gift.campaign_id),
    )  # fmt: skip


async def cancel(request: Request) -> Response:
    """She sends nothing after all."""
    gift, token = await _own(request), request.path_params["token"]
    try:
        await promising.cancel(gift)
    except DomainError as error:
        return redirect("offline.own", token=token, flash=error.message, kind="warn")
    done = _("C’est noté : nous n’attendons plus rien. Merci d’avoir prévenu.")
    return redirect("offline.own", token=token, flash=done)


async def slip(request: Request) -> Response:
    """The slip to print and send along, with the reference as a code to scan."""
    gift = await _own(request)
    if gift.status == OfflineStatus.CREATED:
        return redirect("offline.own", token=request.path_params["token"])
    if gift.status != OfflineStatus.PROMISED:
        raise Gone(_("Ce bulletin ne sert plus : nous n’attendons plus ce don."))
    how = how_to(gift.campaign, gift.code, gift.amount_cents, gift.due_on)
    return pdf_answer(await papers.promise_paper(gift.campaign, how, gift.donor_name), f"bulletin-{gift.code}")


def way(campaign: Campaign) -> slots.OtherWay:
    """« Par chèque ou virement », at the last step of a gift."""
    if why := promising.why_not(campaign):
        return slots.OtherWay(_("Par chèque ou virement"), why)
    due_on = promising.last_day(campaign)
    assert due_on is not None, "why_not has said so"
    detail = _("Vous envoyez ou apportez votre don : il doit arriver le %(day)s au plus tard.", day=day(due_on))
    return slots.OtherWay(_("Par chèque ou virement"), detail, path("offline.promise", slug=campaign.slug))


_OWN = "/dons/{token}"
routes: list[BaseRoute] = [
    Route("/campagnes/{slug}/soutenir/cheque", promise, name="offline.promise"),
    Route("/campagnes/{slug}/soutenir/cheque", announce, methods=["POST"], name="offline.announce"),
    Route("/campagnes/{slug}/soutenir/cheque/a-confirmer", asked, name="offline.asked"),
    Route(_OWN, own, name="offline.own"),
    Route(f"{_OWN}/confirmer", sure, methods=["POST"], name="offline.sure"),
    Route(f"{_OWN}/modifier", edit, name="offline.own_edit"),
    Route(f"{_OWN}/modifier", change, methods=["POST"], name="offline.own_change"),
    Route(f"{_OWN}/annuler", cancel, methods=["POST"], name="offline.own_cancel"),
    Route(f"{_OWN}/bulletin.pdf", slip, name="offline.own_slip"),
]
