"""Schemathesis asks open data what its own document allows and what it forbids: each answer is as the document says."""

from __future__ import annotations

from collections import Counter

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as bounds
from schemathesis import Case, GenerationMode
from schemathesis.schemas import APIOperation
from starlette.types import ASGIApp

from civic.api.lists import all_kinds
from tests.civic.open_world import one_of_each
from tests.client import Client

SITE = "http://testserver"
EACH = 12
"""Askings of each operation, of each sort."""


def _cases(operation: APIOperation, mode: GenerationMode) -> list[Case]:
    """Some askings of this operation, the same every time."""
    found: list[Case] = []

    @bounds(
        max_examples=EACH, phases=[Phase.generate], database=None, derandomize=True, deadline=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=operation.as_strategy(generation_mode=mode))
    def collect(case: Case) -> None:
        found.append(case)

    collect()
    return found


async def test_answers_are_as_the_document_says(
    app: ASGIApp, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    await one_of_each()
    monkeypatch.setattr("civic.api.answers.PER_MINUTE", 10**6)
    schema = schemathesis.openapi.from_dict((await client.get("/api/v1/openapi.json")).json())
    schema.config.update(base_url=SITE)
    schema.validate()
    answered: Counter[int] = Counter()
    operations = [found.ok() for found in schema.get_all_operations()]
    assert len(operations) == 3 * len(all_kinds()) + 1
    for operation in operations:
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            if mode == GenerationMode.NEGATIVE and not (operation.query or operation.path_parameters):
                continue
            for case in _cases(operation, mode):
                asked = case.as_transport_kwargs(base_url=SITE)
                answer = await client.request(
                    asked["method"], asked["url"], params=asked.get("params"), headers=dict(asked.get("headers") or {})
                )
                answered[answer.status_code] += 1
                case.validate_response(answer)
    assert set(answered) <= {200, 400, 404, 405, 406}
    assert answered[200] > 150
    assert answered[400] > 100
