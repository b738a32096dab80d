"""A parent who has said yes or no may change her mind until the shift begins, and keeps in her mail what she said."""

from datetime import timedelta

import pytest

from civic import clock
from civic.mail.models import OutboxMessage
from tests.client import Client
from tests.factories.volunteering import a_mission, a_signup, the_shift
from tests.volunteering.test_minors import (  # noqa: F401
    _clock_back,
    a_minor,
    days_later,
    link_in,
    mails_to,
    states,
)
from volunteering.shifts.models import Shift
from volunteering.signups import tallies
from volunteering.signups.models import GuardianConsent, Signup

PARENT, MINOR = "paul@exemple.fr", "lea@exemple.fr"
FOLDER = "accord-parental"


async def asked(shift: Shift) -> str:
    """A minor has signed up: the link that her parent got."""
    await a_minor(shift)
    return link_in((await mails_to(PARENT))[-1], FOLDER)


async def says(client: Client, link: str, answer: str) -> str:
    done = await client.submit(link, {"answer": answer})
    return (await client.get(done.headers["location"])).text


async def receipts() -> list[OutboxMessage]:
    return [mail for mail in await mails_to(PARENT) if "est noté" in mail.subject]


async def test_a_parent_gets_a_receipt_of_what_she_said_with_the_link_to_say_otherwise(client: Client) -> None:
    shift = await the_shift(await a_mission())
    link = await asked(shift)
    page = await says(client, link, "1")
    assert "Un courriel vous le confirme" in page
    (receipt,) = await receipts()
    assert "Votre accord est noté" in receipt.subject
    assert "Léa Rey peut venir" in receipt.text
    assert link_in(receipt, FOLDER).startswith("/accord-parental/")
    assert "Retirer mon accord" in (await client.get(link_in(receipt, FOLDER))).text
    await says(client, link, "1")
    assert len(await receipts()) == 1, "said twice is said once"


async def test_a_parent_who_takes_her_yes_back_frees_the_place_for_the_next(client: Client) -> None:
    shift = await the_shift(await a_mission(places=1))
    link = await asked(shift)
    await says(client, link, "1")
    await a_signup(shift)
    assert await states(shift) == ["confirmed", "waiting"]
    page = await says(client, link, "0")
    assert "n’avez pas donné votre accord" in page
    assert await states(shift) == ["cancelled", "offered"]
    assert "Votre refus est noté" in (await receipts())[-1].subject
    assert "n’a pas donné son accord" in (await mails_to(MINOR))[-1].text
    assert await tallies.verifications() == []


async def test_a_parent_who_agrees_after_all_gets_her_a_place_or_a_rank(client: Client) -> None:
    shift = await the_shift(await a_mission(places=1))
    link = await asked(shift)
    await says(client, link, "0")
    assert "Je donne finalement mon accord" in (await client.get(link)).text
    await says(client, link, "1")
    assert await states(shift) == ["cancelled", "confirmed"]
    assert (await mails_to(MINOR))[-1].calendar
    await says(client, link, "0")
    await a_signup(shift)
    page = await says(client, link, "1")
    assert await states(shift) == ["cancelled", "cancelled", "confirmed", "waiting"], "her place has gone meanwhile"
    assert "attend qu’une place se libère" in page
    assert "le créneau est complet" in (await receipts())[-1].text
    assert len(await receipts()) == 4
    assert await GuardianConsent.all().count() == 1
    assert await tallies.verifications() == []


async def test_a_minor_who_gave_her_place_back_needs_her_parent_again_whichever_link_she_uses(client: Client) -> None:
    shift = await the_shift(await a_mission())
    link = await asked(shift)
    first = link_in((await mails_to(MINOR))[0])
    await says(client, link, "0")
    await says(client, link, "1")
    second = link_in((await mails_to(MINOR))[-1])
    await client.submit(second + "/annuler", {"reason": "Un rendez-vous"})
    assert await states(shift) == ["cancelled", "cancelled"]
    await client.submit(first + "/revenir")
    assert await states(shift) == ["cancelled", "cancelled", "held"], "nobody comes without an agreement"


@pytest.mark.one_engine
async def test_once_the_shift_has_begun_nothing_changes_any_more(client: Client) -> None:
    shift = await the_shift(await a_mission())
    link = await asked(shift)
    await says(client, link, "1")
    clock.travel(shift.starts_at - clock.now() + timedelta(minutes=1))
    assert "Retirer mon accord" not in (await client.get(link)).text
    assert "il n’y a rien à autoriser" in await says(client, link, "0")
    assert await states(shift) == ["confirmed"]


@pytest.mark.one_engine
async def test_what_was_said_twice_is_erased_thirty_days_after_all_the_same(client: Client) -> None:
    shift = await the_shift(await a_mission(days=20))
    link = await asked(shift)
    await says(client, link, "0")
    await says(client, link, "1")
    await days_later(40)
    assert (await GuardianConsent.get()).email == PARENT, "she came, and thirty days are not over"
    await days_later(52)
    consent = await GuardianConsent.get()
    assert (consent.age, consent.name, consent.email) == (None, "", "")
    assert consent.given_at
    page = (await client.get(link)).text
    assert "Léa" not in page
    assert "Retirer mon accord" not in page
    assert await Signup.filter(id=consent.signup_id).exists()
