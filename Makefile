# Two commands: `make run` and `make test`. Each sets up all it needs. ARGS are passed
# on: make run ARGS="--sandbox-port 8091".
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: setup run demo test bench chaos powercut fuzz lint lock clean

setup: $(READY)

$(READY): deploy/lock/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "hubkeeper needs Python 3.11 or later; set PYTHON=..."; exit 2; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r deploy/lock/dev.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

run: setup
	@$(BIN)/hubkeeper run $(ARGS)

demo: setup
	@$(BIN)/hubkeeper demo $(ARGS)

# Repeat one that failed with ARGS="--seed 7 --episode 12".
chaos: setup
	@$(BIN)/python -m tests.chaos $(ARGS)

powercut: setup
	@$(BIN)/python -m tests.chaos --power-cuts 5

# At least 100,000 requests; SEED=... does a run again.
fuzz: setup
	@$(BIN)/python -m tests.fuzz $(SEED)

test: lint
	$(BIN)/pytest

lint: setup
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: setup
	@$(BIN)/python -m tests.bench $(ARGS)

# Pins every dependency by hash, for every platform, and names no host.
lock: setup
	$(BIN)/uv pip compile pyproject.toml --universal --generate-hashes --no-header \
		--no-annotate --no-emit-index-url --python-version 3.11 -q -o deploy/lock/run.txt
	$(BIN)/uv pip compile pyproject.toml --universal --generate-hashes --no-header \
		--no-annotate --no-emit-index-url --python-version 3.11 -q --all-extras \
		-o deploy/lock/dev.txt

clean:
	rm -rf $(VENV) .hubkeeper .bench build *.egg-info
