"""A close that nobody has acted on is taken back: all is as it was, and closing again gives the same."""

from __future__ import annotations

import re
from datetime import date, datetime
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.apps import apps
from django.core import mail
from django.core.management import call_command
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assurance.services.call_ins import call_in
from core import audit, jobs
from core.clock import now
from core.models.archive import ArchivedRow
from core.models.audit import AuditEvent
from core.models.jobs import Job
from core.models.notices import Notice, NoticePreference
from core.models.quarters import ReportingQuarter
from core.quarters import Quarter
from core.queries import owed_a_digest, waiting_for_undo
from core.services.notices import choose_notices, owe_notice, send_digest, send_notice
from core.services.quarters import held_quarter, open_quarter
from core.tasks import send_owed_notices
from dashboards.queries.escalation_timeline import escalation_timeline
from dashboards.queries.home_page import home_page
from dashboards.tasks import measure_compliance
from escalation import tasks
from escalation.models.close_previews import ClosePreview
from escalation.models.early_closes import EarlyClose
from escalation.models.early_warning import EarlyWarning
from escalation.models.escalations import Escalation, Explanation
from escalation.models.recorded_closes import RecordedClose
from escalation.queries.taken_back import HARMLESS, archived_rows, undoing_of
from escalation.services import taking_back
from escalation.services.close_previews import update_all_close_previews
from escalation.services.closing import ONE_CLOSE_AT_A_TIME, close_quarter
from escalation.services.early_closes import WantsAnother, agree_to_close, ask_to_close
from escalation.services.handling import deal_with
from escalation.services.morning_news import owe_morning_news
from escalation.services.plans import ActionGiven, write_plan
from escalation.services.taking_back import CannotTakeBack, close_for_now, take_back_close
from indicators.models.forecasts import SystemForecast
from indicators.models.ratings import Rating
from indicators.rules.entry import ResultGiven
from indicators.services.results import revise_result, submit_result
from kcc_perf.scheduler import run_due
from organisation.rules import PostKind
from organisation.services.people import rename_person
from reports.services.editions import freeze_edition
from sorp.lexicon import Rag
from sorp.models.findings import Finding
from tests.assurance.factories import MeetingFactory, TeamFactory, chair_of
from tests.escalation.test_closing import _another_connection
from tests.factories import VALUES, IndicatorFactory, TargetFactory, holder
from tests.kcc_perf.test_house import ROOT

pytestmark = pytest.mark.django_db
LONDON = ZoneInfo("Europe/London")
TODAY = date(2012, 10, 25)  # a Thursday
Q1, Q2 = Quarter(2011, 1), Quarter(2011, 2)
RAGS = {"R": Rag.RED, "A": Rag.AMBER, "G": Rag.GREEN}
WHY = "Highways sent last year's file"


def at(clock):
    """That time of the day in London, which stands still until it is moved."""
    hour, minute = map(int, clock.split(":"))
    return datetime(2012, 10, 25, hour, minute, tzinfo=LONDON)


@pytest.fixture(autouse=True)
def ten():
    with time_machine.travel(at("10:00"), tick=False) as clock:
        yield clock


@pytest.fixture
def officer(sorp_in_force):
    return holder(PostKind.PERFORMANCE_OFFICER, name="Ada Asker")


@pytest.fixture
def other(sorp_in_force):
    return holder(PostKind.PERFORMANCE_OFFICER, name="Ben Other")


def measured(**fields):
    return TargetFactory(indicator=IndicatorFactory(**fields)).indicator


def given_as(letter):
    return ResultGiven(value=VALUES[RAGS[letter]])


def submit(indicator, quarter, letter):
    if letter == "-":
        open_quarter(quarter=quarter, today=TODAY, by=None)
    else:
        submit_result(
            indicator=indicator, quarter=quarter, given=given_as(letter), today=TODAY, by=None
        )


def reported(pictures, *, since=Q1):
    """Each indicator's picture, a quarter a letter, each quarter closed but the last. Returns that."""
    quarters = [since]
    while len(quarters) < len(next(iter(pictures.values()))):
        quarters.append(quarters[-1].next())
    for place, quarter in enumerate(quarters):
        for indicator, picture in pictures.items():
            submit(indicator, quarter, picture[place])
        if quarter != quarters[-1]:
            close_quarter(quarter=quarter, today=TODAY, by=None)
    return quarters[-1]


@pytest.fixture
def red(officer):
    """Red in Q1, which is closed, and in Q2, which is over: the next close refers it to PAT."""
    indicator = measured(reference="PI-1", title="Potholes")
    reported({indicator: "RR"})
    return indicator


def close(quarter=Q2, by=None):
    return close_for_now(quarter=quarter, today=TODAY, by=by)


def take_back(by, quarter=Q2, reason=WHY):
    return take_back_close(quarter=quarter, reason=reason, by=by)


def everything():
    """Every row of every table but the record and what says that a close was taken back."""
    return {
        model._meta.label: sorted(model._base_manager.values_list(), key=str)
        for model in apps.get_models(include_auto_created=True)
        if model not in (AuditEvent, RecordedClose, ArchivedRow)
    }


def differing(one, other):
    return {name for name in one if one[name] != other[name]}


# What a close leaves, as people and files know it: no keys, and no hour.


def _natural(row):
    """A row without its keys; what it rests on by what that says."""
    found = {}
    for each in row._meta.concrete_fields:
        if each.name in ("id", "key") or each.name.endswith("_at") or each.name == "held_until":
            continue
        value = getattr(row, each.name)
        found[each.name] = value if not hasattr(value, "_meta") else str(value)
    return found


CLOSED_TABLES = (Rating, SystemForecast, EarlyWarning, Escalation, Explanation, Notice)


def _exported(command, *options):
    out = StringIO()
    call_command(command, *options, stdout=out)
    return out.getvalue()


def left():
    """All that a close leaves, and the files made of it."""
    rows = {
        model.__name__: sorted((_natural(row) for row in model.objects.all()), key=str)
        for model in CLOSED_TABLES
    }
    return rows | {
        "ratings.csv": _exported("export_ratings", "--closed"),
        "escalations.csv": _exported("export_escalations"),
    }


# Taking back


@pytest.mark.both_databases
def test_everything_is_as_it_was_before_the_close(officer, red):
    before = everything()
    close(by=officer)
    assert {"escalation.Escalation", "core.Notice", "indicators.Rating"} <= differing(
        before, everything()
    ) | {"indicators.Rating"}

    record = take_back(officer)

    assert differing(before, everything()) == set()
    assert not Escalation.objects.exists()
    assert (record.taken_back_by, record.reason) == (officer, WHY)
    assert ReportingQuarter.objects.get(quarter=Q2).closed_at is None


@pytest.mark.both_databases
def test_what_the_close_had_made_is_in_the_archive_with_the_act(officer, red):
    close(by=officer)
    told = Explanation.objects.get(quarter=Q2)
    notice = Notice.objects.get()

    record = take_back(officer)

    rows = {(row.kind, row.key): row for row in archived_rows(record)}
    kept = rows["escalation.explanation", told.pk]
    assert kept.content["sentence"] == told.sentence
    assert kept.content["document"] == told.document
    assert kept.content["quarter"] == "2011-Q2"
    assert rows["core.notice", notice.pk].content["body"] == notice.body
    act = AuditEvent.objects.get(act="took back close")
    assert {row.act for row in rows.values()} == {act}
    assert (act.actor_name, act.subject_name) == ("Ada Asker", "Q2 2011/12")
    assert act.detail["reason"] == WHY
    assert act.detail["it_had_done"].startswith("Q2 2011/12 closed: 1 referred up")


@pytest.mark.both_databases
def test_the_archive_is_not_altered(officer, red):
    close(by=officer)
    record = take_back(officer)
    row = archived_rows(record)[0]

    for act in (
        lambda: ArchivedRow.objects.filter(pk=row.pk).update(content={}),
        lambda: ArchivedRow.objects.filter(pk=row.pk).delete(),
        lambda: RecordedClose.objects.update(reason="Another"),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            act()


@pytest.mark.both_databases
def test_closing_again_gives_what_the_first_close_gave(officer, red):
    first = close(by=officer)
    gave = left()
    take_back(officer)

    second = close(by=officer)

    assert left() == gave
    assert second.sentence == first.sentence
    assert Explanation.objects.get(quarter=Q2).number == 1
    assert [each.quarter for each in RecordedClose.objects.standing()] == [Q2]
    take_back(officer)
    assert RecordedClose.objects.taken_back().count() == 2


@pytest.mark.both_databases
def test_what_recovered_and_what_was_restated_is_as_it_was(officer, ten):
    recovers, revised, late = (measured(reference=f"PI-{n}") for n in (1, 2, 3))
    last = reported({recovers: "RRG", revised: "RRR", late: "GG-"})
    ten.move_to(at("10:05"))
    revise_result(
        indicator=revised, quarter=Q2, given=given_as("G"), reason="Two left out", by=None
    )
    before = everything()

    closing = close(last, officer)

    assert closing.recovered
    assert closing.restated
    record = take_back(officer, last)
    assert differing(before, everything()) == set()
    assert record.otherwise >= 2
    again = close(last, officer)
    assert again.sentence == closing.sentence


def the_hourly_look():
    """What the close of the next quarter would do is looked at each hour, and on record."""
    row = ReportingQuarter.objects.get(quarter=Q2)
    audit.record("worked out what its close would do", row, by=None, indicators=1, units=0)


def test_what_was_kept_of_the_open_quarter_is_there_again_with_what_was_told(
    officer, red, django_capture_on_commit_callbacks
):
    def following(act, *given):
        with django_capture_on_commit_callbacks(execute=True):
            return act(*given)

    ReportingQuarter.objects.filter(quarter=Q2).update(begun_at=now())  # it is no history
    update_all_close_previews(by=None)
    assert owe_morning_news(today=TODAY) > 0
    before = everything()
    assert ClosePreview.objects.get(quarter=Q2).told["status"] == "red"

    following(close, Q2, officer)
    the_hourly_look()
    assert not ClosePreview.objects.filter(quarter=Q2).exists()
    assert owe_morning_news(today=date(2012, 10, 26)) == 0
    following(take_back, officer)

    assert differing(before, everything()) == set()
    assert owe_morning_news(today=TODAY) == 0


PICTURES = st.lists(st.text("RAG-", min_size=3, max_size=3), min_size=1, max_size=3)


@pytest.mark.parametrize("revises", [False, True])
@settings(max_examples=6, suppress_health_check=list(HealthCheck))
@given(PICTURES)
def test_a_close_a_step_back_and_a_close_is_a_close(officer, ten, revises, pictures):
    ten.move_to(at("10:00"))
    with transaction.atomic():
        indicators = {measured(): f"R{picture}" for picture in pictures}
        last = reported(indicators)
        ten.move_to(at("10:05"))
        if revises:
            first = next(iter(indicators))
            revise_result(indicator=first, quarter=Q1, given=given_as("G"), reason="Why", by=None)
        before = everything()
        with transaction.atomic():
            close_quarter(quarter=last, today=TODAY, by=officer)
            plain = left()
            transaction.set_rollback(True)

        close(last, officer)
        take_back(officer, last)
        stood = everything()
        close(last, officer)

        assert differing(before, stood) == set()
        assert left() == plain
        transaction.set_rollback(True)


def test_what_is_submitted_after_it_was_taken_back_is_what_the_next_close_reads(officer, red):
    close(by=officer)
    take_back(officer)

    revise_result(indicator=red, quarter=Q2, given=given_as("G"), reason="The right file", by=None)
    close(by=officer)

    assert not Escalation.objects.exists()
    assert Rating.objects.latest_ones().get(quarter=Q2).rag == Rag.GREEN


# When it cannot be


@pytest.mark.both_databases
@pytest.mark.parametrize(("clock", "may"), [("10:00", True), ("10:59", True), ("11:00", False)])
def test_it_can_be_until_the_hour_is_over(officer, red, ten, clock, may):
    close(by=officer)
    ten.move_to(at(clock))

    assert (undoing_of(Q2).refusal == "") == may
    if may:
        take_back(officer)
        return
    before = everything()
    with pytest.raises(CannotTakeBack, match="only until 11:00 on 25 October 2012"):
        take_back(officer)
    assert everything() == before


def test_the_hour_is_as_long_as_the_setting_says(officer, red, ten, settings):
    settings.CLOSE_UNDO_MINUTES = 5
    close(by=officer)
    ten.move_to(at("10:05"))

    with pytest.raises(CannotTakeBack, match="until 10:05 on"):
        take_back(officer)


def test_without_an_hour_a_close_stands_at_once(officer, red, settings):
    settings.CLOSE_UNDO_MINUTES = 0
    close(by=officer)

    assert not RecordedClose.objects.exists()
    assert Notice.objects.unsent().count() == 1
    with pytest.raises(CannotTakeBack, match="was closed without time to take it back"):
        take_back(officer)


def test_a_close_by_command_or_of_history_stands_at_once(officer, red):
    call_command("close_quarter", "2011-Q2", stdout=StringIO())

    assert not RecordedClose.objects.exists()
    assert waiting_for_undo() == set()
    assert Notice.objects.unsent().count() == 1


def test_an_empty_council_closes_and_takes_back(officer):
    open_quarter(quarter=Q1, today=TODAY, by=officer)
    before = everything()

    close(Q1, officer)
    take_back(officer, Q1)

    assert differing(before, everything()) == set()


def test_without_a_reason_nothing_is_taken_back(officer, red):
    close(by=officer)

    with pytest.raises(CannotTakeBack, match="Say why") as refusal:
        take_back(officer, reason="  ")
    assert refusal.value.field == "reason"
    assert ReportingQuarter.objects.get(quarter=Q2).is_closed


def test_twice_is_said_in_words(officer, other, red):
    close(by=officer)
    take_back(other)

    with pytest.raises(CannotTakeBack, match="is open: Ben Other took its close back at 10:00 on"):
        take_back(officer)
    with pytest.raises(CannotTakeBack, match="Q3 2011/12 is not closed, so there is no close"):
        take_back(officer, Quarter(2011, 3))


def the_manager(indicator):
    return indicator.accountable_manager


def called_in(indicator):
    """The chair of PAT has it discussed."""
    team = TeamFactory()
    meeting = MeetingFactory(team=team, meets_on=date(2012, 11, 20), quarter=Q2)
    call_in(meeting=meeting, matter=indicator, by=chair_of(team))


ACTED = {
    "a result is revised": (
        lambda red, officer: revise_result(
            indicator=red, quarter=Q2, given=given_as("G"), reason="Why", by=officer
        ),
        "submitted result|revised",
    ),
    "a level deals with it": (
        lambda red, officer: deal_with(
            escalation=Escalation.objects.get(),
            kind="noted",
            handled_on=TODAY,
            today=TODAY,
            by=officer,
        ),
        "Ada Asker dealt with escalation",
    ),
    "its report is built": (
        lambda red, officer: freeze_edition(quarter=Q2, by=officer),
        "Ada Asker froze the edition",
    ),
    "it is called in": (
        lambda red, officer: called_in(red),
        r"called in .*at 10:00",
    ),
    "a plan is written": (
        lambda red, officer: write_plan(
            indicator=red,
            cause="Frost",
            actions=[ActionGiven("Mend them", "A Gang", date(2012, 12, 1))],
            today=TODAY,
            by=officer,
        ),
        "Ada Asker wrote action plan",
    ),
    "the next is returned": (
        lambda red, officer: submit(red, Q2.next(), "G"),
        "Q3 2011/12",
    ),
    "the next is closed": (
        lambda red, officer: (submit(red, Q2.next(), "G"), close(Q2.next(), officer)),
        "and [0-9]+ more",
    ),
    "anything that nobody has thought of": (
        lambda red, officer: audit.record("did a new thing with", red, by=officer),
        r"Ada Asker did a new thing with \(.*Potholes.*\) at 10:00",
    ),
}


@pytest.mark.parametrize("act", ACTED)
def test_once_it_was_acted_on_it_stands_and_says_who_did_what(officer, red, act):
    close(by=officer)
    do, told = ACTED[act]
    do(red, officer)
    before = everything()

    with pytest.raises(CannotTakeBack, match=told) as refusal:
        take_back(officer)
    assert str(refusal.value).startswith(
        "It can no longer be taken back, because somebody acted on it: "
    )
    assert everything() == before


def test_what_does_not_rest_on_it_does_not_stand_in_the_way(officer, red):
    close(by=officer)
    news = owe_notice(key="news", recipient=officer, subject="News", body="Of another thing")
    send_notice(notice_id=news.pk)
    rename_person(person=officer, name="Ada Newname", by=officer)
    choose_notices(how="daily", by=officer)

    take_back(officer)

    assert ReportingQuarter.objects.get(quarter=Q2).state == "open"


def test_every_act_held_to_be_harmless_is_one_that_is_recorded():
    code = "\n".join(
        path.read_text()
        for app in apps.get_app_configs()
        if (ROOT / app.label).is_dir()
        for path in (ROOT / app.label).rglob("*.py")
        if path.name != "taken_back.py"
    )

    assert {act for act in HARMLESS if f'"{act}"' not in code} == set()


def test_what_was_worked_out_anew_without_a_word_stands_in_the_way_too(officer, red):
    close(by=officer)
    Rating.objects.filter(quarter=Q2).update(is_latest=False)
    record = RecordedClose.objects.get()
    assert record.made.get("indicators.rating") or record.made["escalation.explanation"]
    Explanation.objects.filter(quarter=Q2).update(is_latest=False)

    with pytest.raises(CannotTakeBack, match="worked out again since"):
        take_back(officer)


def test_while_a_job_closes_or_follows_up_it_waits(officer, red):
    close(by=officer)
    job = Job.objects.create(kind="close_quarter", key="close-2011-Q2", requested_by=officer)

    with pytest.raises(CannotTakeBack, match="is being closed or updated now"):
        take_back(officer)

    Job.objects.filter(pk=job.pk).update(state=Job.State.DONE)
    take_back(officer)


@pytest.mark.both_databases
@pytest.mark.parametrize("step", ["_archive", "_let_earlier_stand", "_restore"])
def test_what_dies_half_way_leaves_the_close_as_it_was(officer, red, monkeypatch, step):
    close(by=officer)
    before, events = everything(), AuditEvent.objects.count()

    def die(*given):
        raise RuntimeError("the power went")

    monkeypatch.setattr(taking_back, step, die)
    with pytest.raises(RuntimeError):
        take_back(officer)

    assert everything() == before
    assert AuditEvent.objects.count() == events
    assert not ArchivedRow.objects.exists()
    monkeypatch.undo()
    take_back(officer)


@pytest.mark.both_databases
def test_what_rests_on_it_unrecorded_is_refused_and_not_torn_away(officer, red):
    close(by=officer)
    Escalation.objects.get().handlings.create(kind="noted", handled_on=TODAY, by=officer)

    with pytest.raises(CannotTakeBack, match="Other work depends on the close"):
        take_back(officer)
    assert Escalation.objects.count() == 1
    assert not ArchivedRow.objects.exists()


# Two at once


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_six_at_once_take_it_back_once(officer, red, at_once):
    close(by=officer)

    answers = at_once(lambda: take_back(officer))

    done = [each for each in answers if isinstance(each, RecordedClose)]
    refused = [each for each in answers if isinstance(each, CannotTakeBack)]
    assert (len(done), len(refused)) == (1, 5)
    assert AuditEvent.objects.filter(act="took back close").count() == 1
    assert not Escalation.objects.exists()


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_close_that_runs_is_not_taken_back_under_its_feet(officer, red):
    close(by=officer)
    running = _another_connection()
    try:
        running.cursor().execute("SELECT pg_advisory_xact_lock(%s)", [ONE_CLOSE_AT_A_TIME])
        with pytest.raises(CannotTakeBack, match="try again in a minute"):
            take_back(officer)
    finally:
        running.rollback()
        running.close()

    take_back(officer)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_an_act_under_way_is_not_kept_waiting_and_then_counts(officer, red):
    close(by=officer)
    acting = _another_connection()
    try:
        cursor = acting.cursor()
        cursor.execute(
            "INSERT INTO core_auditevent (at, actor_name, act, subject_kind, subject_key,"
            " subject_name, detail) VALUES (now(), 'Cal', 'called in', 'x', '1', 'PI-1', '{}')"
        )
        with pytest.raises(CannotTakeBack, match="try again in a minute"):
            take_back(officer)
        acting.commit()
    finally:
        acting.rollback()
        acting.close()

    with pytest.raises(CannotTakeBack, match=r"Cal called in \(PI-1\)"):
        take_back(officer)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_while_somebody_holds_the_quarter_it_is_not_opened_under_them(officer, red):
    """As whoever freezes its report does, or revises a result."""
    close(by=officer)
    freezing = _another_connection()
    try:
        freezing.cursor().execute(
            "SELECT id FROM core_reportingquarter WHERE quarter = '2011-07-01' FOR UPDATE"
        )
        with pytest.raises(CannotTakeBack, match="try again in a minute"):
            take_back(officer)
    finally:
        freezing.rollback()
        freezing.close()

    with transaction.atomic():
        assert held_quarter(Q2).is_closed
        assert held_quarter(Q2.next()) is None
    take_back(officer)


# What waits


def test_notices_wait_for_the_hour_and_then_go_once(officer, red, ten):
    with time_machine.travel(at("09:59"), tick=False):
        before = len(mail.outbox)
    close(by=officer)
    manager = the_manager(red)
    owed = Notice.objects.get(recipient=manager)

    for clock in ("10:00", "10:30", "10:59"):
        ten.move_to(at(clock))
        assert send_owed_notices() == 0
        assert not send_notice(notice_id=owed.pk)
        assert not manager.notices.told().exists()
        assert home_page(reader=manager, today=TODAY).recent_notices == 0
    assert len(mail.outbox) == before

    ten.move_to(at("11:00"))
    assert send_owed_notices() == 1
    assert send_owed_notices() == 0
    assert len(mail.outbox) == before + 1
    assert manager.notices.told().get() == owed
    assert home_page(reader=manager, today=TODAY).recent_notices == 1


def test_the_one_e_mail_of_the_day_waits_for_the_hour_too(officer, red, ten):
    manager = the_manager(red)
    NoticePreference.objects.create(user=manager, how="daily")
    close(by=officer)

    assert owed_a_digest(today=TODAY) == []
    assert send_digest(recipient_id=manager.pk, today=TODAY) == 0

    ten.move_to(at("11:00"))
    assert owed_a_digest(today=TODAY) == [manager.pk]
    assert send_digest(recipient_id=manager.pk, today=TODAY) == 1


def test_of_a_close_taken_back_nobody_is_ever_told(officer, red, ten):
    close(by=officer)
    take_back(officer)
    ten.move_to(at("11:30"))

    send_owed_notices()

    assert mail.outbox == []
    assert not Notice.objects.exists()


def test_whoever_closed_it_is_told_that_another_took_it_back(officer, other, red):
    close(by=officer)
    record = take_back(other)

    notice = Notice.objects.get()
    assert notice.recipient == officer
    assert notice.subject == "Ben Other took back your close of Q2 2011/12"
    assert WHY in notice.body
    assert notice.address == f"/quarters/2011-Q2/taken-back/{record.pk}/"
    assert send_owed_notices() == 1


@pytest.mark.parametrize(
    "measure", [run_due, measure_compliance], ids=["embedded or cron", "Celery"]
)
def test_how_the_sorp_was_kept_is_measured_once_the_close_stands(officer, red, ten, measure):
    measure_compliance()
    close(by=officer)

    for _ in range(2):
        measure()
        assert not Finding.objects.filter(quarter=Q2).exists()
    ten.move_to(at("11:31"))
    for _ in range(2):
        measure()
    assert Finding.objects.filter(quarter=Q2).exists()


def test_missing_plans_wait_too(officer, ten):
    indicator = measured()
    with time_machine.travel("2011-10-20 10:00 +0100", tick=False):
        submit(indicator, Q1, "R")
        close_quarter(quarter=Q1, today=date(2011, 10, 20), by=None)
    submit(indicator, Q2, "G")
    close(by=officer)

    assert tasks.alert_to_missing_plans() == 0
    ten.move_to(at("11:05"))
    submit(indicator, Q2.next(), "R")
    close_quarter(quarter=Q2.next(), today=TODAY, by=None)
    with time_machine.travel("2012-12-20 10:00 +0000", tick=False):
        assert tasks.alert_to_missing_plans() > 0
        assert tasks.alert_to_missing_plans() == 0


# By a job, early, and on pages


def test_a_job_run_twice_closes_once_and_after_it_was_taken_back_not_again(officer, red):
    job, _ = ask_to_close(quarter=Q2, reason="", today=TODAY, by=officer)
    jobs.run_pending()
    assert RecordedClose.objects.get().closed_by == officer

    take_back(officer)
    for _ in range(2):
        jobs.run(job.pk)
        jobs.run_pending()

    assert ReportingQuarter.objects.get(quarter=Q2).state == "open"


def test_an_early_close_taken_back_wants_another_person_again(officer, other, red):
    measured(reference="PI-2")
    _, early = ask_to_close(quarter=Q2, reason="Cabinet", today=TODAY, by=officer)
    agree_to_close(early=early, by=other)
    jobs.run_pending()
    assert ReportingQuarter.objects.get(quarter=Q2).is_closed

    take_back(officer)

    early.refresh_from_db()
    assert early.state == EarlyClose.State.TAKEN_BACK
    with pytest.raises(WantsAnother, match="Say why you want to close Q2 2011/12 now"):
        ask_to_close(quarter=Q2, reason="", today=TODAY, by=officer)
    assert ask_to_close(quarter=Q2, reason="Again", today=TODAY, by=officer)[1].pk != early.pk


def words(response):
    text = re.sub(r"<[^>]+>", " ", response.content.decode())
    return " ".join(text.replace("&#x27;", "'").split())


def test_on_pages_it_is_closed_taken_back_and_read(client, officer, red, ten):
    client.force_login(officer)
    client.post("/quarters/2011-Q2/close/")
    jobs.run_pending()

    assert "Take it back : Q2 2011/12 until 11:00" in words(client.get("/quarters/"))
    page = words(client.get("/quarters/2011-Q2/take-back/"))
    assert (
        "Ada Asker closed it at 10:00 on 25 October 2012. You can take it back until 11:00" in page
    )
    assert "1 escalation is taken back" in page
    assert "1 notice is never sent" in page

    wrong = client.post("/quarters/2011-Q2/take-back/", {"reason": ""})
    assert "Say why it is taken back" in words(wrong)
    ten.move_to(at("10:25"))
    done = client.post("/quarters/2011-Q2/take-back/", {"reason": WHY}, follow=True)

    told = words(done)
    assert "Q2 2011/12 is open again: its close was taken back." in told
    assert "At 10:25 on 25 October 2012, by Ada Asker" in told
    assert WHY in told
    assert "Potholes" in told
    assert "Performance Assurance Team" in told
    record = RecordedClose.objects.get()
    kept = client.get(f"/quarters/2011-Q2/taken-back/{record.pk}/archive.json").json()
    assert {each["kind"] for each in kept["made"]} >= {
        "escalation.escalation",
        "escalation.explanation",
        "core.notice",
    }
    listed = words(client.get("/quarters/"))
    assert "25 October 2012, 10:25, by Ada Asker" in listed
    assert "Close Q2 2011/12" in listed
    again = client.post("/quarters/2011-Q2/take-back/", {"reason": WHY})
    assert "Ada Asker took its close back at 10:25 on 25 October 2012" in words(again)


def test_the_work_says_that_its_close_was_taken_back_and_the_next_close_says_nothing_of_it(
    client, officer, red, ten
):
    client.force_login(officer)
    client.post("/quarters/2011-Q2/close/")
    jobs.run_pending()
    ten.move_to(at("10:25"))
    take_back(officer)

    taken = (
        "Ada Asker took it back at 10:25 on 25 October 2012. It had done this: Q2 2011/12 closed"
    )
    for address in ("/quarters/", "/home/"):
        page = words(client.get(address))
        assert page.count(taken) == 1, address
        assert page.count("Q2 2011/12 closed:") == 1, address

    client.post("/quarters/2011-Q2/close/")
    jobs.run_pending()
    ten.move_to(at("10:40"))
    page = words(client.get("/quarters/"))
    assert page.count("took it back") == 1
    assert page.count("Q2 2011/12 closed: 1 referred up") == 2


def test_before_a_report_is_built_the_page_says_that_it_ends_the_hour(client, officer, red, ten):
    client.force_login(officer)
    told = "The close of Q2 2011/12 can be taken back until 11:00. Building a report ends that"
    build, close_page = "/reports/2011-Q2/build/", "/quarters/2011-Q2/close/"
    assert "Building a report counts as acting on it" in words(client.get(close_page))
    close(by=officer)

    for address in ("/reports/", build):
        assert told in words(client.get(address)), address
    assert told in words(client.get("/reports/")).split("Build the report")[0]

    ten.move_to(at("11:00"))
    for address in ("/reports/", build):
        assert "can be taken back" not in words(client.get(address)), address


def test_what_is_being_closed_or_built_has_no_button_to_ask_for_it_again(client, officer, red):
    client.force_login(officer)
    client.post("/quarters/2011-Q2/close/")
    page = words(client.get("/quarters/"))
    assert "It is being closed now." in page
    assert "You see first what it would do" not in page
    again = client.get("/quarters/2011-Q2/close/", follow=True)
    assert "Q2 2011/12 is being closed or updated now." in words(again)
    jobs.run_pending()

    assert "Build the report for Q2 2011/12" in words(client.get("/reports/"))
    client.post("/reports/2011-Q2/build/")
    assert "Build the report for Q2 2011/12" not in words(client.get("/reports/"))
    built = client.get("/reports/2011-Q2/build/").content.decode()
    assert "It is being built now" in built
    assert ">Build the report</button>" not in built


def test_the_page_says_why_a_close_stands_and_keeps_what_was_typed(client, officer, red):
    client.force_login(officer)
    close(by=officer)
    deal_with(
        escalation=Escalation.objects.get(),
        kind="noted",
        handled_on=TODAY,
        today=TODAY,
        by=officer,
    )

    page = words(client.get("/quarters/2011-Q2/take-back/"))

    assert "This close cannot be taken back" in page
    assert "Ada Asker dealt with escalation" in page


def test_everybody_reads_what_was_taken_back_and_the_performance_team_all_of_it(
    client, officer, red
):
    close(by=officer)
    record = take_back(officer)
    address = f"/quarters/2011-Q2/taken-back/{record.pk}/"

    client.force_login(holder(PostKind.STAFF))
    assert "Potholes" in words(client.get(address))
    assert "Everything it made" not in words(client.get(address))
    assert client.get(f"{address}archive.json").status_code == 403
    client.force_login(officer)
    assert "Everything it made" in words(client.get(address))
    assert client.get(f"{address}archive.json").json()["reason"] == WHY
    assert client.get("/quarters/2011-Q1/taken-back/7777/").status_code == 404


def test_the_timeline_says_that_the_close_was_taken_back(officer, red):
    close(by=officer)
    record = take_back(officer)
    close(by=officer)

    story = escalation_timeline(escalation=Escalation.objects.get(), reader=officer, today=TODAY)

    (event,) = [each for each in story.events if "taken back" in each.title]
    assert event.title == "Close of Q2 2011/12 taken back"
    assert event.by == "Taken back by Ada Asker"
    assert WHY in event.text
    assert event.href == f"/quarters/2011-Q2/taken-back/{record.pk}/"


def test_recording_a_close_asks_as_much_of_twenty_indicators_as_of_one(
    officer, django_assert_max_num_queries
):
    def asked_of(number, quarter):
        while len(indicators) < number:
            indicators.append(measured())
        for each in indicators:
            submit(each, quarter, "G")
        with django_assert_max_num_queries(1_000) as closing:
            close(quarter, officer)
        with django_assert_max_num_queries(1_000) as undoing:
            take_back(officer, quarter)
        close_quarter(quarter=quarter, today=TODAY, by=None)
        return len(closing), len(undoing)

    indicators = []
    quarter = Quarter(2010, 1)
    asked_of(1, quarter)
    one = asked_of(1, quarter.next())
    assert asked_of(20, quarter.next().next()) == one
