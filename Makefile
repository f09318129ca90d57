# Refusal Lens. `make` alone lists the targets.

PYTHON ?= python3
HOME_FOLDER ?= data
CONSTRAINTS ?= constraints.txt
VENV := .venv
RUN := $(VENV)/bin/python
INSTALLED := $(VENV)/.installed

.DEFAULT_GOAL := help
.PHONY: help install run test lint bench bench-ui bench-scale screenshots clean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo "  HOME_FOLDER=$(HOME_FOLDER)  where logs and snapshots live"
	@echo "  PYTHON=$(PYTHON)  the interpreter that makes $(VENV) (3.11 or newer)"

install: $(INSTALLED) ## make .venv with the pinned dependencies, those of the tests included

$(INSTALLED): pyproject.toml constraints.txt .ci/environment
	@PYTHON="$(PYTHON)" CONSTRAINTS="$(CONSTRAINTS)" .ci/environment "$(VENV)"
	@touch $@

run: $(INSTALLED) ## invent a demo log where there is none, then start the dashboard and print its address
	@$(RUN) -m etl demo --home "$(HOME_FOLDER)" --if-empty
	@$(RUN) -m dashboard --home "$(HOME_FOLDER)"

test: $(INSTALLED) ## everything: Chromium and Java if they are missing, format, lint, types, all tests
	@.ci/browser
	@.ci/java
	@$(MAKE) --no-print-directory lint
	@$(RUN) -m pytest -m "not browser" --numprocesses auto --dist worksteal
	@$(RUN) -m pytest -m browser --numprocesses 2 --dist worksteal

lint: $(INSTALLED) ## format, lint and types
	@$(RUN) -m ruff format --check .
	@$(RUN) -m ruff check .
	@$(RUN) -m mypy

bench: $(INSTALLED) ## measure generation, build and questions, beside pandas and bare DuckDB
	@$(RUN) tests/bench.py

bench-ui: $(INSTALLED) ## measure clicks, brushes and cold starts in Chromium, beside Streamlit's own charts
	@.ci/browser
	@$(RUN) tests/bench_ui.py

bench-scale: $(INSTALLED) ## measure 1, 10 and 100 million attempts, beside DuckDB, Polars, pandas and Spark (10 GB, SCALE="--sizes 1")
	@$(RUN) tests/bench_scale.py $(SCALE)

screenshots: $(INSTALLED) ## pictures of every view, desk and phone, light and dark, both languages, into screenshots/
	@.ci/browser
	@$(RUN) tests/screenshot.py --home "$(HOME_FOLDER)" --all screenshots

clean: ## remove .venv and caches; logs and snapshots stay
	@rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
