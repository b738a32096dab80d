"""Fixtures of the tests of money."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.campaigns.sandbox_server import Harness, running_sandbox


@pytest.fixture
async def sandbox(tmp_path: Path) -> AsyncIterator[Harness]:
    """Our stand-in for api.stripe.com on a loopback port, empty."""
    async with running_sandbox(tmp_path / "sandbox.sqlite3") as harness:
        yield harness
