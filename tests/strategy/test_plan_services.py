"""The plan is changed and ended: what is said otherwise, what ends with it, and what is refused."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from core.clock import now
from core.models.audit import AuditEvent
from core.quarters import Quarter
from core.refusals import Refused
from organisation.rules import PostKind
from strategy.models.plan import (
    Aim,
    Measure,
    Milestone,
    MilestoneUpdate,
    Priority,
    Programme,
    SuccessFactor,
    Theme,
)
from strategy.queries.plan import (
    ends_with,
    late_milestones,
    left_alone,
    priority_sheet,
    programme_sheet,
    programme_sheets,
    strategy_sheet,
)
from strategy.rules.plan import MeasureKind, read_financial_year
from strategy.services import plan as services
from tests.factories import IndicatorFactory, UserFactory, holder
from tests.strategy.factories import (
    AimFactory,
    MeasureFactory,
    MilestoneFactory,
    PriorityFactory,
    ProgrammeFactory,
    ProjectFactory,
    SuccessFactorFactory,
    ThemeFactory,
)

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
END = date(2012, 3, 31)
AFTER = date(2012, 4, 1)


@pytest.fixture
def officer():
    return holder(PostKind.PERFORMANCE_OFFICER)


# Added


def test_what_has_no_place_given_comes_last():
    AimFactory(position=4)
    AimFactory(position=9, ends_on=END)

    assert services.state_aim(slug="next", name="Next", by=None).position == 5
    assert services.state_priority(slug="first", name="First", by=None).number == 1


@pytest.mark.parametrize(
    ("act", "field", "sentence"),
    [
        (lambda: services.state_aim(slug="held", name="A", by=None), "slug", "held is taken"),
        (
            lambda: services.state_theme(slug="t", name="T", position=3, by=None),
            "position",
            "3 is already the place of “Held”",
        ),
        (
            lambda: services.state_priority(slug="p", name="P", number=3, by=None),
            "number",
            "3 is already the place of “Held”",
        ),
        (
            lambda: services.promise_success(
                priority=Priority.objects.get(), by_year=2014, wording="a bridge", by=None
            ),
            "wording",
            "promises that already",
        ),
        (
            lambda: services.measure_by(
                priority=Priority.objects.get(),
                kind=MeasureKind.EVIDENCE,
                wording="A survey",
                by=None,
            ),
            "wording",
            "is already judged by “A survey”",
        ),
        (
            lambda: services.measure_by(
                priority=Priority.objects.get(), kind=MeasureKind.EVIDENCE, by=None
            ),
            "wording",
            "Say what it is judged by",
        ),
        (
            lambda: services.set_milestone(
                priority=Priority.objects.get(),
                title="Begin",
                due_on=END,
                accountable_manager=UserFactory(),
                by=None,
            ),
            "title",
            "There is already a milestone with that title for that day",
        ),
    ],
)
def test_what_is_taken_is_refused_in_words_at_its_field(act, field, sentence):
    AimFactory(slug="held")
    ThemeFactory(name="Held", position=3)
    priority = PriorityFactory(name="Held", number=3)
    SuccessFactorFactory(priority=priority, wording="a bridge")
    MeasureFactory(priority=priority, kind=MeasureKind.EVIDENCE, indicator=None, wording="A survey")
    MilestoneFactory(priority=priority, title="Begin", due_on=END)

    with pytest.raises(Refused, match=sentence) as refusal:
        act()

    assert refusal.value.field == field
    assert not AuditEvent.objects.exists()


def test_an_indicator_measures_a_priority_once_at_a_time():
    measure = MeasureFactory()
    again = {
        "priority": measure.priority,
        "kind": MeasureKind.INDICATOR,
        "indicator": measure.indicator,
    }

    with pytest.raises(Refused, match=r"measures .* already"):
        services.measure_by(**again, by=None)
    services.end_part(part=measure, ends_on=END, by=None)

    assert services.measure_by(**again, by=None).pk


# Changed


def test_a_change_is_recorded_with_what_it_was_and_the_same_again_is_not(officer):
    theme = ThemeFactory(name="Roads")
    priority = PriorityFactory(name="Better roads", sponsor="")
    given = {"name": "Better roads and paths", "sponsor": " The Cabinet Member ", "themes": [theme]}

    changed = services.change_part(part=priority, by=officer, **given)
    services.change_part(part=changed, by=officer, **given)

    assert (changed.name, changed.sponsor) == ("Better roads and paths", "The Cabinet Member")
    assert list(changed.themes.all()) == [theme]
    event = AuditEvent.objects.get()
    assert (event.act, event.actor) == ("changed priority", officer)
    assert event.detail == {
        "name": {"was": "Better roads", "is": "Better roads and paths"},
        "sponsor": {"was": "", "is": "The Cabinet Member"},
        "themes": {"was": [], "is": [theme.slug]},
    }


def test_two_change_places():
    first, second, third = (AimFactory(slug=slug, position=n) for n, slug in enumerate("abc", 1))

    services.change_part(part=third, by=None, position=1)

    assert list(Aim.objects.order_by("position").values_list("slug", flat=True)) == ["c", "b", "a"]
    assert {first.pk, second.pk, third.pk} == {each.pk for each in Aim.objects.all()}


def test_a_due_date_is_a_promise_once_anything_was_said_of_it():
    typed_wrong, promised = MilestoneFactory(), MilestoneFactory()
    MilestoneUpdate.objects.create(milestone=promised, number=1, said_at=now(), progress="Begun")

    assert services.change_part(part=typed_wrong, by=None, due_on=END).due_on == END
    with pytest.raises(Refused, match="moves only by an approved re-baselining") as refusal:
        services.change_part(part=promised, by=None, due_on=END)

    assert refusal.value.field == "due_on"
    assert services.change_part(part=promised, by=None, title="Begin anew").title == "Begin anew"


def test_nothing_begins_after_it_ends(officer):
    programme = ProgrammeFactory(starts_on=END, ends_on=END)

    with pytest.raises(Refused, match="It ends on 31 March 2012"):
        services.change_part(part=programme, by=officer, starts_on=AFTER)
    with pytest.raises(Refused, match="It begins on 31 March 2012"):
        services.end_part(part=programme, ends_on=date(2012, 3, 30), by=officer)


# Ended


def whole_priority():
    priority = PriorityFactory()
    SuccessFactorFactory(priority=priority)
    MeasureFactory(priority=priority)
    MilestoneFactory(priority=priority, title="Done", done_on=date(2011, 9, 1))
    MilestoneFactory(priority=priority, title="To do")
    return priority


def test_what_belongs_to_a_priority_ends_with_it_but_what_was_done_stays_done(officer):
    priority = whole_priority()
    told = [str(each) for each in ends_with(priority, END)]

    services.end_part(part=priority, ends_on=END, by=officer)

    assert told == [
        str(SuccessFactor.objects.get()),
        str(Measure.objects.get()),
        "To do",
    ]
    ended = {(each.title, each.ends_on) for each in Milestone.objects.all()}
    assert ended == {("Done", None), ("To do", END)}
    assert SuccessFactor.objects.get().ends_on == Measure.objects.get().ends_on == END
    acts = AuditEvent.objects.filter(actor=officer).values_list("act", flat=True)
    assert sorted(acts) == [
        "ended measure",
        "ended milestone",
        "ended priority",
        "ended success factor",
    ]


def test_ending_on_the_same_day_again_changes_and_records_nothing(officer):
    priority = whole_priority()
    services.end_part(part=priority, ends_on=END, by=officer)
    acts = AuditEvent.objects.count()

    services.end_part(part=priority, ends_on=END, by=officer)

    assert AuditEvent.objects.count() == acts


def test_projects_and_their_milestones_end_with_a_programme():
    project = ProjectFactory()
    MilestoneFactory(priority=None, project=project)

    services.end_part(part=project.programme, ends_on=END, by=None)

    project.refresh_from_db()
    assert project.ends_on == Milestone.objects.get().ends_on == END


def test_what_ended_may_go_on_unless_its_place_was_taken():
    ended, other = AimFactory(position=1, ends_on=END), AimFactory(position=1)

    with pytest.raises(
        Refused, match=r"1 is already the place of .* or keep the last day"
    ) as refusal:
        services.end_part(part=ended, ends_on=None, by=None)
    assert refusal.value.field == "ends_on"

    services.change_part(part=other, by=None, position=2)
    assert services.end_part(part=ended, ends_on=None, by=None).ends_on is None


def test_what_is_left_without_a_theme_or_an_aim_is_named():
    aim, theme, other = AimFactory(), ThemeFactory(), ThemeFactory()
    theme.aims.set([aim])
    alone, shared = PriorityFactory(), PriorityFactory()
    alone.themes.set([theme])
    shared.themes.set([theme, other])

    assert left_alone(theme) == [alone]
    assert left_alone(aim) == [theme]
    assert left_alone(alone) == []


# What is told of a day


def test_each_day_is_told_of_as_it_stood():
    aim, theme = AimFactory(ends_on=END), ThemeFactory(starts_on=AFTER)
    priority, later = PriorityFactory(ends_on=END), PriorityFactory(starts_on=AFTER)
    later.themes.set([theme])
    SuccessFactorFactory(priority=later, starts_on=date(2012, 5, 1))
    ProgrammeFactory(slug="old", ends_on=END)

    before = strategy_sheet(quarter=Quarter(2011, 4), day=END)
    after = strategy_sheet(quarter=Quarter(2012, 1), day=AFTER)

    assert [each.slug for each in before.aims] == [aim.slug]
    assert [each.slug for each in before.priorities] == [priority.slug]
    assert [each.slug for each in before.without_theme] == [priority.slug]
    assert before.themes == after.aims == after.without_theme == ()
    assert [each.slug for each in after.themes[0].priorities] == [later.slug]
    assert after.priorities[0].success_factors == ()
    assert [each.slug for each in programme_sheets(day=END)] == ["old"]
    assert programme_sheets(day=AFTER) == ()


def test_what_has_ended_is_told_as_it_stood_on_its_last_day():
    priority = whole_priority()
    project = ProjectFactory(programme__slug="change")
    for part in (priority, project.programme):
        services.end_part(part=part, ends_on=END, by=None)

    sheet = priority_sheet(slug=priority.slug, quarter=None, day=date(2015, 1, 1))
    assert sheet.has_ended
    assert len(sheet.milestones) == 2
    assert len(sheet.measures) == len(sheet.success_factors) == 1
    assert len(programme_sheet(slug="change", day=date(2015, 1, 1)).projects) == 1


def test_nobody_is_asked_about_a_milestone_that_has_ended():
    milestone = MilestoneFactory(due_on=date(2012, 1, 1), ends_on=END)

    assert [each.title for each in late_milestones(day=END)] == [milestone.title]
    assert late_milestones(day=AFTER) == ()
    with pytest.raises(Refused, match="not part of the plan"):
        services.update_milestone(
            milestone=milestone,
            forecast_on=None,
            done_on=None,
            progress="Late",
            today=AFTER,
            by=None,
        )


# What the database refuses


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (lambda: AimFactory(starts_on=AFTER, ends_on=END), "aim_ends_after_it_starts"),
        (lambda: ThemeFactory(starts_on=AFTER, ends_on=END), "theme_ends_after_it_starts"),
        (lambda: PriorityFactory(starts_on=AFTER, ends_on=END), "priority_ends_after_it_starts"),
        (
            lambda: SuccessFactorFactory(starts_on=AFTER, ends_on=END),
            "success_factor_ends_after_it_starts",
        ),
        (lambda: MeasureFactory(starts_on=AFTER, ends_on=END), "measure_ends_after_it_starts"),
        (lambda: MilestoneFactory(starts_on=AFTER, ends_on=END), "milestone_ends_after_it_starts"),
        (lambda: ProgrammeFactory(starts_on=AFTER, ends_on=END), "programme_ends_after_it_starts"),
        (lambda: ProjectFactory(starts_on=AFTER, ends_on=END), "project_ends_after_it_starts"),
        (lambda: [AimFactory(position=1), AimFactory(position=1)], "position"),
        (lambda: [ThemeFactory(position=1), ThemeFactory(position=1)], "position"),
        (lambda: [PriorityFactory(number=1), PriorityFactory(number=1)], "number"),
        (
            lambda: [
                MilestoneFactory(priority=None, project=one, title="A") for one in [ledger()] * 2
            ],
            "project",
        ),
    ],
)
def test_the_database_refuses_what_no_plan_can_hold(make, name):
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        make()


def ledger():
    return ProjectFactory()


def test_what_has_ended_leaves_its_place_free():
    AimFactory(position=1, ends_on=END)
    PriorityFactory(number=1, ends_on=END)

    assert AimFactory(position=1).pk
    assert PriorityFactory(number=1).pk
    assert (Aim.objects.count(), Priority.objects.count()) == (2, 2)
    assert not Theme.objects.exists()
    assert not Programme.objects.exists()


# Financial years


@pytest.mark.parametrize("text", ["2014/15", "2014-15", "2014/2015", " 2014 – 15 "])
def test_a_financial_year_is_read_as_people_write_it(text):
    assert read_financial_year(text) == 2014


@pytest.mark.parametrize("text", ["2014", "2014/16", "2014/14", "14/15", "1900/01", "2300/01", ""])
def test_what_is_no_financial_year_is_refused_in_words(text):
    with pytest.raises(ValueError, match=r"write (the|a) financial year"):
        read_financial_year(text)


def test_an_indicator_of_an_ended_measure_is_no_longer_counted():
    indicator = IndicatorFactory()
    measure = MeasureFactory(indicator=indicator, ends_on=END)

    now_told = priority_sheet(slug=measure.priority.slug, quarter=None, day=AFTER)

    assert now_told.indicators == ()
    assert now_told.statements.figures.sentence == "No indicator measures this priority"
