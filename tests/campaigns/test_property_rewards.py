"""Invariant 11: whatever backers do, alone or at once, no more of a reward is held than there is; what is freed returns.

The public total is what their promises are, whoever changes or cancels hers (10). A card that was saved is of a promise
that stands, or it is let go (7).
"""

import asyncio

from hypothesis import example as known
from hypothesis import given

from campaigns.pledges import service as pledges
from campaigns.pledges.models import Pledge
from tests.campaigns.model.shop import Act, a_shop, groups_of
from tests.campaigns.model.worlds import ENGINES, Worlds, lives
from tests.factories.campaigns import whole

pytestmark = ENGINES
ACTS = ("hold", "pay", "edit", "edit", "edit at once", "hold twice", "hold anew", "undo", "cancel", "abandon", "expire",
        "pay late", "pay after all")  # fmt: skip
"""Whoever changes her promise wants what is scarce as often as whoever makes one."""


def test_whatever_backers_do_at_once_no_more_of_a_reward_is_held_than_there_is(worlds: Worlds) -> None:
    async def story(groups: list[list[Act]]) -> None:
        shop = await a_shop()
        for group in groups:
            await asyncio.gather(*(shop.do(act) for act in group))
            await shop.assert_within_stock()
            await shop.assert_no_card_is_kept_in_vain()
        await shop.assert_the_rest_can_be_taken()

    @lives(14)
    @given(groups_of(ACTS))
    @known([[Act("edit", 1, 0)], [Act("edit", 0, 0), Act("edit", 1, 2)], [Act("cancel", 0, 0)], [Act("undo", 0, 0)]])
    @known([[Act("cancel", 0, 0)], [Act("pay after all", 1, 0), Act("pay after all", 2, 0)], [Act("hold", 0, 0)], [Act("abandon", 0, 0)],
            [Act("pay after all", 0, 0)]])  # fmt: skip
    def example(groups: list[list[Act]]) -> None:
        worlds.live_without_gateway(lambda: story(groups))

    example()


def test_a_promise_cancelled_in_a_tab_that_is_behind_frees_the_reward_that_was_chosen_since(worlds: Worlds) -> None:
    async def story() -> None:
        shop = await a_shop()
        behind = await whole((await Pledge.all().order_by("id"))[0].id)
        await shop.do(Act("edit", 0, 1))
        await pledges.cancel(behind)
        await shop.assert_within_stock()

    worlds.live_without_gateway(story)
