"""Everything one needs to enter one result: what was typed, said, expected and kept beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from indicators.models import Draft, Evidence, Indicator, Revision, SignOff
from indicators.queries.asking import as_typed, asked_of, backgrounds_of, forecasts_made
from indicators.queries.evidence import evidence_kept
from indicators.queries.returns import day_due, entry_days, is_overtaken
from indicators.queries.sheets import ResultSheet, result_sheet
from indicators.queries.signing import may_change
from indicators.rules import Asked, Background, Entry, questions, read_entry
from indicators.rules.entering import FIELDS
from indicators.rules.returns import ResultState, Verdict
from organisation.models import User
from sorp.lexicon import Quarter

DRAFT = (*FIELDS, "seen")


@dataclass(frozen=True, slots=True)
class EntrySheet:
    """One indicator's page in the return."""

    indicator: Indicator
    quarter: Quarter
    beside: ResultSheet
    draft: Draft | None
    said: Mapping[str, str]  # what is submitted, as it would have been typed
    asked: Asked
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
    drafts = Draft.objects.filter(indicator=indicator, quarter_start=quarter.first_day)
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
