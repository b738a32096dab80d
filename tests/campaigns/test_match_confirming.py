"""What a matcher signs counts once a second person of the team has confirmed it: nobody makes a match alone."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pypdfium2
import pytest

from campaigns.lifecycle.models import Campaign
from campaigns.matching import agreeing, confirming, panels, papers, queries, waiting
from campaigns.matching.models import AgreementStatus, MatchAgreement, MatchOffer
from campaigns.pledges.models import Pledge
from campaigns.settlement import deciding
from civic import clock, jobs
from civic.activity.models import Activity
from civic.errors import DomainError, Forbidden, Gone
from civic.initiatives.models import Lead
from civic.mail.models import OutboxMessage
from civic.organisations.models import Representative
from civic.people import links
from civic.people.actor import Actor
from civic.people.models import AuditEntry, Person, Role, RoleName
from tests.campaigns.test_matching import matched, run
from tests.client import Client
from tests.factories import a_person
from tests.factories.matching import (
    a_gift,
    a_matcher,
    a_proposal,
    a_signed,
    a_team,
    another_of_the_team,
    terms,
)
from tests.factories.settlement import a_live_campaign, deadline_passes

SignIn = Callable[[Person], Awaitable[Client]]


async def found() -> MatchAgreement:
    return (await queries.agreements_of((await Campaign.all().order_by("id").first()).id))[0]  # type: ignore[union-attr]


async def plain(client: Client, path: str) -> str:
    answer = await client.get(path)
    assert answer.status_code == 200
    return answer.text.replace("\u202f", " ").replace("\u00a0", " ")


async def letters(subject: str) -> list[str]:
    await jobs.run_due(schedules=False)
    rows = await OutboxMessage.filter(subject__contains=subject).order_by("id")
    return [row.to for row in rows]


async def animator(name: str, email: str) -> Actor:
    return Actor(await a_person(name, email, RoleName.ANIMATOR), frozenset({RoleName.ANIMATOR}))


@pytest.mark.usefixtures("books")
class TestWhoConfirms:
    async def test_what_is_signed_counts_nowhere_before_another_of_the_team_has_confirmed_it(self) -> None:
        campaign = await a_live_campaign(10_000)
        signed = await a_signed(campaign)
        await a_gift(campaign, 3_000)
        await run()
        assert (await matched(campaign), await panels.campaign_panels(campaign), await queries.active_of(campaign.id)) == (
            0, [], []
        )
        assert await panels.gift_notes(await Campaign.get(id=campaign.id), 3_000) == []
        assert await Activity.filter(kind="match_opened").count() == 0
        second = await another_of_the_team()
        for _ in range(2):
            await confirming.confirm(signed, second)
        made = await found()
        assert (made.status, made.confirmed_by_id, await matched(campaign)) == ("active", second.person.id, 3_000)
        assert await Activity.filter(kind="match_opened").count() == 1
        assert await letters("Votre accord est en vigueur") == ["mairie@exemple.fr"]
        assert await AuditEntry.filter(act="match_confirmed", actor_id=second.person.id).count() == 1

    async def test_whoever_proposed_it_never_confirms_it_nor_does_the_hand_or_a_side(self) -> None:
        campaign = await a_live_campaign(10_000)
        team, town = await a_team(), await a_matcher()
        made = await agreeing.propose(campaign, team, await terms(organisation_id=town.id))
        await agreeing.accept(made, "Hélène Maire", "Maire")
        mayor, lead, both = await another_of_the_team("Luc Grand"), await another_of_the_team(), await a_person("Léa")
        await Representative.create(organisation=town, person=mayor.person, from_on=clock.today())
        await Lead.create(initiative_id=campaign.initiative_id, person=lead.person, since=clock.now())
        owner = await another_of_the_team("Jean Double")
        await Person.filter(id=owner.person.id).update(email="mairie@exemple.fr")
        owner = Actor(await Person.get(id=owner.person.id), owner.roles)
        counter = Actor(both, frozenset({RoleName.ANIMATOR}), None, team.person)
        for who in (team, mayor, lead, owner, counter, Actor(both)):
            with pytest.raises(Forbidden):
                await confirming.confirm(made, who)
            with pytest.raises(Forbidden):
                await confirming.refuse(made, who, "Pas lu.")
        assert (await MatchAgreement.get()).status == AgreementStatus.SIGNED

    async def test_two_confirm_at_once_and_it_is_confirmed_once(self) -> None:
        campaign = await a_live_campaign(10_000)
        signed = await a_signed(campaign)
        await a_gift(campaign, 3_000)
        one, two = await another_of_the_team("Marie Conte"), await another_of_the_team("Jeanne Compte")
        await asyncio.gather(confirming.confirm(signed, one), confirming.confirm(signed, two))
        assert await matched(campaign) == 3_000
        assert await AuditEntry.filter(act="match_confirmed").count() == 1
        assert await Activity.filter(kind="match_opened").count() == 1

    @pytest.mark.parametrize("first", ["confirm", "withdraw"])
    async def test_confirmed_and_withdrawn_at_once_it_is_one_of_both(self, first: str) -> None:
        campaign = await a_live_campaign(10_000)
        signed = await a_signed(campaign)
        await a_gift(campaign, 3_000)
        verbs = [confirming.confirm(signed, await another_of_the_team()), agreeing.withdraw(signed, await a_team())]
        verbs = verbs if first == "confirm" else verbs[::-1]
        done = await asyncio.gather(*verbs, return_exceptions=True)
        assert sum(isinstance(one, DomainError) for one in done) == 1
        status, cents = (await MatchAgreement.get()).status, await matched(campaign)
        assert (status, cents) in ((AgreementStatus.ACTIVE, 3_000), (AgreementStatus.WITHDRAWN, 0))

    async def test_what_was_withdrawn_is_not_confirmed_and_whoever_signed_it_is_told(self) -> None:
        campaign = await a_live_campaign(10_000)
        signed = await a_signed(campaign)
        await agreeing.withdraw(signed, await a_team())
        with pytest.raises(Gone):
            await confirming.confirm(signed, await another_of_the_team())
        assert await letters("Votre accord ne compte pas") == ["mairie@exemple.fr"]

    async def test_what_nobody_has_signed_is_not_confirmed(self) -> None:
        proposal = await a_proposal(await a_live_campaign(10_000))
        with pytest.raises(Gone, match="pas encore signé"):
            await confirming.confirm(proposal, await another_of_the_team())

    async def test_once_the_campaign_is_decided_it_is_confirmed_no_more_and_lapses(self) -> None:
        campaign = await a_live_campaign(3_000)
        signed = await a_signed(campaign)
        await a_gift(campaign, 2_000)
        await deadline_passes(campaign)
        await deciding.decide(campaign.id)
        with pytest.raises(Gone, match="terminée"):
            await confirming.confirm(signed, await another_of_the_team())
        assert (await matched(campaign), (await Pledge.get()).status) == (0, "released")
        await waiting.sweep()
        assert (await MatchAgreement.get()).status == AgreementStatus.LAPSED
        assert await letters("Votre accord ne compte pas") == ["mairie@exemple.fr"]
        with pytest.raises(Gone, match="sans effet"):
            await confirming.confirm(signed, await another_of_the_team())

    async def test_a_refusal_says_why_to_the_proposer_and_to_whoever_signed(self) -> None:
        campaign = await a_live_campaign(10_000)
        agathe = await animator("Agathe Roux", "agathe@exemple.fr")
        made = await agreeing.propose(campaign, agathe, await terms())
        await agreeing.accept(made, "Hélène Maire", "Maire")
        second = await another_of_the_team()
        for _ in range(2):
            await confirming.refuse(made, second, "La mairie ne connaît pas cette adresse.")
        with pytest.raises(Gone):
            await confirming.confirm(made, second)
        assert await letters("Votre accord ne compte pas") == ["mairie@exemple.fr"]
        assert "agathe@exemple.fr" in await letters("n’est pas confirmé")
        said = [one.text for one in await OutboxMessage.filter(subject__contains="confirmé :")]
        assert all("ne connaît pas cette adresse" in text for text in said)
        assert (await agreeing.propose(campaign, agathe, await terms(fund_id=made.fund_id))).status == "proposed"

    async def test_the_others_are_asked_by_mail_and_reminded_once(self) -> None:
        campaign = await a_live_campaign(10_000, deadline=clock.now() + timedelta(days=80))
        agathe = await animator("Agathe Roux", "agathe@exemple.fr")
        await a_person("Marie Conte", "marie@exemple.fr", RoleName.TREASURER)
        await animator("Paul Bois", "paul@exemple.fr")
        made = await agreeing.propose(campaign, agathe, await terms())
        await agreeing.accept(made, "Hélène Maire", "Maire")
        asked = ["marie@exemple.fr", "paul@exemple.fr"]
        assert sorted(await letters("Un accord attend votre confirmation")) == asked
        await MatchAgreement.filter(id=made.id).update(answered_at=clock.now() - timedelta(days=8))
        for _ in range(2):
            await waiting.sweep()
        assert sorted(await letters("Un accord attend votre confirmation")) == sorted(asked * 2)

    async def test_a_mayor_who_asked_for_it_herself_and_the_team_are_two_already(self) -> None:
        campaign, town = await a_live_campaign(10_000), await a_matcher()
        mayor = await a_person("Hélène Maire", "helene@exemple.fr")
        hat = await Representative.create(organisation=town, person=mayor, from_on=clock.today())
        wish = await terms(organisation_id=town.id, signatory_email="helene@exemple.fr")
        await MatchOffer.create(campaign=campaign, organisation=town, person=mayor, at=clock.now(), wish={})
        made = await agreeing.propose(campaign, await a_team(), wish)
        assert await agreeing.accept(made, "Hélène Maire", "Maire")
        assert ((await found()).status, (await found()).confirmed_by_id) == ("active", None)
        assert await letters("Un accord attend votre confirmation") == []
        other = await a_live_campaign(10_000)
        await MatchOffer.create(campaign=other, organisation=town, person=mayor, at=clock.now(), wish={})
        elsewhere = await terms(organisation_id=town.id, signatory_email="mairie2@exemple.fr")
        made = await agreeing.propose(other, await a_team(), elsewhere)
        assert not await agreeing.accept(made, "Hélène Maire", "Maire"), "to another address than hers"
        await hat.delete()
        third = await a_live_campaign(10_000)
        await MatchOffer.create(campaign=third, organisation=town, person=mayor, at=clock.now(), wish={})
        made = await agreeing.propose(third, await a_team(), wish)
        assert not await agreeing.accept(made, "Hélène Maire", "Maire"), "she speaks for nobody any more"


@pytest.mark.one_engine
class TestThePages:
    async def test_the_other_sees_all_there_is_to_check_and_confirms(self, client: Client, sign_in: SignIn) -> None:
        campaign = await a_live_campaign(10_000)
        agathe = await animator("Agathe Roux", "agathe@exemple.fr")
        made = await agreeing.propose(campaign, agathe, await terms())
        await agreeing.accept(made, "Hélène Maire", "Maire")
        base = f"/campagnes/{campaign.slug}/abondements"
        path = f"{base}/{made.id}/confirmer"
        hers = await sign_in(agathe.person)
        page = await plain(hers, base)
        assert "Personne d’autre dans l’équipe ne peut le confirmer" in page
        assert ("Confirmer l’accord" in page, (await hers.submit(path, {})).status_code) == (False, 403)
        assert (await hers.submit(f"{base}/{made.id}/refuser", {"reason": "Non."})).status_code == 403
        paul, marie = await animator("Paul Bois", "paul@exemple.fr"), await a_person("Marie Conte", "", RoleName.TREASURER)
        assert "Peut le confirmer, avant le" in await plain(hers, base)
        assert [todo.text for todo in await panels.desk_todos(paul.person)] == ["Confirmer l’accord signé par Châtillon-sur-Chalaronne"]
        assert await panels.desk_todos(agathe.person) == []
        treasurer = await sign_in(marie)
        assert "Vérifier et confirmer" in await plain(treasurer, "/tresorerie")
        page = await plain(treasurer, base)
        for said in ("Châtillon-sur-Chalaronne", "Hélène Maire, Maire", "mairie@exemple.fr", "5 000 €", "Agathe Roux"):
            assert said in page, said
        followed = f"/abondements/{links.make(queries.LINK, made.id)}"
        assert "Signé ; l’équipe le confirme." in await plain(client, followed)
        lacking = await treasurer.submit(f"{base}/{made.id}/refuser", {"reason": ""})
        assert (lacking.status_code, (await found()).status) == (422, "signed")
        for _ in range(2):
            assert (await treasurer.submit(path, {})).status_code == 303
        assert "Confirmé par Marie Conte" in await plain(client, followed)
        assert "Vérifier et confirmer" not in await plain(treasurer, "/tresorerie")
        assert (await hers.submit(path, {})).status_code == 403

    async def test_a_refusal_stands_on_the_page_of_whoever_signed(self, client: Client, sign_in: SignIn) -> None:
        campaign = await a_live_campaign(10_000)
        made = await a_signed(campaign)
        paul = await animator("Paul Bois", "paul@exemple.fr")
        team, base = await sign_in(paul.person), f"/campagnes/{campaign.slug}/abondements"
        sent = await team.submit(f"{base}/{made.id}/refuser", {"reason": "La mairie n’a rien voté."})
        assert sent.status_code == 303
        assert "Non confirmé par Paul Bois" in await plain(team, base)
        page = await plain(client, f"/abondements/{links.make(queries.LINK, made.id)}")
        assert "L’équipe n’a pas confirmé cet accord" in page
        assert "La mairie n’a rien voté." in page
        assert (await team.submit(f"{base}/{made.id}/confirmer", {})).status_code == 303
        assert (await found()).status == "refused"

    async def test_the_paper_says_who_signed_and_who_confirmed(self, app: object) -> None:
        made = await a_signed(await a_live_campaign(10_000))
        text = drawn(await papers.agreement_paper(await found()))
        assert "Signé, pas encore confirmé par l’équipe" in text
        await confirming.confirm(made, await another_of_the_team("Marie Conte"))
        text = drawn(await papers.agreement_paper(await found()))
        assert ("Accepté en ligne par Hélène Maire" in text, "confirmé par Marie Conte" in text) == (True, True)

    async def test_who_lost_her_role_confirms_nothing(self, sign_in: SignIn) -> None:
        campaign = await a_live_campaign(10_000)
        made = await a_signed(campaign)
        paul = await animator("Paul Bois", "")
        team = await sign_in(paul.person)
        await Role.filter(person_id=paul.person.id).update(revoked_at=clock.now())
        answer = await team.submit(f"/campagnes/{campaign.slug}/abondements/{made.id}/confirmer", {})
        assert (answer.status_code, (await found()).status) == (403, "signed")


def drawn(content: bytes) -> str:
    document = pypdfium2.PdfDocument(content)
    assert len(document) == 1, "what is signed holds on one page"
    return " ".join(str(document[0].get_textpage().get_text_range()).replace("\u202f", " ").replace("\u00a0", " ").split())


@pytest.mark.one_engine
async def test_whoever_may_confirm_finds_it_at_the_desk_and_the_matcher_in_her_space(
    client: Client, sign_in: SignIn
) -> None:
    campaign = await a_live_campaign(10_000)
    await a_signed(campaign)
    treasurer = await a_person("Dominique Roy", "", RoleName.TREASURER)
    browser = await sign_in(treasurer)
    assert "Confirmer l’accord signé par" in await plain(browser, "/pupitre")
    space = await plain(browser, "/mon-espace")
    assert "Au pupitre : 1 chose attend l’équipe" in space
    assert "Rien ne presse" not in space
    mayor = await sign_in(await a_person("Jean Maire", "mairie@exemple.fr"))
    space = await plain(mayor, "/mon-espace")
    assert "va ajouter aux dons" in space
    assert "Signé, l’équipe le confirme" in space
    assert "Au pupitre" not in space
