# Two commands are enough: `make demo` and `make test`. Everything they need is set up on the way, once.
PYTHON ?= python3
PORT ?= 8000
DATA ?= data
BIN := .venv/bin

export PORT DATA

.PHONY: demo test check bench test-long messages migrations clean

demo: .venv/runtime
	@CIVIC_ENV=demo $(BIN)/civic demo

test: .venv/development
	@$(BIN)/python -m tests.machine
	@$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(ARGS)

check: .venv/development
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m pytest -q tests/test_house.py -p no:cacheprovider

bench: .venv/development
	@$(BIN)/python -m bench.run

messages: .venv/development
	@$(BIN)/python -m tests.catalogues en

migrations: .venv/development
	@$(BIN)/civic makemigrations

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Civic demande Python 3.11 ou plus récent : make PYTHON=python3.11 demo")'
	@$(PYTHON) -m venv .venv

.venv/runtime: requirements.txt pyproject.toml | .venv/bin/python
	@$(BIN)/pip install --quiet --require-hashes -r requirements.txt
	@$(BIN)/pip install --quiet --no-deps -e .
	@touch $@

.venv/development: requirements-dev.txt pyproject.toml | .venv/bin/python
	@$(BIN)/pip install --quiet --require-hashes -r requirements-dev.txt
	@$(BIN)/pip install --quiet --no-deps -e .
	@touch $@ .venv/runtime

clean:
	rm -rf .venv
