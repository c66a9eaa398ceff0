"""Every sentence of an edition that nobody wrote: made from its document alone, with the facts it rests on.

An edition holds its sentences (`sentences`), pages and paper print them from there, and whoever
verifies it makes each again and compares. What a sentence is made from is read through a view of the
document that writes down what was read, so no sentence can rest on a fact that is not named. Pure.

A sentence has a place, such as `indicators/PL-04`, and a key, such as `explanation`; of several of a
kind each has the number of its row, `referral-2`. To add one: a function from the document to its
text here, named with its key in `_makers`; an empty text is a sentence that is not said.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from core.charts.trend import description_of
from core.dates import as_date
from core.quarters import Quarter
from escalation.rules.rule_files import read_trigger
from indicators.rules.remarks import as_charted, state_now, trend_sentence
from reports.rules.counting import REPORTED_LEVELS, is_counted, is_open, is_referred_up
from reports.rules.endings import (
    definition_change_in_words,
    ending_in_words,
    replaced_by,
    status_in_words,
)
from reports.rules.facts import ABSENT, Facts, copied, viewed
from reports.rules.history import in_quarter
from reports.rules.parts import BreakdownInWords, breakdown_of
from reports.rules.wording import Writer, explained, pattern_of, rating_of, trend_of
from sorp.lexicon import Level, NotRated, Rag, Travel
from strategy.rules.plan import (
    EvidenceStatement,
    Judgement,
    MilestoneStatus,
    RatedMeasure,
    milestone_status,
    milestone_words,
    statements,
)

Document = Mapping[str, Any]
CHANGES = (
    ("newly_red", "Newly red"),
    ("newly_green", "Recovered to green"),
    ("newly_escalated", "Newly referred to PAT or Cabinet"),
    ("no_longer_escalated", "No longer referred up"),
    ("not_submitted", "No result submitted"),
    ("late", "Submitted late"),
)
KINDS_OF_EVIDENCE = ("figures", "milestones", "evaluation")


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence, where it stands, and every fact that was read to make it, by its path."""

    place: str
    key: str
    text: str
    facts: Mapping[str, Any]


class CannotBeMade(ValueError):
    """A sentence cannot be made from the document: some fact of it is none."""


def sentences_of(document: Document) -> list[Sentence]:
    """Every sentence that is said in an edition, in order. Raises CannotBeMade."""
    return [each for each in made_of(document) if each.text]


def made_of(document: Document) -> Iterator[Sentence]:
    """Each sentence that could be said, with the facts read; its text is empty where it is not said.

    A sentence that rests on something which the document does not hold is passed over: of what is
    not in the public form the public form says nothing.
    """
    for place, key, maker in _makers(document):
        read: Facts = {}
        try:
            text = maker(viewed(document, read))
        except KeyError as missing:
            if read.get(str(missing.args[0]).strip("'")) == ABSENT:
                continue
            raise CannotBeMade(f"{place}: its {key} cannot be made: {missing}") from missing
        except (ValueError, TypeError, ArithmeticError, LookupError, AssertionError) as reason:
            raise CannotBeMade(f"{place}: its {key} cannot be made: {reason}") from reason
        yield Sentence(place, key, text, read)


def written(document: Document) -> dict[str, dict[str, str]]:
    """The sentences as an edition holds them: `{"indicators/PL-04": {"explanation": "76.4% …"}}`."""
    found: dict[str, dict[str, str]] = {}
    for each in sentences_of(document):
        found.setdefault(each.place, {})[each.key] = each.text
    return found


def said_in(document: Document) -> Mapping[str, Mapping[str, str]]:
    """The sentences of an edition. Those of one frozen before they were held are made now.

    Its milestones were judged as of its quarter's last day, and stand as they were judged.
    """
    if "sentences" in document:
        return document["sentences"]
    found = written(document)
    for priority in document["priorities"]:
        said = found[f"priorities/{priority['slug']}"]
        said |= {kind: priority["standing"][kind]["sentence"] for kind in KINDS_OF_EVIDENCE}
        for row, milestone in enumerate(priority["milestones"], start=1):
            said[f"milestone-{row}"] = MilestoneStatus(milestone["status"]).label
    return found


def wrong_sentences(document: Document) -> Iterator[str]:
    """Each sentence held that is not the one its facts give, and each that is missing, by name."""
    held = document.get("sentences")
    if held is None:
        return  # frozen before editions held them
    try:
        due = written(document)
    except CannotBeMade as reason:
        yield str(reason)
        return
    unheld = _not_compared(held)
    for place in sorted({*held, *due}):
        ours, theirs = due.get(place, {}), held.get(place, {})
        for key in sorted({*ours, *theirs}):
            if key_parts(key)[0].rstrip("-0123456789") in unheld:
                continue
            if ours.get(key) != theirs.get(key):
                yield (
                    f"{place}: its {key} is said to be “{theirs.get(key, '')}”, but its facts make it"
                    f" “{ours.get(key, '')}”"
                )
    yield from _wrong_standings(document)


# How charts are drawn, in words. Those that told of charts as they were drawn before every status had
# its shape have another key: such a chart is drawn as all are now, and told of in words made now.
CHART_WORDS, EARLIER_CHART_WORDS = "chart-drawing", "chart-description"
# What editions hold besides since they hold the words of their charts: those frozen before have none.
HELD_LATER = frozenset({CHART_WORDS, "parts", "part-chart"})


def _not_compared(held: Mapping[str, Mapping[str, str]]) -> frozenset[str]:
    """The kinds of sentence that an edition does not hold, or holds as it was drawn once."""
    keys = {key for said in held.values() for key in said}
    if CHART_WORDS in keys:
        return frozenset()
    if EARLIER_CHART_WORDS in keys:
        return frozenset({CHART_WORDS, EARLIER_CHART_WORDS})
    return HELD_LATER


def _wrong_standings(document: Document) -> Iterator[str]:
    """What is said of priorities and milestones follows from their dates and their indicators."""
    view = viewed(document, {})
    for place, priority in enumerate(document.get("priorities", ())):
        for kind in KINDS_OF_EVIDENCE:
            due = _stands(view, place=place, kind=kind)
            said = priority["standing"][kind]
            if said != {"sentence": due.sentence, "needs_attention": due.needs_attention}:
                yield f"priority {priority['number']}: its {kind} do not follow from its facts"
        for milestone in priority["milestones"]:
            if milestone["status"] != _status(view, milestone).value:
                yield (
                    f"priority {priority['number']}: “{milestone['title']}” is not"
                    f" {milestone['status']} on the report’s day"
                )


def key_parts(key: str) -> tuple[str, int]:
    """The kind of a sentence and the number of its row: ("referral", 2); nought where it is alone."""
    kind, _, number = key.rpartition("-")
    return (kind, int(number)) if number.isdigit() else (key, 0)


Maker = Callable[[Document], str]


def _makers(document: Document) -> Iterator[tuple[str, str, Maker]]:
    """The place and key of each sentence there may be, with what makes it from the document."""
    yield from (("summary", name, maker) for name, maker in SUMMARY.items())
    yield from (("changes", key, partial(_change, key=key)) for key, _ in CHANGES)
    for place, priority in enumerate(document.get("priorities", ())):
        where = f"priorities/{priority['slug']}"
        for kind in KINDS_OF_EVIDENCE:
            yield where, kind, partial(_evidence, place=place, kind=kind)
        for rows, name, of_row in OF_PRIORITY_ROWS:
            for row in range(len(priority[rows])):
                yield where, f"{name}-{row + 1}", partial(of_row, place=place, row=row)
    for place, indicator in enumerate(document["indicators"]):
        where = f"indicators/{indicator['reference']}"
        for name, of_indicator in OF_INDICATOR.items():
            yield where, name, partial(_of_indicator, place=place, maker=of_indicator)
        for rows, name, of_row in OF_INDICATOR_ROWS:
            for row in range(len(indicator.get(rows) or ())):
                yield (
                    where,
                    f"{name}-{row + 1}",
                    partial(_of_row, place=place, rows=rows, row=row, maker=of_row),
                )
        for row, breakdown in enumerate(indicator.get("parts") or ()):
            for part in range(len(breakdown["parts"])):
                maker = partial(_part_chart, part=part)
                key = f"part-chart-{row + 1}-{part + 1}"
                yield where, key, partial(_of_row, place=place, rows="parts", row=row, maker=maker)
        yield where, "no-plan", partial(_no_plan, place=place)
        plan = indicator["plan"] or {"actions": ()}
        for row in range(len(plan["actions"])):
            yield where, f"action-{row + 1}", partial(_action, place=place, row=row)
    for row, ended in enumerate(document.get("no_longer_measured") or ()):
        yield f"ended/{ended['reference']}", "ending", partial(_ended, row=row)
    versions = document["sorp"]["versions"]
    for row in range(len(versions[-1]["triggers"])):
        yield "sorp", f"trigger-{row + 1}", partial(_trigger, row=row)


def _of_indicator(document: Document, *, place: int, maker: Callable[..., str]) -> str:
    indicator = document["indicators"][place]
    _ = indicator["reference"]  # its place is named by it
    return maker(indicator, Quarter.parse(document["quarter"]))


def _of_row(
    document: Document, *, place: int, rows: str, row: int, maker: Callable[..., str]
) -> str:
    indicator = document["indicators"][place]
    _ = indicator["reference"]
    return maker(indicator, Quarter.parse(document["quarter"]), indicator[rows][row])


# The whole report --------------------------------------------------------------------------------


def _headline(document: Document) -> str:
    """The report in one sentence, for those who read no further. It counts what `counts` counts."""
    counts = document["counts"]
    quarter = Quarter.parse(document["quarter"])
    newly_red = sum(is_counted(_named(document, each)) for each in document["changes"]["newly_red"])
    return (
        f"{counts['green']} of {counts['total']} key performance indicators met their targets in"
        f" {quarter}; {counts['amber']} {'was' if counts['amber'] == 1 else 'were'} amber and"
        f" {counts['red']} red.{_on_old_figures(document)}{_unrated(document)} {newly_red or 'None'}"
        f" {'is' if newly_red == 1 else 'are'} newly red, and {_referred(document)}."
    )


def _named(document: Document, reference: str) -> Mapping[str, Any]:
    return document["indicators"].named("reference", reference)


def _on_old_figures(document: Document) -> str:
    """How many are green by figures older than they may be, which is not counted as green."""
    stale = document["counts"]["stale"]
    return f" {stale} more {'is' if stale == 1 else 'are'} green on old figures." if stale else ""


def _unrated(document: Document) -> str:
    """How many have no rating, said before anything else is: silence is no success."""
    unrated, quarter = document["counts"]["not_rated"], Quarter.parse(document["quarter"])
    if not unrated:
        return ""
    missing = sum(
        rating_of(each, quarter)["not_rated"] == NotRated.NO_RESULT
        for each in document["indicators"]
        if is_counted(each)
    )
    has = "has" if unrated == 1 else "have"
    because = f", {missing} of them because no result was sent" if missing else ""
    return f" {unrated} {has} no rating{because}."


def _referred(document: Document) -> str:
    """How many of those counted stand referred up, and how many more that are not counted."""
    referred = [each for each in document["indicators"] if is_referred_up(each)]
    counted = sum(is_counted(each) for each in referred)
    beyond = len(referred) - counted
    stands = f"{counted or 'none'} {'stands' if counted == 1 else 'stand'} referred up"
    more = f", and {beyond} more that {'is' if beyond == 1 else 'are'} not counted here"
    return f"{stands} to PAT or Cabinet{more if beyond else ''}"


def _beyond_counts(document: Document) -> str:
    """What else of this report is red or amber: shown for having been referred up, not counted."""
    quarter = Quarter.parse(document["quarter"])
    others = [
        each for each in document["indicators"] if each["kind"] == "kpi" and not is_counted(each)
    ]
    if not others:
        return ""
    rags = [rating_of(each, quarter)["rag"] for each in others]
    by_status = Counter(Rag(rag).label.lower() if rag else "not rated" for rag in rags)
    said = [
        f"{by_status[word]} {word}"
        for word in ("red", "amber", "green", "not rated")
        if by_status[word]
    ]
    one = len(others) == 1
    return (
        f"{len(others)} more {'is' if one else 'are'} shown in this report and not counted above,"
        f" since {'it stands' if one else 'they stand'} in neither of its first two layers:"
        f" {', '.join(said)}."
    )


def _travel(document: Document) -> str:
    counts = [(travel.value, document["travel"][travel.value]) for travel in Travel]
    told = ", ".join(f"{count} {word}" for word, count in counts if count)
    return f"Of the {document['counts']['total']} key performance indicators: {told or 'none'}."


def _changed(document: Document) -> str:
    quarter = Quarter.parse(document["quarter"])
    return (
        f"Changes between {quarter.previous()} and {quarter}, over all"
        f" {len(document['indicators'])} indicators of this report"
    )


SUMMARY: Mapping[str, Maker] = {
    "headline": _headline,
    "beyond-counts": _beyond_counts,
    "travel": _travel,
    "changed": _changed,
}


def _change(document: Document, *, key: str) -> str:
    return f"{dict(CHANGES)[key]}: {len(document['changes'][key])}"


def _trigger(document: Document, *, row: int) -> str:
    trigger = document["sorp"]["versions"][-1]["triggers"][row]
    return f"{read_trigger(copied(trigger)).sentence} (Clause {trigger['clause']})"


# Priorities --------------------------------------------------------------------------------------


def _evidence(document: Document, *, place: int, kind: str) -> str:
    _ = document["priorities"][place]["slug"]
    return _stands(document, place=place, kind=kind).sentence


def _stands(document: Document, *, place: int, kind: str) -> EvidenceStatement:
    """What one kind of evidence says of a priority."""
    priority = document["priorities"][place]
    if kind == "figures":
        found = [_measured(document, each["reference"]) for each in priority["indicators"]]
        return statements(figures=found, milestones=(), judgement=None).figures
    if kind == "milestones":
        stands = [_status(document, each) for each in priority["milestones"]]
        return statements(figures=(), milestones=stands, judgement=None).milestones
    latest = next(iter(priority["evaluations"]), None)
    return statements(
        figures=(),
        milestones=(),
        judgement=Judgement(latest["judgement"]) if latest else None,
        judged_on=date.fromisoformat(latest["judged_on"]) if latest else None,
    ).evaluation


def _measured(document: Document, reference: str) -> RatedMeasure:
    indicator = _named(document, reference)
    rating = in_quarter(indicator, document["quarter"])
    if rating is None or rating["rag"] is None:
        return RatedMeasure(None)
    return RatedMeasure(Rag(rating["rag"]), rating["stale"])


def _status(document: Document, milestone: Mapping[str, Any]) -> MilestoneStatus:
    return milestone_status(**_days_of(document, milestone))


def _days_of(document: Document, milestone: Mapping[str, Any]) -> dict[str, Any]:
    """A milestone's days, and the report's: its edition was frozen on it."""
    return {
        **{name: _day(milestone[name]) for name in ("due_on", "forecast_on", "done_on")},
        "today": date.fromisoformat(document["edition"]["frozen_on"]),
    }


def _milestone(document: Document, *, place: int, row: int) -> str:
    priority = document["priorities"][place]
    _ = priority["slug"]
    return milestone_words(**_days_of(document, priority["milestones"][row]))


def _success(document: Document, *, place: int, row: int) -> str:
    priority = document["priorities"][place]
    _ = priority["slug"]
    factor = priority["success_factors"][row]
    return f"By {factor['by']} we will have delivered {factor['wording']}"


def _evaluation(document: Document, *, place: int, row: int) -> str:
    priority = document["priorities"][place]
    _ = priority["slug"]
    return f"Evaluation: {Judgement(priority['evaluations'][row]['judgement']).label.lower()}"


OF_PRIORITY_ROWS: tuple[tuple[str, str, Callable[..., str]], ...] = (
    ("milestones", "milestone", _milestone),
    ("success_factors", "success", _success),
    ("evaluations", "evaluation", _evaluation),
)


# What is no longer measured -----------------------------------------------------------------------


def _ended(document: Document, *, row: int) -> str:
    ended = document["no_longer_measured"][row]
    _ = ended["reference"]
    return ending_in_words(ended)


# Indicators --------------------------------------------------------------------------------------

Rows = Mapping[str, Any]


def _writer(indicator: Rows) -> Writer:
    return Writer(indicator["measure_unit"], indicator["decimals"])


def _explanation(indicator: Rows, quarter: Quarter) -> str:
    return explained(rating_of(indicator, quarter), _writer(indicator), indicator["not_available"])


def _trend(indicator: Rows, quarter: Quarter) -> str:
    return trend_sentence(trend_of(indicator, quarter), pattern_of(indicator), standing=False)


def _chart(indicator: Rows, quarter: Quarter) -> str:
    return trend_sentence(trend_of(indicator, quarter), pattern_of(indicator))


def _chart_drawing(indicator: Rows, quarter: Quarter) -> str:
    """How its chart is drawn and what is missing from it, for whoever does not see it."""
    return description_of(as_charted(trend_of(indicator, quarter), pattern_of(indicator)))


def _state_now(indicator: Rows, quarter: Quarter) -> str:
    """How it stands at the close, told before why it was referred up."""
    said = state_now(trend_of(indicator, quarter).points)
    return f"{said}." if said else ""


def _answers(indicator: Rows, quarter: Quarter) -> str:
    return f"{indicator['accountable_manager']['office']} answers for it"


def _expected_recovery(indicator: Rows, quarter: Quarter) -> str:
    plan = indicator["plan"]
    if plan is None or plan["expected_recovery"] is None:
        return ""
    return f"Recovery is expected in {Quarter.parse(plan['expected_recovery'])}."


def _no_plan(document: Document, *, place: int) -> str:
    """What is said where there is neither a plan nor a management action, as of the report's day."""
    indicator = document["indicators"][place]
    _ = indicator["reference"]
    if indicator["plan"] is not None or indicator.get("management_action", ""):
        return ""
    day = as_date(document["edition"]["frozen_on"])
    if is_referred_up(indicator):
        return f"No action plan was on record on {day}."
    rag = rating_of(indicator, Quarter.parse(document["quarter"]))["rag"]
    above = " What its manager says of it is above." if indicator["commentary"] else ""
    if rag == Rag.RED:
        return f"Its manager had put no action plan on record by {day}.{above}"
    if rag == Rag.AMBER:
        return f"It has not been referred to PAT or Cabinet.{above}"
    return "Nothing more than the usual is asked of it."


def _ending(indicator: Rows, quarter: Quarter) -> str:
    """That this is, or is to be, its last quarter, and what replaces it."""
    last = indicator.get("last_quarter")
    if last is None:
        return ""
    sentence = f"It is measured until {Quarter.parse(last)}."
    return " ".join(each for each in (sentence, replaced_by(indicator)) if each)


def _awaited(indicator: Rows, quarter: Quarter) -> str:
    awaited = indicator.get("awaited")
    if awaited is None or rating_of(indicator, quarter)["not_rated"] != NotRated.AWAITED:
        return ""
    return f"Awaited from {awaited['publisher']} until {as_date(awaited['until'])}."


def _carried_over(indicator: Rows, quarter: Quarter) -> str:
    """That what it was held to was not agreed for its year; nothing where it was held to nothing."""
    if not indicator.get("target_carried_over") or pattern_of(indicator).restarts_in_april:
        return ""
    return (
        "What it was to aim at is carried over from the year before: nobody had agreed it for"
        f" {quarter.financial_year}."
    )


OF_INDICATOR: Mapping[str, Callable[[Rows, Quarter], str]] = {
    "explanation": _explanation,
    "trend": _trend,
    "chart": _chart,
    CHART_WORDS: _chart_drawing,
    "state-now": _state_now,
    "answers": _answers,
    "expected-recovery": _expected_recovery,
    "ending": _ending,
    "awaited": _awaited,
    "carried-over": _carried_over,
}


def _referral(indicator: Rows, quarter: Quarter, row: Rows) -> str:
    """An open escalation to PAT or Cabinet. It is told when it was referred, not what it rests on."""
    if not is_open(row) or row["level"] not in REPORTED_LEVELS:
        return ""
    more = ", a relapse" if row["relapse"] else ""
    more += ", restated after a revision" if row["restated"] else ""
    return (
        f"Referred to the {Level(row['level']).label} at the close of"
        f" {Quarter.parse(row['opened_in'])}{more}. {row['reason']}"
    )


def _escalation(indicator: Rows, quarter: Quarter, row: Rows) -> str:
    """Any escalation there was, at whatever level, and whether it is over."""
    if is_open(row):
        until = ", still open"
    elif row["recovered_in"] is None:
        until = f" to {Quarter.parse(row['ended_in'])}, when it ended: no longer measured"
    else:
        until = f" to {Quarter.parse(row['recovered_in'])}, when it recovered"
    return f"{Level(row['level']).label}, {Quarter.parse(row['opened_in'])}{until}. {row['reason']}"


def _varied(indicator: Rows, quarter: Quarter, row: Rows) -> str:
    """A variation by which this quarter was judged."""
    if not row["from_quarter"] <= quarter.key <= row["until_quarter"]:
        return ""
    return f"Judged otherwise until {Quarter.parse(row['until_quarter'])}. {row['what']}"


def _revision(indicator: Rows, quarter: Quarter, row: Rows) -> str:
    write = _writer(indicator)
    value, was = write.value(row["value"]), write.value(row["was"])
    return (
        f"{Quarter.parse(row['quarter'])}: {value or 'no value'}, was {was or 'no value'}."
        f" {row['reason']} ({as_date(row['said_on'])})"
    )


def _now_known(indicator: Rows, quarter: Quarter, row: Rows) -> str:
    """A figure of an earlier quarter that its publisher issued since the last report."""
    rating = rating_of(indicator, Quarter.parse(row["quarter"]))
    status = rating["rag"] or rating["not_rated"]
    value = _writer(indicator).rated(rating) if rating["value"] is not None else "no value"
    return (
        f"Now known for {Quarter.parse(row['quarter'])}: {value}, {status_in_words(status)}."
        f" It was awaited from {row['publisher']}."
    )


def _definition_change(indicator: Rows, quarter: Quarter, row: Rows) -> str:
    return definition_change_in_words(row)


def _parts(indicator: Rows, quarter: Quarter, row: Rows) -> str:
    """Between which parts the figure lies, and how many are not shown."""
    return _in_words(indicator, row).made_sentence


def _in_words(indicator: Rows, row: Rows) -> BreakdownInWords:
    return BreakdownInWords(**breakdown_of(indicator, copied(row)))


def _part_chart(indicator: Rows, quarter: Quarter, row: Rows, *, part: int) -> str:
    """Every figure of one part's chart, for whoever does not see it."""
    found = _in_words(indicator, row)
    return found.made_charts.get(found.history.parts[part].key, "")


OF_INDICATOR_ROWS: tuple[tuple[str, str, Callable[[Rows, Quarter, Rows], str]], ...] = (
    ("escalations", "referral", _referral),
    ("escalations", "escalation", _escalation),
    ("variations", "varied", _varied),
    ("revisions", "revision", _revision),
    ("now_known", "now-known", _now_known),
    ("definition_changes", "definition-change", _definition_change),
    ("parts", "parts", _parts),
)


def _action(document: Document, *, place: int, row: int) -> str:
    indicator = document["indicators"][place]
    _ = indicator["reference"]
    return action_words(indicator["plan"]["actions"][row])


def action_words(action: Rows) -> str:
    """What a plan promises: "Recruit to the two vacant gangs: due 31 May 2023. Interviews held." """
    done_on = action["done_on"]
    when = f"done {as_date(done_on)}" if done_on else f"due {as_date(action['due_on'])}"
    progress = action["progress"].strip()
    ended = progress if not progress or progress[-1] in ".!?" else f"{progress}."
    return f"{action['description'].strip().rstrip('.')}: {when}.{' ' + ended if ended else ''}"


def _day(day: str | None) -> date | None:
    return date.fromisoformat(day) if day else None
