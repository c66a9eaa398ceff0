"""From close to dispatch: what the record knows in working days, and what officers say in hours."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.urls import reverse

from core.models.audit import AuditEvent
from core.models.quarters import ReportingQuarter
from core.quarters import Quarter
from dashboards.queries.dispatch import quarters_of_work
from indicators.models.effort import NotedHours
from indicators.models.returns import SignOff
from indicators.rules.effort import QuarterWork, WorkStep, finding
from indicators.rules.returns import Stage, Verdict
from indicators.services.effort import CannotNoteHours, note_hours
from organisation.rules import PostKind, Sight
from reports.models import Edition
from tests.assurance.factories import MeetingFactory, PackFactory
from tests.factories import CouncilFactory, OfficeSightFactory, RevisionFactory, holder
from tests.reports.factories import EditionFactory, QuarterlyReportFactory

Q1, Q2 = Quarter(2011, 1), Quarter(2011, 2)
MONDAY = date(2011, 7, 4)


def july(day):
    return date(2011, 7, day)


@pytest.mark.parametrize(
    ("ended", "days", "to_dispatch"),
    [
        ({}, {}, None),
        (
            {WorkStep.RETURNS: july(8), WorkStep.SIGN_OFF: july(11), WorkStep.CLOSE: july(12)},
            {WorkStep.RETURNS: 4, WorkStep.SIGN_OFF: 1, WorkStep.CLOSE: 1},
            None,
        ),
        (  # sign-off before the last result took nothing; where none is asked for, it has no days
            {WorkStep.RETURNS: july(8), WorkStep.SIGN_OFF: july(6), WorkStep.CLOSE: july(8)},
            {WorkStep.RETURNS: 4, WorkStep.SIGN_OFF: 0, WorkStep.CLOSE: 0},
            None,
        ),
        (
            {WorkStep.CLOSE: july(8), WorkStep.REPORT: july(13), WorkStep.DISPATCH: july(18)},
            {WorkStep.CLOSE: 4, WorkStep.REPORT: 3, WorkStep.DISPATCH: 3},
            6,
        ),
        (  # papers stand beside the chain, from the close on
            {WorkStep.CLOSE: july(8), WorkStep.PAPERS: july(15), WorkStep.DISPATCH: july(11)},
            {WorkStep.CLOSE: 4, WorkStep.DISPATCH: 1, WorkStep.PAPERS: 5},
            1,
        ),
    ],
)
def test_each_step_runs_from_the_end_of_the_one_before(ended, days, to_dispatch):
    work = QuarterWork(Q1, MONDAY, ended, {})

    assert work.days == days
    assert work.close_to_dispatch == to_dispatch


@pytest.mark.parametrize(
    ("now", "before", "sentence"),
    [
        (
            (6, 40),
            (9, "52.5"),
            "From close to dispatch Q2 2011/12 took 6 working days, 3 fewer than Q1 2011/12;"
            " 40 officer hours were noted, 12.5 fewer than before.",
        ),
        (
            (1, None),
            (1, 3),
            "From close to dispatch Q2 2011/12 took 1 working day, as many as Q1 2011/12.",
        ),
        ((None, 5), (3, 4), "5 officer hours were noted, 1 more than Q1 2011/12."),
        ((None, None), (3, 4), ""),
    ],
)
def test_the_latest_quarter_is_compared_with_the_one_before(now, before, sentence):
    def work(quarter, days, hours):
        closed = {WorkStep.CLOSE: MONDAY}
        if days is not None:
            closed[WorkStep.DISPATCH] = {1: july(5), 3: july(7), 6: july(12), 9: july(15)}[days]
        noted = {WorkStep.CLOSE: Decimal(hours)} if hours is not None else {}
        return QuarterWork(quarter, MONDAY, closed, noted)

    assert finding(work(Q2, *now), work(Q1, *before)) == sentence


@pytest.fixture
def begun(db):
    return ReportingQuarter.objects.create(quarter=Q1, begun_at=datetime(2011, 7, 4, 9, tzinfo=UTC))


@pytest.fixture
def officer(db):
    return holder(PostKind.PERFORMANCE_OFFICER, unit=CouncilFactory())


@pytest.mark.django_db
def test_the_record_says_on_which_day_each_step_ended(begun, sorp_in_force):
    """Of a quarter that was published again, the first report counts; what came after the close does not."""
    first = RevisionFactory(submitted_at=datetime(2011, 7, 8, 9, tzinfo=UTC))
    RevisionFactory(submitted_at=datetime(2011, 7, 29, 9, tzinfo=UTC), after_close=True)
    SignOff.objects.create(
        revision=first,
        stage=Stage.DIVISION,
        verdict=Verdict.APPROVED,
        signed_by=holder(PostKind.DIRECTOR),
        signed_at=datetime(2011, 7, 11, 9, tzinfo=UTC),
    )
    ReportingQuarter.objects.update(
        state="closed", closed_at=datetime(2011, 7, 13, 23, 30, tzinfo=UTC)
    )
    PackFactory(meeting=MeetingFactory(quarter=Q1), frozen_at=datetime(2011, 7, 20, 9, tzinfo=UTC))
    report = QuarterlyReportFactory(quarter=Q1)
    for number, day in ((1, 18), (2, 25)):
        EditionFactory(
            report=report,
            number=number,
            frozen_at=datetime(2011, 7, day, 9, tzinfo=UTC),
            state=Edition.State.PUBLISHED,
            published_at=datetime(2011, 7, day + 1, 9, tzinfo=UTC),
        )
    ReportingQuarter.objects.create(quarter=Quarter(2010, 4), state="open")  # brought, never begun

    (work,) = quarters_of_work()

    assert work.ended_on == {
        WorkStep.RETURNS: july(8),
        WorkStep.SIGN_OFF: july(11),
        WorkStep.CLOSE: july(14),  # half past midnight, where the council is
        WorkStep.PAPERS: july(20),
        WorkStep.REPORT: july(18),
        WorkStep.DISPATCH: july(19),
    }
    assert work.close_to_dispatch == 3


@pytest.mark.django_db
def test_hours_are_noted_once_a_step_and_said_anew_with_both_on_record(begun, officer):
    note_hours(quarter=Q1, step=WorkStep.REPORT, hours=Decimal("7.5"), by=officer)
    row, is_new = note_hours(
        quarter=Q1, step=WorkStep.REPORT, hours=Decimal(6), note="Fewer charts", by=officer
    )
    again = note_hours(
        quarter=Q1, step=WorkStep.REPORT, hours=Decimal(6), note="Fewer charts", by=officer
    )

    assert (is_new, again) == (True, (row, False))
    assert NotedHours.objects.get().hours == 6
    details = AuditEvent.objects.filter(act="noted hours").order_by("id")
    assert [(each.detail["hours"], each.detail["was"]) for each in details] == [
        ("7.5", None),
        ("6", "7.50"),
    ]
    note_hours(quarter=Q1, step=WorkStep.REPORT, hours=Decimal(2), by=holder(PostKind.STAFF))
    assert quarters_of_work()[0].hours == {WorkStep.REPORT: Decimal(8)}


@pytest.mark.django_db
def test_who_may_not_note_and_what_cannot_be_noted(begun, officer):
    OfficeSightFactory(office=PostKind.MEMBER, sight=Sight.CLOSED)
    for by, quarter, hours in (
        (holder(PostKind.MEMBER), Q1, 1),
        (officer, Q2, 1),
        (officer, Q1, -1),
        (officer, Q1, 2001),
    ):
        with pytest.raises(CannotNoteHours):
            note_hours(quarter=quarter, step=WorkStep.CLOSE, hours=Decimal(hours), by=by)
    assert not NotedHours.objects.exists()


@pytest.mark.django_db
def test_an_officer_notes_hours_by_the_form_and_others_see_only_the_total(client, begun, officer):
    other = holder(PostKind.PERFORMANCE_OFFICER, unit=CouncilFactory(), name="Petra Quill")
    note_hours(quarter=Q1, step=WorkStep.CLOSE, hours=Decimal(4), note="Slow", by=other)
    client.force_login(officer)

    answer = client.post(
        reverse("note_hours"),
        {"quarter": Q1.key, "step": "close", "hours": "3.5", "note": ""},
        follow=True,
    )
    page = answer.content.decode()
    file = client.get(reverse("dispatch_csv")).content.decode()

    assert "Close, Q1 2011/12: your hours are noted" in page
    assert "7.5" in page
    assert "Petra Quill" not in page + file
    assert "Slow" not in page
    assert "2011-Q1,Close,,,7.5" in file
    wrong = client.post(reverse("note_hours"), {"quarter": Q1.key, "step": "close", "hours": "x"})
    assert "Enter the hours as a number, such as 7.5" in wrong.content.decode()
