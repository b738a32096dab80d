"""A promise is changed by its backer until the deadline: amount, tip, reward, and what others see of it.

What others see stays hers to change afterwards. Each change answers what stood before, so that it can be undone.
"""

from dataclasses import asdict, dataclass

from itsdangerous import BadSignature, URLSafeTimedSerializer
from tortoise.expressions import F, Q

from campaigns.lifecycle.models import Reward
from campaigns.lifecycle.service import keep_need
from campaigns.lifecycle.transitions import NotNow
from campaigns.pledges import service
from campaigns.pledges.models import Pledge, PledgeChange, PledgeStatus
from campaigns.pledges.queries import STANDING
from campaigns.pledges.service import tell, undecided
from civic import clock, jobs
from civic.database import retrying, transaction
from civic.errors import Gone, Invalid
from civic.i18n import _
from civic.settings import settings

UNDO_SECONDS = 3600


@dataclass(slots=True, frozen=True)
class Wish:
    """What a backer may change of a promise that stands. Amounts in cents; reward 0: none."""

    amount_cents: int
    tip_cents: int
    reward_id: int
    anonymous: bool
    amount_hidden: bool


def wish_of(pledge: Pledge) -> Wish:
    """The promise as it stands."""
    return Wish(
        pledge.amount_cents, pledge.tip_cents, pledge.reward_id or 0, pledge.anonymous, pledge.amount_hidden
    )


def amounts_change(pledge: Pledge) -> bool:
    """Whether amount, tip and reward may still change: nothing is charged, and the campaign is not decided."""
    return pledge.status == PledgeStatus.CONFIRMED and pledge.campaign.decided_at is None


@retrying
async def change(found: Pledge, wish: Wish) -> Wish | None:
    """Make the promise what its backer wishes; answers what stood before, None when nothing differs.

    Raises Gone after the deadline, Invalid beside the field that does not fit, NotNow when another tab was faster.
    """
    before = wish_of(found)
    if wish == before:
        return None
    async with transaction():
        more = wish.amount_cents - before.amount_cents
        if not await undecided(found).update(updated_at=clock.now()):
            raise Gone(_("La collecte est terminée : cette promesse ne change plus."))
        service.must_not_tip(found.campaign, wish.tip_cents)
        await _take(found, wish, before)
        await _write(found, wish, before, PledgeStatus.CONFIRMED)
        await undecided(found).update(confirmed_cents=F("confirmed_cents") + more)
        if before.reward_id and before.reward_id != wish.reward_id:
            await Reward.filter(id=before.reward_id, taken__gt=0).update(taken=F("taken") - 1)
        row = await PledgeChange.create(
            pledge_id=found.id, before=found.status.value, after=found.status.value, actor_id=found.person_id,
            cause=f"amount {before.amount_cents} to {wish.amount_cents}", at=clock.now(),
        )  # fmt: skip
        await keep_need(found.campaign_id)
        await jobs.enqueue("pledge_changed", key=f"pledge-{found.id}-{row.id}", pledge_id=found.id)
        reward = await Reward.get_or_none(id=wish.reward_id)
        await tell(
            found, "pledge_changed", f"-{row.id}", amount_cents=wish.amount_cents, tip_cents=wish.tip_cents,
            reward=reward.title if reward else "", anonymous=wish.anonymous, amount_hidden=wish.amount_hidden,
        )  # fmt: skip
    return before


async def show(found: Pledge, *, anonymous: bool, amount_hidden: bool) -> Wish | None:
    """What others see, at any time while the gift stands; answers what stood before. Raises Gone once it is over."""
    before = wish_of(found)
    if (before.anonymous, before.amount_hidden) == (anonymous, amount_hidden):
        return None
    values = {"anonymous": anonymous, "amount_hidden": amount_hidden, "public_name": _public_name(found, anonymous)}
    standing = Pledge.filter(id=found.id, status__in=list(STANDING))
    if not await standing.update(updated_at=clock.now(), **values):
        raise Gone(_("Ce don n’est plus montré à personne : il n’y a rien à changer."))
    return before


async def _take(found: Pledge, wish: Wish, before: Wish) -> None:
    """Take one of the stock of a newly chosen reward (invariant 11); the amount must be enough for it."""
    if not wish.reward_id:
        return
    await service.must_be_enough(found.campaign_id, wish.reward_id, wish.amount_cents)
    if wish.reward_id == before.reward_id:
        return
    wanted = Reward.filter(id=wish.reward_id, campaign_id=found.campaign_id)
    if not await wanted.filter(Q(stock__isnull=True) | Q(taken__lt=F("stock"))).update(taken=F("taken") + 1):
        raise Invalid(_("Ce merci vient d’être épuisé. Choisissez-en un autre."), field="reward")


async def _write(found: Pledge, wish: Wish, before: Wish, status: PledgeStatus) -> None:
    same = Pledge.filter(
        id=found.id, status=status, amount_cents=before.amount_cents, tip_cents=before.tip_cents,
        reward_id=before.reward_id or None,
    )  # fmt: skip
    values = {**asdict(wish), "reward_id": wish.reward_id or None}
    name = _public_name(found, wish.anonymous)
    if not await same.update(updated_at=clock.now(), public_name=name, **values):
        raise NotNow(_("Cette promesse a changé entre-temps, dans un autre onglet peut-être. Voici où elle en est."))


def _public_name(found: Pledge, anonymous: bool) -> str:
    return "" if anonymous else str(found.person.short_name)


def undo_token(pledge: Pledge, before: Wish) -> str:
    """What stood before a change, signed, for the button that brings it back."""
    return str(_signer().dumps([pledge.id, asdict(before)]))


def read_undo(pledge: Pledge, token: str) -> Wish | None:
    """What that button would bring back; None when the hour is over or it is another promise's."""
    try:
        pledge_id, values = _signer().loads(token, max_age=UNDO_SECONDS)
        before = Wish(**values)
    except (BadSignature, TypeError, ValueError):
        return None
    return before if pledge_id == pledge.id and before != wish_of(pledge) else None


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(settings().secret_key, salt="pledge-undo")
