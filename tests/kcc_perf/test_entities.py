"""Whatever the service keeps is seen, entered, ended, taken out and looked up somewhere: docs/entities.md says where."""

from __future__ import annotations

import csv
import re
from collections import defaultdict

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import get_commands
from django.db.models import Model

from core.fields import QuarterField
from core.views.entities import ENTITIES
from tests.guards import guards_in_force
from tests.kcc_perf.authorisation import MATRIX, routes

APPS = (
    *("core", "organisation", "sorp", "indicators", "strategy", "escalation", "assurance"),
    *("reports", "dashboards"),
)
MODELS = {
    f"{model._meta.app_label}.{model.__name__}": model
    for name in APPS
    for model in apps.get_app_config(name).get_models()
}
# The columns of each table of the file, and the method by which the matrix of access knows a page of it.
ENTITY = {
    "see": "GET",
    "create": "POST",
    "change": "POST",
    "end": "POST",
    "import": "POST",
    "export": "GET",
    "history": "GET",
}
PART = {"where it is entered": "POST"}
RECORD = {"see": "GET", "made by": "POST", "said anew, or ended": "POST", "goes out in": "GET"}
# Why a cell may have no page, and in which columns that may be said.
REASONS = {
    "One": {"create", "end", "import", "export"},
    "Act": {"import"},
    "Kept": {"end"},
    "With": {"goes out in"},
}
DONE = {"200", "302"}


def tables() -> dict[str, dict[str, dict[str, str]]]:
    """The tables of the file: by the heading of the first column, rows by their name, cells by their column."""
    found: dict[str, dict[str, dict[str, str]]] = {}
    head: list[str] = []
    for line in (settings.ROOT / "docs/entities.md").read_text().splitlines():
        cells = [each.strip() for each in line.strip("|").split("|")]
        if not line.startswith("|"):
            head = []
        elif not head:
            head = cells
            found[head[0]] = {}
        elif not set(line) <= set("|- "):
            assert cells[0] not in found[head[0]], f"{cells[0]} stands there twice"
            found[head[0]][cells[0]] = dict(zip(head[1:], cells[1:], strict=True))
    return found


TABLES = tables()
ROWS = [
    pytest.param(name, row[name], columns, id=name)
    for row, columns in (
        (TABLES["entity"], ENTITY),
        (TABLES["part"], PART),
        (TABLES["record"], RECORD),
    )
    for name in row
]


def known_answers() -> dict[tuple[str, str], set[str]]:
    found = defaultdict(set)
    with MATRIX.open() as file:
        for row in csv.DictReader(file):
            found[row["route"], row["method"]].add(row["answer"])
    return found


ANSWERS = known_answers()


def test_every_model_has_its_place_in_the_file_and_the_file_names_no_other():
    named = [name for rows in TABLES.values() for name in rows]

    assert sorted(set(MODELS) - set(named)) == [], "Say in docs/entities.md where each is kept"
    assert sorted(set(named) - set(MODELS)) == []
    assert len(named) == len(set(named)), "One stands in two tables"


@pytest.mark.parametrize(("name", "cells", "columns"), ROWS)
def test_each_cell_names_a_page_or_a_command_or_why_there_is_none(name, cells, columns):
    for column, method in columns.items():
        cell = cells[column]
        if reason := re.fullmatch(r"\*(\w+):?\* .{5,}", cell):
            reason = re.fullmatch(r"\*(\w+):?\* .{5,}", cell)[1]
            assert column in REASONS[reason], f"{column}: {reason} is no reason for this"
            continue
        places = re.findall(r"`([^`]+)`", cell)
        assert places, f"{column} is empty"
        assert re.sub(r"`[^`]+`", "", cell).strip() == "", f"{column}: {cell}"
        commands = {each.removeprefix("manage.py ") for each in places if " " in each}
        assert commands <= set(get_commands()), f"{column}: there is no such command"
        pages = [each for each in places if " " not in each]
        assert set(pages) <= {route for route, _ in routes()}, f"{column}: there is no such page"
        serving = [each for each in pages if ANSWERS[each, method] & DONE]
        assert commands or serving, f"{column}: nobody can {method} any of {pages}"


@pytest.mark.parametrize("name", sorted(TABLES["part"]))
def test_a_part_refers_to_its_whole_or_its_whole_to_it(name):
    whole = TABLES["part"][name]["of"]

    assert whole in TABLES["entity"] or whole in TABLES["part"]
    assert whole != name
    assert (
        refers(MODELS[name], MODELS[whole])
        or refers(MODELS[whole], MODELS[name])
        or (
            whole == "core.ReportingQuarter"
            and any(isinstance(each, QuarterField) for each in MODELS[name]._meta.get_fields())
        )
    )


def refers(one: type[Model], other: type[Model]) -> bool:
    return any(each.remote_field and each.related_model is other for each in one._meta.fields)


def test_nothing_that_a_framework_holds_refers_to_a_table_that_serves_the_software():
    serving = {MODELS[name] for name in TABLES["table"]}
    referring = [
        name
        for name, model in MODELS.items()
        if model not in serving and any(refers(model, other) for other in serving)
    ]

    assert referring == []
    assert all(row["what it is for"] for row in TABLES["table"].values())


def test_no_entity_is_kept_by_the_database_as_it_was_first_said():
    """What the database refuses to change cannot be changed on a page: it is a record, or part of one."""
    guarded = {name for name, model in MODELS.items() if model._meta.db_table in guards_in_force()}

    assert guarded & set(TABLES["entity"]) == set()
    assert guarded - set(TABLES["record"]) == {
        "core.ArchivedRow",
        "core.AuditEvent",
        "indicators.DataQualityEntry",
    }


def test_whatever_has_a_spreadsheet_is_an_entity_or_a_record_of_the_file():
    taken = {
        place
        for row in TABLES["entity"].values()
        for place in re.findall(r"`([^`]+)`", row["export"] + row["import"])
    } | {
        place
        for row in TABLES["record"].values()
        for place in re.findall(r"`([^`]+)`", row["goes out in"] + row["made by"])
    }

    for name in ENTITIES:
        assert {f"{name}_file", f"{name}_bring"} <= taken
