"""What the models promise is really in the database, on both engines."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pytest
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from tortoise.models import Model

from civic import database as db
from civic.database import APPS, migrations
from civic.database.connection import opened_apps
from civic.jobs import models as job_models
from tests.database.conftest import Written
from tests.engines import Database

Promise = tuple[str, ...]
"""Such as ("unique", "name", "key"), ("check", "job_done_or_dead"), ("reference", "person_id", "person")."""

POSTGRES_INDEXES = """
SELECT i.indisunique AS "unique", i.indpred IS NOT NULL AS "partial", (
    SELECT string_agg(a.attname, ' ' ORDER BY k.place)
    FROM unnest(i.indkey) WITH ORDINALITY AS k(number, place)
    JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number
) AS columns FROM pg_index i WHERE i.indrelid = ?::text::regclass
"""
POSTGRES_CHECKS = (
    "SELECT conname AS name FROM pg_constraint WHERE contype = 'c' AND conrelid = ?::text::regclass"
)
POSTGRES_REFERENCES = """
SELECT a.attname AS "from", c.confrelid::regclass::text AS "table" FROM pg_constraint c
JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
WHERE c.contype = 'f' AND c.conrelid = ?::text::regclass
"""


def _models() -> list[type[Model]]:
    apps = opened_apps()
    assert apps
    return list(apps.get_models_iterable())


def _columns(model: type[Model], fields: Iterable[str]) -> Promise:
    return tuple(model._meta.fields_map[name].source_field or name for name in fields)


def _promised(model: type[Model]) -> set[Promise]:
    meta = model._meta
    promises: set[Promise] = set()
    for name, column in meta.fields_db_projection.items():
        field = meta.fields_map[name]
        if field.pk:
            continue
        if field.unique:
            promises.add(("unique", column))
        elif field.index:
            promises.add(("index", column))
        if reference := getattr(field, "reference", None):
            promises.add(("reference", column, reference.related_model._meta.db_table))
    for together in meta.unique_together or ():
        promises.add(("unique", *_columns(model, together)))
    for index in meta.indexes or ():
        fields = index.fields if isinstance(index, Index) else index
        promises.add(("index", *_columns(model, fields)))
    for rule in getattr(meta, "constraints", None) or ():
        if isinstance(rule, CheckConstraint):
            promises.add(("check", rule.name))
        elif isinstance(rule, UniqueConstraint):
            kind = "unique where" if rule.condition else "unique"
            promises.add((kind, *_columns(model, rule.fields)))
    return promises


def _index(unique: bool, partial: bool, columns: Iterable[str]) -> Promise:
    kind = ("unique where" if partial else "unique") if unique else "index"
    return (kind, *columns)


async def _found_on_sqlite(table: str) -> set[Promise]:
    found: set[Promise] = set()
    for row in await db.fetch_all(f'PRAGMA index_list("{table}")'):
        info = await db.fetch_all(f'PRAGMA index_info("{row["name"]}")')
        found.add(_index(bool(row["unique"]), bool(row["partial"]), (column["name"] for column in info)))
    for row in await db.fetch_all(f'PRAGMA foreign_key_list("{table}")'):
        found.add(("reference", row["from"], row["table"]))
    (made,) = await db.fetch_all("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?", [table])
    return found | {("check", name) for name in re.findall(r'CONSTRAINT "(\w+)" CHECK', made["sql"])}


async def _found_on_postgres(table: str) -> set[Promise]:
    name = f'"{table}"'
    found = {
        _index(row["unique"], row["partial"], (row["columns"] or "").split())
        for row in await db.fetch_all(POSTGRES_INDEXES, [name])
    }
    found |= {("check", row["name"]) for row in await db.fetch_all(POSTGRES_CHECKS, [name])}
    references = await db.fetch_all(POSTGRES_REFERENCES, [name])
    return found | {("reference", row["from"], row["table"].strip('"')) for row in references}


async def test_every_rule_of_every_model_is_in_the_database(database: Database) -> None:
    find = _found_on_sqlite if database.engine == "sqlite" else _found_on_postgres
    missing = {
        model.__name__: lacking
        for model in _models()
        if (lacking := _promised(model) - await find(model._meta.db_table))
    }
    assert missing == {}


async def test_every_guard_of_every_slice_is_in_the_database(database: Database) -> None:
    table = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        "postgres": "SELECT tgname AS name FROM pg_trigger WHERE NOT tgisinternal",
    }
    found = {row["name"] for row in await db.fetch_all(table[database.engine])}
    promised = {guard.name for app in APPS for guard in migrations.guards_of(app)}
    assert promised <= found


@pytest.mark.one_engine
async def test_every_table_has_one_model(database: Database) -> None:
    tables = [model._meta.db_table for model in _models()]
    assert len(tables) == len(set(tables))


async def test_a_guard_stated_in_a_slice_gets_its_migration(
    empty_url: str, written: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = written({})
    files = await migrations.make_migrations(migrations=package)
    assert [file.rpartition("/")[2] for file in files] == ["0001_initial.py"] * len(files)
    assert await migrations.undeclared(migrations=package) == []

    guard = job_models_guard()
    monkeypatch.setattr(job_models, "GUARDS", (guard,), raising=False)
    assert await migrations.undeclared(migrations=package) == [f"civic: guard {guard.name}"]
    (file,) = await migrations.make_migrations(migrations=package)
    assert file.endswith("/civic/0002_guards.py")
    assert await migrations.undeclared(migrations=package) == []
    await migrations.migrate(empty_url, migrations=package)
    await db.connect(empty_url, migrations=package)
    try:
        with pytest.raises(Exception, match="Jobs wait for nobody"):
            await job_models.Job.create(name="x", key="1", handler="h", run_at=-1, created_at=0)
        await job_models.Job.create(name="x", key="1", handler="h", run_at=1, created_at=0)
    finally:
        await db.disconnect()


def job_models_guard() -> migrations.Guard:
    """A guard that only this test states."""
    return migrations.Guard("job", "INSERT", "Jobs wait for nobody.", when="NEW.run_at < 0")
