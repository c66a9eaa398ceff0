"""What the database itself keeps as it is: asked of SQLite and PostgreSQL, past every service and model."""

import importlib
from copy import copy
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction

from core import audit
from core.models.archive import ArchivedRow
from core.models.audit import AuditEvent
from core.sql_guards import Guard
from core.sql_guards_released import ReleasedGuard, forwards
from escalation.models.early_warning import EarlyWarning
from escalation.models.escalations import Handling
from escalation.models.plans import PlanReview
from escalation.models.recorded_closes import RecordedClose
from indicators.models.definitions import DefinitionChange
from indicators.models.forecasts import SystemForecast
from indicators.models.questions import Question
from indicators.models.returns import Evidence, ManagersForecast, SignOff
from indicators.models.rounds import AnnualRound, RoundLine, RoundRemark
from indicators.models.samples import AuditSample, SampledResult
from indicators.rules.returns import Stage, Verdict
from reports.models import Edition
from tests.assurance.factories import (
    ActionPlanFactory,
    AgreedActionFactory,
    CallInFactory,
    ChallengeFactory,
    DecisionFactory,
    EscalationFactory,
    ItemExemptionFactory,
    LogCorrectionFactory,
    ManagersPaperFactory,
    MeetingDocumentFactory,
    MeetingFactory,
    PackFactory,
    PaperFactory,
    RedactedPackFactory,
    SentPackFactory,
)
from tests.factories import (
    Q1,
    ExplanationFactory,
    IndicatorFactory,
    ResultFactory,
    RevisionFactory,
    UnitFactory,
    UserFactory,
)
from tests.guards import guards_in_force, model_of, unguarded
from tests.indicators.factories import (
    DataQualityEntryFactory,
    MonthlyFigureFactory,
    PartResultFactory,
    PartsRevisionFactory,
)
from tests.reports.factories import (
    EditionFactory,
    EditionFileFactory,
    QuarterlyReportFactory,
    SmallEditionFactory,
    SmallWithdrawalFactory,
    WithdrawalFactory,
)
from tests.strategy.factories import (
    MilestoneFactory,
    ProjectFactory,
    ProjectReportFactory,
    RebaseliningFactory,
    RiskAssessmentFactory,
    RiskFactory,
    SavingFactory,
    SavingUpdateFactory,
)

DAY, MOMENT = date(2012, 1, 1), datetime(2012, 1, 1, tzinfo=UTC)
GUARDS = guards_in_force()
every_guard = pytest.mark.parametrize("table", sorted(GUARDS))
closing_guard = pytest.mark.parametrize(
    "table", sorted(table for table, guard in GUARDS.items() if guard.closed)
)
pytestmark = pytest.mark.both_databases
on_sqlite = pytest.mark.skipif(connection.vendor != "sqlite", reason="only SQLite can REPLACE")
on_postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="only it has jsonb")


def an_event():
    audit.record("told", IndicatorFactory(), by=UserFactory(), words="As it was")
    return AuditEvent.objects.latest("pk")


def a_sign_off():
    return SignOff.objects.create(
        revision=RevisionFactory(),
        stage=Stage.DIVISION,
        verdict=Verdict.APPROVED,
        signed_by=UserFactory(),
    )


def a_question():
    return Question.objects.create(
        revision=RevisionFactory(), key="nought", words="0 after 104: is there a figure at all?"
    )


def evidence():
    return Evidence.objects.create(
        indicator=IndicatorFactory(),
        quarter=Q1,
        name="counts.csv",
        path="evidence/1",
        size=3,
        sha256="0" * 64,
        uploaded_by=UserFactory(),
        uploaded_at=datetime(2011, 7, 1, tzinfo=UTC),
    )


def a_forecast():
    return SystemForecast.objects.create(
        indicator=IndicatorFactory(),
        made_in=Q1,
        for_quarter=Q1.next(),
        method="smoothing",
        quarters=8,
        value=80,
        lower=70,
        upper=90,
    )


def a_managers_forecast():
    return ManagersForecast.objects.create(
        indicator=IndicatorFactory(), made_in=Q1, horizon="year_end", rag="red", why="Two vacancies"
    )


def an_early_warning():
    return EarlyWarning.objects.create(indicator=IndicatorFactory(), closed=Q1, known_until=Q1)


def a_definition_change():
    return DefinitionChange.objects.create(
        indicator=IndicatorFactory(), number=2, changes={"source": {"was": "", "is": "The ONS"}}
    )


def a_handling():
    return Handling.objects.create(
        escalation=EscalationFactory(), kind=Handling.Kind.NOTED, handled_on=DAY, by=UserFactory()
    )


def a_review():
    return PlanReview.objects.create(
        plan=ActionPlanFactory(), level="pat", sufficient=True, reviewed_on=DAY, by=UserFactory()
    )


def a_sample():
    return AuditSample.objects.create(
        number=1,
        purpose="First visit",
        method="simple",
        size=1,
        seed="dice",
        from_quarter=Q1,
        until_quarter=Q1,
        population=1,
        population_sha256="0" * 64,
        strata=[],
        drawn_by=UserFactory(),
    )


def a_sampled_result():
    return SampledResult.objects.create(
        sample=a_sample(),
        position=1,
        revision=RevisionFactory(),
        stratum="All results",
        rag="Green",
        found="agreed",
        found_by=UserFactory(),
        found_at=MOMENT,
    )


def end_sample(sample):
    moved(sample, ended_at=MOMENT, ended_by=UserFactory(), conclusion="Fair")


def moved(row, **to):
    """As a service moves a row on."""
    type(row).objects.filter(pk=row.pk).update(**to)


def publish(edition):
    one, other = UserFactory(), UserFactory()
    moved(edition, state="checked", checked_at=MOMENT, checked_by=one)
    moved(edition, state="approved", approved_at=MOMENT, approved_by=other, publish_at=MOMENT)
    moved(edition, state="published", published_at=MOMENT, published_by=other)


def superseded(row):
    """Another of the next number has taken its place."""
    moved(row, is_latest=False)
    later = copy(row)
    later.pk, later.number, later.is_latest = None, row.number + 1, True
    later.save(force_insert=True)


def an_archived_row():
    said = an_event()
    return ArchivedRow.objects.create(kind="a.thing", key=1, name="It", content={}, act=said)


def a_recorded_close():
    return RecordedClose.objects.create(
        quarter=Q1,
        closed_at=MOMENT,
        until=MOMENT + timedelta(hours=1),
        summary="Closed",
        last_event=1,
    )


def a_remark():
    """A challenge to a line of a round."""
    days = ("proposals_by", "challenged_by", "seen_by", "agreed_by")
    officer = UserFactory()
    round = AnnualRound.objects.create(
        year=2024, opened_by=officer, **dict.fromkeys(days, date(2024, 3, 1))
    )
    indicator = IndicatorFactory()
    line = RoundLine.objects.create(
        round=round,
        indicator=indicator,
        reference=indicator.reference,
        action="keep",
        typed_by=officer,
    )
    return RoundRemark.objects.create(
        line=line, kind="challenge", said_for="PAT", text="Why?", put_by=officer
    )


# How a row of each guarded table is made, and how it is closed.
MADE = {
    "core_auditevent": an_event,
    "core_archivedrow": an_archived_row,
    "escalation_recordedclose": a_recorded_close,
    "reports_quarterlyreport": QuarterlyReportFactory,
    "reports_edition": EditionFactory,
    "reports_editionfile": EditionFileFactory,
    "indicators_result": ResultFactory,
    "indicators_revision": RevisionFactory,
    "indicators_signoff": a_sign_off,
    "indicators_question": a_question,
    "indicators_definitionchange": a_definition_change,
    "indicators_roundremark": a_remark,
    "indicators_evidence": evidence,
    "indicators_partsrevision": PartsRevisionFactory,
    "indicators_partresult": PartResultFactory,
    "indicators_dataqualityentry": DataQualityEntryFactory,
    "indicators_auditsample": a_sample,
    "indicators_sampledresult": a_sampled_result,
    "indicators_systemforecast": a_forecast,
    "indicators_managersforecast": a_managers_forecast,
    "escalation_earlywarning": an_early_warning,
    "indicators_monthlyfigure": MonthlyFigureFactory,
    "escalation_explanation": ExplanationFactory,
    "escalation_handling": a_handling,
    "escalation_planreview": a_review,
    "strategy_milestoneupdate": lambda: MilestoneFactory(progress="Two bids").updates.get(),
    "strategy_projectreport": ProjectReportFactory,
    "strategy_rebaselining": RebaseliningFactory,
    "strategy_savingupdate": SavingUpdateFactory,
    "strategy_riskassessment": RiskAssessmentFactory,
    "reports_smalledition": SmallEditionFactory,
    "reports_withdrawal": WithdrawalFactory,
    "reports_smallwithdrawal": SmallWithdrawalFactory,
    "assurance_meeting": MeetingFactory,
    "assurance_callin": lambda: CallInFactory(
        came_from=CallInFactory(meeting__meets_on=date(2011, 10, 10))
    ),
    "assurance_managerspaper": ManagersPaperFactory,
    "assurance_logcorrection": LogCorrectionFactory,
    "assurance_challenge": ChallengeFactory,
    "assurance_decision": DecisionFactory,
    "assurance_agreedaction": AgreedActionFactory,
    "assurance_paper": PaperFactory,
    "assurance_pack": PackFactory,
    "assurance_sentpack": SentPackFactory,
    "assurance_meetingdocument": MeetingDocumentFactory,
    "assurance_itemexemption": ItemExemptionFactory,
    "assurance_redactedpack": RedactedPackFactory,
}
# Where no one row fills every column that no two rows share.
# More rows of a table, where no one row fills every column that two rows may not share.
OF_OTHER_KINDS = {
    "strategy_rebaselining": [
        lambda: RebaseliningFactory(milestone=None, project=ProjectFactory()),
    ],
    "assurance_callin": [
        lambda: called_in(milestone=MilestoneFactory()),
        lambda: called_in(project=ProjectFactory()),
        lambda: called_in(saving=SavingFactory()),
        lambda: called_in(risk=RiskFactory()),
        lambda: called_in(unit=UnitFactory()),
    ],
}
CLOSED = {
    "indicators_auditsample": end_sample,
    "indicators_sampledresult": lambda row: end_sample(row.sample),
    "reports_edition": publish,
    "reports_withdrawal": lambda row: moved(row, files_gone_at=MOMENT),
    "reports_editionfile": lambda row: publish(row.edition),
    "indicators_revision": lambda row: moved(row, is_latest=False),
    "indicators_evidence": lambda row: moved(row, removed_at=MOMENT),
    "indicators_question": lambda row: moved(
        row, answer="So it is", answered_at=MOMENT, answered_by=UserFactory()
    ),
    "indicators_roundremark": lambda row: moved(
        row, answer="So it is", answered_at=MOMENT, answered_by=UserFactory()
    ),
    "indicators_partsrevision": lambda row: moved(row, is_latest=False),
    "indicators_dataqualityentry": lambda row: moved(row, is_latest=False),
    "indicators_systemforecast": superseded,
    "indicators_managersforecast": lambda row: moved(row, is_latest=False),
    "escalation_earlywarning": superseded,
    "indicators_monthlyfigure": lambda row: moved(row, is_latest=False),
    "escalation_explanation": superseded,
    "escalation_recordedclose": lambda row: moved(
        row, taken_back_at=MOMENT, taken_back_by=UserFactory(), reason="A slip"
    ),
    "assurance_meeting": lambda row: moved(row, state="held"),
    "assurance_callin": lambda row: moved(row.meeting, state="held"),
    "assurance_pack": lambda row: moved(row, html="<p>", pdf=b"%PDF", drawn_at=MOMENT),
    "assurance_sentpack": lambda row: moved(row, opened_at=MOMENT),
    "assurance_meetingdocument": lambda row: moved(row, issued_at=MOMENT, issued_by=UserFactory()),
    "assurance_itemexemption": lambda row: moved(
        row, lifted_on=row.review_on, lifted_by=UserFactory(), lifted_because="Signed"
    ),
}
# What services move of a row that is not closed.
MOVES = {
    "indicators_sampledresult": {"found": "not_agreed", "note": "It is 9", "found_at": MOMENT},
    "reports_editionfile": {"size": 9, "sha256": "9" * 64},
    "indicators_result": {"state": "returned"},
    "assurance_meeting": {
        "meets_on": DAY,
        "begins_at": time(9),
        "place": "Room 2",
        "times_moved": 1,
        "state": "cancelled",
        "cancelled_because": "Snow",
    },
    "assurance_callin": {"verdict": "withdrawn", "reason": "Recovered", "at": MOMENT},
    "assurance_itemexemption": {"review_on": date(2013, 11, 1)},
    "assurance_meetingdocument": {"text": "Three items.", "met_on": DAY, "written_at": MOMENT},
    "assurance_agreedaction": {
        "done_on": DAY,
        "progress": "Both are recruited",
        "evidence": "Two contracts",
        "judged_words": "Well done",
    },
}


def called_in(**about):
    """Something that is no indicator, called in."""
    return CallInFactory(indicator=None, answerer=UserFactory(), **about)


def fields(table):
    return {each.column: each for each in model_of(table)._meta.concrete_fields}


def another(field, row):
    """A value of a field that is not the row's."""
    match field:
        case models.BooleanField():
            return not getattr(row, field.attname)
        case models.DateTimeField():
            return datetime(1999, 1, 1, tzinfo=UTC)
        case models.DateField():
            return date(1999, 1, 1)
        case models.TimeField():
            return time(3)
        case models.JSONField():
            return {"another": True}
        case models.BinaryField():
            return b"another"
        case models.DecimalField():
            return Decimal("0.777")
        case models.CharField() | models.TextField() | models.FileField():
            return "another"[: field.max_length]
    return 7_777  # numbers, and keys of rows that there are not


def execute(statement, values=()):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


def refused(table, act):
    with pytest.raises(IntegrityError, match=GUARDS[table].sentence), transaction.atomic():
        act()


def refuse_each(table, row, columns):
    """None of these columns can be set otherwise: by a statement, a queryset or the row itself."""
    model, held = type(row), fields(table)
    for column in columns:
        field = held[column]
        value = another(field, row)
        said = field.get_db_prep_save(value, connection)
        update = f"UPDATE {table} SET {column} = %s WHERE id = %s"
        refused(table, lambda update=update, said=said: execute(update, [said, row.pk]))
        if field.primary_key:
            continue
        refused(
            table,
            lambda field=field, value=value: moved(row, **{field.attname: value}),
        )
        altered = model.objects.get(pk=row.pk)
        setattr(altered, field.attname, value)
        refused(table, lambda altered=altered: altered.save(force_update=True))


# What is decided for every column and table


@every_guard
def test_every_column_of_a_guarded_table_either_stands_or_is_named_as_free(table):
    assert set(fields(table)) == GUARDS[table].columns


@every_guard
def test_a_guard_knows_what_no_two_rows_share(table):
    """INSERT OR REPLACE deletes whatever row shares it."""
    meta = model_of(table)._meta
    shared = {((each.column,), False) for each in meta.concrete_fields if each.unique}
    for each in meta.constraints:
        if isinstance(each, models.UniqueConstraint):
            assert not each.expressions
            columns = tuple(meta.get_field(name).column for name in each.fields)
            shared.add((columns, each.condition is not None))
    assert not meta.unique_together

    said = {(each.columns, bool(each.where)) for each in GUARDS[table].unique}

    assert said == shared - {(("id",), False)}


def test_a_row_of_every_guarded_table_is_tried_below():
    assert set(MADE) == set(GUARDS)
    assert set(CLOSED) == {table for table, guard in GUARDS.items() if guard.closed}


def test_what_hangs_on_a_version_of_the_sorp_is_under_its_guard():
    stands = importlib.import_module("sorp.migrations.0002_approved_versions_stand")
    version = apps.get_model("sorp", "version")
    renamed = importlib.import_module("sorp.migrations.0003_level_duty")
    guarded = {*stands.ROWS, *(each[0] for each in stands.ROWS_OF_ROWS)}
    guarded = guarded - {renamed.BEFORE} | {renamed.NOW}
    of_ours = list(apps.get_app_config("sorp").get_models(include_auto_created=True))

    def leads_to(model, targets):
        return any(each.related_model in targets for each in model._meta.fields if each.is_relation)

    rows = {model for model in of_ours if model is not version and leads_to(model, {version})}
    rows |= {model for model in of_ours if model is not version and leads_to(model, rows)}

    assert {model._meta.db_table for model in rows} - {"sorp_finding"} == guarded


def test_every_column_of_a_version_of_the_sorp_is_decided_on():
    stands = importlib.import_module("sorp.migrations.0002_approved_versions_stand")

    assert set(fields("sorp_version")) == {*stands.KEPT, *stands.APPROVAL, "state"}


@pytest.mark.django_db
@every_guard
def test_the_database_has_the_triggers_that_the_guard_asks_for(table):
    """SQLite drops them when Django remakes the table: a migration that does lays them again."""
    wanted = forwards(GUARDS[table], connection.vendor)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [table]
            )
            assert {row[0] for row in cursor.fetchall()} == set(wanted)
            return
        cursor.execute(
            "SELECT prosrc, tgenabled, pg_get_triggerdef(pg_trigger.oid) FROM pg_trigger"
            " JOIN pg_proc ON pg_proc.oid = tgfoid"
            " WHERE tgrelid = %s::regclass AND NOT tgisinternal",
            [table],
        )
        ((body, enabled, trigger),) = cursor.fetchall()
    assert body == wanted[0].split("$$")[1]
    assert enabled == "O"
    assert "BEFORE DELETE OR UPDATE" in trigger
    assert "FOR EACH ROW" in trigger


# What each refuses


@pytest.mark.django_db
@pytest.mark.usefixtures("sorp_in_force")
@every_guard
def test_nothing_that_stands_is_changed(table):
    guard = GUARDS[table]
    refuse_each(table, MADE[table](), (*guard.never, *getattr(guard, "emptied", ())))


@pytest.mark.django_db
@pytest.mark.usefixtures("sorp_in_force")
@closing_guard
def test_of_a_closed_row_nothing_at_all_is_changed(table):
    row = MADE[table]()
    CLOSED[table](row)
    row.refresh_from_db()

    refuse_each(table, row, sorted(GUARDS[table].columns))


@pytest.mark.django_db
@pytest.mark.parametrize("table", MOVES)
def test_what_services_move_may_move_and_move_again(table):
    row = MADE[table]()

    moved(row, **MOVES[table])
    row.refresh_from_db()
    for name, value in MOVES[table].items():
        assert getattr(row, name) == value
    row.save()


def test_every_free_column_is_moved_by_one_of_these_tests():
    """Those that are not in MOVES, by closing their row."""
    by_closing = {
        "reports_edition": {
            *("state", "checked_at", "checked_by_id", "approved_at", "approved_by_id"),
            *("publish_at", "published_at", "published_by_id"),
        },
        "reports_withdrawal": {"files_gone_at"},
        "indicators_auditsample": {"ended_at", "ended_by_id", "conclusion"},
        "indicators_revision": {"is_latest"},
        "indicators_evidence": {"removed_at"},
        "indicators_question": {"answer", "answered_by_id", "answered_at"},
        "indicators_roundremark": {"answer", "answered_by_id", "answered_at"},
        "indicators_partsrevision": {"is_latest"},
        "indicators_dataqualityentry": {"is_latest"},
        "indicators_monthlyfigure": {"is_latest"},
        "indicators_systemforecast": {"is_latest"},
        "indicators_managersforecast": {"is_latest"},
        "escalation_earlywarning": {"is_latest"},
        "escalation_explanation": {"is_latest"},
        "escalation_recordedclose": {"taken_back_at", "taken_back_by_id", "reason"},
        "assurance_pack": {"html", "pdf", "drawn_at"},
        "assurance_sentpack": {"opened_at"},
        "assurance_meetingdocument": {"issued_at", "issued_by_id"},
        # approved or lifted by somebody on a day, all at once
        "assurance_itemexemption": {
            *("approved_by_id", "approved_on"),
            *("lifted_by_id", "lifted_on", "lifted_because"),
        },
    }
    with_call_ins = {
        "assurance_meeting": {"carried_to_id"},
        "assurance_callin": {"eligibility", "why", "called_in_by_id", "answerer_id"},
        "indicators_sampledresult": {"found_by_id"},
        # tests/assurance/test_log.py: judged by somebody on a day, all three at once
        "assurance_agreedaction": {"judged", "judged_by_id", "judged_on"},
        "assurance_meetingdocument": {"written_by_id"},
    }
    tried = {
        table: by_closing.get(table, set())
        | with_call_ins.get(table, set())
        | set(MOVES.get(table, ()))
        for table in GUARDS
    }

    assert tried == {table: set(guard.free) for table, guard in GUARDS.items()}


@pytest.mark.django_db
@pytest.mark.usefixtures("sorp_in_force")
@every_guard
def test_no_row_is_deleted(table):
    row = MADE[table]()
    if GUARDS[table].deletable:
        CLOSED[table](row)

    refused(table, lambda: execute(f"DELETE FROM {table} WHERE id = %s", [row.pk]))
    refused(table, lambda: type(row).objects.filter(pk=row.pk)._raw_delete("default"))
    refused(table, lambda: execute(f"DELETE FROM {table}"))
    assert type(row).objects.filter(pk=row.pk).exists()


@pytest.mark.django_db
def test_what_a_published_edition_says_goes_once_it_is_withdrawn_and_nothing_else_of_it():
    edition = WithdrawalFactory().edition

    moved(edition, document={}, public_document={})

    edition.refresh_from_db()
    assert (edition.document, edition.public_document) == ({}, {})
    rest = GUARDS["reports_edition"].columns - {"document", "public_document"}
    refuse_each("reports_edition", edition, sorted(rest))
    refused("reports_edition", lambda: execute("DELETE FROM reports_edition"))


@pytest.mark.django_db
def test_what_a_published_plan_says_goes_once_it_is_withdrawn_and_nothing_else_of_it():
    small = SmallWithdrawalFactory().small

    moved(small, document={})

    small.refresh_from_db()
    assert small.document == {}
    refuse_each(
        "reports_smalledition",
        small,
        sorted(GUARDS["reports_smalledition"].columns - {"document"}),
    )
    refused("reports_smalledition", lambda: execute("DELETE FROM reports_smalledition"))


GO_WITH_A_CLOSE = (
    "escalation_earlywarning",
    "escalation_explanation",
    "indicators_systemforecast",
)


@pytest.mark.django_db
@pytest.mark.parametrize("table", GO_WITH_A_CLOSE)
def test_what_a_close_made_goes_once_it_is_in_the_archive_and_what_stood_before_stands_again(table):
    row = MADE[table]()
    superseded(row)
    later = type(row).objects.get(is_latest=True)
    refused(table, later.delete)

    ArchivedRow.objects.create(
        kind=row._meta.label_lower, key=later.pk, name="Later", content={}, act=an_event()
    )
    refuse_each(table, later, GUARDS[table].never)
    refused(table, lambda: moved(row, is_latest=True))
    later.delete()
    moved(row, is_latest=True)

    assert type(row).objects.get() == row
    refused(table, row.delete)


@pytest.mark.parametrize("said", [{}, {"released": "1 = 1"}, {"emptied": ("text",)}])
def test_a_guard_that_lets_go_says_when_and_of_what(said):
    with pytest.raises(ValueError, match="of things released, and what"):
        ReleasedGuard(table="things", sentence="Kept", never=("id",), **said)


@pytest.mark.django_db
def test_an_edition_that_was_not_published_may_be_deleted():
    edition = EditionFactory()

    edition.delete()

    assert not Edition.objects.exists()


@pytest.mark.django_db
@pytest.mark.usefixtures("sorp_in_force")
@every_guard
def test_no_two_rows_swap_their_keys(table):
    one = MADE[table]()
    for statement in (
        f"UPDATE {table} SET id = -id",
        f"UPDATE {table} SET id = 7777 WHERE id = {one.pk}",
        f"UPDATE {table} SET id = CASE id WHEN {one.pk} THEN 7777 ELSE {one.pk} END",
    ):
        refused(table, lambda statement=statement: execute(statement))
    if connection.vendor == "sqlite":
        refused(table, lambda: execute(f"UPDATE {table} SET rowid = 7777"))


@pytest.mark.django_db
@pytest.mark.usefixtures("sorp_in_force")
@every_guard
def test_an_insert_that_would_update_on_conflict_is_refused(table):
    row = MADE[table]()
    column = next(each for each in GUARDS[table].never if each != "id")
    names = ", ".join(fields(table))
    other = fields(table)[column].get_db_prep_save(another(fields(table)[column], row), connection)

    refused(
        table,
        lambda: execute(
            f"INSERT INTO {table} ({names}) SELECT {names} FROM {table} WHERE id = %s"
            f" ON CONFLICT (id) DO UPDATE SET {column} = %s",
            [row.pk, other],
        ),
    )


@on_sqlite
@pytest.mark.django_db
@pytest.mark.usefixtures("sorp_in_force")
@every_guard
def test_no_row_is_written_over_another(table):
    """By INSERT OR REPLACE or UPDATE OR REPLACE, which ask no trigger for deletes: not by its key, and
    not by anything else that no two rows share. Where a column of it is empty, two rows share nothing."""
    made = [make() for make in (MADE[table], *OF_OTHER_KINDS.get(table, ()))]
    shares = [("id",), *(each.columns for each in GUARDS[table].unique)]
    tried = {
        shared
        for row in made
        for shared in shares
        if None not in (getattr(row, column) for column in shared)
    }
    assert tried == set(shares)

    for row in made:
        write_over(row, table, shares)


def write_over(row, table, shares):
    held = fields(table)
    names = list(held)
    for shared in shares:
        if None in (getattr(row, column) for column in shared):
            continue
        others = {column for each in shares for column in each if column not in shared}
        picked = ["%s" if name in others else name for name in names]
        values = [
            held[name].get_db_prep_save(another(held[name], row), connection)
            for name in names
            if name in others
        ]
        for verb in ("INSERT OR REPLACE", "REPLACE"):
            statement = (
                f"{verb} INTO {table} ({', '.join(names)})"
                f" SELECT {', '.join(picked)} FROM {table} WHERE id = {row.pk}"
            )
            refused(
                table,
                lambda statement=statement, values=values: execute(statement, values),
            )

    assert type(row).objects.filter(pk=row.pk).exists()


@on_sqlite
@pytest.mark.django_db
def test_no_planned_meeting_is_moved_over_one_that_was_held():
    """UPDATE OR REPLACE, where what moves is what no two rows share."""
    held, planned = MeetingFactory(state="held"), MeetingFactory(meets_on=DAY)

    refused(
        "assurance_meeting",
        lambda: execute(
            "UPDATE OR REPLACE assurance_meeting SET meets_on = %s WHERE id = %s",
            [str(held.meets_on), planned.pk],
        ),
    )
    held.refresh_from_db()


@pytest.mark.django_db
def test_evidence_that_was_submitted_is_not_removed():
    kept = evidence()
    RevisionFactory(result=ResultFactory(indicator=kept.indicator))

    refused("indicators_evidence", lambda: moved(kept, removed_at=MOMENT))


@pytest.mark.django_db
def test_evidence_that_came_after_the_latest_revision_may_be_removed():
    kept = evidence()
    result = ResultFactory(indicator=kept.indicator)
    RevisionFactory(result=result, submitted_at=datetime(2011, 6, 30, 23, 59, 59, 1, tzinfo=UTC))

    moved(kept, removed_at=MOMENT)

    kept.refresh_from_db()
    assert kept.removed_at == MOMENT


@pytest.mark.django_db
def test_a_superseded_revision_does_not_become_the_latest_again():
    revision = RevisionFactory()
    moved(revision, is_latest=False)

    refused("indicators_revision", lambda: moved(revision, is_latest=True))


@on_postgresql
@pytest.mark.django_db
def test_a_number_in_a_frozen_document_is_not_written_otherwise():
    """To jsonb 1 and 1.0 are equal; a digest tells them apart."""
    pack = PackFactory(document={"value": 1})

    refused(
        "assurance_pack",
        lambda: execute("UPDATE assurance_pack SET document = '{\"value\": 1.0}'::jsonb"),
    )
    assert pack.sha256


@pytest.mark.django_db
def test_a_guard_that_was_lifted_lies_again():
    """What tests of altered records lean on."""
    revision = RevisionFactory()

    with unguarded(type(revision)):
        moved(revision, value=1)

    refused("indicators_revision", lambda: moved(revision, value=2))


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ({"sentence": "It's kept"}, "quoted"),
        ({"sentence": "100% kept"}, "quoted"),
        ({"never": ("name",)}, "keeps its key"),
        ({"deletable": True}, "until what"),
    ],
)
def test_a_description_that_would_guard_badly_is_refused(said, wrong):
    with pytest.raises(ValueError, match=wrong):
        Guard(**{"table": "things", "sentence": "Kept", "never": ("id",)} | said)
