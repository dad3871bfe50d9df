# All that a newcomer needs: `make demo` talks, `make test` passes. Each target sets up what it needs, once.
PYTHON ?= python3
BIN := .venv/bin
APT_INSTALL := DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: demo test check setup models browser postgres widget clean

demo: setup ## The page on the demo shop; its address is printed
	$(BIN)/shop serve

test: setup browser postgres ## All tests, in two processes; models and the long files' stores are loaded by one of them each
	SHOP_THREADS=1 PYTHONDONTWRITEBYTECODE= $(BIN)/pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder

check: .venv/installed ## Style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

setup: .venv/installed models ## Python packages and models

models: .venv/installed
	$(BIN)/shop models pull

.venv/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --constraint constraints.txt torch
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[dev]'
	touch $@

browser: ## Chromium without its windows for the browser tests, where apt and the rights to use it are there
	@command -v chromium-headless-shell >/dev/null || command -v chromium >/dev/null || command -v chromium-browser >/dev/null \
	  || ! command -v apt-get >/dev/null || [ "$$(id -u)" != 0 ] || (apt-get update -qq && $(APT_INSTALL) chromium-headless-shell || $(APT_INSTALL) chromium) >/dev/null

postgres: ## A PostgreSQL that the tests start, likewise
	@ls -d /usr/lib/postgresql/*/bin >/dev/null 2>&1 || ! command -v apt-get >/dev/null || [ "$$(id -u)" != 0 ] \
	  || (apt-get update -qq && $(APT_INSTALL) postgresql >/dev/null)

widget: ## The widget's shipped files from their sources; needs node
	npm --prefix ui/widget ci --ignore-scripts --no-audit --no-fund
	node ui/widget/build.mjs

clean: ## Everything that can be made again
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis
