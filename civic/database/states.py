"""Models as migrations describe them, moved forward in linear time.

Tortoise rebuilds every related model after each CreateModel, so the time grows with the square of the number
of tables: seconds at every start of the tests. Here a run of CreateModels is rendered once. It also renders every
model anew to keep the state before an operation; as moving on replaces models and never changes one, here the
state before is the models as they stood.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import groupby
from weakref import WeakKeyDictionary

from tortoise.fields.relational import ForeignKeyFieldInstance, ManyToManyFieldInstance
from tortoise.migrations.autodetector import MigrationAutodetector
from tortoise.migrations.migration import Migration
from tortoise.migrations.operations import CreateModel, Operation
from tortoise.migrations.schema_generator.state import ModelState, State
from tortoise.migrations.schema_generator.state_apps import StateApps
from tortoise.models import Model

Key = tuple[str, str]


class Rendered(StateApps):
    """The models of a state, each prepared for queries once rather than with every operation on another."""

    def __init__(self, connections: dict[str, str] | None = None) -> None:
        super().__init__(default_connections=connections)
        self._prepared: WeakKeyDictionary[type[Model], int] = WeakKeyDictionary()

    def _build_initial_querysets(self) -> None:
        whole = self.apps
        self.apps = {
            app: {name: model for name, model in models.items() if not self._is_prepared(model)}
            for app, models in whole.items()
        }
        try:
            super()._build_initial_querysets()
            self._prepared |= {model: len(model._meta.fields_map) for model in self.get_models_iterable()}
        finally:
            self.apps = whole

    def _is_prepared(self, model: type[Model]) -> bool:
        """Whether it is, and no other model has pointed at it since."""
        return model._meta._inited and self._prepared.get(model) == len(model._meta.fields_map)


def in_steps(operations: Iterable[Operation]) -> Iterator[list[Operation]]:
    """Operations that move the state together: a run of CreateModels, or one of any other kind."""
    for creates, run in groupby(operations, key=lambda operation: isinstance(operation, CreateModel)):
        if creates:
            yield list(run)
        else:
            yield from ([operation] for operation in run)


def move(state: State, app: str, step: list[Operation]) -> None:
    """Move the state past a step."""
    created = [operation for operation in step if isinstance(operation, CreateModel)]
    if not created:
        for operation in step:
            operation.state_forward(app, state)
        return
    changed: set[Key] = set()
    for operation in created:
        model = ModelState.make_from_model(app, operation.model)
        state.models[(app, operation.name)] = model
        changed |= {(app, operation.name), *_references(state, model)}
    state.reload_models(key for key in changed if key in state.models)


def as_it_stands(state: State) -> State:
    """The state at this moment, which moving the given one on does not change."""
    models = {
        key: replace(model, fields=dict(model.fields), options=dict(model.options))
        for key, model in state.models.items()
    }
    apps = Rendered()
    apps.apps = {app: dict(rendered) for app, rendered in state.apps.items()}
    return State(models, apps)


def _references(state: State, model: ModelState) -> Iterator[Key]:
    for field in model.fields.values():
        if isinstance(field, ForeignKeyFieldInstance | ManyToManyFieldInstance):
            yield state.apps.split_reference(str(field.model_name))


class Autodetector(MigrationAutodetector):
    """Compares the models with the state after every migration on disk."""

    async def _project_state(self) -> State:
        state = State(models={}, apps=Rendered())
        for key in self._full_plan():
            migration = self.loader.graph.nodes[key]
            assert isinstance(migration, Migration)
            for step in in_steps(migration.operations):
                move(state, key.app_label, step)
        return state
