"""Where the hosted payment pages are, for the policy of the pages whose forms end there."""

from civic.settings import settings

STRIPE_PAGES = "https://checkout.stripe.com"
ACCOUNT_PAGES = "https://connect.stripe.com"


class _Known:
    """Set by the gateway when it is told to speak to an address of its own."""

    api: str | None = None


def be_at(api: str | None) -> None:
    """The hosted pages are beside this API; None: where the settings say."""
    _Known.api = api


def pages_origin() -> str:
    """Their origin: browsers check a form's target along its whole chain of redirects."""
    return _origin(STRIPE_PAGES)


def account_pages_origin() -> str:
    """The origin of the pages where an organisation opens its own account."""
    return _origin(ACCOUNT_PAGES)


def _origin(of_stripe: str) -> str:
    current = settings()
    if not current.payments_simulated:
        return of_stripe
    return "/".join((_Known.api or current.base_url).split("/")[:3])
