"""What councils had measured before they merged, brought as parts of the new council's indicators.

Each figure keeps its council, its file and its cell. The whole council has a history only of what an
officer declared comparable; and where that starts, nothing before it is compared.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from core.quarters import Quarter
from indicators.models.definitions import Indicator
from indicators.models.parts import Breakdown, Dimension, Part
from indicators.queries.parts import PREDECESSOR, breakdowns_of, latest_parts
from indicators.rules.parts import PartFigure
from indicators.scorecards.facts import IndicatorRead, ScorecardRead
from indicators.scorecards.periods import plain
from indicators.scorecards.predecessors import (
    IN_BRACKETS,
    Measure,
    figures_of,
    part_of,
    references_of,
    taken_apart,
)
from indicators.scorecards.settling import ScorecardAnswers
from indicators.services.parts import (
    PartNamed,
    break_down,
    give_parts,
    save_dimension,
    set_part_target,
)
from organisation.models.people import User
from sorp.lexicon import Frequency

LONGEST_REASON = 500


@dataclass
class Merged:
    """A scorecard as the new council has it, and what of each council before belongs to it."""

    read: ScorecardRead
    measures: list[tuple[Measure, str]] = field(default_factory=list)  # with its reference
    first_quarters: dict[str, Quarter] = field(default_factory=dict)  # by reference
    breaks: frozenset[str] = (
        frozenset()
    )  # references whose first own figure is compared with nothing


def merged(read: ScorecardRead, answers: ScorecardAnswers) -> Merged:
    """The whole council's indicators, with the history that was declared comparable, and their parts."""
    apart = taken_apart(read)
    if not apart.measures:
        return Merged(read)
    standing = {
        plain(IN_BRACKETS.sub("", each.title)).strip(): each.reference
        for each in Indicator.objects.all()
    }
    measures = list(references_of(apart.measures, standing))
    own = {each.reference: each for each in apart.own.indicators}
    first_quarters: dict[str, Quarter] = {}
    breaks = set()
    for measure, reference in measures:
        before = own.get(reference)
        whole = before or _without_figures(measure.any_one, reference)
        first_own = min(figures_of(whole), default=None)
        if measure.key in answers.comparable and (added := measure.added_up()):
            known = {each.key for each in whole.results}
            own[reference] = replace(
                whole,
                results=[
                    *whole.results,
                    *(each for each in added.values() if each.key not in known),
                ],
            )
            first_quarters[reference] = min([*added, *([first_own] if first_own else [])])
            continue
        own[reference] = whole
        if first_own is not None:
            breaks.add(reference)
        elif measure.quarters:
            first_quarters[reference] = measure.quarters[-1].next()
    return Merged(
        replace(apart.own, indicators=list(own.values())),
        measures,
        first_quarters,
        frozenset(breaks),
    )


def _without_figures(item: IndicatorRead, reference: str) -> IndicatorRead:
    """What one council had, as the new council's own: what it came to before is theirs."""
    whole = replace(item, reference=reference, results=[], targets=[], statuses=[], commentary="")
    if whole.frequency == Frequency.MONTHLY:
        whole.frequency, whole.basis = Frequency.QUARTERLY, ""
    return whole


@dataclass
class PartsWritten:
    """What was written of the councils before, and what of it could not be."""

    figures: int = 0
    left: dict[str, list[str]] = field(default_factory=dict)  # places, by why

    def leave(self, why: object, place: str) -> None:
        self.left.setdefault(str(why), []).append(place)


def write_predecessors(found: Merged, *, today: date, by: User) -> PartsWritten:
    """Each council's figures and targets stand as parts of the whole's, with where they were published.

    In the transaction of whoever calls. What contradicts itself is left out, and told with its cell.
    """
    done = PartsWritten()
    if not found.measures:
        return done
    areas = found.measures[0][0].areas
    dimension, parts = _dimension(areas, by)
    indicators = {
        each.reference: each
        for each in Indicator.objects.filter(reference__in=[ref for _, ref in found.measures])
    }
    for measure, reference in found.measures:
        indicator = indicators[reference]
        breakdown = _breakdown(indicator, dimension, measure, by)
        _give(breakdown, measure, parts, done, today=today, by=by)
        for area, item in measure.of_areas.items():
            _aim(indicator, parts[area], item, done, by)
    return done


def _dimension(areas: Sequence[str], by: User) -> tuple[Dimension, dict[str, Part]]:
    """The dimension of the councils before, with one part for each; those that stand stay."""
    standing = Dimension.objects.filter(key=PREDECESSOR).first()
    named = [
        PartNamed(each.key, each.name, each.is_used)
        for each in (standing.parts.all() if standing else ())
    ]
    known = {each.name.casefold(): each for each in named}
    for area in areas:
        if area.casefold() not in known:
            named.append(PartNamed(_part_key(area, {each.key for each in named}), area[:80]))
    dimension, _ = save_dimension(
        key=PREDECESSOR,
        name=standing.name if standing else "Predecessor council",
        parts=named,
        each_case_once=standing.each_case_once if standing else True,
        withheld_below=standing.withheld_below if standing else 0,
        by=by,
    )
    by_name = {each.name.casefold(): each for each in dimension.parts.all()}
    return dimension, {area: by_name[area[:80].casefold()] for area in areas}


def _part_key(area: str, others: set[str]) -> str:
    stem = re.sub("[^a-z0-9]+", "-", area.casefold()).strip("-")[:36] or "council"
    key, at = stem, 2
    while key in others:
        key, at = f"{stem}-{at}", at + 1
    return key


def _breakdown(indicator: Indicator, dimension: Dimension, measure: Measure, by: User) -> Breakdown:
    standing = {each.dimension: each.values_add_up for each in breakdowns_of(indicator)}
    break_down(indicator=indicator, dimensions={**standing, dimension: measure.are_counts}, by=by)
    return Breakdown.objects.select_related("indicator", "dimension").get(
        indicator=indicator, dimension=dimension
    )


def _give(
    breakdown: Breakdown,
    measure: Measure,
    parts: Mapping[str, Part],
    done: PartsWritten,
    *,
    today: date,
    by: User,
) -> None:
    """What each council came to, quarter by quarter; what stands of other councils stays."""
    indicator = breakdown.indicator
    figures = {area: figures_of(item) for area, item in measure.of_areas.items()}
    for quarter in measure.quarters:
        given: dict[Part, PartFigure] = {}
        places = []
        for area, of_area in figures.items():
            result = of_area.get(quarter)
            if result is None:
                continue
            try:
                given[parts[area]] = part_of(
                    result, measure_unit=indicator.measure_unit, decimals=indicator.decimals
                )
            except ValueError as reason:
                done.leave(reason, f"{result.file}, {result.place}")
                continue
            places.append(f"{result.file}, {result.place} ({area})")
        if not given:
            continue
        before = latest_parts(indicator=indicator, dimension=breakdown.dimension, quarter=quarter)
        stood = {each.part: each.figure for each in before.results.all()} if before else {}
        try:
            give_parts(
                breakdown=breakdown,
                quarter=quarter,
                figures={**stood, **given},
                today=today,
                by=by,
                reason=f"As published in {'; '.join(places)}"[:LONGEST_REASON],
                predates=True,
            )
        except ValueError as reason:
            for place in places:
                done.leave(reason, place)
        else:
            done.figures += len(given)


def _aim(
    indicator: Indicator, part: Part, item: IndicatorRead, done: PartsWritten, by: User
) -> None:
    """What one council aimed at, where the whole's method can read it."""
    for target in item.targets:
        limits = {name: getattr(target, name) for name in ("target", "floor", "lower", "upper")}
        if all(each is None for each in limits.values()):
            continue
        try:
            set_part_target(
                indicator=indicator,
                part=part,
                from_quarter=Quarter.parse(target.from_quarter),
                reason=f"As printed in {target.file}, {target.place}",
                approved_by=part.name,
                by=by,
                outer_lower=None,
                outer_upper=None,
                **limits,
            )
        except ValueError as reason:
            done.leave(reason, f"{target.file}, {target.place}")
