"""From an empty database to a published report, on pages only, by the headings of the guide.

The one command is that by which the first officer gets a link. Everything else is a page; the days on
which the council meets are days on which it is served.
"""

import logging
import os
import re
from collections import Counter
from contextlib import contextmanager
from io import BytesIO

import pytest
from PIL import Image

from kcc_perf.demonstration.loading import PASSWORD
from tests import databases, services
from tests.journeys.conftest import CHROMIUM, ROOT, WIDE, Council, Visitor
from tests.service.conftest import postgresql, redis_address, static_root  # noqa: F401 fixtures
from tests.service.processes import Service

LOG = logging.getLogger(__name__)
GUIDE = (ROOT / "docs/guides/starting.md").read_text(encoding="utf-8")
SCORECARD = ROOT / "tests/data/scorecards/two-row-header.xlsx"
MONDAY, CLOSING = "2022-07-04", "2022-07-29"
QUARTER = "2022-Q1"
BOARD = "/assurance/pat/2022-08-12/board/"
OFFICER = ("Olive Officer", "olive@council.example")
PEOPLE = {
    "maud": ("Maud Ashby", "Managing director", "Wealdshire County Council"),
    "dan": ("Dan Birch", "Deputy managing director", "Wealdshire County Council"),
    "gita": ("Gita Cole", "Director", "Growth and Place"),
    "eli": ("Eli Dale", "Director", "Economy and Leisure"),
    "mo": ("Mo Elder", "Accountable manager", "Economy and Leisure"),
    "nia": ("Nia Fern", "Staff", "Growth and Place"),
    "ned": ("Ned Gale", "Staff", "Economy and Leisure"),
    "una": ("Una Hart", "Staff", "Growth and Place"),
    "ulf": ("Ulf Iver", "Staff", "Economy and Leisure"),
}
SEATS = [
    ("pat", "Chair", "Dan Birch", ""),
    ("pat", "Nominated director", "Gita Cole", "Growth and Place"),
    ("pat", "Non-executive director", "Nia Fern", ""),
    ("pat", "Non-executive director", "Ned Gale", ""),
    ("dat", "Chair", "Maud Ashby", ""),
    ("dat", "Nominated director", "Eli Dale", "Growth and Place"),
    ("dat", "Non-executive director", "Una Hart", ""),
    ("dat", "Non-executive director", "Ulf Iver", ""),
]
RESULTS = {
    "EC_4": "2263245",  # red, as it was in every quarter of the year before
    "EC_5": "71003",
    "EC_6": "2304",
    "EC_7": "4402",
    "EN_1": "98.2",
    "HO_2": "61.3",
    "HO_3": "70.4",
    "LE_8": "74011",
}


class Starter(Visitor):
    """Somebody whose clicks and words are counted, as one would count them with a finger."""

    count: Counter

    def go(self, path, *, status=200):
        self.count["clicks"] += 1  # the link that leads there
        return super().go(path, status=status)

    def press(self, name):
        self.count["clicks"] += 1
        return super().press(name)

    def type(self, label, words):
        self.count["fields"] += 1
        self.page.get_by_label(label, exact=True).fill(words)

    def tick(self, label):
        self.count["clicks"] += 1
        self.page.get_by_label(label, exact=True).check()

    def choose(self, label, option):
        self.count["clicks"] += 2
        self.page.get_by_label(label, exact=True).select_option(label=option)

    def day(self, prefix, iso):
        self.count["fields"] += 3
        for name, number in zip(("year", "month", "day"), iso.split("-"), strict=True):
            self.page.locator(f"[name={prefix}_{name}]").fill(str(int(number)))

    def come_in(self, email):
        self.count["clicks"] += 2
        self.count["fields"] += 2
        return self.sign_in(email)

    def picture(self, name, *, at=""):
        """A picture of this page for the guide, where `make pictures` asks for it; from a place on it."""
        if not (folder := os.environ.get("PICTURES")):
            return
        top = self.page.locator(at).bounding_box()["y"] - 20 if at else 0
        shot = self.page.screenshot(
            full_page=True,
            clip={"x": 0, "y": max(top, 0), "width": WIDE, "height": 760},
        )
        seen = (
            Image.open(BytesIO(shot)).convert("RGB").resize((1040, 617), Image.Resampling.LANCZOS)
        )
        seen.quantize(96, dither=Image.Dither.NONE).save(
            ROOT / folder / f"{name}.png", optimize=True
        )

    def choose_password(self, path):
        self.page.goto(self.address + path)
        self.check()
        self.type("New password", PASSWORD)
        self.type("New password again", PASSWORD)
        self.press("Save new password")
        assert self.reads("Your password has been changed")


class CouncilInService(Council):
    """Its pages and its jobs are done by the processes of service mode, on PostgreSQL and Redis."""

    @contextmanager
    def served(self, **settings):
        service = Service(self.folder, **self.environment | settings)
        try:
            for name in ("web", "worker", "beat"):
                service.start(name)
            service.wait_ready()
            yield service.address
        finally:
            service.stop()


@pytest.fixture
def empty_council(request, tmp_path):
    """A council in which nobody and nothing stands: in service mode, or embedded where that cannot be."""
    if not CHROMIUM:
        pytest.skip("Chromium is not installed: apt-get install chromium")
    on_a_day = {
        "DJANGO_SETTINGS_MODULE": "tests.journeys.settings_on_a_day",
        "JOURNEY_DAY": MONDAY,
    }
    if services.missing():
        embedded = databases.council_environment(tmp_path) | on_a_day | {"DEMONSTRATION": "no"}
        databases.sqlite_copy(tmp_path / "council.sqlite3")
        return Council(tmp_path, os.environ | embedded)
    in_service = Service(
        tmp_path,
        DATABASE_URL=request.getfixturevalue("postgresql"),
        REDIS_URL=request.getfixturevalue("redis_address"),
        STATIC_ROOT=request.getfixturevalue("static_root"),
        COUNCIL_NAME="Wealdshire County Council",
        **on_a_day,
    ).environment
    # Each time it is served it has an address of its own.
    return CouncilInService(tmp_path, {k: v for k, v in in_service.items() if k != "BIND"})


def test_an_officer_starts_a_council_and_publishes_its_first_report_on_pages_only(
    browser, empty_council
):
    count = Counter()

    def visitor(address):
        context = browser.new_context(viewport={"width": WIDE, "height": 900})
        context.set_default_timeout(60_000)
        found = Starter(context.new_page(), address)
        found.count = count
        return found

    told = empty_council.manage("first_officer", OFFICER[1], OFFICER[0])
    link = re.sub("^https?://[^/]+", "", told.split()[-1])
    headings = iter(re.findall("^## [0-9]+[.] (.*)", GUIDE, flags=re.MULTILINE))

    def step(heading, act, *people):
        assert next(headings) == heading
        before = count.copy()
        act(*people)
        LOG.info("%s: %s", heading, dict(count - before))

    with empty_council.served() as address:
        officer = visitor(address)
        others = {key: visitor(address) for key in ("maud", "dan", "gita", "eli", "mo")}
        step("Come in", come_in, officer, link)
        step("Say what the council is called", name_the_council, officer)
        step("Open its units", open_units, officer)
        step("Invite people to their posts", invite_people, officer, others)
        step("Add the committees", add_committees, officer)
        step("Set up PAT and DAT", set_up_teams, officer)
        step("Bring the SORP into force", bring_in_the_sorp, officer, others["maud"])
        step("Bring last year’s scorecard", bring_the_scorecard, officer)
        step("Enter the strategic plan", enter_the_plan, officer)
        step("Set targets", set_a_target, officer, others["eli"])
        step("Close your history", close_history, officer)
        step("Begin the quarter", begin_the_quarter, officer)
        monday = count.copy()
        step("Results come in", return_results, others["mo"])
        step("Directors sign off", sign_off, others["eli"], others["gita"])
    with empty_council.served(JOURNEY_DAY=CLOSING) as address:
        officer, chair, second = (visitor(address) for _ in range(3))
        officer.come_in(OFFICER[1])
        step("Close the quarter", close_the_quarter, officer)
        step("PAT calls in", call_in, officer, chair)
        step("Build, check and publish the report", publish, officer, second)
    assert next(headings, None) is None
    LOG.info("To the open quarter: %s", dict(monday))
    LOG.info("To the published report: %s", dict(count))
    assert f"{monday['clicks']} clicks and {monday['fields']} fields" in GUIDE
    assert f"{count['clicks']} clicks and {count['fields']} fields" in GUIDE


def address_of(name):
    return f"{name}@council.example"


def come_in(officer, link):
    officer.choose_password(link)
    officer.come_in(OFFICER[1])
    officer.go("/home/").press("Continue setting up")
    assert officer.reads("0 of 12 done")
    officer.picture("starting-set-up")


def name_the_council(officer):
    officer.press("Name, colour and words")
    officer.tick("Two: one for performance, one for delivery")
    officer.press("See what changes")
    officer.press("Save")
    assert officer.reads("1 of 12 done")


def open_units(officer):
    for name, code, tier, part_of in (
        ("Growth and Place", "GP", "Directorate", "Wealdshire County Council"),
        ("Economy and Leisure", "EL", "Division", "Growth and Place"),
    ):
        officer.go("/set-up/units/").press("Add a unit")
        officer.type("Name", name)
        officer.type("Code", code)
        officer.tick(tier)
        officer.choose("Part of which unit?", part_of)
        officer.day("starts_on", "2021-04-01")
        officer.press("Add the unit")
        assert officer.reads(f"{name} is added from 1 April 2021")


def invite_people(officer, others):
    for key, (name, post, unit) in PEOPLE.items():
        officer.go("/set-up/people/invite/")
        officer.type("Name", name)
        officer.type("E-mail address", address_of(key))
        officer.choose("Post", post)
        officer.choose("Of which unit?", unit)
        officer.tick("Print a letter with a link" if key in others else "Not now")
        officer.press("Invite")
        if key in others:
            officer.press("Make the letter")
            (link,) = re.findall(r"/accounts/password/reset/key/[^\s<]+", officer.page.content())
            others[key].choose_password(link)
            others[key].come_in(address_of(key)).go("/home/")
    officer.go("/set-up/")
    assert officer.reads("10 people, of whom 4 cannot sign in yet")


def add_committees(officer):
    for name, code, kind in (
        ("Cabinet", "CAB", "Cabinet"),
        ("Growth scrutiny", "GS", "Policy Overview and Scrutiny Committee"),
    ):
        officer.go("/set-up/bodies/add/")
        officer.type("Name", name)
        officer.type("Code", code)
        officer.choose("Kind", kind)
        officer.press("Add")


def set_up_teams(officer):
    for team in ("Performance Assurance Team (PAT)", "Delivery Assurance Team (DAT)"):
        officer.go("/set-up/teams/new/")
        officer.tick(team)
        officer.press("Add the team")
    for team, seat, name, directorate in SEATS:
        officer.go(f"/set-up/seats/new/?team={team}")
        officer.tick(seat)
        officer.choose("Who?", name)
        if directorate:
            officer.page.get_by_label("For which directorate?").select_option(label=directorate)
            officer.count["clicks"] += 2
        officer.press("See what changes")
        officer.press("Seat them")
    assert officer.reads("Every directorate has a nominated director, and every seat is held")
    officer.picture("starting-team")


def bring_in_the_sorp(officer, director):
    officer.go("/set-up/").press("The first version")
    officer.type("From which quarter should it be in force?", "Q1 2021/22")
    officer.press("Propose the default version")
    assert officer.reads("May be approved by Dan Birch, Maud Ashby")
    director.go("/home/").press("Read and approve it")
    director.type("Where was it approved? (optional)", "Corporate management team")
    director.press("Approve version 1")
    assert director.reads("Version 1 is approved and in force from Q1 2021/22")


def bring_the_scorecard(officer):
    officer.go("/set-up/scorecard/")
    officer.count["clicks"] += 2
    officer.page.get_by_label("Choose your last scorecard").set_input_files(SCORECARD)
    officer.press("Upload")
    assert officer.reads("32 of 32 printed statuses follow from this")
    assert officer.reads("3 green, 1 amber, 4 red; its rows agree")
    officer.picture("starting-scorecard")
    officer.choose("Which unit do those you leave open below belong to?", "Economy and Leisure")
    officer.choose("Who answers for these indicators?", "Mo Elder")
    officer.press("Save, and see what it would change")
    assert officer.reads("32 of 32 are what our rules give")
    officer.press("Save all of it")
    assert officer.reads("11 new indicators, 11 targets, 35 results; 32 of 32 printed statuses")


def enter_the_plan(officer):
    officer.go("/set-up/priorities/new/")
    officer.type("Name", "A lively town centre")
    officer.press("Add the priority")
    officer.go("/set-up/success-factors/new/")
    officer.choose("For which priority?", "A lively town centre")
    officer.type("By which financial year?", "2024/25")
    officer.page.locator("[name=wording]").fill("more visits to the town centre than in 2019")
    officer.count["fields"] += 1
    officer.press("Add the success factor")
    officer.go("/set-up/measures/new/")
    officer.choose("Of which priority?", "A lively town centre")
    officer.tick("Indicator")
    officer.choose("By which indicator? (optional)", "EC 4 Footfall in the town centre (number)")
    officer.press("Add the measure")


def set_a_target(officer, director):
    officer.go("/indicators/HO_2/targets/propose/")
    officer.choose("From which quarter?", "Q1 2022/23")
    officer.page.locator("[name=target]").fill("61")
    officer.page.locator("[name=reason]").fill("Agreed with the service for 2022/23")
    officer.count["fields"] += 2
    officer.press("See what changes")
    officer.press("Propose it")
    director.go("/home/").press("See it")
    director.tick("HO 2 Households owed the Relief Duty with a successful outcome (%)")
    director.tick("I approve them")
    director.press("Decide")
    if director.reads("Nothing has been done yet"):
        director.page.locator("main button[type=submit]").first.click()
        director.page.wait_for_load_state()
        director.count["clicks"] += 1
    officer.go("/indicators/HO_2/targets/")
    assert officer.reads("Agreed with the service for 2022/23")
    assert officer.reads("Eli Dale")


def close_history(officer):
    officer.go("/home/").press("Close your history")
    officer.picture("starting-history")
    officer.press("Close these 4 quarters")
    officer.wait_for(
        "The quarters from Q1 2021/22 to Q4 2021/22 are closed", at="/quarters/history/"
    )
    officer.go("/set-up/")
    assert officer.reads("4 quarters, from Q1 2021/22 to Q4 2021/22")
    officer.go("/dashboards/EL/")
    assert officer.reads("Footfall in the town centre")


def begin_the_quarter(officer):
    officer.go("/home/").press("Begin Q1 2022/23")
    officer.day("cabinet_meets_on", "2022-09-12")
    officer.press("Begin the quarter")
    assert officer.reads("Q1 2022/23 has begun")
    officer.go("/set-up/")
    assert officer.reads("Q1 2022/23 is open")


def return_results(manager):
    manager.go("/home/").press("Start your return for Q1 2022/23")
    manager.press("Footfall in the town centre (number)")
    for value in RESULTS.values():
        manager.page.locator("[name=value]").fill(value)
        if value == RESULTS["EC_4"]:
            manager.picture("starting-result")
        manager.page.locator("[name=commentary]").fill("As the counts of the quarter say.")
        manager.page.locator("#action").evaluate("each => { each.open = true }")
        manager.count["clicks"] += 1
        manager.page.locator("[name=management_action]").fill("A programme from September.")
        manager.count["fields"] += 3
        manager.press("Save and continue")
    manager.press("Submit 8 results")
    assert manager.reads("Your results are submitted")


def sign_off(division, directorate):
    for director, path in ((division, "division/EL"), (directorate, "directorate/GP")):
        director.go(f"/sign-off/{QUARTER}/{path}/")
        boxes = director.page.get_by_role("checkbox", name=re.compile("^Approve ")).all()
        for box in boxes:
            box.check()
        director.count["clicks"] += len(boxes)
        director.press("Sign off")
        assert director.reads("8 results approved, and locked.")


def close_the_quarter(officer):
    officer.go("/home/").press("Close Q1 2022/23")
    officer.press("Close Q1 2022/23")
    assert officer.reads("8 of 8 results are in.")
    officer.press("Close Q1 2022/23 now")
    officer.wait_for("Q1 2022/23 closed", at="/quarters/")


def call_in(officer, chair):
    officer.go("/assurance/pat/plan/")
    officer.day("meets_on", "2022-08-12")
    officer.choose("Which quarter’s performance does it look at?", "Q1 2022/23")
    officer.press("Plan the meeting")
    chair.come_in(address_of("dan")).go(BOARD)
    chair.press("Call in Footfall in the town centre (number)")
    assert chair.reads("“Footfall in the town centre (number)”: called in")


def publish(officer, second):
    officer.go("/reports/").press("Build the report for Q1 2022/23")
    officer.wait_for("Edition 1", at="/reports/")
    officer.wait_for("Somebody reads the preview and checks it", at=f"/reports/{QUARTER}/1/")
    officer.press("Preview the public page")
    officer.go(f"/reports/{QUARTER}/1/").press("I have read it and it is right")
    assert officer.page.get_by_role("link", name="Approve it for publication").count() == 0
    second.come_in(address_of("maud")).go(f"/reports/{QUARTER}/1/")
    second.press("Approve it for publication")
    second.tick("As soon as it is approved")
    second.press("Approve")
    assert second.reads("is published: everyone may read it")
    officer.page.context.clear_cookies()
    officer.go(f"/performance/{QUARTER}/")
    assert officer.reads("of 9 key performance indicators met their targets in Q1 2022/23")
