"""Small faults for the core, drawn by chance: cosmic-ray's operators, each at one place of one file."""

from __future__ import annotations

import ast
import random
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cosmic_ray import plugins
from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code

# What is mutated: what counts, keeps and sends.
ROOMS: Final = (
    "signal/pressout_signal",
    "session/pressout_session",
    "station/pressout_station/controller",
    "station/pressout_station/journal",
    "station/pressout_station/mailbox",
    "station/pressout_station/uplink",
    "station/pressout_station/writer",
    "station/pressout_station/station_loop.py",
)
# How a class is declared is the type checker's to hold.
DECLARED: Final = re.compile(r"\b(frozen|slots|kw_only|order)=(True|False)")
# Changes that nobody could make by mistake, or that Python takes for the same, are left out.
FAULTS: Final = (
    *(f"ReplaceBinaryOperator_{one}" for one in ("Add_Sub", "Sub_Add", "Mul_Div", "Div_Mul", "FloorDiv_Mul")),
    *(f"ReplaceBinaryOperator_{one}" for one in ("Mod_Add", "Pow_Mul", "BitAnd_BitOr", "BitOr_BitAnd")),
    *(f"ReplaceComparisonOperator_{one}" for one in ("Eq_NotEq", "NotEq_Eq", "Is_IsNot", "IsNot_Is")),
    *(f"ReplaceComparisonOperator_{one}" for one in ("Lt_LtE", "LtE_Lt", "Gt_GtE", "GtE_Gt", "Lt_GtE", "Gt_LtE")),
    *("ReplaceUnaryOperator_Delete_USub", "ReplaceUnaryOperator_Delete_Not", "AddNot", "NumberReplacer"),
    *("ReplaceTrueWithFalse", "ReplaceFalseWithTrue", "ReplaceAndWithOr", "ReplaceOrWithAnd", "ExceptionReplacer"),
    *("ReplaceBreakWithContinue", "ReplaceContinueWithBreak", "RemoveDecorator", "ZeroIterationForLoop"),
)


@dataclass(frozen=True, slots=True)
class Mutant:
    """One fault: where it is, what the line was and is, and the whole file with it."""

    file: Path
    line: int
    before: str
    after: str
    code: str

    @property
    def name(self) -> str:
        """How a page and a reason name it; the number of the line is not in it, since lines move."""
        return f"{self.file}: `{self.before}` → `{self.after}`"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a fault can be put, in the order in which its operator comes by."""

    fault: str
    occurrence: int


def drawn(root: Path, count: int, seed: int) -> list[Mutant]:
    """Draw so many faults; each place in the code is as likely, whatever can be done to it."""
    rng = random.Random(seed)
    places = [(file, each) for file in _files(root) for each in _places(root / file)]
    rng.shuffle(places)
    found: dict[str, Mutant] = {}
    for file, each in places:
        mutant = _mutant(root, file, rng.choice(each))
        if mutant is not None:
            found.setdefault(mutant.name, mutant)
        if len(found) == count:
            break
    return list(found.values())


def _files(root: Path) -> Iterator[Path]:
    for room in ROOMS:
        for file in sorted((root / room).rglob("*.py")) if (root / room).is_dir() else (root / room,):
            yield file.relative_to(root)


def _places(file: Path) -> Iterable[list[Place]]:
    """Give the places of a file where something can be done, and what."""
    tree = get_ast(file.read_text(encoding="utf-8"))
    at: dict[tuple[int, int], list[Place]] = defaultdict(list)
    for fault in FAULTS:
        operator, passed = plugins.get_operator(f"core/{fault}")(), 0
        for node in ast_nodes(tree):
            for start, _ in operator.mutation_positions(node):
                at[start].append(Place(fault, passed))
                passed += 1
    return at.values()


def _mutant(root: Path, file: Path, place: Place) -> Mutant | None:
    """Put a fault in; give nothing where Python would not notice (in an annotation, say) or could not read it."""
    whole = (root / file).read_text(encoding="utf-8")
    code = mutate_code(whole, plugins.get_operator(f"core/{place.fault}")(), place.occurrence)
    try:
        if code is None or _meaning(code) == _meaning(whole):
            return None
    except SyntaxError:  # what is no pattern of a `match` any more
        return None
    pairs = zip(whole.splitlines(), code.splitlines(), strict=False)
    line, before, after = next((line, one, other) for line, (one, other) in enumerate(pairs, 1) if one != other)
    if DECLARED.search(before) and DECLARED.sub("", before) == DECLARED.sub("", after):
        return None
    return Mutant(file, line, before.strip(), after.strip(), code)


class _Unannotated(ast.NodeTransformer):
    """Leaves out what is never run: annotations."""

    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.annotation = None
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.returns = None
        return self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        node.annotation = ast.Constant(None)
        return self.generic_visit(node)


def _meaning(code: str) -> str:
    return ast.dump(_Unannotated().visit(ast.parse(code)))
