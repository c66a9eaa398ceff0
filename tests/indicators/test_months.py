"""Monthly indicators on the return: entered as months end, and submitted by quarter."""

from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.urls import reverse

from core.models.audit import AuditEvent
from core.months import Month, months_of
from core.quarters import Quarter
from core.services.quarters import NotOpen
from escalation.services.closing import close_quarter
from indicators.models.months import MonthlyFigure
from indicators.models.ratings import Rating
from indicators.models.results import Result, Revision
from indicators.models.returns import Draft
from indicators.queries.months import latest_months
from indicators.rules.entry import ResultGiven
from indicators.rules.months import MonthFigure
from indicators.services.monthly_results import give_months
from indicators.services.months import CannotGiveMonths, MonthsChanged, store_months
from indicators.services.results import Locked, submit_result
from indicators.workbooks.preview import preview
from indicators.workbooks.writing import write_workbook
from organisation.rules import PostKind
from tests.factories import IndicatorFactory, TargetFactory, holder
from tests.indicators.workbooks import Filled

pytestmark = pytest.mark.django_db
Q1 = Quarter(2011, 1)
APRIL, MAY, JUNE = months_of(Q1)


@pytest.fixture(autouse=True)
def in_july():
    with time_machine.travel("2011-07-20 10:00 +0000", tick=False):
        yield


@pytest.fixture
def indicator(sorp_in_force):
    indicator = IndicatorFactory(frequency="monthly", basis="month", made_of_months="mean")
    TargetFactory(indicator=indicator)
    return indicator


def address(indicator, quarter=Q1):
    return reverse("enter_result", args=[quarter.key, indicator.reference])


def post(client, indicator, *, quarter=Q1, by=None, **typed):
    client.force_login(by or indicator.accountable_manager)
    sent = {"version": "0", "seen": "0", "months_seen": "0.0.0", "do": "save"} | typed
    return client.post(address(indicator, quarter), sent)


def counts(april="90/100", may="20/100", june="100/200"):
    typed = {}
    for place, told in enumerate((april, may, june), start=1):
        if told:
            typed[f"month_{place}_numerator"], typed[f"month_{place}_denominator"] = told.split("/")
    return typed


def submit(client, indicator, **typed):
    response = post(client, indicator, **typed)
    check = client.get(reverse("check_return", args=[Q1.key]))
    if not check.context["token"]:
        return response
    token = {"token": check.context["token"]}
    return client.post(reverse("submit_return", args=[Q1.key]), token)


def figure(month, value, **said):
    return MonthFigure(month=month, value=Decimal(value), **said)


def page_of(response):
    return response.content.decode().replace("&#x27;", "'")


def test_three_months_are_entered_and_the_quarter_is_their_mean_by_denominators(client, indicator):
    """210 of 400, and not the mean of 90, 20 and 50 per cent."""
    submit(client, indicator, **counts(), management_action="Two crews more.")

    revision = Revision.objects.get()
    assert (revision.numerator, revision.denominator, revision.value) == (210, 400, Decimal("52.5"))
    assert [row.value for row in MonthlyFigure.objects.latest_ones()] == [90, 20, 50]
    assert Rating.objects.get().rag == "red"
    assert not Draft.objects.exists()
    acts = list(AuditEvent.objects.filter(act="gave month").values_list("detail__month", flat=True))
    assert sorted(acts) == ["2011-04", "2011-05", "2011-06"]


def test_a_month_is_entered_as_soon_as_it_has_ended_and_before_the_quarter_has(client, indicator):
    with time_machine.travel("2011-05-03 10:00 +0000", tick=False):
        client.force_login(indicator.accountable_manager)
        page = page_of(client.get(address(indicator)))
        kept = post(client, indicator, month_1_value="91", month_1_confidence="provisional")

        assert "Result for April 2011" in page
        assert "May 2011" not in page
        assert kept.status_code == 302
        row = MonthlyFigure.objects.get()
        assert (row.month, row.value, row.confidence) == (APRIL, 91, "provisional")
        assert not Result.objects.exists()
        latest = latest_months([indicator])[indicator.pk]
        assert (latest.month, latest.rag) == (APRIL, "green")
        shown = page_of(client.get(address(indicator)))
        assert 'value="91"' in shown
        assert "there is none for May and June 2011, so it is provisional" in shown


def test_only_months_are_taken_before_the_quarter_has_ended(client, indicator):
    with time_machine.travel("2011-05-03 10:00 +0000", tick=False):
        client.force_login(indicator.accountable_manager)
        evidence = client.get(reverse("evidence", args=[Q1.key, indicator.reference]))
        page = page_of(client.get(address(indicator)))

    assert evidence.status_code == 403
    assert "Save the months" in page
    assert "Management action" not in page


def test_before_any_month_has_ended_the_page_says_from_when(client, indicator):
    with time_machine.travel("2011-04-20 10:00 +0000", tick=False):
        client.force_login(indicator.accountable_manager)
        response = client.get(address(indicator))

    assert response.status_code == 403


def test_the_return_of_a_running_quarter_leads_to_what_is_given_by_month(client, indicator):
    quarterly = IndicatorFactory(
        unit=indicator.unit, accountable_manager=indicator.accountable_manager
    )
    with time_machine.travel("2011-05-03 10:00 +0000", tick=False):
        client.force_login(indicator.accountable_manager)
        page = page_of(client.get(reverse("my_return", args=[Q1.key])))
        before = page_of(client.get(reverse("my_return", args=[Q1.previous().key])))

    assert address(indicator) in page
    assert address(quarterly) not in page
    assert "Give the months of Q1 2011/12 that have ended" in before


def test_what_was_typed_of_a_month_comes_back_with_what_is_wrong(client, indicator):
    response = post(
        client,
        indicator,
        month_1_value="ninety",
        month_2_numerator="4",
        month_3_value="80",
        commentary="Kept.",
    )

    page = page_of(response)
    assert 'value="ninety"' in page
    assert "April 2011: enter the result as a number" in page
    assert "May 2011: give both the numerator and the denominator, or neither" in page
    assert not MonthlyFigure.objects.exists()
    again = page_of(client.get(address(indicator)))
    assert 'value="ninety"' in again
    assert "Kept." in again


@pytest.mark.parametrize(
    ("made", "typed", "value", "firm"),
    [
        ("mean", {"month_1_value": "80", "month_2_value": "90"}, 85, "provisional"),
        ("last", {"month_1_value": "80", "month_2_value": "90"}, 90, "provisional"),
        ("last", {"month_3_value": "90"}, 90, "final"),
        (
            "sum",
            {"month_1_value": "1", "month_2_value": "2", "month_3_not_available": "Lost"},
            None,
            "final",
        ),
    ],
)
def test_a_quarter_that_lacks_a_month_is_provisional_or_has_no_figure(
    client, indicator, made, typed, value, firm
):
    type(indicator).objects.update(made_of_months=made)

    submit(client, indicator, **typed, management_action="In hand.")

    revision = Revision.objects.get()
    assert (revision.value, revision.confidence) == (value, firm)
    assert bool(revision.not_available) is (value is None)


@pytest.mark.parametrize(
    ("typed", "why"),
    [("<5", "Fewer than 5"), ("[c]", "Confidential"), ("suppressed", "Suppressed")],
)
def test_a_month_whose_figure_is_withheld_is_read_and_so_is_its_quarter(
    client, indicator, typed, why
):
    type(indicator).objects.update(made_of_months="sum", measure_unit="")

    submit(client, indicator, month_1_value="12", month_2_value=typed, month_3_value="9")

    month = MonthlyFigure.objects.get(month=MAY)
    assert (month.value, month.not_available, month.withheld) == (None, why, True)
    revision = Revision.objects.get()
    assert (revision.value, revision.withheld) == (None, True)
    assert revision.not_available == (
        "The quarter is the sum of its months, and May 2011 is withheld"
    )
    assert Rating.objects.get().not_rated == "withheld"
    assert 'value="[c]"' in page_of(client.get(address(indicator)))


def test_a_sum_that_lacks_a_month_of_which_nobody_says_why_is_not_complete(client, indicator):
    type(indicator).objects.update(made_of_months="sum")

    response = post(client, indicator, month_1_value="1", month_2_value="2")

    assert "Enter the figure of June 2011, or say why there is none" in page_of(response)
    # The months that were given stand all the same.
    assert MonthlyFigure.objects.count() == 2


def test_while_it_is_typed_the_page_says_what_the_quarter_would_be(client, indicator):
    client.force_login(indicator.accountable_manager)
    response = client.post(
        reverse("would_be", args=[Q1.key, indicator.reference]), {"months_seen": "0.0.0"} | counts()
    )

    page = page_of(response)
    assert "52.5" in page
    assert "the mean of April, May and June 2011, by their denominators" in page
    assert not MonthlyFigure.objects.exists()


def test_a_month_that_somebody_else_gave_meanwhile_is_not_written_over(client, indicator):
    store_months(indicator=indicator, figures=[figure(APRIL, 70)], today=date(2011, 7, 1), by=None)

    response = post(client, indicator, month_1_value="91")

    assert "Somebody else entered a month" in page_of(response)
    assert MonthlyFigure.objects.get().value == 70


def test_after_submission_months_wait_in_the_draft_until_the_result_is_submitted_again(
    client, indicator
):
    submit(client, indicator, **counts("95/100", "95/100", "95/100"))
    changed = counts("95/100", "95/100", "92/100")
    post(client, indicator, seen="1", months_seen="1.1.1", do="check", **changed)
    waiting = list(MonthlyFigure.objects.latest_ones().values_list("value", flat=True))
    version = str(Draft.objects.get().version)

    submit(client, indicator, seen="1", months_seen="1.1.1", version=version, **changed)

    assert waiting == [95, 95, 95]
    assert MonthlyFigure.objects.latest_ones().get(month=JUNE).value == 92
    assert Revision.objects.latest_ones().get().value == 94


def test_a_month_of_a_closed_quarter_is_a_revision_of_its_result_with_the_reason(client, indicator):
    submit(client, indicator, **counts("95/100", "95/100", "95/100"))
    close_quarter(quarter=Q1, today=date(2011, 8, 1), by=None)
    centre = holder(PostKind.PERFORMANCE_OFFICER, unit=indicator.unit.parent)

    without = post(
        client,
        indicator,
        by=centre,
        seen="1",
        months_seen="1.1.1",
        **counts("95/100", "95/100", "5/100"),
    )
    post(
        client,
        indicator,
        by=centre,
        seen="1",
        months_seen="1.1.1",
        reason="June was counted twice",
        **counts("95/100", "95/100", "5/100"),
    )

    assert "Say why the result is revised" in page_of(without)
    revision = Revision.objects.latest_ones().get()
    assert (revision.number, revision.value, revision.reason, revision.after_close) == (
        2,
        65,
        "June was counted twice",
        True,
    )
    month = MonthlyFigure.objects.latest_ones().get(month=JUNE)
    assert (month.number, month.reason, month.after_close) == (2, "June was counted twice", True)
    assert MonthlyFigure.objects.get(month=JUNE, number=1).value == 95
    assert Rating.objects.latest_ones().get().rag == "red"


def test_a_month_given_by_the_service_moves_the_result_that_is_made_of_it(indicator):
    today = date(2011, 7, 20)
    given = [figure(each, 90) for each in months_of(Q1)]
    nothing, none = give_months(
        indicator=indicator, quarter=Q1, figures=given, today=today, by=None
    )
    assert (len(nothing), none) == (3, None)

    submit_result(
        indicator=indicator,
        quarter=Q1,
        given=ResultGiven(value=Decimal(90), commentary="As said."),
        today=today,
        by=None,
    )

    fresh, revision = give_months(
        indicator=indicator, quarter=Q1, figures=[figure(JUNE, 60)], today=today, by=None
    )
    again = give_months(
        indicator=indicator, quarter=Q1, figures=[figure(JUNE, 60)], today=today, by=None
    )

    assert [each.number for each in fresh] == [2]
    assert (revision.value, revision.commentary) == (80, "As said.")
    assert again == ([], None)
    Result.objects.update(state="approved")
    with pytest.raises(Locked):
        give_months(
            indicator=indicator, quarter=Q1, figures=[figure(JUNE, 61)], today=today, by=None
        )
    assert MonthlyFigure.objects.latest_ones().get(month=JUNE).value == 60


@pytest.mark.parametrize(
    ("given", "refused", "words"),
    [
        (figure(Month(2011, 8), 1), NotOpen, "August 2011 has not ended"),
        (figure(Month(2009, 8), 1), NotOpen, "not measured in August 2009"),
        (MonthFigure(month=APRIL), CannotGiveMonths, "say why there is none"),
        (figure(APRIL, 1, not_available="Lost"), CannotGiveMonths, "not both"),
        (figure(APRIL, "1e12"), CannotGiveMonths, "below"),
    ],
)
def test_what_cannot_be_kept_of_a_month_is_refused_and_nothing_is_kept(
    indicator, given, refused, words
):
    type(indicator).objects.update(first_quarter=Quarter(2010, 1))
    indicator.refresh_from_db()

    with pytest.raises(refused, match=words):
        store_months(indicator=indicator, figures=[given], today=date(2011, 7, 20), by=None)

    assert not MonthlyFigure.objects.exists()


def test_a_quarterly_indicator_takes_no_months(sorp_in_force):
    with pytest.raises(CannotGiveMonths, match="is not given by month: give its result for Q1"):
        store_months(
            indicator=IndicatorFactory(),
            figures=[figure(APRIL, 1)],
            today=date(2011, 7, 20),
            by=None,
        )


def test_months_of_another_quarter_are_refused(indicator):
    with pytest.raises(CannotGiveMonths, match="months of Q1 2011/12 only"):
        give_months(
            indicator=indicator,
            quarter=Q1,
            figures=[figure(Month(2011, 7), 1)],
            today=date(2011, 8, 20),
            by=None,
        )


def test_months_seen_to_be_otherwise_are_not_written_over(indicator):
    store_months(indicator=indicator, figures=[figure(APRIL, 1)], today=date(2011, 7, 1), by=None)

    with pytest.raises(MonthsChanged):
        store_months(
            indicator=indicator,
            figures=[figure(APRIL, 2)],
            today=date(2011, 7, 1),
            by=None,
            seen="0.0.0",
        )


def test_the_latest_month_is_provisional_only_until_its_quarter_has_a_result(client, indicator):
    total = IndicatorFactory(frequency="monthly", basis="month", made_of_months="sum")
    TargetFactory(indicator=total)
    for each in (indicator, total):
        store_months(indicator=each, figures=[figure(APRIL, 95)], today=date(2011, 5, 9), by=None)

    found = latest_months([indicator, total, IndicatorFactory()])

    assert {pk: (each.month, each.rag) for pk, each in found.items()} == {
        indicator.pk: (APRIL, "green"),
        total.pk: (APRIL, None),  # one month of a sum is held by nothing
    }
    submit(client, indicator, months_seen="1.0.0", **counts("95/100", "95/100", "95/100"))
    assert set(latest_months([indicator, total])) == {total.pk}


def test_whoever_signs_off_sees_the_months(client, indicator):
    director = holder(PostKind.DIRECTOR, unit=indicator.unit)
    submit(client, indicator, **counts("95/100", "95/100", "95/100"))

    client.force_login(director)
    sheet = client.get(reverse("sign_off"), follow=True)
    link = reverse("sign_off_sheet", args=[Q1.key, "directorate", indicator.unit.code])
    page = page_of(client.get(link))

    assert sheet.status_code == 200
    assert "April 2011: <strong>95.0" in page


def test_the_indicators_page_shows_its_months_and_the_latest_as_provisional(client, indicator):
    submit(client, indicator, **counts("95/100", "95/100", "85/100"))
    with time_machine.travel("2011-08-03 10:00 +0000", tick=False):
        store_months(
            indicator=indicator,
            figures=[figure(Month(2011, 7), "70.04", commentary="Floods")],
            today=date(2011, 8, 3),
            by=None,
        )
        client.force_login(indicator.accountable_manager)
        page = page_of(client.get(reverse("indicator", args=[indicator.reference])))

    assert "July 2011: 70.0" in page
    assert "a quarter like it would be red" in page
    assert "Floods" in page
    assert "The last is provisional." in page
    assert "April 2011 95.0%, May 2011 95.0%, June 2011 85.0%, July 2011 70.0%" in page


def test_a_dashboard_shows_the_latest_month_beside_the_quarters_rating(client, indicator):
    submit(client, indicator, **counts("95/100", "95/100", "85/100"))
    store_months(
        indicator=indicator, figures=[figure(Month(2011, 7), 70)], today=date(2011, 8, 3), by=None
    )
    client.force_login(indicator.accountable_manager)

    page = page_of(
        client.get(reverse("dashboard", args=[indicator.unit.code]), {"quarter": Q1.key})
    )

    assert "July 2011: 70.0" in page


@pytest.mark.parametrize(("count", "most"), [(1, 5), (20, 5)])
def test_the_latest_months_of_twenty_take_as_many_queries_as_of_one(
    sorp_in_force, count, most, django_assert_max_num_queries
):
    indicators = [
        IndicatorFactory(frequency="monthly", basis="month", made_of_months="mean")
        for _ in range(count)
    ]
    for each in indicators:
        store_months(indicator=each, figures=[figure(APRIL, 1)], today=date(2011, 5, 2), by=None)

    with django_assert_max_num_queries(most):
        assert len(latest_months(indicators)) == count


def test_the_workbook_leaves_months_to_the_page(client, indicator):
    store_months(
        indicator=indicator,
        figures=[figure(each, 95) for each in months_of(Q1)],
        today=date(2011, 7, 20),
        by=None,
    )
    manager = indicator.accountable_manager
    blank = write_workbook(manager, Q1)
    answered, with_figure = Filled(blank), Filled(blank)
    answered.answer(indicator, commentary="Quiet.")
    with_figure.answer(indicator, value=80)

    found = preview(answered.content, manager, Q1)
    (told,) = preview(with_figure.content, manager, Q1).rejected

    assert [(each.reference, each.is_complete, each.rag) for each in found.to_save] == [
        (indicator.reference, True, "green")
    ]
    assert told.told.startswith("This is given by month")


def test_what_happened_in_a_month_is_revised_without_its_figure_or_the_result(client, indicator):
    submit(client, indicator, **counts("95/100", "95/100", "95/100"))
    close_quarter(quarter=Q1, today=date(2011, 8, 1), by=None)
    centre = holder(PostKind.PERFORMANCE_OFFICER, unit=indicator.unit.parent)

    response = post(
        client,
        indicator,
        by=centre,
        seen="1",
        months_seen="1.1.1",
        reason="Nobody said why",
        month_1_commentary="A strike",
        **counts("95/100", "95/100", "95/100"),
    )

    assert response.url == reverse("indicator", args=[indicator.reference])
    assert MonthlyFigure.objects.latest_ones().get(month=APRIL).commentary == "A strike"
    assert Revision.objects.count() == 1
