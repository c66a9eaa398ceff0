"""Whole pieces of work, one for each promise: call in, close, publish. Returns: test_return.py."""

import re

from tests.journeys.test_every_page import MANAGER, OFFICER, PAT_CHAIR

SECOND_OFFICER = "callum.wrexley-boyd@wealdshire.example"


def test_the_chair_calls_an_indicator_in_and_it_is_on_the_agenda(visit):
    visitor = visit()
    visitor.sign_in(PAT_CHAIR)
    visitor.go("/assurance/pat/2023-07-18/board/")

    visitor.page.get_by_role("button", name=re.compile("^Call in")).first.click()
    visitor.page.wait_for_load_state()
    visitor.check()
    visitor.go("/assurance/pat/2023-07-18/")

    assert visitor.reads("3. ")


def test_what_a_figure_speaks_of_is_said_by_its_manager_and_the_performance_team(visit):
    """What is awaited, given by parts, asked and at an end: each on its page, and seen where it counts."""
    manager = visit()
    manager.sign_in(MANAGER)
    manager.go("/returns/2023-Q1/HT-01/awaited/")
    manager.press("Mark as awaited")
    assert manager.reads("Enter who publishes it")
    manager.page.get_by_label("Who publishes it?").fill("the Department for Transport")
    for part, number in (("Day", "31"), ("Month", "10"), ("Year", "2023")):
        manager.page.get_by_label(part, exact=True).fill(number)
    manager.press("Mark as awaited")
    assert manager.reads("awaited from the Department for Transport until 31 October 2023")

    officer = visit()
    officer.sign_in(OFFICER)
    page = officer.page
    officer.go("/set-up/dimensions/add/")
    page.get_by_label("What is it called?").fill("Kind of road")
    page.get_by_label("Yes", exact=True).check()
    page.get_by_label("Name of part 1").fill("Main roads")
    page.get_by_label("Name of part 2").fill("Lanes")
    officer.press("Save")
    assert officer.reads("Main roads, Lanes. Each case belongs to one part.")
    officer.go("/indicators/HT-01/dimensions/")
    page.get_by_label("Kind of road").check()
    page.get_by_label("No", exact=True).check()
    officer.press("Save")
    officer.go_wide_and_narrow("/returns/2023-Q1/HT-01/parts/kind-of-road/")
    page.get_by_label("Result, Main roads").fill("91")
    page.get_by_label("Result, Lanes").fill("80.5")
    officer.press("Save the parts")
    assert officer.reads("kept 2 of 2 parts")

    officer.go("/home/")
    officer.press("See what is asked")
    page.get_by_label("Yes, it is right").first.check()
    page.get_by_role("button", name=re.compile("^Answer")).first.click()
    page.wait_for_load_state()
    officer.check()
    assert officer.reads("your answer is kept")

    officer.go("/indicators/LC-02/end/")
    page.get_by_label("Which is its last quarter?").select_option(label="Q2 2023/24")
    page.get_by_label("Why is it no longer measured?").fill("The contact centre closes.")
    officer.press("See what changes")
    assert officer.reads("Nothing has been done yet")
    officer.press("Set its last quarter")
    assert officer.reads("LC-02 is measured until Q2 2023/24")

    officer.go("/people/")
    officer.press("Choose indicators")
    for path in ("/reports/2022-Q4/1/sentences/", "/set-up/everything/", "/forecasts/one-by-one/"):
        officer.go_wide_and_narrow(path)


def test_an_officer_closes_a_quarter_and_publishes_its_report(visit):
    visitor = visit()
    visitor.sign_in(OFFICER)
    visitor.go("/quarters/")
    visitor.press("Close Q1 2023/24")
    assert visitor.reads("will be recorded as no result")
    visitor.page.get_by_label("Why do you want to close it now?").fill("Cabinet meets a week early")
    visitor.press("Ask another person to agree")
    assert visitor.reads("closes once another person agrees")

    other = visit()
    other.sign_in(SECOND_OFFICER)
    other.go("/quarters/2023-Q1/close-early/")
    assert other.reads("Cabinet meets a week early")
    other.press("Agree: close Q1 2023/24 now")
    visitor.wait_for("Q1 2023/24 closed", at="/quarters/")
    visitor.go("/reports/")
    visitor.page.get_by_role("button", name=re.compile("^Build")).first.click()
    visitor.page.wait_for_load_state()
    visitor.wait_for("Edition 1: draft", at="/reports/")
    visitor.go("/reports/2023-Q1/1/preview/")
    assert visitor.reads("The public cannot read it")
    visitor.wait_for("I have read it and it is right", at="/reports/2023-Q1/1/")
    visitor.press("I have read it and it is right")
    assert visitor.reads("somebody else approves it")

    other.go("/reports/2023-Q1/1/approve/")
    other.page.get_by_label("As soon as it is approved").check()
    other.press("Approve")
    assert other.reads("everyone may read it")

    public = visit()
    public.go("/")

    assert public.reads("Quarterly performance report, Q1 2023/24")
