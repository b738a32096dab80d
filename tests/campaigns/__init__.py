"""Tests of the money."""

import pytest

pytest.register_assert_rewrite("tests.campaigns.model", "tests.campaigns.till")
