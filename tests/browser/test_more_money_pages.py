"""More pages around the money, each looked at by axe and at the narrowest phone: what a lead fills in."""

from __future__ import annotations

import pytest

from campaigns.lifecycle.models import Campaign
from civic.people.models import Person
from tests.browser.conftest import Arrive
from tests.browser.test_money_pages import _looks_at
from tests.browser.test_money_pages import campaign as campaign


@pytest.mark.one_engine("sqlite")
async def test_what_a_lead_fills_in_is_accessible(arrive: Arrive, campaign: Campaign) -> None:
    visitor, own = await arrive(width=360), f"/campagnes/{campaign.slug}"
    await visitor.is_now(await Person.get(id=campaign.lead_id))
    await _looks_at(
        visitor, f"{own}/tableau/mercis", f"{own}/hors-ligne/saisie", f"{own}/nouvelles/ecrire", f"{own}/annulation",
        "/mes-soutiens", "/mon-espace",
    )  # fmt: skip
