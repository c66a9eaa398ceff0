"""An uploaded scorecard: kept, answered, tried and written through the imports, all of it or nothing."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from uuid import UUID

from django.db import transaction
from pydantic import TypeAdapter

from core import audit
from core.canonical_json import digest
from core.clock import now
from core.dates import as_date
from core.quarters import Quarter
from core.refusals import Refused
from core.tables.faults import RefusedFileError
from core.tables.importing import Imported
from indicators.importing.definitions import import_indicators, import_targets, indicators_named
from indicators.importing.results import import_results
from indicators.models.definitions import Indicator
from indicators.models.ratings import Rating
from indicators.models.results import Result
from indicators.models.scorecards import ScorecardUpload
from indicators.rules.returns import ResultState
from indicators.scorecards.facts import (
    IndicatorRead,
    PrintedStatus,
    ResultRead,
    ScorecardRead,
    TargetRead,
    quarter_of,
)
from indicators.scorecards.merging import Merged, merged, write_predecessors
from indicators.scorecards.periods import plain
from indicators.scorecards.reading import sheets_of_each
from indicators.scorecards.settling import (
    ScorecardAnswers,
    asked_of,
    groups_in,
    read_with,
    settled,
    shape_of,
)
from indicators.scorecards.writing import COLUMNS, indicator_row, result_rows, target_rows
from organisation.models.people import User
from sorp.lexicon import Rag

ANSWERS = TypeAdapter(ScorecardAnswers)


class NotOpenAnyMore(Refused):
    """The scorecard was written or put away already."""


class AnsweredMeanwhile(Refused):
    """Somebody else answered since this page was drawn, and nothing of theirs is overwritten."""


def answers_of(upload: ScorecardUpload) -> ScorecardAnswers:
    return ANSWERS.validate_python(upload.answers)


@transaction.atomic
def keep_scorecard(*, files: Sequence[tuple[str, bytes]], by: User) -> ScorecardUpload:
    """The cells of a scorecard, in one file or several, are kept, with what was said of its like before.

    That is found file by file: for each, what was said of the last one that had its headings. Raises
    RefusedWorkbook, or of several RefusedFiles, where a file cannot be taken; NothingToRead where one
    has no indicators.
    """
    named = [(name.replace("\x00", "")[:200], content) for name, content in files]
    sheets = sheets_of_each(named)
    shapes = [shape_of(read_with([each], ScorecardAnswers())) for each in sheets]
    read = read_with(sheets, ScorecardAnswers())
    answers = ScorecardAnswers()
    remembered: list[str] = []
    for shape in dict.fromkeys(shapes):
        answered = ScorecardUpload.objects.filter(shapes__contains=shape, answered__gt=0)
        if (before := answered.first()) is not None:
            found = answers_of(before).remembered
            answers = found.with_more(answers) if not remembered else answers.with_more(found)
            remembered.append(before.name)
    name, *others = [each for each, _ in sheets]
    digests = [digest(content) for _, content in named]
    upload = ScorecardUpload.objects.create(
        name=f"{name[:170]} and {len(others)} more" if others else name,
        sha256=digests[0] if not others else digest("\n".join(digests).encode()),
        shapes=" ".join(shapes),
        sheets=sheets,
        answers=asdict(answers),
        uploaded_by=by,
    )
    audit.record(
        "brought scorecard",
        upload,
        by=by,
        name=upload.name,
        sha256=upload.sha256,
        files=[each for each, _ in sheets] if others else [],
        indicators=len(read.indicators),
        remembered=", ".join(dict.fromkeys(remembered)),
    )
    return upload


@transaction.atomic
def answer_scorecard(
    *, token: UUID, answers: ScorecardAnswers, answered: int, by: User
) -> ScorecardUpload:
    """What is said of the scorecard stands.

    `answered` is how often it had been answered when the page was drawn. Raises AnsweredMeanwhile
    where somebody answered since, NotOpenAnyMore for one that is written or put away.
    """
    upload = ScorecardUpload.objects.select_for_update().get(token=token)
    _refuse_if_not_open(upload)
    _refuse_if_answered_since(upload, answered, by)
    upload.answers, upload.answered = asdict(answers), upload.answered + 1
    upload.answered_by, upload.answered_at = by, now()
    upload.save(update_fields=["answers", "answered", "answered_by", "answered_at"])
    audit.record("answered scorecard", upload, by=by, answers=asdict(answers))
    return upload


@transaction.atomic
def put_scorecard_away(*, token: UUID, by: User) -> ScorecardUpload:
    """The scorecard is not wanted: its cells go, and that it was here stays."""
    upload = ScorecardUpload.objects.select_for_update().get(token=token)
    _refuse_if_not_open(upload)
    upload.put_away_at, upload.sheets = now(), []
    upload.save(update_fields=["put_away_at", "sheets"])
    audit.record("put scorecard away", upload, by=by, name=upload.name)
    return upload


def _refuse_if_not_open(upload: ScorecardUpload) -> None:
    if upload.written_at is not None:
        raise NotOpenAnyMore(
            f"{upload.written_by} saved {upload.name} on {as_date(upload.written_at)}. Upload "
            f"the file"
            " again to change what it says"
        )
    if upload.put_away_at is not None:
        raise NotOpenAnyMore(f"{upload.name} was set aside. Upload the file again")


def _refuse_if_answered_since(upload: ScorecardUpload, answered: int, by: User) -> None:
    if upload.answered != answered:
        who = "you, on another page," if upload.answered_by == by else str(upload.answered_by)
        raise AnsweredMeanwhile(
            f"Meanwhile {who} answered about {upload.name}. Nothing of yours was saved: check "
            f"the answers now, and answer again where you differ"
        )


# What writing it would do


@dataclass(frozen=True, slots=True)
class Mending:
    """Something that has to be put right first, at so many places of the scorecard."""

    what_to_do: str
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StatusDifference:
    """A status as it is printed, and as our rules rate the same figure."""

    reference: str
    title: str
    quarter: Quarter
    printed: Rag
    own: str
    place: str


@dataclass
class Trial:
    """What writing a scorecard does, or would do."""

    new: int = 0
    standing: int = 0
    targets: Imported | None = None
    without_target: list[str] = field(default_factory=list)  # added up, and nothing is aimed at
    results: Imported | None = None
    signed_off: int = 0  # results that are signed off by having been published
    parts: int = 0  # figures of councils that merged
    left: list[Mending] = field(default_factory=list)  # of theirs that could not be kept, and why
    mendings: list[Mending] = field(default_factory=list)
    differences: list[StatusDifference] = field(default_factory=list)
    printed: int = 0  # statuses that are printed beside a figure

    @property
    def agreeing(self) -> int:
        return self.printed - len(self.differences)

    @property
    def outcome(self) -> str:
        results = len(self.results.new) + len(self.results.changed) if self.results else 0
        targets = len(self.targets.new) + len(self.targets.changed) if self.targets else 0
        parts = f" {self.parts} figures of predecessor councils;" if self.parts else ""
        return (
            f"{self.new} new indicators, {targets} targets, {results} results;{parts}"
            f" {self.agreeing} of {self.printed} printed statuses match ours"
        )


def what_is_missing(read: ScorecardRead, answers: ScorecardAnswers) -> list[str]:
    """What has to be said before the scorecard can be written."""
    missing: list[str] = []
    without = [group for group in groups_in(read) if not answers.units.get(group)]
    if without:
        missing.append(f"Say whose these are: {', '.join(without)}")
    if not answers.manager:
        missing.append("Say who answers for the indicators")
    open_ones = [each for each in asked_of(read, answers) if not each.answer]
    if open_ones:
        count = "1 question is" if len(open_ones) == 1 else f"{len(open_ones)} questions are"
        missing.append(f"{count} still open")
    return missing


def try_scorecard(upload: ScorecardUpload, *, by: User, today: date) -> Trial:
    """What writing it would do, found out by doing it and undoing it."""
    with transaction.atomic():
        trial = _write(upload, by=by, today=today)
        transaction.set_rollback(True)
    return trial


@transaction.atomic
def write_scorecard(*, token: UUID, answered: int, by: User, today: date) -> ScorecardUpload:
    """Every indicator, target and result of the scorecard stands; or, where one cannot, none does.

    Raises NotOpenAnyMore, AnsweredMeanwhile, and Refused where something has to be said or put right
    first.
    """
    upload = ScorecardUpload.objects.select_for_update().get(token=token)
    _refuse_if_not_open(upload)
    _refuse_if_answered_since(upload, answered, by)
    trial = _write(upload, by=by, today=today)
    if trial.mendings:
        raise Refused("Some things have to be put right first. Nothing was saved")
    upload.written_at, upload.written_by = now(), by
    upload.outcome, upload.sheets = trial.outcome, []
    upload.save(update_fields=["written_at", "written_by", "outcome", "sheets"])
    audit.record(
        "wrote scorecard",
        upload,
        by=by,
        name=upload.name,
        sha256=upload.sha256,
        outcome=trial.outcome,
    )
    return upload


def _write(upload: ScorecardUpload, *, by: User, today: date) -> Trial:
    answers = answers_of(upload)
    whole = read_with(upload.files, answers)
    trial = Trial(mendings=[Mending(each, ()) for each in what_is_missing(whole, answers)])
    if trial.mendings:
        return trial
    found = merged(_under_standing_references(settled(whole, answers)), answers)
    read = found.read
    standing = indicators_named({item.reference for item in read.indicators})
    fresh = [item for item in read.indicators if item.reference not in standing]
    trial.standing = len(read.indicators) - len(fresh)
    trial.mendings = list(_measured_too_late(found, standing))
    if trial.mendings:
        return trial
    try:
        with transaction.atomic():
            places = [_named(item, read) for item in fresh]
            rows = [_definition(item, found, answers) for item in fresh]
            if rows:
                made = import_indicators(_file("indicators.csv", rows), file=upload.name, by=by)
                trial.new = len(made.new)
            target_lines = _targets(read)
            places = [place for _, place in target_lines]
            if target_lines:
                trial.targets = import_targets(
                    _file("targets.csv", [row for row, _ in target_lines]), file=upload.name, by=by
                )
            places = [
                _named(each, read)
                for item in read.indicators
                for each in sorted(item.results, key=lambda each: each.key)
            ]
            results = list(_with_breaks(result_rows(read.indicators), found.breaks))
            if results:
                trial.results = import_results(
                    _file("results.csv", results),
                    file=upload.name,
                    today=today,
                    by=by,
                    published=_published_in(read) if answers.published else None,
                )
            before = {reference for _, reference in found.measures}
            trial.without_target = [
                f"{item.reference} {item.title}"
                for item in read.indicators
                if item.reference in before and item.results and not item.targets
            ]
            parts = write_predecessors(found, today=today, by=by)
            trial.parts = parts.figures
            trial.left = [Mending(why, tuple(where)) for why, where in parts.left.items()]
    except RefusedFileError as refusal:
        faults: dict[str, list[str]] = {}
        for fault in refusal.faults:
            at = fault.row - 2
            place = places[at] if 0 <= at < len(places) else ""
            faults.setdefault(f"{fault.what_to_do} ({fault.column})", []).append(place)
        trial.mendings = [Mending(what, tuple(where)) for what, where in faults.items()]
        return trial
    trial.signed_off = Result.objects.filter(
        indicator__reference__in={item.reference for item in read.indicators},
        state=ResultState.AS_PUBLISHED,
    ).count()
    _compare(trial, read)
    return trial


def _measured_too_late(found: Merged, standing: Mapping[str, Indicator]) -> Iterator[Mending]:
    """Indicators that stand, and are measured only after a history that is to be added to them."""
    for reference, first in found.first_quarters.items():
        indicator = standing.get(reference)
        item = next(each for each in found.read.indicators if each.reference == reference)
        if indicator is not None and item.results and first < indicator.first_quarter:
            yield Mending(
                f"{reference} is measured from {indicator.first_quarter}: make {first} its first quarter"
                " on its page, or leave it as not comparable",
                (),
            )


def _with_breaks(
    rows: Iterable[Mapping[str, str]], breaks: Collection[str]
) -> Iterator[Mapping[str, str]]:
    """The rows of results; the first of what councils before measured another way says so."""
    seen: set[str] = set()
    for row in rows:
        reference = row["reference"]
        is_first = reference in breaks and reference not in seen
        seen.add(reference)
        yield {**row, "definition_break": "yes"} if is_first else row


def _under_standing_references(read: ScorecardRead) -> ScorecardRead:
    """Where the scorecard has no references, an indicator that stands under its title is that one."""
    by_title = {plain(each.title): each.reference for each in Indicator.objects.all()}
    return replace(
        read,
        indicators=[
            replace(item, reference=by_title.get(plain(item.title), item.reference))
            if item.reference_is_ours
            else item
            for item in read.indicators
        ],
    )


def _definition(item: IndicatorRead, found: Merged, answers: ScorecardAnswers) -> Mapping[str, str]:
    """A row of indicators.csv, with whose it is and who answers for it."""
    row = indicator_row(item, found.read)
    first = found.first_quarters.get(item.reference)
    return {
        **row,
        "first_quarter": first.key if first else row["first_quarter"],
        "unit": answers.units[item.group],
        "accountable_manager": answers.manager,
    }


def _targets(read: ScorecardRead) -> list[tuple[Mapping[str, str], str]]:
    """Rows of targets.csv with their places; where nothing is aimed at any more, they say so."""
    found: list[tuple[Mapping[str, str], str]] = []
    for item in read.indicators:
        has_aimed = False
        for row, target in zip(target_rows([item]), item.targets, strict=True):
            limits = [row[name] for name in ("target", "floor", "lower", "upper")]
            if any(limits):
                has_aimed = True
                found.append((row, _named(target, read)))
            elif has_aimed:
                found.append(({**row, "target": "(clear)"}, _named(target, read)))
    return found


def _named(
    fact: IndicatorRead | ResultRead | TargetRead | PrintedStatus, read: ScorecardRead
) -> str:
    """Where something stands: its cell, and of several files which."""
    return f"{fact.file}, {fact.place}" if len(read.files) > 1 and fact.file else fact.place


def _published_in(read: ScorecardRead) -> Callable[[str, Quarter], str]:
    """Where the figure of a reference and quarter was published: the file, and its cell.

    A quarter made of months was published in several cells, so that its file is named alone.
    """
    items = {item.reference: item for item in read.indicators}

    def words(reference: str, quarter: Quarter) -> str:
        item = items[reference]
        result = item.result(quarter.key)
        if result is None:
            return f"As published in {item.file}"
        if not result.file:  # of the councils before
            return f"{result.place[:1].upper()}{result.place[1:]}"
        return f"As published in {result.file}, {result.place}"

    return words


def _file(name: str, rows: Iterable[Mapping[str, str]]) -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS[name], lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def _compare(trial: Trial, read: ScorecardRead) -> None:
    """Each printed status beside what the figure is rated now that it stands."""
    printed = [
        (item, status, quarter_of(status.key))
        for item in read.indicators
        for status in item.statuses
        if status.rag and "Q" in status.key
    ]
    rated = {
        (reference, quarter): rag
        for reference, quarter, rag in Rating.objects.latest_ones()
        .filter(indicator__reference__in={item.reference for item, _, _ in printed})
        .values_list("indicator__reference", "quarter", "rag")
    }
    for item, status, quarter in printed:
        if item.result(status.key) is None:
            continue
        trial.printed += 1
        own = rated.get((item.reference, quarter)) or ""
        if own != status.rag:
            trial.differences.append(
                StatusDifference(
                    item.reference, item.title, quarter, Rag(status.rag), own, _named(status, read)
                )
            )
