"""Mutation testing and branch coverage: whether the tests notice a fault in a line that they run.

The suite runs once under coverage, which tells which tests run each line: themselves, in a fixture, or in a process
that they start. Then each fault of `mutants` is put into a copy of the tree, and the tests that run its line are run,
the quick ones that run little else first. A fault is killed when one of them fails; it survives when all pass.
"""

from __future__ import annotations

import ast
import json
import os
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

from bench.coverage_contexts import CHILD, FOLDER
from bench.mutants import Mutant, drawn

ROOT = Path(__file__).parent.parent
ROOTS = ("signal", "session", "link", "device", "ui", "station", "clinic", "cli", "fit")
WORKERS, SEED = 2, 29
# Of the tests that run a line, so many are asked, and for so long as they took under coverage, which is several times
# as long as they take; where a test hangs, the fault is as good as killed.
ASKED, ASKED_S, PATIENCE_S = 200, 100.0, 240.0
# What compares all that is told with what was told is asked whatever it takes.
GOLDEN = "golden"
# How pytest ends where a test failed, or could not be read for the fault.
FAILED = (1, 2)
# What became of each test without a fault: those that fail then are not asked.
RESULTS = "results.xml"
# Coverage is asked of all but what draws.
LEFT_OUT = ("*/pressout_ui/*", "*/migrations/*")
SETTINGS = """[run]
branch = true
parallel = true
context = ${{{context}-}}
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
    settings.write_text(SETTINGS.format(packages=packages, data=data, context=CHILD), encoding="utf-8")
    plugin = ("-p", "bench.coverage_contexts")
    suite = ("-m", "pytest", "-n", "2", "--dist", "loadscope", *plugin, f"--junitxml={tree / RESULTS}")
    _coverage(tree, "run", *suite)
    _coverage(tree, "combine", "-q")
    known = CoverageData(str(data))
    known.read()
    return known


def _coverage(tree: Path, does: str, *asked: str) -> None:
    """Let coverage do something in a copy. What fails there is seen in what it finds, not by how it ends."""
    run = [python(tree), "-m", "coverage", does, f"--rcfile={tree / 'coverage.ini'}", *asked]
    # A child reads the settings anew, and with them what runs just then.
    environment = {**os.environ, FOLDER: str(tree), "COVERAGE_PROCESS_START": str(tree / "coverage.ini")}
    subprocess.run(run, cwd=tree, env=environment, check=False)


def branch_share(tree: Path) -> float:
    """Give the share of branches that ran, outside drawing."""
    told = tree / "coverage.json"
    _coverage(tree, "json", "-q", "-i", f"--omit={','.join(LEFT_OUT)}", "-o", str(told))
    totals = json.loads(told.read_text(encoding="utf-8"))["totals"]
    return float(totals["covered_branches"] / totals["num_branches"])


class Tests:
    """Which tests run a line, the quick ones that run little else first, and then those that run the most."""

    def __init__(self, data: CoverageData, tree: Path) -> None:
        """Read what ran what, and which fixtures each test is given."""
        self._tree = tree
        self._took_s, broken = _times(tree)
        self._with: dict[str, set[str]] = defaultdict(set)
        for told in tree.glob("fixtures-*.json"):
            for test, fixtures in json.loads(told.read_text(encoding="utf-8")).items():
                if test not in broken:
                    for name in (test, *fixtures):
                        self._with[name].add(test)
        self._lines = {Path(name): data.contexts_by_lineno(name) for name in data.measured_files()}
        self._often: dict[str, int] = defaultdict(int)
        for lines in self._lines.values():
            for contexts in lines.values():
                for test in self._of(contexts):
                    self._often[test] += 1

    def of(self, mutant: Mutant) -> list[str]:
        """Give the tests to ask; of what runs as its module is read, those of the module, or else of its folder."""
        file = self._tree / mutant.file
        lines = self._lines.get(file, {})
        if _in_function(file, mutant.line):
            found = self._of(lines.get(mutant.line, ()))
        else:
            beside = (each for path, each in self._lines.items() if path.parent == file.parent)
            found = self._of_any(lines) or {one for each in beside for one in self._of_any(each)}
        whole = [test for test in sorted(found) if GOLDEN in test]
        quick = list(self._soon(sorted(found.difference(whole), key=self._worth)))
        return [*quick, *whole, *self._soon(sorted(found.difference(whole, quick), key=self._breadth))]

    def _of(self, contexts: Iterable[str]) -> set[str]:
        return {test for context in contexts for test in self._with.get(context, ())}

    def _of_any(self, lines: Mapping[int, Iterable[str]]) -> set[str]:
        return {one for contexts in lines.values() for one in self._of(contexts)}

    def _worth(self, test: str) -> tuple[float, str]:
        """Give what puts a test early: that it runs little else, and is quick."""
        return self._often[test] * (0.05 + self._took_s[test]), test

    def _breadth(self, test: str) -> tuple[float, str]:
        """Give what puts a test early among those that run much: how long a line takes."""
        return (0.05 + self._took_s[test]) / self._often[test], test

    def _soon(self, tests: Iterable[str]) -> Iterator[str]:
        """Give the first of them, half of as many as are asked, and as take no longer than they may."""
        left_s = ASKED_S / 2.0
        for test in list(tests)[: ASKED // 2]:
            if self._took_s[test] <= left_s:
                left_s -= self._took_s[test]
                yield test


def _times(tree: Path) -> tuple[dict[str, float], set[str]]:
    """Give how long each test takes in s, and those that fail without a fault."""
    broken: set[str] = set()
    took_s: dict[str, float] = defaultdict(float)
    for case in ElementTree.parse(tree / RESULTS).iter("testcase"):
        module, name = case.get("classname", ""), case.get("name", "")
        test = f"{module.replace('.', '/')}.py::{name.partition('[')[0]}"
        took_s[test] += float(case.get("time", 0.0))
        if len(case) and case[0].tag != "skipped":
            broken.add(test)
    return took_s, broken


def _in_function(file: Path, line: int) -> bool:
    """Say whether a line runs when something is called, and not already when its module is read."""
    nodes = ast.walk(ast.parse(file.read_text(encoding="utf-8")))
    bodies = (one.body for one in nodes if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef))
    return any(body[0].lineno <= line <= (body[-1].end_lineno or line) for body in bodies)


def judged(mutant: Mutant, tests: Sequence[str], tree: Path) -> Judged:
    """Put a fault into a copy, ask the tests, and take it out again."""
    file = tree / mutant.file
    whole = file.read_text(encoding="utf-8")
    if not tests:
        return Judged(mutant, killed=False, asked=0)
    run = [python(tree), "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", *tests]
    try:
        file.write_text(mutant.code, encoding="utf-8")
        ended = subprocess.run(run, cwd=tree, capture_output=True, timeout=PATIENCE_S, check=False).returncode
    except subprocess.TimeoutExpired:
        ended = 1
    finally:
        file.write_text(whole, encoding="utf-8")
    return Judged(mutant, killed=ended in FAILED, asked=len(tests))


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
