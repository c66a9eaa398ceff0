"""The register of data quality: what it says, who writes it, what is kept, and what nobody checked."""

from datetime import date

import pytest
import time_machine
from django.urls import reverse

from core.models.audit import AuditEvent
from indicators.models.data_quality import DataQualityEntry
from indicators.queries.data_quality import register
from indicators.rules.data_quality import Risk, is_mend_overdue, is_unchecked, year_before
from indicators.services.data_quality import (
    CannotWriteEntry,
    DataQualityGiven,
    write_data_quality,
)
from organisation.rules import PostKind
from tests.factories import IndicatorFactory, UnitFactory, UserFactory, holder
from tests.indicators.factories import DataQualityEntryFactory

TODAY = date(2012, 6, 15)


@pytest.fixture(autouse=True)
def in_june():
    with time_machine.travel("2012-06-15 10:00 +0000", tick=False):
        yield


# Rules


@pytest.mark.parametrize(
    ("checked_on", "today", "unchecked"),
    [
        (None, TODAY, True),
        (date(2011, 6, 14), TODAY, True),
        (date(2011, 6, 15), TODAY, False),
        (TODAY, TODAY, False),
        (date(2011, 2, 27), date(2012, 2, 29), True),
        (date(2011, 2, 28), date(2012, 2, 29), False),
    ],
)
def test_data_are_unchecked_when_a_year_has_gone_by(checked_on, today, unchecked):
    assert is_unchecked(checked_on, today) is unchecked


def test_a_year_before_a_leap_day_is_the_last_of_february():
    assert year_before(date(2012, 2, 29)) == date(2011, 2, 28)


@pytest.mark.parametrize(
    ("due", "done", "overdue"),
    [
        (None, None, False),
        (date(2012, 6, 14), None, True),
        (TODAY, None, False),
        (date(2012, 6, 14), date(2012, 6, 15), False),
    ],
)
def test_a_mend_is_overdue_after_its_day_until_it_is_said_to_be_done(due, done, overdue):
    assert is_mend_overdue(due, done, TODAY) is overdue


# Writing

GIVEN = {"source": "Works orders", "risk": Risk.MEDIUM, "why": "Closed by hand"}
CHECKED = {"checked_on": TODAY, "checked_by": "Internal audit", "finding": "All well"}


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"source": " "}, "source"),
        ({"why": ""}, "why"),
        ({"finding": "Wrong"}, "checked_on"),
        (CHECKED | {"checked_by": ""}, "checked_by"),
        (CHECKED | {"finding": ""}, "finding"),
        ({"mend": "Train the clerks"}, "mend_due_on"),
        ({"mend_due_on": TODAY}, "mend"),
        ({"mended_on": TODAY}, "mend"),
    ],
)
def test_half_an_entry_is_refused_at_the_field_that_lacks(more, field):
    with pytest.raises(CannotWriteEntry) as refusal:
        DataQualityGiven(**GIVEN | more)

    assert refusal.value.field == field


pytestmark = pytest.mark.django_db


@pytest.fixture
def indicator():
    return IndicatorFactory(reference="PI-1", title="Repairs in time")


def write(indicator, by=None, **more):
    return write_data_quality(
        indicator=indicator,
        given=DataQualityGiven(**GIVEN | more),
        today=TODAY,
        by=by or indicator.accountable_manager,
    )


def test_an_entry_supersedes_the_last_and_keeps_it(indicator):
    first, is_new = write(indicator)
    same = write(indicator)
    second, _ = write(indicator, **CHECKED)

    assert is_new
    assert same == (first, False)
    assert list(indicator.data_quality.values_list("number", "is_latest")) == [
        (1, False),
        (2, True),
    ]
    assert second.finding == "All well"
    latest = AuditEvent.objects.filter(act="wrote data quality entry").first()
    assert latest.detail["checked_by"] == {"was": "", "is": "Internal audit"}
    assert "risk" not in latest.detail


@pytest.mark.parametrize("field", ["checked_on", "mended_on"])
def test_a_day_to_come_is_not_said_to_be_past(indicator, field):
    said = {**CHECKED, "mend": "Train", "mend_due_on": TODAY, "mended_on": TODAY}

    with pytest.raises(CannotWriteEntry, match="16 June 2012 has not come yet"):
        write(indicator, **said | {field: date(2012, 6, 16)})

    assert not DataQualityEntry.objects.exists()


def test_only_who_answers_for_it_and_the_performance_team_write(indicator):
    other = holder(PostKind.ACCOUNTABLE_MANAGER)

    for person in (other, holder(PostKind.DIRECTOR), UserFactory()):
        with pytest.raises(CannotWriteEntry, match="Only its accountable manager"):
            write(indicator, by=person)
    write(indicator, by=holder(PostKind.PERFORMANCE_OFFICER))

    assert DataQualityEntry.objects.count() == 1


# The list


def test_what_nobody_checked_comes_first_then_the_highest_risk():
    for reference, entry in {
        "A": {"risk": Risk.LOW, "checked_on": TODAY},
        "B": {"risk": Risk.HIGH, "checked_on": TODAY},
        "C": {"risk": Risk.LOW, "checked_on": date(2011, 1, 1)},
    }.items():
        DataQualityEntryFactory(indicator__reference=reference, **entry)
    IndicatorFactory(reference="D")
    IndicatorFactory(reference="Z", last_quarter="2011-Q1")

    lines = register(user=holder(PostKind.STAFF), today=TODAY)

    assert [line.indicator.reference for line in lines] == ["D", "C", "B", "A"]


@pytest.mark.parametrize("how_many", [1, 20])
def test_the_register_takes_as_many_queries_for_many_as_for_one(
    how_many, django_assert_max_num_queries
):
    DataQualityEntryFactory.create_batch(how_many)
    reader = holder(PostKind.STAFF)

    with django_assert_max_num_queries(4):
        assert len(register(user=reader, today=TODAY)) == how_many


# Pages


def text_of(response):
    return " ".join(response.content.decode().split())


def test_a_manager_writes_an_entry_and_everybody_reads_it(client, indicator):
    client.force_login(indicator.accountable_manager)
    said = {
        "seen": "0",
        "source": "Works orders",
        "risk": "high",
        "why": "Closed by hand",
        "checked_on_day": "1",
        "checked_on_month": "6",
        "checked_on_year": "2012",
        "checked_by": "Internal audit",
        "finding": "Three of forty closed too early",
        "mend": "Lock the date",
        "mend_due_on_day": "1",
        "mend_due_on_month": "7",
        "mend_due_on_year": "2012",
    }

    response = client.post(reverse("write_data_quality", args=["PI-1"]), said)

    assert response.url == reverse("data_quality", args=["PI-1"])
    client.force_login(holder(PostKind.STAFF))
    page = text_of(client.get(response.url))
    assert "1 June 2012, by Internal audit" in page
    assert "Due by 1 July 2012" in page
    assert "Write a new entry" not in page
    assert "High risk; last checked on 1 June 2012" in text_of(
        client.get(reverse("indicator", args=["PI-1"]))
    )


def test_what_is_wrong_is_told_at_its_field_and_what_was_typed_comes_back(client, indicator):
    client.force_login(indicator.accountable_manager)

    response = client.post(
        reverse("write_data_quality", args=["PI-1"]),
        {"seen": "0", "source": "Works orders", "risk": "low", "why": "Small", "mend": "Train"},
    )

    assert "Say by when it is to be put right" in text_of(response)
    assert response.context["form"]["mend"].value() == "Train"


def test_two_who_write_at_once_are_told(client, indicator):
    DataQualityEntryFactory(indicator=indicator)
    client.force_login(indicator.accountable_manager)

    response = client.post(
        reverse("write_data_quality", args=["PI-1"]),
        {"seen": "0", "source": "Works orders", "risk": "low", "why": "Small"},
    )

    assert "Somebody else wrote an entry while you were writing" in text_of(response)
    assert "Orders are closed by hand" in text_of(response)


def test_the_page_keeps_what_was_said_before(client, indicator):
    DataQualityEntryFactory(indicator=indicator, is_latest=False)
    DataQualityEntryFactory(indicator=indicator, number=2, risk=Risk.LOW, why="Put right")
    client.force_login(indicator.accountable_manager)

    page = text_of(client.get(reverse("data_quality", args=["PI-1"])))

    assert "Low: Put right" in page
    assert "Earlier entries" in page
    assert "have not been checked for a year" in page


def test_an_empty_register_says_what_will_appear(client, indicator):
    client.force_login(holder(PostKind.STAFF))

    assert "Nothing is written yet" in text_of(client.get(reverse("data_quality", args=["PI-1"])))
    page = text_of(client.get(reverse("data_quality_register")))
    assert "1 of 1 indicator has not been checked for a year" in page


def test_the_list_is_narrowed_and_so_is_its_file(client):
    unit = UnitFactory(code="roads", name="Roads")
    DataQualityEntryFactory(
        indicator__reference="PI-1", indicator__unit=unit, risk=Risk.HIGH, checked_on=TODAY
    )
    DataQualityEntryFactory(indicator__reference="PI-2", risk=Risk.LOW)
    DataQualityEntryFactory(
        indicator__reference="PI-3",
        checked_on=TODAY,
        mend="Train",
        mend_due_on=date(2012, 6, 1),
    )
    client.force_login(holder(PostKind.STAFF))

    def shown(query):
        lines = client.get(reverse("data_quality_csv") + query).content.decode().splitlines()
        listed = client.get(reverse("data_quality_register") + query)
        found = [line.partition(",")[0] for line in lines[1:]]
        assert [line.indicator.reference for line in listed.context["page"]] == found
        return found

    assert shown("") == ["PI-2", "PI-1", "PI-3"]
    assert shown("?show=high") == ["PI-1"]
    assert shown("?show=unchecked") == ["PI-2"]
    assert shown("?show=overdue") == ["PI-3"]
    assert shown("?unit=roads") == ["PI-1"]
    assert shown("?unit=roads&show=unchecked") == []
