"""What a manager needs beside the box when entering one result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from core.quarters import Quarter
from core.queries import quarter_state
from indicators.models.definitions import Indicator, Target
from indicators.models.ratings import Rating
from indicators.models.results import Revision
from indicators.models.returns import Draft, Evidence, SignOff
from indicators.models.variations import Variation
from indicators.queries.evidence import evidence_kept
from indicators.queries.histories import targets_in_force, thresholds_of
from indicators.queries.requirements import as_typed, asked_of, backgrounds_of, forecasts_made
from indicators.queries.returns import day_due, entry_days, is_overtaken
from indicators.queries.sign_off import may_change
from indicators.queries.variations import variations_ruling
from indicators.rules.entry import FIELDS, Entry, QuarterRequirements, read_entry
from indicators.rules.questions import Background, questions
from indicators.rules.returns import ResultState, Verdict
from organisation.models.people import User
from sorp.rules.thresholds import Thresholds

RECENT = 8


@dataclass(frozen=True, slots=True)
class ResultSheet:
    """One indicator in one quarter: what was said, what is expected, what came before."""

    indicator: Indicator
    quarter: Quarter
    revision: Revision | None
    rating: Rating | None
    target: Target | None
    variation: Variation | None  # by which the quarter is judged otherwise than the SORP has it
    recent: tuple[Rating, ...]  # latest first
    last_year: Rating | None
    is_closed: bool

    @property
    def expected(self) -> Thresholds | None:
        """What the result will be rated by; None where there is nothing to rate it by."""
        return thresholds_of(self.indicator, self.target, self.variation)


def result_sheet(*, indicator: Indicator, quarter: Quarter) -> ResultSheet:
    """Everything beside the box for one indicator in one quarter, in seven queries."""
    ratings = list(
        Rating.objects.latest_ones()
        .filter(
            indicator=indicator,
            quarter__lte=quarter,
            quarter__gte=quarter.back(RECENT),
        )
        .order_by("-quarter")
    )
    by_quarter = {rating.quarter: rating for rating in ratings}
    state = quarter_state(quarter)
    known = [indicator.pk]
    return ResultSheet(
        indicator=indicator,
        quarter=quarter,
        revision=Revision.objects.latest_ones()
        .filter(result__indicator=indicator, result__quarter=quarter)
        .select_related("result__indicator", "submitted_by", "on_behalf_of")
        .first(),
        rating=by_quarter.get(quarter),
        target=targets_in_force(quarter, known).get(indicator.pk),
        variation=variations_ruling(quarter, known).get(indicator.pk),
        recent=tuple(each for each in ratings if each.quarter != quarter),
        last_year=by_quarter.get(quarter.back(4)),
        is_closed=bool(state and state.is_closed),
    )


DRAFT = (*FIELDS, "seen")


@dataclass(frozen=True, slots=True)
class EntrySheet:
    """One indicator's page in the return."""

    indicator: Indicator
    quarter: Quarter
    beside: ResultSheet
    draft: Draft | None
    said: Mapping[str, str]  # what is submitted, as it would have been typed
    asked: QuarterRequirements
    background: Background
    evidence: tuple[Evidence, ...]
    returned: SignOff | None
    due_on: date | None
    is_locked: bool  # approved, and not unlocked for this person

    @property
    def revision(self) -> Revision | None:
        return self.beside.revision

    @property
    def is_closed(self) -> bool:
        return self.beside.is_closed

    @property
    def version(self) -> int:
        """The draft's, nought where there is none: what the next saving must have been typed over."""
        return self.draft.version if self.draft else 0

    @property
    def seen(self) -> str:
        """The number of the revision that stood when the draft was begun, or that stands now."""
        current = str(self.revision.number if self.revision else 0)
        return str(self.draft.typed.get("seen", current)) if self.draft else current

    @property
    def typed(self) -> Mapping[str, str]:
        """What the form shows: the draft; else what is submitted; else nothing."""
        return self.draft.typed if self.draft else self.said

    @property
    def is_overtaken(self) -> bool:
        return self.draft is not None and is_overtaken(self.draft, self.revision)

    def read(self, typed: Mapping[str, str]) -> Entry:
        return read_entry(typed, self.asked)

    def ask_about(self, entry: Entry) -> tuple[str, ...]:
        return questions(entry, self.background)

    def says_what_is_submitted(self, typed: Mapping[str, str]) -> bool:
        """Whether this, once read, is what was submitted already."""
        return self.revision is not None and _told(self.read(typed)) == _told(self.read(self.said))


def entry_sheet(*, indicator: Indicator, quarter: Quarter, user: User) -> EntrySheet:
    """One indicator's page in the return of a quarter. Raises NoVersionInForce."""
    beside = result_sheet(indicator=indicator, quarter=quarter)
    revision = beside.revision
    forecasts = forecasts_made([indicator.pk], quarter)[indicator.pk]
    drafts = Draft.objects.filter(indicator=indicator, quarter=quarter)
    return EntrySheet(
        indicator=indicator,
        quarter=quarter,
        beside=beside,
        draft=None if beside.is_closed else drafts.select_related("saved_by").first(),
        said=as_typed(revision, forecasts),
        asked=asked_of([indicator], quarter)[indicator.pk],
        background=backgrounds_of([indicator], quarter)[indicator.pk],
        evidence=tuple(evidence_kept(indicator, quarter)),
        returned=_returned(revision),
        due_on=day_due(entry_days(quarter), indicator),
        is_locked=revision is not None and not may_change(result=revision.result, by=user),
    )


def _told(entry: Entry) -> tuple[object, ...]:
    return (
        entry.worked_out,
        entry.numerator,
        entry.denominator,
        entry.confidence,
        entry.not_available,
        entry.definition_break,
        " ".join(entry.commentary.split()),
        " ".join(entry.management_action.split()),
        tuple(sorted(entry.forecasts.items())),
        tuple(entry.problems),
    )


def _returned(revision: Revision | None) -> SignOff | None:
    if revision is None or revision.result.state != ResultState.RETURNED:
        return None
    rows = SignOff.objects.filter(revision=revision, verdict=Verdict.RETURNED)
    return rows.select_related("signed_by").last()
