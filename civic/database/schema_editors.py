"""Schema editors that do what the migrations say.

Tortoise's own leave `Meta.constraints` out of a new table, give a new column neither a value in rows that exist nor its
index, refuse a conditional unique on SQLite, and when SQLite needs a table rebuilt lose its unique rules, indexes and
triggers.
"""

from __future__ import annotations

import sqlite3
from typing import Any

from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from tortoise.migrations.schema_editor import AsyncpgSchemaEditor, SqliteSchemaEditor
from tortoise.migrations.schema_editor.base import BaseSchemaEditor
from tortoise.migrations.schema_editor.data import ModelSqlData
from tortoise.models import Model

Constraint = CheckConstraint | UniqueConstraint


def _constraints(model: type[Model]) -> list[Constraint]:
    return list(getattr(model._meta, "constraints", None) or ())


class ConstraintsInNewTables(BaseSchemaEditor):
    """CREATE TABLE with its CHECKs inside; its unique rules follow as constraints or unique indexes."""

    _checks: tuple[str, ...] = ()

    def _get_model_sql_data(self, model: type[Model]) -> ModelSqlData:
        self._checks = tuple(
            self.CHECK_CONSTRAINT_CREATE_TEMPLATE.format(name=rule.name, check=rule.check)
            for rule in _constraints(model)
            if isinstance(rule, CheckConstraint)
        )
        return super()._get_model_sql_data(model)

    def _get_inner_statements(self) -> list[str]:
        return [*super()._get_inner_statements(), *self._checks]

    async def create_model(self, model: type[Model]) -> None:
        """Create a table and every rule its model states."""
        await super().create_model(model)
        for rule in _constraints(model):
            if isinstance(rule, UniqueConstraint):
                await self.add_constraint(model, rule)


class NewColumns(BaseSchemaEditor):
    """ALTER TABLE … ADD with the model's default, as rows that are there need a value too, and with its index."""

    async def add_field(self, model: type[Model], field_name: str) -> None:
        """Add a column; a default of the model becomes the column's."""
        field = model._meta.fields_map[field_name]
        await self._add_column(model, field_name)
        if field.index:
            await self.add_index(model, Index(fields=(field.source_field or field_name,)))

    async def _add_column(self, model: type[Model], field_name: str) -> None:
        field = model._meta.fields_map[field_name]
        if field.null or field.default is None or field.has_db_default():
            await super().add_field(model, field_name)
            return
        unset = field.db_default
        field.db_default = field.default() if callable(field.default) else field.default
        try:
            await super().add_field(model, field_name)
        finally:
            field.db_default = unset


class NoComments(BaseSchemaEditor):
    """Docstrings stay in the code: as table comments they would change the schema with every wording."""

    def _get_table_comment_sql(self, table: str, comment: str) -> str:
        return ""

    def _get_column_comment_sql(self, table: str, column: str, comment: str) -> str:
        return ""


class PostgresEditor(NoComments, ConstraintsInNewTables, NewColumns, AsyncpgSchemaEditor):
    """PostgreSQL: only the constraints of new tables and new columns need help."""


class SqliteEditor(NoComments, ConstraintsInNewTables, NewColumns, SqliteSchemaEditor):
    """SQLite: unique rules are unique indexes, so they can be dropped and survive a rebuild."""

    async def _run_sql(self, sql: str) -> None:
        """Run statements one by one: a script would commit, and a text may hold a semicolon."""
        if self.collect_sql:
            await super()._run_sql(sql)
            return
        statement = ""
        for piece in sql.split(";"):
            statement += f"{piece};"
            if statement.strip("; \n") and sqlite3.complete_statement(statement):
                await self.client.execute_query(statement)
                statement = ""

    async def create_model(self, model: type[Model]) -> None:
        """Create a table, with `unique_together` as indexes rather than inside the table."""
        together = model._meta.unique_together
        model._meta.unique_together = ()
        try:
            await super().create_model(model)
        finally:
            model._meta.unique_together = together
        for fields in together or ():
            await self.add_constraint(model, UniqueConstraint(fields=tuple(fields)))

    async def add_constraint(self, model: type[Model], constraint: Constraint) -> None:
        """Add a rule; a conditional unique becomes a partial unique index."""
        if isinstance(constraint, CheckConstraint) or not constraint.condition:
            await super().add_constraint(model, constraint)
            return
        columns = self._resolve_fields_to_columns(model, constraint.fields)
        name = constraint.name or self._get_unique_constraint_name(model, columns)
        await self._run_sql(
            f'CREATE UNIQUE INDEX "{name}" ON {self.quote(model._meta.db_table)} '
            f"({', '.join(self.quote(column) for column in columns)}) WHERE {constraint.condition}"
        )

    async def _alter_field(self, model: type[Model], old_field: Any, new_field: Any) -> None:
        await super()._alter_field(model, old_field, new_field)
        index = Index(fields=(new_field.source_field or new_field.model_field_name,))
        if new_field.index and not old_field.index:
            await self.add_index(model, index)
        elif old_field.index and not new_field.index:
            await self.remove_index(model, index)

    async def _remake_table(
        self, model: type[Model], create_field: Any = None, delete_field: Any = None, alter_fields: Any = None
    ) -> None:
        """Rebuild a table and give it back its indexes and triggers; its children stay untouched."""
        if self.collect_sql:
            await super()._remake_table(model, create_field, delete_field, alter_fields)
            return
        await self._refuse_cascades()
        gone = delete_field and (delete_field.source_field or delete_field.model_field_name)
        saved = await self._indexes_and_triggers(model._meta.db_table, gone)
        await self.client.execute_query("PRAGMA legacy_alter_table=ON")  # leave other tables' text alone
        await super()._remake_table(model, create_field, delete_field, alter_fields)
        await self.client.execute_query("PRAGMA legacy_alter_table=OFF")
        for statement in saved:
            await self.client.execute_query(statement)

    async def _refuse_cascades(self) -> None:
        _, rows = await self.client.execute_query("PRAGMA foreign_keys")
        if rows[0][0]:
            raise RuntimeError("Rebuilding a table while foreign keys are on would delete its children.")

    async def _indexes_and_triggers(self, table: str, without_column: str | None) -> list[str]:
        """SQL that makes a table's indexes (but those on a column being dropped) and triggers again."""
        _, rows = await self.client.execute_query(
            "SELECT type, name, sql FROM sqlite_master "
            "WHERE tbl_name = ? AND type IN ('index', 'trigger') AND sql IS NOT NULL",
            [table],
        )
        statements = []
        for row in rows:
            if row["type"] == "index" and without_column:
                _, columns = await self.client.execute_query(f'PRAGMA index_info("{row["name"]}")')
                if without_column in [column["name"] for column in columns]:
                    continue
            statements.append(row["sql"])
        return statements
