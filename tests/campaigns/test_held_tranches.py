"""A sum that waits until somebody has done what she promised (PRODUCT S5, docs/decisions/0032-held-tranches.md)."""

from collections.abc import Awaitable, Callable

import pytest
from tortoise.exceptions import IntegrityError

from campaigns.lifecycle.models import Campaign
from campaigns.payouts import binding, holding, panels, queries, service
from campaigns.payouts.models import Answer, Tranche
from civic import clock, jobs
from civic.commitments import service as commitments
from civic.commitments.forms import KeepForm
from civic.commitments.models import Commitment
from civic.committees.models import College, CollegeKind, Committee, Seat
from civic.errors import DomainError, Forbidden
from civic.mail.models import OutboxMessage
from civic.people.actor import Actor
from civic.people.models import AuditEntry, Person, RoleName
from tests.client import Client
from tests.factories import a_person
from tests.factories.commitments import WHAT, a_commitment, again
from tests.factories.payouts import a_tranche, a_treasurer, first_line
from tests.factories.proof import Given, a_funded_campaign
from tests.factories.steering import a_committee, a_member
from tests.mailbox import plain

SignIn = Callable[[Person], Awaitable[Client]]
Held = tuple[Campaign, Committee, Commitment, Person, Client]


def path(campaign: Campaign, more: str = "") -> str:
    return f"/campagnes/{campaign.slug}/depenses{more}"


async def a_promise(sign_in: SignIn) -> Held:
    """A funded campaign, and Rose who has promised three quotes; the lead is signed in."""
    campaign = await a_funded_campaign(Given("Odile Blanc", 90_000))
    committee = await a_committee(campaign.lead, initiative=campaign.initiative)
    rose = await a_member(committee)
    made = await a_commitment(committee, rose)
    return campaign, committee, made, rose, await sign_in(campaign.lead)


async def asked(lead: Client, campaign: Campaign, made: Commitment) -> Tranche:
    """Through the page: 300 € that wait for the promise."""
    line = await first_line(campaign)
    wish = {"cost_line": str(line.id), "amount": "300", "purpose": "L’assurance de l’année", "commitment": str(made.id)}
    answer = await lead.submit(path(campaign, "/tranches"), wish)
    assert answer.status_code == 303, answer.text
    return await Tranche.get(campaign_id=campaign.id).select_related("decision", "commitment")


async def letters(to: str, reason: str) -> list[str]:
    """The subjects, without their campaign, of the letters about held sums to this address that say the reason."""
    rows = await OutboxMessage.filter(to=to, subject__contains="300", text__contains=reason).order_by("id")
    return [plain(row.subject).partition(" : ")[0] for row in rows if "retenus" in row.subject]


async def kept(rose: Person, made: Commitment) -> None:
    await commitments.keep(Actor(rose), await again(made), KeepForm(evidence="Les trois devis sont là."))


async def test_a_sum_is_held_until_the_promise_is_kept_and_everybody_reads_it(client: Client, sign_in: SignIn) -> None:
    campaign, _committee, made, rose, lead = await a_promise(sign_in)
    assert WHAT in (await lead.get(path(campaign))).text
    tranche = await asked(lead, campaign, made)
    dominique = (await a_treasurer()).person
    treasurer = await sign_in(dominique)
    assert await panels.desk_todos(dominique) == []
    for page in (await treasurer.get(path(campaign)), await client.get(f"/campagnes/{campaign.slug}/preuves")):
        assert "Retenue jusqu’à ce que ce soit fait" in page.text
        assert f"{WHAT} (Rose M." in page.text
        assert f"/engagements/{made.id}" in page.text
    assert "300 € de la collecte attendent que ce soit fait" in plain((await client.get(f"/engagements/{made.id}")).text)
    assert "retenue jusqu’à ce qu’un engagement soit tenu" in (await treasurer.get("/tresorerie")).text
    assert "Permettre</summary>" not in (await treasurer.get(path(campaign))).text
    refused = await treasurer.submit(path(campaign, f"/tranches/{tranche.id}"), {"answer": "accepted"})
    assert "attend un engagement qui n’est pas tenu" in (await treasurer.get(refused.headers["location"])).text
    assert (await Tranche.get(id=tranche.id)).status == Answer.ASKED

    await kept(rose, made)
    assert (await panels.desk_todos(dominique))[0].href.endswith("#tranches")
    assert "De l’argent attend" not in (await client.get(f"/engagements/{made.id}")).text
    said = await treasurer.submit(path(campaign, f"/tranches/{tranche.id}"), {"answer": "accepted"})
    assert "La somme est permise" in (await treasurer.get(said.headers["location"])).text
    assert (await queries.purse_of(campaign)).permitted == 30_000
    assert "Retenue" not in (await client.get(f"/campagnes/{campaign.slug}/preuves")).text


async def test_who_decides_of_the_money_hears_that_the_promise_is_kept_once(sign_in: SignIn) -> None:
    campaign, _committee, made, rose, lead = await a_promise(sign_in)
    await asked(lead, campaign, made)
    await Person.filter(id=(await a_treasurer()).person.id).update(email="dominique@exemple.fr")
    await kept(rose, made)
    await jobs.run_due()
    await jobs.run_due()
    said = ["C'est fait, 300 € ne sont plus retenus"]
    assert await letters("dominique@exemple.fr", "Les trois devis sont là.") == said
    assert await letters(campaign.lead.email, "Les trois devis sont là.") == said


async def test_a_promise_opened_again_at_once_tells_nobody_that_the_sum_is_free(sign_in: SignIn) -> None:
    campaign, _committee, made, rose, lead = await a_promise(sign_in)
    await asked(lead, campaign, made)
    await kept(rose, made)
    await commitments.reopen(Actor(campaign.lead), await again(made), "Il manque le troisième devis.")
    await jobs.run_due()
    assert await letters(campaign.lead.email, "") == []


async def test_a_promise_that_is_moved_handed_over_or_opened_again_holds_the_sum_all_the_same(sign_in: SignIn) -> None:
    campaign, committee, made, rose, lead = await a_promise(sign_in)
    tranche, treasurer = await asked(lead, campaign, made), await a_treasurer()
    paul = await a_member(committee, "Paul Roux")
    await commitments.move(Actor(rose), await again(made), clock.today().replace(year=2030), "L’assureur tarde.")
    await commitments.hand_over(Actor(rose), await again(made), paul.id, "")
    await commitments.answer(Actor(paul), await again(made), accept=True, reason="")
    said = (await holding.conditions_of(campaign, None))[tranche.id].text
    assert "Paul R." in said
    assert "2030" in said
    await kept(paul, made)
    await commitments.reopen(Actor(campaign.lead), await again(made), "Il manque le troisième devis.")
    with pytest.raises(DomainError, match="pas tenu"):
        await service.answer(campaign, tranche, treasurer, Answer.ACCEPTED, "")
    await kept(paul, made)
    await service.answer(campaign, tranche, treasurer, Answer.ACCEPTED, "")
    await commitments.reopen(Actor(campaign.lead), await again(made), "Il manque le troisième devis.")
    assert (await Tranche.get(id=tranche.id)).status == Answer.ACCEPTED
    (public,) = await holding.public_of(campaign, None)
    assert public.text.startswith("Permise quand c’était noté comme fait, et rouvert depuis")


async def test_a_dropped_promise_keeps_the_sum_until_the_treasurer_says_why_not(client: Client, sign_in: SignIn) -> None:
    campaign, _committee, made, rose, lead = await a_promise(sign_in)
    tranche, treasurer = await asked(lead, campaign, made), await a_treasurer()
    await commitments.drop(Actor(rose), await again(made), "L’assureur ne répond pas.")
    await jobs.run_due()
    said = ["Engagement abandonné, 300 € restent retenus"]
    assert await letters(campaign.lead.email, "L’assureur ne répond pas.") == said
    with pytest.raises(DomainError, match="pas tenu"):
        await service.answer(campaign, tranche, treasurer, Answer.ACCEPTED, "")
    assert await panels.desk_todos(treasurer.person)
    page = await sign_in(treasurer.person)
    lift = path(campaign, f"/tranches/{tranche.id}/lever")
    assert (await lead.submit(lift, {"reason": "On en a besoin."})).status_code == 403
    await page.submit(lift, {"reason": "non"})
    assert (await Tranche.get(id=tranche.id)).lifted_at is None
    done = await page.submit(lift, {"reason": "La mairie assure le minibus."})
    assert "La condition est levée" in (await page.get(done.headers["location"])).text
    for read in (client, lead):
        assert "La mairie assure le minibus." in (await read.get(f"/campagnes/{campaign.slug}/preuves")).text
    await service.answer(campaign, tranche, treasurer, Answer.ACCEPTED, "")
    assert (await Tranche.get(id=tranche.id)).status == Answer.ACCEPTED
    assert await AuditEntry.filter(act="tranche_lifted").count() == 1
    with pytest.raises(DomainError, match="n’est plus retenue"):
        await holding.lift(tranche, treasurer, "Deux fois")


async def test_what_is_held_may_be_refused(sign_in: SignIn) -> None:
    campaign, _committee, made, _rose, lead = await a_promise(sign_in)
    tranche = await asked(lead, campaign, made)
    await service.answer(campaign, tranche, await a_treasurer(), Answer.REFUSED, "Trop tôt.")
    assert (await Tranche.get(id=tranche.id)).status == Answer.REFUSED
    assert await holding.public_of(campaign, None) == []


async def test_a_sum_waits_for_a_running_promise_of_its_own_initiative_only(sign_in: SignIn) -> None:
    campaign, _committee, made, rose, lead = await a_promise(sign_in)
    stranger = await a_person("Nadia Faure")
    elsewhere = await a_commitment(await a_committee(stranger), stranger)
    await kept(rose, made)
    line = await first_line(campaign)
    for wrong in (elsewhere, made):
        wish = {"cost_line": str(line.id), "amount": "300", "purpose": "L’assurance", "commitment": str(wrong.id)}
        refused = await lead.submit(path(campaign, "/tranches"), wish)
        assert (refused.status_code, "Choisissez un engagement en cours" in refused.text) == (422, True)
    assert await Tranche.all().count() == 0


async def asked_for_nothing(lead: Client, campaign: Campaign) -> Tranche:
    """Through the page: 300 € that wait for nothing."""
    line = await first_line(campaign)
    await lead.submit(path(campaign, "/tranches"), {"cost_line": str(line.id), "amount": "300", "purpose": "L’assurance"})
    return await Tranche.get(campaign_id=campaign.id)


async def test_a_sum_asked_already_is_made_to_wait_by_who_runs_the_committee(client: Client, sign_in: SignIn) -> None:
    campaign, committee, made, rose, lead = await a_promise(sign_in)
    tranche, treasurer = await asked_for_nothing(lead, campaign), await a_treasurer()
    await Person.filter(id=treasurer.person.id).update(email="dominique@exemple.fr")
    bind, wish = path(campaign, f"/tranches/{tranche.id}/attendre"), {"commitment": str(made.id)}
    member, facilitator = await sign_in(rose), await a_member(committee, "Paul Roux")
    await Seat.filter(committee_id=committee.id, person_id=facilitator.id).update(is_facilitator=True)
    promise = f"/engagements/{made.id}"
    assert "Faire attendre 300 €" in plain((await lead.get(promise)).text)
    assert "Faire attendre" in (await lead.get(path(campaign))).text
    assert "300 €" not in plain((await member.get(promise)).text)
    assert (await member.submit(bind, wish)).status_code == 403
    paul = await sign_in(facilitator)
    done = await paul.submit(bind, wish)
    assert "La somme attend cet engagement" in (await paul.get(done.headers["location"])).text
    assert "Retenue jusqu’à ce que ce soit fait" in (await client.get(f"/campagnes/{campaign.slug}/preuves")).text
    with pytest.raises(DomainError, match="pas tenu"):
        await service.answer(campaign, tranche, treasurer, Answer.ACCEPTED, "")
    await jobs.run_due()
    for told in ("dominique@exemple.fr", campaign.lead.email):
        said = OutboxMessage.filter(to=told, subject__contains="attendent un engagement")
        assert "Demander trois devis" in (await said.get()).text
    assert "attend déjà un engagement" in (await paul.submit(bind, wish)).text
    await kept(rose, made)
    await service.answer(campaign, tranche, treasurer, Answer.ACCEPTED, "")
    assert await AuditEntry.filter(act="tranche_bound").count() == 1


async def test_another_than_who_asked_lets_a_held_sum_go_while_the_promise_runs(sign_in: SignIn) -> None:
    campaign, committee, made, rose, lead = await a_promise(sign_in)
    tranche, treasurer = await asked(lead, campaign, made), await a_treasurer()
    await Person.filter(id=treasurer.person.id).update(email="dominique@exemple.fr")
    facilitator = await a_member(committee, "Paul Roux")
    await Seat.filter(committee_id=committee.id, person_id=facilitator.id).update(is_facilitator=True)
    paul, free = await sign_in(facilitator), path(campaign, f"/tranches/{tranche.id}/ne-plus-attendre")
    reason = {"reason": "C’était l’autre engagement."}
    assert "Ne plus faire attendre" not in (await lead.get(f"/engagements/{made.id}")).text
    assert (await lead.submit(free, reason)).status_code == 403, "who asked does not let it go alone"
    assert (await (await sign_in(rose)).submit(free, reason)).status_code == 403
    assert (await paul.submit(free, {"reason": "non"})).status_code == 422
    assert (await Tranche.get(id=tranche.id)).commitment_id == made.id
    assert "Ne plus faire attendre" in (await paul.get(f"/engagements/{made.id}")).text
    await paul.submit(free, reason)
    assert (await Tranche.get(id=tranche.id)).commitment_id is None
    await jobs.run_due()
    for told in ("dominique@exemple.fr", campaign.lead.email):
        assert await OutboxMessage.filter(to=told, text__contains="autre engagement.").count() == 1
    assert "Rechargez la page" in (await paul.submit(free, reason)).text
    await service.answer(campaign, tranche, treasurer, Answer.ACCEPTED, "")
    bind = path(campaign, f"/tranches/{tranche.id}/attendre")
    assert "a reçu sa réponse" in (await paul.submit(bind, {"commitment": str(made.id)})).text
    assert (await Tranche.get(id=tranche.id)).commitment_id is None


async def test_of_a_promise_that_was_dropped_the_treasury_alone_decides(sign_in: SignIn) -> None:
    campaign, _committee, made, rose, lead = await a_promise(sign_in)
    tranche = await asked(lead, campaign, made)
    other = await a_person("Claire Morel", "claire@exemple.fr", RoleName.ANIMATOR)
    await commitments.drop(Actor(rose), await again(made), "L’assureur ne répond pas.")
    bound = await binding.tranche_to_bind(campaign.slug, tranche.id, Actor(other, frozenset({RoleName.ANIMATOR})))
    with pytest.raises(DomainError, match="est terminé"):
        await binding.unbind(bound, Actor(other, frozenset({RoleName.ANIMATOR})), "On en a besoin.")
    assert (await Tranche.get(id=tranche.id)).commitment_id == made.id


async def test_a_sum_is_bound_to_a_promise_of_its_own_initiative_only(sign_in: SignIn) -> None:
    campaign, _committee, _made, _rose, lead = await a_promise(sign_in)
    elsewhere = await a_commitment(await a_committee(campaign.lead), campaign.lead)
    tranche = await asked_for_nothing(lead, campaign)
    refused = await lead.submit(path(campaign, f"/tranches/{tranche.id}/attendre"), {"commitment": str(elsewhere.id)})
    assert "Choisissez un engagement en cours" in refused.text
    assert (await Tranche.get(id=tranche.id)).commitment_id is None


async def test_a_discreet_member_is_not_named_through_the_money_that_waits_for_her(
    client: Client, sign_in: SignIn
) -> None:
    campaign, committee, made, rose, lead = await a_promise(sign_in)
    contributors = await College.get(committee_id=committee.id, kind=CollegeKind.CONTRIBUTORS)
    await Seat.filter(committee_id=committee.id, person_id=rose.id, college_id=contributors.id).update(is_discreet=True)
    await asked(lead, campaign, made)
    public = (await client.get(f"/campagnes/{campaign.slug}/preuves")).text
    assert f"{WHAT} (Une personne" in public
    assert "Rose" not in public
    assert f"{WHAT} (Rose M." in (await lead.get(path(campaign))).text


async def test_who_asked_does_not_lift_the_condition_not_even_by_sql(sign_in: SignIn) -> None:
    campaign, _committee, made, _rose, _lead = await a_promise(sign_in)
    treasurer = await a_treasurer()
    tranche = await a_tranche(campaign, treasurer.person, commitment=made)
    with pytest.raises(Forbidden):
        await holding.lift(tranche, treasurer, "On en a besoin.")
    lifted = {"lifted_at": clock.now(), "lifted_reason": "On en a besoin."}
    with pytest.raises(IntegrityError):
        await Tranche.filter(id=tranche.id).update(lifted_by_id=treasurer.person.id, **lifted)
    with pytest.raises(IntegrityError):
        await Tranche.filter(id=tranche.id).update(lifted_by_id=campaign.lead.id, lifted_at=clock.now())
    assert await Tranche.filter(id=tranche.id).update(lifted_by_id=campaign.lead.id, **lifted)
