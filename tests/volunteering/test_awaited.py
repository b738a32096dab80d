"""What awaits somebody stands in the order of its hours, her shifts among the rest, each day said the same way."""

import re
from collections.abc import Awaitable, Callable

import pytest

from civic.people.models import Person
from tests.client import Client
from tests.factories import a_person
from tests.factories.convening import a_convened_meeting
from tests.factories.steering import a_committee, a_member
from tests.factories.volunteering import a_mission, a_signup, the_shift

SignIn = Callable[[Person], Awaitable[Client]]


@pytest.mark.parametrize(("days", "first"), [(3, "navette"), (20, "réunion")])
async def test_a_shift_stands_among_what_awaits_at_its_hour(
    app: object, sign_in: SignIn, days: int, first: str
) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    rose = await a_member(committee)
    await a_convened_meeting(committee, lead)  # in ten days
    await a_signup(await the_shift(await a_mission(days=days)), rose)
    page = (await (await sign_in(rose)).get("/mon-espace")).text
    waiting = page[page.index('class="todo ') :]
    titles = re.findall(r"<h3>([^<]+)</h3>", waiting)
    shift = next(place for place, title in enumerate(titles) if "Vous venez" in title)
    meeting = next(place for place, title in enumerate(titles) if "La réunion de rentrée" in title)
    assert (shift < meeting) == (first == "navette"), titles
    said = re.sub("[\u00a0\u202f]", " ", waiting[waiting.index("Vous venez") :])
    assert re.search(r'<p class="meta">Le \w+ \d', said[:400]), said[:400]
