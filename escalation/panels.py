"""What escalation shows on pages of the apps below it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from core.panels import panel, panel_rows
from core.quarters import Quarter
from escalation.models.escalations import Escalation
from escalation.queries.as_it_stands import last_worked_out, of_typed, stands_by_indicator
from escalation.queries.backtests import evidence_on
from escalation.queries.practice import practised_close
from indicators.models.definitions import Indicator
from indicators.models.ratings import Rating
from indicators.models.results import Revision
from indicators.queries.entry import EntrySheet
from indicators.queries.practice import PracticeSheet
from indicators.queries.returns import ReturnRow
from indicators.queries.sign_off import SignOffLine
from indicators.rules.entry import Entry
from organisation.models.people import User
from sorp.models.statement import Version


@panel("evidence_on_version", "escalation/evidence.html")
def evidence_on_version(version: Version) -> dict[str, object] | None:
    """The back-tests kept as evidence on a version of the SORP."""
    evidence = evidence_on(version)
    return {"evidence": evidence} if evidence else None


@panel("close_of_typed", "escalation/close_of_typed.html")
def close_of_typed(
    sheet: EntrySheet, entry: Entry | None, reader: User
) -> dict[str, object] | None:
    """What the close would do with the figure in the box, or as it stands where nothing is typed."""
    indicator, quarter = sheet.indicator, sheet.quarter
    if entry is None:
        stands = stands_by_indicator(reader=reader, indicators=[indicator.pk], quarter=quarter)
        preview = stands.get(indicator.pk)
    else:
        found = of_typed(
            reader=reader, quarter=quarter, entries=[(indicator, entry, sheet.revision)]
        )
        preview = next(iter(found), None)
    if preview is None:
        return None
    return {"preview": preview, "quarter": quarter, "is_typed": entry is not None}


@panel("close_of_practice", "escalation/close_of_practice.html")
def close_of_practice(practice: PracticeSheet, entry: Entry) -> dict[str, object] | None:
    """What the close of a closed quarter would have done with a figure typed for practice."""
    closed = practised_close(indicator=practice.indicator, quarter=practice.quarter, entry=entry)
    return {"closed": closed} if closed else None


@panel_rows("close_of_drafts", "escalation/parts/stands.html")
def close_of_drafts(
    rows: Sequence[ReturnRow], quarter: Quarter, reader: User
) -> Mapping[int, dict[str, object]]:
    """What the close would do with each result of a return that is about to be submitted."""
    entries = [(row.indicator, row.entry, row.revision) for row in rows if row.entry is not None]
    found = of_typed(reader=reader, quarter=quarter, entries=entries)
    return {each.indicator_id: {"preview": each, "with_words": True} for each in found}


@panel("close_of_results", "escalation/close_of_results.html")
def close_of_results(
    ratings: Iterable[Rating], quarter: Quarter, reader: User
) -> dict[str, object] | None:
    """What the close would do with results that were submitted, by how they were rated."""
    keys = [each.indicator_id for each in ratings]
    stands = stands_by_indicator(reader=reader, indicators=keys, quarter=quarter)
    found = sorted(stands.values(), key=lambda each: each.indicator.reference)
    if not found:
        return None
    latest = max(each.worked_out_at for each in found)
    return {"previews": found, "quarter": quarter, "worked_out_at": latest}


@panel("close_worked_out", "escalation/parts/worked_out.html")
def close_worked_out(quarter: Quarter, reader: User) -> dict[str, object] | None:
    """When what the close of an open quarter would do was last worked out, where it is shown."""
    latest = last_worked_out(reader=reader, quarter=quarter)
    return {"quarter": quarter, "worked_out_at": latest} if latest else None


@panel_rows("close_of_each", "escalation/parts/stands.html")
def close_of_each(
    lines: Iterable[SignOffLine], quarter: Quarter, reader: User
) -> Mapping[int, dict[str, object]]:
    """What the close would do with each result that waits to be signed off."""
    keys = [each.indicator.pk for each in lines]
    stands = stands_by_indicator(reader=reader, indicators=keys, quarter=quarter)
    return {pk: {"preview": each} for pk, each in stands.items()}


@panel_rows("close_of_entries", "escalation/parts/moves.html")
def close_of_entries(
    entries: Iterable[tuple[Indicator, Entry, Revision | None, bool]],
    quarter: Quarter,
    reader: User,
) -> Mapping[int, dict[str, object]]:
    """What the close would change for each row of the grid: as it is typed, or, where so said, as submitted."""
    typed = [each[:3] for each in entries if not each[3]]
    submitted = [indicator.pk for indicator, *_, is_submitted in entries if is_submitted]
    found = of_typed(reader=reader, quarter=quarter, entries=typed)
    if submitted:
        stands = stands_by_indicator(reader=reader, indicators=submitted, quarter=quarter)
        found += stands.values()
    return {
        each.indicator.pk: {"preview": each, "quarter": quarter} for each in found if each.moves
    }


@panel("referred_up_of_ending", "escalation/referred_up_of_ending.html")
def referred_up_of_ending(indicators: Iterable[Indicator]) -> dict[str, object] | None:
    """What is referred up of indicators that are to end, and what becomes of it."""
    open_ones = (
        Escalation.objects.open_ones()
        .filter(indicator__in=[each.pk for each in indicators])
        .select_related("indicator")
        .order_by("indicator__reference", "opened_in")
    )
    found = list(open_ones)
    return {"escalations": found} if found else None
