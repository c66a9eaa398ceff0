"""The public form of an edition: what is copied out of the full one, by name.

An allow-list, so that a key added to the full form stays out of the public one until somebody
decides otherwise and writes it here. Officers are named by the office they hold, never in person:
the office answers, whoever holds it. Any e-mail address left in free text is taken out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from reports.rules.sentences import written

WITHHELD = "[address withheld]"
EMAIL = re.compile(r"[\w.+'-]+@[\w-]+(?:\.[\w-]+)+")

# A set names keys copied as they are; a mapping says how the value (or each of a list) is copied.
ALL = None
RATING = {
    "quarter", "value", "rag", "not_rated", "target", "floor", "lower", "upper", "outer_lower",
    "outer_upper", "method", "tolerance", "polarity", "travel", "travel_method", "travel_quarters",
    "confidence", "definition_break", "stale", "late", "revised", "sorp_version",
    # Held only where a trigger reads them: escalations that are published rest on them.
    "forecast", "chance_red", "chance_amber_or_worse",
}  # fmt: skip
ESCALATION = {
    "level", "origin", "trigger", "trigger_key", "all_met", "since", "opened_in", "recovered_in", "relapse", "restated",
    "sorp_version", "reason", "ended_in", "ended_as",
}  # fmt: skip
REVISION = {
    "quarter", "number", "value", "was", "reason", "confidence", "after_close", "said_on",
}  # fmt: skip
PLAN = {
    **dict.fromkeys(("number", "cause", "barriers", "help_wanted", "expected_recovery")),
    **dict.fromkeys(("expected_value", "written_on")),
    "actions": {"position", "description", "due_on", "done_on", "progress"},
}
VARIATION = {
    **dict.fromkeys(("what", "clause", "from_quarter", "until_quarter")),
    **dict.fromkeys(("differences", "exit_quarters")),
    "triggers": {"key", "name", "at_least", "within"},
}
PARTS = {
    **dict.fromkeys(("dimension", "name", "each_case_once", "values_add_up", "fewer_than")),
    "parts": {
        **dict.fromkeys(("part", "name")),
        "figures": {
            "quarter", "value", "numerator", "denominator", "not_available", "withheld", "rag",
            "not_rated", "target", "floor", "lower", "upper", "outer_lower", "outer_upper", "method",
            "tolerance", "polarity", "revised",
        },
    },
    "revisions": {"quarter", "reason", "said_on"},
}  # fmt: skip
SUCCESSOR = {"reference", "title", "is_comparable"}
DEFINITION_CHANGE = {
    **dict.fromkeys(("number", "changed_on", "reason", "break_from")),
    "parts": {"part", "was", "is"},
}
NO_LONGER_MEASURED = {
    **dict.fromkeys(("reference", "title", "last_quarter", "said_in", "last_status")),
    **dict.fromkeys(("last_status_in", "referred_to", "reason")),
    "successor": SUCCESSOR,
}
INDICATOR = {
    **dict.fromkeys(("reference", "title", "definition", "source", "tier", "kind", "layer")),
    **dict.fromkeys(("measure_unit", "decimals", "polarity", "frequency", "basis", "seasonal")),
    **dict.fromkeys(("lag_quarters", "commentary", "management_action", "not_available")),
    **dict.fromkeys(("due", "made_of_months", "method", "tolerance", "first_quarter")),
    "data_quarters": ALL,
    **dict.fromkeys(("last_quarter", "target_carried_over")),
    "successor": SUCCESSOR,
    "awaited": {"publisher", "until"},
    "now_known": {"quarter", "publisher"},
    "definition_changes": DEFINITION_CHANGE,
    "unit": {"code", "name"},
    "directorate": {"code", "name"},
    "accountable_manager": {"office"},
    "ratings": RATING,
    "escalations": ESCALATION,
    "variations": VARIATION,  # why it was agreed is in the full form only
    "plan": PLAN,
    "revisions": REVISION,
    "data_confidence": {"level", "unanswered"},
    "months": {"month", "value", "confidence", "not_available", "withheld", "revised"},
    "parts": PARTS,  # what is too few to show was withheld before anything was frozen
}
SAID = {"sentence", "needs_attention"}
PRIORITY = {
    **dict.fromkeys(("slug", "number", "title", "description", "sponsor", "themes")),
    "success_factors": {"by", "wording"},
    "indicators": {"reference", "wording"},
    "other_measures": {"kind", "wording"},
    "milestones": {"title", "due_on", "forecast_on", "done_on", "status", "progress"},
    "evidence": {"gathered_on", "title", "finding", "source"},
    "evaluations": {"judged_on", "judgement", "finding", "judged_by"},
    "standing": dict.fromkeys(("figures", "milestones", "evaluation"), SAID),
}
TRIGGER = {
    "key", "name", "clause", "kind", "status", "at_least", "within", "level", "tiers", "movement",
    "compared_with", "percent", "forecast_by", "or_late", "unit_tier", "count",
}  # fmt: skip
EDITION = {
    **dict.fromkeys(("schema", "title", "council", "notice", "quarter", "quarter_closed_on")),
    "words": ALL,
    "colour": ALL,
    "edition": {"number", "frozen_on", "note"},
    "sorp": {
        "statement": ALL,
        "versions": {
            **dict.fromkeys(("number", "from_quarter", "travel_method", "exit_quarters")),
            **dict.fromkeys(("relapse_within", "relapse_shortens_by")),
            "definitions": {"rag", "clause", "wording"},
            "triggers": TRIGGER,
        },
    },
    "counts": ALL,
    "travel": ALL,
    "by_layer": ALL,
    "by_directorate": ALL,
    "changes": ALL,
    "aims": {"slug", "name", "description"},
    "themes": {"slug", "name", "description", "aims", "priorities"},
    "priorities": PRIORITY,
    "indicators": INDICATOR,
    "units": {"code", "name", "tier", "parent"},
    "no_longer_measured": NO_LONGER_MEASURED,
}


def public_form(document: Mapping[str, Any]) -> dict[str, Any]:
    """What of an edition everyone may read. It says of itself that it is the public form.

    Its sentences are made again from what is public: one that rests on anything else is not in it.
    """
    public = {**copied(document, EDITION), "form": "public"}
    return {**public, "sentences": written(public)} if "sentences" in document else public


def copied(value: Any, allowed: Any) -> Any:
    """What of a value everyone may read: keys that are named, without anybody's e-mail address."""
    if isinstance(value, str):
        return EMAIL.sub(WITHHELD, value)
    if isinstance(value, Mapping):
        keys = value.keys() if allowed is ALL else [key for key in value if key in allowed]
        inner = allowed if isinstance(allowed, Mapping) else {}
        return {key: copied(value[key], inner.get(key)) for key in keys}
    if isinstance(value, list):
        return [copied(each, allowed) for each in value]
    return value
