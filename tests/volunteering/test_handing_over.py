"""Who welcomes people hands it over to another lead: pages and messages name whoever does it now (PRODUCT V5)."""

from collections.abc import Awaitable, Callable

import pytest

from civic import jobs
from civic.initiatives import service as initiatives
from civic.mail.models import OutboxMessage
from civic.people.models import Person
from tests.client import Client
from tests.factories import a_person
from tests.factories.volunteering import a_lead, a_mission, a_signup, the_shift
from volunteering.missions.models import Mission

SignIn = Callable[[Person], Awaitable[Client]]


async def test_another_lead_welcomes_and_everything_says_so(client: Client, sign_in: SignIn) -> None:
    selim, naima = await a_lead("Sélim Laurent"), await a_person("Naïma Benali")
    mission = await a_mission(lead=selim, contact_note="le soir après 18 h")
    await initiatives.add_lead(mission.initiative, naima)
    leading, page = await sign_in(selim), f"/missions/{mission.slug}"
    assert "Passer l’accueil" in (await leading.get(page)).text
    done = await leading.submit(f"{page}/accueil", {"contact": str(naima.id)})
    assert done.headers["location"] == page
    text = (await client.get(page)).text
    assert "Naïma B." in text
    assert "Sélim L." not in text
    assert "18 h" not in text, "that was how to reach the other one"
    camille = await a_person("Camille Rey")
    await a_signup(await the_shift(mission), camille)
    await leading.submit(f"{page}/accueil", {"contact": str(naima.id)})
    await jobs.run_due(schedules=False)
    (told,) = [mail for mail in await OutboxMessage.filter(to=naima.email or "") if "qui accueillez" in mail.subject]
    assert "Sélim L. vous passe l’accueil" in told.text
    assert "Naïma B. organise ce créneau" in (await OutboxMessage.filter(to=camille.email or ""))[-1].text


@pytest.mark.one_engine
async def test_nobody_who_does_not_run_the_initiative_is_named(sign_in: SignIn) -> None:
    selim, stranger = await a_lead("Sélim Laurent"), await a_person("Odile Martin")
    mission = await a_mission(lead=selim)
    leading, page = await sign_in(selim), f"/missions/{mission.slug}"
    assert "Passer l’accueil" not in (await leading.get(page)).text, "there is nobody else yet"
    for contact in (str(stranger.id), "9" * 30, "", "rose"):
        await leading.submit(f"{page}/accueil", {"contact": contact})
        assert (await Mission.get(id=mission.id)).contact_id == selim.id
    await initiatives.add_lead(mission.initiative, stranger)
    await leading.submit(f"{page}/accueil", {"contact": str(stranger.id)})
    assert (await Mission.get(id=mission.id)).contact_id == stranger.id
