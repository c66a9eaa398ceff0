"""The annual round on its pages: the grid, one line, the decision, and where what is carried over is said."""

from datetime import date

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.quarters import Quarter
from core.services.quarters import open_quarter
from escalation.models.escalations import Escalation
from indicators.models.definitions import Indicator, Target
from indicators.models.rounds import RoundLine, RoundRemark, RoundReview
from indicators.queries.rounds import proposed_indicator
from indicators.services.rounds import propose_lines, put_challenge
from organisation.rules import ELECTED, Sight
from organisation.services.sights import set_sights
from sorp.lexicon import Basis
from tests.assurance.factories import EscalationFactory, SeatFactory, TeamFactory
from tests.factories import RatingFactory
from tests.indicators.rounds import (
    FEBRUARY,
    JANUARY,
    MARCH,
    Q1,
    YEAR,
    bodies_of_a_round,
    indicator_of,
    looked_at,
    minuted,
    opened,
    people_of_a_round,
    submitted,
    typed,
)

pytestmark = pytest.mark.django_db
ROUND, GRID = f"/round/{YEAR}/", f"/round/{YEAR}/of/HW/"


@pytest.fixture(autouse=True)
def in_january(db):
    with time_machine.travel(JANUARY, tick=False):
        yield


@pytest.fixture
def people(sorp_in_force):
    return people_of_a_round()


@pytest.fixture
def bodies(people):
    """Its Members are let into quarters that are closed, and so into the round."""
    set_sights(sights=dict.fromkeys(ELECTED, Sight.CLOSED), by=people["officer"])
    return bodies_of_a_round(people)


@pytest.fixture
def indicator(people):
    return indicator_of(people, "HW1")


@pytest.fixture
def round(people):
    return opened(people)


def text(response):
    return " ".join(response.content.decode().split())


def filled(indicator, seen=0, action="keep", target="92", floor="82", reason="Better"):
    """What a browser sends of one row."""
    pk = indicator.pk
    return {
        f"seen-{pk}": str(seen),
        f"action-{pk}": action,
        f"target-{pk}-{Q1.key}": target,
        f"floor-{pk}-{Q1.key}": floor,
        f"reason-{pk}": reason,
    }


def untouched(indicator):
    """What a browser sends of a row in which nobody typed: the target that stands."""
    return filled(indicator, action="", target="90", floor="80", reason="")


DAYS = {
    f"{name}_{part}": number
    for name, day in {
        "proposals_by": date(2024, 1, 31),
        "challenged_by": date(2024, 2, 15),
        "seen_by": date(2024, 3, 5),
        "agreed_by": date(2024, 3, 25),
    }.items()
    for part, number in (("day", day.day), ("month", day.month), ("year", day.year))
}


def test_an_officer_opens_a_round_on_a_page_and_changes_its_days(client, people):
    client.force_login(people["officer"])
    assert "Open the round that begins in April 2024" in text(client.get("/set-up/round/"))
    wrong = client.post("/set-up/round/2024/open/", DAYS | {"seen_by_month": 1})
    assert "enter that day or a later one" in text(wrong)

    response = client.post("/set-up/round/2024/open/", DAYS, follow=True)

    assert response.redirect_chain == [(ROUND, 302)]
    assert "Directorates propose</strong> by 31 January 2024" in text(response)
    response = client.post(f"{ROUND}days/", DAYS | {"agreed_by_day": 28}, follow=True)
    assert "28 March 2024" in text(response)
    assert "Opened annual round" in text(client.get(f"{ROUND}history/"))


def test_the_grid_shows_three_years_and_what_stands_beside_what_is_proposed(
    client, people, indicator, round
):
    for year, value in ((2020, 80), (2021, 85), (2022, 91)):
        RatingFactory(indicator=indicator, quarter=Quarter(year, 4), value=value)
    RatingFactory(indicator=indicator, quarter=Quarter(2022, 3), value=11)
    client.force_login(people["manager"])

    page = text(client.get(GRID))

    assert "2021/22: 85.0%, Q4, green" in page
    assert "2022/23: 91.0%, Q4, green" in page
    assert "80.0%" not in page  # four years ago
    assert "11.0%" not in page  # not the last of its year
    assert "Now: target 90%, floor standard 80%" in page
    assert 'name="action-' in page
    client.force_login(people["member"])  # who sees what is published, where nobody said otherwise
    assert "%, Q4, green" not in text(client.get(GRID))
    assert "%, Q4, green" not in client.get(f"{GRID}round.csv").content.decode()


def test_a_draft_is_saved_row_by_row_and_what_is_wrong_comes_back_as_it_was_typed(
    client, people, indicator, round
):
    second = indicator_of(people, "HW2")
    client.force_login(people["manager"])
    wrong = client.post(
        GRID, filled(indicator, target="80", floor="85") | filled(second, action="")
    )
    page = text(wrong)
    assert "Select what happens to HW2" in page
    assert 'value="85"' in page
    assert not RoundLine.objects.exists()

    saved = client.post(
        GRID, filled(indicator) | filled(second, action="end", target="", floor=""), follow=True
    )

    assert "2 lines saved as a draft" in text(saved)
    assert {each.reference: each.action for each in RoundLine.objects.all()} == {
        "HW1": "keep",
        "HW2": "end",
    }


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"target": "80", "floor": "85"}, "no better than the target"),
        ({"target": "many"}, "HW1, Q1 2024/25, target"),
        ({"action": "", "reason": "Why"}, "Select what happens to HW1"),
        ({"action": "", "target": "90", "floor": "80", "reason": ""}, "Nothing is entered yet"),
    ],
)
def test_what_cannot_be_is_said_at_its_box(client, people, indicator, round, given, told):
    client.force_login(people["manager"])

    page = text(client.post(GRID, filled(indicator, **given)))

    assert told in page
    assert not RoundLine.objects.exists()


def test_one_tick_keeps_what_nothing_is_said_of_yet(client, people, indicator, round):
    second = indicator_of(people, "HW2")
    client.force_login(people["director"])
    client.post(GRID, filled(indicator) | untouched(second) | {"keep_rest": "on"})

    kept = RoundLine.objects.get(reference="HW2")
    assert (kept.action, kept.targets.get().target) == ("keep", 90)


def test_a_line_that_somebody_changed_meanwhile_is_told_with_what_was_typed(
    client, people, indicator, round
):
    propose_lines(round=round, typed=[typed(indicator, target=93, floor=83)], by=people["director"])
    client.force_login(people["manager"])

    page = text(client.post(GRID, filled(indicator, seen=0)))

    assert "HW1 was changed by Dee Director on 15 January 2024" in page
    assert 'value="92"' in page  # what was typed
    assert f'name="seen-{indicator.pk}" value="1"' in page  # and may be saved now
    assert RoundLine.objects.get().targets.get().target == 93
    client.post(GRID, filled(indicator, seen=1))
    assert RoundLine.objects.get().targets.get().target == 92


def test_a_directorate_submits_on_a_page_that_says_first_what_lacks_and_what_follows(
    client, people, indicator, round
):
    second = indicator_of(people, "HW2")
    client.force_login(people["director"])
    client.post(GRID, filled(indicator) | untouched(second))
    lacking = client.post(f"{GRID}submit/", {"go": "on"})
    assert "Say first whether HW2 is kept, changed or ended" in text(lacking)

    client.post(GRID, filled(indicator, seen=1) | filled(second, action="end", target="", floor=""))
    shown = client.post(f"{GRID}submit/", {"go": "on"})
    assert "From Q1 2024/25: target 92%, floor standard 82%" in text(shown)
    assert "It is measured until Q4 2023/24, and no longer" in text(shown)
    confirmed = shown.context["preview"].digest
    done = client.post(f"{GRID}submit/", {"go": "on", "confirmed": confirmed}, follow=True)

    assert "2 lines submitted for 2024/25" in text(done)
    assert set(RoundLine.objects.values_list("state", flat=True)) == {"submitted"}
    assert 'name="action-' not in text(done)


NEW = {
    "reference": "HW7",
    "title": "Kerbs mended",
    "kind": "kpi",
    "decimals": "0",
    "may_be_negative": "",
    "frequency": "quarterly",
    "basis": "quarter",
    "lag_quarters": "0",
    "polarity": "higher",
    "method": "floor",
    "unit": "HW",
    "tier": "directorate",
    "layer": "none",
    "reason": "The plan asks for it",
}


def test_a_new_indicator_is_proposed_on_a_page_aimed_in_the_grid_and_dropped(
    client, people, indicator, round
):
    client.force_login(people["director"])
    asked = NEW | {"accountable_manager": people["manager"].pk}
    empty = client.post(f"{GRID}add/", asked | {"reason": ""})
    assert "Say why it is to be measured" in text(empty)
    saved = client.post(f"{GRID}add/", asked, follow=True)
    assert saved.redirect_chain == [(GRID, 302)], saved.context["form"].errors
    line = RoundLine.objects.get()

    client.post(
        GRID,
        untouched(indicator)
        | {
            f"seen-new{line.pk}": "1",
            f"target-new{line.pk}-{Q1.key}": "50",
            f"floor-new{line.pk}-{Q1.key}": "40",
            f"reason-new{line.pk}": "The plan asks for it",
        },
    )
    assert line.targets.get().target == 50
    again = client.get(f"{GRID}new/{line.pk}/")
    assert 'value="Kerbs mended"' in text(again)
    changed = client.post(f"{GRID}new/{line.pk}/", asked | {"title": "Kerbs", "seen": "2"})
    assert changed.status_code == 302
    line.refresh_from_db()
    assert proposed_indicator(line).title == "Kerbs"
    assert "Withdraw this proposal" in text(client.get(f"{ROUND}lines/{line.pk}/"))

    client.post(f"{ROUND}lines/{line.pk}/withdraw/")
    line.refresh_from_db()
    assert line.state == "withdrawn"
    assert client.get(f"{ROUND}lines/{line.pk}/").status_code == 404


def test_a_definition_is_changed_on_a_page_of_its_own(client, people, indicator, round):
    client.force_login(people["manager"])
    there = f"{ROUND}change/HW1/"
    same = {"title": indicator.title, "reason": "Clearer"}
    assert "Nothing is changed" in text(client.post(there, same))

    client.post(there, same | {"title": "Roads mended", "is_break": "on", "seen": "0"})

    line = RoundLine.objects.get()
    assert (line.action, line.definition, line.is_break) == (
        "change",
        {"title": "Roads mended"},
        True,
    )
    assert line.targets.get().target == 90  # what stood in the grid
    shown = text(client.get(f"{ROUND}lines/{line.pk}/"))
    assert "Its definition changes on 1 April 2024" in shown
    assert "Roads mended" in shown


def test_pat_challenges_a_committee_comments_and_the_manager_answers(
    client, people, bodies, indicator, round
):
    (line,) = submitted(round, people, typed(indicator, target=92, floor=82))
    team = TeamFactory()
    SeatFactory(team=team, user=people["staff"], kind="ned")
    there = f"{ROUND}lines/{line.pk}/"
    client.force_login(people["staff"])
    assert "Challenge it for PAT" in text(client.get(there))
    at_pat = f"/assurance/pat/round/{YEAR}/{line.pk}/"
    assert "Enter what you challenge" in text(client.post(at_pat, {"text": ""}))
    assert client.post(at_pat, {"text": "Why only 92?"}).status_code == 302

    client.force_login(people["member"])
    assert "Write what you want to say" in text(client.post(there, {"act": "comment", "text": ""}))
    client.post(there, {"act": "comment", "text": "We welcome it"})
    assert client.post(at_pat, {"text": "Me too"}).status_code == 403

    client.force_login(people["manager"])
    remark = RoundRemark.objects.get(kind="challenge")
    page = text(client.get(there))
    assert "Why only 92?" in page
    assert "Environment Committee" in page
    assert "Challenge it for PAT" not in page
    wrong = client.post(there, {"act": f"answer-{remark.pk}", f"r{remark.pk}-answer": ""})
    assert "Write the answer" in text(wrong)
    answer = {"act": f"answer-{remark.pk}", f"r{remark.pk}-answer": "The best in ten years"}
    client.post(there, answer)
    assert "answered by Ann Manager" in text(client.post(there, answer, follow=True))
    assert client.post(there, {"act": "wish"}).status_code == 404


def review(who, day=10, month=2):
    return {"who": who, "met_on_day": day, "met_on_month": month, "met_on_year": 2024}


def test_a_minute_is_recorded_for_many_lines_and_checked_by_another_on_pages(
    client, people, bodies, indicator, round
):
    second = indicator_of(people, "HW2")
    submitted(round, people, typed(indicator, target=92, floor=82), typed(second, "end"))
    decide = f"{ROUND}decide/"
    minute = {
        "everything": "on",
        "verdict": "record",
        "body": bodies["cabinet"].pk,
        "met_on_day": 12,
        "met_on_month": 3,
        "met_on_year": 2024,
        "minute": "45",
    }
    with time_machine.travel(MARCH, tick=False):
        client.force_login(people["officer"])
        early = text(client.post(decide, minute))
        assert "PAT did not look at HW1" in early or "PAT did not look at HW2" in early
        assert 'value="45"' in early
        assert "Enter the day on which it met, or say why" in text(
            client.post(f"{ROUND}looked-at/", {"who": "team"})
        )
        client.post(f"{ROUND}looked-at/", review("team"))
        client.post(f"{ROUND}looked-at/", review(bodies["posc"].pk, 1, 3))
        assert RoundReview.objects.count() == 2
        assert "Enter the number of the minute" in text(
            client.post(decide, minute | {"minute": ""})
        )
        assert "the minute is recorded" in text(client.post(decide, minute, follow=True))
        checked = {"everything": "on", "verdict": "check"}
        assert client.post(decide, checked).status_code == 403  # who recorded it

        client.force_login(people["director"])  # who submitted it
        assert client.post(decide, checked).status_code == 403

        client.force_login(people["second officer"])
        page = text(client.get(decide))
        assert "Cabinet, 12 March 2024, minute 45" in page
        assert "2 lines agreed by the minute" in text(client.post(decide, checked, follow=True))

    assert Target.objects.get(from_quarter=Q1).approved_by == "Cabinet, 12 March 2024, minute 45"
    second.refresh_from_db()
    assert second.last_quarter == Quarter(2023, 4)
    client.force_login(people["member"])
    overview = text(client.get(ROUND))
    assert "1 kept, 1 ended" in overview
    assert "On 10 February 2024" in overview


def test_lines_are_sent_back_and_a_wrong_minute_refused_on_the_page(
    client, people, bodies, indicator, round
):
    lines = submitted(round, people, typed(indicator, target=92, floor=82))
    decide = f"{ROUND}decide/"
    chosen = {"lines": [lines[0].pk]}
    with time_machine.travel(MARCH, tick=False):
        looked_at(round, people, bodies)
        minuted(lines, people, bodies)
        client.force_login(people["second officer"])
        assert "Say why" in text(client.post(decide, chosen | {"verdict": "refuse"}))
        client.post(decide, chosen | {"verdict": "refuse", "reason": "It is minute 46"})
        assert "Select at least one line" in text(client.post(decide, {"verdict": "back"}))
        client.post(decide, chosen | {"verdict": "back", "reason": "Ask for more"})

    assert RoundLine.objects.get().state == "draft"


def test_what_is_referred_up_of_an_indicator_that_is_to_end_is_said_with_what_becomes_of_it(
    client, people, bodies, indicator, round
):
    referred = EscalationFactory(indicator=indicator)
    assert Escalation.objects.open_ones().get() == referred
    (line,) = submitted(round, people, typed(indicator, "end"))
    client.force_login(people["officer"])

    for page in (GRID, f"{ROUND}lines/{line.pk}/", f"{ROUND}decide/"):
        shown = text(client.get(page))
        assert "at the first close after the last quarter" in shown, page
        assert f"/escalations/{referred.pk}/" in shown, page


def test_what_is_carried_over_is_said_wherever_its_target_is_shown(
    client, people, bodies, indicator, round
):
    left = indicator_of(people, "HW2")
    total = indicator_of(people, "HW3", basis=Basis.YEAR_TO_DATE)
    lines = submitted(round, people, *_all_three(indicator, left, total))
    with time_machine.travel(MARCH, tick=False):
        looked_at(round, people, bodies)
        ours = [each for each in lines if each.reference == "HW1"]
        minuted(ours, people, bodies)
        client.force_login(people["second officer"])
        client.post(f"{ROUND}decide/", {"lines": [ours[0].pk], "verdict": "check"})
    with time_machine.travel("2024-07-02 10:00 +0100", tick=False):
        open_quarter(quarter=Q1, today=date(2024, 7, 2), by=None)
        client.force_login(people["officer"])
        said, ours_said = "Carried over, not agreed for 2024/25", {}
        for reference in ("HW1", "HW2"):
            ours_said[reference] = [
                said in text(client.get(page))
                for page in (
                    f"/indicators/{reference}/",
                    f"/indicators/{reference}/targets/",
                    f"/returns/{Q1.key}/{reference}/",
                )
            ]
        assert ours_said == {"HW1": [False] * 3, "HW2": [True] * 3}
        set_up = text(client.get("/set-up/targets/"))
        assert set_up.count(said) == 1
        assert set_up.count("Not agreed for 2024/25, so that there is no target") == 1
        board = text(client.get(f"/dashboards/HW/?quarter={Q1.key}"))
        assert "Carried over, not agreed for 2024/25:" in board
        assert said in text(client.get(GRID))
        assert "2 indicators have no agreed target for 2024/25" in text(client.get("/home/"))
        assert "The year has begun" in text(client.get(ROUND))


def _all_three(indicator, left, total):
    return (
        typed(indicator, target=92, floor=82),
        typed(left, target=95, floor=85),
        typed(total, reason="So"),
    )


def test_home_says_what_is_due_from_whom(client, people, bodies, indicator, round):
    client.force_login(people["manager"])
    assert "You have not said what happens in 2024/25 to 1 indicator of yours" in text(
        client.get("/home/")
    )
    client.force_login(people["directorate officer"])
    assert "Continue the proposals of Highways" in text(client.get("/home/"))
    (line,) = submitted(round, people, typed(indicator, target=92, floor=82))
    with time_machine.travel(FEBRUARY, tick=False):
        put_challenge(line=line, said_for="PAT", text="Why?", by=people["officer"])
        client.force_login(people["manager"])
        assert "1 challenge to the proposals for 2024/25 is not answered" in text(
            client.get("/home/")
        )
        client.force_login(people["officer"])
        assert "1 proposal for 2024/25 is submitted but not agreed" in text(client.get("/home/"))


def test_a_grid_is_taken_as_a_spreadsheet_and_brought_back(client, people, indicator, round):
    client.force_login(people["director"])
    client.post(GRID, filled(indicator))
    taken = client.get(f"{GRID}round.csv").content.decode()
    assert client.get(f"{GRID}round.xlsx").status_code == 200
    assert "HW1,keep,2024-Q1,92,82" in taken

    def bring(content):
        file = SimpleUploadedFile("round.csv", content.encode())
        return client.post("/set-up/round/spreadsheet/", {"file": file}, follow=True)

    wrong = text(bring(taken.replace("HW1,keep", "HW404,keep")))
    assert "There is no indicator HW404" in wrong
    shown = bring(taken.replace("92,82", "94,84"))
    written = client.post(shown.redirect_chain[-1][0], follow=True)
    assert "0 new, 1 changed, 0 unchanged" in text(written)
    assert RoundLine.objects.get().targets.get().target == 94


def test_a_unit_that_is_no_directorate_has_no_grid(client, people, indicator, round):
    client.force_login(people["officer"])

    assert client.get(f"/round/{YEAR}/of/nowhere/").status_code == 404
    assert client.get("/round/2030/").status_code == 404
    assert client.get(f"{ROUND}lines/999999/").status_code == 404
    assert client.get(f"{ROUND}change/HW1/").status_code == 200
    client.force_login(people["other director"])
    assert client.get(f"{ROUND}change/HW1/").status_code == 403
    assert client.post(GRID, filled(indicator)).status_code == 403


def queries(client, address):
    with CaptureQueriesContext(connection) as found:
        assert client.get(address).status_code == 200
    return len(found)


def test_twenty_indicators_ask_no_oftener_than_one_on_each_page(
    client, people, bodies, indicator, round
):
    (line,) = submitted(round, people, typed(indicator, target=92, floor=82))
    client.force_login(people["officer"])
    pages = (ROUND, GRID, f"{ROUND}decide/", f"{ROUND}lines/{line.pk}/", "/home/")
    for page in pages:
        queries(client, page)  # what is remembered for some seconds is asked for
    of_one = [queries(client, page) for page in pages]
    more = [indicator_of(people, f"HW2{n:02}") for n in range(20)]
    submitted(round, people, *(typed(each, target=92, floor=82) for each in more))

    assert [queries(client, page) for page in pages] == of_one
    assert Indicator.objects.count() == 21
