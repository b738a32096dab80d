"""Saving everything into one file and bringing it back on an empty machine (PRODUCT O4)."""

from __future__ import annotations

import tarfile
from collections.abc import Callable

from tests.hosting.conftest import Host

CAMILLE = (
    "INSERT INTO person (id, name, name_folded, email, locale, created_at) "
    "VALUES (7, 'Camille Rey', 'camille rey', 'camille@exemple.fr', 'fr', '2026-01-01 10:00:00+00:00')"
)
WHO = "SELECT id, name FROM person ORDER BY id"


def a_used_site(host: Host) -> None:
    assert host.civic("migrate").returncode == 0
    host.sql(CAMILLE)
    (host.data / "media").mkdir(exist_ok=True)
    (host.data / "media" / "0123456789abcdef01234567-480.jpg").write_bytes(b"a photo")


def test_a_host_brings_everything_back_on_an_empty_machine(
    host: Host, another_host: Callable[[str], Host]
) -> None:
    a_used_site(host)
    file = host.data / "kept.tar.gz"
    saved = host.civic("backup", file)
    assert saved.returncode == 0, saved.stderr
    assert file.stat().st_mode & 0o077 == 0
    new = another_host("there")
    brought = new.civic("restore", file)
    assert brought.returncode == 0, brought.stderr
    assert new.sql(WHO) == [(7, "Camille Rey")]
    assert (new.data / "media" / "0123456789abcdef01234567-480.jpg").read_bytes() == b"a photo"
    assert (new.data / "secret").read_text() == (host.data / "secret").read_text()
    assert new.civic("migrate").returncode == 0
    assert "La base est à jour." in new.civic("check").stdout


def test_what_is_there_is_replaced_by_force_only(host: Host) -> None:
    a_used_site(host)
    file = host.data / "kept.tar.gz"
    assert host.civic("backup", file).returncode == 0
    host.sql("UPDATE person SET name = 'Quelqu’un d’autre' WHERE id = 7")
    refused = host.civic("restore", file)
    assert refused.returncode == 1
    assert "--force" in refused.stderr
    assert host.sql(WHO) == [(7, "Quelqu’un d’autre")]
    forced = host.civic("restore", file, "--force")
    assert forced.returncode == 0, forced.stderr
    assert host.sql(WHO) == [(7, "Camille Rey")]


def test_a_damaged_backup_changes_nothing(host: Host) -> None:
    a_used_site(host)
    file, cut = host.data / "kept.tar.gz", host.data / "cut.tar.gz"
    assert host.civic("backup", file).returncode == 0
    cut.write_bytes(file.read_bytes()[:-400])
    refused = host.civic("restore", cut, "--force")
    assert refused.returncode == 1
    assert refused.stderr.count("\n") == 1
    assert host.sql(WHO) == [(7, "Camille Rey")]


def test_a_backup_never_writes_over_another(host: Host) -> None:
    a_used_site(host)
    file = host.data / "kept.tar.gz"
    assert host.civic("backup", file).returncode == 0
    before = file.read_bytes()
    refused = host.civic("backup", file)
    assert (refused.returncode, file.read_bytes()) == (1, before)
    assert "existe déjà" in refused.stderr


def test_a_file_that_would_leave_its_folder_is_left_out(
    host: Host, another_host: Callable[[str], Host]
) -> None:
    a_used_site(host)
    file, planted = host.data / "kept.tar.gz", host.data / "planted.tar.gz"
    assert host.civic("backup", file).returncode == 0
    with tarfile.open(file) as source, tarfile.open(planted, "w:gz") as target:
        for member in source:
            target.addfile(member, source.extractfile(member))
        target.add(host.data / "secret", "../escaped")
        target.add(host.data / "secret", "media/../../escaped")
    new = another_host("there")
    assert new.civic("restore", planted).returncode == 0
    assert not list(new.data.parent.glob("**/escaped"))
