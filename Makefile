# Everything a person does here, by one word. `make` alone tells them.
# Needs: make, git and python3 3.11 or newer with venv. Nothing else, and no root.

.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
BIN := .venv/bin
READY := .venv/ready
export PIP_DISABLE_PIP_VERSION_CHECK := 1
TESTS ?= tests
JOBS ?= 2

.PHONY: help run test check tour bench catalogues lock clean

help: ## this list
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 20

run: $(READY) ## start the whole system (PORT=8000 DATA_DIR=.data); Ctrl-C stops it
	@exec $(BIN)/python -m tools.launch.run

test: $(READY) ## all tests, in parallel, on a real database and broker (TESTS=tests/kernel for a part)
	@$(BIN)/python -m tools.catalogues compile
	@$(BIN)/python -m pytest -n $(JOBS) --dist loadgroup $(TESTS)

check: $(READY) ## style, types, import contracts, migrations, API schema, catalogues
	@$(BIN)/python -m tools.check

tour: $(READY) ## the whole journey through HTTP, against BASE_URL or a system of its own
	@$(BIN)/python -m tools.tour

bench: $(READY) ## measured figures
	@status=0; for one in bench bench_import bench_rules bench_settlement; do \
		$(BIN)/python -m tools.$$one || status=1; done; exit $$status

catalogues: $(READY) ## collect new sentences into locale/*.po and compile them
	@$(BIN)/python -m tools.catalogues extract

lock: $(READY) ## pin requirements.in, with hashes, into requirements.txt
	@$(BIN)/python -m pip install --quiet uv
	@$(BIN)/uv pip compile --universal --generate-hashes --python-version 3.11 --no-header --no-emit-index-url \
		--quiet requirements.in --output-file requirements.txt

clean: ## remove the virtual environment and caches; data stay
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The virtual environment, made again when the pinned requirements change.
$(READY): requirements.txt
	@if [ -z "$(PYTHON)" ]; then \
		echo "没有找到 Python 3.11 或更新的版本。请先安装，例如：sudo apt install python3 python3-venv"; \
		echo "No Python 3.11 or newer was found. Install one, for example: sudo apt install python3 python3-venv"; exit 1; fi
	@if ! $(PYTHON) -c 'import venv, ensurepip' 2>/dev/null; then \
		echo "这个 Python 缺少 venv。请安装：sudo apt install python3-venv"; \
		echo "This Python lacks venv. Install it: sudo apt install python3-venv"; exit 1; fi
	@echo "首次准备，约需一分钟 Preparing the virtual environment, about a minute …"
	@[ -x $(BIN)/python ] || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements.txt || { \
		echo "依赖没有装完。请检查网络后再试；已下载的不会重来。"; \
		echo "The requirements were not all installed. Check the network and try again."; exit 1; }
	@touch $(READY)
