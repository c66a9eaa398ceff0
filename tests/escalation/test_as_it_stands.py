"""As it stands, where people see it: the box, the receipt, the sign-off sheet, pages, one notice a morning."""

from __future__ import annotations

import html
import re
from datetime import date
from pathlib import Path
from uuid import uuid4

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.clock import now
from core.models.notices import Notice
from core.models.quarters import ReportingQuarter
from core.quarters import Quarter
from core.services.quarters import open_quarter
from core.tasks import send_owed_notices
from escalation.models.close_previews import ClosePreview
from escalation.queries.as_it_stands import stands_by_indicator
from escalation.services.close_previews import update_all_close_previews
from escalation.services.closing import close_quarter
from escalation.services.morning_news import owe_morning_news
from escalation.tasks import owe_morning_news as owe_by_the_clock
from indicators.models.definitions import Indicator
from indicators.models.returns import Draft
from indicators.rules.entry import ResultGiven
from indicators.services.drafts import save_draft
from indicators.services.results import submit_result, submit_return
from organisation.rules import ELECTED, PostKind, Sight, UnitTier
from sorp.lexicon import Level, Rag, Tier
from tests.escalation.conditions import aggregate, silence, trigger
from tests.escalation.versions import version_of
from tests.factories import (
    VALUES,
    AppointmentFactory,
    IndicatorFactory,
    OfficeSightFactory,
    PostFactory,
    TargetFactory,
    UnitFactory,
    holder,
)

pytestmark = pytest.mark.django_db
Q1, Q2 = Quarter(2011, 1), Quarter(2011, 2)
TODAY = date(2011, 12, 1)
SECOND_RED = "Second red running: goes to PAT at the close, by clause 4.1"
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def in_december():
    with time_machine.travel("2011-12-01 10:00 +0000"):
        yield


@pytest.fixture
def division(db):
    version_of(
        trigger("Red for two quarters", Rag.RED, 2, 2, clause="4.1"),
        silence(2, 2, name="No result twice", level=Level.DIRECTORATE, clause="4.7"),
        aggregate(3, name="Three reds in a division", clause="4.9"),
    )
    return UnitFactory(
        code="ASC", tier=UnitTier.DIVISION, parent=UnitFactory(), name="Adult social care"
    )


@pytest.fixture
def manager(division):
    return holder(PostKind.ACCOUNTABLE_MANAGER, unit=division, name="Ada Martin")


@pytest.fixture
def director(division):
    return holder(PostKind.DIRECTOR, unit=division, name="Dan Orme")


def submit(indicator, quarter, rag):
    """A result, and what is done once its transaction is over."""
    open_quarter(quarter=quarter, today=TODAY, by=None)
    ReportingQuarter.objects.filter(quarter=quarter).update(begun_at=now())
    with TestCase.captureOnCommitCallbacks(execute=True):
        submit_result(
            indicator=indicator,
            quarter=quarter,
            given=ResultGiven(value=VALUES[rag]),
            today=TODAY,
            by=indicator.accountable_manager,
        )


def measured(division, manager, reference):
    return TargetFactory(
        indicator=IndicatorFactory(
            reference=reference,
            title=f"Reviews {reference}",
            unit=division,
            accountable_manager=manager,
            tier=Tier.DIVISION,
        )
    ).indicator


@pytest.fixture
def red_once(division, manager):
    """Red in a closed quarter, and the next quarter open with the result of another."""
    indicator, other = (measured(division, manager, each) for each in ("AS-1", "AS-2"))
    submit(indicator, Q1, Rag.RED)
    submit(other, Q1, Rag.GREEN)
    close_quarter(quarter=Q1, today=TODAY, by=None)
    submit(other, Q2, Rag.GREEN)
    return indicator


def seen_by(client, user, name, *args, **query):
    client.force_login(user)
    response = client.get(reverse(name, args=args), query)
    assert response.status_code == 200
    return text_of(response)


def text_of(response):
    words = re.sub(r"<(script|style)\b.*?</\1>|<[^>]+>", " ", response.content.decode(), flags=re.S)
    return " ".join(html.unescape(words).split())


# Where a figure is typed, checked, submitted and signed off --------------------------------------


def test_the_box_says_what_the_close_would_do_while_the_figure_is_typed(client, red_once, manager):
    client.force_login(manager)
    address = reverse("would_be", args=[Q2.key, "AS-1"])
    before = list(ClosePreview.objects.values())

    red, green = (text_of(client.post(address, {"value": each})) for each in ("70", "95"))

    assert f"Q2 2011/12, not closed What the close would do with this: ▲ {SECOND_RED}" in red
    assert "Clause 4.1 of version 1 of the SORP, “Red for two quarters”: Red for 2 of" in red
    assert SECOND_RED not in green
    assert "Nothing is referred up at the close." in green
    assert list(ClosePreview.objects.values()) == before


def test_before_anything_is_typed_the_box_says_how_it_stands(client, red_once, manager):
    page = seen_by(client, manager, "enter_result", Q2.key, "AS-1")
    assert "Q2 2011/12, not closed As it stands: No result yet." in page


def test_of_what_cannot_be_read_nothing_is_foretold(client, red_once, manager):
    client.force_login(manager)
    page = text_of(client.post(reverse("would_be", args=[Q2.key, "AS-1"]), {"value": "many"}))
    assert "What the close would do with this" not in page
    assert "As it stands: No result yet." in page


def test_without_a_script_the_check_button_shows_it(client, red_once, manager):
    client.force_login(manager)
    address = reverse("enter_result", args=[Q2.key, "AS-1"])
    page = text_of(
        client.post(address, {"value": "70", "do": "check", "version": "0", "seen": "0"})
    )
    assert SECOND_RED in page


def test_a_row_of_the_grid_says_it_as_it_is_typed_and_once_it_is_submitted(
    client, red_once, manager
):
    client.force_login(manager)
    rows, pk = reverse("keep_grid", args=[Q2.key]), red_once.pk
    red = client.post(rows, {f"{pk}-marks": "", f"{pk}-value": "70"}).json()["rows"][str(pk)]
    submit(red_once, Q2, Rag.RED)
    Draft.objects.all().delete()
    page = seen_by(client, manager, "entry_grid", Q2.key)

    assert SECOND_RED in red
    assert f"Q2 2011/12, not closed ▲ {SECOND_RED}" in page
    assert page.count("not closed") == 1, "nothing follows from the green one"


def completed(indicator, by):
    return save_draft(
        indicator=indicator,
        quarter=Q2,
        typed={
            "value": "70",
            "confidence": "final",
            "commentary": "Two vacancies",
            "management_action": "Both are advertised",
            "year_end_rag": "red",
            "year_end_why": "Nobody applied",
        },
        version=0,
        is_complete=True,
        by=by,
    )


def test_the_check_of_a_return_and_its_receipt_say_what_the_close_would_do(
    client, red_once, manager
):
    draft = completed(red_once, manager)
    assert SECOND_RED in seen_by(client, manager, "check_return", Q2.key)

    with TestCase.captureOnCommitCallbacks(execute=True):
        submission = submit_return(
            quarter=Q2,
            references=["AS-1"],
            token=uuid4(),
            today=TODAY,
            by=manager,
            versions={"AS-1": draft.version},
        )

    receipt = seen_by(client, manager, "return_submitted", Q2.key, submission.token)
    assert "What the close would do" in receipt
    assert SECOND_RED in receipt


def test_the_sign_off_sheet_says_it_beside_each_result(client, red_once, director):
    submit(red_once, Q2, Rag.RED)
    page = seen_by(client, director, "sign_off_sheet", Q2.key, "division", "ASC")
    assert f"▲ {SECOND_RED}" in page
    assert "Nothing is referred up at the close." in page  # the other


# Pages -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("page", "arguments"),
    [("dashboard", ["ASC"]), ("as_it_stands", []), ("early_warning", [])],
)
def test_pages_of_units_say_what_the_close_would_do(client, red_once, director, page, arguments):
    submit(red_once, Q2, Rag.RED)
    shown = seen_by(client, director, page, *arguments)
    assert SECOND_RED in shown
    assert "Q2 2011/12, not closed" in shown


def test_home_has_a_line_for_what_is_ones_own_and_one_for_each_unit_one_directs(
    client, red_once, manager, director, division
):
    silent = measured(division, manager, "AS-3")
    update_all_close_previews(by=None)
    submit(red_once, Q2, Rag.RED)
    assert "Your indicators : 1 to PAT, 1 missing of 3" in seen_by(client, manager, "home")
    assert "1 to PAT, 1 missing" in seen_by(client, director, "home")
    officer = holder(PostKind.PERFORMANCE_OFFICER)
    assert "1 to PAT, 1 missing" in seen_by(client, officer, "home")
    submit(silent, Q2, Rag.GREEN)
    assert "Your indicators : 1 to PAT of 3" in seen_by(client, manager, "home")


def test_the_page_is_narrowed_to_a_unit_or_to_what_is_ones_own(
    client, red_once, manager, director, division
):
    elsewhere = UnitFactory(code="HW", tier=UnitTier.DIVISION, parent=UnitFactory(), name="Roads")
    other = measured(elsewhere, holder(PostKind.ACCOUNTABLE_MANAGER, unit=elsewhere), "HW-1")
    submit(other, Q2, Rag.GREEN)
    submit(red_once, Q2, Rag.RED)

    whole = seen_by(client, director, "as_it_stands", unit="")
    assert "1 to PAT of 3 indicators" in whole
    assert "Ada Martin: 1 to PAT of 2" in whole
    begins = seen_by(client, director, "as_it_stands")
    assert "1 to PAT of 2 indicators" in begins
    assert "The whole council" in begins
    roads = seen_by(client, director, "as_it_stands", unit="HW")
    assert "Nothing would be referred up of 1 indicator" in roads
    own = seen_by(client, manager, "as_it_stands", whose="own")
    assert "1 to PAT of 2 indicators" in own
    nobodys = seen_by(client, director, "as_it_stands", whose="own")
    assert "No indicator matches these filters." in nobodys


def test_while_no_quarter_is_open_the_page_says_so_and_nothing_else_is_said(
    client, division, manager, director
):
    measured(division, manager, "AS-1")
    assert "No quarter is open" in seen_by(client, director, "as_it_stands")
    assert "As it stands" not in seen_by(client, director, "home")
    assert "As it stands" not in seen_by(client, director, "dashboard", "ASC")


def test_a_dashboard_says_it_before_any_quarter_is_closed(client, division, manager, director):
    submit(measured(division, manager, "AS-1"), Q1, Rag.RED)
    shown = seen_by(client, director, "dashboard", "ASC")
    assert "Q1 2011/12, not closed Nothing would be referred up of 1 indicator" in shown


# Who sees it ---------------------------------------------------------------------------------------------

PAGES = (("home", []), ("as_it_stands", []), ("early_warning", []), ("dashboard", ["ASC"]))


@pytest.mark.parametrize(
    ("kinds", "sees"),
    [
        ([PostKind.ACCOUNTABLE_MANAGER], True),
        ([PostKind.DEPUTY], True),
        ([PostKind.DIRECTOR], True),
        ([PostKind.MANAGING_DIRECTOR], True),
        ([PostKind.PERFORMANCE_OFFICER], True),
        ([PostKind.DIRECTORATE_OFFICER], True),
        ([PostKind.AUDITOR], True),
        ([PostKind.STAFF], True),
        ([PostKind.MEMBER], False),
        ([PostKind.CABINET_MEMBER], False),
        ([PostKind.POSC_CHAIR], False),
        ([PostKind.CHAIR_GOVERNANCE_AUDIT], False),
        ([PostKind.MEMBER, PostKind.STAFF], True),
    ],
)
def test_officers_see_it_and_whoever_is_only_a_member_does_not(
    client, red_once, division, kinds, sees
):
    submit(red_once, Q2, Rag.RED)
    for office in ELECTED:  # nothing of an open quarter
        OfficeSightFactory(office=office, sight=Sight.CLOSED)
    reader = holder(kinds[0], unit=division)
    for kind in kinds[1:]:
        AppointmentFactory(user=reader, post=PostFactory(kind=kind, unit=division))
    shown = {name: seen_by(client, reader, name, *arguments) for name, arguments in PAGES}
    for name in ("as_it_stands", "early_warning", "dashboard"):
        assert (SECOND_RED in shown[name]) is sees
    if not sees:
        assert not any(
            "goes to PAT" in page or "Q2 2011/12, not closed" in page
            for page in shown.values()
            if page is not shown["as_it_stands"]
        )
        assert "Not shown to you before it is published" in shown["as_it_stands"]


@pytest.mark.parametrize(
    ("sight", "shown"),
    [
        (Sight.NOTHING, []),
        (Sight.CLOSED, []),
        (Sight.SIGNED_OFF, []),
        (Sight.SUBMITTED, ["AS-1"]),
        (Sight.EVERYTHING, ["AS-1", "AS-3"]),
    ],
)
def test_a_member_sees_it_from_the_stage_that_the_council_sets(
    red_once, manager, division, sight, shown
):
    """AS-1 is submitted and not signed off; of AS-3 no result has come."""
    measured(division, manager, "AS-3")
    submit(red_once, Q2, Rag.RED)
    update_all_close_previews(by=None)
    OfficeSightFactory(office=PostKind.MEMBER, sight=sight)
    member = holder(PostKind.MEMBER, unit=division)
    keys = {each.pk: each.reference for each in Indicator.objects.exclude(reference="AS-2")}
    stands = stands_by_indicator(reader=member, indicators=keys, quarter=Q2)
    assert sorted(keys[each] for each in stands) == shown


@pytest.mark.parametrize(
    "address", ["/", "/data/", "/performance/", "/early-warning/", "/escalations/as-it-stands/"]
)
def test_the_public_is_told_nothing_of_it(client, red_once, address):
    submit(red_once, Q2, Rag.RED)
    response = client.get(address, follow=True)
    page = text_of(response)
    assert "goes to PAT" not in page
    assert "not closed" not in page


def test_nothing_that_is_published_is_made_of_it():
    reading = [
        path.relative_to(ROOT).as_posix()
        for path in sorted((ROOT / "reports").rglob("*.py"))
        if re.search(r"close_previews?|as_it_stands|ClosePreview", path.read_text())
    ]
    assert reading == []


@pytest.mark.parametrize(
    ("page", "arguments", "query"),
    [
        ("as_it_stands", [], {}),
        ("dashboard", ["ASC"], {}),
        ("home", [], {}),
        ("early_warning", [], {}),
        ("sign_off_sheet", [Q2.key, "division", "ASC"], {}),
    ],
)
def test_the_queries_are_as_many_for_twenty_as_for_one(
    client, red_once, manager, director, division, page, arguments, query
):
    def counted():
        with CaptureQueriesContext(connection) as made:
            seen_by(client, director, page, *arguments, **query)
        return len(made)

    submit(red_once, Q2, Rag.RED)
    more = [measured(division, manager, f"AS-{number}") for number in range(3, 6)]
    for each in more:
        submit(each, Q2, Rag.RED)
    counted()
    few = counted()
    for number in range(6, 26):
        submit(measured(division, manager, f"AS-{number}"), Q2, Rag.RED)
    assert counted() <= few


def test_the_check_of_twenty_takes_as_many_queries_as_that_of_one(
    client, red_once, manager, division
):
    def counted():
        with CaptureQueriesContext(connection) as made:
            seen_by(client, manager, "check_return", Q2.key)
        return len(made)

    completed(red_once, manager)
    counted()
    few = counted()
    for number in range(3, 22):
        completed(measured(division, manager, f"AS-{number}"), manager)
    assert counted() <= few


# The morning's news --------------------------------------------------------------------------------------


def at(moment):
    return time_machine.travel(f"{moment} +0000", tick=False)


def told(person):
    return list(
        Notice.objects.filter(recipient=person, key__startswith="as-it-stands").order_by("pk")
    )


def test_each_is_told_once_a_morning_of_what_changed_and_nobody_where_nothing_did(
    red_once, manager, director, division
):
    stranger = holder(PostKind.DIRECTOR)
    with at("2011-12-01 07:12"):
        assert owe_by_the_clock() == 2  # of the other's green, which was not given before
        assert owe_by_the_clock() == 0
    with at("2011-12-02 07:12"):
        assert owe_by_the_clock() == 0

    with at("2011-12-02 11:00"):
        submit(red_once, Q2, Rag.RED)
    with at("2011-12-02 12:12"):
        assert owe_by_the_clock() == 0  # it waits for the next morning
    with at("2011-12-03 07:12"):
        assert owe_morning_news(today=date(2011, 12, 3)) == 2
        assert owe_morning_news(today=date(2011, 12, 3)) == 0

    for person in (manager, director):
        (_, notice) = told(person)
        assert notice.subject == "Q2 2011/12 as it stands: 1 change since your last notice"
        assert "Q2 2011/12 is not closed." in notice.body
        assert f"Reviews AS-1 (AS-1): red, was not given. {SECOND_RED}." in notice.body
        assert notice.address == "/escalations/as-it-stands/"
        assert notice.sent_at is None  # owed; sent only once it is
    assert told(stranger) == []


def test_it_is_sent_once_and_only_then_said_to_be(red_once, manager):
    with at("2011-12-01 07:12"):
        owe_by_the_clock()
        (notice,) = told(manager)
        assert notice.sent_at is None
        send_owed_notices()
        send_owed_notices()
    notice.refresh_from_db()
    assert notice.sent_at is not None
    assert [each.to for each in mail.outbox if "as it stands" in each.subject] == [[manager.email]]


def test_what_no_longer_follows_is_news_too(red_once, manager):
    with at("2011-12-01 09:00"):
        submit(red_once, Q2, Rag.RED)
    with at("2011-12-02 07:12"):
        owe_by_the_clock()
    with at("2011-12-02 09:00"):
        submit(red_once, Q2, Rag.GREEN)
    with at("2011-12-03 07:12"):
        owe_by_the_clock()
    assert "green, was red. Nothing is referred up any more." in told(manager)[-1].body


def test_a_unit_that_would_go_up_is_told_of_to_who_directs_it(
    red_once, manager, director, division
):
    with at("2011-12-01 07:12"):
        owe_by_the_clock()
    with at("2011-12-01 09:00"):
        submit(red_once, Q2, Rag.RED)
        for number in (3, 4):
            submit(measured(division, manager, f"AS-{number}"), Q2, Rag.RED)
    with at("2011-12-02 07:12"):
        owe_by_the_clock()
    of_unit = "Adult social care: AS-1, AS-3 and AS-4 red in Q2 2011/12: the unit goes to PAT"
    assert of_unit in told(director)[-1].body
    assert of_unit not in told(manager)[-1].body


def test_where_no_quarter_is_open_nobody_is_told(division, manager):
    measured(division, manager, "AS-1")
    assert owe_by_the_clock() == 0


def test_more_than_twenty_changes_are_counted_not_listed(red_once, manager, division):
    with at("2011-12-01 07:12"):
        owe_by_the_clock()
    for number in range(3, 26):
        submit(measured(division, manager, f"AS-{number}"), Q2, Rag.RED)
    with at("2011-12-02 07:12"):
        owe_by_the_clock()
    (*_, notice) = told(manager)
    assert notice.subject == "Q2 2011/12 as it stands: 23 changes since your last notice"
    assert notice.body.endswith("And 3 more.")
