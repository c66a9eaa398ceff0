"""Mutants: small changes of rules and services that a test ought to notice.

They are drawn by seed, and by their own text rather than by their place: a line that moves to
another module is drawn again, so that runs before and after a move can be compared.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from tests.gates.reach import places_in
from tests.gates.source import Function, rooms

COMPARED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
SWAPPED = {"min": "max", "max": "min", "any": "all", "all": "any"}
TEXTS = ast.JoinedStr | ast.List | ast.Tuple


@dataclass(frozen=True)
class Mutant:
    """One change: the bytes from `start` to `end` of a file become `after`."""

    kind: str
    path: str  # from the top of the tree
    line: int
    start: int
    end: int
    before: str
    after: str
    place: str  # what a test has to reach to see it: `path:line`, or the path for an import
    key: str  # the same for the same change, wherever it stands

    def applied(self, text: bytes) -> bytes:
        return text[: self.start] + self.after.encode() + text[self.end :]

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.kind}: {self.before} → {self.after}"


def drawn(root: Path, *, seed: int, number: int) -> list[Mutant]:
    """So many mutants of the rules and services of every app, in order of place."""
    times: Counter[tuple[str, str, str]] = Counter()
    every = []
    for path in rooms(root, "rules", "services"):
        for kind, node, after, place in changes(root, path):
            text = path.read_bytes()
            start, end = extent(text, node)
            before = text[start:end].decode()
            times[kind, before, after] += 1
            named = f"{seed}|{kind}|{before}|{after}|{times[kind, before, after]}"
            key = sha256(named.encode()).hexdigest()[:12]
            where = path.relative_to(root).as_posix()
            every.append(Mutant(kind, where, node.lineno, start, end, before, after, place, key))
    return sorted(sorted(every, key=lambda each: each.key)[:number], key=lambda each: str(each))


def deletion(root: Path, path: Path, statement: ast.stmt, kind: str) -> Mutant:
    """The mutant in which one statement is not there."""
    text = path.read_bytes()
    start, end = extent(text, statement)
    place = places_in(root, path, ast.parse(text))[statement.lineno, statement.col_offset]
    before = text[start:end].decode()
    key = sha256(before.encode()).hexdigest()[:12]
    where = path.relative_to(root).as_posix()
    return Mutant(kind, where, statement.lineno, start, end, before, "pass", place, key)


def extent(text: bytes, node: ast.AST) -> tuple[int, int]:
    """Where a node begins and ends, in bytes."""
    begins = [0]
    for line in text.splitlines(keepends=True):
        begins.append(begins[-1] + len(line))
    return (
        begins[node.lineno - 1] + node.col_offset,
        begins[node.end_lineno - 1] + node.end_col_offset,
    )


def changes(root: Path, path: Path) -> Iterator[tuple[str, ast.expr | ast.stmt, str, str]]:
    """Every change that could be made in a module: its kind, where, the new text, and the place.

    Left alone: annotations, decorators, texts (3.11 cannot tell where a part of an f-string
    stands), and what is only for the type checker.
    """
    tree = ast.parse(path.read_bytes())
    places = places_in(root, path, tree)
    default = path.relative_to(root).as_posix()

    def visit(node: ast.AST, place: str) -> Iterator[tuple[str, ast.expr | ast.stmt, str, str]]:
        if isinstance(node, ast.stmt):
            place = places.get((node.lineno, node.col_offset), place)
        for kind, changed, after in changed_by(node):
            yield kind, changed, after, place
        if isinstance(node, Function):  # its defaults are seen by those who call it
            place = places[node.body[0].lineno, node.body[0].col_offset]
        for child in inner(node):
            yield from visit(child, place)

    yield from visit(tree, default)


def inner(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.JoinedStr) or (isinstance(node, ast.If) and _is_for_types(node)):
        return
    left_out = {
        *getattr(node, "decorator_list", ()),
        *(getattr(node, name, None) for name in ("annotation", "returns")),
        *(getattr(node, "keywords", ()) if isinstance(node, ast.ClassDef) else ()),
    }
    for child in ast.iter_child_nodes(node):
        if child not in left_out:
            yield child


def _is_for_types(node: ast.If) -> bool:
    return isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def changed_by(node: ast.AST) -> Iterator[tuple[str, ast.expr | ast.stmt, str]]:
    """The changes that can be made of one node: kind, what is replaced, by which text."""
    if isinstance(node, ast.Compare):
        for index, sign in enumerate(node.ops):
            signs = [*node.ops[:index], COMPARED[type(sign)](), *node.ops[index + 1 :]]
            yield "comparison", node, ast.unparse(ast.Compare(node.left, signs, node.comparators))
    elif isinstance(node, ast.BoolOp):
        other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield "and/or", node, f"({ast.unparse(ast.BoolOp(other, node.values))})"
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield "not removed", node, f"({ast.unparse(node.operand)})"
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub):
        if not any(_is_text(each) for each in (node.left, node.right)):
            sign = ast.Sub() if isinstance(node.op, ast.Add) else ast.Add()
            yield "plus/minus", node, ast.unparse(ast.BinOp(node.left, sign, node.right))
    elif isinstance(node, ast.Constant):
        if isinstance(node.value, bool):
            yield "truth", node, str(not node.value)
        elif isinstance(node.value, int | float):
            yield "constant", node, str(node.value + 1)
            yield "constant", node, f"({node.value - 1})"
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        if node.func.id in SWAPPED:
            yield "min/max, any/all", node.func, SWAPPED[node.func.id]
    elif isinstance(node, ast.Return):
        if node.value is not None and not isinstance(node.value, ast.Constant):
            yield "returns nothing", node, "return None"
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        yield "call deleted", node, "pass"
    elif isinstance(node, ast.Raise):
        yield "refusal deleted", node, "pass"
    asks = isinstance(node, ast.If | ast.IfExp | ast.While)
    if asks and isinstance(node.test, ast.Name | ast.Attribute | ast.Call | ast.BoolOp):
        yield "not added", node.test, f"not ({ast.unparse(node.test)})"


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, TEXTS) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str)
    )
