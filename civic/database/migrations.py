"""Applying, checking and writing migrations, safely on both engines.

Each migration is one transaction together with its record, behind a lock, so two programs started at
once migrate once and a crash leaves nothing half done. On SQLite foreign keys are off meanwhile, because
a rebuilt parent would otherwise delete its children, and are checked before the migration is kept.
"""

from __future__ import annotations

import importlib
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tortoise.apps import Apps
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.context import TortoiseContext
from tortoise.migrations.executor import MigrationExecutor, PlanStep
from tortoise.migrations.graph import MigrationKey
from tortoise.migrations.operations import CreateModel, RunPython
from tortoise.migrations.recorder import MigrationRecorder
from tortoise.migrations.schema_generator.state import State
from tortoise.migrations.writer import MigrationWriter
from tortoise.transactions import in_transaction

from civic.database import connection
from civic.database.config import APPS, apps_config, engine_of, models_of, sqlite_path, tortoise_config
from civic.database.guards import Guard
from civic.database.schema_editors import PostgresEditor, SqliteEditor
from civic.database.states import Autodetector, Rendered, as_it_stands, in_steps, move

__all__ = ["Guard", "guards_of", "make_migrations", "migrate", "pending", "undeclared"]

ADVISORY_LOCK = 4_242_001
PATIENCE_SECONDS = 600
Tell = Callable[[str], object]


def _say_nothing(_: str) -> None:
    """Take a progress line and keep quiet."""


class _Migrator(MigrationExecutor):
    """Applies what is missing, one transaction for each migration and its record."""

    def _schema_editor(self, atomic: bool = True, collect_sql: bool = False) -> SqliteEditor | PostgresEditor:
        editor = SqliteEditor if self.connection.capabilities.dialect == "sqlite" else PostgresEditor
        return editor(self.connection, atomic=atomic, collect_sql=collect_sql)

    async def apply_all(self, tell: Tell) -> list[str]:
        """Apply every missing migration in the order of the dependencies; returns their names."""
        self.recorder.applied_migrations = _none_yet  # type: ignore[method-assign]  # the graph is enough
        await self.loader.build_graph()
        connections = dict.fromkeys(APPS, self.connection.connection_name)
        state = State(models={}, apps=Rendered(connections))
        applied: list[str] = []
        for step in self._migration_plan(None, set(), self.loader.graph):
            if await self._apply(step, state):
                applied.append(f"{step.migration.app_label}.{step.migration.name}")
                tell(applied[-1])
        return applied

    async def _apply(self, step: PlanStep, state: State) -> bool:
        """Apply one migration unless somebody did; `state` moves forward in both cases."""
        migration = step.migration
        key = MigrationKey(migration.app_label, migration.name)
        async with in_transaction(self.connection.connection_name) as client:
            editor = self._schema_editor()
            editor.client = client
            await _wait_for_other_migrators(client)
            recorder = MigrationRecorder(client)
            await _ensure_record_table(recorder, editor)
            done = key in await recorder.applied_migrations()
            for step_of_schema in in_steps(migration.operations):
                harmless = done or isinstance(step_of_schema[0], CreateModel | RunPython)
                before = state if harmless else as_it_stands(state)
                move(state, migration.app_label, step_of_schema)
                for operation in () if done else step_of_schema:
                    await operation.database_forward(migration.app_label, before, state, editor)
            if not done:
                await _check_foreign_keys(client)
                await recorder.record_applied(migration.app_label, migration.name)
        return not done


async def _none_yet() -> list[MigrationKey]:
    return []


async def _wait_for_other_migrators(client: BaseDBAsyncClient) -> None:
    """On SQLite BEGIN IMMEDIATE is the lock already."""
    if client.capabilities.dialect == "postgres":
        await client.execute_query(f"SELECT pg_advisory_xact_lock({ADVISORY_LOCK})")


async def _ensure_record_table(recorder: MigrationRecorder, editor: SqliteEditor | PostgresEditor) -> None:
    sql = editor._get_model_sql_data(recorder.model).table_sql
    await editor.client.execute_query(sql.replace("CREATE TABLE", "CREATE TABLE IF NOT EXISTS", 1))


async def _check_foreign_keys(client: BaseDBAsyncClient) -> None:
    if client.capabilities.dialect == "sqlite":
        _, orphans = await client.execute_query("PRAGMA foreign_key_check")
        if orphans:
            raise RuntimeError(f"This migration would leave {len(orphans)} rows without their parent.")


@asynccontextmanager
async def _alone(url: str, migrations: str) -> AsyncIterator[tuple[BaseDBAsyncClient, dict[str, Any]]]:
    """A connection of the migrator's own, with time to wait and, on SQLite, foreign keys off."""
    config = tortoise_config(url, migrations=migrations)
    engine = engine_of(url)
    credentials = config["connections"][engine]["credentials"]
    if engine == "sqlite":
        credentials.update(foreign_keys="OFF", wait_seconds=PATIENCE_SECONDS)
    else:
        credentials.update(command_timeout=PATIENCE_SECONDS, minsize=1, maxsize=2)
    async with TortoiseContext() as context:
        await context.connections._init(config["connections"], create_db=False)
        yield context.connections.get(engine), apps_config(engine, migrations)


async def migrate(url: str, *, migrations: str = "migrations", tell: Tell = _say_nothing) -> list[str]:
    """Bring a database up to date, creating the SQLite file if needed; returns what was applied.

    Safe to run from several processes at once, and again after a crash.
    """
    if engine_of(url) == "sqlite":
        sqlite_path(url).parent.mkdir(parents=True, exist_ok=True)
    async with _alone(url, migrations) as (client, apps):
        return await _Migrator(client, apps).apply_all(tell)


async def pending(url: str, *, migrations: str = "migrations") -> list[str]:
    """Migrations on disk that a database does not have, such as "civic.0001_initial"."""
    if engine_of(url) == "sqlite" and not sqlite_path(url).exists():
        return connection.migration_files(migrations)
    async with _alone(url, migrations) as (client, _):
        return await connection.missing_on(client, migrations)


@asynccontextmanager
async def _models() -> AsyncIterator[Apps]:
    """The models with their relations: of the open connection, else loaded without a database."""
    if opened := connection.opened_apps():
        yield _without_docstrings(opened)
        return
    with await connection.bind("sqlite://:memory:") as context:  # opened when first used: never
        assert context.apps
        yield _without_docstrings(context.apps)


def _without_docstrings(apps: Apps) -> Apps:
    """A model's docstring is no part of its schema: rewording it asks for no migration."""
    for model in apps.get_models_iterable():
        model._meta.table_description = ""
    return apps


def guards_of(app: str) -> list[Guard]:
    """The guards that an app's slices state in `GUARDS` of their models."""
    modules = [importlib.import_module(name) for name in models_of(app)]
    return [guard for module in modules for guard in getattr(module, "GUARDS", ())]


def _missing_guards(app: str, migrations: str) -> list[Guard]:
    """Guards of the models that no migration of the app creates yet."""
    package = importlib.import_module(f"{migrations}.{app}")
    texts = [path.read_text() for folder in package.__path__ for path in Path(folder).glob("*.py")]
    return [guard for guard in guards_of(app) if not any(repr(guard) in text for text in texts)]


async def _changes(apps: Apps, migrations: str) -> dict[str, MigrationWriter]:
    writers = await Autodetector(apps, apps_config("sqlite", migrations)).changes()
    return {writer.app_label: writer for writer in writers}


async def undeclared(*, migrations: str = "migrations") -> list[str]:
    """What the models say and no migration does, one line each; empty is right."""
    lines = []
    async with _models() as apps:
        changes = await _changes(apps, migrations)
        for app in APPS:
            operations = changes[app].operations if app in changes else []
            lines += [f"{app}: {operation.describe()}" for operation in operations]
            lines += [f"{app}: guard {guard.name}" for guard in _missing_guards(app, migrations)]
    return lines


async def make_migrations(*, name: str = "", migrations: str = "migrations") -> list[str]:
    """Write what `undeclared` finds, for developers on the main branch; returns the files written.

    One app after the other, so that an app's first migration can depend on the one just written.
    """
    written = []
    async with _models() as apps:
        for app in APPS:
            writer = (await _changes(apps, migrations)).get(app)
            guards = _missing_guards(app, migrations)
            if not writer and guards:
                writer = _guards_only(app, migrations)
            if not writer:
                continue
            if name and not writer.initial:
                writer.name = f"{writer.name[:4]}_{name}"
            writer.path().write_text(_with_guards(writer.as_string(), guards))
            written.append(str(writer.path()))
            importlib.invalidate_caches()
    return written


def _guards_only(app: str, migrations: str) -> MigrationWriter:
    names = [file for file in connection.migration_files(migrations) if file.startswith(f"{app}.")]
    last = names[-1].partition(".")[2]
    number = f"{int(last[:4]) + 1:04d}"
    return MigrationWriter(
        f"{number}_guards", app, [], dependencies=[(app, last)], migrations_module=f"{migrations}.{app}"
    )


def _with_guards(text: str, guards: Iterable[Guard]) -> str:
    """Put RunPython operations for the guards at the end of a migration's text."""
    step = "        ops.RunPython(\n            {0}.create(),\n            {0}.drop(),\n        ),\n"
    lines = "".join(step.format(repr(guard)) for guard in guards)
    if not lines:
        return text
    head, _, tail = text.rpartition("    ]\n")
    return f"from civic.database.guards import Guard\n{head}{lines}    ]\n{tail}"
