"""Dimensions, breakdowns, targets of parts and parts as the files that import them again."""

from __future__ import annotations

from core.quarters import Quarter
from core.tables.writing import written
from indicators.models.parts import Breakdown, Part, PartResult, PartTarget
from sorp.rules.thresholds import LIMITS

DIMENSIONS = (
    *("dimension", "name", "each_case_once", "withheld_below"),
    *("part", "part_name", "is_used"),
)
BREAKDOWNS = ("reference", "dimension", "values_add_up")
PART_TARGETS = (
    *("reference", "dimension", "part", "from_quarter"),
    *LIMITS,
    *("reason", "approved_by"),
)
PARTS = (
    *("reference", "quarter", "dimension", "part"),
    *("value", "numerator", "denominator", "not_available"),
)
BY_ITS_SOURCE = "[c]"  # a figure that whoever issued it withholds


def dimensions_csv() -> str:
    """`dimensions.csv`: every part of every dimension, in its order."""
    rows = Part.objects.select_related("dimension").order_by(
        "dimension__position", "dimension__name", "position", "name"
    )
    return written(
        DIMENSIONS,
        (
            (
                each.dimension.key,
                each.dimension.name,
                each.dimension.each_case_once,
                each.dimension.withheld_below,
                each.key,
                each.name,
                each.is_used,
            )
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
    return written(
        BREAKDOWNS,
        ((each.indicator.reference, each.dimension.key, each.values_add_up) for each in rows),
    )


def part_targets_csv() -> str:
    """`part_targets.csv`: what is expected of parts, from which quarter."""
    rows = PartTarget.objects.select_related("indicator", "part__dimension").order_by(
        "indicator__reference", "part__dimension__position", "part__position", "from_quarter"
    )
    return written(
        PART_TARGETS,
        (
            (
                each.indicator.reference,
                each.part.dimension.key,
                each.part.key,
                each.from_quarter.key,
                *(getattr(each, limit) for limit in LIMITS),
                each.reason,
                each.approved_by,
            )
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
    return written(
        PARTS,
        (
            (
                each.revision.indicator.reference,
                each.revision.quarter.key,
                each.part.dimension.key,
                each.part.key,
                BY_ITS_SOURCE if each.is_withheld else each.value,
                each.numerator,
                each.denominator,
                each.not_available,
            )
            for each in rows
        ),
    )
