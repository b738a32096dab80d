"""Secrets shared with the gateway: the host's, or for the sandbox one made once and kept in DATA."""

import hashlib
import secrets
from pathlib import Path

from civic.settings import settings


def webhook_secrets() -> list[str]:
    """What webhooks are signed with: our endpoint's secret, and the one of connected accounts; none closes the door."""
    current = settings()
    if current.payments == "off":
        return []
    if current.payments_simulated:
        return [simulated_secret(current.data)]
    return [secret for secret in (current.stripe_webhook_secret, current.stripe_connect_webhook_secret) if secret]


def simulated_secret(data: Path) -> str:
    """The sandbox's secret, made at first use and shared by every process of this installation."""
    data.mkdir(parents=True, exist_ok=True)
    file = data / "sandbox-webhook-secret"
    try:
        with file.open("x") as new:
            new.write(f"whsec_{secrets.token_urlsafe(32)}")
        file.chmod(0o600)
    except FileExistsError:
        pass
    return file.read_text().strip()


def sandbox_key(data: Path) -> str:
    """The sandbox's API key, so that no stranger can speak to a public demonstration's."""
    return f"sk_test_{hashlib.sha256(simulated_secret(data).encode()).hexdigest()[:40]}"
