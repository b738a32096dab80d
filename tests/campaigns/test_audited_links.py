"""What an audit found about secret links: who types somebody's name and address does not get hers."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta

import pytest
from starlette.types import ASGIApp

from campaigns.lifecycle.models import Campaign
from campaigns.payments import checkout, gateway
from campaigns.payments.answers import Checkout, CheckoutStatus
from campaigns.recurring.models import Support, SupportStatus
from civic import clock, jobs
from civic.people import links
from civic.people import service as people
from civic.people.models import Person
from tests.campaigns.conftest import Payments
from tests.campaigns.test_pledges import within
from tests.client import Client
from tests.factories.recurring import a_standing, a_support

SignIn = Callable[[Person], Awaitable[Client]]
HERS = {"name": "Odile Blanc", "email": "odile@exemple.fr", "terms": "1", "amount": "1000", "day": "5"}


@pytest.fixture(autouse=True)
async def at_home() -> AsyncIterator[None]:
    yield
    clock.travel(timedelta())
    await gateway.close()


async def a_page() -> str:
    campaign = await a_standing()
    initiative = (await Campaign.get(id=campaign.id).select_related("initiative")).initiative
    return f"/initiatives/{initiative.slug}/soutien-mensuel"


async def test_who_supports_under_anothers_name_does_not_get_her_secret_link(
    client: Client, payments: Payments
) -> None:
    """The page of a support leads to its gifts, and those to the name, the door and the receipts of their giver."""
    path = await a_page()
    hosted = (await client.submit(path, HERS | {"cle": "fenetre"})).headers["location"]
    back = within(await payments.fill_in(hosted))
    shown = await client.get(back, follow_redirects=True)
    assert (await Support.get()).status == SupportStatus.ACTIVE
    assert "/soutiens/" not in str(shown.url)
    assert "message" in shown.text
    again = await client.submit(path, HERS | {"cle": "fenetre"})
    assert "/soutiens/" not in (await client.get(again.headers["location"], follow_redirects=True)).url.path
    await jobs.run_due(schedules=False)


async def test_who_types_what_she_typed_does_not_share_her_support(client: Client, payments: Payments) -> None:
    """Two windows are one support; the way out of its payment page is no key to it."""
    path = await a_page()
    hosted = (await client.submit(path, HERS | {"cle": "elle"})).headers["location"]
    other = (await client.submit(path, HERS | {"cle": "un autre"})).headers["location"]
    assert hosted == other
    left = next(iter((await payments.sandbox.control.dump())["checkout_sessions"]))["cancel_url"]
    assert "/soutiens/" not in (await client.get(within(left), follow_redirects=True)).url.path


async def test_she_who_is_signed_in_comes_back_to_her_support(sign_in: SignIn, payments: Payments) -> None:
    path = await a_page()
    odile = await people.meet("Odile Blanc", "odile@exemple.fr")
    me = await sign_in(odile)
    hosted = (await me.submit(path, HERS | {"cle": "fenetre"})).headers["location"]
    shown = await me.get(within(await payments.fill_in(hosted)), follow_redirects=True)
    assert "Visa •••• 4242" in shown.text
    assert "/soutiens/" in shown.url.path


async def test_the_next_person_at_the_same_tablet_begins_a_support_of_her_own(
    client: Client, payments: Payments
) -> None:
    """The page of the form was kept by the browser: what it says counts, not the key that stands in it."""
    path = await a_page()
    first = await client.submit(path, HERS | {"cle": "tablette"})
    zoe = {"name": "Zoé Tierce", "email": "zoe@exemple.fr", "amount": "5000", "cle": "tablette"}
    second = await client.submit(path, HERS | zoe)
    assert first.headers["location"] != second.headers["location"]
    found = await Support.all().order_by("id").select_related("person")
    assert [(one.person.name, one.amount_cents) for one in found] == [("Odile Blanc", 1_000), ("Zoé Tierce", 5_000)]
    await client.submit(path, HERS | zoe | {"amount": "2000"})
    await client.submit(path, HERS | zoe | {"amount": "2000"})
    assert [one.amount_cents for one in await Support.all().order_by("id")] == [1_000, 5_000, 2_000]


async def test_two_clicks_on_pause_leave_it_paused(client: Client) -> None:
    support = await a_support()
    link = f"/soutiens/{links.make('support', support.id)}"
    form = {"to": "paused"}
    for _click in range(2):
        await client.submit(f"{link}/pause", form)
    assert (await Support.get(id=support.id)).status == SupportStatus.PAUSED
    for _click in range(2):
        await client.submit(f"{link}/pause", {"to": "active"})
    assert (await Support.get(id=support.id)).status == SupportStatus.ACTIVE


@pytest.mark.parametrize("named", ["abc", "9" * 30, "²", "-1", ""])
async def test_a_page_of_another_shop_that_uses_our_word_is_nobodys(
    app: ASGIApp, monkeypatch: pytest.MonkeyPatch, named: str
) -> None:
    """The owner of a connected account names the pages of her own shop as she likes; no job of ours breaks on it."""

    async def read(_till: gateway.Till, ref: str) -> Checkout:
        return Checkout(
            ref=ref, mode="payment", status=CheckoutStatus.COMPLETE, url="", expires_at=clock.now(), customer_ref="",
            setup_succeeded=False, method_ref="", method_label="", method_ends_on=None, method_at=None,
            intent_ref="pi_hers", metadata={"pledge": named}, raw="{}",
        )  # fmt: skip

    monkeypatch.setattr(gateway, "read_checkout", read)
    assert await checkout.settle(gateway.Till("acct_hers"), "cs_hers") is None
