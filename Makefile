# make run starts the desk (flags: make run ARGS="--port 8090"), make check test is what CI runs.
PYTHONS := python3 python3.14 python3.13 python3.12 python3.11
NEW_ENOUGH := -c 'import sys; sys.exit(sys.version_info < (3, 11))'
PYTHON ?= $(shell for p in $(PYTHONS); do $$p $(NEW_ENOUGH) 2>/dev/null && echo $$p && break; done)

VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/installed
TOOLS := $(VENV)/tools-installed
PEERS := $(VENV)/peers-installed
AUDITED := $(VENV)/audited-$(shell date +%F)
OURS := app.py columns.py models.py account_models.py alert_models.py api commands desk gate pages
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
PYTEST := $(BIN)/python -m pytest
CORES := $(shell getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
# One more than cores: tests wait now and then for what they have started.
WORKERS := $(shell expr $(CORES) + 1)
UNITS := tests/unit tests/user --numprocesses $(WORKERS) --dist loadfile
BROWSERS := tests/browser --numprocesses $(CORES) --dist worksteal
TROUBLE := tests/faults --numprocesses 2 --dist loadgroup

.PHONY: run test units quick browser trouble faults soak proof attack check fmt icons cover bench chromium clean

run: $(INSTALLED)
	@exec $(BIN)/python app.py $(ARGS)

test: units browser trouble

units: $(TOOLS)
	$(PYTEST) $(UNITS) $(ARGS)

quick: $(TOOLS)
	$(PYTEST) $(UNITS) -m 'not slow' $(ARGS)

browser: $(TOOLS) chromium
	$(PYTEST) $(BROWSERS) $(ARGS)

trouble: $(TOOLS)
	$(PYTEST) $(TROUBLE) $(ARGS)

# The long form: 25 kills instead of 3, 200 browsers that come and go for a minute.
faults: $(TOOLS)
	COINTAPE_KILLS=25 COINTAPE_BROWSERS=200 COINTAPE_SECONDS=60 $(PYTEST) tests/faults --timeout 900 $(ARGS)

# 200 browsers for five minutes: 1,000 browser-minutes without a disconnect that nobody caused.
soak: $(TOOLS)
	COINTAPE_BROWSERS=200 COINTAPE_SOAK_SECONDS=300 $(PYTEST) -s tests/faults/test_soak.py $(ARGS)

# What a stranger can try, in its long form: 1,000 requests of either kind to each endpoint, 100,000 messages to sockets.
attack: $(TOOLS)
	COINTAPE_HOSTILE=100000 $(PYTEST) -s tests/faults/test_hostile_sockets.py --timeout 7200 $(ARGS)
	COINTAPE_EXAMPLES=1000 $(PYTEST) -s tests/unit/test_openapi.py --timeout 7200 $(ARGS)

# The long form: what hypothesis thinks of against the reference of the trading rules, thousands of times.
proof: $(TOOLS)
	COINTAPE_EXAMPLES=5000 $(PYTEST) tests/unit/test_matching_*.py $(ARGS)

check: $(TOOLS)
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/bandit --quiet --configfile pyproject.toml --recursive $(OURS) 2>$(VENV)/bandit.log || { cat $(VENV)/bandit.log; exit 1; }
	@$(MAKE) --no-print-directory $(AUDITED)

# Once a day: it asks a service on the network, and goes on without where there is none.
$(AUDITED): constraints.txt | $(TOOLS)
	@$(BIN)/python -m tests.audit
	@touch $@

# The PNG icons from pages/icons/icon.svg.
icons: $(TOOLS) chromium
	$(BIN)/python -m tests.icons

fmt: $(TOOLS)
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

cover: $(TOOLS)
	$(BIN)/coverage run -m pytest tests/unit tests/user $(ARGS)
	$(BIN)/coverage report

# Half an hour on a quiet machine; some of them: make bench ARGS="fanout writer".
bench: $(PEERS) chromium
	$(BIN)/python benches/results.py $(ARGS)

chromium: $(TOOLS)
	@BIN=$(BIN) sh .ci/chromium

clean:
	rm -rf $(VENV) build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage*

$(BIN)/python:
	@test -n "$(PYTHON)" && $(PYTHON) $(NEW_ENOUGH) || { \
	  echo 'Cointape needs Python 3.11 or newer, which is not among $(PYTHONS):' \
	       'install it, or name it like this: make PYTHON=/path/to/python3' >&2; exit 1; }
	@$(PYTHON) -m venv --clear $(VENV)

$(INSTALLED): requirements.txt constraints.txt | $(BIN)/python
	@echo 'Installing what Cointape needs (once) …'
	@$(PIP) -r requirements.txt
	@touch $@

$(TOOLS): requirements.txt requirements-dev.txt constraints.txt | $(BIN)/python
	@echo 'Installing what Cointape and its tests need (once) …'
	@$(PIP) -r requirements-dev.txt
	@touch $@ $(INSTALLED)

$(PEERS): requirements.txt requirements-dev.txt requirements-bench.txt constraints.txt | $(BIN)/python
	@echo 'Installing what the benches compare Cointape with (once) …'
	@$(PIP) -r requirements-bench.txt
	@touch $@ $(TOOLS) $(INSTALLED)
