"""The chart of months: joined where they follow one another, hollow where the last is provisional."""

from decimal import Decimal
from xml.etree import ElementTree

from core.charts.months import MonthLine, MonthPoint, months_chart
from core.months import Month


def line(*values, **options):
    points, month = [], Month(2019, 11)
    for value in values:
        written = "" if value is None else f"{value}%"
        points.append(MonthPoint(month, None if value is None else Decimal(value), written))
        month = month.next()
    return MonthLine("PI-1", "Calls by month.", tuple(points), "%", **options)


def parts(chart, tag):
    return ElementTree.fromstring(chart).iter(f"{{http://www.w3.org/2000/svg}}{tag}")


def test_every_month_that_has_a_value_is_told_and_marked():
    chart = months_chart(line(70, 75, 72))

    assert "November 2019 70%, December 2019 75%, January 2020 72%." in chart
    assert len(list(parts(chart, "circle"))) == 3
    assert len(list(parts(chart, "path"))) == 1
    assert "provisional" not in chart


def test_no_line_is_drawn_over_a_month_that_lacks():
    chart = months_chart(line(70, 75, None, 72, 71))

    assert len(list(parts(chart, "path"))) == 2
    assert len(list(parts(chart, "circle"))) == 4


def test_the_last_is_hollow_while_it_is_provisional():
    chart = months_chart(line(70, 75, is_provisional=True))

    *_, last = parts(chart, "circle")
    assert last.get("fill") == "#FFFFFF"
    assert "The last is provisional." in chart


def test_of_months_without_a_value_there_is_no_chart():
    assert months_chart(line(None, None)) == ""


def test_one_month_alone_is_a_point():
    assert len(list(parts(months_chart(line(70)), "circle"))) == 1


def test_no_more_than_two_years_are_drawn():
    assert len(list(parts(months_chart(line(*range(30))), "circle"))) == 24
