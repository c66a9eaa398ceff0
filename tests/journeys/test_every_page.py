"""Every page, for those who come to it, wide and narrow."""

from io import BytesIO

import pikepdf
import pytest

MANAGER = "tomasz.halloran@wealdshire.example"
DIRECTOR = "fiona.castellane@wealdshire.example"
PAT_CHAIR = "gareth.penhallow@wealdshire.example"
CABINET_MEMBER = "adaeze.whitcombe@wealdshire.example"
OFFICER = "imogen.sattar@wealdshire.example"
SECOND_OFFICER = "callum.wrexley-boyd@wealdshire.example"

PAGES = {
    None: [
        "/",
        "/performance/2022-Q3/",
        "/performance/indicators/CG-02/",
        "/performance/indicators/ACT-04/",
        "/performance/indicators/ASC-04/",
        "/performance/indicators/ASC-01/",
        "/performance/priorities/get-plans-to-children-on-time/",
        "/data/",
        "/sorp/",
        "/sorp/versions/1/",
        "/sorp/versions/2/differences/1/",
        "/sorp/terms/",
        "/sorp/whole/",
        "/sorp/clauses/triggers-for-escalation/",
        "/sorp/clauses/results-are-returned-on-time/",
        "/sorp/parts/calendar/",
        "/sorp/parts/appetite/",
        "/accounts/sign-in/",
        "/accounts/password/reset/",
        "/accessibility-statement/",
        "/gallery/",
    ],
    MANAGER: [
        "/home/",
        "/notices/",
        "/notices/preferences/",
        "/returns/2023-Q1/HT-01/",
        "/indicators/HT-12/",
        "/indicators/HT-01/data-quality/",
        "/indicators/HT-01/data-quality/write/",
        "/practise/",
        "/practise/HT-01/",
        "/escalations/plans/HT-12/",
        "/escalations/plans/HT-12/1/",
        "/escalations/plans/",
        "/escalations/actions/?who=me",
        "/escalations/",
        "/escalations/?state=&only=overdue",
        "/escalations/?print",
        "/escalations/units/",
        "/escalations/better/",
        "/escalations/1/",
        "/escalations/1/?print",
        "/sorp/",
        "/sorp/versions/",
        "/sorp/versions/2/consultation/",
        "/assurance/",
        "/accounts/password/change/",
        "/accounts/sign-out/",
    ],
    DIRECTOR: [
        "/home/",
        "/acting/",
        "/dashboards/",
        "/dashboards/GET/",
        "/dashboards/WCC/?rag=red&sort=-moved",
        "/early-warning/",
        "/early-warning/?show=silent",
        "/forecasts/",
        "/sorp/compliance/",
        "/sorp/compliance/2022-Q4/",
        "/sorp/compliance/2022-Q4/?unit=GET",
        "/help/who-may-do-what/",
        "/strategy/",
        "/open-quarter/",
        "/portfolios/",
    ],
    PAT_CHAIR: [
        "/escalations/1/handle/",
        "/indicators/PH-03/variations/2/",
        "/home/",
        "/assurance/",
        "/assurance/pat/",
        "/assurance/pat/2023-07-18/",
        "/assurance/pat/2023-07-18/board/",
        "/assurance/pat/2023-06-20/",
        "/assurance/pat/2023-07-18/ASC-01/",
        "/assurance/pat/year/?nth=3&weekday=1&first=2023-08-01",
        "/assurance/pat/2023-07-18/attendance/",
        "/assurance/pat/2023-07-18/live/",
        "/assurance/pat/2023-06-20/live/?item=HT-01",
        "/assurance/pat/2023-06-20/HT-01/invitation/",
        "/assurance/pat/2023-07-18/brief/",
        "/assurance/pat/2023-06-20/report/",
    ],
    CABINET_MEMBER: [
        "/home/",
        "/open-quarter/",
        "/assurance/dat/",
        "/assurance/pat/2023-06-20/after/",
        "/strategy/get-plans-to-children-on-time/",
    ],
    OFFICER: [
        "/returns/2023-Q1/WEL-02/parts/area/",
        "/indicators/ASC-01/",
        "/indicators/ASC-01/dimensions/",
        "/set-up/dimensions/",
        "/set-up/dimensions/add/",
        "/set-up/dimensions/age/change/",
        "/data-quality/",
        "/questions/",
        "/variations/?state=",
        "/indicators/LC-02/variations/",
        "/indicators/LC-02/variations/1/",
        "/indicators/LC-02/variations/propose/",
        "/indicators/LC-02/variations/propose/?go=on&vary=target&vary=recovery",
        "/indicators/LC-02/explanations/",
        "/indicators/LC-02/explanations/2022-Q4/",
        "/home/",
        "/completion/",
        "/sorp/draft/",
        "/dashboards/WCC/",
        "/quarters/",
        "/quarters/history/",
        "/set-up/scorecard/",
        "/reports/",
        "/returns/2022-Q4/HT-01/",
        "/close-to-dispatch/",
        "/close-to-dispatch/note/",
    ],
}


@pytest.mark.parametrize("who", PAGES, ids=lambda who: who.split("@")[0] if who else "the public")
def test_every_page_is_sound_wide_and_narrow(visit, who):
    visitor = visit()
    if who:
        visitor.sign_in(who)

    for path in PAGES[who]:
        visitor.go_wide_and_narrow(path)


@pytest.mark.parametrize("who", [PAT_CHAIR, CABINET_MEMBER])
def test_the_quarter_on_one_page_is_one_sheet_of_paper_whatever_is_on_it(visit, who):
    """As it stands, and with its lists as full as they ever are."""
    visitor = visit().sign_in(who)
    visitor.go("/open-quarter/")
    sheets = [sheets_of(visitor.page)]
    visitor.page.evaluate(LENGTHEN)
    sheets.append(sheets_of(visitor.page))

    assert sheets == [1, 1]


# The lists as full as they ever are, and every line of them long.
LENGTHEN = """() => {
    const long = "of people who were assessed within 28 days of asking, by their district";
    const fullest = {"Would go up": 9, "Plans overdue": 6};
    for (const list of document.querySelectorAll(".kcc-strips")) {
        while (list.children.length < 7) list.append(list.children[0].cloneNode(true));
        for (const note of list.querySelectorAll(".kcc-strip__note")) note.append(` ${long}`);
    }
    for (const list of document.querySelectorAll(".kcc-sheet__list")) {
        const heading = list.closest("section").querySelector("h2").textContent;
        const [, most] = Object.entries(fullest).find(([words]) => heading.startsWith(words)) ?? [, 4];
        while (list.children.length < most) list.append(list.children[0].cloneNode(true));
        for (const each of list.children) each.append(` ${long}`);
    }
}"""


def sheets_of(page):
    with pikepdf.open(BytesIO(page.pdf(prefer_css_page_size=True))) as paper:
        return len(paper.pages)
