"""The plan is entered on pages alone: lists, forms, last days with a preview, histories."""

import re
from datetime import date

import pytest
from django.urls import reverse

from core.clock import localdate
from organisation.rules import PostKind
from strategy.models.plan import (
    Milestone,
    Priority,
)
from strategy.queries.plan import priority_sheet
from strategy.views.plan import PARTS
from tests.factories import CouncilFactory, IndicatorFactory, holder
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
    RiskFactory,
    SavingFactory,
    SuccessFactorFactory,
    ThemeFactory,
)

pytestmark = pytest.mark.django_db
FACTORIES = {
    "aims": AimFactory,
    "themes": ThemeFactory,
    "priorities": PriorityFactory,
    "success_factors": SuccessFactorFactory,
    "measures": MeasureFactory,
    "milestones": MilestoneFactory,
    "programmes": ProgrammeFactory,
    "projects": ProjectFactory,
    "evidence": EvidenceFactory,
    "evaluations": EvaluationFactory,
    "dependencies": DependencyFactory,
    "savings": SavingFactory,
    "risks": RiskFactory,
}


@pytest.fixture
def officer(client):
    person = holder(PostKind.PERFORMANCE_OFFICER, unit=CouncilFactory())
    client.force_login(person)
    return person


def text(response):
    plain = re.sub(r"<[^>]*>", " ", response.content.decode())
    return " ".join(plain.replace("&#x27;", "'").split())


def day(name, value):
    return {f"{name}_day": value.day, f"{name}_month": value.month, f"{name}_year": value.year}


NO_DAY = dict.fromkeys(("ends_on_day", "ends_on_month", "ends_on_year"), "")


def send(client, name, data, *args):
    """Fill in a form; where what would change is shown first, say yes to it."""
    address = reverse(name, args=args)
    response = client.post(address, data)
    if confirmed := re.search(r'name="confirmed" value="(\w+)"', response.content.decode()):
        response = client.post(address, {**data, "confirmed": confirmed[1]})
    return response


def test_every_kind_of_part_has_its_pages():
    assert {pages.entity.key for pages in PARTS} == set(FACTORIES)


def test_a_plan_is_entered_whole_by_form(client, officer):
    indicator = IndicatorFactory(reference="PI-1")
    for name, data in (
        ("set_up_aims_new", {"name": "Spend well"}),
        ("set_up_themes_new", {"name": "Better roads", "aims": ["spend-well"]}),
        ("set_up_priorities_new", {"name": "Mend them", "themes": ["better-roads"], "number": "7"}),
        (
            "set_up_success_factors_new",
            {"priority": "mend-them", "by_year": "2014/15", "wording": "a bridge"},
        ),
        (
            "set_up_measures_new",
            {"priority": "mend-them", "kind": "indicator", "indicator": indicator.reference},
        ),
        (
            "set_up_measures_new",
            {"priority": "mend-them", "kind": "evaluation", "wording": "Outcome"},
        ),
        ("set_up_programmes_new", {"name": "Change"}),
        ("set_up_projects_new", {"name": "The ledger", "programme": "change", "slug": "ledger"}),
        (
            "set_up_milestones_new",
            {
                "title": "Begin",
                "priority": "mend-them",
                "accountable_manager": officer.email,
                **day("due_on", date(2030, 1, 31)),
            },
        ),
        (
            "set_up_milestones_new",
            {
                "title": "Switch over",
                "project": "ledger",
                "accountable_manager": officer.email,
                **day("due_on", date(2030, 2, 28)),
            },
        ),
        (
            "set_up_evidence_new",
            {
                "priority": "mend-them",
                "title": "Residents’ survey",
                "finding": "Seven in ten are content",
                **day("gathered_on", date(2011, 6, 1)),
            },
        ),
        (
            "set_up_evaluations_new",
            {
                "priority": "mend-them",
                "judgement": "partly_effective",
                "finding": "Half of it stands",
                "judged_by": "Internal audit",
                **day("judged_on", date(2011, 6, 2)),
            },
        ),
    ):
        assert send(client, name, data).status_code == 302, name

    priority = Priority.objects.get()
    assert (priority.number, priority.themes.get().aims.get().name) == (7, "Spend well")
    assert priority.success_factors.get().by_year == 2014
    assert [str(each) for each in priority.measures.all()] == [str(indicator), "Outcome"]
    read = text(client.get(priority.get_absolute_url()))
    assert "Residents’ survey , 1 June 2011. Seven in ten are content" in read
    assert "Partly effective , 2 June 2011, by Internal audit. Half of it stands" in read
    strategy = text(client.get(reverse("strategy")))
    for words in (
        "Spend well",
        "Better roads",
        "7. Mend them",
        "Programmes and projects",
        "Change",
    ):
        assert words in strategy
    assert "Switch over" in text(client.get(reverse("programme", args=["change"])))
    assert "Switch over" in text(
        client.get(Milestone.objects.get(title="Switch over").get_absolute_url())
    )
    plan = text(client.get(reverse("set_up_plan")))
    assert "7. Mend them 1. Add a success factor of Mend them 2. Add a measure" in plan


@pytest.mark.parametrize("kind", sorted(FACTORIES))
def test_each_kind_is_listed_searched_changed_and_has_a_history(client, officer, kind):
    part = FACTORIES[kind]()
    list_name = f"set_up_{kind}"
    assert str(part) in text(client.get(reverse(list_name)))
    assert "None found" in text(client.get(reverse(list_name), {"text": "nowhere-at-all"}))
    change = client.get(reverse(f"{list_name}_change", args=[part.pk]))
    held = {
        name: value
        for name, value in re.findall(
            r'<input[^>]*name="(\w+)"[^>]*value="([^"]*)"', change.content.decode()
        )
        if name not in ("csrfmiddlewaretoken", "kind", "text")
    }
    words = dict.fromkeys(
        ("title", "name", "wording", "finding", "judged_by", "what"), "Said otherwise"
    )
    if kind == "milestones":
        held["accountable_manager"] = part.accountable_manager.email
    if kind == "projects":
        held["programme"] = part.programme.slug
    if kind in ("savings", "risks"):
        held["owner"] = part.owner.email
    if kind == "savings":
        held["unit"] = part.unit.code

    done = send(client, f"{list_name}_change", {**held, **words}, part.pk)

    assert done.status_code == 302
    assert "Said otherwise" in text(client.get(reverse(list_name)))
    history = text(client.get(reverse(f"{list_name}_history", args=[part.pk])))
    assert "Said otherwise" in history
    assert officer.name in history


@pytest.mark.parametrize("kind", sorted(FACTORIES))
def test_an_end_is_shown_before_it_is_set_and_can_be_taken_back(client, officer, kind):
    part = FACTORIES[kind]()
    name = f"set_up_{kind}_end"
    today = localdate()

    shown = client.post(reverse(name, args=[part.pk]), day("ends_on", today))
    part.refresh_from_db()
    assert "Nothing has been done yet" in text(shown)
    assert part.ends_on is None

    assert send(client, name, day("ends_on", today), part.pk).status_code == 302
    part.refresh_from_db()
    assert part.ends_on == today
    assert "Last day" in text(client.get(reverse(f"set_up_{kind}")))
    assert send(client, name, NO_DAY, part.pk).status_code == 302
    part.refresh_from_db()
    assert part.ends_on is None


def test_what_was_found_is_told_of_until_its_last_day_and_not_after(client, officer):
    priority = PriorityFactory()
    EvidenceFactory(priority=priority, title="Old survey", ends_on=date(2012, 3, 31))
    EvidenceFactory(priority=priority, title="New survey")
    EvaluationFactory(priority=priority, finding="At first sight", ends_on=date(2012, 3, 31))
    EvaluationFactory(priority=priority, finding="On a second look")

    then, now = (
        priority_sheet(slug=priority.slug, quarter=None, day=each)
        for each in (date(2012, 3, 31), localdate())
    )

    assert {each.title for each in then.evidence} == {"Old survey", "New survey"}
    assert [each.title for each in now.evidence] == ["New survey"]
    assert [each.finding for each in now.evaluations] == ["On a second look"]


def test_an_end_says_what_ends_with_it_and_what_is_left_alone(client, officer):
    theme = ThemeFactory(name="Roads")
    priority = PriorityFactory(name="Mend them")
    priority.themes.set([theme])
    MilestoneFactory(priority=priority, title="Begin")

    of_priority = client.post(
        reverse("set_up_priorities_end", args=[priority.pk]), day("ends_on", date(2030, 3, 31))
    )
    of_theme = client.post(
        reverse("set_up_themes_end", args=[theme.pk]), day("ends_on", date(2030, 3, 31))
    )

    assert "The milestone “Begin” ends with it." in text(of_priority)
    assert "Reports for quarters that end by 31 March 2030 still include it" in text(of_priority)
    assert "“Mend them” then belongs to no theme" in text(of_theme)


DUE = day("due_on", date(2030, 1, 31))
BAD = [
    ("aims", {"name": ""}, "Enter what it is called"),
    ("aims", {"name": "A", "slug": "Not This"}, "Use small letters, figures and hyphens"),
    ("aims", {"name": "☃", "slug": ""}, "in letters that the report can print"),
    ("aims", {"name": "Held again", "slug": "held"}, "held is taken"),
    ("aims", {"name": "A", "position": "3"}, "3 is already the place of “Held”"),
    ("aims", {"name": "A", "position": "first"}, "Enter its place as a whole number"),
    ("aims", {"name": "A", "position": "0"}, "Enter a place from 1 to 9999"),
    ("measures", {"priority": "held", "wording": "x"}, "Choose how it is judged"),
    (
        "aims",
        {"name": "A", "starts_on_day": "31", "starts_on_month": "2", "starts_on_year": "2011"},
        "as a real day",
    ),
    ("themes", {"name": "T", "aims": ["none"]}, "from the list"),
    ("success_factors", {"wording": "x", "by_year": "2014/15"}, "Choose the priority"),
    (
        "success_factors",
        {"priority": "held", "wording": "x", "by_year": "2014"},
        "Write the financial year like 2014/15",
    ),
    (
        "measures",
        {"priority": "held", "kind": "indicator"},
        "Choose an indicator only if the measure is",
    ),
    ("measures", {"priority": "held", "kind": "evidence"}, "Say what it is judged by"),
    ("measures", {"priority": "held", "kind": "guess", "wording": "x"}, "from the list"),
    (
        "milestones",
        {"title": "A", "accountable_manager": "m@council.example", **DUE},
        "Name the priority or the project",
    ),
    ("milestones", {"title": "A", "priority": "held", **DUE}, "Choose who answers for it"),
    (
        "milestones",
        {"title": "A", "priority": "held", "accountable_manager": "m@council.example"},
        "Enter the day by which it is to be done",
    ),
    ("projects", {"name": "P"}, "Choose the programme"),
    (
        "evidence",
        {"priority": "held", "title": "S", "finding": "F"},
        "Enter the day it was gathered",
    ),
    (
        "evidence",
        {"priority": "held", "title": "S", "finding": "F", **day("gathered_on", date(2999, 1, 1))},
        "That day has not come yet",
    ),
    (
        "evaluations",
        {
            "priority": "held",
            "finding": "F",
            "judged_by": "A",
            **day("judged_on", date(2011, 1, 1)),
        },
        "Choose the judgement",
    ),
]


@pytest.mark.parametrize(
    ("kind", "data", "sentence"), BAD, ids=[f"{kind} {said}" for kind, _, said in BAD]
)
def test_what_cannot_stand_is_said_at_its_field_and_what_was_typed_stays(
    client, officer, kind, data, sentence
):
    AimFactory(slug="held", name="Held", position=3)
    PriorityFactory(slug="held")
    holder(PostKind.ACCOUNTABLE_MANAGER, email="m@council.example")
    models = [pages.rows().model for pages in PARTS]
    before = [model.objects.count() for model in models]

    response = send(client, f"set_up_{kind}_new", data)

    assert response.status_code == 200
    assert sentence in text(response)
    for typed in ("name", "title", "wording"):
        if data.get(typed):
            assert data[typed] in response.content.decode()
    assert [model.objects.count() for model in models] == before


def test_an_end_before_the_beginning_is_refused_before_anything_is_shown(client, officer):
    programme = ProgrammeFactory(starts_on=date(2030, 4, 1))

    page = client.post(
        reverse("set_up_programmes_end", args=[programme.pk]), day("ends_on", date(2030, 3, 31))
    )

    assert "the last day cannot be before that" in text(page)


@pytest.mark.parametrize("kind", sorted(FACTORIES))
def test_a_list_asks_as_much_of_the_database_for_twenty_as_for_one(
    client, officer, kind, django_assert_max_num_queries
):
    FACTORIES[kind]()
    address = reverse(f"set_up_{kind}")
    client.get(address)
    with django_assert_max_num_queries(14) as one:
        client.get(address)
    for _ in range(19):
        FACTORIES[kind]()
    with django_assert_max_num_queries(len(one)):
        client.get(address)


def test_the_plan_and_a_programme_ask_as_much_for_twenty_as_for_one(
    client, officer, django_assert_max_num_queries
):
    def add():
        MeasureFactory(priority=PriorityFactory())
        MilestoneFactory(priority=None, project=ProjectFactory(programme=programme))

    programme = ProgrammeFactory(slug="change")
    addresses = [reverse("set_up_plan"), reverse("programme", args=["change"]), reverse("strategy")]
    add()
    asked = []
    for address in addresses:
        with django_assert_max_num_queries(40) as one:
            client.get(address)
        asked.append(len(one))
    for _ in range(19):
        add()
    for address, most in zip(addresses, asked, strict=True):
        with django_assert_max_num_queries(most):
            client.get(address)


def test_what_a_link_names_is_filled_in(client, officer):
    PriorityFactory(slug="mend-them")

    page = client.get(reverse("set_up_milestones_new"), {"priority": "mend-them"})

    assert '<option value="mend-them" selected>' in page.content.decode()


def test_on_an_empty_council_each_page_says_what_to_do_and_the_strategy_leads_to_it(
    client, officer
):
    for pages in PARTS:
        assert pages.empty in text(client.get(reverse(pages.entity.list_name)))
    assert "enter the plan , by form or by spreadsheet" in text(client.get(reverse("strategy")))
    client.force_login(holder(PostKind.STAFF))
    assert "the performance team has entered them" in text(client.get(reverse("strategy")))
