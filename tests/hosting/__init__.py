"""Tests of what a host does from a terminal."""
