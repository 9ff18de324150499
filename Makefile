# Every command sets up what it needs: .venv is built from requirements.lock when missing or older than it.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.locked
export HNSWLIB_NO_NATIVE := 1
export DAGSTER_EVENT_BATCH_SIZE ?= 1000
export GX_ANALYTICS_ENABLED := false

.PHONY: help setup lock demo test test-all lint lint-secrets browser serve bench bench-forecasts

help: ## what there is
	@grep -E '^[a-z-]+:.*##' Makefile | awk -F':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

setup: $(STAMP) ## build .venv from requirements.lock

$(STAMP): requirements.lock pyproject.toml
	@echo "setup: building .venv from requirements.lock (2 to 5 minutes the first time)"
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if (3, 11) <= v <= (3, 13) else f"setup: Python 3.11 to 3.13 is needed, this is {v[0]}.{v[1]}: say make PYTHON=python3.11 setup")'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check "$$(grep -o '^uv==[^ ;]*' requirements.lock)"
	@$(BIN)/uv pip install --quiet --no-deps --compile-bytecode --python $(BIN)/python -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check 'torch>=2.13,<2.14'
	@$(BIN)/uv pip install --quiet --no-deps --no-build-isolation --python $(BIN)/python -e .
	@touch $(STAMP)
	@echo "setup: done"

# torch is taken out of the lock (pip picks the build for the machine) while what it needs stays pinned.
lock: ## resolve again and write requirements.lock
	@printf 'torch ; sys_platform == "never"\n' > .venv/without-torch.txt
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --extra dev --no-header --no-annotate \
	  --overrides .venv/without-torch.txt pyproject.toml \
	  | sed -e '/^torch==/d' -e "s/ and sys_platform == 'never'//" -e "s/ ; sys_platform == 'never'//" > requirements.lock.new
	@mv requirements.lock.new requirements.lock

demo: setup ## the main job; PRICES="FILE ..." INPUTS="FILE ..." ZONE=DE-LU run it on files of real prices
	@$(BIN)/electricity-optimizer demo $(PRICES:%=--prices "%") $(INPUTS:%=--inputs "%") $(ZONE:%=--zone "%")

serve: setup ## Dagster UI on 3070 and the API with its pages on 8000, until Ctrl-C
	@$(BIN)/electricity-optimizer serve

# A file stays on one worker: servers and definitions are started once a file, and its tests keep their order.
PYTEST = OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 --dist loadfile

test: setup browser ## unit, property, integration and page tests
	@$(PYTEST) -m "not slow"

test-all: setup browser ## the same with the slow suites
	@$(PYTEST)

lint: setup lint-secrets ## ruff, types, rules between rooms, dead code, secrets, docs links
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports --cache-dir .import_linter_cache
	@$(BIN)/vulture
	@$(BIN)/python -m pytest -q electricity_optimizer_tests/test_docs.py

# Names of 24 hexadecimal digits are labels of OpenEI rates, no keys.
lint-secrets: setup
	@git ls-files -z | xargs -0 $(BIN)/detect-secrets-hook --cores 1 --exclude-files 'requirements\.lock' --exclude-secrets '^[0-9a-f]{24}$$'

browser: setup ## a Chromium for the page tests: installed on Debian as root, else how to get one
	@$(BIN)/python -m electricity_optimizer_tests.browser

bench: setup ## the benchmarks, side by side with their limits; results in benchmarks/results
	@for script in $(filter-out benchmarks/forecasts.py,$(wildcard benchmarks/*.py)); do echo "bench: $$script"; $(BIN)/python "$$script"; done

bench-forecasts: setup ## backtests of whole markets beside the published forecasts: half an hour of CPU each
	@$(BIN)/python benchmarks/forecasts.py
