"""The whole document of one edition, in its full form."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings
from django.utils.timezone import localtime

from core.quarters import Quarter
from core.queries import quarter_state
from organisation.queries import council_facts
from reports.contents.endings import no_longer_measured
from reports.contents.indicators import indicator_contents, unit_contents
from reports.contents.priorities import strategy_contents
from reports.contents.rules import sorp_contents, without_unread_forecasts
from reports.rules.counting import changes, counts, counts_by, is_counted, travel_counts
from reports.rules.sentences import written
from sorp.lexicon import Layer

SCHEMA_NAME = "quarterly-performance-report/1"
DEMONSTRATION = "This is a demonstration. The council is invented."


class NotClosed(ValueError):
    """The quarter is still open, so its report can't be written yet."""


def edition_contents(
    *, quarter: Quarter, number: int, frozen_on: date, note: str = ""
) -> dict[str, Any]:
    """Everything the report of a closed quarter says, from live tables. Raises NotClosed.

    Nothing in it depends on the moment but its number and the day it was frozen: milestones are
    taken as they were known on that day, and evidence as of the quarter's last day. A constant number of queries, however
    many indicators there are. Raises CannotBeMade where a sentence cannot be made of it. The document is described by reports/schema; it begins
    `{"schema": "quarterly-performance-report/1", "form": "full", "quarter": "2011-Q1", …}`.
    """
    state = quarter_state(quarter)
    if state is None or not state.is_closed:
        raise NotClosed(f"{quarter} is not closed: close it, then build its report")
    assert state.closed_at is not None  # as the database has it for every closed quarter
    strategy = strategy_contents(quarter, day=frozen_on)
    measured = {line["reference"] for each in strategy["priorities"] for line in each["indicators"]}
    indicators = indicator_contents(quarter=quarter, also=measured)
    practice = sorp_contents(quarter, indicators)
    indicators = without_unread_forecasts(indicators, practice)
    ended = no_longer_measured(quarter)
    facts = council_facts()
    document = {
        "schema": SCHEMA_NAME,
        "form": "full",
        "title": "Quarterly performance report",
        "council": facts.name,
        **({"words": dict(facts.words)} if facts.words else {}),
        **({"colour": facts.colour} if facts.colour else {}),
        "notice": DEMONSTRATION if settings.DEMONSTRATION else "",
        "quarter": quarter.key,
        "quarter_closed_on": localtime(state.closed_at).date().isoformat(),
        "edition": {
            "number": number,
            "frozen_on": frozen_on.isoformat(),
            **({"note": note} if note else {}),
        },
        "sorp": practice,
        **_headline_figures(indicators, quarter.key),
        **strategy,
        "indicators": indicators,
        "units": unit_contents(quarter, {each["unit"]["code"] for each in indicators}),
        **({"no_longer_measured": ended} if ended else {}),
    }
    return {**document, "sentences": written(document)}


def _headline_figures(indicators: list[dict[str, Any]], quarter: str) -> dict[str, Any]:
    """The headline figures, which whoever verifies the edition works out again."""
    counted = [each for each in indicators if is_counted(each)]
    by_directorate = sorted(counted, key=lambda each: each["directorate"]["name"])
    in_layers = sorted(counted, key=lambda each: list(Layer).index(Layer(each["layer"])))
    return {
        "counts": counts(counted, quarter),
        "travel": travel_counts(counted, quarter),
        "by_layer": counts_by(in_layers, quarter, lambda each: Layer(each["layer"]).label),
        "by_directorate": counts_by(
            by_directorate, quarter, lambda each: each["directorate"]["name"]
        ),
        "changes": changes(indicators, quarter),
    }
