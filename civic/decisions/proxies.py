"""Proxies: an elector who cannot answer hands her voice to another elector of the same decision (PRODUCT S4).

Who carries a proxy gives none, and who gave hers carries none: there are no chains. A proxy ends when it is taken back
or declined, and what its holder said for her goes with it; it also ends when she, or her organisation's substitute,
answers. Whoever changes one takes the decision's row first, as answers and the closing do. The only writer of its rows.
"""

from datetime import datetime
from typing import Any

from tortoise.expressions import F

from civic import clock, mail
from civic.database import retrying, transaction
from civic.decisions import service, stages
from civic.decisions.models import Decision, Elector, Proxy, Stance
from civic.errors import DomainError, Forbidden, NotFound
from civic.i18n import _, _n
from civic.people.models import Person


@retrying
async def give(decision: Decision, giver_id: int, holder_id: int, *, tell: bool = True) -> Proxy:
    """Hand the voice of one person to another, by their ids; again to the same one is once, to another moves it.

    The holder is told by mail, unless a meeting told him before (`tell`). Raises Forbidden for a giver outside the
    electorate, DomainError with a sentence for a holder outside it or at her cap, for a chain, for a giver who has
    answered, and from the closing on.
    """
    async with transaction():
        moment = await _hold(decision)
        giver, holder = await _elector(decision, giver_id), await _elector(decision, holder_id)
        if giver is None:
            raise Forbidden(_("Répondent les personnes qui siégeaient au comité à l’ouverture de la décision."))
        if holder is None:
            raise DomainError(_("Cette personne ne siégeait pas à l’ouverture : elle ne peut pas porter de voix."))
        known = await current(giver)
        if known and known.holder_id == holder.id:
            return known
        if known:
            await _end(known, moment)
            giver = await Elector.get(id=giver.id).select_related("person")
        await _check(giver, holder)
        await _load(await Decision.get(id=decision.id), holder)
        proxy = await Proxy.create(decision_id=decision.id, giver=giver, holder=holder, given_at=moment)
        if tell:
            await _write("proxy_given", holder.person, proxy, decision, giver.person)
    return proxy


@retrying
async def take_back(decision: Decision, giver_id: int) -> bool:
    """The giver wants her voice back: what the holder said with it goes too, and he is told. False without a proxy.

    Raises DomainError from the closing on, and once a secret ballot is cast with it.
    """
    async with transaction():
        moment = await _hold(decision)
        giver = await _elector(decision, giver_id)
        proxy = await current(giver) if giver else None
        if giver is None or proxy is None:
            return False
        await _end(proxy, moment)
        await _write("proxy_ended", proxy.holder.person, proxy, decision, giver.person, answered=False)
    return True


@retrying
async def decline(decision: Decision, proxy_id: int, person: Person) -> bool:
    """The holder does not carry it (any more); the giver is told. False when it had ended.

    Raises NotFound for a proxy that is not his, DomainError from the closing on, and once a secret ballot is cast.
    """
    async with transaction():
        moment = await _hold(decision)
        rows = Proxy.filter(id=proxy_id, decision_id=decision.id, holder__person_id=person.id)
        proxy = await rows.select_related("giver", "giver__person", "holder").first()
        if proxy is None:
            raise NotFound(_("Cette procuration n’existe pas."))
        if proxy.revoked_at:
            return False
        await _end(proxy, moment)
        await _write("proxy_declined", proxy.giver.person, proxy, decision, person)
    return True


async def end_by_answer(decision: Decision, elector: Elector, speaker: Person) -> None:
    """She or her substitute answers: the proxy of this voice ends, its holder is told. In the caller's transaction."""
    proxy = await current(elector)
    if proxy is None or proxy.holder.person_id == speaker.id:
        return
    if await _close(proxy, clock.now()):
        await _write("proxy_ended", proxy.holder.person, proxy, decision, await elector.person, answered=True)


async def current(elector: Elector) -> Proxy | None:
    """The proxy this elector gave and that stands, with its holder."""
    rows = Proxy.filter(giver_id=elector.id, revoked_at__isnull=True)
    return await rows.select_related("holder", "holder__person").first()


async def carried_by(elector: Elector) -> list[Proxy]:
    """The proxies this elector carries, with their givers."""
    rows = Proxy.filter(holder_id=elector.id, revoked_at__isnull=True).order_by("id")
    return await rows.select_related("giver", "giver__person")


async def who_could_carry(decision: Decision, giver: Elector) -> list[Elector]:
    """The electors who may still be given this one's proxy, by name."""
    away = [one.giver_id for one in await Proxy.filter(decision_id=decision.id, revoked_at__isnull=True)]
    room = Elector.filter(decision_id=decision.id, proxies_held__lt=decision.proxies_most)
    found = await room.exclude(id__in=[*away, giver.id]).select_related("person", "organisation")
    return sorted(found, key=lambda elector: elector.person.short_name)


async def _hold(decision: Decision) -> datetime:
    moment = clock.now()
    if not await stages.running(decision.id, moment).update(version=F("version") + 1):
        raise DomainError(_("La décision n’est pas ouverte : les procurations ne changent plus."))
    return moment


async def _elector(decision: Decision, person_id: int) -> Elector | None:
    return await Elector.get_or_none(decision_id=decision.id, person_id=person_id).select_related("person")


async def _check(giver: Elector, holder: Elector) -> None:
    """No chain, nobody to herself, and no voice that was used."""
    name = holder.person.short_name
    if giver.id == holder.id:
        raise DomainError(_("Choisissez une autre personne que vous."), field="holder")
    if giver.answered_at:
        raise DomainError(_("Vous avez déjà répondu : votre voix est comptée, il n’y a rien à confier."))
    if giver.on_paper_at:
        raise DomainError(_("Un bulletin en papier a été remis : cette voix ne peut plus être confiée."))
    if giver.proxies_held:
        raise DomainError(_("Vous portez la voix de quelqu’un. Rendez d’abord cette procuration."))
    if await current(holder):
        sentence = _("%(name)s a confié sa propre voix : choisissez quelqu’un d’autre.", name=name)
        raise DomainError(sentence, field="holder")


async def _load(decision: Decision, holder: Elector) -> None:
    """One proxy more on the holder, by one conditional update: never beyond the cap the decision stated."""
    free = Elector.filter(id=holder.id, proxies_held__lt=decision.proxies_most)
    if await free.update(proxies_held=F("proxies_held") + 1):
        return
    if not decision.proxies_most:
        raise DomainError(_("Cette décision ne prend pas de procurations."))
    sentence = _n(
        "%(name)s porte déjà %(n)s procuration, c’est le plus possible. Choisissez quelqu’un d’autre.",
        "%(name)s porte déjà %(n)s procurations, c’est le plus possible. Choisissez quelqu’un d’autre.",
        decision.proxies_most, name=holder.person.short_name,
    )  # fmt: skip
    raise DomainError(sentence, field="holder")


async def _end(proxy: Proxy, moment: datetime) -> None:
    """End it, and what was said with it. Raises DomainError once a secret ballot was cast: none can be found again."""
    decision, giver = await Decision.get(id=proxy.decision_id), await Elector.get(id=proxy.giver_id)
    if decision.is_secret and giver.answered_at:
        raise DomainError(_("Le bulletin secret est dans l’urne : il ne peut plus en sortir."))
    await _close(proxy, moment)
    said = Stance.filter(
        decision_id=decision.id, person_id=giver.person_id, spoken_by_id=proxy.holder.person_id,
        superseded_at__isnull=True,
    )  # fmt: skip
    if await said.update(superseded_at=moment):
        await Elector.filter(id=giver.id).update(answered_at=None)
        await Decision.filter(id=decision.id).update(answers_count=F("answers_count") - 1)
        await service.keep_need(await Decision.get(id=decision.id).select_related("committee"))


async def _close(proxy: Proxy, moment: datetime) -> bool:
    if not await Proxy.filter(id=proxy.id, revoked_at__isnull=True).update(revoked_at=moment):
        return False
    await Elector.filter(id=proxy.holder_id).update(proxies_held=F("proxies_held") - 1)
    return True


async def _write(name: str, to: Person, proxy: Proxy, decision: Decision, about: Person, **more: bool) -> None:
    if to.email and not to.erased_at:
        await mail.send(
            f"civic/{name}", to=to.email, key=f"{name}-{proxy.id}", locale=to.locale, who=about.short_name,
            question=decision.question, decision_id=decision.id, **dict[str, Any](more),
        )  # fmt: skip
