# The newcomer's commands: `make demo` and `make test`. Everything lives in .venv; nothing else is touched.
.DEFAULT_GOAL := help
.PHONY: help setup setup-dev demo test lint bench lock clean
export SQLMESH__DISABLE_ANONYMIZED_ANALYTICS := true
export DO_NOT_TRACK := 1

BIN := .venv/bin
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && { echo $$p; break; }; done)

help:  ## show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 14

setup: .venv/.run  ## make the environment that windvane runs in
setup-dev: .venv/.dev  ## the same with what tests need

.venv/.uv:
	@test -n "$(PYTHON)" || { echo "windvane needs Python 3.11 or newer on the PATH"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@command -v uv >/dev/null 2>&1 || test -x $(BIN)/uv || $(BIN)/python -m pip install -q --disable-pip-version-check uv
	@touch $@

.venv/.run: .venv/.uv requirements/run.txt
	@$(call install,requirements/run.txt)
	@touch $@

.venv/.dev: .venv/.uv requirements/dev.txt
	@$(call install,requirements/dev.txt)
	@touch $@ .venv/.run

define install
UV=$$(command -v uv || echo $(BIN)/uv); \
$$UV pip install -q --python $(BIN)/python --require-hashes -r $(1) && \
echo "$(CURDIR)/src" > "$$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/windvane.pth" && \
printf '#!/bin/sh\nexec "%s/$(BIN)/python" -m windvane "$$@"\n' "$(CURDIR)" > $(BIN)/windvane && chmod +x $(BIN)/windvane
endef

demo: .venv/.run  ## build, break and heal an estate of real prices; no key, no network, no server
	@$(BIN)/windvane demo
	@echo 'windvane is in .venv/bin; before the commands above: export PATH="$(CURDIR)/$(BIN):$$PATH"'

test: .venv/.dev  ## lint, types, import walls, docs checks and all tests
	@$(BIN)/ruff format --check -q . && $(BIN)/ruff check -q .
	@$(BIN)/mypy
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/lint-imports
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m pytest -n 2 --dist loadfile

lint: .venv/.dev  ## format and fix what can be fixed
	@$(BIN)/ruff format -q . && $(BIN)/ruff check --fix .
	@$(BIN)/mypy && $(BIN)/lint-imports

bench: .venv/.dev  ## every measure under benchmarks/ that needs no outside data
	@for b in $$(grep -l __main__ benchmarks/*.py | xargs -n1 basename | sed 's/\.py//'); do \
	echo "== $$b"; $(BIN)/python -m benchmarks.$$b || echo "   (needs --data: see $$b --help)"; done

lock: .venv/.uv  ## resolve the requirements anew
	@UV=$$(command -v uv || echo $(BIN)/uv); for k in "run:" "dev:--extra llm --extra keyring --group dev"; do \
	$$UV pip compile -q --universal --generate-hashes --python-version 3.11 --no-header pyproject.toml $${k#*:} -o requirements/$${k%%:*}.txt; done

clean:  ## remove the environment and what the demo wrote
	@rm -rf .venv demo-estate
