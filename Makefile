# `make` alone lists what can be done. `make demo` and `make test` do all their own set-up.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
MANAGE := $(BIN)/python manage.py
PORT ?= 8000
SERVE ?= yes
DEMONSTRATION_ENV := DEBUG=yes DEMONSTRATION=yes DATABASE_URL=sqlite:///$(CURDIR)/var/demonstration.sqlite3 \
	REDIS_URL= MEDIA_ROOT=$(CURDIR)/var/demonstration COUNCIL_NAME="Wealdshire County Council"

.PHONY: help setup setup-dev system-libraries system-test demo run test long journeys pictures check fix bench bench-quick reliability published faults gates bare ci lock
help: ## list what can be done
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 22

system-libraries:
	@bin/system-libraries run

system-test:
	@bin/system-libraries test

# A stamp per lock: set up again only when a lock has changed.
$(VENV)/installed: requirements.lock | system-libraries
	@bin/virtual-environment $(PYTHON) $(VENV) requirements.lock
$(VENV)/installed-dev: requirements-dev.lock | system-test
	@bin/virtual-environment $(PYTHON) $(VENV) requirements-dev.lock

setup: $(VENV)/installed ## a virtual environment with the locked requirements
setup-dev: $(VENV)/installed-dev ## the same, with what tests and checks need

demo: setup ## the demonstration council: load, close its quarters, build its report, serve (SERVE=no stops before)
	@$(DEMONSTRATION_ENV) bin/demonstration $(BIN)/python $(SERVE) $(PORT)

run: setup ## serve on this machine with your own .env (or in development settings without one)
	@DEBUG=$${DEBUG:-yes} bin/serve $(BIN)/python $(PORT)

test: setup-dev ## every test: on PostgreSQL, Redis and SQLite, or on SQLite alone where only that is
	@bin/test-everything $(BIN)/python $(TEST_ARGUMENTS)

long: setup-dev ## the tests that walk long ways, and more worlds for those that draw them (on PostgreSQL)
	@REQUIRE_SERVICES=1 DATABASE_URL=$${TEST_DATABASE_URL:-postgres://postgres@127.0.0.1:5432/postgres} \
		$(BIN)/python -m pytest -q -n 2 --dist loadfile -m long
	@WORLDS=40 $(BIN)/python -m pytest -q -n 2 tests/escalation/test_close_against_plain.py

journeys: setup-dev ## only the journeys in a real browser
	@$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder tests/journeys

pictures: setup-dev ## draw the pictures of the guide anew, by the journey that does what it says
	@PICTURES=docs/images $(BIN)/python -m pytest -q -n 0 tests/journeys/test_set_up.py

check: setup-dev ## lint, types, the line of imports, templates, migrations
	@bin/check $(BIN)

fix: setup-dev ## let the formatter and the linter mend what they can
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

bench: setup-dev ## measure what the goals ask for; keeps the last run in docs/benchmarks.md
	@$(BIN)/python -m tests.benchmarks

bench-quick: setup-dev ## the same in small, in two minutes: prints the ratios and keeps nothing
	@$(BIN)/python -m tests.benchmarks --quick

faults: setup-dev ## kill, cut off, fill up and press at once, again and again; keeps the last run in docs/faults.md
	@$(BIN)/python -m tests.load

reliability: setup-dev ## hold forecasts against published figures; keeps the last run in docs/forecast-reliability.md
	@$(BIN)/python -m tests.load.forecast_reliability

published: setup-dev ## bring published figures in and hold what is said of them; keeps the last run in docs/published-figures.md
	@$(BIN)/python -m tests.load.published_figures

gates: setup-dev ## change the code and see whether the tests notice; keeps the last run in docs/mutants.md
	@$(BIN)/python -m tests.gates

bare: ## both commands of the README on a bare Debian 12 made for it in FOLDER (as root; var/bare)
	@bin/bare $(FOLDER)

ci: ## what the integration server runs
	@bash .ci/run

lock: ## resolve the requirements again (needs uv); no address of a registry is written
	uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -q -o requirements.lock
	uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -q -o requirements-dev.lock
