"""The register of decisions: narrowed, searched, paged, taken away; a committee's and the whole network's."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from civic import clock
from civic.committees.models import Committee
from civic.counting.rules import Verdict
from civic.decisions import register
from civic.decisions.models import Decision, DecisionStatus
from civic.decisions.register import Asked
from civic.decisions.words import review_words
from civic.initiatives.models import Initiative
from civic.people.models import Person
from tests.client import Client
from tests.engines import query_count
from tests.factories import a_person, an_initiative
from tests.factories.commitments import a_commitment
from tests.factories.steering import a_committee, a_draft

SignIn = Callable[[Person], Awaitable[Client]]


async def _closed(committee: Committee, question: str, **columns: object) -> Decision:
    """A closed decision of last week, adopted by the majority unless told."""
    known, day = await Decision.all().count(), clock.now() - timedelta(days=7)
    defaults: dict[str, object] = {
        "method": "majority", "closes_at": day, "closed_at": day, "status": DecisionStatus.CLOSED,
        "verdict": Verdict.ADOPTED, "created_at": day, "opened_at": day, "electorate": 5, "answers_count": 4,
        "tally": {"yes": 3, "no": 1, "abstain": 0, "open_objections": 0},
    }  # fmt: skip
    return await Decision.create(
        committee=committee, form_key=f"register-{known}", question=question, **{**defaults, **columns}
    )


@pytest.fixture
async def committee(database: object, app: object) -> Committee:
    """A committee with decisions of every sort."""
    found = await a_committee(await a_person("Sélim Laurent"))
    await _closed(found, "Le trajet coûte un euro", outcome="Gratuit pour l’école, dès lundi.")
    await _closed(found, "La navette passe par Birieux", verdict=Verdict.REJECTED)
    await _closed(found, "On achète un minibus", method="consent", verdict=Verdict.OBJECTED, tally=None)
    long_ago = clock.now() - timedelta(days=800)
    await _closed(found, "On loue une salle", closes_at=long_ago, review_on=long_ago.date())
    await _closed(found, "Question retirée", status=DecisionStatus.WITHDRAWN, verdict=None, tally=None)
    await _closed(
        found, "On repeint la halte", status=DecisionStatus.OPEN, verdict=None, closed_at=None, tally=None,
        closes_at=clock.now() + timedelta(days=3),
    )  # fmt: skip
    return found


async def _questions(committee: Committee, **said: str) -> set[str]:
    rows = await register.page_of(register.of_committee(committee), Asked.of(said), None)
    return {one.question for one in rows.items}


async def test_one_narrows_the_register_by_state_method_year_and_words(committee: Committee) -> None:
    everything = await _questions(committee)
    assert len(everything) == 6
    assert await _questions(committee, etat="adoptees") == {"Le trajet coûte un euro", "On loue une salle"}
    assert await _questions(committee, etat="non-adoptees") == {"La navette passe par Birieux", "On achète un minibus"}
    assert await _questions(committee, etat="en-cours") == {"On repeint la halte"}
    assert await _questions(committee, etat="retirees") == {"Question retirée"}
    assert await _questions(committee, etat="a-revoir") == {"On loue une salle"}
    assert await _questions(committee, methode="consent") == {"On achète un minibus"}
    year = clock.local(clock.now() - timedelta(days=800)).year
    assert await _questions(committee, annee=str(year)) == {"On loue une salle"}
    for words in ("école", "École", "ecole", "ÉCOLE", "gratuit", "EURO trajet", "coute"):
        assert await _questions(committee, q=words) == {"Le trajet coûte un euro"}, words
    assert await _questions(committee, q="euro minibus") == set()
    for wrong in ({"etat": "x"}, {"annee": "x"}, {"annee": "99999"}, {"methode": "x"}, {"q": "  "}):
        assert await _questions(committee, **wrong) == everything


@pytest.mark.one_engine
def test_a_review_whose_day_has_passed_is_said_late() -> None:
    today = clock.today()
    assert "À revoir depuis le" in review_words(Decision(review_on=today - timedelta(days=1)))
    assert "À revoir le" in review_words(Decision(review_on=today))


async def test_drafts_and_what_is_not_published_are_in_no_register(client: Client, committee: Committee) -> None:
    lead = await a_person("Anne-Marie Lopez")
    await a_draft(committee, lead, question="Une question en préparation")
    hidden = await a_committee(lead, initiative=await an_initiative("Le secret", lead=lead))
    await _closed(hidden, "Une question cachée")
    for path in ("/decisions", "/decisions.csv"):
        assert "Une question cachée" in (await client.get(path)).text
    await Initiative.filter(id=hidden.initiative_id).update(published_at=None)
    for path in ("/decisions", "/decisions.csv", f"/comites/{committee.slug}/registre"):
        text = (await client.get(path)).text
        assert "Une question cachée" not in text
        assert "en préparation" not in text
        assert "Le trajet coûte un euro" in text
    assert (await client.get(f"/comites/{hidden.slug}/registre.csv")).status_code == 404


@pytest.mark.one_engine
async def test_the_sheet_says_result_and_commitments_and_runs_no_formula(client: Client, committee: Committee) -> None:
    decision = await _closed(committee, "=1+1 reste une question", outcome="+33 appels")
    seated = await Person.get(name="Sélim Laurent")
    await a_commitment(committee, seated, decision=decision, status="kept", kept_at=clock.now())
    await a_commitment(committee, seated, "Chercher un minibus", decision=decision)
    sheet = (await client.get(f"/comites/{committee.slug}/registre.csv?q=reste")).content.decode("utf-8-sig")
    head, line = sheet.strip().split("\r\n")
    row = dict(zip(head.split(";"), line.split(";"), strict=True))
    assert row["Question"] == "'=1+1 reste une question"
    assert row["La suite"] == "'+33 appels"
    assert (row["Engagements tenus"], row["Engagements en cours"]) == ("1", "1")
    assert "Pour\u00a0: 3" in row["Résultat"]
    assert (row["État"], row["Réponses"], row["Personnes appelées"]) == ("Adoptée", "4", "5")
    page = (await client.get(f"/comites/{committee.slug}/registre")).text
    assert "1 engagement tenu" in page
    assert "1 engagement en cours" in page


async def test_a_long_register_asks_no_more_questions_than_a_short_one(client: Client, committee: Committee) -> None:
    own, counts = f"/comites/{committee.slug}/registre", []
    for count in (1, 24):
        for number in range(count):
            await _closed(committee, f"Question {count}-{number}")
        with query_count() as asked:
            for path in (own, f"{own}.csv", "/decisions", "/decisions.csv", f"{own}?q=question&etat=adoptees"):
                assert (await client.get(path)).status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]


@pytest.mark.one_engine
async def test_pages_keep_what_was_asked(client: Client, committee: Committee) -> None:
    for number in range(35):
        await _closed(committee, f"Arrêt {number:02}")
    first = (await client.get("/decisions?q=arrêt&etat=adoptees")).text
    assert "Arrêt 05" in first
    assert "Arrêt 04" not in first
    more = first.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    assert "etat=adoptees" in more
    second = (await client.get(more)).text
    assert "Arrêt 04" in second
    assert "Le trajet" not in second
    assert "Aucune décision de cette sorte" in (await client.get("/decisions?q=introuvable")).text
