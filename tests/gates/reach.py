"""Which tests reach which places of the code: a place is where a run of statements begins.

A copy of the tree is run once with a mark at each place. Whoever changes a statement then knows
which tests can see it, through pages, tasks and commands as well as by a call of their own.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.gates.source import Function

MARK = "_reached_"
HEAD = (
    f"import builtins as _builtins_\n{MARK} = getattr(_builtins_, {MARK!r}, lambda place: None)\n"
)


def blocks_in(tree: ast.AST) -> Iterator[list[ast.stmt]]:
    """Every list of statements inside functions, each with what stands in it."""
    for function in ast.walk(tree):
        if isinstance(function, Function):
            for node in ast.walk(function):
                for name in ("body", "orelse", "finalbody"):
                    block = getattr(node, name, None)
                    if isinstance(block, list) and block and not isinstance(node, ast.ClassDef):
                        yield block


def begins_anew(block: list[ast.stmt]) -> Iterator[int]:
    """Where a run of statements begins: at the head of a block, and after what may leave it."""
    for index in range(len(block)):
        if index == 0 or hasattr(block[index - 1], "body"):
            yield index


def places_in(root: Path, path: Path, tree: ast.AST) -> dict[tuple[int, int], str]:
    """The place in which each statement of a function stands, by its line and column."""
    where, found = path.relative_to(root).as_posix(), {}
    for block in blocks_in(tree):
        anew = set(begins_anew(block))
        for index, statement in enumerate(block):
            if index in anew:
                place = f"{where}:{statement.lineno}"
            found[statement.lineno, statement.col_offset] = place
    return found


def marked(root: Path, path: Path) -> str:
    """A module's text with a mark at each place."""
    tree = ast.parse(path.read_bytes())
    where = path.relative_to(root).as_posix()
    done: set[int] = set()
    for block in list(blocks_in(tree)):
        if id(block) in done:
            continue
        done.add(id(block))
        for index in sorted(begins_anew(block), reverse=True):
            call = ast.parse(f"{MARK}({where + ':' + str(block[index].lineno)!r})").body[0]
            is_docstring = isinstance(block[index], ast.Expr) and isinstance(
                block[index].value, ast.Constant
            )
            block.insert(index + is_docstring, call)
    body = tree.body
    heading = next(
        (
            index
            for index, node in enumerate(body)
            if not (isinstance(node, ast.ImportFrom) and node.module == "__future__")
            and not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
        ),
        len(body),
    )
    tree.body = [*body[:heading], *ast.parse(HEAD).body, *body[heading:]]
    return ast.unparse(ast.fix_missing_locations(tree))
