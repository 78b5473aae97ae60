# Everything a newcomer types. `make help` lists it.
# Each target prepares what it needs: the .venv here, and Debian packages where it may.

PYTHON ?= python3
VENV   := .venv
RUN    := $(VENV)/bin
ARGS   ?=

.PHONY: help install demo test check bench golden schema gallery curve report docs sbom hardware wheel deb deb-test boot-test clean

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

# What the demo needs is little; a browser, another database and so on are for the tests.
$(VENV)/.demo: pyproject.toml packaging/debian
	sh packaging/debian $(PYTHON) demo
	$(PYTHON) -m venv $(VENV)
	$(RUN)/python -m pip install --quiet --disable-pip-version-check --editable '.[demo]'
	@touch $@

$(VENV)/.ready: $(VENV)/.demo packaging/node tests/javascript/package.json
	sh packaging/debian $(PYTHON) test
	$(RUN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	sh packaging/node $(VENV)
	@touch $@

install: $(VENV)/.ready ## make .venv with the pressout command in it

demo: $(VENV)/.demo ## the whole product, with a simulated patient (ARGS="--speed 10" and so on)
	$(RUN)/pressout demo $(ARGS)

test: install ## every test, several at once: most of them wait for a broker, a process or a screen
	$(RUN)/python -m pytest -n 4 --dist loadscope $(ARGS)

check: install ## format, lint, types, import contracts, documents
	$(RUN)/ruff format --check .
	$(RUN)/ruff check .
	$(RUN)/mypy signal session link device ui clinic tests bench packaging/site.py packaging/deb/boot.py packaging/deb/container.py
	$(RUN)/lint-imports --no-cache
	$(RUN)/mkdocs build --quiet --strict

bench: install ## what we claim, measured (ARGS=signal, reader, ui, durability, clinic or footprint for one part; about half an hour)
	$(RUN)/python -m pip install --quiet --disable-pip-version-check --editable '.[bench]'
	$(RUN)/python -m bench $(ARGS)

golden: install ## rewrite the stories of tests/traces from what the core tells today
	$(RUN)/python tests/golden.py

schema: install ## rewrite docs/reference from the code
	$(RUN)/python -m pressout_session.schema docs/reference
	$(RUN)/python tests/reference.py docs/reference

docs: install ## the documents as a site, in build/site
	$(RUN)/mkdocs build --strict

sbom: install ## a bill of materials (CycloneDX) of what is installed, in build/sbom.json
	@mkdir -p build
	$(RUN)/cyclonedx-py environment --output-format JSON --output-file build/sbom.json $(VENV)

gallery: install ## redraw every picture of the screen into docs/screens.md
	$(RUN)/python -m pressout_ui.gallery docs/screens

curve: install ## redraw docs/curve.svg, the README's picture of three repetitions
	$(RUN)/python tests/example_curve.py docs/curve.svg

report: install ## redraw docs/report.png, the README's picture of a report (wants chromium)
	$(RUN)/python tests/example_report.py docs/report.png

hardware: install ## redraw the wiring, the harness and the mounting (wants graphviz)
	$(RUN)/python -m pip install --quiet --disable-pip-version-check --editable '.[hardware]'
	$(RUN)/python hardware/schematic.py hardware/pictures
	$(RUN)/python hardware/drawings.py hardware/pictures
	PATH="$(CURDIR)/$(RUN):$$PATH" wireviz -f s -o hardware/pictures hardware/harness.yml

wheel: install ## a wheel and a source distribution, in dist; extras: station, clinic, demo
	$(RUN)/python -m pip install --quiet --disable-pip-version-check build
	$(RUN)/python -m build --outdir dist .

deb: install ## a Debian package for stations and servers, in dist
	sh packaging/deb/build $(RUN)/python dist

deb-test: install ## install it in an arm64 Debian trixie and count a session there (as root; a quarter of an hour)
	sh packaging/deb/test "$$(sh packaging/deb/build $(RUN)/python dist)"

boot-test: install ## boot a Debian trixie with it, and let the services count, publish and store a session (as root; three minutes)
	$(RUN)/python packaging/deb/boot.py "$$(sh packaging/deb/build $(RUN)/python dist)"

clean: ## remove what make made
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis build dist
