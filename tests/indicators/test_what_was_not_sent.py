"""What is sent without some of its fields leaves what stands of them: silence erases and confirms nothing."""

from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.urls import reverse

from core.months import Month
from core.quarters import Quarter
from escalation.services.closing import close_quarter
from indicators.models.months import MonthlyFigure
from indicators.models.parts import PartResult
from indicators.models.results import Revision
from indicators.models.returns import Draft
from indicators.rules.entry import ANSWERS, ResultGiven, superseded, with_standing
from indicators.rules.months import MonthFigure
from indicators.services.monthly_results import give_months
from indicators.services.results import submit_result
from organisation.rules import PostKind
from tests.factories import IndicatorFactory, TargetFactory, holder
from tests.indicators.factories import BreakdownFactory, districts

Q1 = Quarter(2011, 1)
TODAY = date(2011, 7, 20)
SAID = ResultGiven(
    numerator=Decimal(170),
    denominator=Decimal(200),
    confidence="provisional",
    definition_break=True,
    commentary="Two lorries stood still.",
    management_action="They are mended.",
)


@pytest.mark.parametrize(
    ("fresh", "give_way"),
    [
        ((), ()),
        (("not_available",), ("value", "numerator", "denominator")),
        (("value",), ("not_available",)),
        (("numerator", "denominator"), ("not_available", "value")),
        (("value", "numerator", "denominator"), ("not_available",)),
        (ANSWERS, ("value", "numerator", "denominator")),
    ],
)
def test_what_gives_way_to_what_is_said_anew(fresh, give_way):
    assert superseded(fresh) == set(give_way)


@pytest.mark.parametrize(
    ("sent", "standing", "typed"),
    [
        ({}, {"value": "1", "commentary": "As said"}, {"value": "1", "commentary": "As said"}),
        ({"commentary": ""}, {"commentary": "As said"}, {"commentary": ""}),
        ({"value": "2"}, {"not_available": "Lost"}, {"value": "2"}),
        ({"not_available": "Lost"}, {"value": "2", "commentary": "x"}, {"not_available": "Lost", "commentary": "x"}),
        # What was sent is taken as it was sent, however it contradicts itself: that is told.
        ({"value": "2", "not_available": "Lost"}, {}, {"value": "2", "not_available": "Lost"}),
        # The same again is nothing new.
        ({"value": "2"}, {"value": "2", "not_available": ""}, {"value": "2", "not_available": ""}),
    ],
)  # fmt: skip
def test_what_was_not_sent_is_what_stands(sent, standing, typed):
    assert with_standing(sent, standing, [str]) == typed


@pytest.fixture
def in_july(sorp_in_force):
    with time_machine.travel("2011-07-20 10:00 +0000", tick=False):
        yield


@pytest.fixture
def indicator(in_july):
    indicator = IndicatorFactory()
    TargetFactory(indicator=indicator)
    submit_result(indicator=indicator, quarter=Q1, given=SAID, today=TODAY, by=None)
    return indicator


def post(client, indicator, name="enter_result", by=None, **sent):
    client.force_login(by or indicator.accountable_manager)
    return client.post(reverse(name, args=[Q1.key, indicator.reference]), sent)


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["enter_result", "keep_draft"])
@pytest.mark.parametrize(
    ("sent", "changed"),
    [
        ({"commentary": "Three stood still."}, {"commentary": "Three stood still."}),
        ({"numerator": "171"}, {"numerator": "171"}),
        ({"confidence": "final"}, {"confidence": "final"}),
        ({"definition_break_asked": "yes"}, {"definition_break": None}),
        ({"management_action": ""}, {"management_action": None}),
        (
            {"not_available": "The system was down"},
            {"not_available": "The system was down", "numerator": None, "denominator": None},
        ),
    ],
)
def test_a_draft_holds_what_stands_of_whatever_was_not_sent(client, indicator, name, sent, changed):
    post(client, indicator, name, version="0", do="save", **sent)

    whole = {
        "numerator": "170",
        "denominator": "200",
        "confidence": "provisional",
        "definition_break": "on",
        "commentary": "Two lorries stood still.",
        "management_action": "They are mended.",
    }
    wanted = {key: text for key, text in (whole | changed).items() if text is not None}
    assert Draft.objects.get().typed == wanted


@pytest.mark.django_db
def test_a_draft_that_is_sent_in_part_keeps_what_was_drafted_and_not_what_was_submitted(
    client, indicator
):
    post(client, indicator, version="0", do="save", commentary="Three stood still.")
    version = str(Draft.objects.get().version)

    post(client, indicator, version=version, do="save", management_action="A fourth is bought.")

    typed = Draft.objects.get().typed
    assert typed["commentary"] == "Three stood still."
    assert typed["management_action"] == "A fourth is bought."
    assert typed["numerator"] == "170"


@pytest.mark.django_db
def test_a_revision_of_a_closed_quarter_that_says_one_thing_changes_one_thing(client, indicator):
    close_quarter(quarter=Q1, today=date(2011, 8, 1), by=None)
    officer = holder(PostKind.PERFORMANCE_OFFICER)

    post(client, indicator, by=officer, reason="A lorry more", commentary="Three stood still.")

    revision = Revision.objects.latest_ones().get()
    assert (revision.number, revision.commentary) == (2, "Three stood still.")
    assert (revision.value, revision.confidence) == (85, "provisional")
    assert revision.definition_break
    assert revision.management_action == "They are mended."


@pytest.mark.django_db
def test_a_new_result_of_which_nobody_says_how_firm_it_is_is_asked_about(client, in_july):
    indicator = IndicatorFactory()

    page = post(client, indicator, version="0", do="save", value="92")

    assert "Say how firm the figure is" in page.content.decode()
    assert not Draft.objects.get().is_complete


@pytest.mark.django_db
def test_months_that_were_not_sent_stand_as_they_were_given(client, in_july):
    indicator = IndicatorFactory(frequency="monthly", basis="month", made_of_months="mean")
    give_months(
        indicator=indicator,
        quarter=Q1,
        figures=[
            MonthFigure(month=Month(2011, number), value=Decimal(value), commentary="Rain")
            for number, value in ((4, 91), (5, 92))
        ],
        today=TODAY,
        by=None,
    )

    post(client, indicator, version="0", do="check", months_seen="1.1.0", month_3_value="93")
    post(client, indicator, version="0", do="check", month_1_value="50")

    rows = MonthlyFigure.objects.latest_ones().order_by("month").values_list("value", "commentary")
    assert list(rows) == [(91, "Rain"), (92, "Rain"), (93, "")]


@pytest.mark.django_db
def test_parts_that_were_not_sent_stand_as_they_were_given(client, in_july):
    districts("Ashford", "Dover", "Swale")
    breakdown = BreakdownFactory()
    indicator = breakdown.indicator
    client.force_login(indicator.accountable_manager)
    address = reverse("enter_parts", args=[Q1.key, indicator.reference, "district"])
    client.post(
        address,
        {
            "seen": "0",
            "ashford_numerator": "80",
            "ashford_denominator": "100",
            "dover_value": "75",
            "swale_not_available": "Not collected",
        },
    )

    client.post(address, {"seen": "1", "dover_value": "", "swale_value": "70"})

    latest = PartResult.objects.filter(revision__is_latest=True)
    assert {each.part.key: (each.value, each.numerator) for each in latest} == {
        "ashford": (80, 80),
        "swale": (70, None),
    }
