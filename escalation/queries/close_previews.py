"""As it stands: what the close of the open quarter would do now, worked out and read.

What is worked out reads what the close reads, by the close's own rules: the quarter judged as it
would judge it, what a revision of a closed quarter would restate first, the ladder, units with many
poor indicators, and good performance. Nothing is stored here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from django.db.models import Q

from core.clock import localdate
from core.models.quarters import ReportingQuarter
from core.quarters import Quarter
from core.queries import last_closed
from escalation.models.close_previews import ClosePreview
from escalation.models.escalations import Escalation
from escalation.models.exceptions import PositiveException
from escalation.queries.evaluation import RulesByIndicator, rules_by_indicator
from escalation.queries.exceptions import (
    as_positive_spell,
    as_unit_episode,
    recorded_unit_escalations,
    succeeding_keys,
    unit_indicators,
)
from escalation.queries.restatement_preview import (
    as_episode,
    revised_since_close,
    stored_escalations,
)
from escalation.rules.close_preview import (
    Consequence,
    PreviewInputs,
    preview_close_of,
    preview_close_of_units,
    preview_end_of,
    reads_chances,
)
from escalation.rules.exceptions import PositiveSpell, close_units
from escalation.rules.ladder import Episode, restate, with_end
from indicators.models.definitions import Indicator
from indicators.models.forecasts import SystemForecast
from indicators.models.ratings import Rating
from indicators.models.results import Revision
from indicators.queries.due import awaited_in
from indicators.queries.histories import WORDS, figures_of, rag_histories
from indicators.queries.judging import judged_otherwise
from indicators.queries.returns import entry_day, entry_days
from indicators.rules.entry import Entry, ResultGiven
from indicators.services.forecasts import forecasts_anew
from indicators.services.results import as_revision
from organisation.queries import tree_on
from organisation.rules import UnitTier
from sorp.lexicon import Rag, Tier
from sorp.rules.figures import Figure


def quarter_previewed() -> Quarter | None:
    """The quarter whose close is looked ahead to: the earliest that is open, if it is the next to be closed.

    What comes of a later one depends on its close. A quarter of history, which nobody was asked for, is
    closed with the others of it and not looked ahead to.
    """
    row = ReportingQuarter.objects.filter(state=ReportingQuarter.State.OPEN).first()
    closed = last_closed()
    if row is None or (closed is not None and row.quarter != closed.next()):
        return None
    if row.begun_at is None and row.quarter < Quarter.containing(localdate()).previous():
        return None
    return row.quarter


@dataclass(frozen=True, slots=True)
class TypedResult:
    """A result as it is typed in the box, which nobody has submitted."""

    revision: Revision
    year_end: Rag | None = None  # what its manager expects, where that was typed


NOTHING_TYPED: Mapping[int, TypedResult] = {}


def work_out_close_previews(
    quarter: Quarter,
    indicators: Iterable[int] | None = None,
    typed: Mapping[int, TypedResult] = NOTHING_TYPED,
    rules_of: RulesByIndicator | None = None,
) -> list[ClosePreview]:
    """What the close of the next quarter to be closed would do with each of some indicators, or with all.

    As many queries for a thousand as for one; the rules are fetched unless they are handed in. Raises
    NoVersionInForce.
    """
    inputs = _load_inputs(quarter, indicators, typed, rules_of)
    ended = (inputs.preview_of_ended(each) for each in inputs.ended)
    return [
        *(inputs.preview_of(each) for each in inputs.measured),
        *(each for each in ended if each.follows),
    ]


@dataclass(frozen=True, slots=True)
class _ClosePreviewInputs:
    """All that the previews of a set of indicators read, fetched at once."""

    quarter: Quarter
    closed: Quarter | None
    measured: Sequence[Indicator]
    ended: Sequence[Indicator]  # their last quarter is over, and something is open
    histories: Mapping[int, Sequence[Figure]]
    recorded: Mapping[int, Sequence[Episode]]
    positives: Mapping[int, Sequence[PositiveSpell]]
    revised: Mapping[int, Quarter]
    given: Collection[int]
    rules_of: RulesByIndicator

    def preview_of(self, indicator: Indicator) -> ClosePreview:
        pk, history = indicator.pk, self.histories[indicator.pk]
        inputs = PreviewInputs(
            history=history,
            recorded=self._episodes(indicator),
            positives=self.positives.get(pk, ()),
            rules=self.rules_of(pk)(self.quarter),
            version=self.rules_of.version_in(self.quarter).number,
            tier=Tier(indicator.tier),
            is_given=pk in self.given,
        )
        now = history[-1]
        return ClosePreview(
            indicator=indicator,
            quarter=self.quarter,
            rag=now.rag or "",
            not_rated=now.not_rated or "",
            travel=now.travel or "",
            is_given=inputs.is_given,
            follows=[each.dump() for each in preview_close_of(inputs)],
        )

    def preview_of_ended(self, indicator: Indicator) -> ClosePreview:
        positives = self.positives.get(indicator.pk, ())
        follows = preview_end_of(self._episodes(indicator), positives)
        return ClosePreview(
            indicator=indicator,
            quarter=self.quarter,
            follows=[each.dump() for each in follows],
        )

    def _episodes(self, indicator: Indicator) -> Sequence[Episode]:
        """What will be on record when the quarter is closed: restated first, where one was revised."""
        recorded = self.recorded.get(indicator.pk, ())
        since = self.revised.get(indicator.pk)
        if since is None or self.closed is None:
            return recorded
        known = [
            each for each in self.histories.get(indicator.pk, ()) if each.quarter <= self.closed
        ]
        tier, last = Tier(indicator.tier), indicator.last_quarter
        whole = with_end(known, last, self.closed)
        rules_for = self.rules_of(indicator.pk)
        return restate(whole, recorded, since, rules_for, tier, last).episodes


def _load_inputs(
    quarter: Quarter,
    indicators: Iterable[int] | None,
    typed: Mapping[int, TypedResult],
    rules_of: RulesByIndicator | None,
) -> _ClosePreviewInputs:
    wanted = None if indicators is None else list(indicators)
    rows = Indicator.objects.in_use(quarter)
    closed = last_closed()
    revised = revised_since_close() if closed is not None else {}
    over = Indicator.objects.filter(last_quarter__lt=quarter).filter(
        Q(pk__in=Escalation.objects.open_ones().values("indicator"))
        | Q(pk__in=PositiveException.objects.filter(ended_in__isnull=True).values("indicator"))
        | Q(pk__in=list(revised))
    )
    if wanted is not None:
        rows, over = rows.filter(pk__in=wanted), over.filter(pk__in=wanted)
    measured, ended = list(rows), list(over)
    known = [each.pk for each in (*measured, *ended)]
    rules_of = rules_of or rules_by_indicator(known)
    given = Revision.objects.latest_ones().filter(
        result__quarter=quarter, result__indicator__in=known
    )
    stored = stored_escalations(dict.fromkeys(known, ()))
    return _ClosePreviewInputs(
        quarter=quarter,
        closed=closed,
        measured=measured,
        ended=ended,
        histories=_histories(
            quarter, closed if revised else None, measured, known, rules_of, typed
        ),
        recorded={pk: [as_episode(row) for row in rows] for pk, rows in stored.items()},
        positives=_positives(quarter, known),
        revised=revised,
        given={*given.values_list("result__indicator_id", flat=True), *typed},
        rules_of=rules_of,
    )


def _histories(
    quarter: Quarter,
    revised: Quarter | None,
    measured: Sequence[Indicator],
    known: Sequence[int],
    rules_of: RulesByIndicator,
    typed: Mapping[int, TypedResult],
) -> dict[int, list[Figure]]:
    """How each is judged up to the open quarter, which is judged as its close would judge it.

    Where a rule reads the system's forecasts, they are made as the close would make them: after the
    quarter, and after the last one closed where that was `revised`.
    """
    revisions = {pk: each.revision for pk, each in typed.items()}
    histories = rag_histories(until=quarter, indicators=known)
    anew = judged_otherwise(quarter=quarter, indicators=measured, typed=revisions)
    for pk, figure in figures_of(anew, quarter).items():
        if pk in typed:
            figure = replace(figure, forecast=typed[pk].year_end)
        histories[pk] = [*(each for each in histories[pk] if each.quarter != quarter), figure]
    if reads_chances(rules_of.by_quarter(quarter)):
        for after in filter(None, (revised, quarter)):
            made = forecasts_anew(
                quarter=after,
                indicators=measured,
                typed=revisions if after == quarter else None,
            )
            _foresee(histories, made)
    return histories


def _foresee(histories: dict[int, list[Figure]], made: Iterable[SystemForecast]) -> None:
    """Chances that are not stored yet take the place of those that are."""
    for each in made:
        is_shown = each.chance_red is not None and not each.unsaid
        red = each.chance_red if is_shown else None
        worse = red + (each.chance_amber or 0) if red is not None else None
        history = histories[each.indicator_id]
        histories[each.indicator_id] = [
            replace(figure, chance_red=red, chance_amber_or_worse=worse)
            if figure.quarter == each.made_in
            else figure
            for figure in history
        ]


def _positives(quarter: Quarter, known: Sequence[int]) -> dict[int, list[PositiveSpell]]:
    succeeding = succeeding_keys("positive_exception", quarter)
    found: dict[int, list[PositiveSpell]] = defaultdict(list)
    rows = PositiveException.objects.filter(indicator__in=known).order_by("opened_in", "pk")
    for row in rows:
        found[row.indicator_id].append(as_positive_spell(row, succeeding))
    return found


def work_out_unit_previews(
    quarter: Quarter,
    touched: Collection[int] | None = None,
    rules_of: RulesByIndicator | None = None,
) -> dict[int, tuple[Consequence, ...]]:
    """What the close would do with units, by their keys: all, or those that `touched` indicators stand in.

    Units with which it would do nothing have an empty entry. The open quarter is read from the
    previews of indicators, which are stored before.
    """
    rules_of, recorded = rules_of or rules_by_indicator(()), recorded_unit_escalations()
    rules = rules_of.by_quarter(quarter)
    is_open = [each for each in recorded if each.recovered_in is None]
    if not rules.aggregates and not is_open:
        return {}
    tree = tree_on(quarter.last_day)
    rows = Indicator.objects.all()
    looked_at: set[int] | None = None
    if touched is not None:
        tiers = {*(each.unit_tier for each in rules.aggregates), *(r.unit.tier for r in is_open)}
        stands_in = rows.filter(pk__in=touched).values_list("unit_id", flat=True)
        looked_at = {
            branch.unit
            for unit in set(stands_in)
            for tier in tiers
            if (branch := tree.at_tier(unit, UnitTier(tier))) is not None
        }
        rows = rows.in_units({each for unit in looked_at for each in tree.below(unit)})
    histories = _slim_histories(quarter, _quarters_looked_back(rules_of, quarter), rows)
    indicators = rows.in_bulk(list(histories))
    succeeding = succeeding_keys("unit_escalation", quarter)
    episodes = [as_unit_episode(row, succeeding) for row in recorded]
    outcome = close_units(unit_indicators(quarter, indicators, histories), episodes, rules, quarter)
    version = rules_of.version_in(quarter).number
    found = preview_close_of_units(outcome, episodes, rules, version)
    if looked_at is None:
        return found
    return {unit: found.get(unit, ()) for unit in sorted(looked_at)}


def _quarters_looked_back(rules_of: RulesByIndicator, quarter: Quarter) -> int:
    rules = rules_of.by_quarter(quarter)
    widest = max((each.within for each in rules.aggregates), default=1)
    return widest + rules.exit_quarters


def _slim_histories(
    quarter: Quarter, back: int, indicators: Iterable[Indicator]
) -> dict[int, list[Figure]]:
    """Of each the last quarters, and the open one: nothing but how it was rated, or why it was not."""
    histories: dict[int, list[Figure]] = defaultdict(list)
    rags, reasons = WORDS["rag"], WORDS["not_rated"]
    earlier = Rating.objects.latest_ones().filter(
        indicator__in=indicators, quarter__gte=quarter.back(back), quarter__lt=quarter
    )
    columns = ("indicator_id", "quarter", "rag", "not_rated")
    for pk, rated, rag, why in earlier.order_by("quarter").values_list(*columns).iterator():
        histories[pk].append(Figure(rated, rags[rag], reasons[why]))
    now = ClosePreview.objects.filter(quarter=quarter, indicator__in=indicators)
    for pk, rated, rag, why in now.exclude(Q(rag="") & Q(not_rated="")).values_list(*columns):
        histories[pk].append(Figure(rated, rags[rag], reasons[why]))
    return dict(histories)


def typed_results(
    quarter: Quarter, entries: Iterable[tuple[Indicator, Entry, Revision | None]]
) -> dict[int, TypedResult]:
    """What was typed of each indicator, beside what stands of it, as it would be submitted now.

    By the key of the indicator. What cannot be submitted as it is, is not in it.
    """
    today = localdate()
    days, awaited = entry_days(quarter), awaited_in(quarter, on=today)
    found = {}
    for indicator, entry, standing in entries:
        try:
            given = ResultGiven.from_entry(entry, standing.data_quarter if standing else None)
            revision = as_revision(indicator, quarter, given)
        except ValueError:
            continue
        due = entry_day(days, indicator)
        is_late = due is not None and today > due and indicator.pk not in awaited
        revision.late = is_late or bool(standing and standing.late)
        revision.number = standing.number + 1 if standing else 1
        year_end = entry.year_end.rag if entry.year_end else None
        found[indicator.pk] = TypedResult(revision, year_end)
    return found
