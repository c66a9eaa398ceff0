"""replay_rules: a rating history in, escalations out, and no database anywhere."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from django.core.management import call_command
from hypothesis import given
from hypothesis import strategies as st

from core.quarters import Quarter
from core.tables.faults import RefusedFileError
from escalation.rules.ladder import replay
from escalation.rules.rating_files import Doubt, read_ratings
from escalation.rules.replay import COLUMNS, escalations_csv, replay_ratings
from escalation.rules.rule_files import (
    DEFAULT_RULES,
    read_rules,
    read_trigger,
    write_rules,
    write_trigger,
)
from escalation.rules.triggers import Rules
from sorp.lexicon import Polarity, Rag, Travel
from sorp.rules.figures import Figure
from tests.escalation.conditions import triggers
from tests.escalation.pictures import history

ROOT = Path(__file__).parents[2]

RATINGS = """\
reference,quarter,value,rag,not_rated,definition_break,sorp_version,commentary
B2,2021-Q3,1,red,,no,2,"Late,
but here"
B2,2021-Q1,1,red,,no,1,
B2,2021-Q2,,,not_due,no,1,
B2,2021-Q4,1,green,,no,2,
A1,2021-Q1,1,amber,,no,1,
A1,2021-Q2,1,red,,no,1,
A1,2021-Q3,1,red,,yes,2,
A1,2021-Q4,1,amber,,no,2,
A1,2022-Q1,1,amber,,no,3,
C3,2021-Q1,,,,,,
"""

EXPECTED = [
    {
        "reference": "A1",
        "level": "pat",
        "trigger": "Amber for three quarters",
        "since": "2021-Q3",
        "opened_in": "2022-Q1",
        "recovered_in": "",
        "relapse": "no",
        "restated": "no",
        "sorp_version": "3",
        "reason": "Red in Q3 2021/22, then amber in Q4 2021/22 and Q1 2022/23, which meets "
        "“Amber for three quarters” (amber or worse for 3 of the last 3 rated quarters).",
        "trigger_key": "amber-three-quarters",
        "ended_in": "",
        "ended_as": "",
    },
    {
        "reference": "B2",
        "level": "pat",
        "trigger": "Red for two quarters",
        "since": "2021-Q1",
        "opened_in": "2021-Q3",
        "recovered_in": "2021-Q4",
        "relapse": "no",
        "restated": "no",
        "sorp_version": "2",
        "reason": "Red in Q1 2021/22 and Q3 2021/22, which meets “Red for two quarters” "
        "(red for 2 of the last 2 rated quarters).",
        "trigger_key": "red-two-quarters",
        "ended_in": "",
        "ended_as": "",
    },
]


@pytest.fixture
def files(tmp_path):
    """Write files by name; the ratings and rules that a run of the command reads."""

    def write(**contents):
        for stem, content in contents.items():
            suffix = "json" if stem == "rules" else "csv"
            encoded = content if isinstance(content, bytes) else content.encode()
            (tmp_path / f"{stem}.{suffix}").write_bytes(encoded)
        return tmp_path

    return write


def run(folder, *arguments):
    """The command's code, and what it says on either stream."""
    out, err = io.StringIO(), io.StringIO()
    options = ["--ratings", str(folder / "ratings.csv"), *map(str, arguments)]
    if (folder / "rules.json").exists():
        options += ["--rules", str(folder / "rules.json")]
    try:
        call_command("replay_rules", *options, stdout=out, stderr=err)
    except SystemExit as stopped:
        return stopped.code, out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


def rows(text):
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_replay_writes_the_documented_columns_in_order(files):
    code, out, err = run(files(ratings=RATINGS))
    assert (code, err) == (0, "")
    assert out.splitlines()[0] == (
        "reference,level,trigger,since,opened_in,recovered_in,relapse,restated,sorp_version,reason,trigger_key,ended_in,ended_as"
    )
    assert rows(out) == EXPECTED


def test_each_quarter_is_judged_by_the_rules_of_the_version_that_its_row_names(files):
    """Version 2 asks for one red only; A1's red in Q2 was version 1's, and stays where it is."""
    folder = files(ratings=RATINGS)
    sooner = Rules(tuple(replace(each, at_least=1, within=1) for each in DEFAULT_RULES.triggers))
    (folder / "two.json").write_text(write_rules(sooner), encoding="utf-8")

    code, out, _ = run(folder, "--version-rules", f"2={folder / 'two.json'}")

    assert code == 0
    assert [(each["reference"], each["opened_in"], each["trigger"]) for each in rows(out)] == [
        ("A1", "2021-Q3", "Red for two quarters"),
        ("B2", "2021-Q3", "Red for two quarters"),
    ]
    assert rows(out)[0]["since"] == "2021-Q3"


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("2", "--version-rules:1:row: give a version and its file, such as 2=rules-2.json"),
        ("=two.json", "--version-rules:1:row: give a version and its file, such as 2=rules-2.json"),
        ("2=nowhere.json", "nowhere.json:1:row: give a file that can be read"),
    ],
)
def test_rules_of_a_version_that_cannot_be_read_are_refused(files, given, told):
    code, out, err = run(files(ratings=RATINGS), "--version-rules", given)

    assert (code, out) == (1, "")
    assert told in err


def test_replay_needs_no_database(files):
    """In a process of its own, with a database that nobody answers for."""
    folder = files(ratings=RATINGS)
    command = [sys.executable, "manage.py", "replay_rules", "--ratings", folder / "ratings.csv"]
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "kcc_perf.settings",
        "DATABASE_URL": "postgres://nobody@127.0.0.1:1/nowhere",
    }
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert rows(done.stdout) == EXPECTED


def test_replay_accepts_a_byte_order_mark_and_the_barest_columns(files):
    folder = files(
        ratings=b"\xef\xbb\xbfreference,quarter,rag\r\nA,2021-Q1,red\r\nA,2021-Q2,red\r\n"
    )
    code, out, _ = run(folder)
    assert code == 0
    (line,) = rows(out)
    assert (line["reference"], line["opened_in"], line["sorp_version"]) == ("A", "2021-Q2", "")


def test_replay_of_a_header_alone_gives_a_header_alone(files):
    code, out, _ = run(files(ratings="reference,quarter,rag\n"))
    assert (code, rows(out)) == (0, [])
    assert out.startswith("reference,level")


def test_missing_quarters_are_gaps_that_neither_add_nor_end(files):
    folder = files(ratings="reference,quarter,rag\nA,2021-Q1,red\nA,2022-Q1,red\n")
    (line,) = rows(run(folder)[1])
    assert (line["since"], line["opened_in"]) == ("2021-Q1", "2022-Q1")


def test_replay_writes_to_a_file_and_says_so(files, tmp_path):
    output = tmp_path / "escalations.csv"
    code, out, _ = run(files(ratings=RATINGS), "--output", output)
    assert (code, out) == (0, f"2 escalations written to {output}.\n")
    assert rows(output.read_text()) == EXPECTED


def test_dry_run_writes_nothing(files, tmp_path):
    output = tmp_path / "escalations.csv"
    code, out, _ = run(files(ratings=RATINGS), "--output", output, "--dry-run")
    assert (code, out) == (0, "2 escalations would be written.\n")
    assert not output.exists()


def test_replay_by_other_rules(files):
    rules = {
        "triggers": [
            {"name": "Red", "status": "red", "at_least": 1, "within": 1, "level": "division"},
            {"name": "Late", "status": "no_result", "at_least": 1, "within": 1, "level": "cabinet"},
        ],
        "exit_quarters": 2,
    }
    ratings = (
        "reference,quarter,rag,not_rated\n"
        "A,2021-Q1,red,\nA,2021-Q2,green,\nA,2021-Q3,,no_result\nA,2021-Q4,green,\n"
        "A,2022-Q1,green,\n"
    )
    code, out, _ = run(files(ratings=ratings, rules=json.dumps(rules)))
    assert code == 0
    assert [(r["level"], r["opened_in"], r["recovered_in"]) for r in rows(out)] == [
        ("division", "2021-Q1", "2022-Q1"),  # two greens running: silence between them is none
        ("cabinet", "2021-Q3", "2022-Q1"),  # two greens after the quarter it opened in
    ]


TIERED = {
    "triggers": [
        {
            "name": "Red",
            "status": "red",
            "at_least": 1,
            "within": 1,
            "level": "directorate",
            "tiers": ["directorate", "division"],
        }
    ],
    "relapse_within": 0,
}


def test_trigger_looks_only_at_the_tiers_it_names(files):
    ratings = (
        "reference,quarter,rag,tier\n"
        "A,2021-Q1,red,corporate\nB,2021-Q1,red,division\nB,2021-Q2,green,division\n"
        "B,2021-Q3,red,division\n"
    )
    code, out, _ = run(files(ratings=ratings, rules=json.dumps(TIERED)))
    assert code == 0
    assert [(r["reference"], r["opened_in"], r["relapse"]) for r in rows(out)] == [
        ("B", "2021-Q1", "no"),
        ("B", "2021-Q3", "no"),  # these rules never call a return a relapse
    ]


def test_rules_that_look_at_tiers_need_each_indicators_tier(files):
    ratings = "reference,quarter,rag\nB,2021-Q1,red\nA,2021-Q1,red\n"
    code, out, err = run(files(ratings=ratings, rules=json.dumps(TIERED)))
    assert (code, out) == (1, "")
    assert err.splitlines() == [
        "ratings.csv:2:tier: give the indicator's tier: 'Red' looks at some tiers only",
        "ratings.csv:3:tier: give the indicator's tier: 'Red' looks at some tiers only",
    ]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t"])
def test_text_that_a_spreadsheet_would_run_is_made_harmless(files, start):
    trigger = {"name": "@SUM(1)", "status": "red", "at_least": 1, "within": 1, "level": "pat"}
    ratings = f'reference,quarter,rag,sorp_version\n"{start}1",2021-Q1,red,=2\n'
    code, out, _ = run(files(ratings=ratings, rules=json.dumps({"triggers": [trigger]})))
    assert code == 0
    (line,) = rows(out)
    assert line["reference"].startswith(("'=", "'+", "'-", "'@", "1"))
    assert (line["trigger"], line["sorp_version"]) == ("'@SUM(1)", "'=2")


HEADER = "reference,quarter,rag,not_rated,definition_break,tier\n"


@pytest.mark.parametrize(
    ("content", "faults"),
    [
        (
            "",
            ["1:row: the file is empty: begin with a row of column names, reference, quarter, rag"],
        ),
        ("Reference;Quarter;RAG\n", ["1:row: separate the columns with commas, not with ';'"]),
        (
            "Reference,Quarter,RAG\n",
            [
                "1:reference: add the column reference to the first row",
                "1:quarter: add the column quarter to the first row",
                "1:rag: add the column rag to the first row",
            ],
        ),
        ("reference,quarter,rag,rag\n", ["1:rag: name the column rag once only, not 2 times"]),
        (
            HEADER + "A,Q1 2021/22,red,,,\nA,2021-Q5,red,,,\n",
            [
                "3:quarter: write the quarter like 2021-Q4 or Q4 2021/22, not '2021-Q5'",
            ],
        ),
        (
            HEADER + "A,2021-Q1,purple,,,\nA,2021-Q2,,late,,\n",
            [
                "2:rag: write one of red, amber, green, not 'purple'",
                "3:not_rated: write one of no_result, not_due, no_target, suspended, no_value, withheld, awaited, "
                "data_only, above, within, below, not 'late'",
            ],
        ),
        (
            HEADER + "A,2021-Q1,red,,,\nB,2021-Q1,red,,,\nA,2021-Q1,green,,,\n",
            ["4:quarter: remove this row or row 2: both give reference A, quarter Q1 2021/22"],
        ),
        (
            HEADER + "A,2021-Q1,red,no_result,,\n",
            ["2:not_rated: leave empty either this or rag: it is rated or not"],
        ),
        (HEADER + ",2021-Q1,red,,,\n", ["2:reference: fill in this cell"]),
        (
            HEADER + "A,2021-Q1,red,,maybe,\n",
            ["2:definition_break: write yes or no, not 'maybe'"],
        ),
        (
            HEADER + "A,2021-Q1,red,,,county\n",
            ["2:tier: write one of corporate, directorate, division, team, not 'county'"],
        ),
        (
            HEADER + "A,2021-Q1,red\n\nA,2021-Q2,red,,,,1,2\n",
            [
                "2:row: give 6 cells, as in the first row, not 3",
                "4:row: give 6 cells, as in the first row, not 8: put quotation marks around a cell"
                " that holds a comma",
            ],
        ),
        (
            HEADER.encode() + b"A\xa3,2021-Q1,red,,,\n",
            ["2:row: save the file as UTF-8 (in a spreadsheet, “CSV UTF-8”)"],
        ),
        (
            HEADER + 'A,2021-Q1,red,,,\n"B,2021-Q1,red,,,\n',
            ["3:reference: close the quotation mark with which this cell begins"],
        ),
        (
            HEADER + f"{'A' * 1_000_000},2021-Q1,red,,,\n",
            [
                "2:reference: shorten this cell to 100 kB or less",
            ],
        ),
        (
            HEADER + f"A,{'1' * 1000},red,,,\n",
            [f"2:quarter: write the quarter like 2021-Q4 or Q4 2021/22, not '{'1' * 40}'"],
        ),
    ],
)
def test_each_fault_in_the_ratings_is_a_line_and_nothing_is_written(files, content, faults):
    folder = files(ratings=content)
    output = folder / "escalations.csv"
    code, out, err = run(folder, "--output", output)
    assert (code, out) == (1, "")
    assert err.splitlines() == [f"ratings.csv:{fault}" for fault in faults]
    assert not output.exists()


def rules_with(**changes):
    trigger = {"name": "Red", "status": "red", "at_least": 2, "within": 3, "level": "pat"}
    trigger.update(changes)
    return json.dumps({"triggers": [{k: v for k, v in trigger.items() if v is not ...}]})


@pytest.mark.parametrize(
    ("content", "faults"),
    [
        ("{", ["1:2: write it as JSON: expecting property name enclosed in double quotes"]),
        ("[" * 100_000, ["1:triggers: write it as JSON"]),
        ("[]", ["1:triggers: write an object"]),
        ("{}", ["1:triggers: add this key"]),
        ('{"triggers": []}', ["1:triggers: give a list of at least one trigger"]),
        (
            '{"triggers": [1]}',
            ["1:triggers: write an object with these keys: key, name, clause, kind"],
        ),
        (
            '{"triggers": [], "triggers": []}',
            ["1:'triggers': write it as JSON, with each key once"],
        ),
        (
            rules_with(scope="all"),
            ["1:'scope': remove this key: the keys here are key, name, clause, kind,"],
        ),
        (rules_with(level=...), ["1:level: add this key"]),
        (rules_with(name=" "), ["1:name: write it in words, on one line"]),
        (rules_with(name="a\nb"), ["1:name: write it in words, on one line"]),
        (
            rules_with(status="green", level="moon"),
            [
                "1:status: write one of red, amber, no_result, not 'green'",
                "1:level: write one of division, directorate, pat, cabinet, not 'moon'",
            ],
        ),
        (rules_with(status=["red"]), ["1:status: write one of red, amber, no_result, not ['red']"]),
        (rules_with(at_least=0), ["1:at_least: write a whole number, 1 or more, not 0"]),
        (rules_with(at_least=True), ["1:at_least: write a whole number, 1 or more, not True"]),
        (rules_with(at_least=4), ["1:within: write a whole number, 4 or more, not 3"]),
        (rules_with(within=2.5), ["1:within: write a whole number, 2 or more, not 2.5"]),
        (
            rules_with(at_least=8, within=17),
            ["1:within: write a whole number, 16 or less, not 17"],
        ),
        (
            rules_with(kind="streak"),
            ["1:kind: write one of status, worsening, variance, forecast, no_result, positive,"],
        ),
        (
            rules_with(kind="variance", status="no_result", percent="ten"),
            [
                "1:status: write one of red, amber, not 'no_result'",
                "1:percent: write a number from 0 to 1000, with at most two decimals, not",
            ],
        ),
        (rules_with(kind="variance"), ["1:percent: give the per cent it needs, from 0 to 1,000"]),
        *(
            (rules_with(kind="variance", percent=percent), ["1:percent: write a number"])
            for percent in (float("nan"), "1e-999999", "1e2", 1e-7, "2.125", 1001, "-1", " 1", "٣")
        ),
        (
            rules_with(kind="forecast", forecast_by="system", percent=100.5),
            ["1:percent: no chance is greater than 100%"],
        ),
        (rules_with(name="n" * 101), ["1:name: write at most 100 characters, not 101"]),
        (rules_with(clause="4" * 21), ["1:clause: write at most 20 characters"]),
        (rules_with(count=1001), ["1:count: write a whole number, 1000 or less, not 1001"]),
        (
            json.dumps({"triggers": json.loads(rules_with())["triggers"] * 101}),
            ["1:triggers: give at most 100 triggers, not 101"],
        ),
        *(
            (
                json.dumps({**json.loads(rules_with()), key: most + 1}),
                [f"1:{key}: write a whole number, {most} or less, not {most + 1}"],
            )
            for key, most in (
                ("exit_quarters", 16),
                ("relapse_within", 40),
                ("relapse_shortens_by", 16),
            )
        ),
        (rules_with(percent=10), ["1:percent: leave the per cent empty: a trigger of this kind"]),
        (
            rules_with(movement="worse"),
            ["1:movement: say both which way it moves and what that is compared with"],
        ),
        (
            rules_with(movement="up", compared_with="chance"),
            [
                "1:movement: write one of not_better, worse, not 'up'",
                "1:compared_with: write one of travel, previous, year_before, not 'chance'",
            ],
        ),
        (rules_with(forecast_by="manager"), ["1:forecast_by: say whose forecast is meant"]),
        (rules_with(or_late="yes"), ["1:or_late: write true or false, not 'yes'"]),
        (rules_with(count=1), ["1:count: write a whole number, 2 or more, not 1"]),
        (
            rules_with(kind="aggregate", at_least=1, count=3, unit_tier="ward"),
            ["1:unit_tier: write one of division, directorate, council, not 'ward'"],
        ),
        (rules_with(clause=4.1), ["1:clause: write it in words, on one line, not 4.1"]),
        (
            json.dumps({**json.loads(rules_with()), "relapse_shortens_by": -1}),
            ["1:relapse_shortens_by: write a whole number, 0 or more, not -1"],
        ),
        (rules_with(tiers=[]), ["1:tiers: give a list of at least one, or leave the key out"]),
        (rules_with(tiers=["ward"]), ["1:tiers: write one of corporate, directorate"]),
        (
            json.dumps({**json.loads(rules_with()), "exit_quarters": 0, "exit": 1}),
            [
                "1:exit_quarters: write a whole number, 1 or more, not 0",
                "1:'exit': remove this key: the keys here are triggers, exit_quarters,",
            ],
        ),
        (
            json.dumps({"triggers": json.loads(rules_with())["triggers"] * 2}),
            ["2:name: trigger 1 has this name: use another"],
        ),
        (b"\xff{}", ["1:row: save the file as UTF-8"]),
        (f'{{"exit_quarters": {"9" * 5000}}}', ["1:triggers: write it as JSON"]),
    ],
)
def test_each_fault_in_the_rules_is_a_line_and_nothing_is_written(files, content, faults):
    code, out, err = run(files(ratings=RATINGS, rules=content))
    assert (code, out) == (1, "")
    lines = err.splitlines()
    assert len(lines) == len(faults)
    for line, fault in zip(lines, faults, strict=True):
        assert line.startswith(f"rules.json:{fault}")


def test_faults_in_both_files_are_told_at_once(files):
    code, _, err = run(files(ratings="", rules="{}"))
    assert code == 1
    assert [line.split(":")[0] for line in err.splitlines()] == ["ratings.csv", "rules.json"]


def test_a_file_that_is_not_there_is_named(tmp_path):
    code, _, err = run(tmp_path)
    assert code == 1
    assert err.startswith(f"{tmp_path / 'ratings.csv'}:1:row: give a file that can be read")


def test_a_place_that_cannot_be_written_to_is_named(files, tmp_path):
    code, out, err = run(files(ratings=RATINGS), "--output", tmp_path / "no" / "such.csv")
    assert (code, out) == (1, "")
    assert "give a place that can be written to" in err


@given(
    st.lists(triggers(), min_size=1, max_size=5, unique_by=lambda each: each.name),
    st.integers(1, 4),
    st.integers(0, 9),
    st.integers(0, 3),
)
def test_rules_written_are_the_rules_read(drawn, exit_quarters, relapse_within, shortens_by):
    rules = Rules(tuple(drawn), exit_quarters, relapse_within, shortens_by)
    assert read_rules(write_rules(rules).encode(), "rules.json") == rules


@given(triggers())
def test_a_trigger_of_any_kind_written_is_the_trigger_read(trigger):
    assert read_trigger(json.loads(json.dumps(write_trigger(trigger)))) == trigger


def test_a_trigger_without_a_key_goes_by_its_name_and_no_two_share_one():
    one = {"name": "Red", "status": "red", "at_least": 1, "within": 1, "level": "pat"}
    two = one | {"name": "Red again", "key": "Red"}

    read = read_rules(json.dumps({"triggers": [one]}).encode(), "rules.json")

    assert [each.key for each in read.triggers] == ["Red"]
    with pytest.raises(RefusedFileError, match=r"rules\.json:2:key: trigger 1 has this key"):
        read_rules(json.dumps({"triggers": [one, two]}).encode(), "rules.json")


def test_triggers_that_were_there_first_are_written_as_they_always_were():
    assert json.loads(write_rules(DEFAULT_RULES)) == {
        "triggers": [
            {
                "key": f"{status}-{word}-quarters",
                "name": name,
                "status": status,
                "at_least": quarters,
                "within": quarters,
                "level": "pat",
                "tiers": ["corporate", "directorate", "division", "team"],
            }
            for name, status, quarters, word in [
                ("Red for two quarters", "red", 2, "two"),
                ("Amber for three quarters", "amber", 3, "three"),
            ]
        ],
        "exit_quarters": 1,
        "relapse_within": 4,
    }


@pytest.mark.parametrize(
    ("kind", "asked", "sentence"),
    [
        (
            "worsening",
            {"movement": "worse", "compared_with": "previous", "at_least": 3, "within": 3},
            "Worse than the quarter before for 3 of the last 3 comparable quarters refers an"
            " indicator to PAT.",
        ),
        (
            "variance",
            {"percent": 10},
            "Short of target by 10% of it or more in the latest rated quarter refers an indicator"
            " to PAT.",
        ),
        (
            "variance",
            {"percent": "2.5", "status": "red"},
            "Short of target by 2.5% of it or more, and red, in the latest rated quarter refers an"
            " indicator to PAT.",
        ),
        (
            "forecast",
            {"status": "red", "forecast_by": "manager"},
            "Forecast by its accountable manager to be red at the year’s end refers an indicator"
            " to PAT.",
        ),
        (
            "no_result",
            {"status": "no_result", "or_late": True, "at_least": 2, "within": 4},
            "No result, or a late one, for 2 of the last 4 due quarters refers an indicator to PAT.",
        ),
        (
            "aggregate",
            {"status": "red", "count": 5, "unit_tier": "division"},
            "5 or more indicators red in one division in one quarter refers the division to PAT.",
        ),
    ],
)
def test_other_kinds_need_only_say_what_they_ask(kind, asked, sentence):
    document = {"triggers": [{"name": "Other", "level": "pat", "kind": kind, **asked}]}
    (read,) = read_rules(json.dumps(document).encode(), "rules.json").triggers
    assert read.sentence == sentence


def test_exceptions_are_no_escalations_of_an_indicator():
    rules = {
        "triggers": [
            {"name": "Good", "kind": "positive", "percent": 5, "level": "pat"},
            {
                "name": "Many",
                "kind": "aggregate",
                "status": "red",
                "count": 2,
                "unit_tier": "council",
                "level": "pat",
            },
        ]
    }
    ratings = "reference,quarter,rag,value,target,polarity\n" + "".join(
        f"{each},2021-Q1,{rag},{value},90,higher\n"
        for each, rag, value in [("A", "red", 70), ("B", "red", 70), ("C", "green", 99)]
    )
    history = read_ratings(ratings.encode(), "r")
    assert replay_ratings(history, read_rules(json.dumps(rules).encode(), "f")) == ()


FAR = {"name": "Far", "kind": "variance", "percent": 10, "level": "pat"}
SLIDING = {
    "name": "Sliding",
    "kind": "status",
    "status": "red",
    "at_least": 1,
    "within": 1,
    "movement": "worse",
    "compared_with": "travel",
    "level": "pat",
}


def test_replay_reads_what_its_triggers_ask_for(files):
    ratings = (
        "reference,quarter,value,target,rag,polarity,travel\n"
        "A,2021-Q1,85,90,amber,higher,worsening\n"
        "A,2021-Q2,80,90,amber,higher,worsening\n"
        "B,2021-Q1,11,10,red,lower,worsening\n"
        "C,2021-Q1,85,90,red,higher,improving\n"
    )
    folder = files(ratings=ratings, rules=json.dumps({"triggers": [FAR, SLIDING]}))
    code, out, err = run(folder)
    assert (code, err) == (0, "")
    assert [(r["reference"], r["trigger"], r["opened_in"]) for r in rows(out)] == [
        ("A", "Far", "2021-Q2"),
        ("B", "Far", "2021-Q1"),
    ]


@pytest.mark.parametrize(
    ("header", "cells", "faults"),
    [
        (
            "value",
            "70",
            [
                "1:polarity: add this column: 'Far' reads it",
                "1:target: add this column: 'Far' reads it",
                "1:travel: add this column: 'Sliding' reads it",
            ],
        ),
        (
            "value,target,polarity,travel",
            "70%,n/a,up,down",
            [
                "2:value: write the number alone, '70', without the % sign: the indicator's"
                " measure_unit says it",
                "2:target: 'n/a' is not a number: where there is no figure, leave it empty",
                "2:polarity: write one of higher, lower, range, none, not 'up'",
                "2:travel: write one of improving, worsening, steady, rising, falling, no clear"
                " trend, not enough data, not 'down'",
            ],
        ),
    ],
)
def test_what_a_trigger_reads_must_be_there_and_be_readable(files, header, cells, faults):
    ratings = f"reference,quarter,rag,{header}\nA,2021-Q1,red,{cells}\n"
    folder = files(ratings=ratings, rules=json.dumps({"triggers": [FAR, SLIDING]}))
    code, out, err = run(folder)
    assert (code, out) == (1, "")
    assert sorted(err.splitlines()) == sorted(f"ratings.csv:{fault}" for fault in faults)


def test_what_no_trigger_reads_may_say_anything(files):
    """As it always could: a value with its unit, a travel in a council's own words."""
    ratings = (
        "reference,quarter,rag,value,travel,late\n"
        "A,2021-Q1,red,70%,down,perhaps\nA,2021-Q2,red,70%,down,\n"
    )
    code, out, err = run(files(ratings=ratings))
    assert (code, err) == (0, "")
    assert len(rows(out)) == 1


NUMBERS = st.decimals(-1000, 1000, places=2).map(lambda each: each + 0)
CHANCE = st.decimals(0, 1, places=4)


@given(
    st.builds(
        Figure,
        quarter=st.just(Quarter(2021, 1)),
        rag=st.sampled_from([None, *Rag]),
        definition_break=st.booleans(),
        value=st.none() | NUMBERS,
        target=st.none() | NUMBERS,
        polarity=st.sampled_from([None, *Polarity]),
        lower=st.none() | NUMBERS,
        upper=st.none() | NUMBERS,
        travel=st.sampled_from([None, *Travel]),
        late=st.booleans(),
        forecast=st.sampled_from([None, *Rag]),
        chance_red=st.none() | CHANCE,
        chance_amber_or_worse=st.none() | CHANCE,
    )
)
def test_all_that_a_file_says_of_a_quarter_is_read(observation):
    def cell(name):
        value = getattr(observation, name)
        if isinstance(value, bool):
            return "yes" if value else "no"
        return "" if value is None else str(value)

    names = [name for name in Figure.__dataclass_fields__ if name not in ("quarter", "pattern")]
    header = ",".join(["reference", "quarter", *names])
    line = ",".join(["A", observation.quarter.key, *map(cell, names)])
    (row,) = read_ratings(f"{header}\n{line}\n".encode(), "ratings.csv").rows
    assert row.figure == observation
    assert not [name for name, cell in row if isinstance(cell, Doubt)]


@given(st.lists(st.sampled_from([*"RRAAG-xnt", "|R"]), max_size=12).map("".join))
def test_replay_from_a_file_is_replay_of_the_history(picture):
    lines = ["reference,quarter,rag,not_rated,definition_break"]
    for each in history(picture):
        is_break = "yes" if each.definition_break else "no"
        lines.append(f"A,{each.quarter.key},{each.rag or ''},{each.not_rated or ''},{is_break}")
    ratings = read_ratings(
        "\n".join(reversed([*lines[1:]])).join([lines[0] + "\n", ""]).encode(), "f"
    )
    replayed = replay_ratings(ratings, DEFAULT_RULES)
    assert tuple(each.episode for each in replayed) == replay(history(picture), DEFAULT_RULES, None)


def test_lines_are_rows_of_rfc_4180():
    assert escalations_csv(()) == ",".join(COLUMNS) + "\r\n"


def test_refusal_says_every_fault_on_a_line_of_its_own():
    with pytest.raises(RefusedFileError) as refused:
        read_ratings(b"a\n", "ratings.csv")
    assert str(refused.value).count("\n") == 2
