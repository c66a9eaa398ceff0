"""A column of quarters holds first days of quarters and nothing else, and is read as quarters."""

from datetime import date, datetime

import pytest
from django.apps import apps
from django.core import serializers
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.models import Max, Min

from core.fields import QuarterField
from core.models.quarters import ReportingQuarter
from core.quarters import Quarter

pytestmark = pytest.mark.both_databases
Q1, Q2, Q3, Q4 = (Quarter(2011, number) for number in (1, 2, 3, 4))
COLUMNS = [
    pytest.param(model, field, id=f"{model._meta.label}.{field.name}")
    for model in apps.get_models()
    for field in model._meta.local_fields
    if isinstance(field, QuarterField)
]


@pytest.mark.parametrize(
    ("given", "read"),
    [
        (Q4, Q4),
        ("2011-Q4", Q4),
        (date(2012, 1, 1), Q4),
        ("2012-01-01", Q4),
        (datetime(2012, 1, 1, 9), Q4),
        (None, None),
    ],
)
def test_a_quarter_its_key_and_its_first_day_are_taken(given, read):
    assert QuarterField().to_python(given) == read


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (date(2012, 1, 2), "2012-01-02 is not the first day of a quarter"),
        (date(2012, 2, 1), "2012-02-01 is not the first day of a quarter"),
        ("2012-12-01", "2012-12-01 is not the first day of a quarter"),
        ("2011-Q5", "“2011-Q5” is not a quarter: write it like 2011-Q1"),
        ("spring", "“spring” is not a quarter: write it like 2011-Q1"),
    ],
)
def test_what_is_no_quarter_is_refused_in_words(given, said):
    with pytest.raises(ValidationError) as refusal:
        QuarterField().to_python(given)

    assert refusal.value.messages == [said]


@pytest.mark.django_db
def test_python_refuses_to_store_another_day():
    with pytest.raises(ValidationError), transaction.atomic():
        ReportingQuarter.objects.create(quarter=date(2011, 5, 1))


@pytest.mark.django_db
@pytest.mark.parametrize(
    "day", ["2011-04-02", "2011-05-01", "2011-12-01", "2011-11-01", "2012-02-01", "2011-03-31"]
)
def test_the_database_refuses_another_day(day):
    ReportingQuarter.objects.create(quarter=Q1)

    with pytest.raises(IntegrityError), transaction.atomic():
        connection.cursor().execute("UPDATE core_reportingquarter SET quarter = %s", [day])

    assert ReportingQuarter.objects.get().quarter == Q1


@pytest.mark.django_db
@pytest.mark.parametrize("quarter", [Q1, Q2, Q3, Q4], ids=str)
def test_the_database_takes_every_quarter(quarter):
    ReportingQuarter.objects.create(quarter=quarter)

    assert ReportingQuarter.objects.get().quarter == quarter


@pytest.mark.django_db
@pytest.mark.parametrize(("model", "field"), COLUMNS)
def test_every_column_of_quarters_has_its_check(model, field):
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, model._meta.db_table)

    assert any(each["check"] and set(each["columns"]) == {field.column} for each in found.values())


@pytest.fixture
def year(db):
    for quarter in (Q3, Q1, Q4, Q2):
        ReportingQuarter.objects.create(quarter=quarter)


@pytest.mark.parametrize(
    ("lookup", "found"),
    [
        ({"quarter": Q3}, [Q3]),
        ({"quarter": "2011-Q3"}, [Q3]),
        ({"quarter__lt": Q3}, [Q1, Q2]),
        ({"quarter__lte": Q3}, [Q1, Q2, Q3]),
        ({"quarter__gt": Q3}, [Q4]),
        ({"quarter__gte": Q3}, [Q3, Q4]),
        ({"quarter__in": [Q4, Q1]}, [Q1, Q4]),
        ({"quarter__range": (Q2, Q3)}, [Q2, Q3]),
        ({"quarter__isnull": True}, []),
    ],
)
def test_quarters_are_looked_up_by_quarters_and_come_in_order(year, lookup, found):
    assert [row.quarter for row in ReportingQuarter.objects.filter(**lookup)] == found
    rows = ReportingQuarter.objects.filter(**lookup)
    assert list(rows.values_list("quarter", flat=True)) == found


def test_the_first_and_the_last_of_them_are_quarters_too(year):
    assert ReportingQuarter.objects.aggregate(first=Min("quarter"), last=Max("quarter")) == {
        "first": Q1,
        "last": Q4,
    }


def test_a_row_written_out_says_its_key_and_is_read_back(year):
    row = ReportingQuarter.objects.get(quarter=Q4)

    text = serializers.serialize("json", [row])

    assert '"quarter": "2011-Q4"' in text
    (back,) = serializers.deserialize("json", text)
    assert back.object.quarter == Q4


def test_a_default_is_written_in_migrations_as_a_day():
    *_, options = QuarterField(default=Q1).deconstruct()

    assert options["default"] == date(2011, 4, 1)
    assert QuarterField(**options).get_default() == Q1
