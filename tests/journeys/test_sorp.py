"""A SORP author drafts a change, back-tests it, consults and has it approved: it rules from then on.

The consultation takes two weeks, so the second half is served on a later day.
"""

import csv
import io

from tests.journeys.conftest import WIDE, Visitor
from tests.journeys.test_every_page import MANAGER, OFFICER, SECOND_OFFICER
from tests.services import wait_until

MANAGING_DIRECTOR = "rosalind.achterberg@wealdshire.example"
LATER = "tests.journeys.settings_later"
OLD, NEW = "Amber for three quarters", "Amber for three of four quarters"
DROPPED = "Red at division"
SENTENCE = "Amber or worse for 3 of the last 4 rated quarters refers an indicator to PAT."
WHY = "An amber that comes and goes is heard of as well."
TALK = "/sorp/versions/3/consultation/"


def test_a_change_is_drafted_tried_talked_over_approved_and_rules_from_then_on(browser, council):
    council = council.twin("sorp")
    before = escalations(council)
    with council.served() as address:
        author, manager, director = visitors(browser, address)
        draft_a_change(author)
        back_test_it(author)
        consult(author)
        comment(manager)
        answer(author)
        wait_for_the_end(director)
    with council.served(DJANGO_SETTINGS_MODULE=LATER) as address:
        author, public, director = visitors(browser, address)
        approve(director)
        read_in_public(public)
        close_the_quarter_before(author, other=public)

    after = escalations(council)
    opened = [each for each in after if each["opened_in"] == "2023-Q1"]
    assert {each["sorp_version"] for each in opened} == {"2"}  # and there are some
    assert [what_stood(each) for each in after if each not in opened] == [
        what_stood(each) for each in before
    ]


def visitors(browser, address):
    """Three people, each at a browser of their own."""
    return [
        Visitor(browser.new_context(viewport={"width": WIDE, "height": 900}).new_page(), address)
        for _ in range(3)
    ]


def escalations(council):
    return list(csv.DictReader(io.StringIO(council.manage("export_escalations"))))


def what_stood(escalation):
    """All of an escalation but its recovery, which a later close may bring."""
    return {name: value for name, value in escalation.items() if name != "recovered_in"}


def draft_a_change(author):
    author.sign_in(OFFICER).go("/sorp/versions/").press("Draft the next version")
    author.page.get_by_label("Number", exact=True).fill("3")
    author.page.get_by_label("What changes, and why?").fill(WHY)
    author.press("Begin the draft")
    author.press("What refers an indicator up the ladder")
    author.press(f"Change {OLD}")
    author.page.get_by_label("What is it called?").fill(NEW)
    author.page.get_by_label("Of the last how many?").fill("4")
    author.page.get_by_text(SENTENCE).wait_for()
    author.press("Save in the draft")
    assert author.reads(SENTENCE)
    author.press(f"Remove {DROPPED}")
    author.press("Remove from the draft")
    author.press("The whole draft")


def back_test_it(author):
    author.press("Back-test its rules over every closed quarter")
    author.page.get_by_label("Name of the back-test").fill("Three ambers of four")
    author.press("Start the back-test")
    look_again = author.page.get_by_role("link", name="Look again")
    wait_until(lambda: not look_again.count() or look_again.click(), "the back-test")
    author.check()
    assert author.page.get_by_role("heading", name="Load on PAT").count() == 1
    author.press("Keep as evidence on version 3")
    assert author.reads("Kept as evidence on version 3")


def consult(author):
    author.go("/sorp/versions/3/differences/2/")
    assert author.reads(f"“{NEW}”, which was called “{OLD}”")
    assert author.reads(f"To: {SENTENCE}")
    author.go(TALK)
    author.page.get_by_label("From which quarter is it in force?").select_option("2023-Q2")
    for name, number in (("Day", "26"), ("Month", "7"), ("Year", "2023")):
        author.page.get_by_label(name, exact=True).fill(number)
    author.press("Open the consultation")
    assert author.reads("is open for comment, and everybody with a duty under it has a notice")


def comment(manager):
    manager.sign_in(MANAGER).go(TALK)
    manager.press("Comment on clause 4")
    manager.page.get_by_label("Your comment").fill("Winter alone makes two ambers.")
    manager.press("Comment on clause 4")
    assert manager.reads("Winter alone makes two ambers.")
    assert manager.reads("Not yet answered.")


def answer(author):
    author.go(TALK)
    author.page.get_by_role("link", name="Answer to").click()
    author.page.wait_for_load_state()
    author.check()
    author.page.get_by_label("Your answer").fill("Three of four leaves room for a winter.")
    author.page.get_by_label("No", exact=True).check()
    author.press("Save the answer")
    assert author.reads("1 comment, all answered")


def wait_for_the_end(director):
    director.sign_in(MANAGING_DIRECTOR).go("/sorp/versions/3/approve/")
    assert director.reads("The consultation runs until 26 July 2023: approve it after that day")
    assert director.page.get_by_role("button", name="Approve version 3").count() == 0


def approve(director):
    director.sign_in(MANAGING_DIRECTOR).go("/sorp/versions/3/approve/")
    quarters = director.page.get_by_label("From which quarter is it in force?")
    assert "2023-Q1" not in quarters.locator("option").evaluate_all("all => all.map(o => o.value)")
    assert quarters.input_value() == "2023-Q2"
    director.page.get_by_label("Where was it approved?").fill("Corporate management team")
    director.press("Approve version 3")
    assert director.reads("Say what happens to this")  # of what stands by the rule that it drops
    for asked in director.page.locator("fieldset:has(input[type=radio])").all():
        asked.locator("input[type=radio]").first.check()
    director.press("Approve version 3")
    assert director.reads("Version 3 is approved and in force")


def read_in_public(public):
    public.go("/sorp/")
    assert public.reads(SENTENCE)
    public.press("Read or print it whole, on one page")
    assert public.reads(f"{NEW}. {SENTENCE}")
    public.press("Its contents, and each clause on a page of its own")
    assert public.reads("In force from Q2 2023/24")
    assert public.reads("by the managing director (Corporate management team)")
    public.go("/sorp/versions/2/")
    assert public.reads("Version 3 took its place from Q2 2023/24.")


def close_the_quarter_before(author, *, other):
    """It ended in June, under version 2, and is closed under version 2 whatever rules now."""
    author.sign_in(OFFICER).go("/quarters/2023-Q1/close/")
    author.page.get_by_label("Why do you want to close it now?").fill("The new SORP is to begin")
    author.press("Ask another person to agree")
    other.sign_in(SECOND_OFFICER).go("/quarters/2023-Q1/close-early/")
    other.press("Agree: close Q1 2023/24 now")
    author.wait_for("Q1 2023/24 closed", at="/quarters/")
    assert author.page.get_by_role("rowheader", name="Q1 2023/24").count() == 1
