"""Sixteen quarters of figures: submitted, revised, rated and closed, each in its own time."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from decimal import Decimal
from functools import partial

from core import clock
from core.months import Month
from core.quarters import Quarter
from escalation.services.closing import close_quarter
from indicators.importing.definitions import import_indicators, import_targets
from indicators.importing.parts import (
    import_breakdowns,
    import_dimensions,
    import_part_targets,
    import_parts,
)
from indicators.importing.results import import_results
from indicators.models.definitions import Indicator
from indicators.models.questions import Question
from indicators.models.results import Revision
from indicators.rules.data_quality import Risk
from indicators.rules.entry import FIELDS, ResultGiven, YearEndEntry
from indicators.rules.questions import IT_IS_RIGHT
from indicators.services.accountability import attest
from indicators.services.awaited import say_awaited
from indicators.services.calendar import begin_quarter
from indicators.services.data_quality import DataQualityGiven, write_data_quality
from indicators.services.definitions import retire_indicator, suspend_indicator
from indicators.services.drafts import save_draft
from indicators.services.forecasts import state_forecast
from indicators.services.questions import answer_question
from indicators.services.results import revise_result
from kcc_perf.demonstration import files
from kcc_perf.demonstration.signing import sign_off_everything, sign_off_so_far
from organisation.importing.people import import_people
from organisation.importing.units import import_units
from organisation.models.people import User
from organisation.rules import PostKind, Sight
from organisation.services.sights import set_sights
from sorp.lexicon import Confidence, Rag
from sorp.services.seeding import seed_default_statement

FIRST, LAST, OPEN = Quarter(2019, 1), Quarter(2022, 4), Quarter(2023, 1)
BEGINNING = date(2019, 4, 1)
CABINET_MEETS_ON = date(2023, 9, 18)


def found_the_council() -> None:
    """Units, people, the SORP, indicators and what is expected of them stand."""
    with clock.at(BEGINNING):
        import_units(
            files.content("units.csv"), file="units.csv", today=BEGINNING, starts_on=BEGINNING
        )
        import_people(files.content("people.csv"), file="people.csv")
        seed_default_statement(from_quarter=FIRST, approved_on=BEGINNING, by=None)
        import_indicators(files.content("indicators.csv"), file="indicators.csv")
        import_dimensions(files.content("dimensions.csv"), file="dimensions.csv")
        import_breakdowns(files.content("breakdowns.csv"), file="breakdowns.csv")
        suspend_what_is_suspended()


def let_members_see() -> None:
    """Cabinet Members and the Chair of Governance and Audit see closed quarters; other Members, what is published."""
    with clock.at(BEGINNING):
        set_sights(
            sights={
                PostKind.CABINET_MEMBER: Sight.CLOSED,
                PostKind.CABINET_MEMBER_PERFORMANCE: Sight.CLOSED,
                PostKind.CHAIR_GOVERNANCE_AUDIT: Sight.CLOSED,
            },
            by=officer(),
        )


def suspend_what_is_suspended() -> None:
    for row in files.rows("suspensions.csv"):
        suspend_indicator(
            indicator=Indicator.objects.get(reference=row["reference"]),
            from_quarter=Quarter.parse(row["from_quarter"]),
            until_quarter=Quarter.parse(row["until_quarter"]),
            reason=row["reason"],
            approved_by=User.objects.get(email=row["approved_by"]).name,
            by=None,
        )


def set_targets_before(quarter: Quarter) -> None:
    """The targets that are in force from this quarter are set as it begins."""
    belonging = files.part("targets.csv", lambda row: row["from_quarter"] == quarter.key)
    of_parts = files.part("part_targets.csv", lambda row: row["from_quarter"] == quarter.key)
    with clock.at(quarter.first_day):
        import_targets(_with_names(belonging), file="targets.csv")
        if of_parts.count(b"\n") > 1:
            import_part_targets(of_parts, file="part_targets.csv")


def _with_names(targets: bytes) -> bytes:
    """Approvers by name, as a council would write them, rather than by address."""
    text = targets.decode()
    for person in User.objects.all():
        text = text.replace(f",{person.email}\r\n", f",{person.name}\r\n")
    return text.encode()


def report_quarter(quarter: Quarter) -> None:
    """A quarter's results are submitted, corrected where that was seen in time, and closed.

    By then the next quarter has begun, and its targets are set: what is forecast is held to them.
    """
    set_targets_before(quarter)
    set_targets_before(quarter.next())
    retire_what_ends_in(quarter)
    ready = quarter.last_day + timedelta(days=20)
    take_what_came_from_publishers(quarter, ready)
    with clock.at(ready):
        awaited = wait_for_publishers(quarter, ready)
        import_results(
            _with_months(
                files.part(
                    "results.csv",
                    lambda row: row["quarter"] == quarter.key and row["reference"] not in awaited,
                ),
                quarter,
            ),
            file="results.csv",
            today=ready,
        )
        import_parts(
            files.part("parts.csv", lambda row: row["quarter"] == quarter.key),
            file="parts.csv",
            today=ready,
        )
    expect_the_year_end(quarter, ready)
    if quarter != LAST:  # what the last quarter's figures are asked stands open
        answer_what_is_asked(quarter, ready + timedelta(days=4))
    revise(quarter, ready + timedelta(days=5))
    sign_off_everything(ready + timedelta(days=6))
    closing = quarter.last_day + timedelta(days=30)
    with clock.at(closing):
        close_quarter(quarter=quarter, today=closing, by=officer())


def _with_months(results: bytes, quarter: Quarter) -> bytes:
    """A quarter's results with the months that make those of monthly indicators."""
    rows = list(csv.DictReader(io.StringIO(results.decode(), newline="")))
    columns = list(files.rows("results.csv")[0])
    months = [
        {**row, "quarter": row["month"]}
        for row in files.rows("months.csv")
        if Month.parse(row["month"]).quarter == quarter
    ]
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, columns, restval="", extrasaction="ignore")
    writer.writeheader()
    writer.writerows([*months, *rows])
    return out.getvalue().encode()


def wait_for_publishers(quarter: Quarter, day: date) -> set[str]:
    """Which figures of a quarter their publishers have not issued when the rest is submitted."""
    rows = [row for row in files.rows("awaited.csv") if row["quarter"] == quarter.key]
    for row in rows:
        indicator = Indicator.objects.get(reference=row["reference"])
        say_awaited(
            indicator=indicator,
            quarter=quarter,
            publisher=row["publisher"],
            until=date.fromisoformat(row["until"]),
            today=day,
            by=indicator.accountable_manager,
        )
    return {row["reference"] for row in rows}


def take_what_came_from_publishers(quarter: Quarter, before: date) -> None:
    """Figures of earlier quarters that their publishers issued while this one ran."""
    for row in files.rows("awaited.csv"):
        came_on = date.fromisoformat(row["came_on"])
        if quarter.first_day <= came_on < before:
            this = row["reference"], row["quarter"]
            with clock.at(came_on):
                import_results(
                    files.part("results.csv", partial(_is_of, this)),
                    file="results.csv",
                    today=came_on,
                )


def _is_of(this: tuple[str, str], row: files.Row) -> bool:
    return (row["reference"], row["quarter"]) == this


def retire_what_ends_in(quarter: Quarter) -> None:
    """What is measured no longer after this quarter is said to be, with what replaces it."""
    for row in files.rows("retirements.csv"):
        if row["last_quarter"] == quarter.key:
            with clock.at(date.fromisoformat(row["said_on"])):
                retire_indicator(
                    indicator=Indicator.objects.get(reference=row["reference"]),
                    last_quarter=quarter,
                    reason=row["reason"],
                    by=officer(),
                    successor=Indicator.objects.get(reference=row["successor"]),
                    successor_is_comparable=row["successor_is_comparable"] == "yes",
                )


def answer_what_is_asked(quarter: Quarter, day: date) -> None:
    """What was asked about a quarter's figures is answered, by the manager or, before their time, an officer."""
    rows = Question.objects.unanswered().standing().filter(revision__result__quarter=quarter)
    with clock.at(day):
        for question in rows.select_related("revision__result__indicator__accountable_manager"):
            indicator = question.revision.result.indicator
            manager = indicator.accountable_manager
            answers = Indicator.objects.answerable_by(manager).filter(pk=indicator.pk).exists()
            answer_question(
                question=question, answer=IT_IS_RIGHT, by=manager if answers else officer()
            )


def expect_the_year_end(quarter: Quarter, day: date) -> None:
    """With a quarter's results, some managers say how the year will end."""
    for row in files.rows("year_ends.csv"):
        if row["quarter"] == quarter.key:
            indicator = Indicator.objects.get(reference=row["reference"])
            with clock.at(day):
                state_forecast(
                    indicator=indicator,
                    quarter=quarter,
                    year_end=YearEndEntry(Rag(row["rag"]), row["why"]),
                    by=indicator.accountable_manager,
                )


def open_the_present_quarter(today: date) -> None:
    """The quarter after the last one closed has begun; some of its results are in."""
    begin_the_present_quarter()
    with clock.at(today - timedelta(days=2)):
        import_results(
            _with_months(files.content(f"results_{OPEN.key}.csv"), OPEN),
            file=f"results_{OPEN.key}.csv",
            today=today,
        )
    revise(OPEN, today - timedelta(days=1))
    begin_drafts(today - timedelta(days=1))
    sign_off_so_far(OPEN, today, officer())
    with clock.at(today):
        close_quarter(quarter=LAST, today=today, by=officer())


def begin_the_present_quarter() -> None:
    """Returns are asked for, for Cabinet in September; most managers answer for theirs.

    One in six has said nothing yet, as happens.
    """
    first_day, second_day = date(2023, 7, 3), date(2023, 7, 4)
    with clock.at(first_day):
        begin_quarter(
            quarter=OPEN, cabinet_meets_on=CABINET_MEETS_ON, today=first_day, by=officer()
        )
    answering = User.objects.filter(indicators__isnull=False).distinct().order_by("email")
    with clock.at(second_day):
        for number, manager in enumerate(answering, start=1):
            if number % 6:
                attest(quarter=OPEN, by=manager, today=second_day)


def begin_drafts(day: date) -> None:
    """What managers have typed for the quarter now open, and not yet submitted."""
    for row in files.rows(f"drafts_{OPEN.key}.csv"):
        indicator = Indicator.objects.get(reference=row["reference"])
        typed = {name: row[name] for name in FIELDS if row.get(name)}
        if row["definition_break"] == "no":
            del typed["definition_break"]
        with clock.at(day, hour=15):
            save_draft(
                indicator=indicator,
                quarter=OPEN,
                typed=typed | {"seen": "0"},
                version=0,
                is_complete=False,
                by=indicator.accountable_manager,
            )


def revise(quarter: Quarter, day: date) -> None:
    """What was found wrong while this quarter was open is put right."""
    for row in files.rows("revisions.csv"):
        if row["revised_in"] != quarter.key:
            continue
        indicator = Indicator.objects.get(reference=row["reference"])
        revised = Quarter.parse(row["quarter"])
        before = Revision.objects.latest_ones().get(
            result__indicator=indicator, result__quarter=revised
        )
        value, numerator, denominator = (
            Decimal(row[name]) if row[name] else None
            for name in ("value", "numerator", "denominator")
        )
        with clock.at(day):
            revise_result(
                indicator=indicator,
                quarter=revised,
                given=ResultGiven(
                    value=value,
                    numerator=numerator,
                    denominator=denominator,
                    confidence=Confidence(row["confidence"]),
                    definition_break=before.definition_break,
                    commentary=before.commentary,
                    management_action=before.management_action,
                ),
                reason=row["reason"],
                by=indicator.accountable_manager,
            )


def keep_the_register() -> None:
    """What is known of how far some indicators' data can be trusted, as it was written."""
    for row in files.rows("data_quality.csv"):
        day = date.fromisoformat(row["written_on"])
        checked, due, mended = (
            date.fromisoformat(row[name]) if row[name] else None
            for name in ("checked_on", "mend_due_on", "mended_on")
        )
        given = DataQualityGiven(
            source=row["source"],
            risk=Risk(row["risk"]),
            why=row["why"],
            checked_on=checked,
            checked_by=row["checked_by"],
            finding=row["finding"],
            mend=row["mend"],
            mend_due_on=due,
            mended_on=mended,
        )
        with clock.at(day):
            write_data_quality(
                indicator=Indicator.objects.get(reference=row["reference"]),
                given=given,
                today=day,
                by=User.objects.get(email=row["written_by"]),
            )


def officer() -> User:
    """The performance officer who runs the framework."""
    return officers()[0]


def second_officer() -> User:
    """Another, who approves what the first has checked."""
    return officers()[1]


def officers() -> list[User]:
    """The performance officers, in the order of the file."""
    rows = [row for row in files.rows("people.csv") if row["post"] == "performance_officer"]
    return [User.objects.get(email=row["email"]) for row in rows]
