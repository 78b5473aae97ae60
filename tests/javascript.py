"""Node and the packages of tests/javascript, where they are installed beside the virtual environment."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

SCRIPTS = Path(__file__).parent / "javascript"
PACKAGES = Path(sys.prefix) / "javascript" / "node_modules"
NODE = shutil.which("node") if PACKAGES.is_dir() else None


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
