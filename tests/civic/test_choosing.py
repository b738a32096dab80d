"""Choosing among several options: preparing, answering with dots, ranks and approvals, what each voter sees."""

from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta

import pytest

from civic import clock
from civic.committees.models import College, Committee
from civic.counting.rules import Method
from civic.decisions import positions, service
from civic.decisions.models import Decision, Elector, Option, Stance
from civic.errors import DomainError
from civic.people.actor import Actor
from civic.people.models import Person
from tests.client import Client
from tests.factories import a_person
from tests.factories.steering import a_committee, a_draft, a_member, an_open_decision, chooses, fresh

SignIn = Callable[[Person], Awaitable[Client]]
GARDEN = [{"title": "Potager", "cost": 30_000}, {"title": "Verger", "cost": 50_000}, {"title": "Mare", "cost": 20_000}]


@pytest.fixture(autouse=True)
def _clock_put_back() -> Iterator[None]:
    yield
    clock.travel(timedelta())


def _form(**changes: str) -> dict[str, str]:
    closes = clock.local(clock.now() + timedelta(days=3)).strftime("%Y-%m-%dT%H:%M")
    return {
        "question": "Que fait-on du pré communal ?", "method": "dots", "quorum_percent": "50", "closes_at": closes,
        "cle": "clef-du-formulaire", "dots": "5", "chosen_most": "1", "title_1": "Potager", "title_2": "Verger",
        "meaning_2": "Douze pommiers", **changes,
    }  # fmt: skip


async def _open(sign: SignIn | None, method: Method, **wishes: object) -> tuple[Decision, Person, Person]:
    """An open choice about the garden, its lead and a member."""
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    rose = await a_member(committee)
    wishes = {"options": GARDEN, "budget": 100_000, "dots": 5, **wishes}
    return await an_open_decision(committee, lead, method=method, **wishes), lead, rose


async def _ids(decision: Decision) -> dict[str, int]:
    return {option.title: option.id async for option in Option.filter(decision_id=decision.id)}


@pytest.mark.one_engine
async def test_a_lead_writes_the_options_and_opens_the_choice(sign_in: SignIn) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    mine = await sign_in(lead)
    page = await mine.get(f"/comites/{committee.slug}/decisions/nouvelle")
    assert "Choisir entre plusieurs" in page.text
    answer = await mine.submit(f"/comites/{committee.slug}/decisions/nouvelle", _form())
    decision = await Decision.get()
    assert answer.headers["location"] == f"/decisions/{decision.id}"
    assert (decision.method, decision.dots, decision.budget_cents) == (Method.DOTS, 5, None)
    assert await Option.filter(decision_id=decision.id).order_by("position").values_list("title", "meaning") == [
        ("Potager", ""), ("Verger", "Douze pommiers")
    ]  # fmt: skip
    edit = await mine.get(f"/decisions/{decision.id}/modifier")
    assert "Douze pommiers" in edit.text
    budget = _form(method="budget", budget="1 000,50", cost_1="300", cost_2="12,5")
    assert (await mine.submit(f"/decisions/{decision.id}/modifier", budget)).status_code == 303
    assert (await fresh(decision)).budget_cents == 100_050
    assert await Option.filter(decision_id=decision.id).order_by("position").values_list("cost_cents", flat=True) == [
        30_000, 1_250
    ]  # fmt: skip
    assert "1000,50" in (await mine.get(f"/decisions/{decision.id}/modifier")).text
    await mine.submit(f"/decisions/{decision.id}/ouvrir")
    decision = await fresh(decision)
    assert (decision.weights, len(decision.seed)) == (None, 16)


@pytest.mark.one_engine
@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"title_2": "", "meaning_2": ""}, "Écrivez au moins deux choix."),
        ({"title_2": ""}, "Remplissez ce champ."),
        ({"title_2": "potager"}, "Ce choix est déjà dans la liste."),
        ({"chosen_most": "2"}, "Retenez moins de choix"),
        ({"dots": "0"}, "Il faut au moins 1."),
        ({"method": "budget"}, "Écrivez le budget à partager."),
        ({"method": "budget", "budget": "100"}, "Écrivez ce que coûte ce choix."),
        ({"method": "budget", "budget": "beaucoup"}, "Écrivez une somme en euros"),
        ({"method": "budget", "budget": "100", "cost_1": "20", "cost_2": "101"}, "C’est plus que le budget de 100"),
        ({"method": "budget", "budget": "100", "cost_1": "20", "cost_2": "-1"}, "Écrivez une somme en euros"),
    ],
)
async def test_a_mistake_in_the_options_keeps_everything_that_was_written(
    sign_in: SignIn, changes: dict[str, str], sentence: str
) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    mine, path = await sign_in(lead), f"/comites/{committee.slug}/decisions/nouvelle"
    refused = await mine.submit(path, _form(**changes))
    assert refused.status_code == 422
    assert sentence in refused.text
    for written in {"title_1": "Potager", **changes}.values():
        assert written in refused.text
    assert not await Decision.all().count()


@pytest.mark.one_engine
async def test_where_colleges_weigh_a_budget_is_not_shared_and_dots_weigh(sign_in: SignIn) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    await Committee.filter(id=committee.id).update(is_weighted=True)
    mine, path = await sign_in(lead), f"/comites/{committee.slug}/decisions/nouvelle"
    budget = _form(method="budget", budget="100", cost_1="20", cost_2="30")
    refused = await mine.submit(path, budget)
    assert refused.status_code == 422
    assert "choisissez une autre façon de décider" in refused.text
    draft = await a_draft(await Committee.get(id=committee.id), lead, method=Method.DOTS, options=GARDEN)
    with pytest.raises(DomainError, match="poids des collèges"):
        await service.open_or_schedule(Actor(lead), draft)
    await College.filter(committee_id=committee.id, kind="residents").update(weight=60)
    await College.filter(committee_id=committee.id, kind="contributors").update(weight=40)
    await service.open_or_schedule(Actor(lead), draft)
    assert (await fresh(draft)).weights == {"residents": 60, "contributors": 40}
    page = (await mine.get(f"/decisions/{draft.id}")).text.replace("\u202f", " ")
    assert "Habitants 60 %, Contributeurs 40 %." in page


async def test_a_voter_places_her_dots_and_changes_them(sign_in: SignIn) -> None:
    decision, _lead, rose = await _open(sign_in, Method.DOTS, dots_on_one=3)
    hers, path, ids = await sign_in(rose), f"/decisions/{decision.id}", await _ids(decision)
    garden, orchard = f"choix_{ids['Potager']}", f"choix_{ids['Verger']}"
    too_many = await hers.submit(f"{path}/position", {garden: "3", orchard: "4", "reason": "Pour les enfants."})
    assert too_many.status_code == 422
    assert "points de trop" in too_many.text or "Il faut au plus" in too_many.text
    assert "Pour les enfants." in too_many.text
    too_many = await hers.submit(f"{path}/position", {garden: "3", orchard: "3"})
    assert "C’est 1 point de trop" in too_many.text
    assert ">Points en trop\u00a0: 1.<" in too_many.text, "what was typed is kept and counted"
    assert ">Points restants\u00a0: 5 sur 5.<" in (await hers.get(path)).text
    assert "au plus 3 points sur un même choix" in (await hers.submit(f"{path}/position", {garden: "4"})).text
    assert "il vous en reste 5" in (await hers.submit(f"{path}/position", {garden: "", "reason": "Rien"})).text
    assert not await Stance.all().count()
    assert (await hers.submit(f"{path}/position", {garden: "3", "reason": "Miam"})).status_code == 303
    page = await hers.get(path)
    assert "Il vous reste 2 points" in page.text
    assert "Points restants\u00a0: 2 sur 5." in page.text
    assert (await hers.submit(f"{path}/position", {garden: "2", orchard: "3"})).status_code == 303
    current = await Stance.get(person_id=rose.id, superseded_at__isnull=True)
    assert current.choices == {str(ids["Potager"]): 2, str(ids["Verger"]): 3}
    assert (await fresh(decision)).answers_count == 1
    await hers.submit(f"{path}/position", {garden: "2", orchard: "3"})
    assert await Stance.filter(person_id=rose.id).count() == 2


async def test_a_voter_ranks_with_equals_and_leaves_one_out(sign_in: SignIn) -> None:
    decision, _lead, rose = await _open(sign_in, Method.RANKED)
    hers, path, ids = await sign_in(rose), f"/decisions/{decision.id}", await _ids(decision)
    fields = {f"choix_{ids['Potager']}": "3", f"choix_{ids['Verger']}": "1", f"choix_{ids['Mare']}": ""}
    assert (await hers.submit(f"{path}/position", fields)).status_code == 303
    assert (await Stance.get()).choices == [[ids["Verger"]], [ids["Potager"]]]
    assert "1. Verger, 2. Potager" in (await hers.get(path)).text
    fields |= {f"choix_{ids['Potager']}": "1"}
    assert (await hers.submit(f"{path}/position", fields)).status_code == 303
    assert (await Stance.get(superseded_at__isnull=True)).choices == [[ids["Potager"], ids["Verger"]]]
    nothing = await hers.submit(f"{path}/position", dict.fromkeys(fields, ""))
    assert nothing.status_code == 422
    assert "Donnez une place à un choix au moins." in nothing.text


async def test_a_voter_ticks_what_she_supports_under_a_budget(sign_in: SignIn) -> None:
    decision, _lead, rose = await _open(sign_in, Method.BUDGET)
    other, _, _ = await _open(sign_in, Method.BUDGET)
    hers, path, ids = await sign_in(rose), f"/decisions/{decision.id}", await _ids(decision)
    answer = await hers.submit(f"{path}/position", {"choix": [str(ids["Potager"]), str(ids["Mare"])]})
    assert answer.status_code == 303
    assert (await Stance.get()).choices == [ids["Potager"], ids["Mare"]]
    assert "Vos choix coûtent 500" in (await hers.get(path)).text
    foreign = await hers.submit(f"{path}/position", {"choix": [str((await _ids(other))["Potager"])]})
    assert foreign.status_code == 422
    assert "Choisissez une des réponses proposées." in foreign.text
    assert "Cochez au moins un choix." in (await hers.submit(f"{path}/position", {"reason": "Rien"})).text


@pytest.mark.one_engine
async def test_each_voter_sees_the_options_in_an_order_of_her_own_that_never_changes(sign_in: SignIn) -> None:
    decision, _lead, rose = await _open(sign_in, Method.RANKED)
    options = await Option.filter(decision_id=decision.id).order_by("position")
    orders = [[one.title for one in positions.in_her_order(decision, options, person)] for person in range(60)]
    assert len({tuple(order) for order in orders}) == 6  # each order there is, somebody sees
    assert orders[7] == [one.title for one in positions.in_her_order(decision, options[::-1], 7)]
    hers = await sign_in(rose)
    page = (await hers.get(f"/decisions/{decision.id}")).text
    form = page[page.index('id="choix"') :]
    shown = sorted(("Potager", "Verger", "Mare"), key=form.index)
    assert shown == [one.title for one in positions.in_her_order(decision, options, rose.id)]
    stranger = (await (await sign_in(await a_person("Nadia Faure"))).get(f"/decisions/{decision.id}")).text
    assert stranger.index("Potager") < stranger.index("Verger") < stranger.index("Mare")


async def test_hidden_choices_never_leak_before_the_closing(client: Client, sign_in: SignIn) -> None:
    decision, lead, rose = await _open(sign_in, Method.DOTS, results_hidden=True, explanation="Sans paroles")
    await chooses(rose, decision, {"Verger": 4, "Mare": 1}, "Raison que personne ne doit lire")
    mine = await sign_in(lead)
    for page in (await client.get(f"/decisions/{decision.id}"), await mine.get(f"/decisions/{decision.id}")):
        assert "Raison que personne" not in page.text
        assert "Rose" not in page.text
    assert (await client.get(f"/decisions/{decision.id}/resultat.json")).status_code == 404
    assert (await client.get(f"/decisions/{decision.id}/resultat.csv")).status_code == 404
    assert "Verger\u00a0: 4" in (await (await sign_in(rose)).get(f"/decisions/{decision.id}")).text


@pytest.mark.one_engine
async def test_other_pages_show_a_choice_beside_a_proposal(client: Client, sign_in: SignIn) -> None:
    decision, lead, rose = await _open(sign_in, Method.RANKED)
    committee = decision.committee
    await chooses(lead, decision, [["Mare"]], "L’eau d’abord.")
    hers = await sign_in(rose)
    page = (await hers.get(f"/comites/{committee.slug}")).text
    assert "Par classement" in page
    assert "1. Mare" in page
    await committee.fetch_related("initiative")
    assert committee.initiative
    assert "Par classement" in (await client.get(f"/initiatives/{committee.initiative.slug}")).text
    assert (await hers.get("/mon-espace")).status_code == 200
    assert (await client.get(f"/comites/{committee.slug}/registre")).status_code == 200


@pytest.mark.one_engine
async def test_who_sits_without_being_named_is_named_to_the_committee_only(client: Client, sign_in: SignIn) -> None:
    decision, lead, rose = await _open(sign_in, Method.DOTS)
    await Elector.filter(person_id=rose.id).update(is_discreet=True)
    await chooses(rose, decision, {"Mare": 5}, "Pour les grenouilles.")
    outside = (await client.get(f"/decisions/{decision.id}")).text
    assert "Pour les grenouilles." in outside
    assert "Une personne" in outside
    assert "Rose" not in outside
    assert "Rose M." in (await (await sign_in(lead)).get(f"/decisions/{decision.id}")).text
    assert "sans votre nom" in (await (await sign_in(rose)).get(f"/decisions/{decision.id}")).text
