"""When poor performance is referred up, and when it no longer is. No database and no clock."""

from escalation.rules.episodes import (
    Change,
    Outcome,
    Restatement,
    close,
    replay,
    restate,
)
from escalation.rules.ladder import Episode, RulesInForce, shortening_after
from escalation.rules.observations import Observation
from escalation.rules.triggers import (
    Breach,
    Rules,
    Shortening,
    Trigger,
    breaches,
    has_recovered,
)

__all__ = [
    "Breach",
    "Change",
    "Episode",
    "Observation",
    "Outcome",
    "Restatement",
    "Rules",
    "RulesInForce",
    "Shortening",
    "Trigger",
    "breaches",
    "close",
    "has_recovered",
    "replay",
    "restate",
    "shortening_after",
]
