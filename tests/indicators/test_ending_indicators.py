"""Ending an indicator, replacing it by another, and keeping what its definition said before."""

import re

import pytest
import time_machine
from django.urls import reverse
from django.utils.html import strip_tags

from core.quarters import Quarter
from core.tables.faults import RefusedFileError
from indicators.importing.definitions import import_indicators
from indicators.models.definitions import DefinitionChange, Indicator
from indicators.queries.histories import value_series
from indicators.services.definitions import keep_measuring, redefine_indicator, retire_indicator
from organisation.rules import PostKind
from tests.cases.council import found, kept, live_through
from tests.factories import holder
from tests.strategy.factories import MeasureFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sorp_in_force")]

HEAD, ROW = kept("retired-indicators.csv").splitlines()
SUCCEEDED = f"{HEAD},successor,successor_is_comparable"
NEW = ROW.replace("OLD-1", "NEW-1").removesuffix("2018-Q1,") + "2019-Q1,"


@pytest.fixture
def old():
    found("retired", f"{HEAD}\n{ROW}\n{NEW}\n", kept("retired-targets.csv"))
    live_through(kept("retired-results.csv"))
    return Indicator.objects.get(reference="OLD-1")


def import_rows(*rows):
    content = "\n".join([SUCCEEDED, *rows])
    with time_machine.travel("2019-05-07T09:00:00+00:00", tick=False):
        return import_indicators(content.encode(), file="indicators.csv")


def refused(*rows):
    with pytest.raises(RefusedFileError) as refusal:
        import_rows(*rows)
    return " ".join(refusal.value.lines(most=10))


def test_a_file_may_name_a_successor_that_stands_in_a_later_row(old):
    rows = [f"{ROW}2018-Q4,NEW-2,yes", NEW.replace("NEW-1", "NEW-2") + ",,"]

    first, again = import_rows(*rows), import_rows(*rows)

    old.refresh_from_db()
    assert (old.successor.reference, old.successor_is_comparable) == ("NEW-2", True)
    assert (first.changed, first.new, again.changed) == (("OLD-1",), ("NEW-2",), ())


@pytest.mark.parametrize(
    ("ending", "words"),
    [
        ("2018-Q4,OLD-1,no", "cannot replace itself"),
        (",NEW-1,no", "write its last quarter"),
        ("2018-Q4,NEW-9,no", "name an indicator that exists"),
        ("2018-Q3,NEW-1,no", "has a result for 2018-Q4: it ends then or later"),
        ("2018-Q4,NEW-1; NEW-2,no", "successor"),
    ],
)
def test_what_cannot_replace_it_is_refused_in_words(old, ending, words):
    assert words in refused(f"{ROW}{ending}")


def test_a_circle_of_successors_is_refused(old):
    import_rows(f"{ROW}2018-Q4,NEW-1,no")

    told = refused(NEW.removesuffix(",") + ",2019-Q4,OLD-1,no")

    assert "OLD-1 is itself replaced by NEW-1" in told


def test_a_successor_that_began_before_or_that_ended_is_refused(old):
    elder = NEW.replace("NEW-1", "ELDER").replace("2019-Q1", "2017-Q1")
    over = elder.replace("ELDER", "OVER").replace("2017-Q1", "2018-Q1") + "2018-Q2"
    import_rows(elder + ",,", over + ",,")

    assert "was measured before OLD-1 was" in refused(f"{ROW}2018-Q4,ELDER,no")
    assert "OVER ended in Q2 2018/19" in refused(f"{ROW}2018-Q4,OVER,no")


def test_figures_of_two_units_are_not_declared_comparable(old):
    import_rows(NEW.replace(",%,", ",days,") + ",,")

    assert "differ in unit" in refused(f"{ROW}2018-Q4,NEW-1,yes")


def test_what_a_definition_said_before_is_kept_with_who_changed_it_and_why(old):
    manager = old.accountable_manager
    redefine_indicator(
        indicator=old, by=manager, reason="Clearer", definition="Within ten minutes of arrival"
    )
    redefine_indicator(indicator=old, by=manager, layer="none")
    retire_indicator(
        indicator=old, last_quarter=Quarter(2018, 4), reason="Counters close", by=manager
    )

    first, second = DefinitionChange.objects.filter(indicator=old)
    assert (first.number, first.reason, first.changed_by) == (2, "Clearer", manager)
    assert first.changes == {"definition": {"was": "", "is": "Within ten minutes of arrival"}}
    assert second.changes == {"last_quarter": {"was": "", "is": "Q4 2018/19"}}


def test_another_span_is_asked_about_once_there_are_results(old):
    with pytest.raises(ValueError, match=r"say in break_from from which quarter .* \(2019-Q1 or"):
        redefine_indicator(indicator=old, by=None, basis="rolling_12_months")
    with pytest.raises(ValueError, match="has a result for 2018-Q4: write a later quarter"):
        redefine_indicator(
            indicator=old, by=None, basis="rolling_12_months", break_from=Quarter(2018, 4)
        )


def test_the_first_figure_of_another_span_is_a_definition_break(old):
    redefine_indicator(
        indicator=old, by=None, basis="rolling_12_months", break_from=Quarter(2019, 1)
    )
    live_through(kept("retired-results.csv").replace("2018-", "2019-"), until="2019-Q2")

    breaks = {
        quarter.key: is_break
        for quarter, _, is_break in value_series(until=Quarter(2019, 2))[old.pk]
    }
    assert [key for key, is_break in breaks.items() if is_break] == ["2019-Q1"]
    ratings = old.ratings.filter(definition_break=True, is_latest=True)
    assert [each.quarter.key for each in ratings] == ["2019-Q1"]


@pytest.mark.parametrize("comparable", [True, False])
def test_travel_goes_on_from_its_predecessor_only_where_they_are_comparable(old, comparable):
    new = Indicator.objects.get(reference="NEW-1")
    retire_indicator(
        indicator=old,
        last_quarter=Quarter(2018, 4),
        reason="Replaced",
        successor=new,
        successor_is_comparable=comparable,
        by=None,
    )
    head = kept("retired-results.csv").splitlines()[0]
    live_through(f"{head}\nNEW-1,2019-Q1,61,,,final,,no,\n")

    known = [
        quarter.key
        for quarter, _, _ in value_series(until=Quarter(2019, 1), indicators=[new.pk])[new.pk]
    ]
    before = ["2018-Q1", "2018-Q2", "2018-Q3", "2018-Q4"]
    assert known == [*(before if comparable else []), "2019-Q1"]


def press(client, address, data):
    """What is shown before anything is done, and the page after saying yes to it."""
    shown = client.post(address, data)
    confirmed = re.search(r'name="confirmed" value="(\w+)"', shown.content.decode())
    assert confirmed, said(shown)
    cells = re.sub(r"<[^>]+>", " ", shown.content.decode())
    return " ".join(cells.split()), said(
        client.post(address, {**data, "confirmed": confirmed[1]}, follow=True)
    )


def said(page):
    return " ".join(strip_tags(page.content.decode()).split())


def test_the_performance_team_ends_an_indicator_and_its_page_says_so(client, old):
    MeasureFactory(indicator=old, priority__name="Open doors")
    client.force_login(holder(PostKind.PERFORMANCE_OFFICER))
    address = reverse("retire_indicator", args=["OLD-1"])
    with time_machine.travel("2019-05-07T09:00:00+00:00", tick=False):
        assert "Say why it is no longer measured" in said(client.post(address, {"reason": ""}))
        shown, page = press(
            client,
            address,
            {"last_quarter": "2018-Q4", "reason": "Counters close", "successor": "NEW-1"},
        )

    assert "Last quarter Continues Q4 2018/19 Replaced by" in shown
    assert "Results are asked for until Q4 2018/19, and not from Q1 2019/20 on." in shown
    assert "that ends at the close of Q1 2019/20, without recovering." in shown
    assert "“Open doors” is judged by it" in shown
    assert "No longer measured after Q4 2018/19; last status red. Replaced by NEW-1" in page
    assert "Version 2" in page
    assert "Counters close" in page


def test_an_end_is_taken_back_until_a_quarter_is_closed_without_the_indicator(client, old):
    client.force_login(holder(PostKind.PERFORMANCE_OFFICER))
    address = reverse("retire_indicator", args=["OLD-1"])
    goes_on = {"last_quarter": "goes-on", "reason": "The counters stay"}
    with time_machine.travel("2019-05-07T09:00:00+00:00", tick=False):
        retire_indicator(
            indicator=old, last_quarter=Quarter(2018, 4), reason="Counters close", by=None
        )
        assert "is not replaced" in said(client.post(address, {**goes_on, "successor": "NEW-1"}))
        shown, page = press(client, address, goes_on)
        assert "Last quarter Q4 2018/19 Continues" in shown
        assert "OLD-1 continues" in page
        old.refresh_from_db()
        assert old.last_quarter is None


def test_what_a_quarter_was_closed_without_does_not_go_on(old):
    Indicator.objects.filter(pk=old.pk).update(last_quarter=Quarter(2018, 3))
    old.refresh_from_db()

    with pytest.raises(ValueError, match="Q4 2018/19 was closed without it"):
        keep_measuring(indicator=old, reason="The counters stay", by=None)
    with pytest.raises(ValueError, match="Say why it continues"):
        keep_measuring(indicator=old, reason=" ", by=None)
