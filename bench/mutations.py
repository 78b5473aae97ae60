"""Mutation testing and branch coverage: whether the tests notice a fault in a line that they run.

The suite runs once under coverage, which tells which tests run each line. Then each fault of `mutants` is put into a
copy of the tree, and the tests that run its line are run, the quick ones that run little else first. A fault is killed
when one of them fails; it survives when all pass, and where no test runs its line in a process of the suite.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
import venv
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from xml.etree import ElementTree

from coverage import CoverageData

from bench.mutants import Mutant, drawn

ROOT = Path(__file__).parent.parent
ROOTS = ("signal", "session", "link", "device", "ui", "station", "clinic", "cli", "fit")
WORKERS, SEED = 2, 7
# Of the tests that run a line, so many are asked, and for so long; where a test hangs, the fault is as good as killed.
ASKED, ASKED_S, PATIENCE_S = 60, 20.0, 240.0
# How pytest ends where a test failed, or could not be read for the fault.
FAILED = (1, 2)
# What became of each test without a fault: those that fail then are not asked.
RESULTS = "results.xml"
# Coverage is asked of all but what draws.
LEFT_OUT = ("*/pressout_ui/*", "*/migrations/*")
SETTINGS = """[run]
branch = true
patch = subprocess
parallel = true
dynamic_context = test_function
source = {packages}
data_file = {data}
"""


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of a fault."""

    mutant: Mutant
    killed: bool
    asked: int


def copied(into: Path) -> Path:
    """Copy what is committed or would be, with an environment in which its packages come before those installed."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for name in listed.stdout.splitlines():
        if (ROOT / name).is_file():
            (into / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, into / name)
    venv.create(into / ".venv", symlinks=True)
    installed = sysconfig.get_path("purelib")
    first = [str(into / root) for root in ROOTS]
    ours = Path(sysconfig.get_path("purelib", vars={"base": str(into / ".venv"), "platbase": str(into / ".venv")}))
    (ours / "first.pth").write_text("\n".join([*first, f"import site; site.addsitedir({installed!r})\n"]))
    for script in Path(sys.prefix, "bin").iterdir():
        told = script.read_bytes() if script.is_file() and not script.is_symlink() else b""
        if told.startswith(b"#!" + sys.prefix.encode()):
            copy = into / ".venv" / "bin" / script.name
            copy.write_bytes(told.replace(sys.prefix.encode(), str(into / ".venv").encode(), 1))
            copy.chmod(0o755)
    return into


def python(tree: Path) -> str:
    """Give a copy's own Python."""
    return str(tree / ".venv" / "bin" / "python")


def covered(tree: Path) -> CoverageData:
    """Run the whole suite under coverage; give what ran what."""
    settings, data = tree / "coverage.ini", tree / "coverage.sqlite"
    packages = ", ".join(f"{tree / root}" for root in ROOTS if root != "fit")
    settings.write_text(SETTINGS.format(packages=packages, data=data), encoding="utf-8")
    suite = ("-m", "pytest", "-n", "2", "--dist", "loadscope", f"--junitxml={tree / RESULTS}")
    _coverage(tree, "run", *suite)
    _coverage(tree, "combine", "-q")
    known = CoverageData(str(data))
    known.read()
    return known


def _coverage(tree: Path, does: str, *asked: str) -> None:
    """Let coverage do something in a copy. What fails there is seen in what it finds, not by how it ends."""
    run = [python(tree), "-m", "coverage", does, f"--rcfile={tree / 'coverage.ini'}", *asked]
    subprocess.run(run, cwd=tree, check=False)


def branch_share(tree: Path) -> float:
    """Give the share of branches that ran, outside drawing."""
    told = tree / "coverage.json"
    _coverage(tree, "json", "-q", "-i", f"--omit={','.join(LEFT_OUT)}", "-o", str(told))
    totals = json.loads(told.read_text(encoding="utf-8"))["totals"]
    return float(totals["covered_branches"] / totals["num_branches"])


class Tests:
    """Which tests run a line, the quick ones that run little else first."""

    def __init__(self, data: CoverageData, tree: Path) -> None:
        """Read what ran what."""
        self._lines: dict[Path, Mapping[int, list[str]]] = {}
        broken: set[str] = set()
        took_s: dict[str, float] = defaultdict(float)
        for case in ElementTree.parse(tree / RESULTS).iter("testcase"):
            test = case.get("name", "").partition("[")[0]
            took_s[test] += float(case.get("time", 0.0))
            if len(case) and case[0].tag != "skipped":
                broken.add(test)
        self._took_s = took_s
        often: dict[str, int] = defaultdict(int)
        for name in data.measured_files():
            file = Path(name).relative_to(tree)
            lines = data.contexts_by_lineno(name)
            self._lines[file] = {
                line: [one for one in contexts if one.rpartition(".")[2] not in broken]
                for line, contexts in lines.items()
            }
            for contexts in self._lines[file].values():
                for context in contexts:
                    often[context] += 1
        self._often = often

    def of(self, mutant: Mutant) -> list[str]:
        """Give the tests to ask; of a line that runs as its module is read, those that run any line of the module."""
        lines = self._lines.get(mutant.file, {})
        found = {one for one in lines.get(mutant.line, ()) if one}
        if not found:
            found = {one for contexts in lines.values() for one in contexts if one}
        return list(self._soon(sorted(found, key=self._worth)))

    def _worth(self, test: str) -> tuple[float, str]:
        """Give what puts a test early: that it runs little else, and is quick."""
        return self._often[test] * (0.05 + self._took_s[test.rpartition(".")[2]]), test

    def _soon(self, tests: Iterable[str]) -> Iterator[str]:
        """Give the first of them, as many as are asked, and as take no longer than they may."""
        left_s = ASKED_S
        for test in list(tests)[:ASKED]:
            took_s = self._took_s[test.rpartition(".")[2]]
            if took_s <= left_s:
                left_s -= took_s
                yield test


def node_ids(tests: Iterable[str], tree: Path) -> list[str]:
    """Give how pytest calls tests that coverage calls `module.function`."""
    files = {file.stem: file.relative_to(tree) for file in (tree / "tests").rglob("test_*.py")}
    named = (one.rpartition(".") for one in tests)
    pairs = ((module.split(".")[-1], function) for module, _, function in named)
    return [f"{files[module]}::{function}" for module, function in pairs if module in files and "test_" in function]


def judged(mutant: Mutant, tests: Sequence[str], tree: Path) -> Judged:
    """Put a fault into a copy, ask the tests, and take it out again."""
    file = tree / mutant.file
    whole = file.read_text(encoding="utf-8")
    asked = node_ids(tests, tree)
    if not asked:
        return Judged(mutant, killed=False, asked=0)
    run = [python(tree), "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", *asked]
    try:
        file.write_text(mutant.code, encoding="utf-8")
        ended = subprocess.run(run, cwd=tree, capture_output=True, timeout=PATIENCE_S, check=False).returncode
    except subprocess.TimeoutExpired:
        ended = 1
    finally:
        file.write_text(whole, encoding="utf-8")
    return Judged(mutant, killed=ended in FAILED, asked=len(asked))


def measured(count: int) -> tuple[list[Judged], float, float]:
    """Judge so many faults; give what became of them, the share of branches that ran, and how long it took in s."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="pressout-mutants-") as folder:
        trees = [copied(Path(folder) / str(worker)) for worker in range(WORKERS)]
        tests = Tests(covered(trees[0]), trees[0])
        share = branch_share(trees[0])
        free: SimpleQueue[Path] = SimpleQueue()
        for tree in trees:
            free.put(tree)

        def one(mutant: Mutant) -> Judged:
            tree = free.get()
            try:
                found = judged(mutant, tests.of(mutant), tree)
            finally:
                free.put(tree)
            print(f"{'killed  ' if found.killed else 'SURVIVED'} {mutant.name} ({found.asked})", flush=True)
            return found

        with ThreadPoolExecutor(WORKERS) as pool:
            return list(pool.map(one, drawn(ROOT, count, SEED))), share, time.monotonic() - began
