"""The plan as files: what is taken comes back as the same, and what cannot stand is said by its cell."""

from datetime import date

import pytest
from django.db import transaction

from core.models.audit import AuditEvent
from core.tables.faults import RefusedFileError
from strategy import exporting
from strategy.importing import plan as importing
from strategy.importing.projects import import_dependencies, import_projects
from strategy.importing.risks import import_risks
from strategy.importing.savings import import_savings
from strategy.models.plan import Aim, Measure, Milestone, Priority, SuccessFactor
from strategy.rules.plan import MeasureKind
from tests.factories import IndicatorFactory, UnitFactory, UserFactory
from tests.strategy.factories import (
    AimFactory,
    DependencyFactory,
    EvaluationFactory,
    EvidenceFactory,
    MeasureFactory,
    MilestoneFactory,
    PriorityFactory,
    ProgrammeFactory,
    ProjectFactory,
    ProjectReportFactory,
    RiskAssessmentFactory,
    RiskFactory,
    SavingFactory,
    SuccessFactorFactory,
    ThemeFactory,
)

pytestmark = pytest.mark.django_db
# In the order in which they are brought: each names what those before it hold.
KINDS = (
    "aims",
    "themes",
    "priorities",
    "success_factors",
    "measures",
    "programmes",
    "projects",
    "dependencies",
    "milestones",
    "evidence",
    "evaluations",
    "savings",
    "risks",
)
IMPORTS = {
    "projects": import_projects,
    "dependencies": import_dependencies,
    "savings": import_savings,
    "risks": import_risks,
}
END = date(2012, 3, 31)
REPORTED = {
    "profile": "2011/12 40000; Q1 2012/13 60000",
    "as_at": date(2011, 9, 30),
    "delivered": 10_000,
    "forecast": 90_000,
    "at_risk": 5_000,
    "note": "The lease runs on",
}
INITIATED = {
    "kind": "capital",
    "objective": "One depot",
    "scope": "Two sites",
    "benefits": "Fewer leases",
    "sponsor": "Director of Highways",
    "baseline_start": date(2011, 4, 1),
    "baseline_finish": date(2012, 3, 31),
    "budget": 900_000,
}
STANDS = {
    "as_at": date(2011, 9, 30),
    "started_on": date(2011, 4, 4),
    "forecast_finish": date(2012, 4, 30),
    "confidence": "medium",
    "spent": 300_000,
    "forecast_cost": 950_000,
    "achieved": "Two\nlines",
    "next_steps": "The roof",
}
ASSESSED = {"assessed_on": date(2011, 9, 30), "likelihood": 4, "impact": 5}


def taken(kind):
    return getattr(exporting, f"{kind}_csv")()


def bring(kind, text, **options):
    take = IMPORTS.get(kind) or getattr(importing, f"import_{kind}")
    return take(text.encode(), file=f"{kind}.csv", **options)


def faults(kind, text):
    with pytest.raises(RefusedFileError) as refused:
        bring(kind, text)
    return [(each.row, each.column, each.what_to_do) for each in refused.value.faults]


def whole_plan():
    """A plan with something of every kind, parts that have ended among it."""
    old, aim = AimFactory(slug="old", position=1, ends_on=END), AimFactory(slug="new", position=1)
    theme = ThemeFactory(slug="roads", description="Two\nlines")
    theme.aims.set([old, aim])
    PriorityFactory(slug="gone", number=1, ends_on=END)
    priority = PriorityFactory(slug="better", number=1, starts_on=date(2011, 4, 1))
    priority.themes.set([theme])
    promised = {"priority": priority, "wording": "a bridge"}
    SuccessFactorFactory(**promised, position=1, ends_on=END)
    SuccessFactorFactory(**promised, position=2)
    unit = UnitFactory(code="bridges")
    indicator = IndicatorFactory(reference="PI-1")
    MeasureFactory(priority=priority, position=1, indicator=indicator)
    MeasureFactory(
        priority=priority,
        position=2,
        kind=MeasureKind.EVALUATION,
        indicator=None,
        wording="- What came of it",
    )
    ledger = ProjectFactory(slug="ledger", programme=ProgrammeFactory(slug="change"))
    owner = UserFactory(email="owner@wealdshire.example")
    works = ProjectFactory(slug="works", programme=ledger.programme, lead=owner, **INITIATED)
    ProjectReportFactory(project=works, number=1)
    ProjectReportFactory(project=works, number=2, **STANDS)
    DependencyFactory(
        project=works, what="A new ledger", on_project=ledger, needed_by=date(2012, 1, 1)
    )
    late = {"forecast_on": date(2011, 12, 1), "progress": "The supplier is late"}
    MilestoneFactory(priority=priority, title="Begin", **late)
    MilestoneFactory(priority=None, project=ledger, title="Begin", done_on=date(2011, 9, 1))
    MilestoneFactory(priority=None, project=ledger, title="End", ends_on=END)
    EvidenceFactory(priority=priority, title="Residents’ survey", finding="Two\nlines")
    EvidenceFactory(priority=priority, title="Inspection", ends_on=END)
    for ends_on in (END, None):
        EvaluationFactory(priority=priority, ends_on=ends_on)
    linked = {"project": ledger, "owner": owner}
    SavingFactory(reference="MTFP-1", unit=unit, indicator=indicator, **linked, **REPORTED)
    SavingFactory(reference="MTFP-2", unit=unit, owner=linked["owner"], ends_on=END)
    risk = RiskFactory(reference="CRR-1", unit=unit, appetite=9, **linked, **ASSESSED)
    RiskAssessmentFactory(risk=risk, number=1, note="The bridge is old", **ASSESSED)
    risk.indicators.set([indicator])
    RiskFactory(reference="CRR-2", owner=linked["owner"], mitigation="Two\nlines")


def test_a_plan_that_is_taken_and_brought_back_changes_nothing():
    whole_plan()
    acts = AuditEvent.objects.count()

    for kind in KINDS:
        done = bring(kind, taken(kind))
        assert (done.new, done.changed) == ((), ()), kind
        assert done.unchanged > 0

    assert AuditEvent.objects.count() == acts


def test_a_plan_is_brought_whole_into_a_council_that_has_none():
    with transaction.atomic():
        whole_plan()
        files = {kind: taken(kind) for kind in KINDS}
        managers = [each.accountable_manager.email for each in Milestone.objects.all()]
        managers.append("owner@wealdshire.example")
        transaction.set_rollback(True)
    assert not Priority.objects.exists()
    UnitFactory(code="bridges")
    IndicatorFactory(reference="PI-1")
    for email in managers:
        UserFactory(email=email)

    for kind in KINDS:
        bring(kind, files[kind])

    assert {kind: taken(kind) for kind in KINDS} == files


def test_a_dry_run_says_what_would_change_and_changes_nothing():
    told = bring("aims", "code,name\nspend-well,Spend well\n", dry_run=True)

    assert told.new == ("Spend well",)
    assert not Aim.objects.exists()
    assert not AuditEvent.objects.exists()


def test_an_empty_cell_leaves_what_stands_and_clear_takes_it_away():
    priority = PriorityFactory(slug="p", name="P", sponsor="The Leader", ends_on=END)

    kept = bring("priorities", "code,name,sponsor,to\np,P,,\n")
    taken_away = bring("priorities", "code,name,sponsor,to\np,P,(clear),(clear)\n")

    assert (kept.unchanged, taken_away.changed) == (1, ("P",))
    priority.refresh_from_db()
    assert (priority.sponsor, priority.ends_on) == ("", None)


def test_aims_change_places_whichever_way_the_file_turns_them():
    for place, slug in enumerate("abcd", 1):
        AimFactory(slug=slug, name=slug, position=place)

    bring("aims", "code,name,place\na,a,2\nb,b,3\nc,c,4\nd,d,1\n")

    assert list(Aim.objects.order_by("position").values_list("slug", flat=True)) == list("dabc")


def test_what_ends_in_a_file_makes_room_for_what_takes_its_place():
    AimFactory(slug="old", name="Old", position=1)

    bring("aims", "code,name,place,to\nnew,New,1,\nold,Old,1,2012-03-31\n")

    assert list(Aim.objects.filter(position=1).values_list("slug", "ends_on")) == [
        ("old", END),
        ("new", None),
    ]


def test_an_indicator_that_is_a_measure_already_is_called_otherwise_and_not_added_again():
    measure = MeasureFactory(priority__slug="p", indicator__reference="PI-1")

    done = bring("measures", "priority,kind,indicator,wording\np,indicator,PI-1,In our words\n")

    assert done.changed == ("In our words",)
    assert Measure.objects.get() == measure


def test_how_far_a_milestone_has_come_is_brought_with_it():
    UserFactory(email="m@council.example")
    PriorityFactory(slug="p")
    head = "title,priority,project,due,manager,forecast,done,progress\n"

    bring("milestones", f"{head}Begin,p,,2011-09-30,m@council.example,,2011-09-01,In time\n")

    milestone = Milestone.objects.get()
    assert (milestone.done_on, milestone.progress) == (date(2011, 9, 1), "In time")
    assert milestone.updates.get().progress == "In time"


MILESTONE = "title,priority,project,due,manager\n"
BAD = [
    ("aims", "code,name\n", (2, "", "add a row")),
    ("aims", "code,name\nNot This,A\n", (2, "code", "use small letters")),
    ("aims", "code,name\na,\n", (2, "name", "fill in this cell")),
    ("aims", "code,name\na,A\na,B\n", (3, "code", "remove this row or row 2")),
    ("aims", "code,name,place\na,A,3\n", (2, "place", "3 is already the place of “Held”")),
    ("aims", "code,name,place\na,A,first\n", (2, "place", "write a whole number")),
    ("aims", "code,name,from,to\na,A,2012-01-01,2011-01-01\n", (2, "to", "cannot be before")),
    ("aims", "code,name,to\na,A,soon\n", (2, "to", "write a date")),
    ("themes", "code,name,aims\nt,T,held nowhere\n", (2, "aims", "there is no nowhere")),
    ("priorities", "code,name,themes\np,P,none\n", (2, "themes", "there is no none")),
    ("success_factors", "priority,by,wording\nno,2014/15,x\n", (2, "priority", "there is no no")),
    ("success_factors", "priority,by,wording\nheld,2014,x\n", (2, "by", "like 2014/15")),
    (
        "measures",
        "priority,kind,indicator,wording\nheld,indicator,PI-9,\n",
        (2, "indicator", "there is no PI-9"),
    ),
    (
        "measures",
        "priority,kind,indicator,wording\nheld,indicator,,\n",
        (2, "indicator", "Choose an indicator"),
    ),
    (
        "measures",
        "priority,kind,indicator,wording\nheld,evidence,,\n",
        (2, "wording", "Say what it is judged by"),
    ),
    ("projects", "code,programme,name\np,none,P\n", (2, "programme", "there is no none")),
    (
        "milestones",
        f"{MILESTONE}A,held,,2012-01-01,no@council.example\n",
        (2, "manager", "nobody has the address"),
    ),
    (
        "milestones",
        f"{MILESTONE}A,,,2012-01-01,m@council.example\n",
        (2, "priority", "Name the priority or the project"),
    ),
    (
        "milestones",
        f"{MILESTONE}A,held,ledger,2012-01-01,m@council.example\n",
        (2, "project", "not both"),
    ),
    (
        "evidence",
        "priority,gathered,title,finding\nheld,2999-01-01,Survey,Fair\n",
        (2, "gathered", "has not come yet"),
    ),
    (
        "evidence",
        "priority,gathered,title,finding,to\nheld,2011-06-01,Survey,Fair,2011-05-01\n",
        (2, "to", "cannot be before"),
    ),
    ("evidence", "priority,gathered,title,finding\nno,2011-06-01,S,F\n", (2, "priority", "no no")),
    (
        "evaluations",
        "priority,judged,judgement,finding,by\nheld,2011-06-01,splendid,Fair,Audit\n",
        (2, "judgement", "effective"),
    ),
    (
        "evaluations",
        "priority,judged,judgement,finding,by\nheld,2999-01-01,effective,Fair,Audit\n",
        (2, "judged", "has not come yet"),
    ),
    (
        "milestones",
        f"{MILESTONE[:-1]},done\nA,held,,2012-01-01,m@council.example,2999-01-01\n",
        (2, "done", "cannot be in the future"),
    ),
]


@pytest.mark.parametrize(
    ("kind", "text", "fault"), BAD, ids=[f"{kind} {fault[2]}" for kind, _, fault in BAD]
)
def test_what_cannot_stand_is_said_by_its_cell_and_nothing_is_written(kind, text, fault):
    AimFactory(slug="held", name="Held", position=3)
    PriorityFactory(slug="held")
    ProjectFactory(slug="ledger")
    UserFactory(email="m@council.example")
    before = {each: taken(each) for each in KINDS}

    ((row, column, what_to_do),) = faults(kind, text)

    assert (row, column) == (fault[0], fault[1] or column)
    assert fault[2] in what_to_do
    assert {each: taken(each) for each in KINDS} == before


def test_every_fault_of_a_file_is_said_at_once():
    found = faults("success_factors", "priority,by,wording\nno,2014/15,x\nnor,2014/15,y\n")

    assert [row for row, *_ in found] == [2, 3]
    assert not SuccessFactor.objects.exists()
