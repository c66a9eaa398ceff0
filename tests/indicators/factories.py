"""Rows of parts of figures, of months and of the register of data quality, valid by default."""

from datetime import date
from decimal import Decimal

import factory
from factory.django import DjangoModelFactory

from core.months import Month
from indicators.models.data_quality import DataQualityEntry
from indicators.models.months import MonthlyFigure
from indicators.models.parts import (
    Breakdown,
    Dimension,
    Part,
    PartResult,
    PartsRevision,
    PartTarget,
)
from indicators.rules.data_quality import Risk
from tests.factories import Q1, IndicatorFactory, UserFactory


class DimensionFactory(DjangoModelFactory):
    """District, of which each case falls in one; counts below five are withheld. It has no part."""

    class Meta:
        model = Dimension
        django_get_or_create = ("key",)

    key = "district"
    name = "District"


class PartFactory(DjangoModelFactory):
    """A part of the districts."""

    class Meta:
        model = Part

    dimension = factory.SubFactory(DimensionFactory)
    key = factory.Sequence(lambda n: f"part-{n}")
    name = factory.LazyAttribute(lambda part: part.key.replace("-", " ").capitalize())
    position = factory.Sequence(lambda n: n)


class BreakdownFactory(DjangoModelFactory):
    """A KPI in per cent, broken down by district."""

    class Meta:
        model = Breakdown

    indicator = factory.SubFactory(IndicatorFactory)
    dimension = factory.SubFactory(DimensionFactory)


class PartTargetFactory(DjangoModelFactory):
    """A target of 70 for one part, with a floor standard of 60, from Q1 2011/12."""

    class Meta:
        model = PartTarget

    indicator = factory.SubFactory(IndicatorFactory)
    part = factory.SubFactory(PartFactory)
    from_quarter = Q1
    target = Decimal(70)
    floor = Decimal(60)
    reason = "Where fewest are served"
    approved_by = "Cabinet"


class PartsRevisionFactory(DjangoModelFactory):
    """The first saying of the parts of a result by district, in Q1 2011/12. It has no figure."""

    class Meta:
        model = PartsRevision

    indicator = factory.SubFactory(IndicatorFactory)
    dimension = factory.SubFactory(DimensionFactory)
    quarter = Q1
    number = 1


class PartResultFactory(DjangoModelFactory):
    """80 of 100 in one part."""

    class Meta:
        model = PartResult

    revision = factory.SubFactory(PartsRevisionFactory)
    part = factory.SubFactory(PartFactory)
    value = Decimal(80)
    numerator = Decimal(80)
    denominator = Decimal(100)


class DataQualityEntryFactory(DjangoModelFactory):
    """What the register says first of an indicator: checked on 1 May 2011, and of medium risk."""

    class Meta:
        model = DataQualityEntry

    indicator = factory.SubFactory(IndicatorFactory)
    number = 1
    source = "Works orders, drawn on the fifth working day"
    risk = Risk.MEDIUM
    why = "Orders are closed by hand"
    checked_on = date(2011, 5, 1)
    checked_by = "Internal audit"
    finding = "Three of forty orders were closed too early"
    written_by = factory.SubFactory(UserFactory)


class MonthlyFigureFactory(DjangoModelFactory):
    """The first figure given of April 2011: 95, of a monthly mean."""

    class Meta:
        model = MonthlyFigure

    indicator = factory.SubFactory(
        IndicatorFactory, frequency="monthly", basis="month", made_of_months="mean"
    )
    month = Month(2011, 4)
    number = 1
    value = Decimal(95)


def districts(*names):
    """Parts of the dimension *district*, in this order."""
    return [
        PartFactory(key=name.lower(), name=name, position=place)
        for place, name in enumerate(names, start=1)
    ]
