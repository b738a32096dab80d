"""Signing in and out, as people do it."""

import re
from collections.abc import Awaitable, Callable

from civic import jobs
from civic.mail.models import OutboxMessage
from civic.people.models import Person, Session
from tests.client import Client
from tests.factories import a_person
from tests.factories.volunteering import a_lead, a_mission, a_signup, the_shift

SignIn = Callable[[Person], Awaitable[Client]]


async def _last_mail(email: str) -> OutboxMessage:
    await jobs.run_due()
    mail = await OutboxMessage.filter(to=email).order_by("-id").first()
    assert mail is not None
    return mail


def _code(mail: OutboxMessage) -> str:
    found = re.search(r"\d{3} \d{3}", mail.text)
    assert found
    return found[0]


def _link(mail: OutboxMessage) -> str:
    found = re.search(r"http://testserver(/connexion/lien/\S+)", mail.text)
    assert found
    return found[1]


async def test_a_resident_signs_in_with_the_six_digits(client: Client) -> None:
    person = await a_person("Camille Rey", "camille@exemple.fr")
    answer = await client.submit("/connexion", {"email": "Camille@exemple.fr", "suite": "/mon-espace/compte"})
    assert answer.status_code == 303
    code = _code(await _last_mail("camille@exemple.fr"))
    answer = await client.submit("/connexion/code", {"email": "camille@exemple.fr", "code": code})
    assert answer.headers["location"] == "/mon-espace/compte"
    assert await Session.filter(person_id=person.id).count() == 1
    page = await client.get("/mon-espace/compte")
    assert page.status_code == 200
    assert "Bonjour Camille Rey" in page.text


async def test_a_code_works_once_and_a_wrong_one_says_so(client: Client) -> None:
    await a_person("Camille Rey", "camille@exemple.fr")
    await client.submit("/connexion", {"email": "camille@exemple.fr"})
    code = _code(await _last_mail("camille@exemple.fr"))
    wrong = "000 000" if code != "000 000" else "111 111"
    answer = await client.submit("/connexion/code", {"email": "camille@exemple.fr", "code": wrong})
    assert answer.status_code == 422
    assert "pas le bon code" in answer.text
    assert (await client.submit("/connexion/code", {"email": "camille@exemple.fr", "code": code})).status_code == 303
    again = await client.submit("/connexion/code", {"email": "camille@exemple.fr", "code": code})
    assert again.status_code == 422


async def test_opening_the_link_changes_nothing_until_the_button_is_pressed(client: Client) -> None:
    await a_person("Camille Rey", "camille@exemple.fr")
    await client.submit("/connexion", {"email": "camille@exemple.fr"})
    link = _link(await _last_mail("camille@exemple.fr"))
    assert (await client.get(link)).status_code == 200
    assert await Session.all().count() == 0
    assert (await client.submit(link)).status_code == 303
    assert (await client.submit(link)).status_code == 410


async def test_known_and_unknown_addresses_get_the_same_page(client: Client) -> None:
    await a_person("Camille Rey", "camille@exemple.fr")
    known = await client.submit("/connexion", {"email": "camille@exemple.fr"})
    unknown = await client.submit("/connexion", {"email": "autre@exemple.fr"})
    assert known.status_code == unknown.status_code == 303
    assert "nouvelle" in (await _last_mail("autre@exemple.fr")).subject


async def test_a_new_resident_gives_name_address_and_nothing_else(client: Client) -> None:
    answer = await client.submit("/inscription", {"name": "Jeanne Perrin", "email": "jeanne@exemple.fr"})
    assert answer.status_code == 303
    assert await Person.all().count() == 0
    code = _code(await _last_mail("jeanne@exemple.fr"))
    await client.submit("/connexion/code", {"email": "jeanne@exemple.fr", "code": code})
    person = await Person.get(email="jeanne@exemple.fr")
    assert person.has_account


async def test_an_address_of_two_persons_asks_who_is_there(client: Client) -> None:
    await a_person("Camille Rey", "maison@exemple.fr")
    jean = await a_person("Jean Rey", "maison@exemple.fr")
    await client.submit("/connexion", {"email": "maison@exemple.fr"})
    code = _code(await _last_mail("maison@exemple.fr"))
    answer = await client.submit("/connexion/code", {"email": "maison@exemple.fr", "code": code})
    page = await client.get(answer.headers["location"])
    assert "Je suis Camille Rey" in page.text
    proof = re.search(r'name="proof" value="([^"]+)"', page.text)
    assert proof
    stranger = await a_person("Autre", "autre@exemple.fr")
    refused = await client.submit("/connexion/qui", {"proof": proof[1], "person": str(stranger.id)})
    assert refused.status_code == 410
    answer = await client.submit("/connexion/qui", {"proof": proof[1], "person": str(jean.id)})
    assert answer.status_code == 303
    assert await Session.filter(person_id=jean.id).exists()


async def test_a_password_opens_the_door_and_a_wrong_one_does_not(client: Client, sign_in: SignIn) -> None:
    person = await a_person("Camille Rey", "camille@exemple.fr")
    mine = await sign_in(person)
    short = await mine.submit("/mon-espace/compte/mot-de-passe", {"password": "court"})
    assert short.status_code == 422
    assert (await mine.submit("/mon-espace/compte/mot-de-passe", {"password": "les canards du Carron"})).status_code == 303
    wrong = {"email": "camille@exemple.fr", "password": "les canards du Caron"}
    assert (await client.submit("/connexion/mot-de-passe", wrong)).status_code == 422
    right = {"email": "camille@exemple.fr", "password": "les canards du Carron"}
    assert (await client.submit("/connexion/mot-de-passe", right)).status_code == 303


async def test_a_stranger_is_led_to_the_door_and_back(client: Client) -> None:
    answer = await client.get("/mon-espace/compte")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/connexion?suite=%2Fmon-espace%2Fcompte"


async def test_another_site_cannot_send_our_forms(client: Client) -> None:
    answer = await client.post("/connexion", data={"email": "a@b.fr"}, headers={"sec-fetch-site": "cross-site"})
    assert answer.status_code == 403


async def test_signing_out_ends_the_session(sign_in: SignIn) -> None:
    person = await a_person()
    mine = await sign_in(person)
    assert (await mine.get("/mon-espace/compte")).status_code == 200
    await mine.submit("/deconnexion")
    assert await Session.filter(person_id=person.id).count() == 0


async def test_a_second_person_of_one_address_signs_up_under_her_own_name(client: Client) -> None:
    await a_person("Camille Rey", "maison@exemple.fr")
    await client.submit("/inscription", {"name": "Jean Rey", "email": "maison@exemple.fr"})
    code = _code(await _last_mail("maison@exemple.fr"))
    answer = await client.submit("/connexion/code", {"email": "maison@exemple.fr", "code": code})
    assert answer.headers["location"] == "/"
    assert {person.name for person in await Person.filter(email="maison@exemple.fr")} == {"Camille Rey", "Jean Rey"}


async def test_lost_links_come_back_by_mail_and_nothing_is_told_on_the_page(client: Client) -> None:
    person = await a_person("Camille Rey", "camille@exemple.fr")
    await a_signup(await the_shift(await a_mission(lead=await a_lead(), days=3)), person)
    known = await client.submit("/retrouver-mes-liens", {"email": "camille@exemple.fr"})
    unknown = await client.submit("/retrouver-mes-liens", {"email": "autre@exemple.fr"})
    assert known.headers["location"] == unknown.headers["location"]
    assert (await client.get(known.headers["location"])).status_code == 200
    mail = await _last_mail("camille@exemple.fr")
    found = re.search(r"http://testserver(/\S+)", mail.text)
    assert found
    assert "Accompagner la navette" in (await client.get(found[1])).text
    assert "Rien n’a encore été fait" in (await _last_mail("autre@exemple.fr")).text
