# A newcomer needs two of these: `make chat` and `make test`. Each sets up .venv by itself, once.

PYTHON ?= python3
DATA ?=
EXTRAS ?=
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip -qq --disable-pip-version-check --no-input
# The second run of `make` must not look for anything on the network: the stamps tell what is installed.
INSTALLED := $(VENV)/.installed
TESTS_INSTALLED := $(VENV)/.tests-installed

# Two at a time; the tests of a module stay together, for they may share a bot. In order of folders, the acceptance
# tests first: ordered by the number of tests, the longest modules would come last, and one core would wait.
SIDE_BY_SIDE := -n 2 --dist loadfile --no-loadscope-reorder

# `make check` measures what the tests run through, branches too, on both engines together, and refuses less than this
# share in percent; `make test` does not measure: it is to be quick.
COVERAGE ?=
REPORT ?=
FLOOR := 97

.PHONY: chat run test slow postgres kills check lint format readme messages bench clean
.DEFAULT_GOAL := chat

chat: $(INSTALLED)
	@echo "Opening a chat with the bot (Ctrl-D ends it) ..." >&2
	@$(BIN)/python -m bot chat

# EXTRAS=discord installs what the bot needs there.
run: $(INSTALLED)
	@test -z "$(EXTRAS)" || $(PIP) install -c constraints.txt -e '.[$(EXTRAS)]' </dev/null >&2
	@$(BIN)/python -m bot run

test: $(TESTS_INSTALLED)
	@echo "Running the tests ..." >&2
	@$(BIN)/python -m pytest $(SIDE_BY_SIDE) $(COVERAGE)

slow: $(TESTS_INSTALLED)
	@echo "Running the slow tests ..." >&2
	@AT_LENGTH=1 $(BIN)/python -m pytest -m "slow or at_length" $(SIDE_BY_SIDE)

# The tests of the record again, on a PostgreSQL: that which ONRECORD_TEST_POSTGRES names, or one started for them.
postgres: $(TESTS_INSTALLED)
	@echo "Running the tests of the record on PostgreSQL ..." >&2
	@ONRECORD_TEST_ENGINE=postgres $(BIN)/python -m pytest -m "not slow" tests/storage --ignore tests/storage/moving $(COVERAGE)
	@$(BIN)/python -m pytest -m "postgres and not slow" tests --ignore tests/storage/engines $(COVERAGE) $(REPORT)

# All tests again, with all the examples, kills and hostile strings that they are made for: run before an issue is closed.
kills:
	@$(MAKE) --no-print-directory test
	@KILLS=50 HOSTILE=100000 $(MAKE) --no-print-directory slow

lint: $(TESTS_INSTALLED)
	@echo "Checking format, lint, types and import rules ..." >&2
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

# What CI runs. One after the other, so that the first failure is the last thing shown.
check:
	@$(MAKE) --no-print-directory lint
	@$(MAKE) --no-print-directory test COVERAGE="--cov --cov-report="
	@$(MAKE) --no-print-directory postgres COVERAGE="--cov --cov-append --cov-report=" \
	    REPORT="--cov-report=term --cov-fail-under=$(FLOOR)"
	@$(MAKE) --no-print-directory slow

format: $(TESTS_INSTALLED)
	@$(BIN)/ruff check --quiet --fix-only .
	@$(BIN)/ruff format .

# What is generated from the code; the tests tell when it is out of date.
readme: $(TESTS_INSTALLED)
	@$(BIN)/python -m tests.rules.readme --write

messages: $(TESTS_INSTALLED)
	@$(BIN)/python -m tests.rules.messages --write

# DATA=folder names real data to measure with, where a benchmark can use it.
bench: $(TESTS_INSTALLED)
	@DATA="$(DATA)" $(BIN)/python -m tests.benchmarks

clean:
	@rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis .coverage htmlcov

# Everything here speaks on standard error and reads nothing: standard input and output are the chat's.
$(INSTALLED): pyproject.toml constraints.txt
	@echo "Setting up $(VENV) (first time only, about a minute) ..." >&2
	@command -v $(PYTHON) >/dev/null || { \
	    echo "There is no $(PYTHON). OnRecord needs Python 3.11 or newer: install it, or say make PYTHON=..." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' </dev/null || { \
	    echo "$(PYTHON) is too old. OnRecord needs Python 3.11 or newer: say make PYTHON=python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null </dev/null || { \
	    echo "$(PYTHON) lacks its venv module: install it (on Debian and Ubuntu: apt install python3-venv)" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) </dev/null >&2
	@$(PIP) install -c constraints.txt -e . </dev/null >&2 || { \
	    echo "Installing failed, see above. It needs the network this once; then say make again." >&2; exit 1; }
	@# Installing a checkout compiles nothing: where Python may not write, each start would compile all modules anew.
	@$(BIN)/python -m compileall -q bot storage </dev/null >&2
	@touch $@

$(TESTS_INSTALLED): $(INSTALLED)
	@echo "Installing what the tests need (first time only) ..." >&2
	@$(PIP) install -c constraints.txt -e '.[test]' </dev/null >&2 || { \
	    echo "Installing failed, see above. It needs the network this once; then say make again." >&2; exit 1; }
	@touch $@
