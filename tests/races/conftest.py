"""Two web processes on one database, and the sandbox they pay at."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.campaigns.sandbox_server import SECRET, Harness, running_sandbox
from tests.engines import Database
from tests.site import Site, free_port, served

ISSUER = {
    "CIVIC_RECEIPT_ISSUER": "Les Voisins du Mardi", "CIVIC_RECEIPT_ADDRESS": "4 rue du Four|01600 Trévoux",
    "CIVIC_RECEIPT_NUMBER": "W012345678", "CIVIC_RECEIPT_PURPOSE": "Relier les hameaux",
    "CIVIC_RECEIPT_CATEGORY": "interet_general", "CIVIC_RECEIPT_GROUND": "Rescrit de la DDFiP de l’Ain",
    "CIVIC_RECEIPT_GROUND_ON": "2020-01-01", "CIVIC_RECEIPT_SIGNATORY": "Rose Petit, trésorière",
}  # fmt: skip


@pytest.fixture
async def till(tmp_path: Path) -> AsyncIterator[Harness]:
    folder = tmp_path / "till"
    folder.mkdir()
    async with running_sandbox(folder / "sandbox.sqlite3", webhook_url=None) as harness:
        yield harness


@pytest.fixture
async def two(database: Database, tmp_path: Path, till: Harness) -> AsyncIterator[Site]:
    """Two web processes on one database; nothing runs the jobs."""
    (tmp_path / "sandbox-webhook-secret").write_text(SECRET)
    ports = [free_port(), free_port()]
    async with served(database, tmp_path, ports=ports, worker=False, TEST_SANDBOX=till.url, **ISSUER) as site:
        yield site
        assert site.trouble() == []
