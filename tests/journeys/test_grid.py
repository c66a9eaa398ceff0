"""A return as a grid: twenty results by keyboard, counted; pasted; without scripts; two people; a session that ends."""

import re
from contextlib import contextmanager

import pytest

from tests.journeys.conftest import NARROW, WIDE, Visitor
from tests.journeys.test_return import OTHER_MANAGER, keyboard_sign_in

QUARTER = "2023-Q1"
GRID = f"/returns/{QUARTER}/grid/"
OFFICER = "imogen.sattar@wealdshire.example"
MEANT = 60  # keystrokes beyond the figures themselves
# Twenty quarterly indicators of which nothing is given yet come to one manager; of one of them the
# result is worked out from counts with names.
TWENTY = f"""
from core.quarters import Quarter
from indicators.models.definitions import Indicator
from indicators.queries.due import due_in
from organisation.models.people import User
quarter = Quarter.parse("{QUARTER}")
manager = User.objects.get(email="{OTHER_MANAGER}")
Indicator.objects.filter(accountable_manager=manager).update(
    accountable_manager=User.objects.get(email="{OFFICER}"))
rows = Indicator.objects.in_use(quarter).filter(
    made_of_months="", method__in=["floor", "tolerance"], polarity="higher"
).exclude(results__quarter=quarter).exclude(drafts__quarter=quarter).exclude(
    suspensions__isnull=False).order_by("reference")
chosen = due_in(quarter, rows)[:20]
assert len(chosen) == 20, len(chosen)
Indicator.objects.filter(pk__in=[each.pk for each in chosen]).update(accountable_manager=manager)
Indicator.objects.filter(pk=chosen[1].pk).update(
    numerator_name="Seen in time", denominator_name="All who were seen")
"""


@pytest.fixture(scope="module")
def address(council):
    """One manager answers for twenty indicators."""
    own = council.twin("twenty")
    own.manage("shell", "-c", TWENTY)
    with own.served() as address:
        yield address


class Keyboard:
    """Keys as they are pressed, but for those of the figures counted."""

    def __init__(self, page):
        self.page, self.keys = page, 0

    def press(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)
            self.keys += 1

    def write(self, words):
        self.page.keyboard.type(words)
        self.keys += len(words)

    def figure(self, text):
        self.page.keyboard.type(text)

    def tab_to(self, selector, *, most=150):
        for _ in range(most):
            if self.page.evaluate(f"document.activeElement.matches({selector!r})"):
                return
            self.press("Tab")
        raise AssertionError(f"Tab never came to {selector}")


def saved(page):
    """Wait until nothing is on its way to be saved."""
    page.locator("#grid-message", has_text="Saved at").wait_for()


def test_twenty_results_are_entered_checked_and_submitted_in_sixty_keystrokes(visit):
    visitor = visit()
    keyboard_sign_in(visitor, OTHER_MANAGER)
    visitor.go(GRID)
    page, keys = visitor.page, Keyboard(visitor.page)
    assert page.locator("[data-row]").count() == 20
    assert visitor.reads("0 of 20 completed")

    keys.press("Tab", "Enter")  # past the menu
    keys.tab_to(".kcc-typed__box")
    for place in range(20):
        row = page.locator("[data-row]").nth(place)
        target = re.search(r"[\d.,]+", row.get_by_role("cell").nth(2).inner_text())[0]
        keys.figure("1.5" if place == 19 else target)
        if row.locator(".kcc-typed__figure .kcc-typed__box").count() > 1:
            keys.press("Tab")
            keys.figure("100")
        keys.press("Enter")
    assert page.evaluate("document.activeElement.value") == "check"

    saved(page)
    last = page.locator("[data-row]").nth(19)
    last.get_by_label("Management action").wait_for()
    visitor.check()
    assert last.locator(".kcc-rag").inner_text().strip() == "Red"
    assert visitor.reads("19 of 20 completed"), "what is wanting beside the red one is not said"
    keys.press("Shift+Tab", "Shift+Tab")  # Save, More
    keys.press("Shift+Tab")  # Context
    keys.press("Shift+Tab")
    assert page.evaluate("document.activeElement.name").endswith("management_action")
    keys.write("Hired.")
    keys.press("Control+Enter")
    assert page.evaluate("document.activeElement.value") == "check"
    with page.expect_navigation(url=re.compile("/check/")):
        keys.press("Enter")
    visitor.check()

    assert visitor.reads("Hired.")
    keys.tab_to("a[href='#submit']")
    keys.press("Enter")
    keys.tab_to("form[action$='/submit/'] button")
    with page.expect_navigation():
        keys.press("Enter")
    visitor.check()
    assert visitor.reads("Your results are submitted")
    assert keys.keys <= MEANT, f"{keys.keys} keystrokes beyond the figures"


@pytest.fixture
def apart(council, browser):
    """A council of its own for what enters the same rows in another way."""
    own = council.twin("apart")
    own.manage("shell", "-c", TWENTY)
    contexts = []
    with own.served() as address:

        def open_browser(width=WIDE, *, scripts=True):
            context = browser.new_context(
                viewport={"width": width, "height": 900}, java_script_enabled=scripts
            )
            contexts.append(context)
            return Visitor(context.new_page(), address, scripts)

        yield open_browser
        for context in contexts:
            context.close()


@contextmanager
def row_saved(page):
    """Whatever is done within is saved before it goes on."""
    with page.expect_response(lambda answer: answer.url.endswith("/rows/")) as answered:
        yield
    assert answered.value.ok
    page.wait_for_timeout(100)  # until what came back is drawn


def paste(page, text):
    page.evaluate(
        """text => {
            const clipboardData = new DataTransfer();
            clipboardData.setData("text/plain", text);
            document.activeElement.dispatchEvent(
                new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
        }""",
        text,
    )


def test_a_column_is_pasted_two_people_type_and_a_session_that_ended_gives_all_back(apart):
    visitor = apart()
    visitor.sign_in(OTHER_MANAGER)
    visitor.go(GRID)
    page, rows = visitor.page, visitor.page.locator("[data-row]")
    of_one_figure = [
        place
        for place in range(20)
        if rows.nth(place).locator(".kcc-typed__figure [data-cell='value']").count()
    ]
    first, last = of_one_figure[0], of_one_figure[-1]

    def cell(place):
        """The result itself, which is folded away where counts are asked for first."""
        return rows.nth(place).locator("[data-cell='value']")

    cell(first).focus()
    with row_saved(page):
        paste(page, "91.5\n92.5\t\n\n94.5\n")
    page.get_by_text("3 pasted.").wait_for()
    assert [cell(first + down).input_value() for down in range(4)] == ["91.5", "92.5", "", "94.5"]
    page.keyboard.press("ArrowDown")
    below = rows.nth(first + 1).get_attribute("data-row")
    assert page.evaluate("document.activeElement.name").startswith(f"{below}-")

    # An officer types in the same cell, on a page that is older than what the manager saved.
    officer = apart()
    officer.sign_in(OFFICER)
    name = cell(first).get_attribute("name")
    about = rows.nth(first).locator("th .kcc-quiet").first.inner_text()
    officer.go(f"{GRID}?text={about.split(' · ')[0]}")
    cell(first).fill("90.5")
    with row_saved(page):
        page.keyboard.press("Enter")
    box = officer.page.locator(f"[name='{name}']")
    box.fill("93.5")
    officer.page.keyboard.press("Enter")
    officer.page.get_by_text("Which stays?").wait_for()
    officer.check()
    assert box.input_value() == "93.5"
    officer.page.get_by_label("What is saved:").check()
    officer.page.get_by_text("Which stays?").wait_for(state="detached")
    assert box.input_value() == "90.5"

    # The session ends while something is typed.
    page.context.clear_cookies()
    cell(last).fill("88.8")
    page.keyboard.press("Enter")
    page.get_by_text("You have been signed out").wait_for()
    visitor.complaints.clear()  # the browser's own remark on a 403
    visitor.check()
    visitor.sign_in(OTHER_MANAGER)
    visitor.go(GRID)
    page.get_by_text("What you had typed and was not saved is put back: 1 row.").wait_for()
    saved(page)
    assert cell(last).input_value() == "88.8"
    assert page.evaluate("localStorage.length") == 0, "nothing is left behind once it is saved"
    visitor.go(GRID)
    assert cell(last).input_value() == "88.8"


def test_without_scripts_the_grid_is_a_form_whose_errors_stand_at_their_cells(apart):
    visitor = apart(NARROW, scripts=False)
    visitor.sign_in(OTHER_MANAGER)
    visitor.go(GRID)
    page = visitor.page
    boxes = page.locator(".kcc-typed__figure [data-cell='value']")
    boxes.nth(0).fill("95.1")
    boxes.nth(1).fill("eighty")
    visitor.press("Check your answers")

    assert page.title().startswith("Error: ")
    assert boxes.nth(1).input_value() == "eighty"
    boxes.nth(1).fill("96.1")
    visitor.press("Check your answers")
    assert visitor.reads("95.1%")
    visitor.press("Submit 2 results")
    assert visitor.reads("Your results are submitted")


@pytest.mark.parametrize("width", [WIDE, 390, NARROW])
def test_the_grid_is_sound_at_every_width(visit, width):
    visitor = visit(width)
    visitor.sign_in(OFFICER)
    visitor.go(GRID)
    visitor.go(f"{GRID}?given=missing&text=road")
