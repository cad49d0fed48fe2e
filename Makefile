# Two targets do everything on a fresh machine with Python 3.11, git and make: run, test.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: help run test site soak clean

help: ## show this
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | sort

run: .venv/run ## install, copy the sample to demo/, run it end to end
	$(BIN)/journeys demo demo

test: .venv/test ## install what tests need, check style and types, run all tests
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pytest -n 2 --dist worksteal

site: .venv/test run ## build the docs, with what the notebooks show, into build/site
	$(BIN)/python notebooks/execute.py demo build/notebooks
	$(BIN)/mkdocs build --strict --site-dir build/site

soak: .venv/run ## live through a simulated year of nights with 200 kills (an hour or two)
	rm -rf soak
	$(BIN)/python -m journey_analytics.bench.soak soak 100 365 200 6

clean: ## remove everything that run and test made
	rm -rf .venv demo soak dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis

.venv/run: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	touch .venv/run

.venv/test: .venv/run
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	touch .venv/test
