"""What newcomers did not understand at first (issue 5): shares that count, words said once, errors said together, rules."""

from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta

import pytest

from civic import clock, jobs
from civic.counting.rules import Code, Method
from civic.decisions import closing, words
from civic.decisions.models import Decision
from civic.discussions import service
from civic.discussions.models import Thread
from civic.follows.queries import is_following
from civic.mail.models import OutboxMessage
from civic.people.models import Person, RoleName
from tests.client import Client
from tests.factories import a_person, an_initiative
from tests.factories.steering import a_committee, a_member, an_open_decision, fresh, says, votes
from tests.factories.talking import is_hidden, reports
from tests.factories.talking import says as writes
from tests.mailbox import plain

SignIn = Callable[[Person], Awaitable[Client]]


@pytest.fixture(autouse=True)
def _clock_put_back() -> Iterator[None]:
    yield
    clock.travel(timedelta())


async def _voted(**terms: object) -> Decision:
    """Two for, one against, three abstentions, closed."""
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    crowd = [lead, *[await a_member(committee, f"Rose{n} Martin") for n in range(5)]]
    decision = await an_open_decision(committee, lead, method=Method.MAJORITY, **terms)
    for person, code in zip(crowd, [Code.YES, Code.YES, Code.NO, *[Code.ABSTAIN] * 3], strict=True):
        await says(person, decision, code)
    clock.travel(timedelta(days=3, seconds=1))
    assert await closing.close(decision.id)
    return await fresh(decision)


async def test_the_share_beside_a_count_is_the_one_that_decides(client: Client) -> None:
    apart = await _voted()
    shown = plain((await client.get(f"/decisions/{apart.id}")).text)
    assert "2 voix, 67 %" in shown
    assert "1 voix, 33 %" in shown
    assert "3 voix, à part" in shown
    assert apart.result is not None
    assert [round(part) for _name, _said, part in words.bars(apart, apart.result)] == [67, 33, 100]


async def test_where_abstentions_count_the_share_is_of_all_who_answered(client: Client) -> None:
    counted = await _voted(abstentions_count=True)
    shown = plain((await client.get(f"/decisions/{counted.id}")).text)
    assert "2 voix, 33 %" in shown
    assert "3 voix, 50 %" in shown
    assert "à part" not in shown


async def test_a_closed_decision_speaks_of_its_rule_in_the_past_and_of_no_hour_to_come(client: Client) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    options = [{"title": "Le samedi"}, {"title": "Le dimanche"}]
    decision = await an_open_decision(committee, lead, method=Method.DOTS, dots=3, options=options, results_hidden=True)
    before = (await client.get(f"/decisions/{decision.id}")).text
    assert "Comment on décide" in before
    assert "1 choix est retenu" in plain(before)
    assert words.closing_words(decision) in before
    assert "Elles se découvrent à la clôture" in before
    clock.travel(timedelta(days=3, seconds=1))
    assert await closing.close(decision.id)
    after = (await client.get(f"/decisions/{decision.id}")).text
    assert "Comment on a décidé" in after
    assert words.closing_words(decision) not in after
    assert "Elles se découvrent à la clôture" not in after


async def test_the_reason_of_an_objection_is_read_once_on_a_page(client: Client) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    rose = await a_member(committee)
    decision = await an_open_decision(committee, lead)
    await says(rose, decision, Code.OBJECT, "Le bus passe déjà à neuf heures.")
    await says(lead, decision, Code.AGREE, "Enfin un arrêt.")
    shown = (await client.get(f"/decisions/{decision.id}")).text
    assert shown.count("Le bus passe déjà à neuf heures.") == 1
    assert shown.count("Enfin un arrêt.") == 1
    assert 'href="#objection-' in shown
    assert "Le bus passe déjà" in (await client.get(f"/comites/{committee.slug}")).text


async def test_a_wrong_code_and_an_empty_ranking_are_said_in_one_go(sign_in: SignIn) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    rose = await a_member(committee)
    options = [{"title": "Agathe"}, {"title": "Basile"}]
    decision = await an_open_decision(committee, lead, method=Method.RANKED, options=options, secret=True)
    code = await votes(rose, decision, [["Agathe"]])
    hers, path = await sign_in(rose), f"/decisions/{decision.id}/isoloir/changer"
    wrong = await hers.submit(path, {"code": "AAAA-AAAA-AAAA"})
    assert wrong.status_code == 422
    assert "Donnez une place à un choix au moins" in wrong.text
    assert "Ce code n’est pas celui" in wrong.text
    right = await hers.submit(path, {"code": code})
    assert "Donnez une place à un choix au moins" in right.text
    assert "Ce code n’est pas celui" not in right.text


async def test_one_follows_a_discussion_that_nobody_has_begun(client: Client, sign_in: SignIn) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    decision = await an_open_decision(committee, lead)
    rose = await a_person("Rose Martin")
    hers = await sign_in(rose)
    for page, talk in (
        (f"/comites/{committee.slug}", f"/discussions/comite/{committee.id}"),
        (f"/decisions/{decision.id}", f"/discussions/decision/{decision.id}"),
    ):
        assert f'action="{talk}/suivre"' in (await hers.get(page)).text
        assert f'action="{talk}/suivre"' not in (await client.get(page)).text
        assert (await hers.submit(f"{talk}/suivre")).status_code == 303
        thread = await Thread.all().order_by("-id").first()
        assert thread is not None
        assert thread.comments == 0
        assert await is_following(rose, service.FOLLOWED, thread.id)
        assert f'action="{talk}/ne-plus-suivre"' in (await hers.get(page)).text
    assert (await hers.submit(f"/discussions/decision/{decision.id}/suivre")).status_code == 303
    assert await Thread.all().count() == 2


async def test_nobody_follows_where_nobody_can_write(sign_in: SignIn) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    decision = await an_open_decision(committee, lead)
    clock.travel(timedelta(days=30))
    assert await closing.close(decision.id)
    mine, talk = await sign_in(lead), f"/discussions/decision/{decision.id}"
    assert "Suivre par courriel" not in (await mine.get(talk)).text
    assert (await mine.submit(f"{talk}/suivre")).status_code == 409
    assert not await Thread.all().exists()


async def test_the_rules_are_a_page_that_reports_and_their_letters_lead_to(client: Client, sign_in: SignIn) -> None:
    shown = (await client.get("/regles")).text
    assert "<h1>Règles de la communauté</h1>" in shown
    assert 'href="/regles"' in (await client.get("/mentions-legales")).text, "in the footer of every page"
    rose, team = await a_person("Rose Martin"), await a_person("Anne Moreau", "", RoleName.ANIMATOR)
    said = await writes(rose, await an_initiative(lead=await a_person()), "Une insulte.")
    assert (await client.get(f"/signaler/commentaire/{said.id}")).text.count('href="/regles"') == 2
    assert (await (await sign_in(team)).get("/pupitre/signalements")).text.count('href="/regles"') == 2
    await reports(said, "temoin@exemple.fr")
    await is_hidden(team, said)
    await jobs.run_due()
    letters = await OutboxMessage.filter(to__in=[rose.email, "temoin@exemple.fr"])
    assert [one.to for one in letters if "/regles" not in one.text] == []
    assert len(letters) == 2
