# Everything a newcomer types. `make help` lists it.
# Each target prepares what it needs: the .venv here, and Debian packages where it may.

PYTHON ?= python3
VENV   := .venv
RUN    := $(VENV)/bin
ARGS   ?=
# What of Debian is missing is said, and asked for on a terminal: APT=yes installs it unasked, APT=no does not ask.
APT    ?= ask

PIP    := $(RUN)/python -m pip install --quiet --disable-pip-version-check
LOCKED  = $(PIP) --require-hashes --requirement locks/$(1).txt
OURS   := $(PIP) --no-deps --no-build-isolation --editable .

.PHONY: help apt install demo test test-long check bench fit golden schema gallery film curve diagram report docs lock sbom hardware wheel deb deb-test boot-test fresh-test release clean

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

# An environment to install into, and no more.
$(VENV)/.made: packaging/prerequisites.py
	@$(PYTHON) packaging/prerequisites.py wheel --apt $(APT)
	@# What Python says of a Ctrl-C is for nobody: its words are shown only where it failed by itself.
	@$(PYTHON) -m venv $(VENV) 2>$(VENV).log || { cat $(VENV).log >&2; rm -f $(VENV).log; exit 1; }
	@rm -f $(VENV).log
	@touch $@

$(VENV)/.build: $(VENV)/.made locks/build.txt
	@$(call LOCKED,build)
	@touch $@

$(VENV)/.docs: $(VENV)/.made locks/docs.txt
	@$(call LOCKED,docs)
	@touch $@

# What the demo needs is little; a browser, another database and so on are for the tests.
$(VENV)/.demo: $(VENV)/.made locks/demo.txt pyproject.toml
	@$(PYTHON) packaging/prerequisites.py demo --apt $(APT)
	@echo "installing into $(VENV) what the demo needs, from PyPI: 250 MB on the disk, once" >&2
	@$(call LOCKED,demo)
	@$(OURS)
	@touch $@

$(VENV)/.ready: $(VENV)/.made locks/dev.txt pyproject.toml packaging/node tests/javascript/package.json
	@$(PYTHON) packaging/prerequisites.py test --apt $(APT)
	@echo "installing into $(VENV) what the tests need, from PyPI: 900 MB on the disk, once" >&2
	@$(call LOCKED,dev)
	@$(OURS)
	@sh packaging/node $(VENV)
	@touch $@

# Who says APT=yes later gets what is still missing then.
apt: $(VENV)/.made
	@$(PYTHON) packaging/prerequisites.py test --apt yes

$(VENV)/.fit: $(VENV)/.ready locks/fit.txt
	@$(call LOCKED,fit)
	@touch $@

# For measurements, drawings and releases.
$(VENV)/.all: $(VENV)/.ready locks/all.txt
	@$(call LOCKED,all)
	@touch $@

install: $(if $(filter yes,$(APT)),apt) $(VENV)/.ready ## make .venv with the pressout command in it

demo: $(VENV)/.demo ## the whole product, with a simulated patient (ARGS="--speed 10" and so on)
	@$(RUN)/pressout demo $(ARGS)

test: install ## every test, several at once: most of them wait for a broker, a process or a screen
	$(RUN)/python -m pytest -n 4 --dist loadscope $(ARGS)

test-long: $(VENV)/.all ## what takes films, simulated hours, chroots and builds: a release twice, its repository, an upgrade from the version before (as root)
	$(RUN)/python -m pytest -m long $(ARGS)

check: install ## format, lint, types, import contracts, documents, licences
	$(RUN)/ruff format --check .
	$(RUN)/ruff check .
	$(RUN)/mypy signal session link device ui station clinic cli fit tests bench packaging/*.py packaging/deb/*.py
	$(RUN)/lint-imports --no-cache
	$(RUN)/mkdocs build --quiet --strict
	$(RUN)/reuse lint --quiet

bench: $(VENV)/.all ## what we claim, measured (ARGS=signal, reader, ui, durability, damage, clinic, footprint or mutations for one part, TRACES=folder of your own; some two hours)
	$(RUN)/python -m bench $(ARGS) $(if $(TRACES),--traces $(TRACES))

fit: $(VENV)/.fit ## train the counting model anew, and write its weights (under an hour; RECORDINGS=dir takes labelled recordings in)
	$(RUN)/python -m pressout_fit $(if $(RECORDINGS),--recordings $(RECORDINGS)) $(ARGS)

golden: install ## rewrite the stories, reports and documents of tests from what the core tells today
	$(RUN)/python tests/golden.py
	$(RUN)/python tests/golden_reports.py

schema: install ## rewrite docs/reference from the code
	$(RUN)/python -m pressout_session.schema docs/reference
	$(RUN)/python tests/reference.py docs/reference

docs: $(VENV)/.docs ## the documents as a site, in build/site
	$(RUN)/mkdocs build --strict

lock: $(VENV)/.all ## resolve the lock files again (ARGS=--upgrade renews every version)
	sh packaging/lock $(RUN)/uv $(ARGS)

sbom: $(VENV)/.all ## a bill of materials (CycloneDX) of what is installed, in build/sbom.json
	@mkdir -p build
	$(RUN)/cyclonedx-py environment --output-format JSON --output-file build/sbom.json $(VENV)

gallery: install ## redraw every picture of the screen into docs/screens.md
	$(RUN)/python -m pressout_ui.gallery docs/screens

diagram: install ## redraw docs/reference/automata.md, the walk's and the visit's states, from the code that runs
	$(RUN)/python tests/diagrams.py docs/reference

film: install ## film docs/film.webp anew: a simulated patient at the station, for the README
	SDL_VIDEODRIVER=dummy $(RUN)/python tests/films.py keep docs/film.webp

curve: install ## redraw docs/curve.svg, the README's picture of three repetitions
	$(RUN)/python tests/example_curve.py docs/curve.svg

report: install ## redraw docs/report.png, the README's picture of a report (wants chromium)
	PYTHONPATH=packaging $(RUN)/python tests/example_report.py docs/report.png

hardware: $(VENV)/.all ## redraw the wiring, the harness and the mounting (wants graphviz)
	$(RUN)/python hardware/schematic.py hardware/pictures
	$(RUN)/python hardware/drawings.py hardware/pictures
	PATH="$(CURDIR)/$(RUN):$$PATH" wireviz -f s -o hardware/pictures hardware/harness.yml

wheel: $(VENV)/.build ## a wheel and a source distribution, in dist; extras: station, clinic, demo
	$(RUN)/python -m build --no-isolation --outdir dist .

deb: $(VENV)/.build ## a Debian package for stations and servers, in dist
	sh packaging/deb/build $(RUN)/python dist

deb-test: $(VENV)/.build ## install it in an arm64 Debian trixie and count a session there (as root; a quarter of an hour)
	sh packaging/deb/test "$$(sh packaging/deb/build $(RUN)/python dist)"

boot-test: $(VENV)/.build ## boot a Debian trixie with it, and let the services count, publish and store a session (as root; three minutes)
	PYTHONPATH=packaging $(RUN)/python packaging/deb/boot.py "$$(sh packaging/deb/build $(RUN)/python dist)"

fresh-test: ## the README's commands in four fresh Debians: two releases, root and not (as root; half an hour; ARGS="trixie user" for one)
	$(PYTHON) packaging/fresh_test.py $(ARGS)

release: $(VENV)/.all ## everything of a release, built twice and compared, in dist/VERSION (ARGS="1.2.3")
	$(RUN)/python packaging/release.py $(ARGS)

clean: ## remove what make made
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis build dist
