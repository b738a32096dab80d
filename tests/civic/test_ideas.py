"""Ideas of residents: proposing one without an account, what resembles it, the list, supporting, the author's link."""

import io
import re
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from PIL import Image

from civic import clock, jobs
from civic.ideas import listing, queries, service
from civic.ideas.forms import ListForm
from civic.ideas.jobs import forget
from civic.ideas.letters import support_token, token_of
from civic.ideas.models import Idea, IdeaChange, IdeaSupport, Status
from civic.initiatives import service as initiatives
from civic.mail.models import OutboxMessage
from civic.media.models import Picture
from civic.people.models import Person
from civic.web.forms import Form
from tests.client import Client
from tests.engines import query_count
from tests.factories import a_commune, a_person, an_initiative
from tests.factories.ideas import an_accepted_idea, an_idea, fresh
from tests.mailbox import plain

SignIn = Callable[[Person], Awaitable[Client]]
WRITTEN = {
    "title": "Un four à pain pour le village", "what": "Rallumer le four communal une fois par mois et cuire ensemble.",
    "for_whom": "Les familles du bourg.", "commune": "Trévoux", "needed": "Du bois.", "topics": "alimentation",
}  # fmt: skip
ME = {"name": "Odile Perrin", "email": "odile@exemple.fr"}


async def mailed(to: str) -> str:
    """The text of the newest mail to this address."""
    await jobs.run_due()
    found = await OutboxMessage.filter(to=to).order_by("-id").first()
    assert found, f"no mail to {to}"
    return found.text


def link_in(text: str, holding: str) -> str:
    found = re.search(rf"http://testserver(/\S*{holding}\S*)", text)
    assert found, text
    return found[1]


async def test_a_resident_without_account_proposes_and_her_mail_publishes(client: Client) -> None:
    await a_commune()
    answer = await client.submit("/idees/nouvelle", WRITTEN | ME)
    assert answer.headers["location"] == "/idees/envoyee"
    idea = await Idea.get()
    assert idea.status == Status.UNCONFIRMED
    assert (await client.get(f"/idees/{idea.slug}")).status_code == 404
    assert "four à pain" not in (await client.get("/idees")).text
    own = link_in(await mailed("odile@exemple.fr"), "mes-idees")
    before = (await client.get(own)).text
    assert "Publier mon idée" in before
    assert (await Idea.get()).status == Status.UNCONFIRMED, "looking publishes nothing"
    published = await client.submit(f"{own}/publier")
    assert published.headers["location"] == f"/idees/{idea.slug}"
    shown = (await client.get(f"/idees/{idea.slug}")).text
    assert "Odile P." in shown
    assert "Perrin" not in shown
    assert "odile@exemple.fr" not in shown
    assert "Un four à pain pour le village" in (await client.get("/idees")).text
    author = await Person.get(email="odile@exemple.fr")
    assert author.email_verified_at is not None
    assert await IdeaChange.filter(idea_id=idea.id, kind="proposed").count() == 1
    await client.submit(f"{own}/publier")
    assert await IdeaChange.filter(idea_id=idea.id, kind="proposed").count() == 1


async def test_who_did_not_write_it_erases_it_and_who_is_silent_for_a_week_too(client: Client) -> None:
    await a_commune()
    await client.submit("/idees/nouvelle", WRITTEN | ME)
    idea = await Idea.get()
    own = f"/mes-idees/{token_of(idea)}"
    assert "Ce n’est pas moi" in (await client.get(own)).text
    await client.submit(f"{own}/pas-moi")
    assert not await Idea.exists()
    assert (await client.get(own)).status_code == 404
    await client.submit("/idees/nouvelle", WRITTEN | ME)
    kept = await an_idea(title="Une ressourcerie mobile")
    clock.travel(timedelta(days=8))
    await forget()
    assert [idea.id for idea in await Idea.all()] == [kept.id]
    refused = await client.submit(f"/mes-idees/{token_of(kept)}/pas-moi")
    assert refused.status_code == 410


@pytest.mark.parametrize("wrong", ["what", "for_whom", "commune", "topics", "name", "email"])
@pytest.mark.one_engine
async def test_a_refused_idea_keeps_every_word(client: Client, wrong: str) -> None:
    await a_commune()
    answer = await client.submit("/idees/nouvelle", {**WRITTEN, **ME, wrong: ""})
    assert answer.status_code == 422
    assert not await Idea.exists()
    page = answer.text
    kept = [text for name, text in (WRITTEN | ME).items() if name not in (wrong, "topics")]
    assert all(text in page for text in kept)
    assert 'aria-invalid="true"' in page


async def test_the_same_form_sent_twice_is_one_idea(client: Client) -> None:
    await a_commune()
    for _turn in range(2):
        answer = await client.submit("/idees/nouvelle", WRITTEN | ME | {"cle": "une-cle-de-formulaire"})
        assert answer.status_code == 303
    assert await Idea.all().count() == 1


async def test_what_resembles_it_is_shown_once_before_and_nothing_is_lost(client: Client) -> None:
    known = await an_idea(title="Le four à pain du bourg")
    await initiatives.index(await an_initiative("Le Four de la Halle"))
    step = await client.submit("/idees/nouvelle", WRITTEN | ME)
    assert step.status_code == 422
    text = plain(step.text)
    assert "Cela ressemble à ..." in text.replace("…", "...")
    assert f"/idees/{known.slug}" in step.text
    assert "Le Four de la Halle" in step.text
    assert "Rallumer le four communal" in step.text
    assert 'name="seen" value="1"' in step.text
    assert await Idea.all().count() == 1
    assert (await client.submit("/idees/nouvelle", WRITTEN | ME | {"seen": "1"})).status_code == 303
    assert await Idea.all().count() == 2


async def test_similar_ones_appear_while_she_types_a_word_with_a_slip(client: Client) -> None:
    known, hidden = await an_idea(title="Le four à pain du bourg"), await an_idea(title="Pain perdu pour tous")
    assert await service.hide(hidden.id, hidden.version, "Publicité.")
    asked = {"hx-request": "true", "hx-target": "div#semblables"}
    part = (await client.get("/idees/semblables?title=un foor a pain", headers=asked)).text
    assert part.lstrip().startswith('<div id="semblables"')
    assert known.title in part
    assert 'name="seen"' in part
    assert hidden.title not in part
    nothing = (await client.get("/idees/semblables?title=trottinette", headers=asked)).text
    assert 'name="seen"' not in nothing
    assert known.title in (await client.get("/idees/semblables?title=four")).text


async def test_a_photo_survives_a_refusal(client: Client) -> None:
    await a_commune()
    held = io.BytesIO()
    Image.new("RGB", (900, 600), "#884422").save(held, "JPEG")
    refused = await client.submit(
        "/idees/nouvelle", WRITTEN | ME | {"what": "Court."}, files={"picture": ("four.jpg", held.getvalue(), "image/jpeg")}
    )
    assert refused.status_code == 422
    kept = re.search(r'name="photo" value="([^"]+)"', refused.text)
    assert kept
    assert (await client.submit("/idees/nouvelle", WRITTEN | ME | {"photo": kept[1]})).status_code == 303
    assert (await Idea.get()).picture_id == (await Picture.get()).id
    forged = await client.submit("/idees/nouvelle", WRITTEN | ME | {"photo": kept[1] + "x", "title": "Autre four"})
    assert forged.status_code == 422


async def test_a_signed_in_resident_is_public_at_once_and_changes_it(sign_in: SignIn, client: Client) -> None:
    await a_commune()
    me = await a_person("Odile Perrin")
    hers = await sign_in(me)
    answer = await hers.submit("/idees/nouvelle", WRITTEN)
    idea = await Idea.get()
    assert answer.headers["location"] == f"/idees/{idea.slug}"
    assert idea.status == Status.SUBMITTED
    led = await hers.get(f"/idees/{idea.slug}/gerer")
    own = led.headers["location"]
    await hers.submit(f"{own}/modifier", WRITTEN | {"title": "Le four du bourg", "topics": ["culture", "alimentation"]})
    changed = await fresh(idea)
    assert changed.title == "Le four du bourg"
    assert changed.version == idea.version + 1
    assert await queries.topics_of(changed) == ["culture", "alimentation"]
    assert (await client.get(f"/idees/{idea.slug}")).status_code == 200, "its address stays"
    other = await sign_in(await a_person("Rose Martin"))
    assert (await other.get(f"/idees/{idea.slug}/gerer")).status_code == 403


@pytest.mark.one_engine
async def test_one_address_proposes_five_ideas_a_day(client: Client, a_new_hour: None) -> None:
    await a_commune()
    for n in range(5):
        assert (await client.submit("/idees/nouvelle", WRITTEN | ME | {"title": f"Idée {n}", "seen": "1"})).status_code == 303
    stopped = await client.submit("/idees/nouvelle", WRITTEN | ME | {"title": "Idée 6", "seen": "1"})
    assert stopped.status_code == 422
    assert "Réessayez" in stopped.text
    assert "Rallumer le four communal" in stopped.text


async def test_a_neighbour_supports_without_account_and_takes_it_back(client: Client) -> None:
    idea = await an_idea()
    path = f"/idees/{idea.slug}/soutenir"
    assert "Je soutiens" in (await client.get(path)).text
    neighbour = {"name": "Rose Martin", "email": "rose@exemple.fr"}
    assert (await client.submit(path, neighbour)).headers["location"] == "/idees/envoyee"
    assert (await fresh(idea)).supports == 0
    own = link_in(await mailed("rose@exemple.fr"), "soutiens")
    await client.get(own)
    assert (await fresh(idea)).supports == 0, "looking counts nothing"
    for _turn in range(2):
        await client.submit(own)
    assert (await fresh(idea)).supports == 1
    shown = (await client.get(f"/idees/{idea.slug}")).text
    assert "1 personne soutient" in shown
    assert "Rose" not in shown
    clock.travel(timedelta(minutes=2))
    assert (await client.submit(path, neighbour)).headers["location"] == "/idees/envoyee"
    assert "déjà" in await mailed("rose@exemple.fr")
    for _turn in range(2):
        await client.submit(f"{own}/retirer")
    assert (await fresh(idea)).supports == 0
    assert not await IdeaSupport.exists()


async def test_a_signed_in_neighbour_counts_once_however_often_she_taps(sign_in: SignIn) -> None:
    idea = await an_idea()
    hers = await sign_in(await a_person("Rose Martin"))
    for _turn in range(3):
        await hers.submit(f"/idees/{idea.slug}/soutenir")
    assert (await fresh(idea)).supports == 1
    assert "Vous la soutenez" in (await hers.get(f"/idees/{idea.slug}")).text
    for _turn in range(2):
        await hers.submit(f"/idees/{idea.slug}/ne-plus-soutenir")
    assert (await fresh(idea)).supports == 0


async def test_an_ended_idea_takes_no_support_and_a_late_link_says_so(client: Client, sign_in: SignIn) -> None:
    idea = await an_idea()
    rose = await a_person("Rose Martin")
    await service.support(rose, idea, confirmed=False)
    row = await IdeaSupport.get()
    await Idea.filter(id=idea.id).update(status=Status.STOPPED, ending="Personne n’avait le temps.")
    late = await client.submit(f"/mes-soutiens/{support_token(row)}")
    assert late.status_code == 410
    assert (await (await sign_in(rose)).submit(f"/idees/{idea.slug}/soutenir")).status_code == 422
    assert (await fresh(idea)).supports == 0


async def test_the_list_narrows_sorts_and_pages(client: Client) -> None:
    far = await a_commune("01443", "Villars-les-Dombes", latitude=46.6, longitude=5.03, postcodes="01330")
    oven, bike = await an_idea(), await an_idea(title="Des vélos à partager", topics=["mobilite"], commune=far)
    await Idea.filter(id=oven.id).update(supports=9)

    async def titles(query: str) -> list[str]:
        page = (await client.get(f"/idees?{query}")).text
        return [title for title in ("Un four à pain", "Des vélos") if title in page]

    assert await titles("sujet=mobilite") == ["Des vélos"]
    assert await titles("commune=Trévoux&rayon=15") == ["Un four à pain"]
    assert await titles("commune=Trévoux&rayon=60") == ["Un four à pain"]
    assert await titles("q=velo") == ["Des vélos"]
    assert await titles("etape=accepted") == []
    assert "Pas encore d’idée par ici" in (await client.get("/idees?etape=accepted")).text
    await Idea.filter(id=bike.id).update(asleep_at=clock.now())
    assert await titles("etape=asleep") == ["Des vélos"]
    assert await titles("etape=submitted") == ["Un four à pain"]
    for n in range(14):
        await an_idea(title=f"Une idée numéro {n}")
    seen: list[str] = []
    address: str | None = "/idees?tri=soutiens"
    while address:
        page = (await client.get(address)).text
        seen += re.findall(r"<h3[^>]*><a[^>]*>([^<]+)</a>", page)
        after = re.search(r'rel="next" href="([^"]+)"', page)
        address = after[1].replace("&amp;", "&") if after else None
    assert seen[0] == oven.title
    assert len(seen) == len(set(seen)) == 16
    unknown = await client.get("/idees?commune=Zzyzx")
    assert unknown.status_code == 422
    assert (await client.get("/idees?apres=nimporte")).status_code == 200


async def test_the_list_asks_as_many_questions_for_two_as_for_twelve(client: Client) -> None:
    for n in range(2):
        await an_idea(title=f"Idée {n}")
    with query_count() as few:
        assert (await client.get("/idees?commune=Trévoux&sujet=alimentation")).status_code == 200
    for n in range(2, 13):
        await an_idea(title=f"Idée {n}")
    with query_count() as many:
        assert (await client.get("/idees?commune=Trévoux&sujet=alimentation")).status_code == 200
    assert len(few) == len(many)
    found = await listing.found(Form.check({}, ListForm))
    assert len(found.cards) == 12


async def test_an_ideas_page_asks_the_same_few_questions_however_much_it_has(client: Client) -> None:
    idea = await an_accepted_idea()
    with query_count() as few:
        await client.get(f"/idees/{idea.slug}")
    for n in range(8):
        await service.support(await a_person(f"Prénom{n} Nom"), idea, confirmed=True)
        await service.note(idea, "step", "Le besoin")
    with query_count() as many:
        await client.get(f"/idees/{idea.slug}")
    assert len(few) == len(many)
    assert len(many) <= 12
