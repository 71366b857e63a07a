# Every command a person needs. `make` alone lists them.
# ARGS is handed on to the program behind a command: make test ARGS="tests/kit -x"
# PYTHON names an interpreter, when the one that would be found is not the one that you want.

.DEFAULT_GOAL := help
.PHONY: help setup run test check bench bench-scale docs lock format clean

PY = .venv/bin/python

help: ## List these commands.
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)$$/  make \1|\2/p' Makefile | while IFS='|' read -r name sentence; do printf '%-16s %s\n' "$$name" "$$sentence"; done

setup: ## Make .venv and install exactly what requirements/runtime.lock names; at once when nothing changed.
	@sh tools/setup.sh runtime

run: setup ## Start a development server on http://localhost:8000, its data in ./gatepass-data.
	@.venv/bin/gatepass serve --dev --data ./gatepass-data $(ARGS)

test: ## Run every test, on SQLite, on a real PostgreSQL and in a real browser; fetch what they need first.
	@sh tools/setup.sh development
	@$(PY) -m tools.postgres
	@$(PY) -m tools.chromium
	@-$(PY) -m tools.examples
	@$(PY) -m pytest -n 2 --dist loadfile $(ARGS)

check: ## Judge the source: lint, format, types, import contracts, dependencies, sizes, the house's own rules, generated docs.
	@sh tools/setup.sh development
	@$(PY) -m tools.check $(ARGS)

bench: ## Measure the server and its peers side by side, and print ratios.
	@sh tools/setup.sh development
	@$(PY) -m bench $(ARGS)

bench-scale: ## Measure what a million people cost: list, search, read and update beside a server with a thousand.
	@sh tools/setup.sh development
	@$(PY) -m bench.scale $(ARGS)

docs: ## Write the reference pages again from the code.
	@sh tools/setup.sh development
	@$(PY) -m tools.generate_docs $(ARGS)

lock: ## Resolve requirements/*.in again into lock files with hashes; ARGS=--upgrade takes newer versions.
	@sh tools/setup.sh development
	@$(PY) -m tools.lock $(ARGS)

format: ## Put the source in the house's format and mend what the linter can mend.
	@sh tools/setup.sh development
	@$(PY) -m ruff check --fix-only --quiet .
	@$(PY) -m ruff format .

clean: ## Remove .venv, caches and build output; your data in ./gatepass-data stays.
	@rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .cache
	@find src tests tools bench -name __pycache__ -type d -prune -exec rm -rf {} +
