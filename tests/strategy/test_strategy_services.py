"""What is done about the strategy: what changed, what was recorded, what is refused."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from core import clock, refusals
from core.models.audit import AuditEvent
from organisation.rules import PostKind
from strategy.models.plan import Aim, Measure, Milestone, Priority
from strategy.rules.plan import Judgement, MeasureKind
from strategy.services import plan as services
from tests.factories import IndicatorFactory, holder
from tests.strategy.factories import (
    AimFactory,
    EvaluationFactory,
    MeasureFactory,
    MilestoneFactory,
    PriorityFactory,
    ProgrammeFactory,
    ProjectFactory,
    ThemeFactory,
)

pytestmark = pytest.mark.django_db
TODAY = date(2011, 9, 1)


@pytest.fixture
def officer():
    return holder(PostKind.PERFORMANCE_OFFICER)


@pytest.fixture
def milestone():
    return MilestoneFactory(accountable_manager=holder(PostKind.ACCOUNTABLE_MANAGER))


def update(milestone, *, by, forecast_on=None, done_on=None, progress=""):
    return services.update_milestone(
        milestone=milestone,
        forecast_on=forecast_on,
        done_on=done_on,
        progress=progress,
        today=TODAY,
        by=by,
    )


def test_each_act_on_the_strategy_leaves_its_record(officer):
    aim = services.state_aim(slug="a", position=1, name="Aim", by=officer)
    theme = services.state_theme(slug="t", position=1, name="Theme", aims=[aim], by=officer)
    priority = services.state_priority(
        slug="p", number=1, name="Priority", themes=[theme], by=officer
    )
    services.promise_success(priority=priority, wording="a bridge", by_year=2014, by=officer)
    services.measure_by(
        priority=priority, kind=MeasureKind.INDICATOR, indicator=IndicatorFactory(), by=officer
    )
    services.measure_by(
        priority=priority, kind=MeasureKind.EVALUATION, wording="Final evaluation", by=officer
    )
    programme = services.start_programme(slug="c", name="Change", by=officer)
    project = services.start_project(programme=programme, slug="l", name="Ledger", by=officer)
    for of in ({"priority": priority}, {"project": project}):
        services.set_milestone(
            title="Start", due_on=TODAY, accountable_manager=officer, by=officer, **of
        )
    services.give_evidence(
        priority=priority, gathered_on=TODAY, title="Survey", finding="Good", by=officer
    )
    services.evaluate(
        priority=priority,
        judged_on=TODAY,
        judgement=Judgement.EFFECTIVE,
        finding="It works",
        judged_by="Audit",
        by=officer,
    )

    acts = list(AuditEvent.objects.order_by("id").values_list("act", "actor"))
    assert acts == [
        (act, officer.pk)
        for act in (
            "stated aim",
            "stated theme",
            "stated priority",
            "promised success",
            "added measure",
            "added measure",
            "started programme",
            "started project",
            "set milestone",
            "set milestone",
            "gave evidence",
            "evaluated",
        )
    ]
    assert list(theme.aims.all()) == [aim]
    assert list(priority.themes.all()) == [theme]
    assert str(priority.success_factors.get()) == "By 2014/15 we will have delivered a bridge"
    assert [each.position for each in priority.measures.all()] == [1, 2]


def test_what_the_database_would_refuse_is_refused_in_words_and_leaves_nothing():
    AimFactory(slug="a", position=1)

    with pytest.raises(ValueError, match="is taken: choose another"):
        services.state_aim(slug="a", position=2, name="Aim", by=None)

    assert Aim.objects.count() == 1
    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize("kind", list(MeasureKind))
def test_a_measure_names_an_indicator_where_it_is_one_and_only_there(kind):
    indicator = None if kind is MeasureKind.INDICATOR else IndicatorFactory()

    with pytest.raises(ValueError, match="Choose an indicator"):
        services.measure_by(
            priority=PriorityFactory(), kind=kind, indicator=indicator, wording="x", by=None
        )

    assert not Measure.objects.exists()


def test_a_milestone_is_of_a_priority_or_of_a_project():
    whose = holder(PostKind.ACCOUNTABLE_MANAGER)

    for of in ({}, {"priority": PriorityFactory(), "project": ProjectFactory()}):
        with pytest.raises(ValueError, match="priority or the project"):
            services.set_milestone(
                title="Start", due_on=TODAY, accountable_manager=whose, by=None, **of
            )

    assert not Milestone.objects.exists()


def test_update_milestone_keeps_what_was_promised_and_records_what_changed(milestone):
    manager = milestone.accountable_manager

    update(milestone, forecast_on=date(2011, 11, 1), progress="Planning delayed", by=manager)

    milestone.refresh_from_db()
    assert (milestone.due_on, milestone.forecast_on) == (date(2011, 9, 30), date(2011, 11, 1))
    event = AuditEvent.objects.get()
    assert (event.act, event.actor) == ("updated milestone", manager)
    assert event.detail == {
        "forecast_on": {"was": "", "is": "2011-11-01"},
        "progress": {"was": "", "is": "Planning delayed"},
    }


def test_each_update_of_a_milestone_is_kept_with_who_said_it_and_when(milestone, officer):
    manager = milestone.accountable_manager
    with clock.at(date(2011, 8, 1)):
        update(milestone, forecast_on=date(2011, 9, 20), progress="Two bids", by=manager)
    with clock.at(TODAY):
        update(milestone, done_on=date(2011, 8, 31), progress="Let", by=officer)

    first, second = milestone.updates.all()
    assert (first.number, first.progress, first.said_by) == (1, "Two bids", manager)
    assert (second.number, second.done_on, second.said_by) == (2, date(2011, 8, 31), officer)
    assert second.forecast_on is None
    known = {
        day: milestone.known_on(date(2011, *day)) for day in [(7, 31), (8, 1), (8, 31), (9, 1)]
    }
    assert list(known.values()) == [None, first, first, second]


def test_update_milestone_twice_records_once(milestone):
    for _ in range(2):
        update(milestone, done_on=TODAY, by=milestone.accountable_manager)

    assert AuditEvent.objects.count() == 1
    assert milestone.updates.count() == 1


@pytest.mark.parametrize(
    ("said", "field", "sentence"),
    [
        ({"done_on": date(2011, 9, 2)}, "done_on", "cannot be in the future"),
        ({"forecast_on": date(2011, 10, 1)}, "progress", "Say why"),
        ({"forecast_on": date(2011, 10, 1), "progress": "  "}, "progress", "Say why"),
    ],
)
def test_update_milestone_refuses_in_words(milestone, said, field, sentence):
    with pytest.raises(refusals.Refused, match=sentence) as refusal:
        update(milestone, by=milestone.accountable_manager, **said)

    assert refusal.value.field == field
    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize(
    "said",
    [
        {"done_on": TODAY},
        {"forecast_on": date(2011, 9, 30)},
        {"forecast_on": date(2011, 10, 1), "progress": "The contractor failed"},
        {"forecast_on": date(2011, 10, 1), "done_on": TODAY},
    ],
)
def test_update_milestone_accepts(milestone, said):
    assert update(milestone, by=milestone.accountable_manager, **said).pk == milestone.pk


def test_who_may_update_a_milestone(milestone):
    people = {
        "its manager": milestone.accountable_manager,
        "another manager": holder(PostKind.ACCOUNTABLE_MANAGER),
        "a performance officer": holder(PostKind.PERFORMANCE_OFFICER),
        "a director": holder(PostKind.DIRECTOR),
        "a Member": holder(PostKind.MEMBER),
        "a Cabinet Member": holder(PostKind.CABINET_MEMBER),
    }

    may = {}
    for who, person in people.items():
        try:
            update(milestone, progress=f"Said by {who}", by=person)
            may[who] = True
        except PermissionDenied:
            may[who] = False

    assert may == {
        "its manager": True,
        "another manager": False,
        "a performance officer": True,
        "a director": False,
        "a Member": False,
        "a Cabinet Member": False,
    }


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("theme_has_a_name", lambda: ThemeFactory(name="")),
        ("aim_has_a_name", lambda: AimFactory(name="")),
        ("priority_has_a_name", lambda: PriorityFactory(name="")),
        ("priorities_count_from_one", lambda: PriorityFactory(number=0)),
        ("programme_has_a_name", lambda: ProgrammeFactory(name="")),
        (
            "milestone_is_of_a_priority_or_of_a_project",
            lambda: MilestoneFactory(priority=None, project=None),
        ),
        (
            "milestone_is_of_a_priority_or_of_a_project",
            lambda: MilestoneFactory(project=ProjectFactory()),
        ),
        (
            "measure_is_an_indicator_or_says_what_it_is",
            lambda: MeasureFactory(kind="evidence", indicator=None),
        ),
        (
            "measure_is_an_indicator_or_says_what_it_is",
            lambda: MeasureFactory(indicator=None, wording="x"),
        ),
        ("evaluation_has_a_known_judgement", lambda: EvaluationFactory(judgement="splendid")),
    ],
)
def test_the_database_itself_refuses(name, make):
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        make()


@pytest.mark.both_databases
def test_the_database_refuses_the_same_indicator_twice_for_a_priority():
    measure = MeasureFactory()

    with pytest.raises(IntegrityError), transaction.atomic():
        MeasureFactory(priority=measure.priority, indicator=measure.indicator)

    assert Priority.objects.get().measures.count() == 1
