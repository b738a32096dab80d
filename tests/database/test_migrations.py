"""What the migrator promises, on both engines."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tortoise.exceptions import IntegrityError

from civic import database as db
from civic.database import migrations
from civic.database.config import Engine
from tests.database.conftest import Written

PARENT = """
class Migration(migrations.Migration):
    initial = True
    operations = [
        ops.CreateModel(
            name="Mission",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True)),
                ("title", fields.CharField(max_length=80)),
                ("state", fields.CharField(max_length=20, default="open")),
                ("number", fields.IntField(default=0)),
                ("places", fields.IntField(default=0, db_index=True)),
                ("year", fields.IntField(default=2027)),
                ("old", fields.IntField(null=True, db_index=True)),
            ],
            options={
                "table": "mission", "app": "civic", "pk_attr": "id",
                "unique_together": (("title", "year"),),
                "indexes": [Index(fields=["state", "year"])],
                "constraints": [
                    UniqueConstraint(fields=("number", "year"), name="mission_number_once"),
                    UniqueConstraint(fields=("title",), name="mission_one_open", condition="state = 'open'"),
                    CheckConstraint(check="places >= 0", name="mission_places_positive"),
                ],
            },
        ),
        ops.RunPython(Guard("mission", "DELETE", "Missions stay.", when="OLD.state = 'closed'").create()),
    ]
"""
CHILD = """
class Migration(migrations.Migration):
    initial = True
    dependencies = [("civic", "0001_initial")]
    operations = [
        ops.CreateModel(
            name="Shift",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True)),
                ("mission", fields.ForeignKeyField("civic.Mission", source_field="mission_id", db_index=True,
                    related_name="shifts", on_delete=OnDelete.CASCADE)),
                ("capacity", fields.IntField(default=1)),
            ],
            options={"table": "shift", "app": "volunteering", "pk_attr": "id"},
        ),
    ]
"""
ALTER_PARENT = """
class Migration(migrations.Migration):
    dependencies = [("civic", "0001_initial")]
    operations = [
        ops.AlterField("Mission", "year", fields.IntField(null=True)),
        ops.AddConstraint("Mission", CheckConstraint(check="number >= 0", name="mission_number_positive")),
        ops.RemoveField("Mission", "old"),
        ops.AddField("Mission", "place", fields.CharField(max_length=80, default="", db_default="")),
        ops.AddField("Mission", "seats", fields.IntField(default=3)),
        ops.AddField("Mission", "tags", fields.JSONField(default=list)),
    ]
"""
ALTER_CHILD = """
class Migration(migrations.Migration):
    dependencies = [("volunteering", "0001_initial")]
    operations = [ops.AlterField("Shift", "capacity", fields.IntField(null=True, db_index=True))]
"""
FIRST = {"civic/0001_initial": PARENT, "volunteering/0001_initial": CHILD}
LATER = {"civic/0002_later": ALTER_PARENT, "volunteering/0002_later": ALTER_CHILD}
ADD = "INSERT INTO mission (title, state, number, places, year) VALUES (?, ?, ?, ?, ?)"


async def _refused(sql: str, *params: object) -> bool:
    try:
        async with db.transaction():
            await db.execute(sql, params)
    except IntegrityError:
        return True
    return False


async def _check_the_rules() -> None:
    """Every promise of the parent's migration, tried with a row that breaks it."""
    await db.execute(ADD, ("Haie", "closed", 1, 3, 2027))
    assert await _refused(ADD, "Haie", "closed", 9, 1, 2027), "unique_together"
    assert await _refused(ADD, "Four", "closed", 1, 1, 2027), "unique"
    assert await _refused(ADD, "Four", "closed", 2, -1, 2027), "check"
    assert not await _refused(ADD, "Four", "open", 3, 1, 2027)
    assert await _refused(ADD, "Four", "open", 4, 1, 2028), "conditional unique"
    assert not await _refused(ADD, "Four", "closed", 5, 1, 2028)
    assert await _refused("DELETE FROM mission WHERE title = ?", "Haie"), "guard"
    assert not await _refused("DELETE FROM mission WHERE title = ? AND state = ?", "Four", "open")
    assert await _refused("INSERT INTO shift (mission_id, capacity) VALUES (?, ?)", 999, 1), "foreign key"


async def _index_names(engine: Engine, table: str) -> set[str]:
    sql = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = ?",
        "postgres": "SELECT indexname AS name FROM pg_indexes WHERE tablename = ?",
    }
    return {row["name"] for row in await db.fetch_all(sql[engine], [table])}


async def test_every_rule_of_a_new_table_is_in_the_database(
    engine: Engine, empty_url: str, written: Written
) -> None:
    package = written(FIRST)
    assert await migrations.pending(empty_url, migrations=package) == [
        "civic.0001_initial",
        "volunteering.0001_initial",
    ]
    await migrations.migrate(empty_url, migrations=package)
    assert await migrations.pending(empty_url, migrations=package) == []
    await db.connect(empty_url, migrations=package)
    try:
        await _check_the_rules()
    finally:
        await db.disconnect()


async def test_shifts_rules_and_indexes_survive_when_their_mission_table_changes(
    engine: Engine, empty_url: str, written: Written
) -> None:
    package = written(FIRST)
    await migrations.migrate(empty_url, migrations=package)
    await db.connect(empty_url, migrations=package)
    await db.execute(ADD, ("Verger", "open", 7, 4, 2026))
    await db.execute("INSERT INTO shift (mission_id, capacity) SELECT id, 10 FROM mission")
    before = await _index_names(engine, "mission")
    await db.disconnect()

    written(LATER)
    applied = await migrations.migrate(empty_url, migrations=package)
    assert applied == ["civic.0002_later", "volunteering.0002_later"]
    await db.connect(empty_url, migrations=package)
    try:
        assert len(await db.fetch_all("SELECT * FROM shift")) == 1
        assert await db.fetch_all("SELECT seats FROM mission WHERE tags IS NOT NULL") == [{"seats": 3}], "old rows too"
        await _check_the_rules()
        assert await _refused(ADD, "Neuf", "open", -1, 1, 2030), "new check"
        assert not await _refused(ADD, "Sans année", "open", 30, 1, None), "year became optional"
        after = await _index_names(engine, "mission")
        assert {name for name in before - after if "sqlite_autoindex" not in name} == {
            name for name in before if "_old_" in name
        }
        assert any("capacit" in name for name in await _index_names(engine, "shift"))
    finally:
        await db.disconnect()


async def test_two_programs_started_at_once_migrate_once(empty_url: str, written: Written) -> None:
    package = written(FIRST)
    folder = sys.path[0]
    code = (
        "import asyncio; from civic.database import migrations\n"
        "print('ready', flush=True); input()\n"
        f"print(len(asyncio.run(migrations.migrate({empty_url!r}, migrations={package!r}))))"
    )
    environment = {**os.environ, "PYTHONPATH": f"{folder}:{Path.cwd()}"}
    pipe = subprocess.PIPE
    programs = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-c", code, env=environment, stdin=pipe, stdout=pipe, stderr=pipe
        )
        for _ in range(4)
    ]
    for program in programs:
        assert program.stdout
        assert await program.stdout.readline() == b"ready\n"
    ends = await asyncio.gather(*(program.communicate(b"go\n") for program in programs))
    assert all(program.returncode == 0 for program in programs), ends
    assert sum(int(out) for out, _ in ends) == 2
    assert await migrations.pending(empty_url, migrations=package) == []


async def test_a_migration_that_fails_leaves_nothing_behind(empty_url: str, written: Written) -> None:
    broken = ALTER_CHILD.replace("operations = [", "operations = [ops.RunPython(explode), ").replace(
        "class Migration", "async def explode(apps, editor):\n    raise ZeroDivisionError\nclass Migration"
    )
    package = written({**FIRST, "volunteering/0002_later": broken})
    with pytest.raises(ZeroDivisionError):
        await migrations.migrate(empty_url, migrations=package)
    assert await migrations.pending(empty_url, migrations=package) == ["volunteering.0002_later"]


async def test_the_program_refuses_a_database_that_is_missing_or_behind(
    engine: Engine, empty_url: str, written: Written
) -> None:
    package = written(FIRST)
    await migrations.migrate(empty_url, migrations=package)
    written(LATER)
    with pytest.raises(db.WrongSchema, match=r"2 migration.* civic\.0002_later"):
        await db.connect(empty_url, migrations=package)
    absent = "sqlite:///nowhere/at-all.sqlite3" if engine == "sqlite" else empty_url + "_absent"
    with pytest.raises(db.MissingDatabase):
        await db.connect(absent)
    with pytest.raises(db.MissingDatabase, match="n’est pas connecté"):
        await db.fetch_all("SELECT 1")


@pytest.mark.one_engine
async def test_the_generated_schema_wants_nothing_more(database: object, templates: object) -> None:
    from tests.engines import Templates

    assert isinstance(templates, Templates)
    assert await migrations.undeclared(migrations=await templates.migrations()) == []
