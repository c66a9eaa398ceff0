"""Bringing scorecards in the browser: chosen together, asked about, looked at, put away again."""

from tests.indicators.scorecard_layouts import workbook
from tests.journeys.test_every_page import OFFICER

HEAD = ["Ref", "Indicator", "Unit", "Good is", "Target", "Q1"]
COUNCILS = {
    "Ashdale.xlsx": ("Ashdale District Council", [["A1", "Fly-tips", "No.", "Low", 10, "5†"]]),
    "Birkmoor.xlsx": ("Birkmoor Borough Council", [["B1", "Fly-tips", "No.", "Low", 20, 15]]),
}


def test_an_officer_brings_scorecards_of_two_councils_that_merged(visit, tmp_path):
    for name, (_, rows) in COUNCILS.items():
        sheet = workbook(Performance=[["Scorecard 2023/24"], [], HEAD, *rows])
        (tmp_path / name).write_bytes(sheet)
    officer = visit()
    officer.sign_in(OFFICER)
    officer.go_wide_and_narrow("/set-up/scorecard/")
    officer.press("Upload")
    assert officer.reads("Choose a file")

    box = officer.page.get_by_label("Choose your last scorecard")
    box.set_input_files([tmp_path / name for name in COUNCILS])
    officer.press("Upload")
    assert officer.reads("Ashdale.xlsx, Performance!F4, value: no note says what † beside")

    officer.page.get_by_text("Figures of councils that merged into this one").click()
    for name, (council, _) in COUNCILS.items():
        officer.page.get_by_label(f"{name}: of which council before the merger?").fill(council)
    officer.press("Save, and see what it would change")
    assert officer.reads("What is comparable between the earlier councils")
    here = officer.page.url.removeprefix(officer.address)
    officer.go_wide_and_narrow(here)

    officer.page.get_by_label("Treat every question I leave open as read correctly").check()
    officer.page.get_by_label("All of these are comparable").check()
    officer.press("Save, and see what it would change")
    officer.go_wide_and_narrow(f"{here}check/")
    assert officer.reads("Say who answers for the indicators")

    officer.go(here).press("Set this file aside")
    assert officer.reads("Nothing from it was saved")
