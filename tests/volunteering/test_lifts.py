"""Coming together: seats offered and sought by commune, between those who come and nobody else (PRODUCT V5)."""

import re
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from civic import clock, jobs
from civic.mail.models import OutboxMessage
from civic.people.models import Person
from civic.settings import Settings
from tests.client import Client
from tests.factories import a_commune, a_person
from tests.factories.volunteering import a_lead, a_mission, a_signup, the_shift
from tests.mailbox import listening
from volunteering.lifts import queries, service
from volunteering.lifts.models import Lift
from volunteering.shifts.models import Shift
from volunteering.signups.letters import token_of
from volunteering.signups.models import GuardianConsent, Signup
from volunteering.signups.service import step_back

SignIn = Callable[[Person], Awaitable[Client]]


async def a_shift_to_share(lead: Person | None = None) -> Shift:
    await a_commune()
    await a_commune("01443", "Villars-les-Dombes", latitude=46.0, longitude=5.03)
    return await the_shift(await a_mission(lead=lead))


def path_of(signup: Signup) -> str:
    return f"/mes-creneaux/{token_of(signup)}/covoiturage"


async def offer(browser: Client, signup: Signup, **fields: object) -> int:
    sent = {"what": "offers", "seats": "3", "commune": "Villars-les-Dombes", "note": "Départ à 7 h 30", **fields}
    return (await browser.submit(path_of(signup), sent)).status_code


async def test_two_who_come_find_each_other_without_showing_an_address(client: Client) -> None:
    shift = await a_shift_to_share()
    odile, fatou = await a_person("Odile Martin"), await a_person("Fatou Diallo")
    drives, rides = await a_signup(shift, odile), await a_signup(shift, fatou)
    assert "Offrir ou chercher une place" in (await client.get(f"/mes-creneaux/{token_of(drives)}")).text
    assert "Commencez, les autres suivront" in (await client.get(path_of(drives))).text
    assert await offer(client, drives) == 303
    own = (await client.get(path_of(drives))).text
    assert "Commencez, les autres suivront" not in own
    assert "Votre annonce" in own
    page = (await client.get(path_of(rides))).text
    assert "Odile M." in page
    assert "a 3 places depuis Villars-les-Dombes" in page
    assert "Départ à 7 h 30" in page
    assert "Écrire à Odile" not in page, "nobody could answer her yet"
    assert await offer(client, rides, what="seeks", seats="", commune="Trévoux", note="") == 303
    lift = await Lift.get(signup_id=drives.id)
    word = {"cle": "une-cle-de-message", "message": "Bonjour, il reste une place\u202f?"}
    assert "Écrire à Odile" in (await client.get(path_of(rides))).text
    for _twice in range(2):
        assert (await client.submit(f"{path_of(rides)}/{lift.id}", word)).status_code == 303
    await jobs.run_due(schedules=False)
    (mail,) = await OutboxMessage.filter(to=odile.email or "", subject__contains="Covoiturage")
    assert "Fatou D." in mail.subject
    assert "il reste une place" in mail.text
    assert str(fatou.email) not in mail.text + mail.html
    back = re.search(r"http://testserver(/mes-creneaux/\S+)", mail.text)
    assert back
    assert "Fatou D." in (await client.get(back[1])).text, "the button leads to an answer"
    for page in (await client.get(path_of(rides)), await client.get(f"{path_of(rides)}/{lift.id}")):
        assert str(odile.email) not in page.text
        assert "Martin" not in page.text


@pytest.mark.one_engine
async def test_an_address_is_given_only_by_its_owner_who_ticks_it(client: Client, settings: Settings) -> None:
    shift = await a_shift_to_share()
    odile, fatou = await a_person("Odile Martin"), await a_person("Fatou Diallo")
    drives, rides = await a_signup(shift, odile), await a_signup(shift, fatou)
    await offer(client, drives)
    await offer(client, rides, what="seeks")
    lift = await Lift.get(signup_id=drives.id)
    await jobs.run_due(schedules=False)
    async with listening() as mailbox:
        settings.smtp_url = mailbox.url
        for n, more in enumerate(({}, {"address": "1"})):
            word = {"cle": f"une-cle-de-message-{n}", "message": "Bonjour", **more}
            assert (await client.submit(f"{path_of(rides)}/{lift.id}", word)).status_code == 303
        await jobs.run_due(schedules=False)
        silent, open_ = mailbox.messages
        assert silent["reply-to"] is None
        assert open_["reply-to"] == fatou.email
    settings.smtp_url = ""


async def test_an_offer_goes_with_the_sign_up(client: Client) -> None:
    shift = await a_shift_to_share()
    drives, rides = await a_signup(shift, await a_person("Odile Martin")), await a_signup(shift, await a_person("Fatou"))
    await offer(client, drives)
    await offer(client, rides, what="seeks")
    lift = await Lift.get(signup_id=drives.id)
    await step_back(drives, None)
    assert "Odile" not in (await client.get(path_of(rides))).text
    assert (await client.get(f"{path_of(rides)}/{lift.id}")).status_code == 404
    assert (await client.get(path_of(drives))).status_code == 403
    assert "3 places" not in (await client.get(f"/missions/{shift.mission.slug}")).text
    await service.sweep()
    assert not await Lift.filter(id=lift.id).exists()
    assert await Lift.filter(signup_id=rides.id).exists()
    clock.travel(timedelta(days=8))
    await jobs.run_due()
    assert not await Lift.exists(), "nothing is kept after the shift"


@pytest.mark.one_engine
async def test_the_mission_tells_everybody_how_many_seats_from_where_and_nobodys_name(client: Client) -> None:
    shift = await a_shift_to_share()
    drives, rides = await a_signup(shift, await a_person("Odile Martin")), await a_signup(shift, await a_person("Fatou"))
    mission = f"/missions/{shift.mission.slug}"
    assert "Venir ensemble" not in (await client.get(mission)).text
    await offer(client, drives)
    await Signup.filter(id=rides.id).update(wants_lift=True)
    page = (await client.get(mission)).text
    assert "3 places en covoiturage depuis Villars-les-Dombes" in page
    assert "1 personne cherche une place" in page, "ticked when she signed up"
    assert "Odile" not in page
    assert "Fatou" not in page
    await client.submit(f"{path_of(drives)}/retirer")
    assert "3 places" not in (await client.get(mission)).text


@pytest.mark.one_engine
async def test_whoever_ticked_the_box_says_where_from_and_may_change_her_mind(client: Client) -> None:
    shift = await a_shift_to_share()
    signup = await a_signup(shift)
    await Signup.filter(id=signup.id).update(wants_lift=True)
    page = (await client.get(path_of(signup))).text
    assert 'value="seeks" checked' in page
    assert "Vous cherchez une place" in page
    assert "Personne ne l’a encore dit" not in page
    refused = await client.submit(path_of(signup), {"what": "offers", "commune": "Trévoux"})
    assert refused.status_code == 422
    assert "combien de places" in refused.text
    assert (await client.submit(path_of(signup), {"what": "offers", "seats": "9", "commune": "Trévoux"})).status_code == 422
    assert await offer(client, signup, seats="2") == 303
    assert await offer(client, signup, seats="4") == 303
    assert (await Lift.get(signup_id=signup.id)).seats == 4
    assert not (await Signup.get(id=signup.id)).wants_lift


@pytest.mark.one_engine
async def test_only_who_surely_comes_and_is_of_age_shares_a_car(client: Client) -> None:
    shift = await a_shift_to_share()
    sure, minor = await a_signup(shift, await a_person("Odile Martin")), await a_signup(shift, await a_person("Emma Roux"))
    await offer(client, sure)
    await GuardianConsent.create(signup=minor, age=15, name="P", email="p@exemple.fr", asked_at=clock.now())
    answer = await client.get(path_of(minor))
    assert answer.status_code == 403
    assert "Odile" not in answer.text
    waiting = await a_signup(shift, await a_person("Lucien Petit"))
    await Signup.filter(id=waiting.id).update(status="waiting")
    assert (await client.get(path_of(waiting))).status_code == 403
    assert await offer(client, waiting) == 403
    elsewhere = await a_signup(await the_shift(await a_mission("Autre", lead=await a_lead("Thomas Blanc"))))
    await offer(client, elsewhere, what="seeks")
    lift = await Lift.get(signup_id=sure.id)
    assert (await client.get(f"{path_of(elsewhere)}/{lift.id}")).status_code == 404
    assert "Odile" not in (await client.get(path_of(elsewhere))).text
    assert (await client.get("/mes-creneaux/faux/covoiturage")).status_code == 404


@pytest.mark.one_engine
async def test_who_runs_the_shift_sees_who_shares_and_who_still_looks(sign_in: SignIn, client: Client) -> None:
    lead = await a_lead()
    shift = await a_shift_to_share(lead)
    drives, rides = await a_signup(shift, await a_person("Odile Martin")), await a_signup(shift, await a_person("Fatou Ba"))
    await offer(client, drives)
    await Signup.filter(id=rides.id).update(wants_lift=True)
    path = f"/missions/{shift.mission.slug}/creneaux/{shift.id}/covoiturage"
    page = (await (await sign_in(lead)).get(path)).text
    assert "Odile M." in page
    assert "Fatou B.</strong> cherche une place, sans avoir dit" in page
    assert (await (await sign_in(await a_person("Une Autre"))).get(path)).status_code == 403
    assert [one.person.name for one in await queries.seeking_without_commune(shift.id)] == ["Fatou Ba"]
