"""Which services write, and whether each leaves an audit event of its own, by following its calls."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property

from tests.gates.source import Source, rooms

WRITES = {
    *("save", "create", "bulk_create", "bulk_update", "get_or_create", "update_or_create"),
    *("create_user", "delete", "set"),
}


class Audit:
    """The services of a tree, and the paths of calls from each to `audit.record`.

    A service is a public function of an app's `services` that writes: some path of its calls saves,
    creates, updates or deletes rows. It is an act where anything outside the app's services calls
    it, and otherwise a step of acts. A path is followed through functions and steps, but not
    through another act: what that records is the other act's event, and no event of this one.
    """

    def __init__(self, source: Source) -> None:
        self.source = source

    @cached_property
    def record(self) -> frozenset[str]:
        """The functions that write audit events, in whichever app the record is kept."""
        return frozenset(
            name
            for name, (_, function, _) in self.source.functions.items()
            if name.split(".")[1:] in (["audit", "record"], ["audit", "record_all"])
            if "AuditEvent" in ast.unparse(function)
        )

    @cached_property
    def services(self) -> frozenset[str]:
        source, paths = self.source, set(rooms(self.source.root, "services"))
        writing = frozenset(
            name
            for name, (_, function, _) in source.functions.items()
            if name not in self.record and any(map(_is_write, ast.walk(function)))
        )
        return frozenset(
            name
            for name, (module, function, owner) in source.functions.items()
            if module.path in paths and owner is None and not function.name.startswith("_")
            if source.reaches(name, writing)
        )

    @cached_property
    def acts(self) -> frozenset[str]:
        """The services that are imported or called outside their own app's services."""
        source = self.source
        uses = [
            (module.name, found.name)
            for module in source.modules.values()
            for name in module.imported
            if (found := source.resolve(module.name, name))
        ]
        uses += [
            (module.name, called)
            for name, (module, _, _) in source.functions.items()
            for called in source.calls(name)
        ]
        return frozenset(
            used for user, used in uses if used in self.services and _room(user) != _room(used)
        )

    def unrecorded(self) -> set[str]:
        """The services from which no path of calls leads to the record."""
        return {
            name
            for name in self.services
            if not self.source.reaches(name, self.record, past=self.acts)
        }

    def recordings(self) -> Iterator[tuple[str, ast.Expr]]:
        """Every statement that writes to the record, with the function it stands in."""
        source = self.source
        for qualified, (module, function, _) in source.functions.items():
            if qualified in self.record:
                continue
            names = source.names_in(qualified)
            for node in ast.walk(function):
                if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
                    called = source.stands_for(node.value.func, module, names)
                    if called and called.name in self.record:
                        yield qualified, node

    @contextmanager
    def without(self, qualified: str, statement: ast.Expr) -> Iterator[None]:
        """The tree as if one statement of a function, which writes to the record, were deleted."""
        kept = statement.value
        statement.value = ast.copy_location(ast.Constant(...), kept)
        self.source.forget(qualified)
        try:
            yield
        finally:
            statement.value = kept
            self.source.forget(qualified)


def _is_write(node: ast.AST) -> bool:
    """A call that writes rows. `update` with positional arguments is a dictionary's."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
        return False
    if node.func.attr == "update":
        return bool(node.keywords) and not node.args
    return node.func.attr in WRITES


def _room(dotted: str) -> list[str]:
    return dotted.split(".")[:2]
