"""What a gift costs its backer in the end, said beside it before she promises it."""

from campaigns import tax
from campaigns.lifecycle.models import Campaign, Reward, RewardNature
from civic import clock
from civic.i18n import _
from civic.web.formats import money


def cost_notes(campaign: Campaign, gift_cents: int, reward: Reward | None) -> list[str]:
    """What the gift costs in the end, said only when a receipt may follow (docs/money.md, law)."""
    if campaign.payee_id:
        return []
    day = clock.today()
    sold = reward is not None and reward.nature == RewardNature.SALE
    if sold or not tax.receipt_possible(campaign.beneficiary, gift_cents, reward.value_cents if reward else 0, day):
        return []
    cost = money(tax.cost_cents(gift_cents, day))
    return [_("Avec un reçu fiscal, ce don ne vous coûte que %(cost)s, si vous êtes imposable en France.", cost=cost)]
