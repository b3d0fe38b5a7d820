# Every target does its own set-up. Nothing is installed twice: the stamps below are named after
# the contents of pyproject.toml, so once installed everything works again offline.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
KEY    := $(shell cksum < pyproject.toml | cut -d ' ' -f 1)
WITH   := $(if $(TORCH),-with-$(shell echo '$(TORCH)' | cksum | cut -d ' ' -f 1))
CORE   := $(VENV)/.core-$(KEY)
DEV    := $(VENV)/.dev-$(KEY)$(WITH)
DOCS   := $(VENV)/.docs-$(KEY)
PIP    := $(BIN)/python -m pip --disable-pip-version-check
NODE   := docs/node_modules/.package-lock.json
WASM   := docs/_wasm/.downloaded-$(shell cat docs/wasm.txt docs/package.json | cksum | cut -d ' ' -f 1)
SITE   := docs/_build/html
INSIDE := PATH="$(CURDIR)/$(BIN):$$PATH"
SPHINX := $(INSIDE) $(BIN)/python -m sphinx -n -W --keep-going -q -j auto

PROOF       ?= docs/proofs/note-on-ppo.md
PYTEST_ARGS ?= -n auto --dist worksteal
PORT        ?= 8000
COUNT       ?= 100000
# What make mutate and make complete try: COUNT is that of make fuzz unless it is given.
SCORED      ?= $(if $(filter command line,$(origin COUNT)),$(COUNT),20000)
CACHE       ?=
LIMIT       ?=
JOBS        ?=
EXAMPLES    ?= 5000
TORCH       ?=
DEVICE      ?= cpu
OF          ?=
# How many random ticks make second-judge puts to Rocq; CHECK=1 puts those of the pages alone, and writes nothing.
TICKS       ?= 1000
CHECK       ?=

.DEFAULT_GOAL := help
.PHONY: help check test test-all test-torch docs serve vscode fuzz mutate-kernel coverage mutate complete many package bench bench-tokens bench-peers audit-libraries gpu-check second-judge clean

help:
	@echo "make check   check a real proof: $(PROOF)   (another: make check PROOF=mine.md)"
	@echo "make test    ruff, mypy and all tests             (arguments: PYTEST_ARGS='-k kernel')"
	@echo "make test-all   the same, and every page of the site by axe and on a phone: make test looks at some of each kind"
	@echo "make test-torch TORCH='torch triton'   what torch adds: mypy with its types, and the tests that want it"
	@echo "make docs    the site, in $(SITE)"
	@echo "make vscode  the extension for Visual Studio Code, in editors/vscode/symkl.vsix; without a network"
	@echo "make serve   the site, at http://127.0.0.1:$(PORT)     (another port: PORT=8080)"
	@echo "make mutate-kernel    the kernel's tests against each small wrong change of it; written down   (JOBS, LIMIT=SECONDS, CACHE=DIR to stop and go on)"
	@echo "make mutate     wrong changes of all correct proofs: what is refuted; written down   (COUNT=20000, JOBS, LIMIT=SECONDS, CACHE=DIR to stop and go on)"
	@echo "make complete   valid rewritings of random terms: what is proved; written down       (the same)"
	@echo "make many       how long 10,000 documents take, by workers; written down"
	@echo "make package    the wheel and the sdist built, and tested as others use them"
	@echo "make coverage   what is read of our own rows, and what is said of it, by form; written down   (of others: OF=PATH)"
	@echo "make second-judge   every tick of docs, derivations and goldens, and 1,000 random ones, put to the Rocq prover; written down   (JOBS, TICKS, CHECK=1, CACHE=DIR to stop and go on)"
	@echo "make fuzz    100,000 random rows, then 5,000 random examples a property   (fewer: COUNT=1000 EXAMPLES=100)"
	@echo "make bench   the benchmarks, printed"
	@echo "make bench-peers   the same statements put to four programs, written to docs/data/peers.json   (about 20 minutes)"
	@echo "make audit-libraries TORCH=torch   functions of public training libraries, audited; written to docs/data/library-audits.json"
	@echo "make bench-tokens TORCH=torch   the tilt over a vocabulary beside a read of the same bytes   (DEVICE=cuda)"
	@echo "make gpu-check TORCH=torch      the whole check on a CUDA device, written to docs/data/gpu-check.json"
	@echo "make clean   remove what make made, .venv included"
	@echo "Each sets up what it needs in .venv first. Python: $(PYTHON) (another: PYTHON=python3.12)"

# The note has a wrong line on purpose, so exit code 1 is a right answer here; 2 and 3 are not.
check: $(CORE)
	@echo "== symkl check $(PROOF)"
	@$(BIN)/symkl check $(PROOF) || { code=$$?; \
	  if [ $$code -eq 1 ]; then echo "== exit code 1: not every row is proved (note-on-ppo.md is wrong on purpose)"; \
	  else echo "== exit code $$code: an error"; exit $$code; fi; }

test: $(DEV) $(NODE) $(WASM)
	@echo "== ruff: style"
	@$(BIN)/ruff check .
	@echo "== mypy: types"
	@$(BIN)/mypy
	@echo "== sphinx: the whole site afresh; every warning is an error"
	@$(SPHINX) --fresh-env -b html docs $(SITE)
	@echo "== pytest: unit, golden, power, property and web tests, doctests; each benchmark once"
	@$(INSIDE) $(BIN)/python -m pytest --benchmark-disable $(PYTEST_ARGS)

test-all:
	@echo "== make test, with every page of the site looked at by axe and on a phone, not some of each kind"
	@SYMKL_EVERY_PAGE=1 $(MAKE) test

# Every file of tests that so much as names it; `make test` has run them already as they are without.
test-torch: $(DEV)
	@$(BIN)/python -c 'import torch' 2>/dev/null || { echo "it needs torch: make test-torch TORCH='torch triton'"; exit 1; }
	@echo "== mypy: types, torch's own among them"
	@$(BIN)/mypy
	@echo "== pytest: the tests that want torch"
	@$(INSIDE) $(BIN)/python -m pytest $(PYTEST_ARGS) symkl/tokens \
	  $$(grep -rlwE 'torch|triton|transformers' tests --include='test_*.py')

docs: $(DOCS) $(NODE) $(WASM)
	@echo "== sphinx: every page that changed is checked again"
	@$(SPHINX) -b html docs $(SITE)
	@echo "== open $(SITE)/index.html, or run: make serve"

vscode:
	@$(PYTHON) editors/vscode/build.py

serve: docs
	@echo "== http://127.0.0.1:$(PORT)   (Ctrl-C ends it)"
	@$(BIN)/python -m http.server --bind 127.0.0.1 --directory $(SITE) $(PORT)

mutate-kernel: $(DEV)
	@echo "== every condition, sign and comparison of symkl/kernel changed, one at a time; some test has to notice   (what is explained, too: ALL=--all)"
	@$(BIN)/python -m tests.mutants --write $(ALL) $(if $(CACHE),--cache $(CACHE)) $(if $(JOBS),--jobs $(JOBS)) $(if $(LIMIT),--limit $(LIMIT))

mutate: $(DEV)
	@echo "== wrong changes of all correct proofs; what is refuted"
	@$(BIN)/python -m tests.scores mutate --write --count $(SCORED) $(if $(CACHE),--cache $(CACHE)) $(if $(JOBS),--jobs $(JOBS)) $(if $(LIMIT),--limit $(LIMIT))

complete: $(DEV)
	@echo "== valid rewritings of random terms; what is proved"
	@$(BIN)/python -m tests.scores complete --write --count $(SCORED) $(if $(CACHE),--cache $(CACHE)) $(if $(JOBS),--jobs $(JOBS)) $(if $(LIMIT),--limit $(LIMIT))

many: $(DEV)
	@echo "== 10,000 documents, by workers; the site shows what is written"
	@$(BIN)/python -m tests.many --write

package: $(DEV)
	@echo "== the wheel and the sdist, built and used outside the checkout"
	@$(BIN)/python -m tests.package

coverage: $(DEV)
	@echo "== what is read of $(or $(OF),our own rows), and what is said of it, by form"
	@$(BIN)/python -m tests.coverage $(or $(OF),--write)

second-judge: $(DEV)
	@command -v coqc > /dev/null || { echo "it needs Rocq: apt install coq"; exit 1; }
	@echo "== every tick of docs, derivations and goldens$(if $(CHECK),,, and $(TICKS) random ones,) as theorems of Rocq"
	@$(BIN)/python -m tests.second_judge $(if $(CHECK),,--write --random $(TICKS)) $(if $(JOBS),--jobs $(JOBS)) $(if $(CACHE),--cache $(CACHE))

fuzz: $(DEV)
	@echo "== $(COUNT) random rows, rewritten by valid and invalid rules, against the ball oracle"
	@$(BIN)/python -m tests.properties.fuzz --count $(COUNT)
	@echo "== $(EXAMPLES) random examples of every property; failures are kept in .hypothesis/ and tried first next time"
	@HYPOTHESIS_PROFILE=deep SYMKL_EXAMPLES=$(EXAMPLES) $(BIN)/python -m pytest tests/properties -v $(PYTEST_ARGS)

bench: $(DEV)
	@echo "== benchmarks"
	@$(BIN)/python -m pytest tests/benchmarks -s --benchmark-columns=min,median,max,rounds --benchmark-sort=name

bench-tokens: $(DEV)
	@$(BIN)/python -c 'import torch' 2>/dev/null || { echo "it needs torch: make bench-tokens TORCH=torch"; exit 1; }
	@echo "== the tilt over a vocabulary, on $(DEVICE)"
	@$(BIN)/python -m tests.benchmarks.tokens --device $(DEVICE)

bench-peers: $(DEV)
	@echo "== the same statements put to four programs; the site shows what is written"
	@$(BIN)/python -m tests.benchmarks.peers

audit-libraries: $(DEV)
	@$(BIN)/python -c 'import torch' 2>/dev/null || { echo "it needs torch: make audit-libraries TORCH=torch"; exit 1; }
	@echo "== functions of public training libraries, downloaded and audited; the site shows what is written   (about 5 minutes)"
	@$(BIN)/python -m tests.libraries

gpu-check: $(DEV)
	@$(BIN)/python -c 'import torch' 2>/dev/null || { echo "it needs torch: make gpu-check TORCH=torch"; exit 1; }
	@echo "== the whole check and the benchmark on a CUDA device; the site shows what is written"
	@$(BIN)/python -m tests.benchmarks.gpu_check

clean:
	@echo "== removing .venv, build results and caches"
	@rm -rf $(VENV) docs/_build docs/_wasm docs/node_modules build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .benchmarks symkl.egg-info
	@find symkl tests docs -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@echo "== creating $(VENV) with $(PYTHON)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "symkl needs Python 3.11 or later as '$(PYTHON)'. Name another: make PYTHON=python3.12 ..."; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
	  echo "No virtual environment could be made. On Debian and Ubuntu: apt install python3-venv"; exit 1; }

$(CORE): | $(BIN)/python
	@echo "== installing symkl and what it needs into $(VENV)"
	@$(PIP) install --quiet --editable .
	@rm -f $(VENV)/.core-* && touch $@

$(DEV): | $(BIN)/python
	@echo "== installing symkl and the tools for its tests into $(VENV)"
	@$(PIP) install --quiet --editable '.[dev]' $(TORCH)
	@rm -f $(VENV)/.dev-* $(VENV)/.docs-* $(VENV)/.core-* && touch $@ $(DOCS) $(CORE)

$(DOCS): | $(BIN)/python
	@echo "== installing symkl and what builds the site into $(VENV)"
	@$(PIP) install --quiet --editable '.[docs,plot,strategies]'
	@rm -f $(VENV)/.docs-* $(VENV)/.core-* && touch $@ $(CORE)

# KaTeX and what the tests of the site use. Whichever of the two is there brings npm.
$(NODE): docs/package-lock.json | $(if $(wildcard $(DEV)),$(DEV),$(DOCS))
	@echo "== installing KaTeX into docs/node_modules"
	@$(INSIDE) npm ci --prefix docs --no-audit --no-fund --loglevel=error
	@touch $@

# What the checker in the page runs, for the Python of Pyodide in docs/package.json. Where it cannot be had, the site is
# built without its checker, and says so.
$(WASM): docs/wasm.txt docs/package.json | $(if $(wildcard $(DEV)),$(DEV),$(DOCS))
	@echo "== downloading python-flint for WebAssembly into docs/_wasm"
	@mkdir -p docs/_wasm && rm -f docs/_wasm/* docs/_wasm/.downloaded-*
	@$(PIP) download --quiet --retries 1 --no-deps --only-binary :all: --python-version 3.14 \
	  --platform pyemscripten_2026_0_wasm32 --require-hashes --requirement docs/wasm.txt --dest docs/_wasm && touch $@ || \
	  echo "== it could not be downloaded: the checker in the page is left out of the site, and its tests are skipped"
