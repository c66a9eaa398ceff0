"""A manager's return, from the list to the submission: by keyboard alone, with and without scripts."""

import pytest

from kcc_perf.demonstration.loading import PASSWORD
from tests.journeys.conftest import NARROW, WIDE
from tests.journeys.test_every_page import MANAGER

OTHER_MANAGER = "leander.fosse@wealdshire.example"
MENDING_MANAGER = "deborah.kinsale-udo@wealdshire.example"
QUARTER = "2023-Q1"
# Who, at which width, with or without scripts, and a green, an amber and a missing result.
ROUNDS = [
    pytest.param(OTHER_MANAGER, 1280, True, ("WEL-01", "WEL-02", "WEL-13"), "82", id="scripts"),
    pytest.param(MANAGER, 320, False, ("HT-02", "HT-11", "HT-12"), "85", id="no scripts, narrow"),
]


@pytest.mark.parametrize(("email", "width", "scripts", "references", "amber"), ROUNDS)
def test_three_results_are_entered_checked_and_submitted_by_keyboard_alone(
    visit, email, width, scripts, references, amber
):
    visitor = visit(width, scripts=scripts)
    keyboard_sign_in(visitor, email)
    green, needs_action, missing = references
    visitor.go(f"/returns/{QUARTER}/")
    assert visitor.reads("Not started")

    visitor.go(f"/returns/{QUARTER}/{green}/")
    write(visitor, "Result for Q1 2023/24", "98.2 %")
    if scripts:
        visitor.page.get_by_text("is read as").wait_for()
        assert visitor.page.locator("#would-be").inner_text().count("98.2%") == 2
        visitor.check()
    write(visitor, "Context", "More crews since May.")
    complete(visitor)
    assert visitor.reads("completed. 98.2% will be green.")

    visitor.go(f"/returns/{QUARTER}/{needs_action}/")
    write(visitor, "Result for Q1 2023/24", amber)
    if scripts:  # the live preview opens the box; without one the button Check does
        visitor.page.get_by_label("Management action").wait_for()
    else:
        press(visitor, "Check")
    assert visitor.reads("Say below what is being done about it.")
    complete(visitor)
    assert visitor.page.title().startswith("Error: ")
    assert visitor.reads("Say what is being done about it: this result is amber")
    write(visitor, "Management action", "Two gangs move south in August.")
    complete(visitor)
    assert visitor.reads("will be amber.")

    visitor.go(f"/returns/{QUARTER}/{missing}/")
    tab_to(visitor.page, "No figure, a new definition, evidence")
    visitor.page.keyboard.press("Enter")
    write(visitor, "If there is no figure, why not?", "The new system counts it otherwise.")
    complete(visitor)
    assert visitor.reads("It will be shown as not rated.")

    visitor.go(f"/returns/{QUARTER}/check/")
    for words in ("98.2%", "Nothing is referred up at the close.", "The new system"):
        assert visitor.reads(words), words
    assert not visitor.reads("Two gangs move south")  # amber: its line is closed until it is opened
    visitor.page.locator(".kcc-answers summary").evaluate_all(
        "all => all.forEach(each => { each.parentElement.open = true })"
    )
    for words in ("Two gangs move south", "Not provided"):
        assert visitor.reads(words), words
    changes = visitor.page.get_by_role("link", name="Change").all_inner_texts()
    assert len(set(changes)) == len(changes), "each Change link is named by its field"
    press(visitor, "Submit 3 results")

    assert visitor.reads("Your results are submitted")
    assert visitor.reads("What happens next")
    assert visitor.reads("to be signed off")
    submitted = visitor.page.url

    visitor.page.go_back(wait_until="load")
    assert not visitor.reads("There is a problem")
    visitor.go(f"/returns/{QUARTER}/check/")
    assert visitor.page.get_by_role("button", name="Submit 3 results").count() == 0
    visitor.page.goto(submitted)
    visitor.check()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_what_is_wrong_comes_back_as_it_was_typed_and_can_be_mended(visit, scripts):
    reference = "ASC-01" if scripts else "ASC-02"
    visitor = visit(scripts=scripts)
    visitor.sign_in(MENDING_MANAGER)
    page = visitor.page
    visitor.go(f"/returns/{QUARTER}/{reference}/")
    page.get_by_label("Result for Q1 2023/24").fill("ninety")
    page.get_by_label("Context").fill("More staff since May.")
    visitor.press("Save and continue")

    assert page.title().startswith("Error: ")
    assert page.get_by_role("heading", name="There is a problem").is_visible()
    assert page.get_by_label("Result for Q1 2023/24").input_value() == "ninety"
    assert page.get_by_label("Context").input_value() == "More staff since May."
    if scripts:
        focused = page.evaluate("document.activeElement.className")
        assert "govuk-error-summary" in focused

    page.get_by_label("Result for Q1 2023/24").fill("91.2 %")
    visitor.press("Save and continue")

    assert visitor.reads("completed. 91.2% will be green.")


def test_a_browser_that_dies_loses_nothing_that_was_typed_half_a_minute_ago(visit):
    visitor = visit()
    visitor.sign_in(MENDING_MANAGER)
    page = visitor.page
    page.clock.install()
    visitor.go(f"/returns/{QUARTER}/ASC-03/")
    page.get_by_label("Context").fill("Half a sentence that was never")
    with page.expect_response(lambda answer: answer.url.endswith("/draft/")) as answered:
        page.clock.fast_forward(31_000)
    assert answered.value.ok
    page.get_by_text("Draft kept at").wait_for()
    page.context.close()  # no farewell: the browser is gone

    again = visit()
    again.sign_in(MENDING_MANAGER)
    again.go(f"/returns/{QUARTER}/ASC-03/")

    assert again.page.get_by_label("Context").input_value() == "Half a sentence that was never"


def test_two_people_saving_one_result_are_both_told_and_neither_loses_a_word(visit):
    first, second = visit(), visit(320)
    for visitor in (first, second):
        visitor.sign_in("nikhil.farradale@wealdshire.example")
        visitor.go(f"/returns/{QUARTER}/ASC-05/")
    first.page.get_by_label("Context").fill("Mine was first.")
    second.page.get_by_label("Context").fill("Mine was second.")
    first.press("Keep as a draft")
    second.complaints.clear()
    with second.page.expect_response(lambda answer: answer.status == 409):
        second.page.get_by_role("button", name="Keep as a draft").click()
    second.page.wait_for_load_state()
    second.complaints.clear()  # the browser's own remark on a 409

    second.check()
    assert second.reads("Somebody else changed this result")
    assert second.reads("Mine was first.")
    assert second.page.get_by_label("Context").input_value() == "Mine was second."
    second.press("Save mine instead")
    assert second.reads("your draft is kept")


def test_every_page_of_the_return_is_sound_wide_and_narrow(visit):
    visitor = visit()
    visitor.sign_in(MANAGER)

    for path in ("", "check/", "HT-01/", "HT-01/evidence/", "HT-04/"):
        visitor.go_wide_and_narrow(f"/returns/{QUARTER}/{path}")
    visitor.go_wide_and_narrow("/returns/")


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_a_return_of_a_closed_quarter_says_so(visit, width):
    visitor = visit(width)
    visitor.sign_in(MANAGER)
    visitor.page.goto(visitor.address + "/returns/2022-Q4/HT-01/")
    visitor.complaints.clear()  # the browser's own remark on a 403
    visitor.check()
    assert visitor.reads("is closed")


def keyboard_sign_in(visitor, email):
    page = visitor.page
    page.goto(visitor.address + "/accounts/sign-in/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to main content"
    page.keyboard.press("Enter")
    tab_to(page, "E-mail address")
    page.keyboard.type(email)
    tab_to(page, "Password")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/home/")
    visitor.check()


def write(visitor, name, text):
    """Tab to a field and type in it, replacing what stands there."""
    tab_to(visitor.page, name)
    visitor.page.keyboard.press("Control+A")
    visitor.page.keyboard.type(text)


def press(visitor, name):
    tab_to(visitor.page, name)
    with visitor.page.expect_navigation():
        visitor.page.keyboard.press("Enter")
    visitor.check()


def complete(visitor):
    """Save, and go on to the next."""
    press(visitor, "Save and continue")


def tab_to(page, name):
    """Tab until the element of this name has focus, each stop being visible."""
    named = """() => {
        const at = document.activeElement;
        const label = at.labels && at.labels[0];
        return (label ? label.textContent : at.textContent || '').trim();
    }"""
    for _ in range(120):
        page.keyboard.press("Tab")
        box = page.evaluate(
            "(() => { const r = document.activeElement.getBoundingClientRect();"
            " return r.width * r.height })()"
        )
        assert box > 0
        if page.evaluate(named) == name:
            return
    raise AssertionError(f"Tab never came to {name}")
