"""An empty council, pages only: the first officer comes in and sets up who we are."""

import os
import re

import pytest

from tests import databases
from tests.journeys.conftest import CHROMIUM, Council

PASSWORD = "three odd words here"
UNITS = (
    "code,name,tier,parent\n"
    "ROADS,Highways and Roads,directorate,COUNCIL\n"
    "WASTE,Waste and Environment,directorate,COUNCIL\n"
    "NORTH,Highways North,division,ROADS\n"
)


@pytest.fixture(scope="module")
def council(tmp_path_factory):
    """A database with nothing in it, and the link that the first officer is given."""
    if not CHROMIUM:
        pytest.skip("Chromium is not installed: apt-get install chromium")
    folder = tmp_path_factory.mktemp("empty")
    environment = os.environ | databases.council_environment(folder)
    environment |= {"DEMONSTRATION": "no", "EMAIL_TO_CONSOLE": "yes"}
    empty = Council(folder, environment)
    empty.manage("migrate", "--verbosity", "0")
    empty.manage("createcachetable")
    return empty


def test_the_first_officer_signs_in_and_sets_up_council_units_people_and_bodies(council, visit):
    told = council.manage("first_officer", "ada@council.example", "Ada Smith")
    link = re.search(r"/accounts/\S+", told)[0]
    ada = visit()
    ada.page.goto(ada.address + link)
    ada.page.get_by_label("New password", exact=True).fill(PASSWORD)
    ada.page.get_by_label("New password again").fill(PASSWORD)
    ada.page.locator("main form button[type=submit]").last.click()
    ada.page.wait_for_load_state()
    ada.check()
    ada.go("/accounts/sign-in/")
    ada.page.get_by_label("E-mail address").fill("ada@council.example")
    ada.page.get_by_label("Password", exact=True).fill(PASSWORD)
    ada.press("Sign in")

    # She arrives where there is something to do, and nothing refuses her.
    assert ada.page.url.endswith("/set-up/")
    ada.check()

    ada.press("Name, colour and words")
    ada.page.get_by_label("What is the council called?").fill("Wealdshire County Council")
    ada.page.get_by_label("Its rule book, in short").fill("Rulebook")
    ada.page.get_by_label("Two: one for performance, one for delivery").check()
    ada.press("See what changes")
    ada.press("Say so")
    assert "Wealdshire County Council" in ada.page.locator("header").inner_text()
    assert "The Rulebook" in ada.page.locator("main").inner_text()

    ada.press("Units")
    ada.press("Bring a spreadsheet")
    ada.page.get_by_label("Choose the file").set_input_files(
        {"name": "units.csv", "mimeType": "text/csv", "buffer": UNITS.encode()}
    )
    ada.press("See what it changes")
    assert "Nothing has been written yet" in ada.page.locator("main").inner_text()
    ada.press("Write them")
    assert "units.csv: 3 new" in ada.page.locator("main").inner_text()

    ada.press("Highways North")
    ada.press("Rename it")
    ada.page.get_by_label("What is it called from then on?").fill("Highways of the North")
    for part, number in (("Day", "1"), ("Month", "4"), ("Year", "2030")):
        ada.page.get_by_label(part, exact=True).fill(number)
    ada.press("See what changes")
    assert "keep the structure of their day" in ada.page.locator("main").inner_text()
    ada.press("Rename it")

    ada.go("/set-up/people/invite/")
    ada.page.get_by_label("Name", exact=True).fill("Dee Field")
    ada.page.get_by_label("E-mail address").fill("dee@council.example")
    ada.page.get_by_label("Post", exact=True).select_option("director")
    ada.page.get_by_label("Of which unit?").select_option("ROADS")
    ada.page.get_by_label("Print a letter with a link").check()
    ada.press("Invite")
    ada.press("Make the letter")
    letter = ada.page.locator("main").inner_text()
    way_in = re.search(r"/accounts/\S+", letter)[0]

    dee = visit()
    dee.page.goto(dee.address + way_in)
    assert dee.page.get_by_label("New password", exact=True).is_visible()

    ada.go("/set-up/bodies/add/")
    ada.page.get_by_label("Name", exact=True).fill("Cabinet")
    ada.page.get_by_label("Code").fill("CABINET")
    ada.page.get_by_label("Kind").select_option("cabinet")
    ada.press("Add")
    ada.press("Add a place")

    ada.go_wide_and_narrow("/set-up/")
    steps = ada.page.locator(".kcc-steps__step")
    assert "Completed" in steps.filter(has_text="Units").first.inner_text()
    ada.go_wide_and_narrow("/set-up/person/2/")
    ada.go_wide_and_narrow("/set-up/posts/")
