"""How well chances keep their word on published series: `python -m tests.load.forecast_reliability`.

Prints, and writes to docs/forecast-reliability.md, whether of chances about 70% seven in ten came, for
councils that the calibration has not seen. With `--fit` it prints the weights that the councils set
aside for it give.
"""

import argparse
import sys
from collections import Counter
from datetime import date
from pathlib import Path

import numpy as np
from scipy.optimize import minimize

from indicators.rules.calibration import REMEMBERED
from indicators.rules.skill import ScoredChance, Skill, reliability, unsaid
from sorp.lexicon import Rag
from tests.indicators.published_forecasts import (
    QUARTERLY,
    YEAR_TO_DATE,
    by_counts,
    counted_up,
    fitted_on,
    judged_on,
    made,
    off_by,
    off_by_if_perfect,
    published,
)
from tests.indicators.published_years import (
    SHOCK,
    best_of_years,
    made_of_years,
    years_fitted_on,
    years_judged_on,
)

REPORT = Path(__file__).parents[2] / "docs" / "forecast-reliability.md"
SERIES = {
    "as published, in whole per cents": (published, QUARTERLY),
    "by their counts, to six places": (by_counts, QUARTERLY),
    "counted up from April": (counted_up, YEAR_TO_DATE),
}

EVENTS = {
    "red": (lambda chances: chances.red, lambda rag: rag is Rag.RED),
    "red or amber": (lambda chances: chances.red + chances.amber, lambda rag: rag is not Rag.GREEN),
}


def scored(forecasts, event="red"):
    """Chances of one event with what came, as the register of forecasts scores them."""
    said, came = EVENTS[event]
    return [
        ScoredChance(said(each.chances), came(each.rag), came(each.earlier[-1]))
        for each in forecasts
    ]


def spoken_of(forecasts):
    """Those of which the pages would have shown a chance, by what had been scored before them."""
    chances = dict(zip(map(id, forecasts), scored(forecasts), strict=True))
    shown = []
    for each in forecasts:
        earlier = [other for other in forecasts if other.quarter < each.quarter]
        like = [other for other in earlier if other.method == each.method]
        own = [other for other in like if _series(other) == _series(each)]
        if unsaid([chances[id(o)] for o in own], [chances[id(o)] for o in like]) is None:
            shown.append(each)
    return shown


def _series(forecast):
    return forecast.council, forecast.indicator


def coverage(forecasts):
    """Of each way of forecasting, how many there are and the share of results within the interval."""
    inside = Counter(each.method for each in forecasts if each.is_inside)
    return {
        method: (number, inside[method] / number)
        for method, number in Counter(each.method for each in forecasts).items()
    }


def fit(series_of, pattern):
    """The three weights by which chances of the councils set aside would have been likeliest."""
    rows, came = [], []
    for each in made(series_of, pattern, of=fitted_on()):
        known = each.earlier[-REMEMBERED:]
        for said, is_it in EVENTS.values():
            sides = [is_it(rag) for rag in known]
            rows.append(
                (
                    _log_odds(float(said(each.by_itself))),
                    1.0 if sides[-1] else -1.0,
                    _log_odds((sum(sides) + 0.5) / (len(sides) + 1)),
                )
            )
            came.append(is_it(each.rag))
    facts, truths = np.array(rows), np.array(came, float)

    def unlikelihood(weights):
        odds = facts @ weights
        return np.logaddexp(0, odds).sum() - (truths * odds).sum()

    return minimize(unlikelihood, np.full(3, 0.5)).x


def _log_odds(chance):
    kept = min(max(chance, 1e-4), 1 - 1e-4)
    return float(np.log(kept / (1 - kept)))


def both_readings():
    """The quarterly series twice: as published, and by their counts."""
    return {
        (council, f"{indicator}, {reading.__name__}"): series
        for reading in (published, by_counts)
        for (council, indicator), series in reading().items()
    }


def report():
    """The page of docs/, as text."""
    seen, unseen = sorted(fitted_on()), sorted(judged_on())
    lines = [
        "# How well forecasts keep their word",
        "",
        f"The last run of `make reliability`: {date.today():%-d %B %Y}. Real figures: the Scottish series of"
        " `tests/data/lgbf_quarterly.csv`,",
        "forecast quarter by quarter with what was known then. Targets are the median of the first eight"
        " quarters; red begins 3% beyond.",
        "",
        f"The calibration was fitted on {', '.join(seen)}. It is judged here on the others:"
        f" {', '.join(unseen)}.",
    ]
    lines += ["", *_yearly_section()]
    for name, (series_of, pattern) in SERIES.items():
        lines += ["", *_section(name, made(series_of(), pattern, of=judged_on()))]
    return "\n".join(lines) + "\n"


def _yearly_section():
    """Intervals of what comes once a year: of the series that chose nothing, and without the shock."""
    fitted, judged = years_fitted_on(), years_judged_on()
    yield "## Year by year"
    yield ""
    yield (
        "National Scottish series of `tests/data/lgbf_scotland_annual.csv`: the newest value’s weight and the"
        f" width of the interval were chosen on every second of them ({len(fitted)}), and are judged here on"
        f" the other {len(judged)}. In 2020/21 most of them moved at once."
    )
    yield ""
    yield "| way of forecasting | forecasts | results within the 80% interval | without 2020/21 | within |"
    yield "|---|---|---|---|---|"
    made = made_of_years(judged)
    ordinary = [each for each in made if each.quarter != SHOCK]
    without = coverage(ordinary)
    for method, (number, share) in sorted(coverage(made).items()):
        few, inside = without.get(method, (0, 0.0))
        yield f"| {method.label} | {number} | {share:.0%} | {few} | {inside:.0%} |"


def _section(name, forecasts):
    skill = Skill.of(scored(forecasts))
    shown = spoken_of(forecasts)
    of_shown = Skill.of(scored(shown))
    yield f"## {name[0].upper()}{name[1:]}"
    yield ""
    yield (
        f"{len(forecasts)} forecasts. Chances of red are off by {skill.over_rate:.0f}% less than the"
        f" record’s own rate each time, and by {skill.over_last:.0f}% less than “the same colour as last"
        f" time”. The pages would have shown {len(shown)} ({len(shown) / len(forecasts):.0%}); of those"
        f" {of_shown.over_rate:.0f}% and {of_shown.over_last:.0f}%."
    )
    yield ""
    yield "| chance of red | forecasts | said | came |"
    yield "|---|---|---|---|"
    for band in reliability(scored(forecasts)):
        told = f"{band.said:.0f}% | {band.came:.0f}%" if band.scored else "– | –"
        yield f"| {band.lower} to {band.upper}% | {band.scored} | {told} |"
    yield ""
    yield "| off by, on the mean | five bands | measured | a perfect forecaster, 95 in 100 times | met |"
    yield "|---|---|---|---|---|"
    for event in EVENTS:
        chances = scored(forecasts, event)
        said = [each.chance for each in chances]
        came = [each.was_red for each in chances]
        for bands, words in (("width", "equally wide"), ("count", "equally many")):
            off, perfect = off_by(said, came, bands), off_by_if_perfect(said, bands)
            met = "yes" if off < perfect else "**no**"
            yield f"| {event} | {words} | {off:.1%} | ≤ {perfect:.1%} | {met} |"
    yield ""
    yield "| way of forecasting | forecasts | results within the 80% interval |"
    yield "|---|---|---|"
    for method, (number, share) in sorted(coverage(forecasts).items()):
        yield f"| {method.label} | {number} | {share:.0%} |"


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--fit", action="store_true", help="print the weights, and write nothing")
    if parser.parse_args(arguments).fit:
        for name, weights in (
            ("WEIGHTS", fit(both_readings(), QUARTERLY)),
            ("WEIGHTS_SO_FAR", fit(counted_up(), YEAR_TO_DATE)),
        ):
            forecast, last, earlier = weights
            sys.stdout.write(f"{name} = Weights({forecast=:.2f}, {last=:.2f}, {earlier=:.2f})\n")
        weight, width = best_of_years(years_fitted_on())
        sys.stdout.write(f"YEARLY_WEIGHT, YEARLY_WIDENED = {weight}, {width}\n")
        return 0
    REPORT.write_text(report(), encoding="utf-8")
    sys.stdout.write(REPORT.read_text(encoding="utf-8"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
