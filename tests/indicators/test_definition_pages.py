"""The pages of indicators: the list, adding one, changing it, moving it from a day on, the spreadsheet."""

from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from core.models.audit import AuditEvent
from core.models.notices import Notice
from core.quarters import Quarter
from core.services.quarters import open_quarter
from indicators.models.definitions import Indicator
from indicators.models.moves import IndicatorMove
from indicators.models.ratings import Rating
from indicators.queries.library import library
from indicators.rules.entry import ResultGiven
from indicators.services.moves import make_due_moves
from indicators.services.results import submit_result
from indicators.tasks import make_due_moves as the_task
from organisation.models.people import Appointment
from organisation.rules import PostKind, UnitTier
from organisation.services.people import end_appointment
from tests.factories import CouncilFactory, IndicatorFactory, TargetFactory, UnitFactory, holder

pytestmark = pytest.mark.django_db
LIST, OPEN = "/set-up/indicators/", Quarter(2023, 1)
TODAY = date(2023, 7, 20)


@pytest.fixture(autouse=True)
def in_july(db):
    with time_machine.travel("2023-07-20 10:00 +0100", tick=False):
        yield


@pytest.fixture
def officer(client):
    person = holder(PostKind.PERFORMANCE_OFFICER, unit=CouncilFactory(), name="Perry Officer")
    client.force_login(person)
    return person


@pytest.fixture
def manager():
    return holder(PostKind.ACCOUNTABLE_MANAGER, name="Ann Manager", email="ann@council.example")


def text(response):
    return " ".join(response.content.decode().split())


def typed(unit, manager, **otherwise):
    """A definition as somebody fills it in."""
    return {
        "reference": "HW 01",
        "title": "Bins emptied on the day",
        "kind": "kpi",
        "definition": "Bins reported as emptied by midnight",
        "measure_unit": "%",
        "decimals": "1",
        "frequency": "quarterly",
        "basis": "quarter",
        "lag_quarters": "0",
        "first_quarter": "Q1 2023/24",
        "polarity": "higher",
        "method": "floor",
        "unit": unit.code,
        "accountable_manager": str(manager.pk),
        "tier": "division",
        "layer": "core",
        "may_be_negative": "no",
    } | otherwise


def standing_as_typed(indicator, **otherwise):
    """What the form of one that stands would send back untouched."""
    return {
        "title": indicator.title,
        "kind": indicator.kind,
        "definition": indicator.definition,
        "source": indicator.source,
        "measure_unit": indicator.measure_unit,
        "decimals": str(indicator.decimals),
        "frequency": indicator.frequency,
        "basis": indicator.basis,
        "due": indicator.due,
        "lag_quarters": str(indicator.lag_quarters),
        "first_quarter": indicator.first_quarter.key,
        "polarity": indicator.polarity,
        "method": indicator.method,
        "tier": indicator.tier,
        "layer": indicator.layer,
        "may_be_negative": "",
    } | otherwise


def confirmed(client, address, data):
    """What is shown first, and what comes once it is confirmed."""
    shown = client.post(address, data)
    digest = shown.context["preview"].digest
    return shown, client.post(address, data | {"confirmed": digest})


# The list


def test_the_list_is_searched_and_narrowed_by_unit_with_those_below_it(client, officer):
    directorate = UnitFactory(code="HW", name="Highways")
    division = UnitFactory(code="HWB", tier=UnitTier.DIVISION, parent=directorate, name="Bins")
    IndicatorFactory(reference="A1", title="Potholes mended", unit=directorate)
    IndicatorFactory(reference="A2", title="Bins emptied", unit=division)
    IndicatorFactory(reference="B1", title="Books lent", last_quarter=Quarter(2022, 4))

    assert "<strong>2</strong> indicators found" in text(client.get(LIST, {"unit": "HW"}))
    page = text(client.get(LIST, {"text": "emptied bins"}))
    assert "A2 Bins emptied" in page
    assert "A1 Potholes" not in page
    page = text(client.get(LIST, {"use": "ended"}))
    assert "B1 Books lent" in page
    assert "<strong>1</strong> indicator found" in page


def test_an_empty_list_says_what_comes_first(client, officer):
    assert "belongs to a unit and has one accountable manager" in text(client.get(LIST))


def test_the_list_asks_as_much_of_the_database_for_twenty_as_for_one(client, officer):
    IndicatorFactory()
    with CaptureQueriesContext(
        connection,
    ) as one:
        client.get(LIST)
    IndicatorFactory.create_batch(19)
    with CaptureQueriesContext(connection) as twenty:
        client.get(LIST)

    assert len(twenty) == len(one) <= 14


# Adding


def test_an_indicator_is_added_as_it_was_filled_in(client, officer, manager):
    unit = UnitFactory(code="HW")
    checker = holder(PostKind.STAFF)
    response = client.post(
        f"{LIST}add/",
        typed(
            unit,
            manager,
            data_provider="Waste contractor",
            contributors="Depot; Call centre",
            checker=str(checker.pk),
            next_review_day="1",
            next_review_month="4",
            next_review_year="2024",
            codes="LGBF:ENV 3",
        ),
    )

    indicator = Indicator.objects.get()
    assert response.url == "/indicators/HW_01/targets/"
    assert (indicator.reference, indicator.unit, indicator.accountable_manager) == (
        "HW 01",
        unit,
        manager,
    )
    assert indicator.first_quarter == OPEN
    assert indicator.may_be_negative is False
    assert (indicator.data_provider, indicator.contributors, indicator.checker) == (
        "Waste contractor",
        "Depot; Call centre",
        checker,
    )
    assert indicator.next_review == date(2024, 4, 1)
    assert AuditEvent.objects.get(act="defined indicator").actor_id == officer.pk


@pytest.mark.parametrize(
    ("otherwise", "told"),
    [
        ({"reference": ""}, "Enter the reference"),
        ({"reference": "=HW"}, "Use letters, figures, spaces inside"),
        ({"reference": "OLD-1"}, "OLD-1 is another indicator’s"),
        ({"reference": "OLD/1"}, "OLD/1 and OLD 1 would share the address OLD_1"),
        ({"title": ""}, "Enter the title"),
        ({"unit": "nowhere"}, "Unit of the organisation"),
        ({"unit": ""}, "Select the unit it belongs to"),
        ({"accountable_manager": ""}, "Select who answers for it"),
        ({"polarity": ""}, "Select which way is better"),
        ({"polarity": "range"}, "“Target and floor standard” needs it"),
        ({"kind": "data"}, "an indicator of data only has no RAG status"),
        ({"method": "tolerance"}, "by how many per cent of the target amber may miss it"),
        ({"tolerance": "ten"}, "Enter the tolerance as a number"),
        ({"first_quarter": "soon"}, "quarter"),
        ({"first_quarter": "2023"}, "2023"),
        ({"first_quarter": ""}, "Enter the first quarter in which it is measured"),
        ({"decimals": "7"}, "Enter a whole number from 0 to 6"),
        ({"frequency": "monthly"}, "how months make a quarter"),
        ({"due": "Q5"}, "Write the quarters in which it is due like Q2"),
        (
            {"next_review_day": "31", "next_review_month": "2", "next_review_year": "2024"},
            "real day",
        ),
        ({"checker": "manager"}, "no manager checks their own indicator"),
        ({"title": "x" * 201}, "Title must be 200 characters or fewer"),
    ],
)
def test_what_cannot_be_is_said_in_words_and_what_was_typed_comes_back(
    client, officer, manager, otherwise, told
):
    IndicatorFactory(reference="OLD-1")
    IndicatorFactory(reference="OLD 1")
    if otherwise.get("checker") == "manager":
        otherwise = {"checker": str(manager.pk)}
    response = client.post(
        f"{LIST}add/", typed(UnitFactory(), manager, source="A survey of my own") | otherwise
    )

    page = text(response)
    assert told in page
    assert "There is a problem" in page
    assert "A survey of my own" in page
    assert Indicator.objects.count() == 2


def test_an_accountable_manager_is_somebody_in_such_a_post(client, officer, manager):
    page = text(client.get(f"{LIST}add/"))

    assert "Ann Manager (ann@council.example)" in page
    response = client.post(f"{LIST}add/", typed(UnitFactory(), officer))
    assert "Accountable manager" in text(response)
    assert not Indicator.objects.exists()


@pytest.mark.both_databases
def test_the_database_itself_lets_no_manager_check_their_own_indicator(manager):
    with pytest.raises(IntegrityError), transaction.atomic():
        IndicatorFactory(accountable_manager=manager, checker=manager)


def test_a_national_definition_is_picked_and_the_form_begins_with_what_is_published(
    client, officer, manager
):
    page = text(client.get(f"{LIST}library/", {"text": "council tax"}))
    assert "LGBF CORP 04 The Cost per Dwelling of Collecting Council Tax" in page
    assert "<strong>1</strong> definition found" in page
    assert "Lower is better" in page

    form = client.get(f"{LIST}add/", {"from": "LGBF:CORP 04"}).context["form"]

    assert form["reference"].value() == "CORP 04"
    assert (form["measure_unit"].value(), form["polarity"].value()) == ("£", "lower")
    IndicatorFactory(reference="CT1", codes="LOF:1.2; LGBF:CORP 04")
    assert 'Measured as <a class="govuk-link" href="/indicators/CT1/">' in text(
        client.get(f"{LIST}library/", {"text": "corp 04"})
    )


def test_every_definition_to_pick_from_can_be_defined_and_names_its_source(manager):
    rows = library()
    assert len(rows) == len({row.key for row in rows}) > 50
    for row in rows:
        assert row.source
        IndicatorFactory.build(
            **row.as_typed, method="none", kind="data", due="", unit=None, accountable_manager=None
        ).clean_fields(exclude=["unit", "accountable_manager", "address"])


# Changing


@pytest.fixture
def rated(sorp_in_force, manager):
    """Amber in an open quarter: 85 against a target of 90 and a floor of 80."""
    indicator = TargetFactory(
        indicator=IndicatorFactory(reference="HW1", accountable_manager=manager)
    ).indicator
    open_quarter(quarter=OPEN, today=TODAY, by=None)
    submit_result(
        indicator=indicator,
        quarter=OPEN,
        given=ResultGiven(value=Decimal(85)),
        today=TODAY,
        by=manager,
    )
    return indicator


def test_what_a_change_would_rate_otherwise_is_shown_first_and_nothing_is_done_yet(
    client, officer, rated
):
    data = standing_as_typed(
        rated, method="tolerance", tolerance="10", title="Bins", reason="As the SORP has it"
    )
    shown, done = confirmed(client, f"{LIST}HW1/change/", data)

    page = text(shown)
    assert "Nothing has been done yet" in page
    assert "Target and tolerance" in page
    assert "This becomes version 2 of the definition" in page
    assert done.status_code == 302
    rated.refresh_from_db()
    assert (rated.method, rated.title) == ("tolerance", "Bins")
    assert rated.definition_changes.get().reason == "As the SORP has it"
    assert "Bins" in text(client.get(f"{LIST}HW1/history/"))


def test_an_open_quarter_that_would_be_rated_anew_is_named_with_both_colours(
    client, officer, rated
):
    data = standing_as_typed(rated, method="tolerance", tolerance="2")

    shown, _ = confirmed(client, f"{LIST}HW1/change/", data)

    assert "Q1 2023/24 is rated again: amber becomes red" in text(shown)
    assert Rating.objects.latest_ones().get(indicator=rated, quarter=OPEN).rag == "red"


def test_a_break_belongs_to_a_change_of_what_a_figure_is(client, officer, rated):
    data = standing_as_typed(rated, layer="core", break_from="Q1 2023/24")

    page = text(client.post(f"{LIST}HW1/change/", data))

    assert "this change does not affect the figures" in page
    assert 'value="Q1 2023/24"' in page


def test_what_was_typed_comes_back_to_be_changed_once_more(client, officer, rated):
    data = standing_as_typed(rated, title="Bins by midnight")
    page = text(client.post(f"{LIST}HW1/change/", data | {"change": "yes"}))

    assert "Bins by midnight" in page
    rated.refresh_from_db()
    assert rated.title != "Bins by midnight"


def test_the_button_says_that_what_changes_is_shown_first(client, officer, rated):
    assert "See what changes" in text(client.get(f"{LIST}HW1/change/"))
    assert "See what changes" not in text(client.get(f"{LIST}add/"))


def test_a_change_of_nothing_is_no_change(client, officer, rated):
    page = text(client.post(f"{LIST}HW1/change/", standing_as_typed(rated)))

    assert "Nothing is changed" in page
    assert not AuditEvent.objects.filter(act="redefined indicator").exists()


def test_another_span_is_a_break_and_asks_from_which_quarter(client, officer, rated):
    data = standing_as_typed(rated, basis="rolling_12_months")
    page = text(client.post(f"{LIST}HW1/change/", data))
    assert "Q2 2023/24 or later" in page

    shown, _ = confirmed(client, f"{LIST}HW1/change/", data | {"break_from": "Q2 2023/24"})

    assert "can no longer be compared with earlier ones" in text(shown)
    assert rated.definition_changes.get().break_from == Quarter(2023, 2)


def test_a_new_way_of_counting_may_be_declared_a_break_though_its_span_stays(
    client, officer, rated
):
    data = standing_as_typed(rated, definition="Counted by sensor", break_from="2023-Q1")
    confirmed(client, f"{LIST}HW1/change/", data)

    assert rated.definition_changes.get().break_from == OPEN
    assert Rating.objects.latest_ones().get(indicator=rated, quarter=OPEN).definition_break


@pytest.mark.parametrize(
    ("otherwise", "told"),
    [
        ({"first_quarter": "Q2 2023/24"}, "HW1 has a result for 2023-Q1: it begins then or before"),
        ({"checker": "manager"}, "no manager checks their own indicator"),
        ({"title": ""}, "Enter the title"),
    ],
)
def test_a_change_that_cannot_be_is_refused_and_what_was_typed_comes_back(
    client, officer, rated, manager, otherwise, told
):
    if "checker" in otherwise:
        otherwise = {"checker": str(manager.pk)}
    data = standing_as_typed(rated, source="A source of my own") | otherwise

    page = text(client.post(f"{LIST}HW1/change/", data))

    assert told in page
    assert "A source of my own" in page
    rated.refresh_from_db()
    assert rated.source == ""


def test_a_polarity_that_the_target_contradicts_is_refused_and_says_which_target(
    client, officer, rated
):
    page = text(client.post(f"{LIST}HW1/change/", standing_as_typed(rated, polarity="lower")))

    assert (
        "The target from Q1 2010/11 (target 90%, floor standard 80%) would not work with it" in page
    )
    rated.refresh_from_db()
    assert rated.polarity == "higher"


# Moving


def moving(unit, manager, day="20", month="7", year="2023", **otherwise):
    return {
        "unit": unit.code,
        "manager": str(manager.pk),
        "from_day_day": day,
        "from_day_month": month,
        "from_day_year": year,
        "reason": "Highways takes bins over",
    } | otherwise


def test_an_indicator_goes_to_another_unit_and_manager_today(client, officer, rated):
    unit = UnitFactory(code="NEW", name="Streets")
    bea = holder(PostKind.ACCOUNTABLE_MANAGER, unit=unit, name="Bea New")

    shown, done = confirmed(client, f"{LIST}HW1/move/", moving(unit, bea))

    page = text(shown)
    assert "Results that Ann Manager gave keep their name" in page
    assert "on the dashboard of Streets" in page
    assert done.status_code == 302
    rated.refresh_from_db()
    assert (rated.unit, rated.accountable_manager) == (unit, bea)
    assert Notice.objects.get(recipient=bea).subject == "You are now accountable for 1 indicator"


def test_from_a_day_to_come_it_waits_and_is_moved_on_that_day_once(client, officer, rated):
    bea = holder(PostKind.ACCOUNTABLE_MANAGER, name="Bea New")
    data = moving(rated.unit, bea, day="1", month="9")
    shown, _ = confirmed(client, f"{LIST}HW1/move/", data)

    assert "Nothing changes until 1 September 2023" in text(shown)
    rated.refresh_from_db()
    assert rated.accountable_manager.name == "Ann Manager"
    assert make_due_moves(today=date(2023, 8, 31)) == 0
    with time_machine.travel("2023-09-01 00:02 +0100", tick=False):
        assert the_task() == 1
        assert the_task() == 0
    rated.refresh_from_db()
    assert rated.accountable_manager == bea


def test_a_move_to_come_is_shown_and_may_be_dropped(client, officer, rated):
    bea = holder(PostKind.ACCOUNTABLE_MANAGER, name="Bea New")
    confirmed(client, f"{LIST}HW1/move/", moving(rated.unit, bea, day="1", month="9"))
    move = IndicatorMove.objects.get()
    assert "On 1 September 2023 it moves to Bea New" in text(client.get(f"{LIST}HW1/move/"))

    client.post(f"{LIST}HW1/move/{move.pk}/drop/")
    client.post(f"{LIST}HW1/move/{move.pk}/drop/")

    assert make_due_moves(today=date(2023, 9, 1)) == 0
    assert AuditEvent.objects.filter(act="dropped move of indicator").count() == 1


def test_what_cannot_be_moved_on_its_day_says_why_is_told_once_and_tried_again(
    client, officer, rated
):
    bea = holder(PostKind.ACCOUNTABLE_MANAGER, name="Bea New")
    confirmed(client, f"{LIST}HW1/move/", moving(rated.unit, bea, day="1", month="9"))
    end_appointment(
        appointment=Appointment.objects.get(user=bea), ends_on=date(2023, 8, 1), by=officer
    )
    with time_machine.travel("2023-09-01 10:00 +0100", tick=False):
        assert the_task() == 0
        assert the_task() == 0
        client.force_login(officer)
        assert "does not hold an accountable manager" in text(client.get(f"{LIST}HW1/move/"))
        assert Notice.objects.filter(subject="HW1 could not be moved").count() == 1
    rated.refresh_from_db()
    assert rated.accountable_manager.name == "Ann Manager"


@pytest.mark.parametrize(
    ("otherwise", "told"),
    [
        ({"from_day_day": "19"}, "19 July 2023 has passed"),
        ({"from_day_day": "31", "from_day_month": "2"}, "as a real day"),
        ({"reason": ""}, "Say why it is moved"),
        ({"manager": "nobody"}, "Accountable manager"),
        ({"unit": "closed"}, "is not in use on 20 July 2023"),
        ({"manager": "officer"}, "does not hold an accountable manager’s post on 20 July 2023"),
        ({"manager": "stays"}, "is there already: select another unit or another manager"),
    ],
)
def test_a_move_that_cannot_be_is_refused_in_words_and_nothing_is_lost(
    client, officer, rated, otherwise, told
):
    bea = holder(PostKind.ACCOUNTABLE_MANAGER, name="Bea New")
    closed = UnitFactory(code="closed", name="Trams")
    closed.placements.update(ends_on=date(2020, 3, 31))
    named = {"officer": str(officer.pk), "stays": str(rated.accountable_manager_id)}
    if otherwise.get("manager") in named:
        otherwise = {"manager": named[otherwise["manager"]]}
    response = client.post(f"{LIST}HW1/move/", moving(rated.unit, bea) | otherwise)

    page = text(response)
    assert told in page
    if "reason" not in otherwise:
        assert "Highways takes bins over" in page
    assert not IndicatorMove.objects.exists()


@pytest.mark.both_databases
@pytest.mark.parametrize(
    "wrong",
    [
        {"manager": None},
        {"reason": ""},
        {"made_at": "2023-07-20T10:00Z", "dropped_at": "2023-07-20T10:00Z"},
    ],
)
def test_the_database_refuses_a_move_that_is_none(officer, rated, wrong):
    sound = {
        "indicator": rated,
        "from_day": TODAY,
        "manager": officer,
        "reason": "Why",
        "asked_by": officer,
    }
    with pytest.raises(IntegrityError), transaction.atomic():
        IndicatorMove.objects.create(**sound | wrong)


# The spreadsheet


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_what_is_taken_and_brought_back_changes_nothing(client, officer, manager, ending):
    IndicatorFactory(
        reference="C&L 02",
        accountable_manager=manager,
        checker=holder(PostKind.STAFF),
        next_review=date(2024, 4, 1),
        contributors="Depot; Call centre",
        data_provider="A partner",
    )
    taken = client.get(f"{LIST}indicators.{ending}")
    file = SimpleUploadedFile(f"indicators.{ending}", taken.content)

    page = client.get(client.post(f"{LIST}spreadsheet/", {"file": file}).url)

    assert "There is nothing to save" in text(page)


def test_a_file_changes_who_has_a_part_in_a_figure_and_refuses_the_manager_as_checker(
    client, officer, manager
):
    IndicatorFactory(reference="HW1", accountable_manager=manager)
    staff = holder(PostKind.STAFF, email="sam@council.example")
    taken = client.get(f"{LIST}indicators.csv").content.decode().splitlines()
    head, row = (line.split(",") for line in taken)

    def brought(**cells):
        for name, cell in cells.items():
            row[head.index(name)] = cell
        content = f"{','.join(head)}\r\n{','.join(row)}\r\n".encode()
        file = SimpleUploadedFile("indicators.csv", content)
        return client.post(f"{LIST}spreadsheet/", {"file": file}).url

    assert "no manager checks their own indicator" in text(
        client.get(brought(checker="ann@council.example"))
    )
    client.post(brought(checker="sam@council.example", data_provider="Depot"))

    indicator = Indicator.objects.get()
    assert (indicator.checker, indicator.data_provider) == (staff, "Depot")
    assert not indicator.definition_changes.exists()
