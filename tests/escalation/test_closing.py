"""Closing a quarter: in order, once, whole or not at all; and what a revision changes afterwards."""

from datetime import date
from io import StringIO

import psycopg2
import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from core.models.audit import AuditEvent
from core.models.notices import Notice
from core.models.quarters import ReportingQuarter
from core.quarters import Quarter
from core.services.quarters import NotOpen, open_quarter
from escalation import tasks
from escalation.models.escalations import Escalation
from escalation.services.closing import ONE_CLOSE_AT_A_TIME, CannotClose, Closing, close_quarter
from indicators.models.ratings import Rating
from indicators.models.results import Revision
from indicators.rules.entry import ResultGiven
from indicators.services.results import revise_result, submit_result
from sorp.lexicon import Level, NotRated, Rag, Tier
from sorp.queries.ruling import NoVersionInForce
from tests.factories import VALUES, IndicatorFactory, TargetFactory, UserFactory

TODAY = date(2017, 6, 1)
Q1, Q2, Q3, Q4 = (Quarter(2011, number) for number in (1, 2, 3, 4))
RAGS = {"R": Rag.RED, "A": Rag.AMBER, "G": Rag.GREEN}

pytestmark = pytest.mark.django_db


def given(letter):
    return ResultGiven(value=VALUES[RAGS[letter]])


def submit(indicator, quarter, letter):
    return submit_result(
        indicator=indicator, quarter=quarter, given=given(letter), today=TODAY, by=None
    )


def close(quarter, by=None):
    return close_quarter(quarter=quarter, today=TODAY, by=by)


def measured(**fields):
    return TargetFactory(indicator=IndicatorFactory(**fields)).indicator


def reported(indicator, picture, *, since=Q1):
    """A result a quarter, each quarter closed but the last, which is returned."""
    quarter = since
    for number, letter in enumerate(picture, start=1):
        if letter == "-":
            open_quarter(quarter=quarter, today=TODAY, by=None)
        else:
            submit(indicator, quarter, letter)
        if number < len(picture):
            close(quarter)
            quarter = quarter.next()
    return quarter


def everything():
    """All that a close may write, to be compared."""
    return {
        model.__name__: list(model.objects.order_by("pk").values())
        for model in (Escalation, Notice, Rating, ReportingQuarter, AuditEvent)
    }


@pytest.fixture
def indicator(sorp_in_force):
    return measured()


@pytest.mark.both_databases
def test_closing_opens_an_escalation_with_its_reason_and_owes_its_manager_a_notice(indicator):
    officer = UserFactory()
    closing = close(reported(indicator, "RR"), by=officer)

    escalation = Escalation.objects.get()
    assert closing.sentence == (
        "Q2 2011/12 closed: 1 referred up, 0 recovered, 0 restated. 1 result was not signed off."
    )
    assert (escalation.level, escalation.since, escalation.opened_in) == (Level.PAT, Q1, Q2)
    assert "Red for two quarters" in (escalation.trigger, *escalation.all_met)
    assert escalation.reason
    assert Notice.objects.get().recipient == indicator.accountable_manager
    acts = AuditEvent.objects.filter(actor=officer).values_list("act", flat=True)
    assert {"escalated", "closed quarter"} <= set(acts)


@pytest.mark.both_databases
def test_an_escalation_recovers_when_its_indicator_is_green_again(indicator):
    closing = close(reported(indicator, "RRG"))

    assert [row.recovered_in for row in closing.recovered] == [Q3]
    assert not Escalation.objects.open_ones().exists()
    assert Notice.objects.count() == 2


@pytest.mark.both_databases
@pytest.mark.parametrize(
    "again",
    [
        pytest.param(lambda: close(Q2).sentence, id="service"),
        pytest.param(lambda: tasks.close_quarter("2011-Q2"), id="task"),
        pytest.param(lambda: _command("2011-Q2"), id="command"),
    ],
)
def test_closing_twice_changes_nothing_and_says_so(indicator, again):
    close(reported(indicator, "RR"))
    before = everything()

    said = again()

    assert said == "Q2 2011/12 is already closed, and nothing has been revised since: no change."
    assert everything() == before


def _command(quarter, *options):
    out = StringIO()
    call_command("close_quarter", quarter, *options, stdout=out)
    return out.getvalue().strip()


@pytest.mark.both_databases
def test_the_task_and_the_command_close_as_the_service_does(indicator):
    reported(indicator, "R")

    assert tasks.close_quarter("2011-Q1").startswith("Q1 2011/12 closed:")
    submit(indicator, Q2, "R")
    assert _command("2011-Q2") == (
        "Q2 2011/12 closed: 1 referred up, 0 recovered, 0 restated. 1 result was not signed off."
    )


@pytest.mark.both_databases
def test_the_command_dry_says_what_closing_would_do_and_does_nothing(indicator):
    reported(indicator, "RR")
    before = everything()

    said = _command("2011-Q2", "--dry-run")

    assert said.startswith("Dry run, nothing was changed: Q2 2011/12 closed: 1 referred up")
    assert everything() == before


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("quarter", "told"),
    [
        (Q3, "Q2 2011/12 was never closed: close it before Q3 2011/12"),
        (Quarter(2017, 1), "Q2 2011/12 was never closed: close it before Q1 2017/18"),
    ],
)
def test_a_quarter_is_not_closed_before_the_one_before_it(indicator, quarter, told):
    submit(indicator, Q1, "G")
    close(Q1)
    before = everything()

    with pytest.raises(CannotClose, match=told):
        close(quarter)

    assert everything() == before


@pytest.mark.both_databases
def test_a_quarter_is_not_closed_while_an_earlier_one_is_open(indicator):
    submit(indicator, Q1, "G")
    submit(indicator, Q2, "G")

    with pytest.raises(CannotClose, match="Q1 2011/12 is still open: close it before Q2"):
        close(Q2)


@pytest.mark.both_databases
def test_a_quarter_that_has_not_ended_is_not_closed(indicator):
    with pytest.raises(CannotClose, match="Q1 2017/18 has not ended"):
        close(Quarter(2017, 1))

    assert not ReportingQuarter.objects.exists()


@pytest.mark.both_databases
@pytest.mark.parametrize("key", ["2011-Q3", "2011-Q5", "last quarter"])
def test_the_command_says_why_it_refuses_and_fails(indicator, key):
    submit(indicator, Q1, "G")
    before = everything()

    with pytest.raises(CommandError):
        _command(key)

    assert everything() == before


@pytest.mark.both_databases
def test_without_a_sorp_in_force_nothing_is_closed(db):
    TargetFactory()

    with pytest.raises(NoVersionInForce, match="bring one into force first"):
        close(Q1)

    assert not ReportingQuarter.objects.exists()


@pytest.mark.both_databases
def test_a_close_that_fails_half_way_leaves_nothing_behind(sorp_in_force, monkeypatch):
    indicators = [measured() for _ in range(3)]
    for indicator in indicators:
        submit(indicator, Q1, "R")
    close(Q1)
    for indicator in indicators:
        submit(indicator, Q2, "R")
    before = everything()
    notices = []

    def fail_at_the_second(**notice):
        notices.append(notice)
        assert Escalation.objects.exists(), "the failure must come after something was written"
        if len(notices) == 2:
            raise RuntimeError("the power went")

    monkeypatch.setattr("escalation.services.closing.owe_notice", fail_at_the_second)
    with pytest.raises(RuntimeError):
        close(Q2)
    assert everything() == before

    monkeypatch.undo()
    assert len(close(Q2).opened) == 3


@pytest.mark.both_databases
def test_a_division_s_indicator_goes_up_level_by_level(sorp_in_force):
    indicator = measured(tier=Tier.DIVISION)

    def open_levels():
        return set(Escalation.objects.open_ones().values_list("level", flat=True))

    reported(indicator, "R")
    close(Q1)
    assert open_levels() == {Level.DIVISION, Level.DIRECTORATE}

    submit(indicator, Q2, "R")
    close(Q2)
    assert open_levels() == {Level.DIVISION, Level.DIRECTORATE, Level.PAT}

    submit(indicator, Q3, "G")
    assert len(close(Q3).recovered) == 3
    assert open_levels() == set()


@pytest.mark.both_databases
def test_silence_is_escalated_as_silence_and_not_as_red(indicator):
    closing = close(reported(indicator, "-"))

    (escalation,) = closing.opened
    assert (escalation.level, escalation.trigger) == (Level.DIRECTORATE, "No result when due")
    rating = Rating.objects.latest_ones().get()
    assert (rating.rag, rating.not_rated) == ("", NotRated.NO_RESULT)


@pytest.mark.both_databases
def test_a_revision_that_shows_there_was_no_cause_is_followed_up_once(indicator):
    close(reported(indicator, "RR"))
    revise_result(
        indicator=indicator, quarter=Q2, given=given("G"), reason="Two offices left out", by=None
    )

    followed = close(Q2)
    before = everything()
    again = close(Q2)

    assert len(followed.restated) == 1
    assert not followed.newly_closed
    escalation = Escalation.objects.get()
    assert escalation.restated
    assert escalation.recovered_in is not None
    assert not again.changed
    assert everything() == before


@pytest.mark.both_databases
def test_a_revision_that_shows_there_was_cause_opens_what_should_have_been_open(indicator):
    close(reported(indicator, "RG"))
    assert not Escalation.objects.exists()
    revise_result(
        indicator=indicator, quarter=Q2, given=given("R"), reason="Counted twice", by=None
    )

    followed, again = close(Q2), close(Q2)

    escalation = Escalation.objects.get()
    assert (escalation.opened_in, escalation.since, escalation.restated) == (Q2, Q1, True)
    assert followed.sentence == (
        "Q2 2011/12 already closed; escalations updated after revisions: 0 referred up, 0 "
        "recovered, 1 restated."
    )
    assert not again.changed


@pytest.mark.both_databases
def test_the_database_refuses_a_second_open_escalation_of_an_indicator_at_a_level(indicator):
    close(reported(indicator, "RR"))
    second = Escalation.objects.get()
    second.pk, second.opened_in = None, Q3

    with (
        pytest.raises(IntegrityError, match=r"one_open_escalation|escalation_escalation\.level"),
        transaction.atomic(),
    ):
        second.save(force_insert=True)

    assert Escalation.objects.count() == 1


@pytest.mark.both_databases
def test_closing_asks_as_much_of_twenty_indicators_as_of_one(sorp_in_force):
    # The first has no close before it; of the others each is forecast for two quarters to come.
    closes = ((Q4, 1), (Q4.next(), 1), (Q4.next().next(), 20))
    indicators, counts = [], []
    for quarter, how_many in closes:
        indicators += [measured() for _ in range(how_many - len(indicators))]
        for indicator in indicators:
            submit(indicator, quarter, "G")
        with CaptureQueriesContext(connection) as asked:
            close(quarter)
        counts.append(len(asked))

    assert counts[1] == counts[2]


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_while_another_close_runs_nothing_is_changed_and_it_is_said_plainly(indicator):
    reported(indicator, "RR")
    before = everything()
    other = _another_connection()
    try:
        other.cursor().execute("SELECT pg_advisory_xact_lock(%s)", [ONE_CLOSE_AT_A_TIME])
        with pytest.raises(CannotClose, match="Another close is running"):
            close(Q2)
        assert everything() == before
    finally:
        other.rollback()  # a closed connection keeps its lock until the server notices
        other.close()

    assert len(close(Q2).opened) == 1


def _another_connection():
    at = connection.settings_dict
    return psycopg2.connect(
        dbname=at["NAME"],
        user=at["USER"],
        password=at["PASSWORD"],
        host=at["HOST"],
        port=at["PORT"],
    )


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_six_closes_at_once_close_once(indicator, at_once):
    reported(indicator, "RR")

    answers = at_once(lambda: close(Q2))

    closed = [each for each in answers if isinstance(each, Closing)]
    refused = [each for each in answers if isinstance(each, CannotClose)]
    assert len(closed) + len(refused) == 6
    assert [each.newly_closed for each in closed].count(True) == 1
    assert Escalation.objects.count() == Notice.objects.count() == 1
    assert AuditEvent.objects.filter(act="closed quarter", subject_name="Q2 2011/12").count() == 1


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_result_saved_during_a_close_is_in_it_or_is_refused(indicator, at_once):
    quarter = Q1
    for race in range(20):
        if race % 2:
            open_quarter(quarter=quarter, today=TODAY, by=None)

        def both(number, quarter=quarter):
            return close(quarter) if number else submit(indicator, quarter, "R")

        submitted, closing = at_once(both, threads=2)

        assert isinstance(closing, Closing), closing
        rating = Rating.objects.latest_ones().get(quarter=quarter)
        if isinstance(submitted, NotOpen):
            assert rating.not_rated == NotRated.NO_RESULT
            assert not Revision.objects.filter(result__quarter=quarter).exists()
        else:
            revision, is_new = submitted
            assert is_new
            assert (rating.rag, rating.revision) == (Rag.RED, revision)
            assert not revision.after_close
        quarter = quarter.next()
