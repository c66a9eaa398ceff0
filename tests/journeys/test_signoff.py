"""A director returns one; it is corrected, approved up the ladder and locked. Keyboard alone."""

import re

import pytest

from tests.journeys.test_every_page import MANAGER, OFFICER
from tests.journeys.test_return import QUARTER, keyboard_sign_in, tab_to, write

DIRECTOR = "stuart.ballantrae-cole@wealdshire.example"
ABOVE = "fiona.castellane@wealdshire.example"
SHEET = f"/sign-off/{QUARTER}/division/GET-HT/"
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
    director.page.keyboard.press("Enter")
    send(director, f"Return {title} to its manager")
    assert director.page.title().startswith("Error: ")
    assert director.reads(f"Say what needs to be corrected in {title}")
    write(director, "What needs to be corrected?", "Two of June are missing.")
    send(director, f"Return {title} to its manager")
    assert director.reads("returned. Its manager has a notice.")
    assert director.page.get_by_role("checkbox", name=f"Approve {title}").count() == 0

    keyboard_sign_in(manager, MANAGER)
    manager.go(f"/returns/{QUARTER}/{reference}/")
    assert manager.reads("Two of June are missing.")
    write(manager, "Context", "The two of June are counted now.")
    tab_to(manager.page, "Yes")
    manager.page.keyboard.press("Space")
    send(manager, "Save and continue")
    manager.go(f"/returns/{QUARTER}/check/")
    manager.page.get_by_role("button", name=re.compile("^Submit")).focus()
    with manager.page.expect_navigation():
        manager.page.keyboard.press("Enter")
    assert manager.reads("submitted")

    director.go(SHEET)
    assert director.reads("Returned before")
    assert director.page.get_by_role("checkbox", name=f"Approve {title}").is_checked()
    only(director, f"Approve {title}")
    send(director, "Approve those ticked")
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
    only(above, f"Approve {title}")
    send(above, "Approve those ticked")
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


def only(visitor, name):
    """Tick this box and no other."""
    for box in visitor.page.get_by_role("checkbox").all():
        box.set_checked(False)
    visitor.page.get_by_role("checkbox", name=name).check()


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
