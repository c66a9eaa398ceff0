"""The whole story of an indicator, for its page: how it stands, how it came there, and why."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from core.charts.trend import Foreseen, Planned, QuarterPoint, Trend
from core.clock import day_of, localdate
from core.quarters import Quarter
from core.queries import last_closed
from escalation.models.escalations import Escalation, Explanation
from escalation.models.plans import ActionPlan
from escalation.queries.explanations import explanations_of
from indicators.models.definitions import DefinitionChange, Indicator
from indicators.models.forecasts import SystemForecast
from indicators.models.questions import Question
from indicators.models.ratings import Rating
from indicators.models.results import Revision
from indicators.models.returns import Evidence
from indicators.models.variations import Variation
from indicators.queries.evidence import evidence_of
from indicators.queries.histories import comparable_predecessors, targets_in_force
from indicators.queries.questions import data_confidence_of
from indicators.queries.sight import Seen
from indicators.queries.variations import variations_of
from indicators.rules.questions import DataConfidence
from indicators.services.variations import may_propose_variation
from organisation.models.people import User
from sorp.lexicon import Confidence, NotRated, Polarity, Rag, RatingMethod, Travel
from sorp.rules.thresholds import amber_limit


@dataclass(frozen=True, slots=True)
class LatestExplanation:
    """What the last close said of an indicator, and by which variation it is judged now."""

    explanation: Explanation | None
    has_explanations: bool
    variations: tuple[Variation, ...]
    may_vary: bool
    quarter: Quarter  # in hand

    @property
    def varied(self) -> tuple[Variation, ...]:
        """The variations that rule now, or will."""
        agreed = (each for each in self.variations if each.state == Variation.State.AGREED)
        return tuple(each for each in agreed if each.until_quarter >= self.quarter)

    @property
    def proposed(self) -> int:
        return sum(each.state == Variation.State.PROPOSED for each in self.variations)


def latest_explanation(
    *, indicator: Indicator, reader: User, quarter: Quarter
) -> LatestExplanation:
    """What the last close explained of an indicator, and what varies how it is judged."""
    told = list(explanations_of(indicator)[:1])
    closed = last_closed()
    is_latest = bool(told) and closed is not None and told[0].quarter == closed
    return LatestExplanation(
        explanation=told[0] if is_latest else None,
        has_explanations=bool(told),
        variations=tuple(variations_of(indicator)),
        may_vary=may_propose_variation(indicator, reader),
        quarter=quarter,
    )


CHARTED, TABLED = 16, 6
AHEAD = 8  # quarters to which a chart runs on for what a plan expects


@dataclass(frozen=True, slots=True)
class IndicatorStory:
    """How an indicator stands, how it came there, and what is being done."""

    indicator: Indicator
    ratings: tuple[Rating, ...]  # the latest 16, oldest first
    revisions: tuple[Revision, ...]  # of results revised, latest first
    evidence: tuple[Evidence, ...]  # the latest quarter's first
    escalations: tuple[Escalation, ...]
    plan: ActionPlan | None
    commentary: str
    management_action: str
    trend: Trend | None
    questions: tuple[Question, ...]  # about the latest figure, with what was answered
    data_confidence: DataConfidence | None  # of the latest figure
    definition_changes: tuple[DefinitionChange, ...] = ()  # latest first
    continued: tuple[Rating, ...] = ()  # of the indicators whose figures it continues, oldest first

    @property
    def unanswered(self) -> list[Question]:
        return [each for each in self.questions if not each.answer]

    @property
    def last_told(self) -> Rating | None:
        """The latest rating with a status, or of what has none by its kind."""
        said = (
            each for each in reversed(self.ratings) if each.rag or each.not_rated == "data_only"
        )
        return next(said, None)

    @property
    def has_ended(self) -> bool:
        """Whether its last quarter is over."""
        last = self.indicator.last_quarter
        return last is not None and last.last_day < localdate()

    @property
    def now(self) -> Rating | None:
        return self.ratings[-1] if self.ratings else None

    @property
    def before(self) -> Rating | None:
        return self.ratings[-2] if len(self.ratings) > 1 else None

    @property
    def tabled(self) -> tuple[Rating, ...]:
        """The last six quarters, latest first."""
        return self.ratings[-TABLED:][::-1]

    @property
    def open_escalations(self) -> list[Escalation]:
        return [each for each in self.escalations if each.is_open]


def indicator_story(*, indicator: Indicator, seen: Seen) -> IndicatorStory:
    """Everything on an indicator's page that its reader sees, in a constant number of queries.

    Ratings, escalations and plans are of closed quarters: whoever sees the page sees those.
    """
    ratings = tuple(
        Rating.objects.latest_ones()
        .filter(indicator=indicator)
        .select_related("revision", "sorp_version")
        .order_by("-quarter")[:CHARTED]
    )[::-1]
    revised = (
        Revision.objects.filter(result__indicator=indicator, result__revisions__number__gt=1)
        .select_related("result", "submitted_by")
        .distinct()
        .order_by("-result__quarter", "-number")
    )
    plans = ActionPlan.objects.filter(indicator=indicator, is_latest=True)
    now = ratings[-1] if ratings else None
    continued = _continued_from(indicator, ratings)
    revision = now.revision if now else None
    asked = (
        Question.objects.filter(revision=revision).select_related("answered_by")
        if revision is not None and revision.questions_asked
        else ()
    )
    return IndicatorStory(
        indicator=indicator,
        ratings=ratings,
        revisions=tuple(each for each in revised if seen.shows(indicator.pk, each.result.quarter)),
        evidence=tuple(evidence_of(indicator, seen)),
        escalations=tuple(
            Escalation.objects.filter(indicator=indicator)
            .select_related("sorp_version")
            .order_by("-opened_in", "level")
        ),
        plan=plans.select_related("written_by").prefetch_related("actions").first(),
        commentary=now.revision.commentary if now and now.revision else "",
        management_action=now.revision.management_action if now and now.revision else "",
        questions=tuple(asked),
        data_confidence=data_confidence_of([revision.pk]).get(revision.pk) if revision else None,
        trend=trend_of(indicator, ratings, continued),
        definition_changes=tuple(
            DefinitionChange.objects.filter(indicator=indicator)
            .select_related("changed_by")
            .order_by("-number")
        ),
        continued=continued,
    )


def _continued_from(indicator: Indicator, ratings: tuple[Rating, ...]) -> tuple[Rating, ...]:
    """The ratings, before its own, of indicators that it replaced and may be compared with."""
    replaced, before, pk = comparable_predecessors(), [], indicator.pk
    while (pk := replaced.get(pk, 0)) and pk not in before:
        before.append(pk)
    if not before or len(ratings) >= CHARTED:
        return ()
    rows = Rating.objects.latest_ones().filter(indicator__in=before)
    if ratings:
        rows = rows.filter(quarter__lt=ratings[0].quarter)
    # Where both have a figure of a quarter, the nearer one's stands.
    by_quarter: dict[Quarter, Rating] = {}
    for each in sorted(rows, key=lambda each: -before.index(each.indicator_id)):
        by_quarter[each.quarter] = each
    latest = sorted(by_quarter)[-(CHARTED - len(ratings)) :]
    return tuple(by_quarter[each] for each in latest)


def trend_of(
    indicator: Indicator, ratings: tuple[Rating, ...], continued: tuple[Rating, ...] = ()
) -> Trend | None:
    """What a chart of these ratings shows; None where no quarter has a value.

    Before them stand those of the indicator that it continues, with a break drawn between.
    """
    if not any(each.value is not None for each in ratings):
        return None
    latest = ratings[-1]
    points = [_point_of(each) for each in ratings]
    if continued:
        points[0] = replace(points[0], definition_break=True)
    return Trend(
        name=f"trend-{indicator.address.replace('.', '-')}",
        title=indicator.title,
        points=(*(_point_of(each) for each in continued), *points),
        measure_unit=indicator.measure_unit,
        decimals=indicator.decimals,
        polarity=Polarity(latest.polarity),
        travel=Travel(latest.travel),
        floor_label="Tolerance" if latest.method == RatingMethod.TOLERANCE else "Floor",
        year_end_target=_year_end_target(indicator, latest.quarter),
    )


def _year_end_target(indicator: Indicator, quarter: Quarter) -> Decimal | None:
    """What a total since April is to come to by the end of the year; one query for such, else none."""
    if not indicator.pattern.restarts_in_april:
        return None
    target = targets_in_force(Quarter(quarter.year, 4), [indicator.pk]).get(indicator.pk)
    return target.target if target else None


def trend_with_plan(
    indicator: Indicator, ratings: tuple[Rating, ...], plan: ActionPlan | None
) -> Trend | None:
    """The same with an action plan on it. The axis runs on to the quarter the plan expects."""
    trend = trend_of(indicator, ratings)
    if trend is None or plan is None:
        return trend
    expected, last = plan.expected_recovery, trend.points[-1].quarter
    ahead: list[QuarterPoint] = []
    if expected is not None and expected > last:
        until = min(expected, Quarter.from_ordinal(last.ordinal + AHEAD))
        ahead = [
            QuarterPoint(each, not_rated=NotRated.NOT_DUE) for each in last.next().until(until)
        ]
    written = Quarter.containing(day_of(plan.written_at))
    return replace(
        trend,
        points=(*trend.points, *ahead),
        quarters_ahead=trend.quarters_ahead + len(ahead),
        planned=Planned(plan.number, written, expected, plan.expected_value),
    )


def trend_with_forecast(trend: Trend, forecast: SystemForecast | None) -> Trend:
    """The same with our forecast on it, for as long as its quarter has no result."""
    if forecast is None:
        return trend
    quarter, last = forecast.for_quarter, trend.points[-1].quarter
    if any(each.quarter >= quarter and each.value is not None for each in trend.points):
        return trend
    ahead = [QuarterPoint(each, not_rated=NotRated.NOT_DUE) for each in last.next().until(quarter)]
    return replace(
        trend,
        points=(*trend.points, *ahead),
        quarters_ahead=trend.quarters_ahead + len(ahead),
        foreseen=Foreseen(quarter, forecast.value, forecast.lower, forecast.upper),
    )


def _point_of(rating: Rating) -> QuarterPoint:
    return QuarterPoint(
        quarter=rating.quarter,
        value=rating.value,
        rag=Rag(rating.rag) if rating.rag else None,
        not_rated=NotRated(rating.not_rated) if rating.not_rated else None,
        target=rating.target,
        floor=amber_limit(rating),
        lower=rating.lower,
        upper=rating.upper,
        confidence=Confidence(rating.confidence) if rating.confidence else None,
        definition_break=rating.definition_break,
    )
