"""Pages that few open, and seldom: a close taken back, a quarter begun late, a partner, a sample, a meeting off.

One council is served on one late day; each page is looked at wide and narrow.
"""

from tests.journeys.test_every_page import MANAGER, OFFICER, PAT_CHAIR, SECOND_OFFICER
from tests.journeys.test_round import fill_in_day, on_day

LATE = "2023-11-20"  # the second quarter ended seven weeks ago, and the first is still open


def test_what_is_done_seldom_is_sound_too(browser, council):
    with on_day(browser, council.twin("seldom"), LATE) as people:
        officer = people(OFFICER)
        begin_late(officer)
        take_back_a_close(officer, people(SECOND_OFFICER))
        let_a_partner_give(officer, browser)
        draw_a_sample(officer, people(MANAGER))
        call_a_meeting_off(people(PAT_CHAIR))
        read_help_and_results(officer)


def here(visitor):
    return visitor.page.url.removeprefix(visitor.address)


def look(visitor):
    """The page that stands is looked at narrow too: what was sent is not sent again."""
    wide = visitor.page.viewport_size
    visitor.page.set_viewport_size(wide | {"width": 320})
    visitor.check()
    visitor.page.set_viewport_size(wide)


def begin_late(officer):
    officer.go("/calendar/begin/")
    fill_in_day(officer, "cabinet_meets_on", "2024-01-22")
    officer.page.locator("main form button[type=submit]").first.click()
    officer.check()
    assert officer.reads("Some of its days are past")
    look(officer)


def take_back_a_close(officer, second):
    officer.go("/quarters/2023-Q1/close/")
    officer.page.locator("main textarea").first.fill("Cabinet meets before the rest can be in.")
    officer.press("Ask another person to agree")
    second.go_wide_and_narrow("/quarters/2023-Q1/close-early/")
    second.press("Agree: close Q1 2023/24 now")
    officer.wait_for("Q1 2023/24 closed", at="/quarters/")
    officer.go_wide_and_narrow("/quarters/2023-Q1/take-back/")
    officer.press("Take back the close")
    assert officer.reads("Say why")
    officer.page.locator("main textarea").first.fill("Two returns were on their way.")
    officer.press("Take back the close")
    assert officer.reads("is open again")
    officer.go_wide_and_narrow(here(officer))


def let_a_partner_give(officer, browser):
    officer.go_wide_and_narrow("/set-up/partners/invite/")
    for label, words in (
        ("What is the organisation called?", "Northvale Health Trust"),
        ("Who gives the figures there?", "Ros Pell"),
        ("E-mail address", "ros@trust.example"),
        ("Of which indicators?", "HT-01"),
    ):
        officer.page.locator("main").get_by_label(label, exact=True).fill(words)
    fill_in_day(officer, "ends_on", "2024-03-31")
    officer.press("Invite")
    officer.go_wide_and_narrow(here(officer))
    officer.press("Make a link to hand over")
    look(officer)
    link = officer.page.locator(".kcc-link-shown").inner_text()
    page = browser.new_context(viewport=officer.page.viewport_size).new_page()
    partner = type(officer)(page, officer.address)
    at = "/partners/" + link.split("/partners/")[1]
    partner.go_wide_and_narrow(at)
    partner.page.locator("main table a").first.click()
    partner.check()
    look(partner)
    partner.page.locator("[name=value]").fill("76.4")
    partner.press("Give it")
    assert partner.reads("the figure is given")
    officer.go_wide_and_narrow("/set-up/partners/")


def draw_a_sample(officer, auditor):
    officer.go("/set-up/posts/appoint/")
    officer.page.get_by_label("Who?").select_option(label="Tomasz Halloran")
    officer.page.get_by_label("Post", exact=True).select_option(label="Auditor")
    officer.page.get_by_label("Of which unit?").select_option(index=1)
    fill_in_day(officer, "starts_on", LATE)
    fill_in_day(officer, "ends_on", "2024-03-31")
    officer.press("See what changes")
    officer.page.locator("main form button[type=submit]").first.click()
    officer.check()
    auditor.go_wide_and_narrow("/samples/draw/")
    auditor.page.get_by_label("What is it for?").fill("The autumn’s audit of data")
    auditor.page.get_by_label("How many results?").fill("5")
    auditor.press("See what changes")
    look(auditor)
    auditor.press("Draw it")
    auditor.go_wide_and_narrow(here(auditor))
    auditor.page.locator("main table a").first.click()
    auditor.check()
    look(auditor)
    auditor.go_wide_and_narrow("/samples/")


def call_a_meeting_off(chair):
    chair.go("/assurance/pat/plan/")
    fill_in_day(chair, "meets_on", "2023-12-12")
    chair.press("Plan the meeting")
    if "/plan/" in here(chair):  # a second meeting on the quarter, or another day: it is meant
        chair.page.locator("main input[type=checkbox]").check()
        chair.press("Plan the meeting")
    meeting = here(chair)
    chair.go_wide_and_narrow(f"{meeting}move/")
    chair.go_wide_and_narrow(f"{meeting}cancel/")
    chair.page.locator("main textarea").fill("Not enough of us can come.")
    chair.press("Cancel the meeting")
    assert chair.reads("It does not take place: Not enough of us can come.")
    chair.go_wide_and_narrow(here(chair))


def read_help_and_results(officer):
    for path in (
        "/help/",
        "/help/starting/",
        "/help/starting/come-in/",
        "/help/sorp/triggers/",
        "/help/files/",
        "/search/?text=scorecard",
        "/set-up/",
        "/set-up/what-members-see/",
        "/set-up/results/",
        "/set-up/results/spreadsheet/",
    ):
        officer.go_wide_and_narrow(path)
