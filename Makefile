# Lingting 聆听. `make run` runs it, `make test` proves it.
SHELL := /bin/bash
.DEFAULT_GOAL := help
VENV := .venv
PYTHON := $(VENV)/bin/python
export PYTHONUTF8 := 1

.PHONY: help run setup setup-dev assets test lint types unit journeys app clean

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

run: setup ## run everything on http://127.0.0.1:8000 (PORT, LINGTING_HOME, DATABASE_URL, DEMO=0)
	@exec $(VENV)/bin/lingting up

setup: ## the environment, the front-end packages, the translations
	@bash scripts/setup app

setup-dev:
	@bash scripts/setup dev

assets: ## copy front-end packages into the static folder
	@bash scripts/setup assets

test: setup-dev lint types unit journeys ## everything CI checks

lint: setup-dev ## style, import rules, translations
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/lint-imports
	@$(VENV)/bin/lingting messages --check

types: setup-dev
	@$(VENV)/bin/mypy

unit: setup-dev
	@nice scripts/prove -n 2 --dist loadfile --no-loadscope-reorder --durations=25 -m "not journey"

journeys: setup-dev ## the stories in a real browser
	@nice scripts/prove -m journey --durations=10 src tests

app: setup-dev ## lay out a new app: make app name=service.loyalty
	@$(PYTHON) scripts/new_app.py $(name)

bench-%: setup-dev ## measure a promise: make bench-chat
	@$(PYTHON) benchmarks/$(subst -,_,$*).py

clean: ## remove what setup made (never your data)
	rm -rf $(VENV) node_modules src/lingting/platform/ui/static/vendor
