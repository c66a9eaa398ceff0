"""The pages of back-tests: rules tried on a page or from a file, followed, read, kept as evidence."""

import csv
import html
import io
import json
import re
from datetime import date

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import jobs
from core.charts.lines import Line, Lines, lines_chart, ticks
from core.models.jobs import Job
from escalation.backtest_page import BacktestReading
from escalation.forms.backtests import CHANGED, LARGEST, BacktestForm
from escalation.models.backtests import Backtest
from escalation.queries.backtests import rules_now, rules_of, rules_tried
from escalation.rules.rule_files import DEFAULT_RULES, write_rules
from escalation.services.backtests import keep_as_evidence, request_backtest, run_backtest
from organisation.rules import PostKind
from sorp.lexicon import Level
from sorp.models.conditions import TriggerRule
from tests.escalation.closed_quarters import closed_history, draft_of
from tests.factories import IndicatorFactory, holder, rated

pytestmark = pytest.mark.django_db
ADDRESS = "/sorp/backtests/"


@pytest.fixture(autouse=True)
def in_july(monkeypatch):
    monkeypatch.setattr(jobs, "notify_worker", lambda job: None)
    with time_machine.travel("2012-07-20 10:00 +0100", tick=False):
        yield


@pytest.fixture
def history(sorp_in_force):
    return closed_history()


@pytest.fixture
def officer(client, history):
    person = holder(PostKind.PERFORMANCE_OFFICER)
    client.force_login(person)
    return person


def text_of(response):
    """What a person reads, with spaces as a browser draws them."""
    words = re.sub(r"<(script|style)\b.*?</\1>|<[^>]+>", " ", response.content.decode(), flags=re.S)
    return " ".join(html.unescape(words).split())


def typed(**changed):
    """The form as the page gives it, with what somebody typed over it."""
    _, rules = rules_now()
    fields = {
        "name": "Red for three",
        "seen": BacktestForm(rules=rules).mark,
        "exit_quarters": 1,
        "relapse_within": 4,
        "relapse_shortens_by": 0,
    }
    for place, trigger in enumerate(rules.triggers, start=1):
        fields[f"at_least_{place}"] = trigger.at_least
        fields[f"within_{place}"] = trigger.within
    return fields | changed


def rules_file(content, name="rules.json"):
    return SimpleUploadedFile(name, content if isinstance(content, bytes) else content.encode())


def finished(by, *, name="The defaults", rules=DEFAULT_RULES, version=None):
    return run_backtest(asked=request_backtest(name=name, rules=rules, version=version, by=by))


# Asking


def test_the_form_opens_with_the_rules_in_force(client, officer):
    page = client.get(ADDRESS)

    assert "These are the rules in force (version 1)." in text_of(page)
    form = page.context["form"]
    first = next(iter(form.triggers))
    assert first.trigger.name == "Red for two quarters"
    assert (first.at_least.value(), first.within.value()) == (2, 2)
    assert form["exit_quarters"].value() == 1
    assert 'name="at_least_1" value="2"' in page.content.decode()


def test_numbers_changed_on_the_page_are_what_is_tried(client, officer):
    response = client.post(
        ADDRESS, typed(at_least_1=3, within_1=4, left_out_2="on", exit_quarters=2)
    )

    backtest = Backtest.objects.get()
    assert response.url == reverse("backtest", args=[backtest.pk])
    _, in_force = rules_now()
    tried = rules_tried(backtest)
    assert (tried.triggers[0].at_least, tried.triggers[0].within) == (3, 4)
    assert [each.name for each in tried.triggers] == [
        each.name for each in in_force.triggers if each.name != "Amber for three quarters"
    ]
    assert (tried.exit_quarters, tried.relapse_within) == (2, 4)
    assert (backtest.name, backtest.asked_by, backtest.version) == ("Red for three", officer, None)
    assert Job.objects.get().state == Job.State.PENDING


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"at_least_1": 3}, "asks for 3 of the last 2 quarters: ask for at least 1"),
        ({"at_least_1": ""}, "Enter a number of quarters for “Red for two quarters”, or leave it out"),
        ({"within_2": "many"}, "Enter a whole number of quarters for “Amber for three quarters”"),
        ({"at_least_1": 0}, "Enter 1 quarter or more for “Red for two quarters”"),
        ({"within_1": 17}, "Enter 16 quarters or fewer for “Red for two quarters”"),
        ({"exit_quarters": 9}, "Green quarters to recover must be 8 or less"),
        ({"name": ""}, "Give the back-test a name so that you can find it again"),
        ({"name": "Red \ufffd"}, "The name holds a character that cannot be shown"),
        ({"name": "Red\x07"}, "The name holds a character that cannot be shown"),
        ({"name": "Red\x00"}, "Name of the back-test holds a character that cannot be shown"),
        ({f"left_out_{place}": "on" for place in range(1, 8)}, "Keep at least one trigger"),
        ({"seen": "another"}, CHANGED),
    ],
)  # fmt: skip
def test_what_cannot_be_tried_is_refused_in_words_and_comes_back(client, officer, changed, told):
    response = client.post(ADDRESS, typed(within_3=5, **changed))

    assert response.status_code == 200
    assert told in text_of(response)
    assert "There is a problem" in text_of(response)
    assert 'name="within_3" value="5"' in response.content.decode()
    assert not Backtest.objects.exists()


def test_a_trigger_left_out_needs_no_numbers(client, officer):
    client.post(ADDRESS, typed(left_out_1="on", at_least_1=""))

    assert "Red for two quarters" not in [
        each.name for each in rules_tried(Backtest.objects.get()).triggers
    ]


def test_a_file_takes_the_place_of_the_triggers_whatever_stands_in_them(client, officer):
    client.post(ADDRESS, typed(at_least_1="", file=rules_file(write_rules(DEFAULT_RULES))))

    assert rules_tried(Backtest.objects.get()) == DEFAULT_RULES


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (
            '{"triggers": [], "colour": "red"}',
            "rules.json:1:'colour': remove this key: the keys here are",
        ),
        ('{"triggers": []}', "rules.json:1:triggers: give a list of at least one trigger"),
        ("{", "write it as JSON"),
        (b"\xff\xfe{", "rules.json:1:"),
        (
            '{"triggers": [{"name": "R", "status": "red", "at_least": 1, "within": 1,'
            ' "level": "pat", "untill": 3}], "exit": 2}',
            "rules.json:1:'untill': remove this key",
        ),
        (b"", "The file is empty: choose a file with rules in it"),
        (
            '{"triggers": [{"name": "Far off", "kind": "variance", "percent": "1e-999999",'
            ' "level": "pat"}]}',
            "rules.json:1:percent: write a number from 0 to 1000",
        ),
        (b" " * (LARGEST + 1), "This file is larger than 100 KB"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_by_name_and_nothing_typed_is_lost(
    client, officer, content, told
):
    response = client.post(ADDRESS, typed(at_least_1=1, file=rules_file(content)))

    assert response.status_code == 200
    assert told in text_of(response)
    assert 'name="at_least_1" value="1"' in response.content.decode()
    assert 'value="Red for three"' in response.content.decode()
    assert not Backtest.objects.exists()


def test_every_unknown_key_of_a_file_is_named_at_once(client, officer):
    response = client.post(ADDRESS, typed(file=rules_file('{"a": 1, "b": 2, "triggers": []}')))

    assert {"rules.json:1:'a':", "rules.json:1:'b':"} <= set(text_of(response).split())


def test_from_a_draft_the_form_opens_with_its_triggers_and_belongs_to_it(client, officer):
    version = draft_of("2.0")
    page = client.get(ADDRESS, {"version": "2.0"})

    assert "These are the rules of version 2.0 (draft)." in text_of(page)
    (only,) = page.context["form"].triggers
    assert only.at_least.value() == 1
    client.post(
        ADDRESS,
        {
            "name": "Version 2.0", "version": "2.0", "seen": page.context["form"].mark,
            "at_least_1": 1, "within_1": 2, "exit_quarters": 1, "relapse_within": 4,
            "relapse_shortens_by": 0,
        },
    )  # fmt: skip
    backtest = Backtest.objects.get()
    assert backtest.version == version
    assert rules_tried(backtest).triggers[0].within == 2


def test_a_draft_changed_while_somebody_was_typing_is_shown_again_before_it_is_tried(
    client, officer
):
    version = draft_of("2.0")
    mark = client.get(ADDRESS, {"version": "2.0"}).context["form"].mark
    TriggerRule.objects.filter(version=version).update(level=Level.DIRECTORATE)
    form = {"name": "Mine", "version": "2.0", "at_least_1": 1, "within_1": 1,
            "exit_quarters": 1, "relapse_within": 4, "relapse_shortens_by": 0}  # fmt: skip

    refused = client.post(ADDRESS, form | {"seen": mark})

    assert CHANGED in text_of(refused)
    assert not Backtest.objects.exists()
    client.post(ADDRESS, form | {"seen": refused.context["form"].mark})
    assert Backtest.objects.count() == 1


def test_a_version_that_is_not_there_is_not_found(client, officer):
    assert client.get(ADDRESS, {"version": "9.9"}).status_code == 404


def test_before_a_quarter_is_closed_the_page_says_what_will_appear(client, sorp_in_force):
    client.force_login(holder(PostKind.PERFORMANCE_OFFICER))

    assert "There is nothing to replay yet" in text_of(client.get(ADDRESS))
    assert client.post(ADDRESS, {"name": "Mine"}).status_code == 200


# Following


def test_a_back_test_that_waits_runs_or_failed_says_so(client, officer):
    backtest = request_backtest(name="Mine", rules=DEFAULT_RULES, version=None, by=officer)
    address = reverse("backtest", args=[backtest.pk])

    assert "Waiting to begin." in text_of(client.get(address))

    Job.objects.update(state=Job.State.RUNNING, done=3, total=9, message="Replaying")
    page = client.get(address)
    assert "3 of 9 done" in text_of(page)
    assert '<progress class="kcc-progress__bar"' in page.content.decode()
    assert "3 of 9 done" in text_of(client.get(ADDRESS))

    Job.objects.update(state=Job.State.FAILED, message="No version of the SORP is in force.")
    assert "could not be finished. No version of the SORP is in force." in text_of(
        client.get(address)
    )
    client.post(address)
    assert list(Job.objects.values_list("state", flat=True)) == ["pending", "failed"]


def test_asking_again_for_what_is_finished_changes_nothing(client, officer):
    backtest = finished(officer)

    assert client.post(reverse("backtest", args=[backtest.pk])).status_code == 302
    assert Job.objects.count() == 1


# Reading


def test_the_page_says_first_in_sentences_what_would_have_been_different(client, officer):
    backtest = finished(officer)
    page = client.get(reverse("backtest", args=[backtest.pk]))
    words = text_of(page)

    said = [*backtest.found["summary"], backtest.found["agreement"]["sentence"], "On this page"]
    assert said == sorted(said, key=words.index)
    ids = ["rules", "gained", "lost", "moved", "load", "directorates", "levels", "recovery", "grid"]
    found = re.findall(r'<h2 [^>]*id="(\w+)"', page.content.decode())
    assert [each for each in found if each in ids] == ids
    assert "“No result for two quarters” is removed. It said:" in words


def test_each_escalation_lost_stands_in_a_row_with_its_reason(client, officer):
    rules = rules_now()[1]
    slower = type(rules)(tuple(each for each in DEFAULT_RULES.triggers if each.status == "amber"))
    backtest = finished(officer, rules=slower)
    words = text_of(client.get(reverse("backtest", args=[backtest.pk])))

    assert "Escalations lost (1)" in words
    assert "Indicator PI-1" in words
    assert "Red in Q1 2011/12 and Q2 2011/12, which meets “Red for two quarters”" in words


def test_charts_carry_their_words_and_tables_say_the_same(client, officer):
    backtest = finished(officer)
    page = client.get(reverse("backtest", args=[backtest.pk])).content.decode()

    for name in ("chart-sent", "chart-open", "chart-grid"):
        assert f'aria-labelledby="{name}-title {name}-desc"' in page
        assert f'<title id="{name}-title">Chart. ' in page
    for caption in ("Load on PAT in each quarter", "Escalations to PAT by quarters of red running"):
        assert caption in page


def test_a_line_that_hides_another_is_told_of(client, officer):
    same = "The two lines are the same"
    rules = rules_now()[1]
    slower = type(rules)(tuple(each for each in DEFAULT_RULES.triggers if each.status == "amber"))

    def told(backtest):
        return text_of(client.get(reverse("backtest", args=[backtest.pk]))).count(same)

    assert told(finished(officer, rules=slower)) == 0
    assert told(finished(officer, name="As now", rules=rules_now()[1])) == 2


def test_the_grid_marks_where_each_set_of_rules_stands_in_words(officer):
    reading = BacktestReading(finished(officer).found)
    cells = {
        (red, amber): cell
        for red, row in reading.grid
        for amber, cell in zip(reading.ambers, row, strict=True)
    }

    assert cells[2, 3].rules == "runs as in force, tried"
    assert {cell.rules for place, cell in cells.items() if place != (2, 3)} == {""}
    assert max(cell.shade for cell in cells.values()) == 4
    assert cells[1, 1].opened == max(cell.opened for cell in cells.values())


def test_a_page_asks_no_more_for_twenty_indicators_than_for_two(client, officer):
    def queries_for(backtest):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse("backtest", args=[backtest.pk])).status_code == 200
        return len(queries)

    for_two = queries_for(finished(officer, name="Two"))
    for place in range(18):
        rated(IndicatorFactory(reference=f"PX-{place}", accountable_manager=officer), "RRR")

    assert queries_for(finished(officer, name="Twenty")) == for_two


def test_the_list_asks_no_more_for_twenty_back_tests_than_for_one(client, officer):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            client.get(ADDRESS)
        return len(captured)

    request_backtest(name="One", rules=DEFAULT_RULES, version=None, by=officer)
    for_one = queries()
    for place in range(19):
        request_backtest(name=f"Mine {place}", rules=DEFAULT_RULES, version=None, by=officer)

    assert queries() == for_one


def test_files_hold_everything(client, officer):
    backtest = finished(officer)
    whole = client.get(reverse("backtest_json", args=[backtest.pk])).json()
    rules = client.get(reverse("backtest_rules", args=[backtest.pk]))
    changes = client.get(reverse("backtest_csv", args=[backtest.pk])).content.decode()

    assert whole == {"name": backtest.name, "rules": backtest.rules, "found": backtest.found}
    assert rules.json() == json.loads(write_rules(DEFAULT_RULES))
    found = backtest.found
    rows = list(csv.DictReader(io.StringIO(changes)))
    assert len(rows) == sum(len(found[each]) for each in ("gained", "lost", "moved"))
    for row in rows:
        assert (row["change"] == "gained") is (row["in_force_opened_in"] == "")
        assert (row["change"] == "lost") is (row["tried_opened_in"] == "")


def test_there_are_no_files_of_what_is_not_finished(client, officer):
    backtest = request_backtest(name="Mine", rules=DEFAULT_RULES, version=None, by=officer)

    for route in ("backtest_json", "backtest_csv"):
        assert client.get(reverse(route, args=[backtest.pk])).status_code == 404


# Evidence


def test_it_is_kept_from_its_page_and_says_how_its_rules_differ_from_the_draft(client, officer):
    draft_of("2.0")
    backtest = finished(officer)
    address = reverse("backtest", args=[backtest.pk])
    assert "Keep as evidence on version 2.0" in text_of(client.get(address))

    page = client.post(
        reverse("keep_backtest", args=[backtest.pk]), {"version": "2.0"}, follow=True
    )

    words = text_of(page)
    assert "Kept as evidence on version 2.0 (draft)." in words
    assert "The rules tried are not those that version 2.0 now holds:" in words
    assert "“Amber for three quarters” is added" in words
    assert "Keep as evidence on version 2.0" not in words


def test_a_draft_whose_rules_were_tried_says_so(client, officer):
    version = draft_of("2.0")
    backtest = finished(officer, rules=rules_of(version), version=version)
    keep_as_evidence(backtest=backtest, version=version, by=officer)

    words = text_of(client.get(reverse("backtest", args=[backtest.pk])))
    assert "The rules tried are those that version 2.0 holds." in words


def test_keeping_what_is_not_finished_says_what_to_do(client, officer):
    draft_of("2.0")
    backtest = request_backtest(name="Mine", rules=DEFAULT_RULES, version=None, by=officer)

    page = client.post(
        reverse("keep_backtest", args=[backtest.pk]), {"version": "2.0"}, follow=True
    )

    assert "keep it once it has a result" in text_of(page)
    assert not Backtest.objects.get().is_evidence


@pytest.mark.parametrize("kind", [PostKind.AUDITOR, PostKind.DIRECTOR, PostKind.STAFF])
def test_others_read_evidence_and_nothing_else(client, officer, kind):
    evidence, private = finished(officer, name="Kept"), finished(officer, name="Private")
    keep_as_evidence(backtest=evidence, version=draft_of("2.0"), by=officer)
    client.force_login(holder(kind))

    words = text_of(client.get(ADDRESS))
    assert "Kept" in words
    assert "Private" not in words
    assert "Try other rules" not in words
    assert client.get(reverse("backtest", args=[evidence.pk])).status_code == 200
    assert client.get(reverse("backtest", args=[private.pk])).status_code == 404
    assert client.post(ADDRESS, {"name": "Mine"}).status_code == 403
    assert client.post(reverse("backtest", args=[evidence.pk])).status_code == 403


# The chart


def chart(*lines, along=("2011/12", "2011/12", "2012/13")):
    return lines_chart(Lines("x", "What it shows", along, "Quarters", lines))


def test_lines_are_told_apart_by_dash_and_marker_and_named_at_their_ends():
    drawn = chart(*(Line(f"Line {n}", (n, 2 * n, 0)) for n in range(1, 5)))

    assert len(set(re.findall(r'fill="none" stroke="(#\w+)"', drawn))) == 4
    assert len(set(re.findall(r'stroke-dasharray="([^"]+)"', drawn))) == 3  # and one is solid
    for number in range(1, 5):
        assert f">Line {number}</text>" in drawn
        assert f"Line {number}: {number}, {2 * number}, 0." in drawn


def test_a_line_of_noughts_and_a_single_place_can_be_drawn():
    assert "What it shows" in chart(Line("None", (0, 0, 0)))
    assert "What it shows" in chart(Line("One", (3,)), along=("2011/12",))


def test_what_is_written_on_a_chart_is_escaped():
    assert "<b>" not in chart(Line("<b>", (1, 2, 3)))


@pytest.mark.parametrize(
    ("highest", "expected"),
    [(0, (0, 1)), (1, (0, 1)), (4, (0, 1, 2, 3, 4)), (5, (0, 2, 4, 6)), (97, (0, 50, 100))],
)
def test_ticks_are_whole_round_numbers_from_nought(highest, expected):
    assert ticks(highest) == expected


def test_dates_are_those_of_the_council(client, officer):
    backtest = finished(officer)

    assert backtest.finished_at.date() == date(2012, 7, 20)
    assert "finished 20 July 2012" in text_of(client.get(reverse("backtest", args=[backtest.pk])))
