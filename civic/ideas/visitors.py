"""Who acts on an idea: who is signed in, or a visitor with her name and address (PRODUCT A2).

Anybody can type anybody's address, so that a visitor is counted by machine and by the mailbox she writes down, apart
from who is signed in: nobody's mailbox is filled, and nobody uses up what its owner may do.
"""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request

from civic.ideas.forms import WhoForm
from civic.people import service as people
from civic.people.actor import person_of
from civic.people.models import Person
from civic.web import limits
from civic.web.forms import Form
from civic.web.limits import Limit

MAILS_AN_HOUR, MAILS_A_DAY = 5, 12
"""So many links are mailed to one address, of all ideas together."""
A_MACHINE = 4
"""So many times as much as a person does a machine, behind which several visitors sit."""


def who_is_named(request: Request, form: Form[Any], sent: Mapping[str, Any]) -> WhoForm | None:
    """A visitor's name and address, read from what was sent; None for who is signed in.

    When these are wrong the form says so beside each field, and has no data.
    """
    if person_of(request) is not None:
        return None
    who: Form[WhoForm] = Form.check(sent, WhoForm)
    form.values |= who.values
    form.errors |= who.errors
    if who.data is None:
        form.data = None
    return who.data


async def who_acts(request: Request, who: WhoForm | None, what: str, *, most: int, per: int) -> tuple[Person, bool]:
    """The person, and whether her address is confirmed; counted before anything is kept of her. Raises TooMany."""
    person = person_of(request)
    if person is not None or who is None:
        assert person
        await limits.hit(what, str(person.id), most=most, per=per)
        return person, True
    email = who.email.lower()
    await limits.hit_all(
        Limit(f"{what}-from", limits.address(request), A_MACHINE * most, per),
        Limit("idea-mail", email, MAILS_AN_HOUR, 3600), Limit("idea-mail-day", email, MAILS_A_DAY, 86_400),
    )  # fmt: skip
    return await people.meet(who.name, who.email), False
