# Everything starts here. A machine with python3.11, pip and make is enough.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
PYTEST := $(BIN)/python -m pytest -n 4 --dist=worksteal
.DEFAULT_GOAL := help
.PHONY: help setup setup-dev run demo test nightly check bench docs lock clean

help: ## Show this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: ## Make the environment and the browser bundle
	@$(PYTHON) tools/setup_environment.py

setup-dev:
	@$(PYTHON) tools/setup_environment.py --dev

run: setup ## Serve the demo district at http://127.0.0.1:5950
	@$(BIN)/aid595 run --demo $(ARGS)

demo: setup ## Load the demo district without serving it
	@$(BIN)/aid595 demo $(ARGS)

test: setup-dev ## Run every test on SQLite and PostgreSQL; ARGS="-k name" narrows it
	@$(PYTEST) $(ARGS)

nightly: setup-dev ## Run the long sets: thousands of kills, races and random processes
	@$(PYTEST) --nightly $(ARGS)

check: setup-dev ## Lint and check types
	@$(BIN)/ruff check .
	@$(BIN)/mypy

bench: setup-dev ## Measure; the figures go to bench/RESULTS.md
	@$(BIN)/aid595 bench $(ARGS)

docs: setup ## Write the generated parts of the documents again
	@$(BIN)/python tools/generate_docs.py

lock: setup-dev ## Choose new package versions and write the lock files
	@$(BIN)/python -m pip install --quiet pip-tools
	@$(BIN)/python tools/lock.py
	@cd web/frontend && npm install --package-lock-only --silent

clean: ## Remove what setup made; data in var/ stays
	rm -rf .venv build web/frontend/node_modules web/static/vendor *.egg-info
