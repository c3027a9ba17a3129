# make run     create the environment, install everything the default needs, solve examples/ and recheck every certificate
# make test    the whole suite, Lean and sandbox tests included; sets up what is missing
# make check   format, lint, types, layers
# make docs    the documentation, into site/
# make bench   timings and result tables (DATA=folder of benchmark data sets)

PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/.installed
OUT := runs/$(shell date +%Y%m%d-%H%M%S)
DATA ?= data

.PHONY: setup system lean run test check docs bench clean

setup: system lean

$(INSTALLED): pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "lemmata needs Python 3.11 or newer; name one: make PYTHON=python3.12")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable '.[lean,smt,real,dev]'
	touch $@

system:
	@scripts/system-packages

lean: $(INSTALLED)
	@$(BIN)/lemmata setup lean

run: setup
	$(BIN)/lemmata doctor
	$(BIN)/lemmata solve --wall 120 --out $(OUT) examples
	$(BIN)/lemmata recheck $(OUT)/certificates/*.json

test: setup
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile

check: $(INSTALLED)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

docs: $(INSTALLED)
	$(BIN)/python -m pip install --quiet --editable '.[docs]'
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict

bench: setup
	$(BIN)/python benchmarks/startup.py
	$(BIN)/python benchmarks/first_light.py --data $(DATA)
	$(BIN)/python benchmarks/sandbox.py
	$(BIN)/python benchmarks/lean_throughput.py
	$(BIN)/python benchmarks/lean_repair.py
	$(BIN)/python benchmarks/lean.py --data $(DATA)
	$(BIN)/python benchmarks/answers.py --data $(DATA)
	$(BIN)/python benchmarks/bmc.py --data $(DATA)
	$(BIN)/python benchmarks/batch.py

clean:
	rm -rf .venv runs build dist
