"""« Retrouver mes liens » (PRODUCT A2): the secret links of everything an address did, mailed to that address."""

from starlette.requests import Request
from starlette.responses import Response

from civic import clock, mail, slots
from civic.database import transaction
from civic.people.forms import AddressForm
from civic.people.queries import persons_of_address
from civic.web import limits
from civic.web.forms import Form
from civic.web.page import page, redirect


async def ask(request: Request) -> Response:
    """The address."""
    return page(request, "civic/network/lost_links.html", form=Form(), sent=False)


async def send(request: Request) -> Response:
    """Mail what there is; the page answers the same whatever it is."""
    form = await Form.read(request, AddressForm)
    if form.data is None:
        return page(request, "civic/network/lost_links.html", status=422, form=form, sent=False)
    await limits.hit("lost_links", limits.address(request), most=20, per=3600)
    await limits.hit("lost_links_email", form.data.email.lower(), most=3, per=3600)
    await send_links(form.data.email)
    return redirect("network.links_sent")


async def sent(request: Request) -> Response:
    """« Regardez vos messages »."""
    return page(request, "civic/network/lost_links.html", form=Form(), sent=True)


async def send_links(email: str) -> None:
    """Mail the links of every person this address serves; an address that did nothing gets a mail that says so."""
    persons = await persons_of_address(email)
    found = [link for person in persons for fill in slots.secret_links for link in await fill(person)]
    async with transaction():
        await mail.send(
            "civic/links", to=email.lower(), key=f"links-{email.lower()}-{clock.now().timestamp():.0f}", links=found,
            locale=persons[0].locale if persons else None,
        )  # fmt: skip
