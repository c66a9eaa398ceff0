"""The product's code, read without running it: its modules, and what each of its functions calls.

A name is followed to the module that defines it, through imports and the `__init__` of packages, so
that two functions of one name in two modules are never taken for each other. Types are inferred as
far as annotations and constructors tell them: enough to follow `self.step()` and `sitting.close()`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

Function = ast.FunctionDef | ast.AsyncFunctionDef
APART = {"tests", "deploy", "docs", "static", "templates"}


class Thing(NamedTuple):
    """What an expression stands for: a module, a class, a function, or an instance of a class."""

    kind: str
    name: str  # dotted: `indicators.services.sign_off.approve_results`


@dataclass(frozen=True)
class Module:
    name: str
    path: Path
    tree: ast.Module
    defined: dict[str, Function | ast.ClassDef] = field(default_factory=dict)
    imported: dict[str, tuple[str, str | None]] = field(default_factory=dict)

    @property
    def package(self) -> str:
        """The package that a relative import in it starts from."""
        return self.name if self.path.name == "__init__.py" else self.name.rpartition(".")[0]


def apps_of(root: Path) -> list[str]:
    """The product's packages at the top level, in order of name."""
    return sorted(
        path.parent.name
        for path in root.glob("*/__init__.py")
        if path.parent.name not in APART and not path.parent.name.startswith(".")
    )


def paths_of(root: Path) -> Iterator[Path]:
    """Every module of the product, but for migrations, in order of path."""
    for app in apps_of(root):
        for path in sorted((root / app).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path


def rooms(root: Path, *names: str) -> list[Path]:
    """The modules of these rooms in every app: `rules.py`, and all that `rules/` holds."""
    return [
        path for path in paths_of(root) if path.relative_to(root).with_suffix("").parts[1] in names
    ]


class Source:
    """Every module of a tree, by its dotted name. `instead` gives other text for some paths."""

    def __init__(self, root: Path, instead: Mapping[Path, str] | None = None) -> None:
        self.root = root
        self.modules: dict[str, Module] = {}
        self.functions: dict[str, tuple[Module, Function, str | None]] = {}
        self.classes: dict[str, tuple[Module, ast.ClassDef]] = {}
        self._calls: dict[str, set[str]] = {}
        for path in paths_of(root):
            text = (instead or {}).get(path) or path.read_text(encoding="utf-8")
            self._read(path, text)

    def _read(self, path: Path, text: str) -> None:
        parts = path.relative_to(self.root).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        module = Module(name, path, ast.parse(text))
        self.modules[name] = module
        module.imported.update(imports_in(module.tree, module.package))
        for node in module.tree.body:
            if isinstance(node, Function):
                module.defined[node.name] = node
                self.functions[f"{name}.{node.name}"] = (module, node, None)
            elif isinstance(node, ast.ClassDef):
                module.defined[node.name] = node
                owner = f"{name}.{node.name}"
                self.classes[owner] = (module, node)
                for method in node.body:
                    if isinstance(method, Function):
                        self.functions[f"{owner}.{method.name}"] = (module, method, owner)

    # Names

    def resolve(self, module: str, name: str, seen: frozenset[str] = frozenset()) -> Thing | None:
        """What a name in a module stands for, wherever that is defined; None if it is not ours."""
        here = f"{module}.{name}"
        if here in seen or module not in self.modules:
            return None
        if here in self.functions:
            return Thing("function", here)
        if here in self.classes:
            return Thing("class", here)
        imported = self.modules[module].imported
        if name in imported:
            return self._imported(*imported[name], seen=seen | {here})
        if here in self.modules:
            return Thing("module", here)
        for star, (source, what) in imported.items():
            if what == "*" and (found := self.resolve(source, name, seen | {here, star})):
                return found
        return None

    def _imported(self, source: str, what: str | None, seen: frozenset[str]) -> Thing | None:
        if what is None:
            return Thing("module", source) if source in self.modules else None
        if found := self.resolve(source, what, seen):
            return found
        inner = f"{source}.{what}"
        return Thing("module", inner) if inner in self.modules else None

    def member(self, owner: str, name: str, seen: frozenset[str] = frozenset()) -> Thing | None:
        """A method of a class or of those it is made from, or what an annotated field holds."""
        if owner not in self.classes or owner in seen:
            return None
        module, node = self.classes[owner]
        if f"{owner}.{name}" in self.functions:
            _, method, _ = self.functions[f"{owner}.{name}"]
            decorated = {each.id for each in method.decorator_list if isinstance(each, ast.Name)}
            if decorated & {"property", "cached_property"}:
                return self.annotated(module, method.returns)
            return Thing("function", f"{owner}.{name}")
        for each in node.body:
            is_field = isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name)
            if is_field and each.target.id == name:
                return self.annotated(module, each.annotation)
        for base in node.bases:
            found = self.stands_for(base, module, {})
            if found and (inherited := self.member(found.name, name, seen | {owner})):
                return inherited
        return None

    # Types

    def annotated(self, module: Module, annotation: ast.expr | None) -> Thing | None:
        """An instance of the first class of ours that an annotation names, whatever it wraps."""
        if annotation is None:
            return None
        if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
            annotation = ast.parse(annotation.value, mode="eval").body
        for node in ast.walk(annotation):
            if isinstance(node, ast.Name | ast.Attribute):
                found = self.stands_for(node, module, {})
                if found and found.kind == "class":
                    return Thing("instance", found.name)
        return None

    def stands_for(
        self, node: ast.expr, module: Module, names: Mapping[str, Thing]
    ) -> Thing | None:
        if isinstance(node, ast.Name):
            return names.get(node.id) or self.resolve(module.name, node.id)
        if isinstance(node, ast.Attribute):
            of = self.stands_for(node.value, module, names)
            if of is None:
                return None
            if of.kind == "module":
                return self.resolve(of.name, node.attr)
            return self.member(of.name, node.attr) if of.kind != "function" else None
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name) and node.func.id == "super":
                return names.get("super()")
            of = self.stands_for(node.func, module, names)
            if of is None:
                return None
            if of.kind == "class":
                return Thing("instance", of.name)
            if of.kind == "function":
                where, function, _ = self.functions[of.name]
                return self.annotated(where, function.returns)
        return None

    def names_in(self, qualified: str) -> dict[str, Thing]:
        """What the names inside a function stand for, as far as can be told."""
        module, function, owner = self.functions[qualified]
        names: dict[str, Thing] = {}
        every = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
        if owner and every:
            of_class = any(
                isinstance(each, ast.Name) and each.id == "classmethod"
                for each in function.decorator_list
            )
            names[every[0].arg] = Thing("class" if of_class else "instance", owner)
            _, node = self.classes[owner]
            for base in node.bases:
                if (found := self.stands_for(base, module, {})) and found.kind == "class":
                    names.setdefault("super()", Thing("instance", found.name))
        for each in every:
            if found := self.annotated(module, each.annotation):
                names[each.arg] = found
        for name, (source, what) in imports_in(function, module.package).items():
            if found := self._imported(source, what, frozenset()):
                names[name] = found
        for node in ast.walk(function):
            for target, value in bindings(node):
                found = self.stands_for(value, module, names)
                if found and found.kind == "instance":
                    names[target] = found
        return names

    # Calls

    def calls(self, qualified: str) -> set[str]:
        """The functions of ours that one calls, or hands to another to be called."""
        if qualified not in self._calls:
            module, function, _ = self.functions[qualified]
            names = self.names_in(qualified)
            called = {
                name
                for node in ast.walk(function)
                if isinstance(node, ast.Call)
                for name in self.called(node, module, names)
            }
            self._calls[qualified] = called
        return self._calls[qualified]

    def forget(self, qualified: str) -> None:
        """A function's tree was changed: what it calls is to be read again."""
        self._calls.pop(qualified, None)

    def called(self, call: ast.Call, module: Module, names: Mapping[str, Thing]) -> Iterator[str]:
        handed = [*call.args, *(each.value for each in call.keywords)]
        found = [self.stands_for(call.func, module, names)]
        found += [
            thing
            for each in handed
            if isinstance(each, ast.Name | ast.Attribute)
            and (thing := self.stands_for(each, module, names))
            and thing.kind == "function"
        ]
        for thing in found:
            if thing and thing.kind == "function":
                yield thing.name
            elif thing and thing.kind == "class":
                for made in ("__init__", "__post_init__", "__new__"):
                    if method := self.member(thing.name, made):
                        yield method.name

    def reaches(
        self, qualified: str, goal: frozenset[str], past: frozenset[str] = frozenset()
    ) -> bool:
        """Whether some path of calls leads from a function to one of `goal`, none of `past` between."""
        seen, waiting = set(), [qualified]
        while waiting:
            name = waiting.pop()
            if name in goal:
                return True
            if name in seen or name not in self.functions:
                continue
            seen.add(name)
            if name == qualified or name not in past:
                waiting += self.calls(name)
        return False


def imports_in(node: ast.AST, package: str) -> dict[str, tuple[str, str | None]]:
    """What is imported anywhere in a module's or a function's own code: name → (module, name in it)."""
    found: dict[str, tuple[str, str | None]] = {}
    inner = ast.walk(node) if isinstance(node, Function) else outside_functions(node)
    for each in inner:
        if isinstance(each, ast.Import):
            for alias in each.names:
                if alias.asname:
                    found[alias.asname] = (alias.name, None)
                else:
                    found[alias.name.split(".")[0]] = (alias.name.split(".")[0], None)
        elif isinstance(each, ast.ImportFrom):
            source = each.module or ""
            if each.level:
                above = package.split(".")
                above = above[: len(above) - each.level + 1]
                source = ".".join([*above, *([each.module] if each.module else [])])
            for alias in each.names:
                name = f"* of {source}" if alias.name == "*" else alias.asname or alias.name
                found[name] = (source, alias.name)
    return found


def outside_functions(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, Function):
            yield child
            yield from outside_functions(child)


def bindings(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """The names that a statement binds, with what they are bound to."""
    if isinstance(node, ast.Assign):
        for target in node.targets:
            if isinstance(target, ast.Name):
                yield target.id, node.value
    elif isinstance(node, ast.AnnAssign | ast.NamedExpr) and isinstance(node.target, ast.Name):
        if node.value is not None:
            yield node.target.id, node.value
    elif isinstance(node, ast.For | ast.comprehension) and isinstance(node.target, ast.Name):
        yield node.target.id, node.iter
    elif isinstance(node, ast.withitem) and isinstance(node.optional_vars, ast.Name):
        yield node.optional_vars.id, node.context_expr
