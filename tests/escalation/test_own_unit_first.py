"""Lists begin with the reader's own unit, and say how the whole council is seen."""

from datetime import date

import pytest
from django.urls import reverse

from indicators.queries.own_units import own_unit
from organisation.rules import PostKind, UnitTier
from tests.assurance.factories import ActionFactory, ActionPlanFactory, EscalationFactory
from tests.factories import CouncilFactory, IndicatorFactory, UnitFactory, holder

pytestmark = pytest.mark.django_db


@pytest.fixture
def roads():
    return UnitFactory(code="ROADS", name="Roads", parent=CouncilFactory())


@pytest.fixture
def people(roads):
    """Who they are, and the unit that is theirs."""
    division = UnitFactory(code="NORTH", name="North", tier=UnitTier.DIVISION, parent=roads)
    manager = holder(PostKind.ACCOUNTABLE_MANAGER, unit=roads)
    for unit in (division, division, roads):
        IndicatorFactory(unit=unit, accountable_manager=manager)
    return {
        "a director": (holder(PostKind.DIRECTOR, unit=roads), roads),
        "a manager, most of whose indicators are in a division": (manager, division),
        "a managing director": (holder(PostKind.MANAGING_DIRECTOR, unit=CouncilFactory()), None),
        "a performance officer": (holder(PostKind.PERFORMANCE_OFFICER), None),
    }


def test_ones_own_unit_is_the_one_directed_or_else_the_one_answered_for(people):
    found = {who: own_unit(person, on=date(2012, 2, 1)) for who, (person, _) in people.items()}

    assert found == {who: unit for who, (_, unit) in people.items()}


@pytest.mark.parametrize("page", ["escalations", "action_plans", "actions"])
def test_a_list_begins_with_ones_own_unit_and_leads_to_the_whole_council(
    client, sorp_in_force, people, roads, page
):
    for title, unit in (("Potholes mended", roads), ("Books lent", UnitFactory())):
        indicator = IndicatorFactory(title=title, unit=unit)
        EscalationFactory(indicator=indicator)
        ActionFactory(plan=ActionPlanFactory(indicator=indicator), due_on=date(2010, 1, 1))
    director, _ = people["a director"]
    officer, _ = people["a performance officer"]

    def shown(person, query=""):
        client.force_login(person)
        told = client.get(reverse(page) + query).content.decode()
        return {each for each in ("Potholes mended", "Books lent") if each in told}, told

    both = {"Potholes mended", "Books lent"}
    begins, told = shown(director)
    assert begins == {"Potholes mended"}
    assert 'href="?unit="' in told
    assert shown(director, "?unit=")[0] == both
    assert shown(officer)[0] == both
    assert shown(officer, "?unit=ROADS")[0] == {"Potholes mended"}
    assert shown(officer, "?directorate=ROADS")[0] == {"Potholes mended"}
