# `make help` lists what there is; each target sets itself up in .venv first.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
DEMO := runs/studies/demo
NUTRIMOUSE := runs/studies/nutrimouse
CCLE := runs/studies/ccle
# What stands in the lock files is taken by its checksum alone.
LOCKED := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-compile --require-hashes
# Output of what runs side by side, one after the other: make 3.81, which macOS has, cannot.
UNMIXED := $(if $(filter output-sync,$(.FEATURES)),-Otarget)
# Small tables are slower on several threads, by far so on a busy machine.
PYTEST := OMP_NUM_THREADS=1 NUMBA_NUM_THREADS=1 $(BIN)/pytest -q
# Two processes take file by file, in the order of tests/conftest.py.
SIDE_BY_SIDE := --numprocesses=2 --dist=loadfile --no-loadscope-reorder
# A run starts some 25 processes: each would compile the Python of all libraries anew where bytecode is not kept.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: cohort help book pdf site check test test-quick test-books test-cluster test-nightly coverage lint bench full-size growth sample-size disclosure error-rates rankings run-times evidence clean setup browser slurm run-demo run-nutrimouse render-demo render-nutrimouse
.DEFAULT_GOAL := book

help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-14s%s\n", $$1, $$2}' Makefile

book: $(READY) $(DEMO) $(NUTRIMOUSE) $(CCLE)  ## the default: run the studies demo and nutrimouse, render their book
	@echo "== Running the studies demo (simulated) and nutrimouse (real) side by side: about 5 minutes"
	@$(MAKE) --no-print-directory -j2 run-demo run-nutrimouse
	@echo "== Rendering their books"
	@$(MAKE) --no-print-directory -j2 $(UNMIXED) render-nutrimouse render-demo
	@echo "== The book lies in runs/demo/book/index.html; open it in any browser, no server needed:"
	@echo "   xdg-open runs/demo/book/index.html   (on macOS: open runs/demo/book/index.html)"

run-demo:
	@$(BIN)/omics-book run $(DEMO) --params studies/demo.yml --set cell_lines=../ccle --out runs/demo --cores 1

run-nutrimouse:
	@$(BIN)/omics-book run $(NUTRIMOUSE) --params studies/nutrimouse.yml --out runs/nutrimouse --cores 1

render-demo:
	@$(BIN)/omics-book render runs/demo --beside runs/nutrimouse

render-nutrimouse:
	@$(BIN)/omics-book render runs/nutrimouse --beside runs/demo

$(DEMO): | $(READY)
	@$(BIN)/omics-book simulate $@ --design course --samples 90 --genes 800 --metabolites 120 --modules 2 --strength 0.8 --seed 1

$(NUTRIMOUSE): | $(READY)
	@$(BIN)/omics-book fetch nutrimouse --out $@

$(CCLE): | $(READY)
	@$(BIN)/omics-book fetch ccle --out $@

pdf: book  ## the whole book of each study in one file, runs/demo/book/book.pdf; wants Chromium or Chrome
	@$(BIN)/omics-book render runs/nutrimouse --beside runs/demo --pdf
	@$(BIN)/omics-book render runs/demo --beside runs/nutrimouse --pdf

site: book  ## the folder site/ for any static host: both books, and the files that they link to
	@rm -rf site && mkdir -p site
	@for run in demo nutrimouse; do mkdir site/$$run && tar -C runs/$$run -cf - --exclude='./.*' . | tar -C site/$$run -xf -; done
	@sed 's,content="0; url=,&demo/book/,; s,href=",&demo/book/,' runs/demo/book/index.html > site/index.html
	@cp docs/404.html site/ && touch site/.nojekyll
	@echo "== Serve site/, for example with: python3 -m http.server -d site"

check: $(READY)  ## after every change: lint, types and the quick tests, in a minute and a half
	@$(MAKE) --no-print-directory -j2 $(UNMIXED) lint test-quick
	@echo "== All quick checks passed"

test: $(READY)  ## everything: lint, types, tests, notebooks, the book in a browser
	@$(MAKE) --no-print-directory -j2 $(UNMIXED) lint browser
	@echo "== Tests of the library, the notebooks and the rendered book, in two processes: a quarter of an hour"
	@$(PYTEST) $(SIDE_BY_SIDE) -m "not cluster"
	@echo "== All checks passed"

test-quick: $(READY)
	@$(PYTEST) -m "not (notebook or browser or slow or cluster)"

test-cluster: $(READY) slurm  ## a run on a Slurm that is started for it, killed midway, beside a local one
	@echo "== A study on a Slurm of one node: about 3 minutes"
	@$(PYTEST) -m cluster tests/cluster

test-books: $(READY) browser  ## the books of `make book`, every page in a browser: what hinders readers, what is broken
	@OMICS_BOOKS=$$(ls -d runs/*/book | paste -sd :) $(PYTEST) -k lie_ready tests/test_book.py

test-nightly: $(READY)  ## what takes hours: 50 kills, 1,000 mutated studies, containers and run folders
	@OMICS_NIGHTLY=1 $(PYTEST) tests/run/test_kills.py tests/fuzz

coverage: $(READY)  ## lines of omics_lib that the tests in their own process run
	@$(PYTEST) -m "not cluster" --cov=omics_lib --cov-report=term:skip-covered

lint: $(READY)  ## style, types and the contract of the rooms
	@echo "== Lint (ruff, notebooks too), rooms (import-linter) and types (mypy)"
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --quiet --check .
	@$(BIN)/lint-imports --config pyproject.toml >.venv/rooms.log 2>&1 || { cat .venv/rooms.log; exit 1; }
	@$(BIN)/mypy --no-error-summary

bench: $(READY)  ## the benchmarks, a table each; hours
	@set -e; for script in benchmarks/*.py; do echo "== $$script"; $(BIN)/python $$script; done

full-size: $(READY)  ## the page "At full size": a study of the source's size, and growth, into evidence/; an hour, alone
	@$(BIN)/python benchmarks/full_size.py --store
	@$(MAKE) --no-print-directory growth

growth: $(READY)  ## how time and memory of every function grow with genes and samples, into evidence/; half an hour
	@$(BIN)/python benchmarks/growth.py --store

sample-size: $(READY)  ## the page "How many samples?": one design at four sizes, five times, into evidence/; a quarter of an hour
	@$(BIN)/python benchmarks/sample_size.py --store

disclosure: $(READY)  ## the page "What do aggregates give away?": attacks on what a run lets out, into evidence/; ten minutes
	@$(BIN)/python benchmarks/disclosure.py --store

error-rates: $(READY)  ## error rates and p-values on simulated studies, into evidence/; ten minutes
	@$(BIN)/python benchmarks/error_rates.py --store

rankings: $(READY)  ## worlds, and rankings against rivals, into evidence/; ten minutes
	@$(BIN)/python benchmarks/refinement.py --store

run-times: $(READY)  ## whole runs of 20, 100 and 500 samples, into evidence/; ten minutes, alone
	@$(BIN)/python benchmarks/run_times.py --store

cohort: $(READY) $(NUTRIMOUSE) $(CCLE)  ## the chapter "What a cohort lends": draws from COHORT_STUDY=FOLDER, into evidence/; ten minutes
	@test -n "$(COHORT_STUDY)" || { echo "Name a study of some hundred samples: make cohort COHORT_STUDY=FOLDER"; exit 2; }
	@$(BIN)/python benchmarks/cohort_axes.py --study $(COHORT_STUDY) --store
	@$(BIN)/python benchmarks/cohort_use.py --study $(COHORT_STUDY) --mice $(NUTRIMOUSE) --cells $(CCLE) --store
	@$(BIN)/python benchmarks/cohort.py --study $(COHORT_STUDY) --covariates tissue --store

evidence: full-size sample-size disclosure error-rates rankings run-times  ## all measurements that the pages show; two hours, alone

# The tests of the rendered book want a browser. Root on Debian gets one; elsewhere those tests skip, and say so.
browser:
	@if ! command -v chromedriver >/dev/null && command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ]; then \
		echo "== Installing Chromium for the tests of the rendered book"; \
		apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium chromium-driver >/dev/null; \
	fi

# The tests on a cluster want Slurm. Root on Debian gets it; elsewhere those tests skip, and say so.
slurm:
	@if ! [ -x /usr/sbin/slurmctld ] && command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ]; then \
		echo "== Installing Slurm for the tests on a cluster"; \
		apt-get update -qq && apt-get install -y -qq --no-install-recommends slurm-wlm munge >/dev/null; \
	fi

setup: $(READY)  ## only install, into .venv

$(READY): requirements.lock human_gem.lock pyproject.toml
	@echo "== Setting up .venv (a few minutes, about 2 GB)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or later is needed, found $$($(PYTHON) --version). Name one: make PYTHON=python3.12"; exit 2; }
	@$(PYTHON) -m venv .venv
	@$(LOCKED) -r requirements.lock
	@$(LOCKED) -r human_gem.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

clean:  ## remove runs, .venv and caches
	rm -rf runs .venv .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
