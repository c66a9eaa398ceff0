"""docs/promises.md: what it says can be looked up."""

import ast
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from django.urls import get_resolver

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs/promises.md").read_text()
STATES = ("kept", "in part", "not yet")
ROWS = [
    [cell.strip() for cell in line.strip().strip("|").split("|")]
    for line in TEXT.splitlines()
    if re.match(r"\| \d", line)
]


def addresses(patterns=None, prefix=""):
    """Every address of the service, with `<name>` where a part of it varies."""
    for pattern in patterns if patterns is not None else get_resolver().url_patterns:
        address = prefix + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            yield from addresses(pattern.url_patterns, address)
        else:
            yield "/" + re.sub(r"<(?:\w+:)?(\w+)>", r"<\1>", address)


def answers(address: str) -> bool:
    """Whether a view stands at an address whose varying parts are written in any way."""
    return any(re.fullmatch(re.sub(r"<\w+>", "[^/]+", each), address) for each in set(addresses()))


@cache
def names_in(path: str) -> frozenset[str]:
    body = ast.parse((ROOT / path).read_text()).body
    return frozenset(node.name for node in body if isinstance(node, ast.FunctionDef))


def test_every_promise_stands_once_in_order_with_a_state():
    assert [int(row[0]) for row in ROWS] == list(range(1, 84))
    assert {row[2] for row in ROWS} == set(STATES)
    assert {len(row) for row in ROWS} == {5}


def test_the_states_are_counted_as_they_are():
    counted = Counter(row[2] for row in ROWS)

    assert (
        f"Kept: {counted['kept']}. In part: {counted['in part']}. Not yet: {counted['not yet']}."
        in TEXT
    )


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_its_page_is_there(row):
    named = re.findall(r"`(/[^`]*)`", " ".join(row[3:]))

    assert [each for each in named if not answers(each)] == []
    assert bool(re.findall(r"`(/[^`]*)`", row[3])) == (row[2] != "not yet")


@pytest.mark.parametrize(
    "row", [row for row in ROWS if row[2] == "kept"], ids=lambda row: f"{row[0]}"
)
def test_what_is_kept_is_shown_by_tests_that_are_there(row):
    named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", row[4])

    assert named
    for path, test in named:
        assert (ROOT / path).is_file(), path
        assert not test or test in names_in(path), test


def test_an_address_or_a_test_that_is_not_there_is_noticed():
    assert not answers("/nobody/wrote/this/")
    assert answers("/performance/<quarter>/")
    assert "test_nobody_wrote_this" not in names_in("tests/kcc_perf/test_promises.py")
