"""Every count says which set it counts, and all of them add up."""

import csv
import io
import re

import pytest

from core.charts.counts import COUNTED
from reports.rendering.csvs import tables
from reports.rendering.html import report_page
from reports.rendering.report import Report
from reports.rules.sentences import CHANGES
from tests.reports.documents import indicator, public_edition

PARTS = [part.key for part in COUNTED]


@pytest.fixture(scope="module")
def document():
    return public_edition()


@pytest.fixture(scope="module")
def report(document):
    return Report(document)


def numbers(text):
    return [int(each) for each in re.findall(r"\b\d+\b", text)]


def test_the_headline_counts_every_key_performance_indicator_once(report):
    first, *rest = report.headline.split(". ")
    met, total, _, _, amber, red = numbers(first)  # between them the quarter: Q4 2022/23
    old, unrated = numbers(rest[0])[0], numbers(rest[1])[0]

    assert met + amber + red + old + unrated == total == len(report.key_indicators)


def test_parts_sum_to_their_total_in_every_row_and_rows_to_the_whole(document):
    whole = document["counts"]
    for rows in (document["by_layer"], document["by_directorate"]):
        for each in (*rows, whole):
            assert sum(each[part] for part in PARTS) == each["total"]
        for part in (*PARTS, "total"):
            assert sum(each[part] for each in rows) == whole[part]


def test_directions_of_travel_sum_to_the_number_that_their_sentence_names(report):
    of, *each_way = numbers(report.travel_sentence)

    assert sum(each_way) == of == report.counts["total"]


def test_what_is_counted_and_what_is_beside_it_is_every_indicator_of_performance(report):
    beside, *by_status = numbers(report.beyond_counts)

    assert sum(by_status) == beside
    assert report.counts["total"] + beside == sum(
        each.kind == "kpi" for each in report.blocks.values()
    )


def test_everything_shown_is_counted_by_the_caption_of_what_changed(report):
    *_, of = numbers(report.changes_caption)
    shown = [*report.key_indicators, *report.activity, *report.data_only]

    assert report.changes_caption.startswith("Changes between Q3 2022/23 and Q4 2022/23, over all")
    assert of == len(report.blocks) == len(shown) + numbers(report.beyond_counts)[0]


def test_each_mover_is_counted_as_often_as_it_is_named(document, report):
    for change, (key, label) in zip(report.changed, CHANGES, strict=True):
        named = document["changes"][key]
        assert change["told"] == f"{label}: {len(named)}"
        assert [each.reference for each in change["blocks"]] == named == sorted(set(named))
        assert set(named) <= set(report.blocks)


def test_the_movers_of_the_headline_are_those_of_the_list_that_it_counts():
    gone_red = {"values": [95, 70], "target": 90, "floor": 80}
    report = Report(
        public_edition(
            indicators=[
                indicator(name, gone_red["values"], target=90, floor=80, layer=layer)
                for name, layer in (("A-1", "core"), ("A-2", "strategy"), ("A-3", "none"))
            ]
        )
    )

    assert "2 are newly red, and none stand referred up" in report.headline
    assert report.changed[0]["told"] == "Newly red: 3"


def test_the_file_of_counts_and_the_printed_tables_say_the_same(document):
    rows = list(csv.DictReader(io.StringIO(tables(document)["counts.csv"].decode())))
    printed = re.findall(
        r'<th scope="row" class="govuk-table__header">([^<]+)</th>((?:<td[^>]*>\d+</td>){6})',
        report_page(document),
    )

    assert {(name.replace("&amp;", "&"), *numbers(re.sub(r"<[^>]+>", " ", cells)))
            for name, cells in printed} == {
        (row["group"], *(int(row[part]) for part in ("green", "amber", "red", "stale",
                                                     "not_rated", "total")))
        for row in rows
    }  # fmt: skip
