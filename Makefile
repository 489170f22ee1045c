# Two commands: `make run` runs the pipeline on the bundled articles, `make test` runs every test.
# Both set up .venv from requirements.lock first.

PYTHON ?= $(shell for v in 3.13 3.12 3.11; do python$$v --version >/dev/null 2>&1 && { command -v python$$v; exit; }; done; command -v python3)
BIN := .venv/bin
UV := $(BIN)/uv --quiet --no-python-downloads --project .
export UV_COMPILE_BYTECODE = 1

.PHONY: run test env airflow lint lock pipeline clean

run: env
	@$(BIN)/wirehouse run

test: env
	@$(BIN)/pytest --numprocesses auto --dist loadfile

env: .venv/.ready

# pip brings uv, at the locked version and hash, and uv brings the rest, from the index that pip is set to.
.venv/.ready: requirements.lock pyproject.toml
	@echo "Setting up .venv ..."
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' || \
		{ echo "Python 3.11, 3.12 or 3.13 is needed; name one: make run PYTHON=/path/to/python"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@awk '/^[^ ]/ { wanted = /^uv==/ } wanted' requirements.lock > .venv/uv.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement .venv/uv.txt
	@index=$$($(BIN)/python -m pip config get global.index-url 2>/dev/null || true); \
		$${index:+env UV_DEFAULT_INDEX=$$index} $(UV) pip sync --require-hashes requirements.lock && \
		$(UV) pip install --no-deps --no-build-isolation --editable .
	@touch $@

# Airflow with its scheduler and web page on this machine, at http://localhost:8080; ends with Ctrl-C.
airflow: env
	@$(BIN)/wirehouse airflow

lint: env
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/sqlfluff lint --processes 0 dbt_project/models dbt_project/tests

# Trains the English pipeline anew from the corpora in WIREHOUSE_TRAINING (some seven hours on one processor, most of
# them the teacher's; what was done before a stop is not done again: see extract/nlp/training).
OUT ?= build/pipeline
TEACHER := $(OUT)/teacher-env/bin/python -m extract.nlp.training
pipeline: export OPENBLAS_NUM_THREADS = 1
pipeline: env
	@test -n "$(WIREHOUSE_TRAINING)" || { echo "WIREHOUSE_TRAINING must name the folder of the corpora"; exit 1; }
	@$(UV) pip install scipy spacy-lookups-data
	@test -x $(OUT)/teacher-env/bin/python || $(BIN)/python -m venv $(OUT)/teacher-env
	@$(OUT)/teacher-env/bin/python -m pip install --quiet --requirement extract/nlp/training/teacher.txt
	$(BIN)/python -m extract.nlp.training.prepare $(OUT)/ner
	test -d $(OUT)/parser/model-best || $(BIN)/python -m spacy train extract/nlp/training/parser.cfg \
		--code extract/nlp/training/functions.py --output $(OUT)/parser \
		--paths.train $(WIREHOUSE_TRAINING)/treebank/train.spacy --paths.dev $(WIREHOUSE_TRAINING)/treebank/dev.spacy
	test -d $(OUT)/deeper || $(BIN)/python -m extract.nlp.training.deepen $(OUT)/parser/model-best $(OUT)/deeper
	PYTHONPATH=. $(TEACHER).teacher train $(OUT)/ner $(OUT)/teacher
	PYTHONPATH=. $(TEACHER).label $(OUT)/teacher $(OUT)/news
	$(BIN)/python -m spacy train extract/nlp/training/student.cfg --code extract/nlp/training/functions.py \
		--output $(OUT)/student --paths.train $(WIREHOUSE_TRAINING)/treebank/train.spacy \
		--paths.dev $(WIREHOUSE_TRAINING)/treebank/dev.spacy \
		--paths.news $(OUT)/news --paths.parser $(OUT)/deeper
	$(BIN)/python -m extract.nlp.training.vectors $(OUT)/vectors
	$(BIN)/python -m spacy train extract/nlp/training/ner.cfg --code extract/nlp/training/functions.py \
		--output $(OUT)/ner-model --paths.train $(OUT)/ner/train.spacy --paths.dev $(OUT)/ner/dev.spacy \
		--paths.vectors $(OUT)/vectors
	$(BIN)/python -m spacy train extract/nlp/training/ner_student.cfg --code extract/nlp/training/functions.py \
		--output $(OUT)/ner-student --paths.train $(OUT)/ner/train.spacy --paths.dev $(OUT)/ner/dev.spacy \
		--paths.news $(OUT)/news --paths.ner $(OUT)/ner-model/model-best
	$(BIN)/python -m extract.nlp.training.assemble $(OUT)/student/model-last $(OUT)/ner-student/model-last $(OUT)/model
	$(BIN)/python -m extract.nlp.training.evaluate $(OUT)/model --write

# Versions and hashes alone, for every supported Python and platform.
lock:
	@$(UV) pip compile pyproject.toml --group dev --universal --generate-hashes --no-annotate --no-header \
		--constraint constraints.txt --output-file requirements.lock

# The environment alone: what was landed in data/ cannot be had again.
clean:
	@rm -rf .venv

# Superset on the published warehouse, read-only, with the dashboards of bi/superset, in an environment of its own
# (Python 3.10 to 3.12), on http://127.0.0.1:8088; ends with Ctrl-C.
SUPERSET_PYTHON ?= $(shell for v in 3.12 3.11 3.10; do python$$v --version >/dev/null 2>&1 && { command -v python$$v; exit; }; done)
DATA = $${WIREHOUSE_DATA:-data}
.PHONY: superset test-bi superset-lock

superset: env .superset/.ready
	@$(BIN)/python bi/superset/bundle.py $(DATA)/superset/wirehouse.zip
	@.superset/bin/python -W ignore bi/superset/serve.py $(DATA)/superset $(DATA)/superset/wirehouse.zip

.superset/.ready: bi/superset/requirements.txt .venv/.ready
	@echo "Setting up .superset ..."
	@test -n "$(SUPERSET_PYTHON)" || { echo "Python 3.10, 3.11 or 3.12 is needed; name one: SUPERSET_PYTHON=..."; exit 1; }
	@$(UV) venv --allow-existing --python $(SUPERSET_PYTHON) .superset
	@index=$$($(BIN)/python -m pip config get global.index-url 2>/dev/null || true); \
		$${index:+env UV_DEFAULT_INDEX=$$index} $(UV) pip sync --python .superset/bin/python --require-hashes $<
	@touch $@

# What make test leaves out: every chart and dashboard in a real Superset and a real browser, and other readers.
test-bi: env .superset/.ready
	@if command -v npm >/dev/null; then mkdir -p .superset/node && npm install --silent --no-save --no-package-lock \
		--prefix .superset/node @duckdb/node-api@1.5.5-r.1; fi
	@WIREHOUSE_SUPERSET=.superset $(BIN)/pytest tests/bi

superset-lock:
	@$(UV) pip compile bi/superset/requirements.in --universal --python-version 3.10 --generate-hashes --no-annotate \
		--no-header --output-file bi/superset/requirements.txt

# Airflow on Celery with two workers, Redis, PostgreSQL, S3 and DuckLake, on loopback, over the bundled articles (docs/scale.md).
# PostgreSQL and Redis: apt-get install postgresql redis-server. OPTIONS, as --disk or --target local.
.PHONY: scale test-scale scale-lock

scale: .scale/.ready
	@.scale/bin/python -m deploy.local.stack $(OPTIONS)

# What make test skips: S3, DuckLake, Celery, each with a real server.
test-scale: .scale/.ready
	@.scale/bin/pytest tests/scale

.scale/.ready: requirements-scale.lock .venv/.ready
	@echo "Setting up .scale ..."
	@$(UV) venv --allow-existing --python $(BIN)/python .scale
	@index=$$($(BIN)/python -m pip config get global.index-url 2>/dev/null || true); \
		$${index:+env UV_DEFAULT_INDEX=$$index} $(UV) pip sync --python .scale/bin/python --require-hashes requirements.lock $< && \
		$(UV) pip install --python .scale/bin/python --no-deps --no-build-isolation --editable . && \
		$${index:+env UV_DEFAULT_INDEX=$$index} $(UV) pip install --python .scale/bin/python --group deploy
	@touch $@

scale-lock:
	@$(UV) pip compile pyproject.toml --extra scale --group scale --universal --generate-hashes --no-annotate \
		--no-header --constraint constraints.txt --constraint requirements.lock --output-file requirements-scale.lock

# Faults, speed and safety: docs/faults.md, docs/benchmarks.md, SECURITY.md. What is needed for them alone is fetched by
# uv into places of its own, at the versions named here.
.PHONY: test-faults bench fuzz secrets audit sbom
FAULTS = $(BIN)/python -m benchmarks.faults
FUZZ_SECONDS ?= 60
TOOL = index=$$($(BIN)/python -m pip config get global.index-url 2>/dev/null || true); \
	$${index:+env UV_DEFAULT_INDEX=$$index} $(UV) tool run --python $(BIN)/python --from

# Some twenty minutes of one core. Goes on where it was stopped; data/faults/results.jsonl removed, it begins anew.
test-faults: env
	@$(FAULTS) steps && $(FAULTS) kills && $(FAULTS) others && $(FAULTS) runs --count 5 && $(FAULTS) table

# ARTICLES="--articles FILE --day 1000" for other articles than the bundled ones; --note adds a row to the history.
bench: env
	@$(BIN)/python -m benchmarks.bench --json data/bench.json $(ARTICLES)

# What is found is kept in tests/data/crashes, and is a test from then on.
fuzz: env
	@test -x .fuzz/bin/python || { $(UV) venv --python $(BIN)/python .fuzz && \
		index=$$($(BIN)/python -m pip config get global.index-url 2>/dev/null || true); \
		$${index:+env UV_DEFAULT_INDEX=$$index} $(UV) pip install --python .fuzz/bin/python 'atheris>=3.0,<3.2'; }
	@for kind in html xml jsonl json txt lists warc; do \
		PYTHONPATH=$$($(BIN)/python -c 'import site; print(site.getsitepackages()[0])') \
		.fuzz/bin/python tests/fuzz/fuzz.py $$kind --seconds $(FUZZ_SECONDS) || exit 1; done

# Keys and passwords in what git keeps, part of CI; nobody is asked whether they work. A line that only looks like one
# says "pragma: allowlist secret".
secrets: env
	@git ls-files -z | grep -zvE '^extract/nlp/models/|requirements|\.(csv|gz)$$' | \
		xargs -0 $(BIN)/detect-secrets-hook --no-verify

# Known weaknesses of the locked packages. Fails too where the advisory service cannot be asked, and says so.
audit: env
	@$(TOOL) pip-audit==2.10.1 pip-audit --strict --disable-pip --no-deps --require-hashes -r requirements.lock

# Software bill of materials (CycloneDX): every package of .venv with version and licence.
sbom: env
	@mkdir -p build && $(TOOL) cyclonedx-bom==7.5.0 cyclonedx-py environment $(BIN)/python --pyproject pyproject.toml \
		--output-reproducible --output-file build/sbom.json && echo build/sbom.json
