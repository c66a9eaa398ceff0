"""The annual round: who may, what it refuses, what a checked minute does, and what is carried over."""

from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now as this_moment

from core.models.audit import AuditEvent
from core.models.notices import Notice
from core.models.quarters import ReportingQuarter
from core.quarters import Quarter
from core.refusals import Refused
from core.tables.faults import RefusedFileError
from indicators.exporting.rounds import round_csv
from indicators.importing.rounds import import_round
from indicators.models.definitions import Indicator, Target
from indicators.models.rounds import RoundLine, RoundRemark
from indicators.queries.rounds import (
    carried_over,
    directorate_of,
    directorates_of,
    progress_of,
    proposed_indicator,
    round_due_from,
    round_grid,
)
from indicators.rules.rounds import LineState, ReviewKind
from indicators.services.rounds import (
    RefusedLine,
    Typed,
    answer_challenge,
    check_round_minute,
    comment_on_line,
    make_due_lines,
    open_round,
    propose_lines,
    propose_new,
    put_challenge,
    record_review,
    refuse_round_minute,
    send_back,
    set_round_days,
    submit_lines,
    withdraw_line,
)
from organisation.models.units import Unit
from organisation.queries import tree_on
from sorp.lexicon import Basis
from tests.factories import RevisionFactory, TargetFactory
from tests.indicators.rounds import (
    APRIL,
    DAYS,
    JANUARY,
    MARCH,
    Q1,
    YEAR,
    agreed,
    bodies_of_a_round,
    indicator_of,
    limits,
    looked_at,
    minuted,
    opened,
    people_of_a_round,
    submitted,
    typed,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_january(db):
    with time_machine.travel(JANUARY, tick=False):
        yield


@pytest.fixture
def people(sorp_in_force):
    return people_of_a_round()


@pytest.fixture
def bodies(people):
    return bodies_of_a_round(people)


@pytest.fixture
def indicator(people):
    return indicator_of(people, "HW1")


@pytest.fixture
def round(people):
    return opened(people)


def may(act):
    """Whether somebody is let do it; whatever it changed is undone."""
    try:
        with transaction.atomic():
            act()
            transaction.set_rollback(True)
    except PermissionDenied:
        return False
    return True


def who_may(people, act):
    return {who for who, by in people.items() if may(lambda by=by: act(by))}


# Who may

OFFICERS = {"officer", "second officer"}
SPEAKERS = OFFICERS | {"director", "directorate officer", "managing director"}


def test_who_opens_a_round_and_changes_its_days(people, indicator):
    assert who_may(people, lambda by: open_round(year=YEAR, by=by, **DAYS)) == OFFICERS

    found = opened(people)
    assert who_may(people, lambda by: set_round_days(round=found, by=by, **DAYS)) == OFFICERS


def test_who_proposes_a_line_and_who_submits_for_the_directorate(people, indicator, round):
    def propose(by):
        propose_lines(round=round, typed=[typed(indicator, target=92, floor=82)], by=by)

    assert who_may(people, propose) == SPEAKERS | {"manager"}

    propose(people["manager"])
    unit = Unit.objects.get(code="HW")
    found = who_may(people, lambda by: submit_lines(round=round, directorate=unit, by=by))
    assert found == SPEAKERS


def test_who_records_a_minute_sends_back_and_checks(people, bodies, indicator, round):
    lines = submitted(round, people, typed(indicator, target=92, floor=82))
    assert who_may(people, lambda by: send_back(lines=lines, reason="Why", by=by)) == OFFICERS
    with time_machine.travel(MARCH, tick=False):
        assert (
            who_may(
                people,
                lambda by: record_review(
                    round=round,
                    kind=ReviewKind.TEAM,
                    body=None,
                    met_on=date(2024, 2, 11),
                    note="",
                    by=by,
                ),
            )
            == OFFICERS
        )
        looked_at(round, people, bodies)
        minuted(lines, people, bodies)  # by the officer

        checkers = who_may(people, lambda by: check_round_minute(lines=lines, by=by))
        refusers = who_may(people, lambda by: refuse_round_minute(lines=lines, reason="No", by=by))

    # Neither who typed it (the manager), nor who submitted it (the director), nor who recorded it.
    assert checkers == refusers == {"managing director", "second officer"}


def test_who_comments_for_a_committee_and_who_answers_a_challenge(people, bodies, indicator, round):
    (line,) = submitted(round, people, typed(indicator, target=92, floor=82))

    assert who_may(people, lambda by: comment_on_line(line=line, text="Good", by=by)) == {"member"}
    remark = put_challenge(line=line, said_for="PAT", text="Why so little?", by=people["officer"])
    found = who_may(people, lambda by: answer_challenge(remark=remark, answer="So", by=by))
    assert found == SPEAKERS | {"manager"}


# Opening


def test_a_round_that_is_opened_tells_whoever_may_propose(people, indicator):
    found = open_round(year=YEAR, by=people["officer"], **DAYS)

    assert found.financial_year == "2024/25"
    assert [stage.day for stage in found.stages] == list(DAYS.values())
    told = set(Notice.objects.values_list("recipient__name", flat=True))
    assert {"Ann Manager", "Dee Director", "Dan Officer"} <= told
    assert not {"Mia Member", "Sam Staff", "Dot Deputy"} & told
    assert AuditEvent.objects.filter(act="opened annual round").count() == 1


@pytest.mark.parametrize(
    ("year", "otherwise", "told", "field"),
    [
        (2022, {}, "Open the round of 2023/24 or of 2024/25", "year"),
        (2026, {}, "Open the round of 2023/24 or of 2024/25", "year"),
        (2024, {"seen_by": date(2024, 1, 1)}, "enter that day or a later one", "seen_by"),
        (2024, {"agreed_by": date(2024, 4, 1)}, "enter a day before it", "agreed_by"),
    ],
)
def test_a_round_that_cannot_be_is_refused_in_words(people, year, otherwise, told, field):
    with pytest.raises(Refused, match=told) as refusal:
        open_round(year=year, by=people["officer"], **DAYS | otherwise)

    assert refusal.value.field == field


def test_a_year_has_one_round_and_its_days_may_change(people, round):
    with pytest.raises(Refused, match="is open already"):
        open_round(year=YEAR, by=people["officer"], **DAYS)

    later = DAYS | {"agreed_by": date(2024, 3, 28)}
    assert set_round_days(round=round, by=people["officer"], **later).agreed_by == date(2024, 3, 28)
    set_round_days(round=round, by=people["officer"], **later)
    assert AuditEvent.objects.filter(act="changed days of annual round").count() == 1
    with pytest.raises(Refused, match="Enter the day: POSCs see it"):
        set_round_days(
            round=round,
            by=people["officer"],
            **{name: day for name, day in DAYS.items() if name != "seen_by"},
        )


# Proposing


def test_a_line_is_a_draft_that_says_what_was_typed_and_changes_nothing_else(
    people, indicator, round
):
    asked = [typed(indicator, target=92, floor=82)]
    (line,) = propose_lines(round=round, typed=asked, by=people["manager"])
    again = propose_lines(round=round, typed=asked, by=people["officer"])

    assert again == []  # the same again is no change
    assert (line.state, line.action, line.version) == ("draft", "keep", 1)
    assert line.targets.get().limits == limits(target=92, floor=82)
    assert Target.objects.count() == 1
    assert RoundLine.objects.get().typed_by == people["manager"]


@pytest.mark.parametrize(
    ("given", "field", "told"),
    [
        ({"target": 80, "floor": 85}, "floor", "no better than the target"),
        ({"floor": 85}, "target", "Enter the target"),
        ({"target": 95, "lower": 85}, "lower", "leave this empty"),
        ({"action": "new", "target": 95}, "action", "kept, changed or ended"),
        ({"action": "", "target": 95}, "action", "kept, changed or ended"),
    ],
)
def test_a_line_that_contradicts_itself_is_refused_at_its_field(
    people, indicator, round, given, field, told
):
    with pytest.raises(RefusedLine, match=told) as refusal:
        propose_lines(round=round, typed=[typed(indicator, **given)], by=people["manager"])

    assert (refusal.value.field, refusal.value.reference) == (field, "HW1")
    assert not RoundLine.objects.exists()


def test_the_floor_may_not_be_on_the_wrong_side_where_less_is_better(people, round):
    lower = indicator_of(people, "HW2", polarity="lower")
    Target.objects.filter(indicator=lower).update(target=80, floor=90)

    with pytest.raises(RefusedLine, match="no better than the target"):
        propose_lines(round=round, typed=[typed(lower, target=80, floor=70)], by=people["manager"])
    assert propose_lines(
        round=round, typed=[typed(lower, target=80, floor=85)], by=people["manager"]
    )


def test_of_several_lines_all_are_kept_or_none(people, indicator, round):
    second = indicator_of(people, "HW2")

    with pytest.raises(RefusedLine):
        propose_lines(
            round=round,
            typed=[typed(indicator, target=92, floor=82), typed(second, target=80, floor=85)],
            by=people["manager"],
        )

    assert not RoundLine.objects.exists()


def test_what_two_people_type_at_once_is_not_written_over_unseen(people, indicator, round):
    propose_lines(
        round=round, typed=[typed(indicator, target=92, floor=82, seen=0)], by=people["manager"]
    )

    with pytest.raises(RefusedLine, match="changed by Ann Manager on 15 January 2024") as refusal:
        propose_lines(
            round=round, typed=[typed(indicator, target=95, floor=85, seen=0)], by=people["officer"]
        )
    assert "it now says keep; from Q1 2024/25: target 92%, floor standard 82%" in str(refusal.value)
    # Who has looked again may write over it, and who typed the same meets no obstacle.
    assert not propose_lines(
        round=round, typed=[typed(indicator, target=92, floor=82, seen=0)], by=people["officer"]
    )
    (line,) = propose_lines(
        round=round, typed=[typed(indicator, target=95, floor=85, seen=1)], by=people["officer"]
    )
    assert line.version == 2


def test_what_is_counted_from_april_has_a_target_for_each_quarter_or_for_none(people, round):
    total = indicator_of(people, "HW9", basis=Basis.YEAR_TO_DATE)

    def propose(quarters):
        targets = {Quarter(YEAR, n): limits(target=10 * n, floor=5 * n) for n in quarters}
        return propose_lines(
            round=round, typed=[Typed(total, "keep", "Why", targets)], by=people["manager"]
        )

    with pytest.raises(RefusedLine, match="enter a target for Q3 2024/25 as well"):
        propose([1, 2])
    (line,) = propose([1, 2, 3, 4])
    assert line.targets.count() == 4
    with pytest.raises(RefusedLine, match="give its target from Q1 2024/25 or"):
        propose_lines(
            round=round,
            typed=[Typed(total, "keep", "Why", {Quarter(2025, 1): limits(target=1)})],
            by=people["manager"],
        )


def test_a_change_of_more_than_the_words_belongs_to_the_indicators_own_page(
    people, indicator, round
):
    with pytest.raises(Refused, match="Change polarity on the indicator’s own page"):
        propose_lines(
            round=round,
            typed=[typed(indicator, "change", definition={"polarity": "lower"})],
            by=people["manager"],
        )


def new_line(round, people, reference="HW7", **otherwise):
    given = {
        "definition": {
            "reference": reference,
            "title": "Kerbs mended",
            "tier": "directorate",
            "kind": "kpi",
            "measure_unit": "%",
            "polarity": "higher",
            "method": "tolerance",
            "tolerance": Decimal("10"),
            "next_review": date(2025, 4, 1),
            "checker": people["staff"],
        },
        "unit": Unit.objects.get(code="HW"),
        "manager": people["manager"],
        "reason": "The plan asks for it",
        "by": people["director"],
    }
    return propose_new(round=round, **given | otherwise)


def test_a_new_indicator_is_a_draft_until_it_is_withdrawn(people, indicator, round):
    line = new_line(round, people)
    assert (line.action, line.indicator, line.definition["tolerance"]) == ("new", None, "10")

    with pytest.raises(RefusedLine, match="HW7 is another indicator’s"):
        new_line(round, people)
    with pytest.raises(RefusedLine, match="HW1 is another indicator’s"):
        new_line(round, people, reference="HW1")
    with pytest.raises(RefusedLine, match="Say why"):
        new_line(round, people, reference="HW8", reason=" ")
    with pytest.raises(RefusedLine, match="rating method suits the polarity"):
        new_line(
            round,
            people,
            definition={
                "reference": "HW8",
                "title": "Odd",
                "tier": "directorate",
                "polarity": "range",
                "method": "floor",
            },
        )
    with pytest.raises(PermissionDenied):
        new_line(round, people, reference="HW8", by=people["other director"])

    assert withdraw_line(line=line, by=people["director"]).state == "withdrawn"
    assert withdraw_line(line=line, by=people["director"]).state == "withdrawn"
    assert new_line(round, people).pk != line.pk


def test_a_new_indicator_is_written_otherwise_while_it_is_a_draft(people, round):
    line = new_line(round, people)
    propose_lines(
        round=round,
        typed=[Typed(proposed_indicator(line), "new", "Why", {Q1: limits(target=50)}, line=line)],
        by=people["manager"],
    )
    with pytest.raises(RefusedLine, match="changed by Ann Manager"):
        new_line(round, people, line=line, seen=1)

    changed = new_line(round, people, reference="HW17", line=line, seen=2)

    assert changed.reference == "HW17"
    assert changed.targets.get().target == 50  # what was typed in the grid stays


# Submitting


def test_a_directorate_submits_all_of_its_set_at_once(people, indicator, round):
    unit = Unit.objects.get(code="HW")
    with pytest.raises(Refused, match="Say first whether HW1 is kept, changed or ended"):
        submit_lines(round=round, directorate=unit, by=people["director"])

    propose_lines(round=round, typed=[typed(indicator, target=92, floor=82)], by=people["manager"])
    (line,) = submit_lines(round=round, directorate=unit, by=people["director"])

    assert (line.state, line.submitted_by) == ("submitted", people["director"])
    assert Notice.objects.filter(
        recipient=people["officer"], subject__startswith="Highways has submitted"
    ).exists()
    with pytest.raises(Refused, match="everything is submitted already"):
        submit_lines(round=round, directorate=unit, by=people["director"])
    with pytest.raises(RefusedLine, match="ask the performance team to send it back"):
        propose_lines(
            round=round, typed=[typed(indicator, target=95, floor=85)], by=people["manager"]
        )


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"action": "keep", "reason": "", "target": 90, "floor": 80}, None),
        ({"action": "keep", "reason": "", "target": 91, "floor": 80}, "HW1: say why"),
        ({"action": "end", "reason": ""}, "HW1: say why"),
        ({"action": "change", "reason": "Why"}, "say on its page what the new definition"),
        ({"action": "change", "reason": "Why", "definition": {"title": "Else"}}, None),
    ],
)
def test_what_is_not_simply_kept_says_why_before_it_is_submitted(
    people, indicator, round, given, told
):
    propose_lines(round=round, typed=[typed(indicator, **given)], by=people["manager"])
    unit = Unit.objects.get(code="HW")
    if told is None:
        assert submit_lines(round=round, directorate=unit, by=people["director"])
        return

    with pytest.raises(RefusedLine, match=told):
        submit_lines(round=round, directorate=unit, by=people["director"])
    assert RoundLine.objects.get().state == "draft"


def test_what_is_sent_back_says_why_and_may_be_changed_again(people, indicator, round):
    lines = submitted(round, people, typed(indicator, target=92, floor=82))
    with pytest.raises(Refused, match="Say why"):
        send_back(lines=lines, reason=" ", by=people["officer"])
    (line,) = send_back(lines=lines, reason="Too easy", by=people["officer"])

    assert (line.state, line.submitted_by) == ("draft", None)
    assert RoundRemark.objects.get(line=line).text == "Too easy"
    assert Notice.objects.get(recipient=people["director"], subject__startswith="HW1 was sent back")
    assert propose_lines(
        round=round, typed=[typed(indicator, target=95, floor=85)], by=people["manager"]
    )


# What is said of a line


def test_a_challenge_is_answered_once_and_a_comment_owes_no_answer(
    people, bodies, indicator, round
):
    (line,) = submitted(round, people, typed(indicator, target=92, floor=82))
    comment_on_line(line=line, text="We welcome it", by=people["member"])
    challenge = put_challenge(line=line, said_for="PAT", text="Why 92?", by=people["officer"])
    assert (
        put_challenge(line=line, said_for="PAT", text="Why 92?", by=people["officer"]) == challenge
    )
    assert progress_of(round, [line])[line.pk].unanswered == 1

    with pytest.raises(Refused, match="Write the answer"):
        answer_challenge(remark=challenge, answer=" ", by=people["manager"])
    answer_challenge(remark=challenge, answer="It is the best in ten years", by=people["manager"])

    assert progress_of(round, [line])[line.pk].unanswered == 0
    with pytest.raises(Refused, match="answered by Ann Manager on 15 January 2024"):
        answer_challenge(remark=challenge, answer="Again", by=people["director"])
    with pytest.raises(Refused, match="Write what you want to say"):
        put_challenge(line=line, said_for="PAT", text="", by=people["officer"])
    with pytest.raises(Refused, match="Only a challenge"):
        answer_challenge(
            remark=RoundRemark.objects.get(kind="comment"), answer="Yes", by=people["manager"]
        )
    assert RoundRemark.objects.get(kind="comment").said_for == "Environment Committee"


def test_a_draft_is_not_challenged(people, indicator, round):
    (line,) = propose_lines(
        round=round, typed=[typed(indicator, target=92, floor=82)], by=people["manager"]
    )

    with pytest.raises(RefusedLine, match="is not submitted yet"):
        put_challenge(line=line, said_for="PAT", text="Why?", by=people["officer"])


# Stages in order


def test_nothing_is_agreed_before_those_who_are_to_look_at_it_did(people, bodies, indicator, round):
    (line,) = submitted(round, people, typed(indicator, target=92, floor=82))
    with time_machine.travel(MARCH, tick=False):
        with pytest.raises(RefusedLine, match="PAT did not look at HW1"):
            minuted([line], people, bodies)
        record_review(
            round=round,
            kind=ReviewKind.TEAM,
            body=None,
            met_on=date(2024, 2, 10),
            note="",
            by=people["officer"],
        )
        with pytest.raises(RefusedLine, match="Environment Committee did not look at HW1"):
            minuted([line], people, bodies)
        record_review(
            round=round,
            kind=ReviewKind.COMMITTEE,
            body=bodies["posc"],
            met_on=None,
            note="It does not meet before May",
            by=people["officer"],
        )
        challenge = put_challenge(line=line, said_for="PAT", text="Why?", by=people["officer"])
        with pytest.raises(RefusedLine, match="a challenge that is not answered"):
            minuted([line], people, bodies)
        answer_challenge(remark=challenge, answer="So", by=people["manager"])

        assert minuted([line], people, bodies)[0].state == "recorded"


def test_a_draft_is_not_agreed(people, bodies, indicator, round):
    (line,) = propose_lines(
        round=round, typed=[typed(indicator, target=92, floor=82)], by=people["manager"]
    )
    with time_machine.travel(MARCH, tick=False), pytest.raises(RefusedLine, match="not submitted"):
        minuted([line], people, bodies)


@pytest.mark.parametrize(
    ("otherwise", "field", "told"),
    [
        ({"met_on": date(2024, 3, 15)}, "met_on", "has not come yet"),
        ({"minute": " "}, "minute", "Enter the number"),
        ({"body": "posc"}, "body", "cannot agree the proposals"),
        ({"met_on": date(2024, 1, 10)}, None, "after the meeting of 10 January 2024"),
    ],
)
def test_a_minute_is_recorded_whole_and_of_a_body_that_decides(
    people, bodies, indicator, round, otherwise, field, told
):
    lines = submitted(round, people, typed(indicator, target=92, floor=82))
    otherwise = {
        name: bodies.get(value, value) if isinstance(value, str) else value
        for name, value in otherwise.items()
    }
    with time_machine.travel(MARCH, tick=False):
        looked_at(round, people, bodies)
        with pytest.raises(Refused, match=told) as refusal:
            minuted(lines, people, bodies, **otherwise)

    assert refusal.value.field == field
    assert RoundLine.objects.get().state == "submitted"


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"met_on": None, "note": ""}, "Enter the day on which it met, or say why"),
        ({"met_on": date(2024, 3, 1), "note": "Why"}, "not both"),
        ({"met_on": date(2024, 4, 1), "note": ""}, "has not come yet"),
        ({"met_on": date(2024, 2, 10), "note": ""}, "PAT, 10 February 2024, is on record already"),
    ],
)
def test_who_looked_at_it_is_recorded_once_on_a_day_that_has_come(
    people, bodies, round, given, told
):
    with time_machine.travel(MARCH, tick=False):
        looked_at(round, people, bodies)
        with pytest.raises(Refused, match=told):
            record_review(
                round=round, kind=ReviewKind.TEAM, body=None, by=people["officer"], **given
            )


def test_a_minute_that_does_not_say_so_is_taken_back_and_its_recorder_told(
    people, bodies, indicator, round
):
    lines = submitted(round, people, typed(indicator, target=92, floor=82))
    with time_machine.travel(MARCH, tick=False):
        looked_at(round, people, bodies)
        minuted(lines, people, bodies)
        with pytest.raises(Refused, match="Say what is wrong"):
            refuse_round_minute(lines=lines, reason="", by=people["second officer"])
        (line,) = refuse_round_minute(lines=lines, reason="It is 46", by=people["second officer"])

    assert (line.state, line.minute, line.recorded_by) == ("submitted", "", None)
    assert Notice.objects.get(recipient=people["officer"], body="It is 46")
    assert not Target.objects.filter(from_quarter=Q1).exists()


# What a checked minute does


def test_a_kept_indicator_has_its_target_from_april_by_the_minute(people, bodies, indicator, round):
    (line,) = agreed(round, people, bodies, typed(indicator, target=92, floor=82))

    target = Target.objects.get(from_quarter=Q1)
    assert (target.target, target.floor, target.reason) == (92, 82, "Better")
    assert target.approved_by == "Cabinet, 12 March 2024, minute 45"
    assert line.state == "agreed"
    line.refresh_from_db()
    assert (line.checked_by, line.done_at is None) == (people["second officer"], False)
    assert Notice.objects.get(recipient=people["director"], subject="HW1: agreed for 2024/25")
    with time_machine.travel(MARCH, tick=False):
        check_round_minute(lines=[line], by=people["second officer"])  # a button pressed twice
    assert AuditEvent.objects.filter(act="agreed in annual round").count() == 1


def test_an_ended_indicator_is_measured_until_march(people, bodies, indicator, round):
    agreed(round, people, bodies, typed(indicator, "end", reason="Nobody reads it"))

    indicator.refresh_from_db()
    assert indicator.last_quarter == Quarter(2023, 4)
    assert indicator.definition_changes.get().reason == "Nobody reads it"


def test_a_new_indicator_is_measured_from_april_with_its_target(people, bodies, indicator, round):
    line = new_line(round, people)
    propose_lines(
        round=round,
        typed=[
            Typed(
                proposed_indicator(line),
                "new",
                "The plan asks for it",
                {Q1: limits(target=50)},
                line=line,
            )
        ],
        by=people["manager"],
    )
    agreed(round, people, bodies, typed(indicator, target=90, floor=80, reason=""))

    found = Indicator.objects.get(reference="HW7")
    assert (found.first_quarter, found.tolerance, found.checker) == (Q1, 10, people["staff"])
    assert found.next_review == date(2025, 4, 1)
    assert found.targets.get().target == 50
    assert RoundLine.objects.get(reference="HW7").indicator == found


def test_a_changed_definition_waits_for_the_first_of_april(people, bodies, indicator, round):
    words = {"title": "Roads mended in time", "source": "The depot"}
    (line,) = agreed(
        round,
        people,
        bodies,
        typed(indicator, "change", target=92, floor=82, definition=words, is_break=True),
    )
    indicator.refresh_from_db()
    assert indicator.title == "Indicator HW1"
    assert line.done_at is None
    with time_machine.travel("2024-03-31 23:00 +0100", tick=False):
        assert make_due_lines(today=date(2024, 3, 31)) == 0

    with time_machine.travel(APRIL, tick=False):
        assert make_due_lines(today=date(2024, 4, 2)) == 1
        assert make_due_lines(today=date(2024, 4, 2)) == 0

    indicator.refresh_from_db()
    assert (indicator.title, indicator.source) == ("Roads mended in time", "The depot")
    assert indicator.definition_changes.get().break_from == Q1


def test_a_definition_that_cannot_change_on_its_day_says_why_once(people, bodies, indicator, round):
    agreed(round, people, bodies, typed(indicator, "change", definition={"title": "x"}))
    RoundLine.objects.update(definition={"title": "x" * 201})
    with time_machine.travel(APRIL, tick=False):
        assert make_due_lines(today=date(2024, 4, 2)) == 0
        assert make_due_lines(today=date(2024, 4, 2)) == 0

    assert "title" in RoundLine.objects.get().problem
    told = Notice.objects.filter(subject="HW1 could not be changed as agreed")
    assert told.count() == len(OFFICERS)


def test_of_several_agreed_together_all_are_done_or_none(people, bodies, indicator, round):
    second = indicator_of(people, "HW2")
    lines = submitted(round, people, typed(indicator, target=92, floor=82), typed(second, "end"))
    with time_machine.travel(MARCH, tick=False):
        looked_at(round, people, bodies)
        minuted(lines, people, bodies)
        RoundLine.objects.filter(reference="HW2").update(reason="")
        with pytest.raises(RefusedLine, match="HW2: Say why"):
            check_round_minute(lines=lines, by=people["second officer"])

    assert set(RoundLine.objects.values_list("state", flat=True)) == {"recorded"}
    assert not Target.objects.filter(from_quarter=Q1).exists()


def close(*quarters):
    for quarter in quarters:
        ReportingQuarter.objects.create(quarter=quarter, state="closed", closed_at=this_moment())


def test_what_is_agreed_late_counts_from_the_first_quarter_that_is_not_closed(
    people, bodies, indicator, round
):
    ended = indicator_of(people, "HW2")
    total = indicator_of(people, "HW9", basis=Basis.YEAR_TO_DATE)
    by_quarter = {Quarter(YEAR, n): limits(target=10 * n, floor=5 * n) for n in (1, 2, 3, 4)}
    RevisionFactory(result__indicator=ended, result__quarter=Q1)
    lines = submitted(
        round,
        people,
        typed(indicator, target=92, floor=82),
        typed(ended, "end"),
        Typed(total, "keep", "Why", by_quarter),
    )
    with time_machine.travel("2024-08-10 10:00 +0100", tick=False):
        close(Q1)
        looked_at(round, people, bodies)
        minuted(lines, people, bodies)
        check_round_minute(lines=lines, by=people["second officer"])
        carried = carried_over(Q1, Indicator.objects.all())

    assert indicator.targets.latest("from_quarter").from_quarter == Quarter(YEAR, 2)
    ended.refresh_from_db()
    assert ended.last_quarter == Q1
    quarters = total.targets.filter(from_quarter__gte=Q1).values_list("from_quarter", flat=True)
    assert [each.number for each in quarters] == [2, 3, 4]
    # In the quarter that was closed by then, last year's went on.
    assert set(carried) == {indicator.pk, ended.pk, total.pk}


# What nobody agreed


def test_what_is_not_agreed_on_the_first_of_april_is_carried_over_until_it_is(
    people, bodies, indicator, round
):
    left = indicator_of(people, "HW2")
    total = indicator_of(people, "HW3", basis=Basis.YEAR_TO_DATE)
    data = indicator_of(people, "HW4", kind="data", method="none")
    fresh = indicator_of(people, "HW5", first_quarter=Q1)
    everything = [indicator, left, total, data, fresh]
    lines = submitted(
        round,
        people,
        typed(indicator, target=92, floor=82),
        *(typed(each, reason="So", target=95, floor=85) for each in (left,)),
        *(typed(each, reason="So") for each in (total, data)),
    )
    with time_machine.travel(MARCH, tick=False):
        looked_at(round, people, bodies)
        ours = [each for each in lines if each.reference == "HW1"]
        minuted(ours, people, bodies)
        check_round_minute(lines=ours, by=people["second officer"])
        assert carried_over(Q1, everything) == {}
    with time_machine.travel(APRIL, tick=False):
        found = carried_over(Q1, everything)
        assert found == {
            left.pk: "Carried over, not agreed for 2024/25",
            total.pk: "Not agreed for 2024/25, so that there is no target",
        }
        assert carried_over(Quarter(2023, 4), everything) == {}

        theirs = [each for each in lines if each.reference == "HW2"]
        minuted(theirs, people, bodies)
        check_round_minute(lines=theirs, by=people["second officer"])
        assert set(carried_over(Q1, everything)) == {total.pk}


def test_without_a_round_nothing_is_said_to_be_carried_over(people, indicator):
    with time_machine.travel(APRIL, tick=False):
        assert carried_over(Q1, [indicator]) == {}


def test_a_target_approved_by_sign_in_from_the_new_year_is_agreed(people, indicator, round):
    TargetFactory(indicator=indicator, from_quarter=Quarter(YEAR, 2))
    with time_machine.travel("2024-08-01 10:00 +0100", tick=False):
        assert set(carried_over(Q1, [indicator])) == {indicator.pk}
        assert carried_over(Quarter(YEAR, 2), [indicator]) == {}


# How far it has come


def test_the_round_counts_what_each_directorate_proposed_and_who_has_to_do_what(
    people, bodies, indicator, round
):
    indicator_of(people, "HW2")
    due = {
        who: round_due_from(people[who], date(2024, 1, 15))
        for who in ("manager", "director", "officer", "member")
    }
    assert (due["manager"].to_propose, due["director"].to_propose) == (2, 0)
    assert [each.branch.name for each in due["director"].to_submit] == ["Highways"]
    assert (due["officer"], due["member"]) == (None, None)

    lines = submitted(
        round,
        people,
        typed(indicator, target=92, floor=82),
        typed(Indicator.objects.get(reference="HW2"), "end"),
    )
    put_challenge(line=lines[0], said_for="PAT", text="Why?", by=people["officer"])
    (found,) = directorates_of(round, reader=people["director"], today=date(2024, 1, 15))
    assert (found.measured, found.proposed, found.submitted, found.missing) == (2, 2, 2, 0)
    assert (found.challenged, found.unanswered, found.agreed, found.not_yet) == (1, 1, 0, 2)
    assert found.in_words == "1 kept, 1 ended"
    assert round_due_from(people["officer"], date(2024, 1, 15)).to_record == 2
    assert round_due_from(people["director"], date(2024, 1, 15)).to_answer == 1

    with time_machine.travel(MARCH, tick=False):
        looked_at(round, people, bodies)
        minuted(lines[1:], people, bodies)
        assert round_due_from(people["second officer"], date(2024, 3, 14)).to_check == 1
        assert round_due_from(people["director"], date(2024, 3, 14)).to_check == 0
    with time_machine.travel(APRIL, tick=False):
        assert round_due_from(people["officer"], date(2024, 4, 2)).carried_over == 2


def counted(act):
    with CaptureQueriesContext(
        connection,
    ) as found:
        act()
    return len(found)


def test_twenty_indicators_ask_the_database_no_oftener_than_one(people, bodies, round):
    directorate = directorate_of(tree_on(date(2024, 1, 15)), Unit.objects.get(code="HW").pk)

    def asks():
        tree = tree_on(date(2024, 1, 15))
        lines = list(RoundLine.objects.select_related("round", "indicator"))
        return [
            counted(
                lambda: round_grid(
                    round=round, directorate=directorate, tree=tree, reader=people["director"]
                )
            ),
            counted(
                lambda: directorates_of(round, reader=people["director"], today=date(2024, 1, 15))
            ),
            counted(lambda: progress_of(round, lines)),
            counted(lambda: round_due_from(people["officer"], date(2024, 4, 2))),
        ]

    first = indicator_of(people, "HW00")
    submitted(round, people, typed(first, target=92, floor=82))
    with time_machine.travel(APRIL, tick=False):
        of_one = asks()
        assert counted(lambda: carried_over(Q1, [first])) <= 4
    more = [indicator_of(people, f"HW{n:02}") for n in range(1, 20)]
    submitted(round, people, *(typed(each, target=92, floor=82) for each in more))
    with time_machine.travel(APRIL, tick=False):
        assert asks() == of_one


# Spreadsheets


def test_what_is_taken_as_a_spreadsheet_comes_back_unchanged_and_changed(people, indicator, round):
    total = indicator_of(people, "HW9", basis=Basis.YEAR_TO_DATE)
    by_quarter = {Quarter(YEAR, n): limits(target=10 * n, floor=5 * n) for n in (1, 2, 3, 4)}
    propose_lines(
        round=round,
        typed=[typed(indicator, target=92, floor=82), Typed(total, "keep", "Why", by_quarter)],
        by=people["manager"],
    )
    new_line(round, people)
    taken = round_csv()
    assert taken.splitlines()[0].startswith("reference,proposal,from_quarter,target,floor")
    assert "HW1,keep,2024-Q1,92,82" in taken

    same = import_round(taken.encode(), file="round.csv", by=people["officer"])
    assert (same.new, same.changed, same.unchanged) == ((), (), 3)

    changed = taken.replace("HW1,keep,2024-Q1,92,82", "HW1,keep,2024-Q1,94,84")
    found = import_round(changed.encode(), file="round.csv", by=people["officer"])
    assert found.changed == ("HW1",)
    assert RoundLine.objects.get(reference="HW1").targets.get().target == 94


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ("HW404,keep,,92,82,Why", "there is no indicator HW404: correct it, or propose a new one"),
        ("HW1,new,,92,82,Why", "a new indicator is proposed on its page"),
        ("HW1,keep,,80,85,Why", "no better than the target"),
        ("HW1,keep,,many,85,Why", "many"),
        ("HW1,drop,,92,82,Why", "proposal"),
        ("HW1,keep,2025-Q1,92,82,Why", "give its target from Q1 2024/25"),
        ("HW1,keep,,92,82,Why\r\nHW1,end,2024-Q2,,,Why", "write keep in each row of HW1"),
        ("LIB1,keep,,92,82,Why", "leave it out: Bob Other answers for it"),
    ],
)
def test_a_file_that_cannot_be_is_refused_line_by_line_and_nothing_is_written(
    people, indicator, round, rows, told
):
    other = indicator_of(people, "LIB1")
    Indicator.objects.filter(pk=other.pk).update(
        unit=Unit.objects.get(code="LIB"), accountable_manager=people["other manager"]
    )
    content = f"reference,proposal,from_quarter,target,floor,reason\r\n{rows}\r\n"
    content = "\r\n".join(_with_all_columns(line) for line in content.strip().split("\r\n"))

    with pytest.raises(RefusedFileError) as refusal:
        import_round(content.encode(), file="round.csv", by=people["director"])

    assert any(told in str(fault) for fault in refusal.value.faults), list(refusal.value.faults)
    assert not RoundLine.objects.exists()


def _with_all_columns(line):
    reference, proposal, quarter, target, floor, reason = line.split(",")
    middle = "lower,upper,outer_lower,outer_upper" if reference == "reference" else ",,,"
    return ",".join([reference, proposal, quarter, target, floor, middle, reason])


def test_without_a_round_a_file_is_refused_in_words(people, indicator):
    content = _with_all_columns("reference,proposal,from_quarter,target,floor,reason")
    content += "\r\n" + _with_all_columns("HW1,keep,,92,82,Why")

    with pytest.raises(RefusedFileError) as refusal:
        import_round(content.encode(), file="round.csv", by=people["officer"])
    assert "no round is open" in str(next(iter(refusal.value.faults)))
    assert round_csv().count("\r\n") == 1  # the headings alone


# What the database refuses


@pytest.mark.both_databases
@pytest.mark.parametrize(
    "wrong",
    [
        {"action": "wish"},
        {"state": "wished"},
        {"indicator": None},
        {"action": "new", "indicator": None},
        {"state": "submitted"},
        {"state": "recorded", "submitted_by": "director", "submitted_at": this_moment()},
        {"minute": "45"},
        {
            "state": "agreed",
            "submitted_by": "director",
            "submitted_at": this_moment(),
            "body": "cabinet",
            "met_on": date(2024, 3, 12),
            "minute": "45",
            "recorded_by": "officer",
            "checked_by": "officer",
            "checked_at": this_moment(),
        },
        {
            "state": "agreed",
            "submitted_by": "director",
            "submitted_at": this_moment(),
            "body": "cabinet",
            "met_on": date(2024, 3, 12),
            "minute": "45",
            "recorded_by": "officer",
            "checked_by": "manager",
            "checked_at": this_moment(),
        },
        {"done_at": this_moment()},
    ],
    ids=lambda wrong: "-".join(wrong),
)
def test_the_database_refuses_a_line_that_cannot_be(people, bodies, indicator, round, wrong):
    named = people | bodies
    given = {
        name: named.get(value, value) if isinstance(value, str) else value
        for name, value in wrong.items()
    }

    with pytest.raises(IntegrityError), transaction.atomic():
        RoundLine.objects.create(
            **{
                "round": round,
                "indicator": indicator,
                "reference": "HW1",
                "action": "keep",
                "typed_by": people["manager"],
            }
            | given
        )


@pytest.mark.both_databases
def test_the_database_lets_an_indicator_have_one_line_in_a_round(people, indicator, round):
    given = {"round": round, "indicator": indicator, "reference": "HW1", "action": "keep"}
    RoundLine.objects.create(typed_by=people["manager"], **given)

    with pytest.raises(IntegrityError), transaction.atomic():
        RoundLine.objects.create(typed_by=people["officer"], **given)
    assert RoundLine.objects.standing().count() == 1
    assert RoundLine.objects.filter(state=LineState.WITHDRAWN).count() == 0
