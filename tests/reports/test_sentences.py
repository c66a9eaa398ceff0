"""Every sentence of an edition follows from facts that are named: a fact changed changes those that rest on it, and no other."""

import random
import re
from copy import deepcopy
from datetime import date, timedelta
from decimal import Decimal

import pytest

from core.canonical_json import plain
from core.dates import as_date
from core.quarters import Quarter
from reports.rendering.blocks import IndicatorBlock
from reports.rendering.html import report_page
from reports.rendering.report import Report
from reports.rules.facts import ABSENT, copied, fact_at, viewed
from reports.rules.sentences import (
    CannotBeMade,
    made_of,
    said_in,
    sentences_of,
    written,
    wrong_sentences,
)
from reports.verification import wrong_figures
from tests.reports.documents import (
    Q,
    before_sentences,
    by_district,
    edition_document,
    indicator,
    public_edition,
)

MUTATIONS = 1000
VARIED = {
    "what": "The exit takes two quarters.", "reason": "", "clause": "2.4",
    "from_quarter": "2022-Q3", "until_quarter": "2023-Q2", "differences": ["Exit after two quarters"],
    "exit_quarters": 2, "triggers": [],
}  # fmt: skip
PLAN = {
    "number": 1, "cause": "Two vacancies.", "barriers": "", "help_wanted": "",
    "expected_recovery": "2023-Q3", "expected_value": None, "written_on": "2023-04-20",
    "actions": [
        {"position": 1, "description": "Recruit", "owner": "Rosalind Manager",
         "due_on": "2023-06-30", "done_on": None, "progress": "Interviews held"},
        {"position": 2, "description": "Agree overtime", "owner": "Rosalind Manager",
         "due_on": "2023-05-31", "done_on": "2023-05-02", "progress": ""},
    ],
}  # fmt: skip
REVISION = {
    "quarter": "2022-Q2", "number": 2, "value": "84", "was": "83.2", "reason": "Late returns",
    "confidence": "final", "after_close": True, "said_on": "2023-02-02",
}  # fmt: skip


def small_document():
    """One indicator of each kind of sentence, small enough to be told a thousand times."""
    found = edition_document(
        indicators=[
            indicator("HW-01", [92, 91, 88, 84, 79, 76.4], target=90, floor=80, plan=PLAN,
                      layer="strategy", variations=[VARIED], revisions=[REVISION],
                      parts=[by_district(ashford=[(40, 50), (3, 50)], dover=[(130, 200), (135, 200)],
                                         swale=[(45, 60), (50, 60)])]),
            indicator("HW-02", [97, 97.5, 98, 98.2], target=97, floor=95, commentary="Well done.",
                      now_known=[{"quarter": "2022-Q3", "publisher": "Department for Transport"}]),
            indicator("PL-04", [88, 87, 78, 77], target=90, floor=80, layer="none", tier="division"),
            indicator("AS-03", [71, 73, 74, None], target=75, floor=70, not_available="A fault."),
            indicator("AC-01", [10250, 11020, 12100, 14010], kind="activity", polarity="none",
                      method="expected_range", lower=10000, upper=13500, decimals=0),
        ]
    )  # fmt: skip
    found["no_longer_measured"] = [
        {"reference": "HW-07", "title": "Signs cleaned", "last_quarter": "2022-Q3",
         "said_in": "2022-Q4", "last_status": "red", "last_status_in": "2022-Q3",
         "referred_to": ["pat"], "reason": "Nobody used it"}
    ]  # fmt: skip
    found["priorities"][0]["evaluations"] = [
        {"judged_on": "2023-03-01", "judgement": "effective", "finding": "It works.",
         "judged_by": "Audit"}
    ]  # fmt: skip
    found["priorities"][0]["standing"]["evaluation"] = {
        "sentence": "Effective, 1 March 2023",
        "needs_attention": False,
    }
    return {**found, "sentences": written(found)}


DOCUMENT = small_document()
MADE = {(each.place, each.key): each for each in made_of(DOCUMENT)}


def leaves(value, at=""):
    """Every fact of a document, by its path; what is derived from it is no fact."""
    if isinstance(value, dict):
        for key, each in value.items():
            if at or key not in ("sentences", "schema", "form"):
                yield from leaves(each, f"{at}{key}/")
    elif isinstance(value, list):
        for place, each in enumerate(value):
            yield from leaves(each, f"{at}{place}/")
    else:
        yield at.rstrip("/"), value


def changed(path, value, dice):
    """Another fact of the same kind: a number, a date, a status, a name or a quarter."""
    name = path.rsplit("/", 1)[-1]
    others = {
        "rag": ("red", "amber", "green"),
        "not_rated": ("no_result", "not_due", "suspended"),
        "travel": ("improving", "worsening", "no clear trend", "not enough data"),
        "level": ("pat", "cabinet", "directorate"),
        "judgement": ("effective", "not_effective"),
        "layer": ("strategy", "core", "none"),
        "kind": ("kpi", "activity"),
    }
    if value is None or path.startswith("sorp/"):
        return None
    if name in others:
        return dice.choice([each for each in others[name] if each != value])
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + dice.randint(1, 3)
    if re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        return (date.fromisoformat(value) + timedelta(days=dice.randint(1, 40))).isoformat()
    if re.fullmatch(r"\d{4}-Q\d", value):
        return Quarter.parse(value).back(dice.randint(1, 3)).key
    if re.fullmatch(r"-?\d+(\.\d+)?", value):
        return plain(Decimal(value) + Decimal(dice.randint(1, 90)) / 10)
    if name in ("title", "reason", "description", "progress", "office", "what", "wording", "by",
                "not_available", "reference", "slug", "measure_unit", "publisher"):  # fmt: skip
        return f"{value} anew" if name not in ("reference", "slug") else f"{value}X"
    return None


def with_fact(path, value):
    found = deepcopy(DOCUMENT)
    *steps, last = path.split("/")
    at = found
    for step in steps:
        at = at[int(step)] if isinstance(at, list) else at[step]
    at[int(last) if isinstance(at, list) else last] = value
    return found


def said_after(document):
    """Each sentence, or that it can no longer be made."""
    found = {}
    try:
        for each in made_of(document):
            found[each.place, each.key] = each.text
    except CannotBeMade as reason:
        found["cannot be made"] = str(reason)
    return found


def as_printed(path, value, unit="%"):
    """The ways in which a fact stands in a sentence, where it stands there at all."""
    name = path.rsplit("/", 1)[-1]
    text = str(value)
    if isinstance(value, bool) or name in ("slug", "reference", "decimals", "polarity", "method"):
        return []
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return [as_date(text)]
    if re.fullmatch(r"\d{4}-Q\d", text):
        return [str(Quarter.parse(text))]
    if re.fullmatch(r"-?\d+(\.\d+)?", text) and isinstance(value, str):
        return [f"{Decimal(text):.1f}{unit}", f"{text}{unit}"]
    if isinstance(value, int) or len(text) < 3:
        return []
    return [text]


# These stand in a sentence as they stand in the document; nothing else there reads the same.
PRINTED = {
    "headline": r"counts/(green|total|amber|red)$|^quarter$",
    "travel": r"counts/total$",
    "explanation": r"ratings/\d+/(value|target|floor)$|not_available$",
    "trend": r"^indicators/\d+/title$",
    "referral": r"opened_in$|reason$|level$",
    "escalation": r"opened_in$|reason$|level$",
    "varied": r"until_quarter$|what$",
    "revision": r"(quarter|value|was|reason|said_on)$",
    "action": r"(description|due_on|done_on|progress)$",
    "expected-recovery": r"expected_recovery$",
    "answers": r"office$",
    "milestone": r"(due_on|frozen_on)$",
    "success": r"(by|wording)$",
    "evaluation": r"judge",
    "no-plan": r"frozen_on$",
    "now-known": r"(publisher|now_known/\d+/quarter)$",
    "ending": r"last_quarter$",
    "parts": r"parts/\d+/parts/\d+/figures/\d+/value$",
    "part-chart": r"parts/\d+/parts/\d+/figures/\d+/value$",
}


def is_printed(sentence, path, value):
    """Whether a fact is one that its sentence prints: named above, and to be read in its text."""
    kind = sentence.key.rstrip("-0123456789")
    if kind not in PRINTED or not re.search(PRINTED[kind], path):
        return False
    forms = as_printed(path, value)
    if isinstance(value, int) and not isinstance(value, bool):
        forms = [f"{value} "]
    return any(form in sentence.text for form in forms)


def test_a_thousand_facts_changed_change_the_sentences_that_rest_on_them_and_no_other():
    dice = random.Random(20110620)
    facts = [each for each in leaves(DOCUMENT) if changed(*each, random.Random(1)) is not None]
    moved, printed = 0, 0
    for _ in range(MUTATIONS):
        path, value = dice.choice(facts)
        after = said_after(with_fact(path, changed(path, value, dice)))
        if "cannot be made" in after:
            assert any(path in each.facts for each in MADE.values())
            continue  # what nobody can make, the verifier names
        rest = {key for key, each in MADE.items() if path in each.facts}
        differ = {key for key, each in MADE.items() if after.get(key) != each.text}

        assert differ <= rest, f"{path}: {differ - rest} changed and do not rest on it"
        must = {key for key in rest if is_printed(MADE[key], path, value)}
        assert must <= differ, f"{path}: {must - differ} print it and did not change"
        moved += bool(differ)
        printed += len(must)

    assert moved > MUTATIONS / 4
    assert printed > MUTATIONS / 10


def test_each_kind_of_sentence_is_tried():
    kinds = {each.key.rstrip("-0123456789") for each in MADE.values() if each.text}

    assert set(PRINTED) <= kinds


def test_each_fact_that_a_sentence_names_stands_in_the_document_as_it_says():
    for each in MADE.values():
        for path, value in each.facts.items():
            if value != ABSENT:
                assert fact_at(DOCUMENT, path) == value


def test_the_public_form_holds_every_sentence_since_all_rest_on_what_is_public():
    public = public_edition()

    assert list(wrong_sentences(public)) == []
    assert {place: set(said) for place, said in public["sentences"].items()} == {
        place: set(said) for place, said in edition_document()["sentences"].items()
    }


def test_a_sentence_that_rests_on_what_is_not_public_is_not_in_the_public_form():
    document = edition_document()
    for each in document["indicators"]:
        each["accountable_manager"] = {"name": each["accountable_manager"]["name"]}

    assert not any("answers" in said for said in written(document).values())


def test_a_sentence_altered_added_or_left_out_is_named():
    document = edition_document()
    said = document["sentences"]
    said["indicators/HW-01"]["explanation"] = "All is well."
    said["indicators/HW-02"]["boast"] = "It is the best."
    del said["summary"]["headline"]

    found = list(wrong_figures(document))

    assert [each.split(" is said")[0] for each in found] == [
        "indicators/HW-01: its explanation",
        "indicators/HW-02: its boast",
        "summary: its headline",
    ]
    assert "“All is well.”, but its facts make it “76.4% is below" in found[0]


def test_what_is_said_of_a_priority_follows_from_its_facts():
    document = edition_document()
    document["priorities"][0]["standing"]["figures"]["sentence"] = "Of 2 indicators: 2 green"
    document["priorities"][0]["milestones"][1]["status"] = "done_late"

    assert list(wrong_sentences(document)) == [
        "priority 1: its figures do not follow from its facts",
        "priority 1: “Open the new depot” is not done_late on the report’s day",
    ]


def test_a_fact_of_which_no_sentence_can_be_made_is_named():
    document = edition_document()
    document["changes"]["newly_red"] = ["XX-99"]

    assert list(wrong_sentences(document)) == [
        "summary: its headline cannot be made: no row of indicators/ has reference XX-99"
    ]


def test_an_edition_frozen_before_sentences_were_held_verifies_and_is_shown():
    document = before_sentences(edition_document())

    assert list(wrong_figures(document)) == []
    assert Report(document).headline == Report(edition_document()).headline
    assert Report(document).priorities[0].milestones_told[0]["stands"] == "Overdue"


def potholes(document):
    return next(each for each in document["indicators"] if each["reference"] == "HW-01")


def test_the_words_of_a_chart_speak_of_what_is_drawn_and_of_nothing_else():
    def words(*values, **limits):
        document = edition_document(indicators=[indicator("X-1", list(values), **limits)])
        return document["sentences"]["indicators/X-1"]["chart-drawing"]

    results = "Circles joined by a solid line are results"
    assert words(None, None, target=90, floor=80) == "There are no results to show yet."
    assert words(91, None, target=90, floor=80) == (
        "Results are joined by a solid line; circles are green. A line of long dashes is the target. A line of"
        " short dashes is the floor. Nothing is shown for Q4 2022/23."
    )
    assert words(91, 92) == f"{results}."
    assert "short dashes is the limit" in words(91, 92, target=90, tolerance=10, method="tolerance")
    assert (
        words(1, 2, lower=0, upper=3, method="expected_range", kind="activity", polarity="none")
        == f"{results}. A shaded band is the range."
    )


def test_an_edition_frozen_before_the_words_of_charts_were_held_verifies():
    document = edition_document()
    for said in document["sentences"].values():
        for key in [each for each in said if each.startswith(("chart-d", "part"))]:
            del said[key]

    assert list(wrong_sentences(document)) == []
    assert "only Dover is shown" in IndicatorBlock(potholes(document), Q).breakdowns[0].sentence


def test_an_edition_that_tells_of_charts_as_they_were_drawn_verifies_and_is_told_of_as_they_are():
    document = edition_document()
    for said in document["sentences"].values():
        if said.pop("chart-drawing", None):
            said["chart-description"] = "Circles are results; the last carries its RAG shape."
    said = document["sentences"]["indicators/HW-01"]

    assert list(wrong_sentences(document)) == []
    assert "Results are joined by a solid line" in IndicatorBlock(potholes(document), Q, said).chart
    said["parts-1"] = "All parts are alike."
    assert [each.split(" is said")[0] for each in wrong_sentences(document)] == [
        "indicators/HW-01: its parts-1"
    ]


def test_the_words_of_charts_and_of_parts_are_re_derived_with_the_rest():
    document = edition_document()
    said = document["sentences"]["indicators/HW-01"]
    assert {"parts-1", "part-chart-1-1", "part-chart-1-3"} <= set(said)
    said["chart-drawing"] = "A line of long dashes is the floor."
    said["parts-1"] = "All parts are alike."
    said["part-chart-1-2"] += " It is the best."

    assert [each.split(" is said")[0] for each in wrong_sentences(document)] == [
        "indicators/HW-01: its chart-drawing",
        "indicators/HW-01: its part-chart-1-2",
        "indicators/HW-01: its parts-1",
    ]


def test_pages_print_the_words_of_charts_and_parts_that_the_edition_holds():
    document = edition_document()
    facts, said = potholes(document), document["sentences"]["indicators/HW-01"]
    block = IndicatorBlock(
        facts, Q, {**said, "parts-1": "Held.", "part-chart-1-2": "Held of Dover."}
    )

    assert said["chart-drawing"] in block.chart
    assert block.breakdowns[0].sentence == "Held."
    assert "Held of Dover." in block.breakdowns[0].rows[1].chart


def test_pages_print_the_sentences_that_the_edition_holds():
    document = public_edition()
    document["sentences"]["indicators/HW-01"]["explanation"] = "This is what it holds."
    document["sentences"]["summary"]["headline"] = "And this above all."

    page = report_page(document)

    assert page.count("This is what it holds.") == 1
    assert page.count("And this above all.") == 3


def test_every_sentence_that_is_held_is_printed_somewhere():
    document = public_edition()
    page = re.sub(r"\s+", " ", report_page(document))
    on_the_web_alone = {"escalation", "revision", "no-plan", "state-now", "parts", "part-chart"}
    from html import escape

    missing = [
        (each.place, each.key)
        for each in sentences_of(document)
        if each.key.rstrip("-0123456789") not in on_the_web_alone
        and each.place != "changes"
        and re.sub(r"\s+", " ", escape(each.text)) not in page.replace("&#x27;", "&#x27;")
    ]

    assert missing == []


def test_a_view_of_a_document_writes_down_what_is_read_and_nothing_else():
    read = {}
    view = viewed({"a": {"b": 1, "c": 2}, "rows": [{"n": "x"}, {"n": "y"}]}, read)

    assert (view["a"]["b"], view["rows"].named("n", "y")["n"]) == (1, "y")
    assert read == {"a/b": 1, "rows/1/n": "y"}
    assert view.get("d") is None
    assert copied(view["rows"]) == [{"n": "x"}, {"n": "y"}]
    assert read == {
        "a/b": 1, "rows/1/n": "y", "d": ABSENT, "rows/length": 2, "rows/0/n": "x",
    }  # fmt: skip


@pytest.mark.parametrize("path", ["indicators/99/title", "nothing"])
def test_there_is_no_fact_where_there_is_none(path):
    with pytest.raises(LookupError):
        fact_at(DOCUMENT, path)


def test_sentences_are_those_of_the_document_or_made_now():
    document = edition_document()

    assert said_in(document) is document["sentences"]
    assert said_in(before_sentences(document))["summary"] == document["sentences"]["summary"]
