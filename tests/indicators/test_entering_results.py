"""A manager enters a result: what is kept, what is accepted and refused in words, and who may."""

from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.urls import reverse

from core.models.audit import AuditEvent
from core.quarters import Quarter
from escalation.services.closing import close_quarter
from indicators.models.definitions import Indicator, Suspension
from indicators.models.ratings import Rating
from indicators.models.results import Result, Revision
from indicators.models.returns import Draft, ManagersForecast, SignOff
from indicators.rules.entry import ResultGiven
from indicators.rules.returns import ResultState
from indicators.services.results import submit_result
from organisation.rules import PostKind
from tests.factories import IndicatorFactory, TargetFactory, UserFactory, holder
from tests.sorp.versions import version_like

pytestmark = pytest.mark.django_db
Q1 = Quarter(2011, 1)
ENTERED = {
    "value": "92",
    "confidence": "final",
    "seen": "0",
    "version": "0",
    "do": "save",
}


@pytest.fixture(autouse=True)
def in_july():
    with time_machine.travel("2011-07-20 10:00 +0000", tick=False):
        yield


@pytest.fixture
def indicator(sorp_in_force):
    indicator = IndicatorFactory()
    TargetFactory(indicator=indicator)
    return indicator


def address(indicator, quarter=Q1, name="enter_result"):
    return reverse(name, args=[quarter.key, indicator.reference])


def enter(client, indicator, *, quarter=Q1, name="enter_result", **fields):
    client.force_login(indicator.accountable_manager)
    return client.post(address(indicator, quarter, name), ENTERED | fields)


def submit(client, indicator, *, quarter=Q1, **fields):
    """Enter a result, check it and submit it, as its manager does."""
    response = enter(client, indicator, quarter=quarter, **fields)
    check = client.get(reverse("check_return", args=[quarter.key]))
    token = check.context["token"]
    if not token:
        return response
    return client.post(reverse("submit_return", args=[quarter.key]), {"token": token})


def page_of(response):
    return response.content.decode().replace("&#x27;", "'")


def test_a_tolerance_stands_beside_the_box_with_no_more_decimals_than_it_needs(
    client, sorp_in_force
):
    indicator = IndicatorFactory(method="tolerance", tolerance=Decimal("10.000"))
    TargetFactory(indicator=indicator, floor=None)
    client.force_login(indicator.accountable_manager)

    assert "within 10% of it is amber" in page_of(client.get(address(indicator)))


def test_a_result_goes_from_draft_to_check_to_submission_and_is_rated_and_recorded(
    client, indicator
):
    kept = enter(
        client,
        indicator,
        value="85",
        commentary="Fewer staff in June.",
        management_action="Two started in July.",
    )
    nothing_yet = Revision.objects.exists()
    check = client.get(reverse("check_return", args=[Q1.key]))
    done = client.post(
        reverse("submit_return", args=[Q1.key]), {"token": check.context["token"]}, follow=True
    )

    assert kept.url == reverse("check_return", args=[Q1.key])
    assert not nothing_yet
    assert "Fewer staff in June." in page_of(check)
    revision = Revision.objects.get()
    assert (revision.commentary, revision.management_action) == (
        "Fewer staff in June.",
        "Two started in July.",
    )
    assert Rating.objects.get().rag == "amber"
    assert not Draft.objects.exists()
    event = AuditEvent.objects.get(act="submitted result")
    assert (event.actor, event.detail["value"]) == (indicator.accountable_manager, "85.000000")
    assert "Your results are submitted" in page_of(done)


@pytest.mark.parametrize(
    ("typed", "kept", "read_as"),
    [
        ("85.5", "85.5", None),
        (" 85.5 % ", "85.5", "85.5%"),
        ("85.5 per cent", "85.5", "85.5%"),
        ("1,250", "1250", "1,250%"),
        ("1 250", "1250", "1,250%"),
        ("−3.5", "-3.5", "−3.5%"),
        (".5", "0.5", "0.5%"),
        ("0", "0", None),
    ],
)
def test_a_number_may_be_written_as_people_write_it_and_the_page_says_how_it_was_read(
    client, indicator, typed, kept, read_as
):
    page = page_of(enter(client, indicator, value=typed, do="check"))
    version = str(Draft.objects.get().version)
    submit(client, indicator, value=typed, management_action="Much", version=version)

    assert Revision.objects.get().value == Decimal(kept)
    assert ("is read as" in page) is (read_as is not None)
    if read_as:
        assert f"<strong>{read_as}</strong>" in page


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"value": ""}, "Enter the result for Q1 2011/12, or say why there is none"),
        ({"value": "eighty"}, "Enter the result as a number, like 76.4 or 1,250"),
        ({"value": "12,5"}, "Write a full stop for the decimal point"),
        ({"value": "12 34"}, "Enter the result as a number, like 76.4 or 1,250"),
        ({"value": "1e999"}, "Write the number out in full, without an exponent"),
        ({"value": "NaN"}, "is not an ordinary number"),
        ({"value": "٩٠"}, "Enter the result as a number, like 76.4 or 1,250"),
        ({"value": "9" * 40}, "Write at most 9 figures before the decimal point"),
        ({"value": "1234567890"}, "count in thousands or millions instead"),
        ({"value": "", "numerator": "3"}, "Give both the numerator and the denominator"),
        ({"value": "90", "numerator": "1", "denominator": "2"}, "give 50"),
        ({"value": "90", "numerator": "0", "denominator": "0"}, "Clear the result"),
        ({"value": "", "numerator": "1", "denominator": "-2"}, "a denominator of 0 or more"),
        ({"value": "92", "not_available": "No data"}, "not both"),
        ({"confidence": ""}, "Say how firm the figure is"),
        ({"commentary": "x" * 4001}, "Write 4,000 characters or fewer, not 4,001"),
        ({"value": "85"}, "Say what is being done about it: this result is amber"),
        ({"value": "70"}, "Say what is being done about it: this result is red"),
        ({"year_end_rag": "red"}, "Say why you expect red at the year’s end"),
        ({"year_end_why": "Two vacancies"}, "or leave the reason empty"),
        ({"year_end_rag": "red", "year_end_why": "x" * 501}, "500 characters or fewer"),
    ],
)
def test_what_cannot_be_submitted_is_refused_in_words_and_kept_as_it_was_typed(
    client, indicator, fields, told
):
    response = enter(client, indicator, commentary=fields.pop("commentary", "Kept."), **fields)

    page = page_of(response)
    assert response.status_code == 200
    assert told in page
    assert "There is a problem" in page
    assert "<title>Error: " in page.replace("\n", "")
    draft = Draft.objects.get()
    assert not draft.is_complete
    for name, typed in fields.items():
        assert typed in page
        assert draft.typed.get(name, "") == typed
    assert not Revision.objects.exists()


def test_a_count_below_nought_is_refused_and_a_percentage_beyond_100_is_only_asked_about(
    client, indicator
):
    count = TargetFactory(
        indicator=IndicatorFactory(measure_unit="people", decimals=0, may_be_negative=False)
    ).indicator

    refused = enter(client, count, value="-3")
    asked = enter(client, indicator, value="104", do="check")
    accepted = submit(client, indicator, value="104", version=_version(indicator=indicator))

    assert "can never be below zero" in page_of(refused)
    assert "104.0% is more than 100%: is this right?" in page_of(asked)
    assert accepted.status_code == 302
    assert Revision.objects.get().value == 104


def test_counts_define_the_value_and_a_zero_denominator_is_no_value_and_is_explained(
    client, indicator
):
    page = page_of(enter(client, indicator, value="", numerator="0", denominator="0", do="check"))
    submit(client, indicator, value="", numerator="0", denominator="0", version=_version())

    assert "That is not the same as a result of 0" in page
    assert Revision.objects.get().value is None
    assert Rating.objects.get().not_rated == "no_value"


def _version(**of):
    return str(Draft.objects.get(**of).version)


def test_no_figure_with_a_reason_is_not_rated_and_needs_neither_firmness_nor_action(
    client, indicator
):
    submit(client, indicator, value="", confidence="", not_available="The system was down")

    assert Rating.objects.get().not_rated == "no_result"
    assert Rating.objects.get().rag == ""


@pytest.mark.parametrize(
    ("amber_needs_it", "value", "is_completed"),
    [(True, "85", False), (False, "85", True), (False, "70", False), (True, "92", True)],
)
def test_management_action_is_compulsory_on_red_and_where_the_sorp_says_so_on_amber(
    client, indicator, sorp_in_force, amber_needs_it, value, is_completed
):
    version_like(sorp_in_force, from_quarter=Q1, action_on_amber=amber_needs_it)

    enter(client, indicator, value=value)

    assert Draft.objects.get().is_complete is is_completed


def test_what_is_suspended_needs_no_action_whatever_its_figure(client, indicator):
    Suspension.objects.create(
        indicator=indicator,
        from_quarter=Q1,
        reason="Moved house",
        approved_by="Cabinet",
    )

    enter(client, indicator, value="10")

    assert Draft.objects.get().is_complete


def test_one_thing_is_asked_of_the_future_green_amber_or_red_and_why(client, indicator):
    client.force_login(indicator.accountable_manager)
    page = client.get(address(indicator)).content.decode()
    assert "Year end, Q4 2011/12 (optional)" in page
    assert page.index(">Green<") < page.index(">Amber<") < page.index(">Red<")
    assert "How sure are you" not in page

    submit(client, indicator, year_end_rag="amber", year_end_why="Two vacancies until May.")

    kept = ManagersForecast.objects.get()
    assert (kept.horizon, kept.rag, kept.why) == ("year_end", "amber", "Two vacancies until May.")
    assert (kept.value, kept.likelihood) == (None, "")


def test_what_has_no_rag_status_is_not_asked_how_it_will_end(client, indicator):
    type(indicator).objects.filter(pk=indicator.pk).update(
        kind="data", method="none", polarity="none"
    )
    client.force_login(indicator.accountable_manager)

    assert "Year end" not in client.get(address(indicator)).content.decode()


ASKED = {
    "a share": ({}, {"value", "numerator", "denominator", "management_action"}),
    "so many per so many": (
        {"measure_unit": "deaths per 100,000"},
        {"value", "numerator", "denominator", "management_action"},
    ),
    "a count": ({"measure_unit": "people", "decimals": 0}, {"value", "management_action"}),
    "an average that names its counts": (
        {"measure_unit": "days", "denominator_name": "cases closed"},
        {"value", "numerator", "denominator", "management_action"},
    ),
    "activity": (
        {"kind": "activity", "method": "none", "measure_unit": "calls", "polarity": "none"},
        {"value"},
    ),
}


@pytest.mark.parametrize(("definition", "asked"), ASKED.values(), ids=ASKED)
def test_only_what_fits_the_indicator_is_asked(client, indicator, definition, asked):
    type(indicator).objects.filter(pk=indicator.pk).update(**definition)
    client.force_login(indicator.accountable_manager)

    form = client.get(address(indicator)).context["form"]

    doubtful = {"value", "numerator", "denominator", "management_action"}
    assert doubtful & set(form.fields) == asked


def test_counts_that_were_given_before_are_asked_for_and_those_not_asked_for_are_not_lost(
    client, indicator
):
    type(indicator).objects.filter(pk=indicator.pk).update(measure_unit="days")
    given = ResultGiven(numerator=Decimal(900), denominator=Decimal(10))
    submit_result(
        indicator=indicator, quarter=Q1.back(1), given=given, today=date(2011, 7, 20), by=None
    )
    client.force_login(indicator.accountable_manager)
    assert "numerator" in client.get(address(indicator)).context["form"].fields

    other = TargetFactory(indicator=IndicatorFactory(measure_unit="days")).indicator
    page = page_of(enter(client, other, value="", numerator="3"))
    assert "Give both the numerator and the denominator" in page
    assert not Draft.objects.get(indicator=other).is_complete


def test_enter_saves_and_the_next_page_opens_at_its_box(client, indicator):
    """A browser's Enter presses the first button of a form."""
    manager = indicator.accountable_manager
    following = TargetFactory(indicator=IndicatorFactory(accountable_manager=manager)).indicator
    client.force_login(manager)
    shown = page_of(client.get(address(indicator)))
    form = shown[shown.index('id="result-form"') :]
    button = form[form.index('<button type="submit"') :]
    assert 'name="do" value="save"' in button[: button.index(">")]

    assert enter(client, indicator).url == f"{address(following)}#id_value"


def test_what_was_typed_while_signed_out_is_back_after_signing_in(client, indicator):
    with time_machine.travel("2011-07-20 10:00 +0000", tick=False) as clock:
        client.force_login(indicator.accountable_manager)
        client.get(address(indicator))
        clock.shift(31 * 60)  # the session has run out
        typed = ENTERED | {
            "value": "91,5 %",
            "commentary": "Half an hour of thought",
            "version": "7",
        }
        refused = client.post(address(indicator), typed)
        client.force_login(indicator.accountable_manager)
        back = page_of(client.get(address(indicator)))

    assert refused.status_code == 403
    assert "What you typed is kept for half an hour" in page_of(refused)
    assert not Draft.objects.exists()
    for told in ("What you typed is back", 'value="91,5 %"', "Half an hour of thought"):
        assert told in back
    assert 'name="version" value="7"' in back  # so that what others saved meanwhile is found
    assert "Half an hour of thought" not in page_of(client.get(address(indicator)))  # once


@pytest.mark.parametrize("who", ["somebody else", "a stranger", "a script"])
def test_what_was_typed_while_signed_out_comes_back_to_its_writer_alone(client, indicator, who):
    with time_machine.travel("2011-07-20 10:00 +0000", tick=False) as clock:
        if who != "a stranger":
            client.force_login(indicator.accountable_manager)
            client.get(address(indicator))
            clock.shift(31 * 60)
        headers = {"sec-fetch-dest": "empty"} if who == "a script" else {}
        refused = client.post(address(indicator), ENTERED | {"value": "91.5"}, headers=headers)
        other = holder(PostKind.PERFORMANCE_OFFICER)
        client.force_login(other if who == "somebody else" else indicator.accountable_manager)
        back = page_of(client.get(address(indicator)))

    assert ("is kept for half an hour" in page_of(refused)) is (who == "somebody else")
    assert 'value="91.5"' not in back


def test_saving_for_later_keeps_everything_and_complains_of_nothing(client, indicator):
    response = enter(
        client, indicator, value="ninety", commentary="To be *asked*", do="later", follow=True
    )
    back = client.get(address(indicator))

    assert response.url == reverse("my_return", args=[Q1.key])
    assert Draft.objects.get().typed["value"] == "ninety"
    assert 'value="ninety"' in page_of(back)
    assert "To be *asked*" in page_of(back)
    assert "There is a problem" not in page_of(back)


def test_the_status_a_figure_would_be_given_is_told_without_keeping_anything(client, indicator):
    told = {
        value: page_of(enter(client, indicator, name="would_be", value=value, numerator="x" * 0))
        for value in ("92", "85", "70", "ninety", "")
    }

    assert "Green" in told["92"]
    assert "Amber" in told["85"]
    assert "Say below what is being done" in told["85"]
    assert "Red" in told["70"]
    assert "Enter the result as a number" in told["ninety"]
    assert "Green" not in told[""] + told["ninety"]
    assert "<html" not in told["92"]
    assert not Draft.objects.exists()


def test_the_check_button_tells_the_same_on_the_page_itself_and_keeps_the_draft(client, indicator):
    response = enter(client, indicator, value="85", do="check")

    page = page_of(response)
    assert response.status_code == 200
    assert "Say below what is being done" in page
    assert "There is a problem" not in page
    assert Draft.objects.get().typed["value"] == "85"
    assert f'name="version" value="{_version()}"' in page


def test_an_odd_figure_is_asked_about_and_never_blocked(client, indicator):
    for back, value in ((1, "5"), (2, "6")):
        submit_result(
            indicator=indicator,
            quarter=Q1.back(back),
            given=ResultGiven(value=Decimal(value)),
            today=date(2011, 7, 20),
            by=None,
        )

    asked = enter(client, indicator, value="60", do="check")
    accepted = enter(client, indicator, value="60", management_action="More", version=_version())

    assert "60.0% is 12 times the 5.0% of Q4 2010/11: is this right?" in page_of(asked)
    assert accepted.status_code == 302
    assert Draft.objects.get().is_complete


def test_after_a_figure_that_is_asked_about_comes_the_question_and_no_success(client, indicator):
    page = reverse("enter_result", args=[Q1.key, indicator.reference])

    first = enter(client, indicator, value="777")
    asked = page_of(client.get(page))
    again = enter(client, indicator, value="777", version=_version())

    assert first.url == f"{page}#id_value"
    assert "777.0% is more than 100%: is this right? Correct the figure, or answer below." in asked
    assert "govuk-notification-banner--success" not in asked
    assert (
        asked.count("777.0% is more than 100%: is this right?") > 1
    )  # in the banner, and to answer
    assert again.url == reverse("check_return", args=[Q1.key])  # whoever sends it again goes on
    told = page_of(client.get(again.url))
    assert "govuk-notification-banner--success" not in told


def test_the_draft_is_kept_in_the_background_and_found_again_after_signing_in(client, indicator):
    client.force_login(indicator.accountable_manager)
    first = client.post(address(indicator, name="keep_draft"), ENTERED | {"value": "8"})
    second = client.post(
        address(indicator, name="keep_draft"),
        ENTERED | {"value": "88", "version": first.json()["version"]},
    )
    client.logout()
    signed_out = client.post(address(indicator, name="keep_draft"), ENTERED)
    client.force_login(indicator.accountable_manager)

    assert second.json()["message"] == "Draft kept at 11:00"
    assert signed_out.status_code == 403
    assert 'value="88"' in page_of(client.get(address(indicator)))
    assert not Draft.objects.get().is_complete


def test_the_background_is_told_of_a_collision_and_overwrites_nothing(client, indicator):
    enter(client, indicator, value="91")

    late = client.post(address(indicator, name="keep_draft"), ENTERED | {"value": "55"})

    assert late.status_code == 409
    assert Draft.objects.get().typed["value"] == "91"


def test_saying_the_same_again_changes_nothing(client, indicator):
    submit(client, indicator)
    submit(client, indicator, seen="1")

    assert Revision.objects.count() == 1
    assert not Draft.objects.exists()


def test_a_second_saver_is_shown_both_and_loses_nothing(client, indicator):
    submit(client, indicator, value="92")

    response = enter(client, indicator, value="91", commentary="Mine", seen="0")

    page = page_of(response)
    assert response.status_code == 409
    for word in ("92", "91", "Mine", "submitted a result"):
        assert word in page
    assert Revision.objects.get().value == 92
    assert not Draft.objects.exists()


def test_a_second_writer_of_a_draft_is_shown_both_and_may_then_save_over_it(client, indicator):
    enter(client, indicator, value="92", commentary="Theirs")
    deputy = holder(PostKind.DEPUTY, unit=indicator.unit)
    client.force_login(deputy)

    clash = client.post(address(indicator), ENTERED | {"value": "93", "commentary": "Mine"})
    page = page_of(clash)
    mended = client.post(
        address(indicator),
        ENTERED | {"value": "93", "commentary": "Mine", "version": _version()},
    )

    assert clash.status_code == 409
    for word in ("92", "93", "Theirs", "Mine", indicator.accountable_manager.name):
        assert word in page
    assert f'name="version" value="{Draft.objects.get().version - 1}"' in page
    assert mended.status_code == 302
    assert (Draft.objects.get().typed["value"], Draft.objects.get().saved_by) == ("93", deputy)


def test_a_draft_typed_before_somebody_else_submitted_is_shown_beside_what_they_did(
    client, indicator
):
    enter(client, indicator, value="91", do="later")
    submit_result(
        indicator=indicator,
        quarter=Q1,
        given=ResultGiven(value=Decimal("77")),
        today=date(2011, 7, 20),
        by=None,
    )

    page = page_of(client.get(address(indicator)))
    discarded = client.post(address(indicator, name="discard_draft"))

    assert "Somebody else changed this result" in page
    assert "77" in page
    assert "91" in page
    assert discarded.status_code == 302
    assert not Draft.objects.exists()
    assert Revision.objects.get().value == 77


def test_going_back_after_submitting_and_pressing_again_is_no_error_and_no_second_result(
    client, indicator
):
    enter(client, indicator, value="92")
    version = _version()
    submit(client, indicator, value="92", version=version)

    again = enter(client, indicator, value="92", version=version)
    page = page_of(client.get(again.url))

    assert again.url == reverse("my_return", args=[Q1.key])
    assert "this was submitted, and nothing changed" in page
    assert Revision.objects.count() == 1


def test_a_result_that_was_returned_says_so_with_the_comment(client, indicator):
    submit(client, indicator)
    director = holder(PostKind.DIRECTOR, unit=indicator.unit)
    SignOff.objects.create(
        revision=Revision.objects.get(),
        stage="directorate",
        verdict="returned",
        comment="June is missing",
        signed_by=director,
    )
    Result.objects.update(state=ResultState.RETURNED)

    listed = page_of(client.get(reverse("my_return", args=[Q1.key])))
    page = page_of(client.get(address(indicator)))
    submit(client, indicator, value="91", seen="1")

    assert "There is a problem" in listed
    assert "June is missing" in listed
    assert director.name in page
    assert "June is missing" in page
    assert Result.objects.get().state == ResultState.SUBMITTED
    assert "June is missing" not in page_of(client.get(reverse("my_return", args=[Q1.key])))


@pytest.mark.parametrize("state", [ResultState.DIVISION_APPROVED, ResultState.APPROVED])
def test_what_is_approved_is_locked_and_the_page_explains_it(client, indicator, state):
    submit(client, indicator)
    Result.objects.update(state=state)

    page = client.get(address(indicator))
    refused = enter(client, indicator, value="99", seen="1")
    kept = client.post(address(indicator, name="keep_draft"), ENTERED | {"seen": "1"})

    assert page.status_code == refused.status_code == 403
    assert "so it is locked" in page_of(page)
    assert kept.status_code == 422
    assert not Draft.objects.exists()


def test_a_quarter_that_has_not_ended_takes_no_result(client, indicator):
    response = enter(client, indicator, quarter=Quarter(2011, 2))

    assert response.status_code == 403
    assert "has not ended" in page_of(response)
    assert not Draft.objects.exists()


def test_a_closed_quarter_takes_none_from_its_manager(client, indicator):
    submit(client, indicator)
    close_quarter(quarter=Q1, today=date(2011, 7, 20), by=None)

    response = enter(client, indicator, value="91", seen="1")

    assert response.status_code == 403
    assert "is closed" in page_of(response)
    assert Revision.objects.get().value == 92


def test_a_closed_quarter_takes_a_revision_with_its_reason_from_the_centre(client, indicator):
    submit(client, indicator)
    close_quarter(quarter=Q1, today=date(2011, 7, 20), by=None)
    client.force_login(holder(PostKind.PERFORMANCE_OFFICER))
    revised = ENTERED | {"value": "81", "seen": "1"}

    refused = client.post(address(indicator), revised)
    accepted = client.post(address(indicator), revised | {"reason": "Miscounted"})
    clash = client.post(address(indicator), revised | {"value": "70", "reason": "Again"})

    assert "Say why the result is revised" in page_of(refused)
    assert accepted.status_code == 302
    assert Rating.objects.latest_ones().get().rag == "amber"
    assert Rating.objects.filter(is_latest=False).get().rag == "green"
    assert Revision.objects.latest_ones().get().reason == "Miscounted"
    assert clash.status_code == 409


def test_a_revision_of_a_quarter_before_the_first_of_its_indicator_is_kept_and_told(
    client, indicator
):
    submit(client, indicator)
    close_quarter(quarter=Q1, today=date(2011, 7, 20), by=None)
    Indicator.objects.update(first_quarter=Q1.next())
    client.force_login(holder(PostKind.PERFORMANCE_OFFICER))
    revised = ENTERED | {"value": "81", "seen": "1", "reason": "Miscounted"}

    accepted = client.post(address(indicator), revised, follow=True)

    assert "the indicator was not in use then" in page_of(accepted)
    assert Revision.objects.latest_ones().get().value == 81


def test_who_may_enter_a_result(client, indicator):
    unit = indicator.unit
    people = {
        "nobody": None,
        "somebody without a post": UserFactory(),
        "its manager": indicator.accountable_manager,
        "another manager": holder(PostKind.ACCOUNTABLE_MANAGER),
        "a deputy of its unit": holder(PostKind.DEPUTY, unit=unit),
        "a deputy elsewhere": holder(PostKind.DEPUTY),
        "its director": holder(PostKind.DIRECTOR, unit=unit),
        "a Member": holder(PostKind.MEMBER),
        "a performance officer": holder(PostKind.PERFORMANCE_OFFICER),
    }

    answers = {}
    for who, person in people.items():
        client.logout()
        if person:
            client.force_login(person)
        answers[who] = client.get(address(indicator)).status_code
        posts = {
            client.post(address(indicator, name=name), {}).status_code
            for name in ("keep_draft", "would_be", "discard_draft", "evidence")
        }
        assert answers[who] == 200 or posts == {answers[who]}, who

    assert answers == {
        "nobody": 302,
        "somebody without a post": 403,
        "its manager": 200,
        "another manager": 404,
        "a deputy of its unit": 200,
        "a deputy elsewhere": 404,
        "its director": 403,
        "a Member": 403,
        "a performance officer": 200,
    }


def test_whoever_enters_for_another_is_named_and_so_is_the_other(client, indicator):
    deputy = holder(PostKind.DEPUTY, unit=indicator.unit)
    client.force_login(deputy)
    client.post(address(indicator), ENTERED)
    check = client.get(reverse("check_return", args=[Q1.key]))
    client.post(reverse("submit_return", args=[Q1.key]), {"token": check.context["token"]})

    revision = Revision.objects.get()
    assert (revision.submitted_by, revision.on_behalf_of) == (
        deputy,
        indicator.accountable_manager,
    )


@pytest.mark.parametrize("quarters", [1, 4])
def test_the_page_takes_as_many_queries_however_much_history_there_is(
    client, indicator, quarters, django_assert_max_num_queries
):
    for back in range(1, quarters + 1):
        submit_result(
            indicator=indicator,
            quarter=Q1.back(back),
            given=ResultGiven(value=Decimal(90)),
            today=date(2011, 7, 20),
            by=None,
        )
    client.force_login(indicator.accountable_manager)

    with django_assert_max_num_queries(24):
        client.get(address(indicator))


@pytest.mark.parametrize("key", ["2011-Q5", "2011", "nonsense", "9999-Q1"])
def test_an_address_that_names_no_quarter_leads_nowhere(client, indicator, key):
    client.force_login(indicator.accountable_manager)

    assert client.get(f"/returns/{key}/{indicator.reference}/").status_code == 404
    assert client.get(f"/returns/{key}/").status_code == 404
    assert client.get(f"/returns/{key}/check/").status_code == 404
