"""A director returns one; it is corrected, approved up the ladder and locked. Keyboard alone."""

import re
from urllib.parse import urlsplit

import pytest

from kcc_perf.demonstration.loading import PASSWORD
from tests.journeys.conftest import DRAWN, NARROW, WIDE
from tests.journeys.test_every_page import MANAGER, OFFICER
from tests.journeys.test_return import QUARTER, keyboard_sign_in, tab_to, write

DIRECTOR = "stuart.ballantrae-cole@wealdshire.example"
ABOVE = "fiona.castellane@wealdshire.example"
SHEET = f"/sign-off/{QUARTER}/division/GET-HT/"
WHY = "What needs to be corrected, and why?"
ROUNDS = [
    pytest.param(
        1280, True, "HT-03", "Highway emergencies attended within two hours", id="scripts"
    ),
    pytest.param(
        320, False, "HT-04", "Streetlights and signs repaired within 28 days", id="narrow"
    ),
]


@pytest.mark.parametrize(("width", "scripts", "reference", "title"), ROUNDS)
def test_one_is_returned_corrected_approved_and_locked(visit, width, scripts, reference, title):
    director, manager, above = (come(visit, width, scripts=scripts) for _ in range(3))
    keyboard_sign_in(director, DIRECTOR)
    director.go("/sign-off/")
    director.go(SHEET)
    tab_to(director.page, f"Return {title}")
    director.page.keyboard.press("Space")
    send(director, "Sign off")
    assert director.page.title().startswith("Error: ")
    assert director.reads(f"Say what needs to be corrected in {title}")
    write(director, WHY, "Two of June are missing.")
    send(director, "Sign off")
    assert director.reads("1 returned: its manager has a notice.")
    assert director.page.get_by_role("checkbox", name=f"Approve {title}").count() == 0

    keyboard_sign_in(manager, MANAGER)
    manager.go(f"/returns/{QUARTER}/{reference}/")
    assert manager.reads("Two of June are missing.")
    write(manager, "Context", "The two of June are counted now.")
    send(manager, "Save and continue")
    manager.go(f"/returns/{QUARTER}/check/")
    manager.page.get_by_role("button", name=re.compile("^Submit")).focus()
    with manager.page.expect_navigation():
        manager.page.keyboard.press("Enter")
    assert manager.reads("submitted")

    director.go(SHEET)
    assert director.reads("Returned before")
    assert not director.page.get_by_role("checkbox", name=f"Approve {title}").is_checked()
    tab_to(director.page, f"Approve {title}")
    director.page.keyboard.press("Space")
    send(director, "Sign off")
    assert director.reads("1 result approved, and locked.")

    refused = manager.page.goto(f"{manager.address}/returns/{QUARTER}/{reference}/")
    manager.complaints.clear()  # the browser's own remark on a 403
    manager.check()
    assert refused.status == 403
    assert manager.reads("so it is locked")
    manager.go(f"/indicators/{reference}/")
    assert manager.reads("approved by Stuart Ballantrae-Cole for the division")

    above.sign_in(ABOVE)
    above.go(f"/sign-off/{QUARTER}/directorate/GET/")
    above.page.get_by_role("checkbox", name=f"Approve {title}").check()
    send(above, "Sign off")
    above.go(f"/indicators/{reference}/")
    assert above.reads("and by Fiona Castellane for the directorate")


def come(visit, width, *, scripts):
    """A visitor. axe itself is a script: without scripts, pages are checked at both widths below."""
    visitor = visit(width, scripts=scripts)
    if not scripts:
        visitor.check = lambda: None
    return visitor


def send(visitor, name):
    """Press a button by keyboard, and wait for the page that answers."""
    tab_to(visitor.page, name)
    with visitor.page.expect_navigation():
        visitor.page.keyboard.press("Enter")
    visitor.check()


def test_every_page_of_sign_off_and_revision_is_sound_wide_and_narrow(visit):
    director = visit()
    director.sign_in(ABOVE)
    director.go_wide_and_narrow("/sign-off/")
    director.go_wide_and_narrow(f"/sign-off/{QUARTER}/directorate/GET/")
    visitor = visit()
    visitor.sign_in(OFFICER)
    visitor.go_wide_and_narrow(f"/sign-off/unlock/{QUARTER}/EW-03/")
    visitor.go_wide_and_narrow("/revisions/")
    visitor.go_wide_and_narrow("/revisions/2022-Q4/PL-04/")
    visitor.go_wide_and_narrow("/indicators/PL-04/")
    assert visitor.reads("Then and now")


def test_a_revision_of_a_closed_quarter_tells_what_it_changes_and_is_followed_up(visit):
    visitor = visit()
    visitor.sign_in(OFFICER)
    page = visitor.page
    visitor.go("/returns/2022-Q4/CG-02/")
    page.get_by_label("Numerator").fill("300")
    page.get_by_label("Denominator").fill("300")
    page.get_by_label("Why is the result revised?").fill("Recounted from the register")
    visitor.press("Revise result")

    assert "/revisions/2022-Q4/CG-02/" in page.url
    assert visitor.reads("Recounted from the register")
    assert visitor.reads("Escalations to update")
    visitor.press("Update escalations now")
    visitor.wait_for("Nothing to update", at="/revisions/2022-Q4/CG-02/")


# What a division brings in a quarter beside what it had brought already: a red, an amber and others.
BROUGHT = """reference,quarter,value,numerator,denominator,confidence,not_available,definition_break,\
commentary,management_action
HT-01,2023-Q1,77.9,,,final,,no,Wet spring,A third gang from July
HT-02,2023-Q1,84.6,,,final,,no,Fewer reports,Two inspectors start in August
HT-05,2023-Q1,31.2,,,final,,no,Surfacing went on,
HT-11,2023-Q1,86.1,,,final,,no,As planned,One more gang
HT-12,2023-Q1,85.4,,,final,,no,As planned,One more gang
ACT-04,2023-Q1,7215,,,final,,no,A usual spring,
"""


def test_a_director_comes_from_sign_in_to_signed_off_in_twelve_clicks_on_three_pages(
    visit, council, tmp_path
):
    brought = tmp_path / "results.csv"
    brought.write_text(BROUGHT)
    council.manage("import_results", str(brought))
    visitor = visit()
    page, clicked_on, clicks = visitor.page, set(), 0

    def click(locator):
        nonlocal clicks
        clicked_on.add(urlsplit(page.url).path)
        clicks += 1
        locator.click()
        page.wait_for_load_state()

    page.goto(f"{visitor.address}/accounts/sign-in/")
    page.get_by_label("E-mail address").fill(DIRECTOR)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    click(page.get_by_role("button", name="Sign in"))
    click(page.locator(f'main a[href="{SHEET}"]').first)
    for width in (WIDE, 768, NARROW):
        page.set_viewport_size({"width": width, "height": 900})
        page.evaluate(DRAWN)
        visitor.check()
    page.set_viewport_size({"width": WIDE, "height": 900})

    rows = page.locator(".kcc-sign").all()
    assert len(rows) >= 6
    assert page.locator('input[type="checkbox"]:checked').count() == 0
    for (
        row
    ) in rows:  # each with its target, its chart and what would follow, without opening anything
        row.scroll_into_view_if_needed()
        assert row.get_by_text("Target", exact=True).is_visible()
        assert row.locator(".kcc-sign__chart svg").first.is_visible()
        assert row.locator(".kcc-sign__close").inner_text().strip()

    together = page.get_by_label(re.compile("^Approve these"))
    for row in page.locator('.kcc-sign:not(#together .kcc-sign) input[name="approve"]').all():
        click(row)
    if together.count():
        click(together)
        assert page.locator('#together input[name="approve"]:not(:checked)').count() == 0
    else:
        for row in page.locator('#together input[name="approve"]').all():
            click(row)
    click(page.get_by_role("button", name="Sign off", exact=True))

    assert visitor.reads(f"{len(rows)} results approved, and locked.")
    assert clicks <= 12
    assert len(clicked_on) <= 3
