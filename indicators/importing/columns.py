"""How the cells that several of the files share are read."""

from indicators.models import Indicator
from indicators.models.definitions import REFERENCE
from organisation.csvfiles import parsed, pattern
from sorp.lexicon import Quarter

quarter = parsed(Quarter.parse)
reference = pattern(REFERENCE, "use letters, figures, full stops and hyphens, up to 30")


def indicators_named(references: set[str]) -> dict[str, Indicator]:
    """The indicators of these references, by reference."""
    found = Indicator.objects.select_related("unit", "accountable_manager")
    if len(references) < 500:  # SQLite takes only so many parameters
        found = found.filter(reference__in=references)
    return {indicator.reference: indicator for indicator in found}


def no_such_indicator(reference: str) -> str:
    return f"import the indicator first, or mend its reference: there is no {reference}"
