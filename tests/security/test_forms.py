"""Forms filled by machines: too many fields, too much text, days that no calendar holds, links in place of names."""

from collections.abc import Awaitable, Callable

import pytest

from civic import jobs
from civic.errors import TooMany
from civic.mail.compose import compose
from civic.mail.models import OutboxMessage
from civic.people.forms import SignUpForm
from civic.people.models import Person
from civic.web import limits
from civic.web.forms import Form
from civic.web.limits import Limit
from tests.client import Client
from tests.factories import a_person, an_initiative
from tests.factories.campaigns import a_draft, a_live_campaign
from tests.factories.steering import a_committee
from tests.factories.volunteering import a_mission, the_shift
from volunteering.signups.models import Signup
from volunteering.signups.routes import MOST_HELD

SignIn = Callable[[Person], Awaitable[Client]]
LINKS = ("https://ailleurs.example/a", "Gagnez sur ailleurs.example", "rose@ailleurs.example", "Rose\u202eecila")


@pytest.mark.one_engine
async def test_ten_thousand_fields_are_refused(client: Client) -> None:
    assert (await client.submit("/connexion", {f"a{number}": "1" for number in range(10_000)})).status_code == 400
    answer = await client.submit("/connexion", {"email": "camille@exemple.fr", "role": "animator", "is_lead": "1"})
    assert answer.status_code == 303


@pytest.mark.one_engine
async def test_a_body_that_hides_its_size_is_refused_as_too_large(client: Client) -> None:
    async def endless():  # type: ignore[no-untyped-def]
        yield b'--b\r\nContent-Disposition: form-data; name="f"; filename="x"\r\n\r\n'
        for _block in range(220):
            yield b"a" * 65_536

    headers = {"sec-fetch-site": "same-origin", "content-type": "multipart/form-data; boundary=b"}
    assert (await client.post("/connexion", content=endless(), headers=headers)).status_code == 413
    declared = {**headers, "content-length": str(20_000_000)}
    assert (await client.post("/connexion", content=b"a", headers=declared)).status_code == 413


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01"])
async def test_a_day_beyond_all_calendars_is_said_beside_the_form(sign_in: SignIn, day: str) -> None:
    lead = await a_person()
    initiative = await an_initiative(lead=lead)
    campaign = await a_draft(initiative, lead)
    mission = await a_mission(lead=lead, initiative=initiative)
    committee = await a_committee(lead, initiative=initiative)
    browser = await sign_in(lead)
    words = "Assez de mots pour ce champ-là."
    forms = {
        f"/campagnes/{campaign.slug}/modifier/conditions":
            {"deadline_on": day, "risks": words, "use_of_funds": words},
        f"/initiatives/{initiative.slug}/agenda/nouveau":
            {"title": "Goûter", "day": day, "start": "00:00", "end": "23:59", "place": "Ici"},
        f"/missions/{mission.slug}/creneaux":
            {"day": day, "start": "0h", "end": "23h", "capacity": "3", "every": "week", "times": "26"},
        f"/comites/{committee.slug}/decisions/nouvelle":
            {"question": "On y va demain ?", "method": "consent", "opens_at": f"{day}T23:59", "closes_at": f"{day}T23:59"},
    }  # fmt: skip
    for path, fields in forms.items():
        assert (await browser.submit(path, fields)).status_code == 422, path


async def test_a_number_of_thirty_digits_is_said_beside_the_form(client: Client, sign_in: SignIn) -> None:
    campaign = await a_live_campaign()
    gift = {"amount": "3000", "reward": "9" * 30}
    assert (await client.submit(f"/campagnes/{campaign.slug}/soutenir", gift)).status_code == 422
    lead = await a_person()
    draft = await a_draft(None, lead)
    line = {"line": "9" * 30, "title": "Le minibus", "amount": "12", "nature": "required"}
    path = f"/campagnes/{draft.slug}/modifier/budget"
    assert (await (await sign_in(lead)).submit(path, line)).status_code == 422


@pytest.mark.parametrize("amount", ["-5", "0", "0,5", "0,001", "1e3", "٣٠", "²", "1" * 400, "NaN", "Infinity", "1 000 000"])
async def test_a_gift_that_is_no_amount_is_refused(client: Client, amount: str) -> None:
    campaign = await a_live_campaign()
    path = f"/campagnes/{campaign.slug}/soutenir"
    assert (await client.submit(path, {"amount": "autre", "other": amount})).status_code == 422
    assert (await client.submit(path, {"amount": "-3000"})).status_code == 422
    assert (await client.submit(path, {"amount": "autre", "other": "12,50"})).status_code == 303


@pytest.mark.parametrize("tip", ["-1", "100001", "1.5", "x", "9" * 30])
async def test_a_tip_outside_its_bounds_never_becomes_a_promise(client: Client, tip: str) -> None:
    campaign = await a_live_campaign()
    start = f"/campagnes/{campaign.slug}/soutenir"
    await client.submit(start, {"amount": "3000"})
    await client.submit(f"{start}/moi", {"name": "Odile Blanc", "email": "odile@exemple.fr", "shown": "name"})
    assert (await client.submit(f"{start}/verifier", {"tip": tip, "terms": "1"})).status_code == 422


@pytest.mark.parametrize("name", LINKS)
async def test_nobody_sends_a_link_to_a_stranger_in_the_place_of_a_name(client: Client, name: str) -> None:
    shift = await the_shift(await a_mission())
    path = f"/missions/{shift.mission.slug}/creneaux/{shift.id}/inscription"
    sent = {"cle": "cle-du-formulaire", "email": "victime@exemple.fr"}
    assert (await client.submit(path, {**sent, "name": name})).status_code == 422
    await jobs.run_due()
    assert not await OutboxMessage.filter(to="victime@exemple.fr").exists()
    assert await Signup.all().count() == 0


@pytest.mark.parametrize("name", ["Jean-Marie O’Neill", "J. Rey", "Anne Le Goff (mairie)", "Zoë Đặng", "Camille & Paul"])
def test_people_keep_their_names_as_they_write_them(name: str) -> None:
    form = Form.check({"name": name, "email": "a@exemple.fr"}, SignUpForm)
    assert form.data
    assert form.data.name == name


def test_a_button_in_a_mail_leads_to_this_site_only(app: object) -> None:
    committee = "Le comité\nBcc: x@ailleurs.example\n\nConfirmez votre compte : https://ailleurs.example/a"
    evil = "<script>alert(1)</script></mj-text><mj-raw><b>"
    asked = {"who": evil, "committee": committee, "slug": "x", "message": "Oui", "college": "residents"}
    letter = compose("civic/seat_asked", "fr", asked)
    assert 'href="https://ailleurs.example' not in letter.html
    assert 'href="http://testserver/comites/x/demandes"' in letter.html
    assert "<script>" not in letter.html
    assert "\n" not in letter.subject
    assert not [line for line in letter.text.split("\n") if line.startswith(("Bcc", "Confirmez"))]


@pytest.mark.usefixtures("a_new_hour")
async def test_one_machine_does_not_hold_every_place_of_a_shift(client: Client) -> None:
    shift = await the_shift(await a_mission(places=100))
    path = f"/missions/{shift.mission.slug}/creneaux/{shift.id}/inscription"
    statuses = [
        (await client.submit(path, {"cle": f"cle-{n:08}", "name": "Rose Martin", "email": f"r{n}@exemple.fr"})).status_code
        for n in range(41)
    ]
    assert statuses == [303] * MOST_HELD + [429] * (41 - MOST_HELD)


@pytest.mark.usefixtures("a_new_hour")
async def test_a_machine_that_is_stopped_uses_up_nobody_else_s_tries(database: object) -> None:
    machine, hers = Limit("machine", "10.0.0.1", 2, 3600), Limit("email", "rose@exemple.fr", 3, 3600)
    for _ in range(2):
        await limits.hit_all(machine, hers)
    for _ in range(5):
        with pytest.raises(TooMany):
            await limits.hit_all(machine, hers)
    await limits.hit_all(Limit("machine", "10.0.0.2", 2, 3600), hers)
    with pytest.raises(TooMany):
        await limits.hit_all(Limit("machine", "10.0.0.3", 2, 3600), hers)
