"""The three steps of a gift: Mon don, Moi, Je vérifie."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from campaigns import slots
from campaigns.lifecycle.models import Campaign
from campaigns.lifecycle.queries import rewards
from campaigns.money import as_typed
from campaigns.pledges import draft as drafts
from campaigns.pledges import forms, guards, hosted, manage_routes, queries, service
from campaigns.pledges.cost import cost_notes
from campaigns.pledges.draft import Draft
from campaigns.pledges.forms import CHIPS, TIPS, CheckForm, GiftForm, KnownForm, MeForm, SentGiftForm
from campaigns.pledges.service import Gift
from civic.errors import DomainError, Invalid
from civic.i18n import _
from civic.people import links
from civic.people import service as people
from civic.people.actor import Actor, visitor_or_actor
from civic.people.models import Person
from civic.places import queries as places
from civic.settings import settings
from civic.web.forms import Form
from civic.web.middleware import content_security_policy
from civic.web.page import page, redirect, redirect_to


async def gift(request: Request) -> Response:
    """« Mon don »: how much, and a reward or none."""
    campaign, draft = await _opened(request)
    if settings().payments == "off" and not _elsewhere(await _ways(campaign)):
        return page(request, "campaigns/pledges/closed.html", campaign=campaign)
    return await _gift_page(request, campaign, draft, Form(await _gift_values(request, campaign, draft)))


async def choose_gift(request: Request) -> Response:
    """Keep the gift and go on to « Moi »."""
    campaign, draft = await _opened(request)
    if not _elsewhere(await _ways(campaign)):
        _refuse_when_off()
    form = await Form.read(request, SentGiftForm)
    if form.data is None:
        return await _gift_page(request, campaign, draft, form, 422)
    try:
        cents = form.data.cents()
        await _fits(campaign, draft, form.data, cents)
    except DomainError as error:
        return await _gift_page(request, campaign, draft, form.refuse(error), 422)
    source = drafts.source_meant(form.data.src) or draft.source
    draft.change(amount_cents=cents, reward_id=form.data.reward, source=source, made="")
    return drafts.keep(redirect("pledges.me", slug=campaign.slug), draft, campaign.slug)


async def _fits(campaign: Campaign, draft: Draft, sent: GiftForm, cents: int) -> None:
    """A reward exists, has one left (or held by herself) and asks for no more than is given. Raises Invalid."""
    if not sent.reward:
        return
    reward = await queries.reward_of(campaign.id, sent.reward)
    if reward is None or (reward.left == 0 and reward.id not in await queries.held_rewards(draft.keys)):
        raise Invalid(_("Ce merci n’est plus disponible. Choisissez-en un autre."), field="reward")
    typed = sent.amount in ("", "autre") or sent.other not in ("", sent.other_before)
    await service.must_be_enough(campaign.id, reward.id, cents, "other" if typed else "amount")


async def _gift_values(request: Request, campaign: Campaign, draft: Draft) -> dict[str, object]:
    """What stands in the form: the draft, and what the address asks for (`?contrepartie=3&montant=5000`, cents).

    A reward that she has just pressed wins over the one of her draft, with an amount that reaches it.
    """
    source = drafts.source_meant(request.query_params.get("src", "")) or draft.source
    cents = draft.amount_cents or _number(request.query_params.get("montant", "")) or 3000
    pressed = request.query_params.get("contrepartie", "")
    reward = await queries.reward_of(campaign.id, _number(pressed) if pressed else draft.reward_id)
    if reward is not None and reward.left == 0 and reward.id not in await queries.held_rewards(draft.keys):
        reward = None
    if reward is not None and cents < reward.from_cents:
        cents = reward.from_cents
    chip = cents in CHIPS
    other = "" if chip else as_typed(cents)
    return {
        "amount": str(cents) if chip else "autre", "other": other, "other_before": other,
        "reward": str(reward.id) if reward else "0", "src": source,
    }  # fmt: skip


def _number(text: str) -> int:
    """A number as an address of ours has it; 0 for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0


async def _gift_page(
    request: Request, campaign: Campaign, draft: Draft, form: Form[SentGiftForm], status: int = 200
) -> Response:
    return page(
        request, "campaigns/pledges/gift.html", status=status, form=form, campaign=campaign, chips=CHIPS,
        rewards=await rewards(campaign.id), held=await queries.held_rewards(draft.keys),
        cheque=bool(_elsewhere(await _ways(campaign))),
    )  # fmt: skip


async def me(request: Request) -> Response:
    """« Moi »: name and address, asked once; a person who is signed in only chooses what others see."""
    campaign, draft = await _opened(request)
    if not draft.has_gift:
        return drafts.step_before(draft, campaign.slug)
    values = {
        "name": draft.name, "email": draft.email, "shown": draft.shown or "name",
        "amount_hidden": "1" if draft.amount_hidden else "", "commune": draft.commune,
    }  # fmt: skip
    return await _me_page(request, campaign, draft, Form(values))


async def _me_page(
    request: Request, campaign: Campaign, draft: Draft, form: Form[MeForm] | Form[KnownForm], status: int = 200
) -> Response:
    actor = visitor_or_actor(request)
    known = actor is not None and actor.person.commune_id  # type: ignore[attr-defined]
    why = [] if known else [sentence for fill in slots.asks_commune for sentence in await fill(campaign)]
    return page(
        request, "campaigns/pledges/me.html", status=status, form=form, campaign=campaign, draft=draft, why=why,
        cheque=bool(_elsewhere(await _ways(campaign))),
    )  # fmt: skip


async def tell_me(request: Request) -> Response:
    """Keep who gives and go on to « Je vérifie »."""
    campaign, draft = await _opened(request)
    if not draft.has_gift:
        return drafts.step_before(draft, campaign.slug)
    actor = visitor_or_actor(request)
    known = actor is not None and bool(actor.person.email)
    form: Form[MeForm] | Form[KnownForm] = await (
        Form.read(request, KnownForm) if known else Form.read(request, MeForm)
    )
    try:
        if form.data and form.data.commune:
            await places.commune_meant(form.data.commune)
    except DomainError as error:
        form.refuse(error)
    if form.data is None:
        forms.explain(form)
        return await _me_page(request, campaign, draft, form, 422)
    name, email = _identity(actor, form.data)
    sent = form.data
    draft.change(name=name, email=email, shown=sent.shown, amount_hidden=sent.amount_hidden, commune=sent.commune)
    return drafts.keep(redirect("pledges.verify", slug=campaign.slug), draft, campaign.slug)


def _identity(actor: Actor | None, sent: MeForm | KnownForm) -> tuple[str, str]:
    if isinstance(sent, MeForm):
        return sent.name, str(sent.email)
    assert actor is not None
    return actor.person.name, actor.person.email or ""


async def verify(request: Request) -> Response:
    """« Je vérifie »: everything once more before leaving for the hosted page."""
    campaign, draft = await _opened(request)
    if not draft.has_backer:
        return drafts.step_before(draft, campaign.slug)
    if settings().payments == "off" and (other := _elsewhere(await _ways(campaign))):
        return redirect_to(other)
    return await _verify_page(request, campaign, draft, Form({"tip": str(await queries.tip_chosen(draft.key))}))


async def promise(request: Request) -> Response:
    """Create the promise and leave for the hosted page; the same draft again is the same promise."""
    campaign, draft = await _opened(request)
    _refuse_when_off()
    if not draft.has_backer:
        return drafts.step_before(draft, campaign.slug)
    form = await Form.read(request, CheckForm)
    if form.data is not None and form.data.cle not in ("", draft.key):
        form.refuse(DomainError(_("Vous avez changé ce don dans un autre onglet. Vérifiez-le, puis continuez.")))
        return await _verify_page(request, campaign, draft, form, 409)
    if form.data is not None and not form.data.terms:
        form.refuse(Invalid(_("Cochez la case pour dire que vous avez lu les conditions."), field="terms"))
    if form.data is None:
        return await _verify_page(request, campaign, draft, form, 422)
    try:
        await guards.let_through(request, draft.email, campaign.id, draft.amount_cents)
        backer = await _backer(request, draft)
        made = await service.pledge(backer, campaign, _gift(draft, backer, form.data.tip), draft.key, draft.former)
    except DomainError as error:
        return await _verify_page(request, campaign, draft, form.refuse(error), error.status)
    return redirect("payments.leave", slug=campaign.slug, token=links.make(queries.PAY, made.id))


async def _backer(request: Request, draft: Draft) -> Person:
    actor = visitor_or_actor(request)
    own = actor is not None and actor.person.email and actor.person.email == draft.email
    backer = actor.person if actor and own else await people.meet(draft.name, draft.email)
    if draft.commune:
        await people.say_commune(backer, (await places.commune_meant(draft.commune)).insee)
    return backer


def _gift(draft: Draft, backer: Person, tip_cents: int) -> Gift:
    anonymous = draft.shown == "anonymous"
    return Gift(
        draft.amount_cents, tip_cents, draft.reward_id, anonymous, draft.amount_hidden,
        "" if anonymous else backer.short_name, draft.source,
    )  # fmt: skip


async def _verify_page(
    request: Request, campaign: Campaign, draft: Draft, form: Form[CheckForm], status: int = 200
) -> Response:
    policy = content_security_policy(hosted.pages_origin())
    notes = [note for fill in slots.gift_notes for note in await fill(campaign, draft.amount_cents)]
    reward = await queries.reward_of(campaign.id, draft.reward_id)
    notes += cost_notes(campaign, draft.amount_cents, reward)
    return page(
        request, "campaigns/pledges/verify.html", status=status, headers={"Content-Security-Policy": policy},
        form=form, campaign=campaign, draft=draft, tips=TIPS, notes=notes,
        reward=reward, ways=await _ways(campaign), thanks=bool(await rewards(campaign.id)),
    )  # fmt: skip


async def already(request: Request) -> Response:
    """The gift that another tab, or the back key, would make again: it is made, and here is where it stands."""
    campaign, draft = await _opened(request)
    if not draft.made:
        return redirect("pledges.gift", slug=campaign.slug)
    return page(
        request, "campaigns/pledges/already.html", headers={"Cache-Control": "no-store"}, campaign=campaign,
        where=draft.made,
    )  # fmt: skip


async def _ways(campaign: Campaign) -> list[slots.OtherWay]:
    return [way for fill in slots.other_ways for way in await fill(campaign)]


def _elsewhere(ways: list[slots.OtherWay]) -> str:
    """The page of the first other way that is possible; empty without one."""
    return next((way.href for way in ways if way.href), "")


async def _opened(request: Request) -> tuple[Campaign, Draft]:
    """The campaign if one can give to it now, and what this browser has written so far."""
    campaign = await queries.campaign_to_back(request.path_params["slug"], visitor_or_actor(request))
    return campaign, drafts.read(request, campaign.id)


def _refuse_when_off() -> None:
    if settings().payments == "off":
        raise DomainError(_("Les paiements par carte ne sont pas ouverts sur ce site."))


routes: list[BaseRoute] = [
    Route("/campagnes/{slug}/soutenir", gift, name="pledges.gift"),
    Route("/campagnes/{slug}/soutenir", choose_gift, methods=["POST"], name="pledges.choose_gift"),
    Route("/campagnes/{slug}/soutenir/moi", me, name="pledges.me"),
    Route("/campagnes/{slug}/soutenir/moi", tell_me, methods=["POST"], name="pledges.tell_me"),
    Route("/campagnes/{slug}/soutenir/verifier", verify, name="pledges.verify"),
    Route("/campagnes/{slug}/soutenir/verifier", promise, methods=["POST"], name="pledges.promise"),
    Route("/campagnes/{slug}/soutenir/deja", already, name="pledges.already"),
    *manage_routes.routes,
]
