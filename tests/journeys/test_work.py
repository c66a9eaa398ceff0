"""Whole pieces of work, one for each promise: call in, close, publish. Returns: test_return.py."""

import re

from tests.journeys.test_every_page import OFFICER, PAT_CHAIR


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
    assert visitor.reads("will be recorded as no result")
    visitor.press("Close Q1 2023/24 now")
    visitor.wait_for("Q1 2023/24 closed", at="/quarters/")
    visitor.go("/reports/")
    visitor.page.get_by_role("button", name=re.compile("^Build")).first.click()
    visitor.page.wait_for_load_state()
    visitor.wait_for("Publish edition 1", at="/reports/")
    visitor.page.get_by_role("button", name=re.compile("^Publish")).first.click()
    visitor.page.wait_for_load_state()

    public = visit()
    public.go("/")

    assert public.reads("Quarterly performance report, Q1 2023/24")
