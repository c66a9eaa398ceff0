"""A pytest plugin for copies of the tree: tells which places each test reached, and how it went.

Written to the file that GATE_REACH names, if it names one. What a fixture of a module or a session
reaches counts for every test that uses it. Properties are tried with the same examples each time.
What runs longer than GATE_SECONDS on the processor is ended: a mutant may never end by itself.
"""

import builtins
import json
import os
import resource

import pytest
from hypothesis import settings

if seconds := int(os.environ.get("GATE_SECONDS", 0)):
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

_reached: set[str] = set()
builtins._reached_ = _reached.add
_by_fixture: dict[object, set[str]] = {}
_tests: dict[str, dict] = {}


def pytest_configure():
    """After tests/conftest.py, which has a profile of its own."""
    settings.register_profile("gates", deadline=None, derandomize=True, database=None)
    settings.load_profile("gates")


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef, request):
    if fixturedef.scope == "function":
        return (yield)
    before = set(_reached)
    _reached.clear()
    try:
        return (yield)
    finally:
        _by_fixture.setdefault(fixturedef, set()).update(_reached)
        _reached.update(before)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item, nextitem):
    _reached.clear()
    told = _tests[item.nodeid] = {"seconds": 0.0, "passed": False, "reached": []}
    try:
        return (yield)
    finally:
        fixtures = item._fixtureinfo.name2fixturedefs.values()
        shared = [_by_fixture.get(each[-1], set()) for each in fixtures if each]
        told["reached"] = sorted(set(_reached).union(*shared))


def pytest_runtest_logreport(report):
    told = _tests[report.nodeid]
    told["seconds"] += report.duration
    if report.when == "call":
        told["passed"] = report.passed
    elif report.failed:
        told["passed"] = False


def pytest_sessionfinish(session):
    if file := os.environ.get("GATE_REACH"):
        with open(file, "w") as written:
            json.dump(_tests, written)
