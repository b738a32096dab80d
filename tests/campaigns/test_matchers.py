"""The mayor in « Mon espace »: what awaits her, what she added; proposals that wait or lapse; money that goes back."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import pytest

from campaigns.ledger import queries as ledger
from campaigns.lifecycle.models import Campaign, CampaignStatus
from campaigns.matching import agreeing, panels, queries, receiving, returning, service, transfers, waiting, wording
from campaigns.matching.models import AgreementStatus, MatchAgreement, MatchReturn, PaymentState
from campaigns.pledges.models import Pledge
from civic import clock, jobs
from civic.errors import DomainError, Forbidden, Gone, Invalid
from civic.mail.models import OutboxMessage
from civic.organisations.models import Representative
from civic.people.actor import Actor
from civic.people.models import Person, RoleName
from tests.campaigns.test_matching import a_funded_campaign, paid_back
from tests.campaigns.till import problems
from tests.client import Client
from tests.factories import a_person
from tests.factories.matching import a_gift, a_proposal, a_team, in_force
from tests.factories.offline import a_treasurer
from tests.factories.settlement import a_live_campaign

SignIn = Callable[[Person], Awaitable[Client]]


async def plain(client: Client, path: str) -> str:
    """A page without its narrow spaces."""
    answer = await client.get(path)
    assert answer.status_code == 200
    return answer.text.replace("\u202f", " ").replace("\u00a0", " ")


async def letters(word: str) -> list[str]:
    """To whom a letter with this subject went."""
    await jobs.run_due(schedules=False)
    assert await jobs.dead_letters() == []
    return sorted([row.to for row in await OutboxMessage.filter(subject__contains=word)])


async def days_go_by(agreement: MatchAgreement, **time: float) -> None:
    """As if it had been proposed so long ago."""
    since = clock.now() - timedelta(**time)
    await MatchAgreement.filter(id=agreement.id).update(proposed_at=since)


async def a_mayor(agreement: MatchAgreement) -> Person:
    """Somebody who speaks for the matcher, under another address than the one the proposal went to."""
    mayor = await a_person("Hélène Maire", "helene@exemple.fr")
    fund = (await queries.agreements_of(agreement.campaign_id))[0].fund
    await Representative.create(organisation_id=fund.organisation_id, person_id=mayor.id, from_on=clock.today())
    return mayor


def far(days: int = 40) -> datetime:
    return clock.now() + timedelta(days=days)


@pytest.mark.usefixtures("books")
class TestProposalsThatWait:
    async def test_a_week_without_an_answer_is_reminded_once_to_her_and_to_the_team(self) -> None:
        campaign = await a_live_campaign(deadline=far())
        made = await a_proposal(campaign)
        await days_go_by(made, days=6, hours=23)
        await waiting.sweep()
        assert await letters("Votre réponse est attendue") == []
        await days_go_by(made, days=7, hours=1)
        for _ in range(3):
            await waiting.sweep()
        assert await letters("Votre réponse est attendue") == ["mairie@exemple.fr"]
        assert len(await letters("n’a pas encore répondu")) == 2

    async def test_three_days_before_the_end_comes_the_last_reminder_and_then_the_end(self) -> None:
        campaign = await a_live_campaign(deadline=far(80))
        made = await a_proposal(campaign)
        await days_go_by(made, days=8)
        await waiting.sweep()
        await days_go_by(made, days=57, hours=1)
        for _ in range(2):
            await waiting.sweep()
        assert len(await letters("Votre réponse est attendue")) == 2
        await days_go_by(made, days=60, hours=1)
        with pytest.raises(Gone):
            await agreeing.accept(made, "Hélène Maire", "Maire")
        for _ in range(2):
            await waiting.sweep()
        assert (await MatchAgreement.get()).status == AgreementStatus.LAPSED
        assert await letters("est sans effet") == ["mairie@exemple.fr"]
        assert len(await letters("n’a pas répondu à temps")) == 2

    async def test_a_campaign_that_ends_ends_its_proposals(self) -> None:
        campaign = await a_live_campaign(deadline=far(1))
        made = await a_proposal(campaign)
        await Campaign.filter(id=campaign.id).update(deadline=clock.now() - timedelta(hours=1))
        await waiting.sweep()
        assert (await MatchAgreement.get(id=made.id)).status == AgreementStatus.LAPSED

    async def test_an_answered_proposal_is_reminded_no_more(self) -> None:
        campaign = await a_live_campaign(deadline=far())
        made = await a_proposal(campaign)
        await agreeing.accept(made, "Hélène Maire", "Maire")
        await days_go_by(made, days=59)
        await waiting.sweep()
        assert await letters("Votre réponse est attendue") == []

    async def test_without_a_beginning_gifts_count_from_the_day_of_acceptance(self) -> None:
        campaign = await a_live_campaign(deadline=far())
        early = await a_gift(campaign, 5_000)
        await Pledge.filter(id=early.id).update(confirmed_at=clock.now() - timedelta(days=2))
        made = await a_proposal(campaign, starts_at=None)
        assert "jour de l’accord" in wording.days_text((await queries.agreements_of(campaign.id))[0])
        await in_force(made)
        await a_gift(campaign, 2_000)
        await service.refresh(campaign.id)
        assert (await Campaign.get(id=campaign.id)).matched_cents == 2_000
        assert (await MatchAgreement.get()).starts_at == clock.at(clock.today(), 0)

    @pytest.mark.parametrize(
        ("gifts", "said", "warns"),
        [
            ([], "Aucun don déjà promis", False), ([9_000], "moins de trois personnes", True),
            ([100, 200, 300], "moins de 10", False), ([1_500, 1_500, 1_500], "entre 40", False),
            ([2_500, 2_500, 2_500], "entre 70", True), ([9_000, 9_000, 100], "toute la somme, 100", True),
        ],
    )  # fmt: skip
    async def test_before_signing_it_says_what_promised_gifts_would_use(
        self, gifts: list[int], said: str, warns: bool
    ) -> None:
        campaign = await a_live_campaign(1_000_000, deadline=far())
        for cents in gifts:
            await a_gift(campaign, cents)
        await a_proposal(campaign, cap_cents=10_000, budget_cents=10_000)
        agreement = (await queries.agreements_of(campaign.id))[0]
        text, warning = wording.promised_text(await queries.promised_to(agreement), agreement)
        assert (said in text or said == "moins de trois personnes") and warning == warns  # noqa: PT018
        if len(gifts) == 1:
            assert "90" not in text


@pytest.mark.usefixtures("books")
class TestMoneyThatGoesBack:
    async def a_matcher_who_paid_too_much(self) -> tuple[Campaign, MatchAgreement]:
        campaign, agreement, gift = await a_funded_campaign()
        payment = await receiving.enter(agreement, await a_team(), 6_000, clock.today(), "VIR 42")
        await receiving.confirm(payment, await a_treasurer())
        await paid_back(gift, 2_000)
        await service.refresh(campaign.id)
        return campaign, agreement

    async def test_a_refund_after_the_payment_is_owed_back_and_leaves_in_four_eyes(self) -> None:
        campaign, agreement = await self.a_matcher_who_paid_too_much()
        assert await returning.owed_to(agreement.id) == 2_000
        one, two = await a_treasurer(), await a_treasurer("Jeanne Compte")
        with pytest.raises(Invalid, match="au plus"):
            await returning.enter(agreement, one, 2_001, clock.today(), "VIR 43")
        with pytest.raises(Invalid, match="pas encore venu"):
            await returning.enter(agreement, one, 2_000, clock.today() + timedelta(days=1), "VIR 43")
        row = await returning.enter(agreement, one, 2_000, clock.today(), "VIR 43")
        with pytest.raises(DomainError, match="déjà noté"):
            await returning.enter(agreement, two, 100, clock.today(), "VIR 44")
        for actor in (one, await a_team()):
            with pytest.raises(Forbidden):
                await returning.confirm(row, actor)
        assert await returning.owed_to(agreement.id) == 2_000
        await returning.confirm(row, two)
        await returning.confirm(row, two)
        balances = await ledger.campaign_balances(campaign.id)
        assert (balances["match_fund"], balances["bank"], await returning.owed_to(agreement.id)) == (0, 4_000, 0)
        assert await letters("Une somme vous est rendue") == ["mairie@exemple.fr"]
        assert [line for line in await problems() if "abondement" in line or "financeur" in line] == []

    async def test_what_a_second_person_does_not_find_may_be_noted_again(self) -> None:
        _campaign, agreement = await self.a_matcher_who_paid_too_much()
        row = await returning.enter(agreement, await a_treasurer(), 2_000, clock.today(), "VIR 43")
        await transfers.refuse(row, await a_treasurer("Jeanne Compte"))
        assert await returning.enter(agreement, await a_treasurer(), 1_500, clock.today(), "VIR 44")
        assert await MatchReturn.filter(state="entered").count() == 1

    async def test_a_campaign_that_is_unwound_owes_the_whole_and_says_so(self) -> None:
        campaign, agreement, _gift = await a_funded_campaign()
        payment = await receiving.enter(agreement, await a_team(), 6_000, clock.today(), "VIR 42")
        await receiving.confirm(payment, await a_treasurer())
        await Campaign.filter(id=campaign.id).update(status=CampaignStatus.UNWINDING)
        await jobs.enqueue("campaign_unwinding", key="x", campaign_id=campaign.id)
        await jobs.run_due(schedules=False)
        assert await returning.owed_to(agreement.id) == 6_000
        assert await letters("Votre versement vous sera rendu") == ["mairie@exemple.fr"]
        assert await letters("Rien à verser") == []


@pytest.mark.one_engine
class TestTheMayorsPages:
    async def test_she_finds_her_proposal_and_then_her_agreement_in_her_own_space(
        self, client: Client, sign_in: SignIn
    ) -> None:
        campaign = await a_live_campaign(deadline=far())
        made = await a_proposal(campaign)
        mayor = await a_mayor(made)
        mine = await sign_in(mayor)
        assert "Répondre pour Châtillon-sur-Chalaronne" in await plain(mine, "/mon-espace")
        page = await plain(mine, "/mon-espace/abondements")
        assert "Proposé, sans réponse" in page
        assert "à minuit" in page or "avant le" in page
        await in_force(made)
        for _ in range(3):
            await a_gift(campaign, 2_000)
        await service.refresh(campaign.id)
        assert "ajoute aux dons de « Le four du village »" in await plain(mine, "/mon-espace")
        page = await plain(mine, "/mon-espace/abondements")
        for words in ("60 €", "4 940 €", "Convention en PDF", "Accepté"):
            assert words in page, words
        stranger = await sign_in(await a_person("Hugo Tissot"))
        assert "Aucun accord pour l’instant" in await plain(stranger, "/mon-espace/abondements")

    async def test_she_reads_what_is_due_what_she_paid_and_what_it_made_possible(self, app: object, sign_in: SignIn) -> None:
        campaign, agreement, _gift = await a_funded_campaign()
        mayor = await a_mayor(agreement)
        mine = await sign_in(mayor)
        todos = await panels.person_todos(mayor)
        assert [todo.detail for todo in todos] == ["60 €".replace(" ", "\u202f")]
        payment = await receiving.enter(agreement, await a_team(), 6_000, clock.today(), "VIR 42")
        await receiving.confirm(payment, await a_treasurer())
        assert await panels.person_todos(mayor) == []
        page = await plain(mine, "/mon-espace/abondements")
        assert "Ce que cela a permis" in page
        assert "La collecte a réuni 120 €" in page
        assert campaign.slug in page

    async def test_whoever_only_shares_an_address_that_was_never_confirmed_sees_nothing(self, app: object) -> None:
        campaign = await a_live_campaign(deadline=far())
        await a_proposal(campaign)
        somebody = await a_person("Faux Maire", "mairie@exemple.fr")
        await Person.filter(id=somebody.id).update(email_verified_at=None)
        assert await queries.of_person(await Person.get(id=somebody.id)) == []
        await Person.filter(id=somebody.id).update(email_verified_at=clock.now())
        found = await Person.get(id=somebody.id)
        assert len(await queries.of_person(found)) == 1
        assert "Accord de Châtillon" in (await panels.secret_links(found))[0][0]

    async def test_a_lapsed_proposal_says_so(self, client: Client) -> None:
        campaign = await a_live_campaign(deadline=far())
        made = await a_proposal(campaign)
        page = await plain(client, await link_of(made))
        assert "Avant d’accepter" in page
        await days_go_by(made, days=61)
        await waiting.sweep()
        page = await plain(client, await link_of(made))
        assert "sans effet depuis" in page
        assert "Accepter l’accord" not in page

    async def test_the_treasurers_note_and_confirm_what_goes_back(self, client: Client, sign_in: SignIn) -> None:
        campaign, agreement = await TestMoneyThatGoesBack().a_matcher_who_paid_too_much()
        one = await sign_in(await a_person("Paul Trésor", "", RoleName.TREASURER))
        two = await sign_in(await a_person("Jeanne Compte", "", RoleName.TREASURER))
        assert "À rendre à des financeurs" in await plain(one, "/tresorerie")
        assert "À rendre à ce financeur : 20 €" in await plain(one, f"/campagnes/{campaign.slug}/abondements")
        assert "À vous rendre : 20 €" in await plain(client, await link_of(agreement))
        address = f"/campagnes/{campaign.slug}/abondements/{agreement.id}/rendre"
        sent = {"amount": "20", "returned_on": clock.today().isoformat(), "reference": "VIR 43"}
        assert (await one.submit(address, {**sent, "reference": ""})).status_code == 422
        assert (await one.submit(address, sent)).status_code == 303
        assert "Confirmer le virement" not in await plain(one, address)
        assert (await one.submit(f"{address}/confirmer")).status_code == 403
        assert "Confirmer le virement" in await plain(two, address)
        assert (await two.submit(f"{address}/confirmer")).status_code == 303
        assert "Rien n’est à rendre" in await plain(two, address)
        assert "À rendre à des financeurs" not in await plain(two, "/tresorerie")
        assert "20 € vous ont été rendus" in await plain(client, await link_of(agreement))


async def link_of(agreement: MatchAgreement) -> str:
    from civic.people import links

    return f"/abondements/{links.make(queries.LINK, agreement.id)}"


async def test_an_actor_at_the_counter_is_the_one_who_writes() -> None:
    helper, helped = Person(id=1, name="Rose"), Person(id=2, name="Odile")
    row = MatchReturn(id=1, requested_by_id=1)
    actor = Actor(helped, frozenset({RoleName.TREASURER}), recorded_by=helper)
    with pytest.raises(Forbidden):
        await transfers.answer(row, actor, PaymentState.REFUSED)


