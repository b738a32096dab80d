"""Which organisations may receive money themselves, and what is known of their accounts."""

from campaigns.payees.models import Payee
from civic import clock
from civic.organisations.models import Organisation, OrganisationKind
from civic.settings import settings

DISCONNECTED = "disconnected"
"""Our own word, in `Payee.reason`, for an account whose owner has taken it away from ours."""


def open_to_others() -> bool:
    """Whether campaigns may collect for another legal entity: the host has entered its ORIAS number."""
    return bool(settings().orias)


def may_receive(organisation: Organisation | None) -> bool:
    """Whether this organisation may receive money itself: a legal entity, other than the host. None: nobody."""
    if organisation is None or not open_to_others() or organisation.kind == OrganisationKind.INFORMAL:
        return False
    return bool(organisation.name.strip() != settings().host_name)


async def payee_of(organisation: Organisation) -> Payee:
    """The payee of an organisation, made at the first asking."""
    known = await Payee.get_or_none(organisation_id=organisation.id)
    return known or (await Payee.get_or_create({"created_at": clock.now()}, organisation_id=organisation.id))[0]


async def organisation_of(payee_id: int | None) -> Organisation | None:
    """The organisation that receives a campaign's money itself; None: the host does."""
    payee = await Payee.get_or_none(id=payee_id or 0).select_related("organisation")
    return payee.organisation if payee else None


async def known_of(organisation: Organisation | None) -> Payee | None:
    """What is known of an organisation's account; None while it has asked for none."""
    return await Payee.get_or_none(organisation_id=organisation.id) if organisation else None


async def closed() -> list[Payee]:
    """Payees whose account could charge and no longer can, the longest first."""
    return await Payee.filter(closed_at__isnull=False).order_by("closed_at").select_related("organisation")


async def knows(account_ref: str) -> bool:
    """Whether this account is one of ours to hear about."""
    return await Payee.filter(account_ref=account_ref).exists()


async def accounts() -> list[str]:
    """Every account by Stripe's name, in one order."""
    refs = await Payee.filter(account_ref__isnull=False).order_by("id").values_list("account_ref", flat=True)
    return [str(ref) for ref in refs]


async def is_cut_off(payee_id: int | None) -> bool:
    """Whether the payee's account was disconnected: only the organisation itself can give back what is there."""
    return payee_id is not None and await Payee.filter(id=payee_id, reason=DISCONNECTED).exists()
