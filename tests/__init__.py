"""Tests: sentences about persons, each on both engines, nothing of ours mocked."""
