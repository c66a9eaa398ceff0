"""Drafts: kept as typed, never overwritten unseen, and gone once they are submitted."""

from decimal import Decimal

import pytest
import time_machine

from core.clock import localdate
from core.models.audit import AuditEvent
from core.quarters import Quarter
from core.services.quarters import NotOpen
from indicators.models.results import Result
from indicators.models.returns import Draft
from indicators.queries.requirements import as_typed, year_end_forecasts
from indicators.rules.entry import QuarterRequirements, ResultGiven, read_entry
from indicators.rules.returns import Horizon, ResultState
from indicators.services.drafts import EditConflict, discard_draft, save_draft
from indicators.services.forecasts import state_forecast
from indicators.services.results import Locked, submit_result
from tests.factories import IndicatorFactory, TargetFactory
from tests.indicators.forecasts import say_for

pytestmark = pytest.mark.django_db
Q1 = Quarter(2011, 1)


@pytest.fixture(autouse=True)
def in_july():
    with time_machine.travel("2011-07-20 10:00 +0000", tick=False):
        yield


@pytest.fixture
def indicator(sorp_in_force):
    return TargetFactory(indicator=IndicatorFactory()).indicator


def save(indicator, *, version=0, is_complete=False, by=None, **typed):
    return save_draft(
        indicator=indicator,
        quarter=Q1,
        typed=typed,
        version=version,
        is_complete=is_complete,
        by=by or indicator.accountable_manager,
    )


def acts():
    return list(
        AuditEvent.objects.filter(act__contains="draft")
        .order_by("id")
        .values_list("act", flat=True)
    )


def test_anything_typed_is_kept_as_typed(indicator):
    typed = {"value": " ninety %", "commentary": "*Why?*\r\n\r\n<b>x</b>\x00", "unknown": "dropped"}

    draft = save(indicator, **typed)

    assert draft.typed == {"value": " ninety %", "commentary": "*Why?*\n\n<b>x</b>"}


def test_each_saving_moves_the_version_and_the_same_again_does_not(indicator):
    first = save(indicator, value="1")
    second = save(indicator, value="2", version=first.version)
    again = save(indicator, value="2", version=0)

    assert second.version == again.version
    assert Draft.objects.get().typed["value"] == "2"


def test_a_stale_version_is_refused_with_what_stands(indicator):
    first = save(indicator, value="1")
    save(indicator, value="2", version=first.version)

    with pytest.raises(EditConflict) as refused:
        save(indicator, value="3", version=first.version - 1)

    assert refused.value.saved.typed["value"] == "2"
    assert Draft.objects.get().typed["value"] == "2"


def test_a_new_draft_is_never_taken_for_one_that_is_gone(indicator):
    first = save(indicator, value="1")
    discard_draft(draft=first, by=indicator.accountable_manager)
    second = save(indicator, value="2")

    assert first.version != second.version
    with pytest.raises(EditConflict):
        save(indicator, value="3", version=first.version)


def test_only_beginning_completing_reopening_and_discarding_are_put_on_the_record(indicator):
    draft = save(indicator, value="1")
    draft = save(indicator, value="2", version=draft.version)
    draft = save(indicator, value="2", version=draft.version, is_complete=True)
    draft = save(indicator, value="3", version=draft.version)
    discard_draft(draft=draft, by=indicator.accountable_manager)
    discard_draft(draft=draft, by=indicator.accountable_manager)

    assert acts() == ["began draft", "completed draft", "reopened draft", "discarded draft"]


@pytest.mark.parametrize(("state", "refused"), [(each, each.is_locked) for each in ResultState])
def test_an_approved_result_takes_no_draft(indicator, state, refused):
    _submitted(indicator)
    Result.objects.update(state=state)

    if refused:
        with pytest.raises(Locked):
            save(indicator, value="2", seen="1")
    else:
        save(indicator, value="2", seen="1")

    assert Draft.objects.exists() is not refused


def _submitted(indicator):
    return submit_result(
        indicator=indicator,
        quarter=Q1,
        given=ResultGiven(value=Decimal(92)),
        today=localdate(),
        by=None,
    )


def test_a_draft_over_a_result_that_was_not_seen_is_refused(indicator):
    _submitted(indicator)

    with pytest.raises(EditConflict) as refused:
        save(indicator, value="2", seen="0")

    assert refused.value.saved is None
    assert refused.value.submitted.value == 92


def test_a_quarter_that_has_not_ended_takes_no_draft_and_no_endless_text_is_kept(indicator):
    with pytest.raises(NotOpen), time_machine.travel("2011-06-30 10:00 +0000"):
        save(indicator, value="2")
    with pytest.raises(ValueError, match="Shorten"):
        save(indicator, commentary="x" * 20_001)

    assert not Draft.objects.exists()


def test_what_was_said_is_shown_as_it_would_be_typed(indicator):
    revision, _ = _submitted(indicator)

    typed = as_typed(revision, year_end_forecasts([indicator.pk], Q1).get(indicator.pk))

    assert typed["value"] == "92"
    assert typed["confidence"] == "final"


def test_a_forecast_is_superseded_withdrawn_and_never_overwritten(indicator):
    asked = QuarterRequirements(Q1, "%", 1, year_end=Quarter(2011, 4))

    def say(**typed):
        entry = read_entry({"value": "1", "confidence": "final", **typed}, asked)
        return state_forecast(indicator=indicator, quarter=Q1, year_end=entry.year_end, by=None)

    first = say(year_end_rag="amber", year_end_why="Two vacancies")
    same = say(year_end_rag="amber", year_end_why=" Two vacancies ")
    second = say(year_end_rag="red", year_end_why="Two vacancies")
    withdrawn = say()
    third = say(year_end_rag="red", year_end_why="Three vacancies")

    assert [made is not None for made in (first, same, second, withdrawn, third)] == [
        True,
        False,
        True,
        False,
        True,
    ]
    rows = indicator.managers_forecasts.order_by("number")
    assert [(row.number, row.rag, row.why, row.is_latest) for row in rows] == [
        (1, "amber", "Two vacancies", False),
        (2, "red", "Two vacancies", False),
        (3, "red", "Three vacancies", True),
    ]
    assert as_typed(None, third) == {"year_end_rag": "red", "year_end_why": "Three vacancies"}


def test_a_value_once_given_for_the_years_end_is_not_typed_as_a_colour(indicator):
    once = say_for(indicator, Q1, 91, Horizon.YEAR_END)

    assert as_typed(None, once) == {"year_end_rag": "", "year_end_why": ""}
    asked = QuarterRequirements(Q1, "%", 1, year_end=Quarter(2011, 4))
    assert read_entry(as_typed(None, once), asked).year_end is None


def test_a_draft_from_before_the_years_end_was_asked_about_is_read_without_it(indicator):
    typed = {"value": "1", "confidence": "final", "year_end": "85", "next_quarter": "lots"}
    asked = QuarterRequirements(Q1, "%", 1, year_end=Quarter(2011, 4))
    entry = read_entry(typed, asked)
    assert (entry.year_end, entry.problems) == (None, {})
