"""The return as a grid: what stands in it, what is saved of it, for whom, and what two people do to it."""

from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.urls import reverse
from lxml import html as markup

from core.models.audit import AuditEvent
from core.quarters import Quarter
from indicators.models.definitions import Awaited, Indicator, Suspension
from indicators.models.partners import GivenFigure
from indicators.models.results import Result, Revision
from indicators.models.returns import Draft
from indicators.queries.grid import grid_rows
from indicators.rules.entry import ResultGiven
from indicators.rules.returns import ResultState
from indicators.services.drafts import save_draft
from indicators.services.grid import MEANWHILE, RowToSave, save_rows
from indicators.services.results import submit_result
from organisation.rules import PostKind
from sorp.lexicon import Rag
from tests.factories import (
    IndicatorFactory,
    RatingFactory,
    TargetFactory,
    UnitFactory,
    UserFactory,
    holder,
)
from tests.indicators.workbooks import manager_of

pytestmark = pytest.mark.django_db
Q1 = Quarter(2011, 1)
GRID = reverse("entry_grid", args=[Q1.key])
ROWS = reverse("keep_grid", args=[Q1.key])


@pytest.fixture(autouse=True)
def in_july():
    with time_machine.travel("2011-07-20 10:00 +0000", tick=False):
        yield


@pytest.fixture
def manager(sorp_in_force):
    return manager_of(3)


def indicators_of(manager):
    return list(manager.indicators.order_by("reference"))


class Grid:
    """The page as a browser without scripts has it: what is typed in, and what is sent."""

    def __init__(self, client, user, address=GRID, response=None):
        self.client, self.user, self.address = client, user, address
        if response is None:
            client.force_login(user)
            response = client.get(address)
        self.response = response
        self.page = markup.fromstring(response.content.decode())
        for box in self.page.xpath("//textarea"):
            box.text = (box.text or "").removeprefix("\n")  # as browsers do
        self.form = next((form for form in self.page.forms if form.get("id") == "grid"), None)

    def row(self, indicator):
        return " ".join(self.page.get_element_by_id(f"row-{indicator.pk}").text_content().split())

    def boxes(self, indicator):
        return {
            name.partition("-")[2]: self.form.fields[name]
            for name in self.form.fields
            if name.startswith(f"{indicator.pk}-")
        }

    def type(self, indicator, **cells):
        for name, text in cells.items():
            self.form.fields[f"{indicator.pk}-{name}"] = text
        return self

    def press(self, do="save"):
        self.client.force_login(self.user)
        sent = dict(self.form.form_values()) | {"do": do}
        response = self.client.post(self.address, sent)
        if response.status_code == 302:
            return response
        return Grid(self.client, self.user, self.address, response)

    def send(self, indicator):
        """One row, as the script sends it."""
        self.client.force_login(self.user)
        sent = {
            name: text
            for name, text in self.form.form_values()
            if name.startswith(f"{indicator.pk}-")
        }
        return self.client.post(ROWS, sent)

    @property
    def told(self):
        return " ".join(self.page.text_content().split())


def typed_of(indicator):
    draft = Draft.objects.filter(indicator=indicator).first()
    return None if draft is None else {k: v for k, v in draft.typed.items() if k != "seen"}


def other_saves(indicator, **typed):
    draft = Draft.objects.filter(indicator=indicator).first()
    return save_draft(
        indicator=indicator,
        quarter=Q1,
        typed={"confidence": "final", "seen": "0", **typed},
        version=draft.version if draft else 0,
        is_complete=True,
        by=UserFactory(name="Priya Shah"),
    )


# What stands in it ------------------------------------------------------------------------------


def test_a_row_holds_last_year_last_quarter_target_and_boxes(client, manager):
    first, second, _ = indicators_of(manager)
    RatingFactory(indicator=first, quarter=Q1.back(4), rag=Rag.RED)
    RatingFactory(indicator=first, quarter=Q1.previous(), rag=Rag.AMBER)
    Indicator.objects.filter(pk=second.pk).update(
        numerator_name="Seen in time", denominator_name="All"
    )

    grid = Grid(client, manager)

    assert grid.row(first).startswith(f"{first.title} {first.reference} · %")
    for words in ("Red 70.0%", "Amber 85.0%", "90%floor standard 80%", "Not given"):
        assert words in grid.row(first), words
    assert {"value", "numerator", "denominator", "commentary", "marks"} <= set(grid.boxes(first))
    assert f"Seen in time, {second.reference}" in grid.row(second)
    assert "0 of 3 completed" in grid.told


def test_what_takes_no_figure_here_says_why(client, manager, sorp_in_force):
    suspended, locked, awaited = indicators_of(manager)
    unit = suspended.unit
    Suspension.objects.create(
        indicator=suspended, from_quarter=Q1, reason="Moved", approved_by="DMT"
    )
    submit_result(
        indicator=locked,
        quarter=Q1,
        given=ResultGiven(value=Decimal(95)),
        today=date(2011, 7, 20),
        by=manager,
    )
    Result.objects.update(state=ResultState.APPROVED)
    Awaited.objects.create(
        indicator=awaited, quarter=Q1, publisher="The ONS", until=date(2011, 9, 1)
    )
    monthly = IndicatorFactory(
        unit=unit, accountable_manager=manager, frequency="monthly", made_of_months="mean"
    )
    yearly = IndicatorFactory(unit=unit, accountable_manager=manager, frequency="annual", due="Q4")

    grid = Grid(client, manager)

    assert "Suspended: it is not measured this quarter" in grid.row(suspended)
    assert "Approved by the directorate, so it is locked" in grid.row(locked)
    assert "95.0%" in grid.row(locked)
    assert grid.boxes(suspended) == grid.boxes(locked) == {}
    assert "Awaited from The ONS until 1 September 2011" in grid.row(awaited)
    assert "value" in grid.boxes(awaited)
    assert "April 2011 –May 2011 –June 2011 – Give the months" in grid.row(monthly)
    assert {"value", "confidence"}.isdisjoint(grid.boxes(monthly))
    assert f"Not due for Q1 2011/12: {yearly}" in grid.told


def test_what_a_partner_gave_is_looked_at_from_the_row(client, manager):
    first, *_ = indicators_of(manager)
    given = GivenFigure.objects.create(
        partner=_partner(manager), indicator=first, quarter=Q1, typed={"value": "91"}
    )

    assert "The NHS trust gave its figure. Look at it" in Grid(client, manager).row(first)
    assert (
        reverse("decide_given", args=[given.pk]) in Grid(client, manager).response.content.decode()
    )


def _partner(manager):
    return GivenFigure._meta.get_field("partner").related_model.objects.create(
        name="The NHS trust",
        contact="Ann",
        email="ann@example.org",
        starts_on=date(2011, 4, 1),
        ends_on=date(2012, 3, 31),
        invited_by=manager,
    )


@pytest.mark.parametrize(
    ("quarter", "words"),
    [(Quarter(2011, 2), "ends on 30 September 2011"), (Q1, "is closed")],
)
def test_a_quarter_that_takes_no_results_says_why(client, manager, quarter, words):
    from escalation.services.closing import close_quarter

    if quarter == Q1:
        close_quarter(quarter=Q1, today=date(2011, 7, 20), by=None)
    client.force_login(manager)

    page = client.get(reverse("entry_grid", args=[quarter.key]))
    kept = client.post(reverse("keep_grid", args=[quarter.key]), {})

    assert page.status_code == 403
    assert words in page.content.decode()
    assert kept.status_code == 422


@pytest.mark.parametrize("how_many", [1, 20])
def test_the_grid_asks_as_often_for_one_as_for_twenty(
    client, sorp_in_force, django_assert_num_queries, how_many
):
    manager = manager_of(how_many)
    for indicator in indicators_of(manager):
        RatingFactory(indicator=indicator, quarter=Q1.previous())
        other_saves(indicator, value="85", management_action="Two started.")
    client.force_login(manager)
    client.get(GRID)

    with django_assert_num_queries(QUERIES):
        client.get(GRID)


QUERIES = 29


# What is saved ----------------------------------------------------------------------------------


def test_only_rows_that_were_typed_in_are_saved_and_exactly_as_typed(client, manager):
    first, second, third = indicators_of(manager)
    grid = Grid(client, manager)
    grid.type(first, value=" 92.5 % ", commentary="Better.\nMuch better.")
    grid.type(second, commentary="Figures come on Friday.")

    saved = grid.press()

    assert saved.url == GRID
    assert typed_of(first) == {
        "value": " 92.5 % ",
        "confidence": "final",
        "commentary": "Better.\nMuch better.",
    }
    assert typed_of(second) == {"commentary": "Figures come on Friday."}
    assert typed_of(third) is None
    is_complete = dict(Draft.objects.values_list("indicator", "is_complete"))
    assert is_complete == {first.pk: True, second.pk: False}
    assert AuditEvent.objects.filter(act="completed draft", actor=manager).count() == 1
    again = Grid(client, manager)
    assert "1 of 3 completed" in again.told
    assert "Read as 92.5%" in again.row(first)


def test_without_scripts_a_check_tells_each_error_at_its_cell_and_loses_nothing(client, manager):
    first, second, third = indicators_of(manager)
    grid = Grid(client, manager)
    grid.type(first, value="92").type(second, value="eighty", commentary="As told.")
    grid.type(third, value="70")

    wrong = grid.press("check")

    assert "There is a problem" in wrong.told
    assert f"{second.reference}: Enter the result as a number, like 76.4 or 1,250" in wrong.row(
        second
    )
    needed = f"{third.reference}: Say what is being done about it: this result is red"
    assert needed in wrong.row(third)
    links = [
        each.get("href")
        for each in wrong.page.xpath("//*[contains(@class, 'govuk-error-summary')]//a")
    ]
    assert links == [f"#id_{second.pk}-value", f"#id_{third.pk}-management_action"]
    assert wrong.boxes(second)["value"] == "eighty"
    assert wrong.boxes(second)["commentary"] == "As told."

    wrong.type(second, value="91").type(third, management_action="Two started in July.")
    right = wrong.press("check")

    assert right.url == reverse("check_return", args=[Q1.key])
    check = client.get(right.url)
    token = {"token": check.context["token"]}
    done = client.post(reverse("submit_return", args=[Q1.key]), token, follow=True)
    assert "Your results are submitted" in done.content.decode()
    assert Revision.objects.count() == 3


def test_the_check_takes_what_one_left_for_later_and_leaves_what_others_did(client, manager):
    mine, theirs, _ = indicators_of(manager)
    for indicator, by in ((mine, manager), (theirs, UserFactory())):
        typed = {"value": "92", "confidence": "final"}
        save_draft(
            indicator=indicator, quarter=Q1, typed=typed, version=0, is_complete=False, by=by
        )

    Grid(client, manager).press("check")

    assert dict(Draft.objects.values_list("indicator", "is_complete")) == {
        mine.pk: True,
        theirs.pk: False,
    }


def test_a_row_is_saved_as_it_is_typed_and_drawn_anew_with_its_status_and_question(client, manager):
    first, *_ = indicators_of(manager)
    for back in range(1, 6):
        revised(first, Q1.back(back), 91)

    answer = Grid(client, manager).type(first, value="0.915").send(first)

    row = " ".join(markup.fromstring(answer.json()["rows"][str(first.pk)]).text_content().split())
    assert answer.json()["message"] == "Saved at 11:00"
    assert answer.json()["unsaved"] == []
    assert "Red" in row
    assert "0.9%, where earlier results" in row
    assert "Yes, it is right" in row
    assert typed_of(first)["value"] == "0.915"


def test_a_question_is_answered_in_the_row(client, manager):
    first, *_ = indicators_of(manager)
    for back in range(1, 6):
        revised(first, Q1.back(back), 91)
    Grid(client, manager).type(first, value="0.915", management_action="Mended.").press()
    grid = Grid(client, manager)
    key = "answer_hundredfold"
    grid.type(first, **{key: "A new way of counting"})

    grid.press()

    assert typed_of(first)[key] == "A new way of counting"
    assert typed_of(first)[key.replace("answer_", "asked_")]
    (row,) = grid_rows([first], Q1, manager)
    assert "hundredfold" not in {each.key for each in row.progress.unanswered}


def revised(indicator, quarter, value):
    from tests.factories import ResultFactory, RevisionFactory

    RevisionFactory(result=ResultFactory(indicator=indicator, quarter=quarter), value=value)


def test_too_long_a_text_comes_back_and_the_rest_is_saved(client, manager):
    first, second, _ = indicators_of(manager)
    grid = Grid(client, manager).type(first, commentary="x" * 20_001).type(second, value="92")

    back = grid.press()

    assert "Shorten what you wrote" in back.row(first)
    assert back.boxes(first)["commentary"] == "x" * 20_001
    assert typed_of(first) is None
    assert typed_of(second)["value"] == "92"


# Two people -------------------------------------------------------------------------------------


def test_two_people_in_one_cell_the_later_is_asked_and_nothing_is_lost(client, manager):
    first, *_ = indicators_of(manager)
    grid = Grid(client, manager).type(first, value="92", commentary="Mine.")
    other_saves(first, value="91")

    asked = grid.press("check")

    assert "Priya Shah saved something else here at 11:00. Which stays?" in asked.row(first)
    assert "Yours: result 92" in asked.row(first)
    assert "What is saved: result 91" in asked.row(first)
    assert typed_of(first)["value"] == "91"
    unanswered = asked.press()
    assert "Which stays?" in unanswered.row(first)
    assert typed_of(first)["value"] == "91"

    unanswered.type(first, keep="mine").press()
    assert typed_of(first) == {"value": "92", "confidence": "final", "commentary": "Mine."}


def test_theirs_stays_where_the_later_says_so_and_the_rest_of_the_row_is_saved(client, manager):
    first, *_ = indicators_of(manager)
    grid = Grid(client, manager).type(first, value="92", commentary="Mine.")
    other_saves(first, value="91")
    asked = grid.press()

    asked.type(first, keep="theirs").press()

    assert typed_of(first) == {"value": "91", "confidence": "final", "commentary": "Mine."}


def test_somebody_who_types_a_third_time_is_asked_about_anew(client, manager):
    first, *_ = indicators_of(manager)
    grid = Grid(client, manager).type(first, value="92")
    other_saves(first, value="91")
    asked = grid.press().type(first, keep="mine")
    other_saves(first, value="90")

    again = asked.press()

    assert "What is saved: result 90" in again.row(first)
    assert typed_of(first)["value"] == "90"


def test_two_people_in_two_cells_of_a_row_both_stay(client, manager):
    first, second, _ = indicators_of(manager)
    grid = Grid(client, manager).type(first, commentary="Mine.")
    other_saves(first, value="91")
    other_saves(second, value="90")

    grid.press()

    assert typed_of(first) == {"value": "91", "confidence": "final", "commentary": "Mine."}
    assert typed_of(second)["value"] == "90", "nobody typed there on this page"


def test_a_result_submitted_meanwhile_is_asked_about_and_not_overwritten(client, manager):
    first, *_ = indicators_of(manager)
    grid = Grid(client, manager).type(first, value="92")
    given = ResultGiven(value=Decimal(91))
    submit_result(indicator=first, quarter=Q1, given=given, today=date(2011, 7, 20), by=manager)

    asked = grid.press()

    assert "What is saved: result 91" in asked.row(first)
    assert not Draft.objects.exists()


def test_what_one_row_refuses_keeps_none_of_the_others_back(manager):
    first, second, _ = indicators_of(manager)
    other_saves(first, value="91")
    typed = {"value": "92", "confidence": "final"}

    refusals = save_rows(
        rows=[RowToSave(each, typed, 0, is_complete=True) for each in (first, second)],
        quarter=Q1,
        by=manager,
    )

    assert refusals == {first.pk: MEANWHILE}
    assert typed_of(first)["value"] == "91"
    assert typed_of(second) == typed


# For whom ---------------------------------------------------------------------------------------


def test_everybody_finds_what_they_may_enter_and_can_save_nothing_else(client, manager):
    first, *_ = indicators_of(manager)
    elsewhere = TargetFactory(indicator=IndicatorFactory(reference="ZZ-1")).indicator
    people = {
        manager: 3,
        holder(PostKind.DEPUTY, unit=first.unit): 3,
        holder(PostKind.DIRECTORATE_OFFICER, unit=first.unit): 3,
        elsewhere.accountable_manager: 1,
        holder(PostKind.PERFORMANCE_OFFICER): 4,
        holder(PostKind.DEPUTY, unit=UnitFactory()): 0,
    }

    found = {user: len(Grid(client, user).page.xpath("//*[@data-row]")) for user in people}

    assert found == people
    client.force_login(manager)
    forged = {f"{elsewhere.pk}-marks": "", f"{elsewhere.pk}-value": "1"}
    assert client.post(ROWS, forged).json()["rows"] == {}
    client.post(GRID, forged)
    assert typed_of(elsewhere) is None


def test_the_performance_team_narrows_and_pages_through_all(client, sorp_in_force):
    officer = holder(PostKind.PERFORMANCE_OFFICER)
    manager = manager_of(51)
    first = indicators_of(manager)[0]
    given = ResultGiven(value=Decimal(91))
    submit_result(indicator=first, quarter=Q1, given=given, today=date(2011, 7, 20), by=manager)

    whole, second = Grid(client, officer), Grid(client, officer, f"{GRID}?page=2")
    missing = Grid(client, officer, f"{GRID}?given=missing&unit={first.unit.code}")

    assert len(whole.page.xpath("//*[@data-row]")) == 50
    assert len(second.page.xpath("//*[@data-row]")) == 1
    assert "0 of 50 completed" in missing.told
    assert first.title not in missing.told
    back = missing.type(indicators_of(manager)[1], value="92").press()
    assert back.url == missing.address, "to where one was"


def test_a_council_that_measures_nothing_is_told_what_will_stand_here(client, db):
    grid = Grid(client, holder(PostKind.PERFORMANCE_OFFICER))

    assert grid.response.status_code == 200
    assert "You have no results to give" in grid.told


def test_a_council_without_a_sorp_is_told_what_to_do_first(client, db):
    page = Grid(client, manager_of(1))

    assert page.response.status_code == 403
    assert "bring one into force first" in page.told


def test_what_was_sent_after_a_session_ended_comes_back_and_is_not_saved_by_itself(client, manager):
    first, *_ = indicators_of(manager)
    with time_machine.travel("2011-07-20 10:00 +0000", tick=False) as clock:
        grid = Grid(client, manager).type(first, value="92", commentary="Half a sentence")
        clock.shift(31 * 60)  # the session has run out
        sent = client.post(GRID, dict(grid.form.form_values()))
        back = Grid(client, manager)

    assert sent.status_code == 403
    assert "What you typed before you were signed out is below" in back.told
    assert back.boxes(first)["commentary"] == "Half a sentence"
    assert typed_of(first) is None
    back.press()
    assert typed_of(first)["value"] == "92"
