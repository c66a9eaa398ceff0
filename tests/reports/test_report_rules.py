"""Canonical text, counts that sum, what changed, and what the public form leaves out."""

import json
from decimal import Decimal

import pytest

from core.canonical_json import canonical, digest, plain
from reports.rules.counting import changes, counts, same_content
from reports.rules.projection import public_form
from reports.schema import NotAnEdition, check_form
from tests.reports.documents import ADDRESS, Q, edition_document, indicator, public_edition


def test_canonical_text_does_not_depend_on_the_order_of_keys():
    assert (
        canonical({"b": 1, "a": "é"})
        == canonical({"a": "é", "b": 1})
        == '{"a":"é","b":1}\n'.encode()
    )
    assert digest(canonical({"a": 1})) != digest(canonical({"a": 2}))


@pytest.mark.parametrize(
    ("number", "text"),
    [("90.000000", "90"), ("76.40", "76.4"), ("0.000", "0"), ("-0", "0"), ("1E+3", "1000"),
     ("-3.20", "-3.2"), ("0.000001", "0.000001")],
)  # fmt: skip
def test_a_figure_is_written_in_full_and_once(number, text):
    assert plain(Decimal(number)) == text
    assert plain(None) is None


def test_editions_that_differ_by_number_and_day_alone_say_the_same():
    one, other = edition_document(), edition_document()
    other["edition"] = {"number": 7, "frozen_on": "2024-01-01"}

    assert same_content(one, other)
    other["counts"]["green"] += 1
    assert not same_content(one, other)


def rated(values, **given):
    return indicator("PI-1", values, target=90, floor=80, **given)


@pytest.mark.parametrize(
    ("each", "counted"),
    [
        (rated([95]), "green"),
        (rated([85]), "amber"),
        (rated([70]), "red"),
        (rated([None]), "not_rated"),
        (rated([95], per={0: {"stale": True}}), "stale"),
        (rated([70], per={0: {"stale": True}}), "red"),
        (rated([85], per={0: {"stale": True}}), "amber"),
    ],
)
def test_each_indicator_is_counted_once_and_stale_green_is_not_green(each, counted):
    found = counts([each], Q.key)

    assert found.pop("total") == 1
    assert [key for key, count in found.items() if count] == [counted]


def test_an_indicator_of_which_nothing_was_said_is_not_rated():
    silent = rated([95])

    assert counts([silent], "2023-Q1")["not_rated"] == 1


def test_headline_counts_sum_to_the_number_of_key_indicators():
    document = edition_document()
    key = [
        each
        for each in document["indicators"]
        if each["kind"] == "kpi" and each["layer"] in ("strategy", "core")
    ]

    for group in (document["counts"], *document["by_layer"], *document["by_directorate"]):
        assert (
            sum(group[part] for part in ("green", "amber", "red", "stale", "not_rated"))
            == group["total"]
        )
    assert document["counts"]["total"] == len(key)
    assert sum(each["total"] for each in document["by_layer"]) == len(key)
    assert sum(each["total"] for each in document["by_directorate"]) == len(key)
    assert sum(document["travel"].values()) == len(key)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([95, 70], {"newly_red"}),
        ([70, 95], {"newly_green"}),
        ([85, 95], {"newly_green"}),
        ([95, 95], set()),
        ([95, None], {"not_submitted"}),
        ([70, None, 70], {"newly_escalated"}),  # a gap is passed over: red was red before
        ([95, 70, 70], {"newly_escalated"}),
        ([70, 70, 95], {"newly_green", "no_longer_escalated"}),
        ([70], {"newly_red"}),
    ],
)
def test_what_changed_since_last_quarter(values, expected):
    found = changes([rated(values)], Q.key)

    assert {change for change, references in found.items() if references} == expected


def test_the_public_form_has_no_address_and_no_officers_name():
    full = edition_document()
    full["indicators"][0]["commentary"] = f"Write to {ADDRESS} or to someone.else+x@kent.example."
    assert ADDRESS in canonical(full).decode()

    text = canonical(public_form(full)).decode()

    assert "@" not in text
    assert "Rosalind Manager" not in text
    assert "[address withheld]" in text
    assert "Accountable manager, Highways" in text


def test_a_key_nobody_allowed_stays_out_of_the_public_form():
    full = edition_document()
    full["exempt"] = "secret"
    full["indicators"][0]["exempt"] = "secret"
    full["indicators"][0]["ratings"][0]["exempt"] = "secret"
    full["priorities"][0]["milestones"][0]["exempt"] = "secret"
    full["priorities"][0]["standing"]["figures"]["exempt"] = "secret"

    assert "secret" not in canonical(public_form(full)).decode()


def test_both_forms_have_the_form_they_should():
    check_form(edition_document())
    check_form(public_edition())


def broken(**changes):
    document = json.loads(canonical(public_edition()))
    for path, value in changes.items():
        *way, last = path.split("__")
        at = document
        for step in way:
            at = at[int(step) if step.isdigit() else step]
        at[int(last) if last.isdigit() else last] = value
    return document


@pytest.mark.parametrize(
    "changes",
    [
        {"schema": "something/2"},
        {"quarter": "2011-Q5"},
        {"form": "secret"},
        {"edition__number": 0},
        {"counts__green": -1},
        {"counts__green": "3"},
        {"unknown": 1},
        {"indicators__0__reference": "no_underlines"},
        {"indicators__0__ratings__0__value": 91.2},
        {"indicators__0__ratings__0__value": "91.20"},
        {"indicators__0__ratings__0__rag": "blue"},
        {"indicators__1__ratings__0__rag": None},
        {"indicators__1__ratings__0__not_rated": "no_result"},
        {"indicators__0__accountable_manager__name": "Somebody"},
        {"indicators__0__accountable_manager__email": "somebody@council.example"},
        {"indicators__0__unit__id": 7},
        {"changes__newly_red": "HW-01"},
        {"sorp__versions": []},
        {"priorities__0__milestones__0__due_on": "31/01/2023"},
    ],
    ids=str,
)
def test_the_schema_refuses_nonsense_and_says_where(changes):
    with pytest.raises(NotAnEdition) as refusal:
        check_form(broken(**changes))
    assert next(iter(changes)).split("__")[0] in str(refusal.value)


def test_the_schema_refuses_an_owner_of_an_action_in_the_public_form():
    document = public_edition()
    plan = next(each["plan"] for each in document["indicators"] if each["plan"])
    plan["actions"][0]["owner"] = "Somebody"

    with pytest.raises(NotAnEdition):
        check_form(document)


def test_no_database_id_is_in_an_edition():
    def keys(value):
        if isinstance(value, dict):
            yield from value
            value = list(value.values())
        if isinstance(value, list):
            for each in value:
                yield from keys(each)

    assert not {
        key for key in keys(edition_document()) if key in ("id", "pk") or key.endswith("_id")
    }
