"""The public file of a campaign's accounts, checked without the database: whatever was changed in it is said."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from campaigns.lifecycle.models import Campaign
from campaigns.proof import checking, export
from campaigns.proof.accounts import books_of
from campaigns.settlement import deciding
from civic import jobs
from civic.errors import Invalid
from civic.mail.models import OutboxMessage
from civic.settings import Settings
from tests.campaigns.proof_page import ODILE, PAUL, ROSE, exported
from tests.campaigns.sandbox_server import Harness
from tests.campaigns.till import civic, open_till
from tests.client import Client
from tests.engines import Database
from tests.factories.proof import a_funded_campaign
from tests.factories.settlement import a_live_campaign as a_campaign_at_the_sandbox
from tests.factories.settlement import a_pledge, deadline_passes

CHANGES = {
    "an amount": (lambda rows: rows[2]["postings"][0].__setitem__(1, 1), "Écriture 2\u00a0: son contenu a été changé"),
    "a cut end": (lambda rows: rows.pop(), "annonce 3 écritures et en contient 2"),
    "a missing entry": (lambda rows: rows.pop(2), "Écriture 2\u00a0: elle porte le numéro 3"),
    "another seal": (lambda rows: rows[3].__setitem__("seal", "0" * 64), "Écriture 3\u00a0: son empreinte"),
    "another past": (lambda rows: rows[3].__setitem__("prev", "0" * 64), "Écriture 3\u00a0: elle ne suit pas"),
    "a lost part": (lambda rows: rows[1].pop("kind"), "Écriture 1\u00a0: il manque"),
    "another head": (lambda rows: rows[0].__setitem__("head", "0" * 64), "La dernière empreinte"),
}


@pytest.mark.parametrize("name", list(CHANGES))
@pytest.mark.one_engine
async def test_whatever_was_changed_in_the_file_is_said(client: Client, name: str) -> None:
    campaign = await a_funded_campaign(ROSE, PAUL, ODILE)
    text, rows = await exported(client, campaign)
    assert checking.check(text).problems == []
    change, words = CHANGES[name]
    change(rows)  # type: ignore[no-untyped-call]
    problems = checking.check("\n".join(json.dumps(row) for row in rows)).problems
    assert any(words in sentence for sentence in problems), problems


def test_another_file_is_refused() -> None:
    for text in ("", "bonjour", "[]", '{"format": "autre"}'):
        with pytest.raises(Invalid):
            checking.check(text)


@pytest.fixture
async def gate(database: Database, settings: Settings, sandbox: Harness) -> AsyncIterator[Harness]:
    async with open_till(sandbox) as till:
        yield till


async def test_the_hash_in_her_mail_is_checked_from_a_terminal(
    database: Database, settings: Settings, gate: Harness, tmp_path: Path
) -> None:
    campaign = await a_campaign_at_the_sandbox(5_000)
    await a_pledge(campaign, gate, cents=6_000, tip=300)
    await deadline_passes(campaign)
    await deciding.decide(campaign.id)
    await jobs.run_due(schedules=False)
    mail = await OutboxMessage.filter(text__contains="empreinte=").first()
    assert mail
    head = mail.text.split("empreinte=")[1][:64]
    fresh = await Campaign.get(id=campaign.id)
    file = tmp_path / "comptes.jsonl"
    file.write_text("".join(export.lines(await books_of(fresh))))
    status, said = await civic(database, settings, gate, "verify-export", str(file), "--hash", head)
    assert (status, "celle de l’écriture 1" in said) == (0, True), said
    status, said = await civic(database, settings, gate, "verify-export", str(file), "--hash", "f" * 64, "--english")
    assert status == 1
    file.write_text(file.read_text().replace(head, "0" * 64, 1))
    assert (await civic(database, settings, gate, "verify-export", str(file)))[0] == 1
