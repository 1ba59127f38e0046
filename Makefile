# Everything a newcomer needs; works on a bare clone of a machine with Python >= 3.11 and make.
#
#   make demo     rehearse a shift from the bundled placement file, and write its report
#   make test     the quick tests
#   make check    what must hold before a change lands: format, lint, types, import contracts, tests
#
# uv is put into .uv/, packages into .venv/, pinned by hash in requirements.lock.

export UV_PYTHON_DOWNLOADS := never
# Byte code is kept between runs even where the environment forbids it: starting is three times as quick.
export PYTHONDONTWRITEBYTECODE :=
UV := .uv/bin/uv
BIN := .venv/bin
# Collecting the others alone takes a second and a half of every worker.
QUICK := --ignore=tests/live --ignore=tests/browser -n auto --dist worksteal
UNITS := $(BIN)/pytest $(QUICK)

.DEFAULT_GOAL := help
.PHONY: help demo floor lab test test-all test-deep test-long test-live test-browser mutants planted pages phone check lint format types contracts lock sbom upgrade clean

help: ## what there is to make
	@grep -E '^[a-z-]+:.*## ' Makefile | sed -E 's/:.*## /\t/' | expand -t 14

.uv/bin/uv: scripts/bootstrap.sh scripts/uv.pin
	@PYTHON="$(PYTHON)" scripts/bootstrap.sh && touch $@

.venv/.ready: requirements.lock pyproject.toml | $(UV)
	@test -x $(BIN)/python || $(UV) venv --quiet --python "$$(cat .uv/python-path)" .venv
	@$(UV) pip install --quiet --compile-bytecode --require-hashes -r requirements.lock
	@FAIRDIAL_WITHOUT_PAGES=1 $(UV) pip install --quiet --no-deps -e .
	@touch $@

.venv/.production: requirements-production.lock pyproject.toml | $(UV)
	@test -x $(BIN)/python || $(UV) venv --quiet --python "$$(cat .uv/python-path)" .venv
	@$(UV) pip sync --quiet --compile-bytecode --require-hashes requirements-production.lock
	@$(UV) pip install --quiet --no-deps -e .
	@touch $@

.venv/.all: requirements-all.lock .venv/.ready | $(UV)
	@$(UV) pip install --quiet --compile-bytecode --require-hashes -r requirements-all.lock
	@touch $@

demo: .venv/.ready ## rehearse an 8-hour shift of 30 agents from the bundled placement file
	@$(BIN)/fairdial demo

floor: .venv/.ready ## open that floor in a browser, in simulated time, with seats to take; until Ctrl-C
	@$(BIN)/fairdial floor

test: .venv/.ready ## the quick tests (no Asterisk, no browser)
	$(UNITS) -m "not long"

test-deep: .venv/.all ## what takes small doses in the quick tests, in great ones, and floors that are killed and flooded
	FAIRDIAL_DOSE=deep $(BIN)/pytest tests/contract/api -m deep --timeout 1800
	FAIRDIAL_DOSE=deep $(UNITS) --ignore=tests/contract/api -m "deep or long" --timeout 1800

test-long: .venv/.all ## floors in processes of their own that are killed and flooded, in the doses of the quick tests
	$(UNITS) -m long --timeout 1800

mutants: .venv/.all ## which of a sample of small changes to the core no test notices; kept in .mutants/, go on at any time
	$(BIN)/python -m scripts.mutants $(MUTANTS)

planted: .venv/.all ## known mistakes with numbers of law and money, one at a time: every one must be noticed
	$(BIN)/python scripts/planted.py

test-live: .venv/.all ## tests against a real Asterisk; install it with scripts/install-system-packages.sh
	$(BIN)/pytest -m live

test-browser: .venv/.all pages ## tests in Debian's Chromium, with a real Asterisk
	$(BIN)/pytest -m browser

pages: .venv/.all ## build what floors show in a browser, / and /phone/ (needs no Node on the machine)
	@$(BIN)/python scripts/build_pages.py

phone: pages ## the same

test-all: test test-live test-browser ## all of them

lab: .venv/.ready ## a real Asterisk and a made-up public on this machine; prints how to run a floor on it
	@$(BIN)/python tests/live/lab/laboratory.py start

check: lint types contracts test ## what must hold before a change lands

lint: .venv/.all ## ruff: lint and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: .venv/.all ## ruff: put the format right
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: .venv/.all ## basedpyright, strict
	$(BIN)/basedpyright

contracts: .venv/.all ## who may import whom
	$(BIN)/lint-imports

lock: $(UV) ## pin dependencies anew, keeping present versions where possible
	$(UV) run --no-project --python "$$(cat .uv/python-path)" python scripts/lock.py

sbom: .venv/.all ## what a floor is made of (CycloneDX), with licences: sbom.json, licences.csv
	@$(BIN)/python -m scripts.bill requirements-production.lock --sbom sbom.json --licences licences.csv

upgrade: $(UV) ## pin the newest versions of every dependency
	$(UV) run --no-project --python "$$(cat .uv/python-path)" python scripts/lock.py --upgrade

clean: ## forget what was built and installed here
	rm -rf .venv .venv-3.13 .uv .pytest_cache .ruff_cache .hypothesis .mutants .import_linter_cache dist fairdial-out \
	  dialer/web/phone/built dialer/web/phone/ui/node_modules \
	  dialer/web/pages/built dialer/web/pages/ui/node_modules dialer/web/pages/ui/src/generated
