"""What belongs to others: each page and verb of a lead, a committee, the team, asked by somebody who is neither."""

from collections.abc import Awaitable, Callable

from campaigns.lifecycle.models import Campaign, CostLine
from campaigns.pledges.models import Pledge, PledgeStatus
from civic.committees import service as committees
from civic.committees.joining import RequestStatus, SeatRequest
from civic.committees.models import CollegeKind, Seat
from civic.counting.rules import Code, Method
from civic.decisions.models import Stance
from civic.initiatives.models import Initiative
from civic.people.actor import Actor
from civic.people.models import Person, RoleName
from tests.client import Client
from tests.factories import a_person, an_initiative
from tests.factories.campaigns import a_confirmed_pledge, a_draft, a_live_campaign
from tests.factories.steering import a_committee, a_member, an_open_decision, says
from tests.factories.steering import a_draft as a_draft_decision
from tests.factories.volunteering import a_mission, a_signup, the_shift
from volunteering.signups.models import Signup, SignupStatus

SignIn = Callable[[Person], Awaitable[Client]]
CLOSED = (403, 404)


async def _leads_pages() -> tuple[list[str], list[str]]:
    """The pages and the verbs of somebody else's initiative, mission, campaign, committee."""
    lead = await a_person("Anne-Marie Lopez")
    initiative = await an_initiative(lead=lead)
    mission = await a_mission(lead=lead, initiative=initiative)
    shift = await the_shift(mission)
    draft = await a_draft(initiative, lead)
    line = await CostLine.filter(campaign_id=draft.id).first()
    committee = await a_committee(lead, initiative=initiative)
    decision = await a_draft_decision(committee, lead)
    seat = await Seat.filter(committee_id=committee.id).first()
    assert line
    assert seat
    i, m, c = f"/initiatives/{initiative.slug}", f"/missions/{mission.slug}", f"/campagnes/{draft.slug}"
    s, k, d = f"{m}/creneaux/{shift.id}", f"/comites/{committee.slug}", f"/decisions/{decision.id}"
    both = [
        f"{i}/modifier", f"{i}/agenda/nouveau", f"{i}/comite/nouveau", f"{i}/campagnes/nouvelle", f"{m}/modifier",
        f"{s}/modifier", f"{c}/modifier/projet", f"{c}/modifier/budget", f"{c}/modifier/mercis",
        f"{c}/modifier/conditions", f"{c}/relecture", f"{k}/modifier", f"{k}/decisions/nouvelle", f"{d}/modifier",
        "/pupitre/import", f"/pupitre/import/{'a' * 32}",
    ]  # fmt: skip
    reads = [f"{i}/missions/nouvelle", f"{m}/creneaux/nouveau", f"{s}/liste", c, f"{c}/equipe", f"{c}/modifier/relire",
             f"{k}/demandes", d, "/pupitre"]  # fmt: skip
    writes = [
        f"{i}/photo", f"{i}/missions", f"{m}/ouvrir", f"{m}/fermer", f"{m}/creneaux", f"{s}/annuler", f"{s}/presences",
        f"{c}/modifier/budget/{line.id}/retirer", f"{c}/modifier/mercis/1/retirer", f"{c}/envoyer", f"{c}/retirer",
        f"{c}/ouvrir", f"{c}/suspendre", f"{c}/reprendre", f"{c}/annuler", f"/comites/sieges/{seat.id}/renouveler",
        f"{d}/ouvrir", f"{d}/position", f"{d}/suite", f"{d}/retirer", f"{d}/engagements", f"{d}/objections/1",
    ]  # fmt: skip
    return both + reads, both + writes


async def test_a_resident_opens_and_changes_nothing_of_others(sign_in: SignIn) -> None:
    reads, writes = await _leads_pages()
    stranger = await sign_in(await a_person("Gérard Perrin"))
    for path in reads:
        assert (await stranger.get(path)).status_code in CLOSED, path
    for path in writes:
        assert (await stranger.submit(path, {"title": "x"})).status_code in CLOSED, path


async def test_a_visitor_is_led_to_sign_in_or_sees_nothing(client: Client) -> None:
    reads, writes = await _leads_pages()
    for path in reads:
        answer = await client.get(path)
        assert answer.status_code == 404 or answer.headers["location"].startswith("/connexion?"), path
    for path in writes:
        answer = await client.submit(path)
        assert answer.status_code == 404 or answer.headers["location"].startswith("/connexion?"), path


async def test_a_lead_does_not_reach_the_lines_of_another_campaign(sign_in: SignIn) -> None:
    victim, thief = await a_person("Rose Petit"), await a_person("Gérard Perrin")
    hers, his = await a_draft(None, victim), await a_draft(None, thief)
    line = await CostLine.filter(campaign_id=hers.id).first()
    assert line
    browser = await sign_in(thief)
    sent = {"line": str(line.id), "title": "Un yacht", "amount": "1", "nature": "required"}
    assert (await browser.submit(f"/campagnes/{his.slug}/modifier/budget", sent)).status_code == 404
    await browser.submit(f"/campagnes/{his.slug}/modifier/budget/{line.id}/retirer")
    assert (await CostLine.get(id=line.id)).title == line.title
    assert (await Campaign.get(id=hers.id)).minimum_cents == hers.minimum_cents


async def test_nobody_reviews_or_launches_her_own_campaign(sign_in: SignIn) -> None:
    lead = await a_person("Agathe Rey", "", RoleName.ANIMATOR)
    campaign = await a_draft(None, lead)
    browser = await sign_in(lead)
    await browser.submit(f"/campagnes/{campaign.slug}/envoyer")
    answer = {"answer": "approved", "note": ""}
    assert (await browser.submit(f"/campagnes/{campaign.slug}/relecture", answer)).status_code == 403
    await browser.submit(f"/campagnes/{campaign.slug}/ouvrir")
    assert (await Campaign.get(id=campaign.id)).status == "submitted"
    other = await sign_in(await a_person("Rose Petit", "", RoleName.ANIMATOR))
    assert (await other.submit(f"/campagnes/{campaign.slug}/relecture", answer)).status_code == 303


async def test_the_sign_ups_of_another_shift_cannot_be_noted(sign_in: SignIn) -> None:
    """A lead notes presences of her own shift only, whatever ids she sends."""
    his = await a_person("Gérard Perrin")
    own, other = await the_shift(await a_mission(lead=his)), await the_shift(await a_mission("Autre mission"))
    signup = await a_signup(other)
    browser = await sign_in(his)
    await browser.submit(f"/missions/{own.mission.slug}/creneaux/{own.id}/presences", {f"p{signup.id}": "confirmed:missed"})
    path = f"/missions/{own.mission.slug}/creneaux/{other.id}/liste"
    assert (await browser.get(path)).status_code == 404
    assert (await Signup.get(id=signup.id)).status == SignupStatus.CONFIRMED


async def test_a_request_for_a_seat_is_not_answered_by_whoever_asks(sign_in: SignIn) -> None:
    lead = await a_person("Anne-Marie Lopez")
    committee = await a_committee(lead)
    asker = await a_person("Gérard Perrin")
    asked = await committees.join(Actor(asker), committee, CollegeKind.RESIDENTS, "J’habite en face.")
    assert isinstance(asked, SeatRequest)
    path, yes = f"/comites/demandes/{asked.id}/repondre", {"answer": "yes"}
    for person in (asker, await a_person("Rose Petit"), await a_member(committee)):
        assert (await (await sign_in(person)).submit(path, yes)).status_code == 403
    assert (await SeatRequest.get(id=asked.id)).status == RequestStatus.PENDING
    assert (await (await sign_in(lead)).submit(path, yes)).status_code == 303


async def test_a_voice_is_ones_own_and_hidden_results_stay_hidden(sign_in: SignIn, client: Client) -> None:
    lead = await a_person("Anne-Marie Lopez")
    committee = await a_committee(lead)
    member = await a_member(committee)
    decision = await an_open_decision(committee, lead, method=Method.MAJORITY, results_hidden=True)
    await says(member, decision, Code.NO, "Une raison que personne ne lit encore.")
    for browser in (client, await sign_in(lead), await sign_in(await a_person("Gérard Perrin"))):
        assert "Une raison que personne" not in (await browser.get(f"/decisions/{decision.id}")).text
        assert "Une raison que personne" not in (await browser.get(f"/comites/{committee.slug}/registre")).text
    late = await a_person("Gérard Perrin", "tard@exemple.fr")
    answer = {"option": "yes", "reason": "", "person_id": str(member.id), "elector": "1"}
    assert (await (await sign_in(late)).submit(f"/decisions/{decision.id}/position", answer)).status_code == 403
    assert await Stance.filter(decision_id=decision.id).count() == 1


async def test_contacts_of_volunteers_are_for_their_lead_only(sign_in: SignIn, client: Client) -> None:
    lead = await a_person("Sélim Laurent")
    shift = await the_shift(await a_mission(lead=lead))
    signup = await a_signup(shift, await a_person("Odile Blanc", "odile@exemple.fr"))
    base = f"/missions/{shift.mission.slug}"
    assert "odile@exemple.fr" in (await (await sign_in(lead)).get(f"{base}/creneaux/{shift.id}/liste")).text
    other = await sign_in(await a_person("Gérard Perrin"))
    for browser in (client, other):
        for path in (base, f"{base}/creneaux/{shift.id}.ics", f"/initiatives/{shift.mission.initiative.slug}"):
            assert "odile" not in (await browser.get(path)).text.lower(), path
    assert signup.status == SignupStatus.CONFIRMED


async def test_a_backer_s_address_and_hidden_name_are_on_no_public_page(client: Client) -> None:
    campaign = await a_live_campaign()
    pledge = await a_confirmed_pledge(campaign, await a_person("Odile Blanc", "odile@exemple.fr"), anonymous=True)
    for path in (f"/campagnes/{campaign.slug}", "/campagnes", "/", f"/initiatives/{campaign.initiative.slug}"):
        text = (await client.get(path)).text
        assert "odile" not in text.lower(), path
    for path in (f"/promesses/{pledge.id}", f"/campagnes/{campaign.slug}/merci?s=", f"/campagnes/{campaign.slug}/merci?s={pledge.id}"):
        assert (await client.get(path)).status_code == 404
    assert (await Pledge.get(id=pledge.id)).status == PledgeStatus.CONFIRMED


async def test_unknown_fields_change_nothing(sign_in: SignIn) -> None:
    lead = await a_person()
    initiative = await an_initiative(lead=lead)
    form = {
        "title": "Un autre titre", "summary": "Un résumé assez long.", "commune": "Trévoux", "topics": "mobilite",
        "stage": "alive", "is_example": "1", "slug": "admin", "published_at": "", "followers_count": "9999", "id": "1",
    }  # fmt: skip
    await (await sign_in(lead)).submit(f"/initiatives/{initiative.slug}/modifier", form)
    fresh = await Initiative.get(id=initiative.id)
    assert fresh.title == "Un autre titre"
    assert (fresh.slug, fresh.followers_count, fresh.is_example) == (initiative.slug, 0, initiative.is_example)
