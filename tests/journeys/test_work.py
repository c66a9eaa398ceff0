"""Whole pieces of work, one for each promise: submit, call in, close, publish."""

import re

import pytest

from tests.journeys.test_every_page import MANAGER, OFFICER, PAT_CHAIR


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_manager_submits_a_result_after_mending_what_was_wrong(visit, scripts):
    reference = "HT-02" if scripts else "HT-03"
    visitor = visit(scripts=True)
    visitor.sign_in(MANAGER)
    if not scripts:
        state = visitor.page.context.storage_state()
        context = visitor.page.context.browser.new_context(
            storage_state=state, java_script_enabled=False
        )
        page = context.new_page()
    else:
        page = visitor.page
    page.goto(f"{visitor.address}/returns/2023-Q1/{reference}/")
    page.get_by_label("Result for Q1 2023/24").fill("ninety")
    page.get_by_label("Commentary").fill("More crews since May.")
    page.get_by_role("button", name="Submit result").click()

    assert page.title().startswith("Error: ")
    assert page.get_by_role("heading", name="There is a problem").is_visible()
    assert page.get_by_label("Result for Q1 2023/24").input_value() == "ninety"
    assert page.get_by_label("Commentary").input_value() == "More crews since May."
    if scripts:
        focused = page.evaluate("document.activeElement.className")
        assert "govuk-error-summary" in focused

    page.get_by_label("Result for Q1 2023/24").fill("98.2 %")
    page.get_by_role("button", name="Submit result").click()

    assert page.url.endswith("/home/")
    assert "submitted. It is" in page.locator("body").inner_text()


def test_a_manager_works_by_keyboard_alone(visit):
    visitor = visit()
    page = visitor.page
    page.goto(visitor.address + "/accounts/sign-in/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to main content"
    page.keyboard.press("Enter")
    _tab_to(page, "E-mail address")
    page.keyboard.type(MANAGER)
    page.keyboard.press("Tab")
    page.keyboard.type("wealdshire-summer-2023")
    page.keyboard.press("Enter")
    page.wait_for_url("**/home/")

    visitor.go("/returns/2023-Q1/HT-04/")
    _tab_to(page, "Result for Q1 2023/24")
    page.keyboard.type("91")
    _tab_to(page, "Submit result")
    page.keyboard.press("Enter")
    page.wait_for_url("**/home/")

    assert visitor.reads("submitted. It is")


def _tab_to(page, name):
    """Tab until the element of this name has focus, each stop being visible."""
    named = """() => {
        const at = document.activeElement;
        const label = at.labels && at.labels[0];
        return (label ? label.textContent : at.textContent || '').trim();
    }"""
    for _ in range(60):
        page.keyboard.press("Tab")
        box = page.evaluate(
            "(() => { const r = document.activeElement.getBoundingClientRect();"
            " return r.width * r.height })()"
        )
        assert box > 0
        if page.evaluate(named) == name:
            return
    raise AssertionError(f"Tab never came to {name}")


def test_the_chair_calls_an_indicator_in_and_it_is_on_the_agenda(visit):
    visitor = visit()
    visitor.sign_in(PAT_CHAIR)
    visitor.go("/assurance/pat/2023-07-18/board/")

    visitor.page.get_by_role("button", name=re.compile("^Call in")).first.click()
    visitor.page.wait_for_load_state()
    visitor.check()
    visitor.go("/assurance/pat/2023-07-18/")

    assert visitor.reads("3. ")


def test_an_officer_closes_a_quarter_and_publishes_its_report(visit):
    visitor = visit()
    visitor.sign_in(OFFICER)
    visitor.go("/quarters/")
    visitor.press("Close Q1 2023/24")
    _until(visitor, "/quarters/", "Q1 2023/24 closed")
    visitor.go("/reports/")
    visitor.page.get_by_role("button", name=re.compile("^Build")).first.click()
    visitor.page.wait_for_load_state()
    _until(visitor, "/reports/", "Edition 1: draft", seconds=90)
    visitor.page.get_by_role("button", name=re.compile("^Publish")).first.click()
    visitor.page.wait_for_load_state()

    public = visit()
    public.go("/")

    assert public.reads("Quarterly performance report, Q1 2023/24")


def _until(visitor, path, words, seconds=30):
    for _ in range(seconds):
        visitor.page.goto(visitor.address + path)
        if visitor.reads(words):
            visitor.check()
            return
        visitor.page.wait_for_timeout(1000)
    raise AssertionError(f"{path} never said “{words}”: {visitor.page.locator('main').inner_text()}")
