"""A mayor offers to add by herself: the team completes the agreement, she accepts it, and only then anything counts."""

import re
from collections.abc import Awaitable, Callable

import pytest

from campaigns.lifecycle.models import Campaign, CampaignStatus
from campaigns.matching import panels, queries
from campaigns.matching.models import MatchAgreement
from civic import clock, jobs
from civic.mail.models import OutboxMessage
from civic.organisations.models import Organisation, Representative
from civic.people.models import Person, RoleName
from tests.client import Client
from tests.factories import a_commune, a_person
from tests.factories.matching import a_matcher, a_proposal, an_agreement
from tests.factories.settlement import a_live_campaign

SignIn = Callable[[Person], Awaitable[Client]]
pytestmark = [pytest.mark.one_engine, pytest.mark.usefixtures("app")]


async def a_mayor() -> tuple[Person, Organisation]:
    """Somebody who speaks for a commune."""
    mayor, commune = await a_person("Hélène Maire", "helene@exemple.fr"), await a_matcher()
    await Representative.create(organisation_id=commune.id, person_id=mayor.id, from_on=clock.today())
    return mayor, commune


async def plain(client: Client, path: str) -> str:
    """A page without its narrow spaces."""
    answer = await client.get(path)
    assert answer.status_code == 200
    return answer.text.replace("\u202f", " ").replace("\u00a0", " ")


async def test_a_mayor_offers_and_the_team_completes_what_she_wrote(sign_in: SignIn) -> None:
    campaign, _place = await a_live_campaign(10_000), await a_commune()
    mayor, commune = await a_mayor()
    agathe = await a_person("Agathe Roux", "agathe@exemple.fr", RoleName.ANIMATOR)
    herself, team = await sign_in(mayor), await sign_in(agathe)
    base = f"/campagnes/{campaign.slug}"
    shown = await plain(herself, base)
    assert ("Proposer d’ajouter aux dons" in shown, "Vous gérez cette collecte" in shown) == (True, False)
    assert f"{base}/abondements/offre" in await plain(herself, "/mon-espace/abondements")
    fields = {
        "organisation": str(commune.id), "role": "Maire", "rule": "half", "cap": "1 200,50", "communes": "Trévoux",
        "note": "Après le conseil du 8.",
    }  # fmt: skip
    lacking = await herself.submit(f"{base}/abondements/offre", fields | {"cap": "", "rule": "person"})
    assert (lacking.status_code, "Après le conseil" in lacking.text) == (422, True)
    assert (await herself.submit(f"{base}/abondements/offre", fields)).status_code == 303
    await jobs.run_due(schedules=False)
    assert "Hélène Maire" in (await OutboxMessage.get(to="agathe@exemple.fr")).text
    assert (await MatchAgreement.all().count(), (await Campaign.get(id=campaign.id)).matched_cents) == (0, 0)
    assert [todo.text for todo in await panels.desk_todos(agathe)] == [f"Préparer l’accord proposé par {commune.name}"]
    index = await plain(team, f"{base}/abondements")
    for said in ("propose d’ajouter aux dons", "Hélène Maire, Maire", "1 200,50 €", "Après le conseil du 8."):
        assert said in index, said
    address = index.split('href="')[[("?offre=" in part.split('"')[0]) for part in index.split('href="')].index(True)]
    form = await plain(team, address.split('"')[0])
    for said in ('value="1200,50"', "Trévoux", 'value="Hélène Maire"', 'value="helene@exemple.fr"'):
        assert said in form, said
    agreed = {
        "fund": "0", "organisation": str(commune.id), "rule": "half", "cap": "1 200,50", "signatory": "Hélène Maire",
        "signatory_role": "Maire", "signatory_email": "helene@exemple.fr",
    }  # fmt: skip
    assert (await team.submit(f"{base}/abondements/nouveau", agreed)).status_code == 303
    assert (await MatchAgreement.get()).status == "proposed"
    assert await panels.desk_todos(agathe) == []
    assert "Compléter l’accord" not in await plain(team, f"{base}/abondements")


async def test_who_represents_nobody_offers_nothing_nor_for_another_commune(sign_in: SignIn) -> None:
    campaign = await a_live_campaign(10_000)
    page = f"/campagnes/{campaign.slug}/abondements/offre"
    stranger = await sign_in(await a_person())
    assert "Proposer d’ajouter aux dons" not in await plain(stranger, f"/campagnes/{campaign.slug}")
    assert (await stranger.get(page)).status_code == 403
    mayor, _commune = await a_mayor()
    other = await a_matcher("Trévoux")
    herself = await sign_in(mayor)
    refused = await herself.submit(page, {"organisation": str(other.id), "role": "Maire", "cap": "100"})
    assert (refused.status_code, "que vous représentez" in refused.text) == (422, True)
    await Campaign.filter(id=campaign.id).update(status=CampaignStatus.FAILED, decided_at=clock.now())
    assert (await herself.get(page)).status_code == 410


async def test_after_a_failure_nothing_is_due_and_no_persons_are_taken_away(sign_in: SignIn) -> None:
    campaign = await a_live_campaign(10_000)
    made = await an_agreement(campaign)
    mayor = await a_person("Hélène Maire", "helene@exemple.fr")
    organisation = (await queries.agreements_of(campaign.id))[0].fund.organisation
    await Representative.create(organisation_id=organisation.id, person_id=mayor.id, from_on=clock.today())
    tellings = [["2026-11-16", 100_000, 40, 36], ["2026-11-30", 0, 0, 0]]
    await MatchAgreement.filter(id=made.id).update(tellings=tellings)
    await Campaign.filter(id=campaign.id).update(status=CampaignStatus.FAILED, decided_at=clock.now())
    herself = await sign_in(mayor)
    mine = await plain(herself, "/mon-espace/abondements")
    assert ("La collecte n’a pas réussi : rien à verser" in mine, "Il reste" in mine) == (True, False)
    token = mine.split("/abondements/")[[("Suivre" in part) for part in mine.split("/abondements/")].index(True)]
    follow = re.sub(r"<[^>]+>", "", await plain(herself, "/abondements/" + token.split('"')[0]))
    assert ("-36" in follow, "−36" in follow, "−1 000 €" in follow, "Il reste" in follow) == (False, False, True, False)
    assert "ne compte plus" in follow


async def test_a_proposal_that_waits_still_says_so(sign_in: SignIn) -> None:
    campaign = await a_live_campaign(10_000)
    await a_proposal(campaign)
    team = await sign_in(await a_person("Agathe Roux", "", RoleName.ANIMATOR))
    assert "Proposé, sans réponse" in await plain(team, f"/campagnes/{campaign.slug}/abondements")
