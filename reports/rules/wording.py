"""From a rating as an edition holds it to what charts, tables, sentences and rules read. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from core.charts.trend import QuarterPoint, Trend
from core.figures import as_number, decimals_of
from core.quarters import Quarter
from reports.rules.history import in_quarter
from sorp.lexicon import Confidence, NotRated, Polarity, Rag, RatingMethod, Travel
from sorp.rules.patterns import Pattern
from sorp.rules.thresholds import bounds_of

PATTERN = ("basis", "frequency", "due", "lag_quarters", "made_of_months", "seasonal")


def pattern_of(indicator: Mapping[str, Any]) -> Pattern:
    """What an indicator's figures speak of."""
    return Pattern.load({name: indicator[name] for name in PATTERN if name in indicator})


def rating_of(indicator: Mapping[str, Any], quarter: Quarter) -> Mapping[str, Any]:
    """A quarter's verdict; where nothing at all was said, *not rated: no result*."""
    found = in_quarter(indicator, quarter.key)
    if found is not None:
        return found
    return {
        **dict.fromkeys(("value", "rag", "target", "floor", "lower", "upper", "tolerance")),
        **dict.fromkeys(("definition_break", "stale", "late", "revised"), False),
        "confidence": None,
        "method": RatingMethod.NONE.value,
        "not_rated": NotRated.NO_RESULT.value,
        "travel": Travel.NOT_ENOUGH_DATA.value,
        "polarity": indicator["polarity"],
    }


def trend_of(indicator: Mapping[str, Any], quarter: Quarter) -> Trend:
    """All its quarters up to this one, as a chart and the sentence about it need them."""
    rating = rating_of(indicator, quarter)
    found = {each["quarter"]: each for each in indicator["ratings"]}
    first = Quarter.parse(min(found, default=quarter.key))
    return Trend(
        name=indicator["reference"].replace(".", "-"),
        title=indicator["title"],
        points=tuple(point_of(each, found.get(each.key)) for each in first.until(quarter)),
        measure_unit=indicator["measure_unit"],
        decimals=indicator["decimals"],
        polarity=Polarity(rating["polarity"]),
        travel=Travel(rating["travel"]),
        floor_label="Limit" if rating["method"] == RatingMethod.TOLERANCE else "Floor",
    )


def marks_of(rating: Mapping[str, Any]) -> tuple[str, ...]:
    """The shorthand letters that stand beside a figure."""
    letters = {
        "p": rating["confidence"] == Confidence.PROVISIONAL,
        "e": rating["confidence"] == Confidence.ESTIMATED,
        "r": rating["revised"],
        "b": rating["definition_break"],
    }
    return tuple(letter for letter, is_true in letters.items() if is_true)


def briefly(not_rated: str | None) -> str | None:
    """The reason in a narrow column: Not due, No result; Above, Within, Below."""
    if not_rated is None:
        return None
    return NotRated(not_rated).label.removesuffix(" the expected range")


def point_of(quarter: Quarter, rating: Mapping[str, Any] | None) -> QuarterPoint:
    if rating is None:
        return QuarterPoint(quarter)
    return QuarterPoint(
        quarter,
        value=number(rating["value"]),
        rag=Rag(rating["rag"]) if rating["rag"] else None,
        not_rated=NotRated(rating["not_rated"]) if rating["not_rated"] else None,
        target=number(rating["target"]),
        floor=_lowest_allowed(rating),
        lower=number(rating["lower"]),
        upper=number(rating["upper"]),
        confidence=Confidence(rating["confidence"]) if rating["confidence"] else None,
        definition_break=rating["definition_break"],
    )


def _lowest_allowed(rating: Mapping[str, Any]) -> Decimal | None:
    """The floor standard, or where there is a tolerance, how far from the target it reaches."""
    target, tolerance = number(rating["target"]), number(rating["tolerance"])
    if rating["method"] != RatingMethod.TOLERANCE or target is None or tolerance is None:
        return number(rating["floor"])
    allowance = abs(target) * tolerance / 100
    return target + allowance if rating["polarity"] == Polarity.LOWER else target - allowance


def number(figure: str | None) -> Decimal | None:
    return None if figure is None else Decimal(figure)


NOT_RATED = {
    NotRated.NO_RESULT: "A result was due and none was submitted.",
    NotRated.NOT_DUE: "No result was due this quarter.",
    NotRated.NO_TARGET: "No target is set, so there is nothing to rate it by.",
    NotRated.SUSPENDED: "It was agreed not to measure this for a time.",
    NotRated.NO_VALUE: "There was nothing to measure this quarter, so there is no value.",
    NotRated.WITHHELD: "There is a figure, and it is not shown.",
    NotRated.AWAITED: "Its publisher has not issued the figure yet.",
    NotRated.DATA_ONLY: "This is shown for information, and is not rated.",
}


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes one indicator's figures."""

    measure_unit: str
    decimals: int

    def value(self, figure: str | Decimal | None) -> str:
        if figure is None:
            return ""
        return as_number(figure, self.decimals, self.measure_unit)

    def rated(self, rating: Mapping[str, Any]) -> str:
        """A rating's value, on its own side of each bound that it was rated by."""
        if rating["value"] is None:
            return ""
        return as_number(
            rating["value"], self.decimals, self.measure_unit, bounds=bounds_of(rating)
        )

    def limit(self, figure: str | Decimal) -> str:
        """A target is written with no more decimals than it needs: 90 %, not 90.0 %."""
        number = Decimal(figure)
        return as_number(number, decimals_of(number, 6), self.measure_unit)


def limits(rating: Mapping[str, Any], write: Writer) -> list[tuple[str, str]]:
    """What was expected, as labels and figures: target and floor standard, or a range."""
    found = []
    if rating["target"] is not None:
        found.append(("Target", write.limit(rating["target"])))
    if rating["method"] == RatingMethod.TOLERANCE and rating["tolerance"] is not None:
        found.append(("Tolerance", f"{rating['tolerance']}% of the target"))
    elif rating["floor"] is not None:
        found.append(("Floor standard", write.limit(rating["floor"])))
    if rating["lower"] is not None and rating["upper"] is not None:
        label = "Expected range" if rating["method"] == RatingMethod.EXPECTED_RANGE else "Range"
        found.append((label, f"{write.limit(rating['lower'])} to {write.limit(rating['upper'])}"))
    return found


def explained(rating: Mapping[str, Any], write: Writer, not_available: str = "") -> str:
    """Why the indicator has the colour it has, or has none: one or two sentences."""
    if rating["rag"] is None:
        return _explained_unrated(rating, write, not_available)
    value = write.rated(rating)
    if rating["method"] == RatingMethod.RANGE:
        return _explained_range(rating, write, value)
    target = write.limit(rating["target"])
    if rating["rag"] == Rag.GREEN:
        return f"{value} meets the target of {target}."
    if rating["method"] == RatingMethod.TOLERANCE:
        more = "no more than" if rating["rag"] == Rag.AMBER else "more than"
        return f"{value} misses the target of {target} by {more} {rating['tolerance']}% of it."
    if rating["floor"] is None:
        return f"{value} misses the target of {target}, and no floor standard is set."
    floor = write.limit(rating["floor"])
    if rating["rag"] == Rag.AMBER:
        return f"{value} misses the target of {target} but holds the floor standard of {floor}."
    worse = "above" if rating["polarity"] == Polarity.LOWER else "below"
    return (
        f"{value} is {worse} the floor standard of {floor}, so it is red; the target is {target}."
    )


def _explained_range(rating: Mapping[str, Any], write: Writer, value: str) -> str:
    bounds = f"{write.limit(rating['lower'])} to {write.limit(rating['upper'])}"
    place = {
        Rag.GREEN: "is within the range of",
        Rag.AMBER: "is just outside the range of",
        Rag.RED: "is well outside the range of",
    }[Rag(rating["rag"])]
    return f"{value} {place} {bounds}."


def _explained_unrated(rating: Mapping[str, Any], write: Writer, not_available: str) -> str:
    reason = NotRated(rating["not_rated"])
    if reason in (NotRated.ABOVE, NotRated.WITHIN, NotRated.BELOW):
        bounds = f"{write.limit(rating['lower'])} to {write.limit(rating['upper'])}"
        place = reason.label.split(" ")[0].lower()
        return f"{write.rated(rating)} is {place} the expected range of {bounds}."
    sentence = NOT_RATED[reason]
    return f"{sentence} The reason given: {not_available}" if not_available else sentence
