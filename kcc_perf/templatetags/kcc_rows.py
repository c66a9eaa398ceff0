"""Lists that are looked at: rows of indicators, strips of units, the picture of the council.

`{% load kcc %}` brings these too. What they draw is fetched by indicators/queries/rows.py and
indicators/queries/pictures.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

from django import template
from django.utils.safestring import SafeString, mark_safe

from core.charts import small
from core.charts.counts import small_counts_chart
from indicators.queries.pictures import CouncilPicture, UnitStrip
from indicators.queries.rows import IndicatorLine

register = template.Library()
# Worst first, as a list of counts is read.
COUNTED = (
    ("red", "red"),
    ("amber", "amber"),
    ("green", "green"),
    ("not_rated", "not rated"),
)


@register.simple_tag
def sparkline(spark: small.Sparkline) -> SafeString:
    """The last quarters of one indicator with its target, to stand in a line."""
    return mark_safe(small.sparkline(spark))  # noqa: S308 - svg.py escapes every text


@register.simple_tag
def bullet_bar(bullet: small.Bullet | None) -> SafeString:
    """A result against its target and floor; nothing where there is nothing to compare."""
    return mark_safe(small.bullet_bar(bullet) if bullet else "")  # noqa: S308 - the same


@register.inclusion_tag("components/indicator_rows.html")
def indicator_rows(
    rows: Iterable[IndicatorLine],
    *,
    caption: str,
    extra: Mapping[int, Any] | None = None,
    extra_heading: str = "",
    with_unit: bool = True,
) -> dict[str, Any]:
    """A table of indicators: status, name, result against target, twelve quarters, travel, marks.

    `extra` is one more column of markup by the key of the indicator, as `panel_rows` gives it: a box to
    tick, a link to act. `caption` says what is listed; it is heard, and seen where no heading says it.
    """
    return {
        "rows": list(rows),
        "caption": caption,
        "extra": extra,
        "extra_heading": extra_heading,
        "with_unit": with_unit,
    }


@register.inclusion_tag("components/unit_strips.html")
def unit_strips(strips: Iterable[UnitStrip]) -> dict[str, Any]:
    """A line for each unit: its name, one bar of how its indicators stand, the counts in words."""
    return {
        "strips": [
            {
                "strip": each,
                "bar": mark_safe(small_counts_chart(each.counts)),  # noqa: S308 - the same
                "counted": [
                    (key, words, count) for key, words in COUNTED if (count := each.counts.get(key))
                ],
            }
            for each in strips
        ]
    }


@register.inclusion_tag("components/council_picture.html")
def council_picture(picture: CouncilPicture, *, label: str) -> dict[str, Any]:
    """Indicators by quarters, each cell a shape and a tint. One table for each group.

    A row is reached by its name with the keyboard; its cells are links for the mouse and for a finger,
    and lead to the same page.
    """
    years = [
        (year, len(list(quarters)))
        for year, quarters in groupby(each.financial_year for each in picture.quarters)
    ]
    return {"picture": picture, "label": label, "years": years}
