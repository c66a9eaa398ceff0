"""An annual round on pages: proposed in January, challenged, agreed by a minute in March, seen on 1 April.

Each of its three days is a day on which the council is served.
"""

import re
from contextlib import contextmanager

from tests.journeys.conftest import WIDE, Visitor
from tests.journeys.test_every_page import (
    DIRECTOR,
    MANAGER,
    OFFICER,
    PAT_CHAIR,
    SECOND_OFFICER,
)

JANUARY, MARCH, APRIL = "2024-01-15", "2024-03-14", "2024-04-02"
ROUND, GRID = "/round/2024/", "/round/2024/of/GET/"
PHONE = 390


def test_a_year_is_proposed_challenged_agreed_by_a_minute_and_the_rest_carried_over(
    browser, council
):
    council = council.twin("round")
    with on_day(browser, council, JANUARY) as people:
        open_it(people(OFFICER))
        propose(people(DIRECTOR))
        challenge(people(PAT_CHAIR))
        answer(people(MANAGER))
    with on_day(browser, council, MARCH) as people:
        record_a_minute(people(OFFICER))
        check_the_minute(people(SECOND_OFFICER))
    with on_day(browser, council, APRIL) as people:
        see_what_is_carried_over(people(OFFICER))
        see_it_on_a_phone(people(MANAGER, width=PHONE))


@contextmanager
def on_day(browser, council, day):
    """The council as it is served on a day, to whoever comes in."""
    module = "tests.journeys.settings_on_a_day"
    with council.served(DJANGO_SETTINGS_MODULE=module, JOURNEY_DAY=day) as address:

        def comes_in(email, width=WIDE):
            context = browser.new_context(viewport={"width": width, "height": 900})
            return Visitor(context.new_page(), address).sign_in(email)

        yield comes_in


def fill_in_day(visitor, prefix, iso):
    for name, number in zip(("year", "month", "day"), iso.split("-"), strict=True):
        visitor.page.locator(f"[name={prefix}_{name}]").fill(str(int(number)))


def open_it(officer):
    for name, code, kind in (
        ("Cabinet", "cabinet", "Cabinet"),
        ("Environment Committee", "environment", "Policy Overview and Scrutiny Committee"),
    ):
        officer.go("/set-up/bodies/add/")
        officer.page.get_by_label("Name", exact=True).fill(name)
        officer.page.get_by_label("Code", exact=True).fill(code)
        officer.page.get_by_label("Kind", exact=True).select_option(label=kind)
        officer.press("Add")
    officer.go("/set-up/round/").press("Open the round that begins in April 2024")
    officer.press("Open the round")
    assert officer.reads("The round of 2024/25 is open")
    assert officer.reads("Directorates propose by 31 January 2024")


def propose(director):
    director.go("/home/")
    director.press("Continue the proposals of Growth, Environment and Transport")
    page = director.page
    page.get_by_label("What happens to HT-01?").select_option("keep")
    page.get_by_label("Target, HT-01, Q1 2024/25").fill("75")  # below its floor standard of 80
    page.get_by_label("Why, for HT-01").fill("The depot has moved")
    page.get_by_label("What happens to HT-02?").select_option("end")
    page.get_by_label("Why, for HT-02").fill("It is counted with HT-01")
    page.get_by_label("Keep all the others").check()
    director.press("Save the draft")
    assert director.reads("no better than the target")
    page.get_by_label("Target, HT-01, Q1 2024/25").fill("92")
    director.press("Save the draft")
    assert director.reads("PL-04 is counted from April: enter a target for Q2 2024/25 as well")
    page.get_by_label("What happens to PL-04?").select_option("keep")
    for quarter, homes in (("Q2", "140"), ("Q3", "220"), ("Q4", "310")):
        page.get_by_label(f"Target, PL-04, {quarter} 2024/25").fill(homes)
    page.get_by_label("Why, for PL-04").fill("Two sites are finished in the autumn")
    director.press("Save the draft")
    assert director.reads("17 lines saved as a draft")
    page.get_by_role("button", name=re.compile("^Submit")).click()
    director.check()
    director.press("See what changes")
    assert director.reads("From Q1 2024/25: target 92%, floor standard 80%")
    director.press("Submit")
    assert director.reads("submitted for 2024/25")


def line_of(visitor, reference):
    """The page of one line, by its link in the grid."""
    visitor.go(GRID)
    name = re.compile(f"^Submitted.*: {reference}$")
    visitor.page.get_by_role("link", name=name).click()
    visitor.check()


def challenge(chair):
    line_of(chair, "HT-01")
    chair.press("Challenge it for PAT")
    chair.page.get_by_label("What do you challenge?").fill("Why no more than 92?")
    chair.press("Challenge it")
    assert chair.reads("Not answered.")


def answer(manager):
    manager.go("/home/")
    assert manager.reads("1 challenge to the proposals for 2024/25 is not answered")
    line_of(manager, "HT-01")
    manager.page.get_by_label("Your answer").fill("It has never been above 90")
    manager.page.get_by_role("button", name=re.compile("^Answer")).click()
    manager.check()
    assert manager.reads("It has never been above 90")


def record_a_minute(officer):
    page = officer.page
    for who, day in (("PAT", "2024-02-13"), ("Environment Committee", "2024-03-01")):
        officer.go(ROUND).press("Record who looked at it")
        page.get_by_label(who, exact=True).check()
        fill_in_day(officer, "met_on", day)
        officer.press("Record who looked at it")
    officer.go(ROUND).press("Record or check a decision")
    for reference in ("HT-01", "HT-02"):
        page.get_by_role("checkbox", name=re.compile(f"^{reference} ")).check()
    page.get_by_label("A body agreed them: record its minute").check()
    page.get_by_label("Which body?").select_option(label="Cabinet")
    fill_in_day(officer, "met_on", "2024-03-12")
    officer.press("Decide")
    assert officer.reads("Enter the number of the minute")
    page.get_by_label("Number of the minute").fill("45")
    officer.press("Decide")
    assert officer.reads("2 lines: the minute is recorded. Somebody else has to check it")
    assert not officer.reads("I have checked the minute")


def check_the_minute(officer):
    officer.go("/home/").press("Check it against the minute")
    for reference in ("HT-01", "HT-02"):
        officer.page.get_by_role("checkbox", name=re.compile(f"^{reference} ")).check()
    officer.page.get_by_label("I have checked the minute: it agrees them").check()
    officer.press("Decide")
    assert officer.reads("2 lines agreed by the minute that you checked, and in effect")


def see_what_is_carried_over(officer):
    said = "Carried over, not agreed for 2024/25"
    officer.go("/home/")
    assert officer.reads("no agreed target for 2024/25")
    officer.go_wide_and_narrow(ROUND)
    officer.go_wide_and_narrow(GRID)
    assert officer.reads(said)
    officer.go("/indicators/HT-01/targets/")
    assert officer.reads("Cabinet, 12 March 2024, minute 45")
    assert not officer.reads(said)
    officer.go("/indicators/HT-02/")
    assert officer.reads("No longer measured after Q4 2023/24")
    for page in ("/indicators/HT-03/", "/indicators/HT-03/targets/", "/set-up/targets/?text=HT-03"):
        officer.go(page)
        assert officer.reads(said), page
    officer.go("/dashboards/GET/")
    assert officer.reads(f"{said}: ")


def see_it_on_a_phone(manager):
    manager.go(ROUND)
    manager.go(GRID)
    manager.page.get_by_role("link", name=re.compile("^Agreed.*: HT-01$")).click()
    manager.check()
    assert manager.reads("checked by Callum Wrexley-Boyd")
