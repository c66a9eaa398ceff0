"""A pytest plugin for a run of the whole suite: every service was called by a test, and returned.

Named in PYTEST_PLUGINS, so that it is there before any of the product is imported, in each worker
too. The public functions of every app's `services` are then replaced as they are imported by ones
that note the call. A call that ends in a refusal is none.
"""

from __future__ import annotations

import functools
import sys
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from inspect import isfunction
from pathlib import Path
from types import ModuleType

import pytest

from tests.gates.audit_paths import Audit
from tests.gates.source import Source, apps_of

ROOT = Path(__file__).resolve().parents[2]
_called: set[str] = set()
_uncalled: list[str] = []


class Noting(SourceFileLoader):
    """Loads a module of services, whose public functions then note that they returned."""

    def exec_module(self, module: ModuleType) -> None:
        super().exec_module(module)
        for name, value in list(vars(module).items()):
            is_own = isfunction(value) and value.__module__ == module.__name__
            if is_own and not name.startswith("_"):
                setattr(module, name, noted(value, f"{module.__name__}.{name}"))


def noted(service, name: str):
    @functools.wraps(service)
    def call(*args, **kwargs):
        returned = service(*args, **kwargs)
        _called.add(name)
        return returned

    return call


class Finder:
    """Finds the services of our apps before Python's own finder does."""

    apps = frozenset(apps_of(ROOT))

    def find_spec(self, name: str, path=None, target=None) -> ModuleSpec | None:
        app, _, rest = name.partition(".")
        if app not in self.apps or rest.split(".")[0] != "services":
            return None
        spec = PathFinder.find_spec(name, path, target)
        if spec is not None and spec.origin is not None:
            spec.loader = Noting(name, spec.origin)
        return spec


sys.meta_path.insert(0, Finder())


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node, error):
    _called.update(getattr(node, "workeroutput", {}).get("services_called", ()))


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session, exitstatus):
    config = session.config
    if hasattr(config, "workerinput"):
        config.workeroutput["services_called"] = sorted(_called)
        return
    is_whole = config.args_source is config.ArgsSource.TESTPATHS and not config.option.keyword
    if is_whole and not config.option.collectonly:
        _uncalled[:] = sorted(Audit(Source(ROOT)).services - _called)
    if _uncalled and exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter):
    if _uncalled:
        terminalreporter.section("services that no test called and saw return", red=True)
        for name in _uncalled:
            terminalreporter.line(name)
