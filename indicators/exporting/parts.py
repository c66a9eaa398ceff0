"""Dimensions, breakdowns, targets of parts and parts as the files that import them again."""

from __future__ import annotations

from core.quarters import Quarter
from core.tables.writing import written_rows
from indicators.importing.parts import BreakdownRow, DimensionRow, PartRow, PartTargetRow
from indicators.models.parts import Breakdown, Part, PartResult, PartTarget

BY_ITS_SOURCE = "[c]"  # a figure that whoever issued it withholds


def dimensions_csv() -> str:
    """`dimensions.csv`: every part of every dimension, in its order."""
    rows = Part.objects.select_related("dimension").order_by(
        "dimension__position", "dimension__name", "position", "name"
    )
    return written_rows(
        DimensionRow,
        (
            {
                "dimension": each.dimension.key,
                "name": each.dimension.name,
                "each_case_once": each.dimension.each_case_once,
                "withheld_below": each.dimension.withheld_below,
                "part": each.key,
                "part_name": each.name,
                "is_used": each.is_used,
            }
            for each in rows
        ),
    )


def breakdowns_csv() -> str:
    """`breakdowns.csv`: by what each indicator may be broken down."""
    rows = (
        Breakdown.objects.filter(is_used=True)
        .select_related("indicator", "dimension")
        .order_by("indicator__reference", "dimension__position", "dimension__name")
    )
    return written_rows(
        BreakdownRow,
        (
            {
                "reference": each.indicator.reference,
                "dimension": each.dimension.key,
                "values_add_up": each.values_add_up,
            }
            for each in rows
        ),
    )


def part_targets_csv() -> str:
    """`part_targets.csv`: what is expected of parts, from which quarter."""
    rows = PartTarget.objects.select_related("indicator", "part__dimension").order_by(
        "indicator__reference", "part__dimension__position", "part__position", "from_quarter"
    )
    return written_rows(
        PartTargetRow,
        (
            {
                **vars(each),
                "reference": each.indicator.reference,
                "dimension": each.part.dimension.key,
                "part": each.part.key,
            }
            for each in rows
        ),
    )


def parts_csv(quarter: Quarter | None = None) -> str:
    """`parts.csv`: what parts came to, of every quarter or of one. Nothing is withheld here."""
    rows = PartResult.objects.filter(revision__is_latest=True)
    if quarter is not None:
        rows = rows.filter(revision__quarter=quarter)
    rows = rows.select_related("revision__indicator", "part__dimension").order_by(
        "revision__indicator__reference",
        "revision__quarter",
        "part__dimension__position",
        "part__dimension__name",
        "part__position",
        "part__name",
    )
    return written_rows(
        PartRow,
        (
            {
                **vars(each),
                "reference": each.revision.indicator.reference,
                "quarter": each.revision.quarter,
                "dimension": each.part.dimension.key,
                "part": each.part.key,
                "value": BY_ITS_SOURCE if each.is_withheld else each.value,
            }
            for each in rows
        ),
    )
