"""The register of escalations: filters, time at a level, plans, print view, units and the better."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.quarters import Quarter
from escalation.models.escalations import Handling
from escalation.models.exceptions import PositiveException, UnitEscalation
from escalation.services.handling import deal_with, refer_up
from indicators.models.variations import Variation
from organisation.rules import PostKind, UnitTier
from sorp.lexicon import Level
from tests.assurance.factories import ActionPlanFactory, EscalationFactory
from tests.factories import IndicatorFactory, UnitFactory, UserFactory, holder

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sorp_in_force")]
CLOSED = datetime(2011, 10, 25, 9, tzinfo=UTC)
TODAY = date(2011, 11, 15)  # fifteen working days later


@pytest.fixture(autouse=True)
def _fifteenth_of_november():
    with time_machine.travel("2011-11-15T09:00:00+00:00", tick=False):
        yield


@pytest.fixture
def reader(client):
    person = holder(PostKind.STAFF)
    client.force_login(person)
    return person


@pytest.fixture
def officer():
    return holder(PostKind.PERFORMANCE_OFFICER)


def referred(reference, level=Level.DIRECTORATE, **known):
    indicator = known.pop("indicator", None) or IndicatorFactory(
        reference=reference, title=f"About {reference}"
    )
    return EscalationFactory(indicator=indicator, level=level, recorded_at=CLOSED, **known)


def shown(client, query=""):
    """The references in the register, and the page."""
    answer = client.get(reverse("escalations") + query)
    assert answer.status_code == 200
    lines = answer.context["lines"]
    return [each.escalation.indicator.reference for each in lines], " ".join(
        answer.content.decode().split()
    )


@pytest.fixture
def register(sorp_in_force, officer):
    """One of each that a filter knows."""
    noted = referred("noted")
    deal_with(
        escalation=noted,
        kind=Handling.Kind.NOTED,
        words="",
        handled_on=TODAY,
        today=TODAY,
        by=officer,
    )
    planned = referred("planned", Level.PAT)
    ActionPlanFactory(indicator=planned.indicator, written_at=CLOSED)
    referred("relapsed", Level.PAT, relapse=True)
    referred("restated", Level.PAT, restated=True)
    varied = IndicatorFactory(reference="varied", title="About varied")
    Variation.objects.create(
        indicator=varied,
        state=Variation.State.AGREED,
        what="Its floor is lower",
        reason="A new contract",
        from_quarter=Quarter(2011, 1),
        until_quarter=Quarter(2011, 4),
        proposed_by=varied.accountable_manager,
        decided_by=officer,
        decided_on=date(2011, 4, 1),
    )
    referred("varied", Level.PAT, indicator=varied)
    earlier = dict.fromkeys(("since", "opened_in"), Quarter(2011, 1))
    referred("earlier", Level.PAT, **earlier)
    referred(
        "recovered",
        **earlier,
        recovered_in=Quarter(2011, 2),
    )
    refer_up(
        escalation=noted,
        words="Too dear",
        handled_on=TODAY,
        today=TODAY,
        by=officer,
    )


PAT_OPEN = {"planned", "relapsed", "restated", "varied", "earlier"}


@pytest.mark.usefixtures("register", "reader")
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", PAT_OPEN | {"noted"}),
        ("?state=", PAT_OPEN | {"noted", "recovered"}),
        ("?state=recovered", {"recovered"}),
        ("?level=directorate", {"noted"}),
        ("?text=LAPS", {"relapsed"}),
        ("?text=about+var", {"varied"}),
        ("?opened=2011-Q1", {"earlier"}),
        ("?state=&opened=2011-Q1", {"earlier", "recovered"}),
        ("?only=no_plan", PAT_OPEN - {"planned"} | {"noted"}),
        ("?only=relapse", {"relapsed"}),
        ("?only=restated", {"restated"}),
        ("?restated=on", {"restated"}),
        ("?only=by_hand", {"noted"}),
        ("?only=varied", {"varied"}),
        ("?only=relapse&only=restated", set()),
        ("?only=overdue", set()),
    ],
)
def test_each_filter_shows_just_what_it_says(client, query, expected):
    found, _ = shown(client, query)

    assert set(found) == expected


@pytest.mark.usefixtures("reader")
def test_overdue_is_what_no_level_dealt_with_by_the_sorps_day(client, officer):
    """The directorate has ten working days, PAT twenty-five."""
    late, dealt_with, _ = (
        referred("late"),
        referred("dealt with"),
        referred("PAT’s", Level.PAT),
    )
    deal_with(
        escalation=dealt_with,
        kind=Handling.Kind.NOTED,
        words="",
        handled_on=TODAY,
        today=TODAY,
        by=officer,
    )

    found, page = shown(client, "?only=overdue")

    assert found == ["late"]
    assert "15 working days. Not dealt with yet." in page
    assert "<strong>Overdue</strong> since 8 November 2011" in page
    _, everything = shown(client)
    assert "Noted on Tuesday 15 November 2011." in everything
    assert "due by 29 November 2011" in everything
    assert late.recovered_in is None


@pytest.mark.usefixtures("reader")
def test_the_register_says_of_each_plan_whether_it_is_late(client):
    referred("none")
    old = referred("old")
    ActionPlanFactory(indicator=old.indicator, written_at=datetime(2011, 9, 1, tzinfo=UTC))
    new = referred("new")
    ActionPlanFactory(indicator=new.indicator, written_at=CLOSED)

    _, page = shown(client)

    assert "None yet: overdue since 8 November 2011" in page
    assert "Plan 1 is from before: overdue since 8 November 2011" in page
    assert 'href="/escalations/plans/new/1/">Plan 1<' in page
    assert "2 action plans are overdue: the indicators are red or referred up" in page


@pytest.mark.usefixtures("reader")
def test_what_was_referred_by_hand_says_by_whom(client, officer):
    refer_up(
        escalation=referred("PI-1"),
        words="Too dear",
        handled_on=TODAY,
        today=TODAY,
        by=officer,
    )

    _, page = shown(client, "?only=by_hand")

    assert f"referred up by {officer.name}" in page
    assert "Referred up by the Directorate management team: Too dear" in page


@pytest.mark.usefixtures("reader")
def test_the_print_view_has_every_line_and_nothing_to_press(client):
    for number in range(60):
        referred(f"PI-{number:02}")

    found, page = shown(client, "?print&level=directorate")

    assert len(found) == 60
    assert "Printed on 15 November 2011." in page
    assert "Referred to: <strong>Directorate management team</strong>." in page
    assert "<form" not in page
    assert "govuk-service-navigation" not in page
    on_screen, screen = shown(client, "?level=directorate")
    assert len(on_screen) == 50
    assert 'href="?level=directorate&amp;print"' in screen


@pytest.mark.usefixtures("reader")
def test_what_an_address_asks_for_in_vain_shows_nothing_and_breaks_nothing(client):
    referred("PI-1")

    for query in ("?opened=2011-Q9", "?only=nonsense", "?level=moon", "?text=nowhere"):
        answer = client.get(reverse("escalations") + query)
        assert answer.status_code == 200


@pytest.mark.usefixtures("reader")
def test_the_register_takes_as_many_queries_for_twenty(client, officer):
    def add(first, last):
        for number in range(first, last):
            row = referred(f"PI-{number}")
            ActionPlanFactory(indicator=row.indicator, written_at=CLOSED)
            deal_with(
                escalation=row,
                kind=Handling.Kind.NOTED,
                words="",
                handled_on=TODAY,
                today=TODAY,
                by=officer,
            )

    address = reverse("escalations") + "?only=overdue&only=no_plan&state="
    add(0, 1)
    client.get(address)
    with CaptureQueriesContext(connection) as few:
        client.get(reverse("escalations"))
        client.get(address)
    add(1, 20)
    with CaptureQueriesContext(connection) as many:
        client.get(reverse("escalations"))
        client.get(address)

    assert len(many) <= len(few)


# Units, and what does well ------------------------------------------------------------------------


@pytest.mark.usefixtures("reader")
def test_units_referred_and_what_does_well_have_lists_of_their_own(client, sorp_in_force):
    unit = UnitFactory(code="roads", name="Roads", tier=UnitTier.DIVISION)
    opened = {
        "sorp_version": sorp_in_force,
        "since": Quarter(2011, 2),
        "opened_in": Quarter(2011, 2),
    }
    UnitEscalation.objects.create(
        unit=unit,
        level=Level.PAT,
        trigger="Many reds",
        trigger_key="many-reds",
        reason="Five of Roads are red.",
        **opened,
    )
    PositiveException.objects.create(
        indicator=IndicatorFactory(title="Books lent"),
        level=Level.DIRECTORATE,
        trigger="Far above target",
        trigger_key="far-above-target",
        reason="A tenth above its target for four quarters.",
        ended_in=Quarter(2011, 3),
        **opened,
    )

    units, better = (
        " ".join(client.get(reverse(name)).content.decode().split())
        for name in ("units_referred", "better_than_target")
    )

    for words in (">Roads<", "Performance Assurance Team", "Five of Roads are red.", "Many reds"):
        assert words in units
    for words in ("Books lent", "A tenth above its target", "Ended in Q3 2011/12"):
        assert words in better


@pytest.mark.usefixtures("reader")
def test_a_list_with_nothing_in_it_says_what_would_appear(client):
    for name, words in (
        ("units_referred", "No unit has been referred"),
        ("better_than_target", "Nothing stands out"),
        ("action_plans", "Every plan that was due has been written"),
    ):
        assert words in client.get(reverse(name)).content.decode()


def test_who_may_read_the_lists(client):
    people = {
        "nobody": None,
        "without a post": UserFactory(),
        "a Member": holder(PostKind.MEMBER),
        "a manager": holder(PostKind.ACCOUNTABLE_MANAGER),
    }
    names = ("escalations", "units_referred", "better_than_target", "action_plans")
    seen = {}
    for who, person in people.items():
        client.logout()
        if person:
            client.force_login(person)
        seen[who] = {client.get(reverse(name)).status_code for name in names}

    assert seen == {
        "nobody": {302},
        "without a post": {403},
        "a Member": {403},
        "a manager": {200},
    }
