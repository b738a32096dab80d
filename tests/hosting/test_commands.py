"""What the terminal says when something is wrong: one sentence, and an exit status."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from civic.people.models import RoleName
from tests.hosting.conftest import Host

PRODUCTION = {
    "CIVIC_ENV": "production", "CIVIC_SECRET_KEY": "s" * 40, "CIVIC_BASE_URL": "https://civic.exemple.fr",
    "CIVIC_SMTP_URL": "smtp://mail.exemple.fr:587", "CIVIC_CONTACT_EMAIL": "bonjour@exemple.fr",
    "STRIPE_SECRET_KEY": "sk_live_0000", "STRIPE_WEBHOOK_SECRET": "whsec_0000",
}  # fmt: skip


def one_sentence(text: str) -> bool:
    return text.count("\n") == 1 and "Traceback" not in text


@pytest.mark.one_engine("sqlite")
def test_a_port_that_is_taken_is_told_in_a_sentence(host: Host) -> None:
    host.civic("migrate")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", host.port))
        taken.listen()
        refused = host.civic("serve")
    assert refused.returncode == 1
    assert one_sentence(refused.stderr)
    assert f"Le port {host.port} est déjà pris" in refused.stderr


@pytest.mark.one_engine("sqlite")
def test_a_site_without_database_says_which_command_makes_one(host: Host) -> None:
    refused = host.civic("serve")
    assert refused.returncode == 1
    assert one_sentence(refused.stderr)
    assert "civic migrate" in refused.stderr


@pytest.mark.one_engine("postgres")
def test_a_database_that_does_not_answer_is_told_in_a_sentence(host: Host) -> None:
    for command in (["serve"], ["migrate"], ["backup", host.data / "kept.tar.gz"]):
        refused = host.civic(*command, CIVIC_DATABASE_URL=f"postgres://nobody@127.0.0.1:{host.port}/none")
        assert refused.returncode == 1
        assert one_sentence(refused.stderr)
        assert "ne répond pas" in refused.stderr


def test_a_database_that_waits_for_migrations_is_not_served(host: Host) -> None:
    host.civic("migrate")
    host.sql("DELETE FROM tortoise_migrations WHERE app = 'campaigns' AND name = '0001_initial'")
    refused = host.civic("serve")
    assert refused.returncode == 1
    assert one_sentence(refused.stderr)
    assert "migration" in refused.stderr


def test_a_database_of_a_later_version_is_not_served(host: Host) -> None:
    host.civic("migrate")
    host.sql(
        "INSERT INTO tortoise_migrations (app, name, applied_at) "
        "VALUES ('campaigns', '0099_later', '2026-01-01 00:00:00+00:00')"
    )
    refused = host.civic("serve")
    assert refused.returncode == 1
    assert one_sentence(refused.stderr)
    assert "campaigns.0099_later" in refused.stderr


@pytest.mark.one_engine("sqlite")
@pytest.mark.parametrize(
    ("name", "value"),
    [("PORT", "80000"), ("CIVIC_DATABASE_URL", "mysql://x"), ("CIVIC_PAYMENTS", "later"), ("CIVIC_ENV", "production")],
)
def test_a_bad_setting_is_named(host: Host, name: str, value: str) -> None:
    refused = host.civic("serve", **{name: value})
    assert refused.returncode == 2
    assert one_sentence(refused.stderr)
    assert (name if name != "CIVIC_ENV" else "CIVIC_SECRET_KEY") in refused.stderr


@pytest.mark.one_engine("sqlite")
def test_a_file_to_import_that_cannot_be_read_is_told_in_a_sentence(host: Host, tmp_path: Path) -> None:
    host.civic("migrate")
    missing = host.civic("import", tmp_path / "nowhere.csv")
    assert (missing.returncode, one_sentence(missing.stderr)) == (1, True)
    (tmp_path / "picture.csv").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00")
    unreadable = host.civic("import", tmp_path / "picture.csv")
    assert (unreadable.returncode, one_sentence(unreadable.stderr)) == (1, True)


def test_a_site_ready_for_production_passes_the_check(host: Host) -> None:
    host.civic("migrate")
    bare = host.civic("check")
    assert bare.returncode == 1
    for name in (*PRODUCTION, *RoleName):
        if name != "CIVIC_SECRET_KEY":  # outside production one is made
            assert name in bare.stdout, name
    for number, role in enumerate(RoleName, 1):
        host.sql(
            "INSERT INTO person (id, name, name_folded, email, email_verified_at, locale, created_at) VALUES "
            f"({number}, 'P', 'p', 'p{number}@exemple.fr', '2026-01-01 10:00:00+00:00', 'fr', '2026-01-01 10:00:00+00:00')"
        )
        granted = host.civic("grant", f"p{number}@exemple.fr", role.value, **PRODUCTION)
        assert granted.returncode == 0, granted.stderr
    ready = host.civic("check", **PRODUCTION)
    assert ready.returncode == 0, ready.stdout
    without_role = host.civic("revoke", "p1@exemple.fr", next(iter(RoleName)).value, **PRODUCTION)
    assert without_role.returncode == 0, without_role.stderr
    assert host.civic("check", **PRODUCTION).returncode == 1


def test_work_that_nobody_does_is_noticed(host: Host) -> None:
    host.civic("migrate")
    host.sql(
        "INSERT INTO job (name, key, handler, payload, run_at, created_at, attempts, locked_until, lease, last_error) "
        "VALUES ('send_mail', 'k', 'h', '{}', 1000, 1000, 0, 0, '', '')"
    )
    assert "civic worker" in host.civic("check").stdout
