"""Results that may be sampled, samples that were drawn, and all that stands behind a sampled result."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from core.clock import day_of, localdate
from core.models.quarters import ReportingQuarter
from core.quarters import Quarter
from core.refusals import Refused
from indicators.models.ratings import Rating
from indicators.models.results import Revision
from indicators.models.returns import Evidence, SignOff
from indicators.models.samples import AuditSample, SampledResult
from indicators.queries.evidence import evidence_by_indicator
from indicators.rules.returns import Verdict
from indicators.rules.samples import Candidate, Found, Method, Stratum, draw, fingerprint
from organisation.models.units import Unit
from organisation.queries import tree_on
from organisation.rules import UnitTier
from sorp.lexicon import Rag, Tier

NOT_RATED = "Not rated"
RAGS = [*(each.label for each in Rag), NOT_RATED]


@dataclass(frozen=True, slots=True)
class Drawable:
    """Of what a sample is drawn."""

    from_quarter: Quarter
    until_quarter: Quarter
    unit: Unit | None = None
    tier: str = ""
    rag: str = ""


def quarters_to_audit() -> list[Quarter]:
    """The closed quarters, latest first: of an open one, nothing is settled."""
    closed = ReportingQuarter.objects.filter(state=ReportingQuarter.State.CLOSED)
    return [row.quarter for row in closed.order_by("-quarter")]


def population(of: Drawable) -> list[Candidate]:
    """Every result of closed quarters that fits, as it is said now. Four queries, however many."""
    tree = tree_on(localdate())
    closed = [each for each in quarters_to_audit() if of.from_quarter <= each <= of.until_quarter]
    rows = Revision.objects.latest_ones().filter(result__quarter__in=closed)
    if of.unit is not None:
        rows = rows.filter(result__indicator__unit__in=list(tree.below(of.unit.pk)))
    if of.tier:
        rows = rows.filter(result__indicator__tier=of.tier)
    rags = {
        (indicator, quarter): Rag(rag).label
        for indicator, quarter, rag in Rating.objects.latest_ones()
        .filter(quarter__in=closed)
        .exclude(rag="")
        .values_list("indicator", "quarter", "rag")
    }
    found = []
    for revision, indicator, reference, quarter, tier, unit in rows.values_list(
        "pk",
        "result__indicator",
        "result__indicator__reference",
        "result__quarter",
        "result__indicator__tier",
        "result__indicator__unit",
    ).order_by("result__indicator__reference", "result__quarter"):
        rag = rags.get((indicator, quarter), NOT_RATED)
        directorate = tree.at_tier(unit, UnitTier.DIRECTORATE)
        candidate = Candidate(
            revision,
            reference,
            quarter,
            rag,
            Tier(tier).label,
            directorate.name if directorate else "The council itself",
        )
        if of.rag in ("", rag):
            found.append(candidate)
    return found


def would_be_drawn(of: Drawable, *, size: int, method: Method, seed: str) -> tuple[Stratum, ...]:
    """What would be drawn now, part by part. Raises Refused where so much is not there to draw from."""
    if of.until_quarter < of.from_quarter:
        raise Refused("Choose a last quarter that is not before the first", field="until_quarter")
    try:
        return draw(population(of), size=size, method=method, seed=seed)
    except ValueError as refusal:
        raise Refused(str(refusal), field="size") from None


def drawable_of(sample: AuditSample) -> Drawable:
    """Of what a sample was drawn."""
    return Drawable(sample.from_quarter, sample.until_quarter, sample.unit, sample.tier, sample.rag)


def would_be_drawn_again(sample: AuditSample) -> bool:
    """Whether the same results fit today, so that the seed draws the same sample again."""
    return fingerprint(population(drawable_of(sample))) == sample.population_sha256


# A sample, and what stands behind each result --------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SampleLine:
    """One sampled result with who entered it, who signed it off, its revisions and its evidence."""

    item: SampledResult
    revisions: tuple[Revision, ...]  # oldest first, with those since the draw
    approvals: tuple[SignOff, ...]
    evidence: tuple[Evidence, ...]

    @property
    def was_revised_since(self) -> bool:
        """Whether another figure stands now than was drawn."""
        return bool(self.revisions) and self.revisions[-1].pk != self.item.revision_id

    @property
    def entered_by(self) -> str:
        revision = self.item.revision
        name = revision.submitted_by.name if revision.submitted_by else "an imported file"
        return f"{name} for {revision.on_behalf_of.name}" if revision.on_behalf_of else name

    @property
    def signed_by(self) -> list[str]:
        return [f"{each.signed_by.name}, {each.get_stage_display()}" for each in self.approvals]


def samples() -> list[AuditSample]:
    """Every sample, latest first, each with how many results are judged: `judged`."""
    rows = list(AuditSample.objects.select_related("drawn_by", "ended_by", "unit"))
    judged = Counter(
        SampledResult.objects.exclude(found="").values_list("sample_id", flat=True).order_by()
    )
    for each in rows:
        each.judged = judged[each.pk]  # type: ignore[attr-defined]
    return rows


def lines_of(sample: AuditSample) -> list[SampleLine]:
    """Every result of a sample, in order. As many queries for one as for a hundred, a quarter."""
    items = list(
        sample.results.select_related(
            "revision__result__indicator__unit",
            "revision__result__indicator__accountable_manager",
            "revision__submitted_by",
            "revision__on_behalf_of",
            "found_by",
        ).order_by("position")
    )
    results = [each.revision.result_id for each in items]
    revisions: dict[int, list[Revision]] = defaultdict(list)
    for each in (
        Revision.objects.filter(result__in=results)
        .select_related("submitted_by", "on_behalf_of")
        .order_by("number")
    ):
        revisions[each.result_id].append(each)
    approvals: dict[int, list[SignOff]] = defaultdict(list)
    signed = SignOff.objects.filter(
        revision__in=[each.revision_id for each in items], verdict=Verdict.APPROVED
    )
    for approval in signed.select_related("signed_by").order_by("signed_at", "pk"):
        approvals[approval.revision_id].append(approval)
    kept: dict[tuple[int, Quarter], list[Evidence]] = {}
    for quarter in {each.revision.result.quarter for each in items}:
        of_quarter = {
            each.revision.result.indicator_id
            for each in items
            if each.revision.result.quarter == quarter
        }
        for indicator, files in evidence_by_indicator(of_quarter, quarter).items():
            kept[indicator, quarter] = files
    return [
        SampleLine(
            each,
            tuple(revisions[each.revision.result_id]),
            tuple(approvals[each.revision_id]),
            tuple(kept.get((each.revision.result.indicator_id, each.revision.result.quarter), ())),
        )
        for each in items
    ]


def counts_of(items: Iterable[SampledResult]) -> list[tuple[str, int]]:
    """How many were found how, and how many nobody has judged yet."""
    found = Counter(each.found for each in items)
    return [(each.label, found[each]) for each in Found] + [("Not judged yet", found[""])]


COLUMNS = (
    *("position", "reference", "title", "unit", "accountable_manager", "quarter", "rag"),
    *("value", "numerator", "denominator", "measure_unit", "not_available", "confidence"),
    *("entered_by", "entered_on", "signed_off_by", "revisions", "reasons_for_revision"),
    *("context", "management_action", "evidence", "stratum"),
    *("found", "note", "found_by", "found_on"),
)


def as_rows(lines: Iterable[SampleLine]) -> Iterator[tuple[Any, ...]]:
    """A sample as a table of `COLUMNS`."""
    for line in lines:
        item, said = line.item, line.item.revision
        indicator = said.result.indicator
        yield (
            item.position,
            indicator.reference,
            indicator.title,
            indicator.unit.name,
            indicator.accountable_manager.name,
            said.result.quarter,
            item.rag,
            said.value,
            said.numerator,
            said.denominator,
            indicator.measure_unit,
            said.not_available,
            said.get_confidence_display(),
            line.entered_by,
            day_of(said.submitted_at),
            "; ".join(line.signed_by),
            len(line.revisions),
            "; ".join(each.reason for each in line.revisions if each.reason),
            said.commentary,
            said.management_action,
            "; ".join(each.name for each in line.evidence),
            item.stratum,
            item.get_found_display() if item.found else "",
            item.note,
            item.found_by.name if item.found_by else "",
            day_of(item.found_at) if item.found_at else None,
        )
