"""variations.csv, as the import takes it back and as replays read it."""

from __future__ import annotations

from collections.abc import Iterator

from core.clock import day_of
from core.tables.writing import written_rows
from indicators.importing.variations import AgreedVariationRow
from indicators.models.variations import Variation, VariedTrigger
from sorp.models.statement import Version


def variations_csv() -> str:
    """What was agreed, in order of reference and first quarter: a row for each trigger that is varied.

    One that varies none has a row without a trigger. What is proposed or was refused changes nothing,
    and is not here.
    """
    rows = Variation.objects.agreed().select_related("indicator", "proposed_by", "decided_by")
    in_order = sorted(
        rows.prefetch_related("varied_triggers__carried_by"),
        key=lambda each: (each.indicator.reference, each.from_quarter),
    )
    return written_rows(AgreedVariationRow, (row for each in in_order for row in _rows(each)))


def _rows(variation: Variation) -> Iterator[dict[str, object]]:
    varied: list[VariedTrigger | None] = [
        each
        for each in variation.varied_triggers.all()
        if each.carried_by is None or each.carried_by.state in Version.BINDING
    ]
    assert variation.decided_by is not None
    for each in varied or [None]:
        yield {
            **vars(variation),
            "reference": variation.indicator.reference,
            "trigger_key": each.trigger_key if each else "",
            "at_least": each.at_least if each else None,
            "within": each.within if each else None,
            "carried_from": each.carried_by.from_quarter if each and each.carried_by else None,
            "trigger": each.trigger if each else "",
            "proposed_by": variation.proposed_by.email,
            "proposed_on": day_of(variation.proposed_at),
            "decided_by": variation.decided_by.email,
        }
