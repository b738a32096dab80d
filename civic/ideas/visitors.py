"""Who acts on an idea: who is signed in, or a visitor with her name and address (PRODUCT A2)."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request

from civic.ideas.forms import WhoForm
from civic.people import service as people
from civic.people.actor import person_of
from civic.people.models import Person
from civic.web.forms import Form


async def who_acts(request: Request, form: Form[Any], sent: Mapping[str, Any]) -> tuple[Person | None, bool]:
    """The person, and whether her address is confirmed. A visitor's name and address are read from what was sent.

    None when these are wrong: the form then says so beside each field.
    """
    person = person_of(request)
    if person is not None:
        return person, True
    who: Form[WhoForm] = Form.check(sent, WhoForm)
    form.values |= who.values
    form.errors |= who.errors
    if who.data is None or form.data is None:
        form.data = None
        return None, False
    return await people.meet(who.data.name, who.data.email), False
