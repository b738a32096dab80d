"""Connected accounts: a beneficiary's own Stripe account, opened on a hosted page, charged directly.

Everything done with the header `Stripe-Account` belongs to that account and is seen by no other.
"""

from __future__ import annotations

from campaigns.sandbox.errors import invalid, no_access
from campaigns.sandbox.store import Stored
from campaigns.sandbox.world import Params, World, merge_metadata

FIVE_MINUTES = 300
REQUIREMENTS = ("currently_due", "eventually_due", "past_due", "pending_verification")


def create(world: World, params: Params) -> Stored:
    """POST /v1/accounts: it can take no money before its owner has filled in the hosted page."""
    account = world.create(
        "account",
        "acct",
        business_profile=params.get("business_profile"),
        business_type=params.get("business_type"),
        capabilities=dict.fromkeys(params.get("capabilities") or ["card_payments"], "inactive"),
        charges_enabled=False,
        country=params.get("country") or "FR",
        default_currency=world.frame.currency,
        details_submitted=False,
        email=params.get("email"),
        metadata=merge_metadata(None, params.get("metadata")),
        payouts_enabled=False,
        requirements=None,
        type=params.get("type") or "none",
    )
    _require(account, ["external_account", "tos_acceptance.date"])
    return world.save(account)


def _require(account: Stored, due: list[str]) -> None:
    lists = {name: due if name.endswith("ly_due") else [] for name in REQUIREMENTS}
    reason = "requirements.past_due" if due else None
    account["requirements"] = {**lists, "alternatives": [], "disabled_reason": reason, "errors": []}
    account["requirements"]["current_deadline"] = None


def retrieve(world: World, params: Params, identifier: str) -> Stored:
    """GET /v1/accounts/{account}; 403 for one that is not connected to ours (any more), as Stripe answers."""
    found = world.rows.get(identifier)
    if not is_connected(found):
        raise no_access(identifier)
    return world.within("").find("account", identifier, "account")


def is_connected(found: tuple[Stored, str] | None) -> bool:
    """Whether an identifier is an account that is still connected to ours."""
    return found is not None and found[0]["object"] == "account" and not found[0].get("_gone")


def disconnect(world: World, identifier: str) -> Stored:
    """Its owner takes it away from the platform: nothing may be asked in its name any more."""
    account = world.find("account", identifier)
    account["_gone"] = True
    return world.save(account)


def retrieve_own(world: World, params: Params) -> Stored:
    """GET /v1/account: the one named by the header `Stripe-Account`."""
    return world.within("").find("account", world.account)


def update(world: World, params: Params, identifier: str) -> Stored:
    """POST /v1/accounts/{account}: e-mail and metadata."""
    account = world.find("account", identifier)
    account["email"] = params.get("email", account["email"])
    account["metadata"] = merge_metadata(account["metadata"], params.get("metadata"))
    return world.save(account)


def create_link(world: World, params: Params) -> Stored:
    """POST /v1/account_links: the address, good for five minutes, of the page that opens the account."""
    world.find("account", params["account"], "account")
    for name in ("return_url", "refresh_url"):
        if not params.get(name):
            raise invalid(f"Missing required param: {name}.", name, "parameter_missing")
    link = world.create(
        "account_link",
        "link",
        expires_at=world.now() + FIVE_MINUTES,
        _account=params["account"],
        _return_url=params["return_url"],
        _refresh_url=params["refresh_url"],
    )
    link["url"] = f"{world.frame.public_url}/onboarding/{link['id']}"
    world.save(link)
    return {name: value for name, value in link.items() if name != "id"}


def open_account(world: World, identifier: str) -> Stored:
    """The owner filled in the page, or connected it again: the account can take money now."""
    account = world.find("account", identifier)
    account.pop("_gone", None)
    account.update(charges_enabled=True, payouts_enabled=True, details_submitted=True)
    account["capabilities"] = dict.fromkeys(account["capabilities"], "active")
    _require(account, [])
    world.save(account)
    world.within(identifier).tell("account.updated", account)
    return account


def restrict(world: World, identifier: str) -> Stored:
    """Stripe asks for a paper again: no more charges nor payouts until the owner has filled in the page anew."""
    account = world.find("account", identifier)
    account.update(charges_enabled=False, payouts_enabled=False)
    account["capabilities"] = dict.fromkeys(account["capabilities"], "inactive")
    _require(account, ["company.verification.document"])
    world.save(account)
    world.within(identifier).tell("account.updated", account)
    return account


def check_may_charge(world: World) -> None:
    """400 when the connected account in whose name we ask cannot take money yet."""
    if world.account and not retrieve(world, {}, world.account)["charges_enabled"]:
        raise invalid("Your account cannot currently make charges: its onboarding is not finished.")
