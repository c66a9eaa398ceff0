"""Drawing an auditor's sample, saying what was found, and ending it."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max

from core import audit
from core.clock import day_of, now
from core.refusals import Refused
from indicators.models.data_quality import DataQualityEntry
from indicators.models.definitions import Indicator
from indicators.models.samples import AuditSample, SampledResult
from indicators.queries.samples import Drawable, population, would_be_drawn
from indicators.rules.data_quality import Risk
from indicators.rules.samples import (
    Finding,
    Found,
    Method,
    fingerprint,
    risk_found,
    told,
)
from indicators.services.data_quality import DataQualityGiven, bring_finding
from organisation.models.people import User
from organisation.permissions import Permission
from organisation.rights import allowed


@transaction.atomic
def draw_sample(
    *, of: Drawable, size: int, method: Method, seed: str, purpose: str, by: User
) -> AuditSample:
    """So many results are drawn from all that fit, by a seed, and are kept as they were said that day.

    Raises Refused where that many are not there, or quarters are the wrong way round.
    """
    _refuse_all_but_auditors(by)
    strata = would_be_drawn(of, size=size, method=method, seed=seed)
    found = population(of)
    last = AuditSample.objects.aggregate(last=Max("number"))["last"]
    sample = AuditSample.objects.create(
        number=(last or 0) + 1,
        purpose=purpose,
        method=method,
        size=size,
        seed=seed,
        from_quarter=of.from_quarter,
        until_quarter=of.until_quarter,
        unit=of.unit,
        tier=of.tier,
        rag=of.rag,
        population=len(found),
        population_sha256=fingerprint(found),
        strata=[
            {"name": each.name, "population": each.population, "drawn": len(each.drawn)}
            for each in strata
        ],
        drawn_by=by,
        drawn_at=now(),
    )
    drawn = [(stratum, each) for stratum in strata for each in stratum.drawn]
    SampledResult.objects.bulk_create(
        SampledResult(
            sample=sample,
            position=position,
            revision_id=candidate.revision,
            stratum=stratum.name,
            rag=candidate.rag,
        )
        for position, (stratum, candidate) in enumerate(drawn, start=1)
    )
    audit.record(
        "drew sample",
        sample,
        by=by,
        seed=seed,
        method=method.label,
        size=size,
        population=len(found),
        purpose=purpose,
    )
    return sample


@transaction.atomic
def say_what_was_found(*, item: SampledResult, found: Found, note: str, by: User) -> SampledResult:
    """An auditor agrees a result, or says why not. It may be said anew until the sample has ended."""
    _refuse_all_but_auditors(by)
    sample = AuditSample.objects.select_for_update().get(pk=item.sample_id)
    if sample.has_ended:
        raise Refused(f"{sample} has ended: draw another to look again")
    note = note.strip()
    if found is not Found.AGREED and not note:
        raise Refused("Say what is wrong", field="note")
    item = SampledResult.objects.select_for_update().get(pk=item.pk)
    was = item.get_found_display() if item.found else ""
    if (item.found, item.note) == (found, note):
        return item
    item.found, item.note, item.found_by, item.found_at = found, note, by, now()
    item.save()
    audit.record(
        "said what was found of a result",
        sample,
        by=by,
        result=f"{item.position}: {item.revision.result}",
        was=was,
        found=found.label,
        note=note,
    )
    return item


@transaction.atomic
def end_sample(*, sample: AuditSample, conclusion: str, today: date, by: User) -> AuditSample:
    """A sample is done with: what was found stands, and the register of data quality says it.

    Each indicator has one entry more: checked today, by the auditor, with what was found. Where there
    was an entry its source, risk and mend stay; the risk only rises. Raises Refused while a result is not
    judged.
    """
    _refuse_all_but_auditors(by)
    sample = AuditSample.objects.select_for_update().get(pk=sample.pk)
    if sample.has_ended:
        raise Refused(f"{sample} has ended already")
    items = list(sample.results.select_related("revision__result__indicator"))
    if waiting := sum(not each.found for each in items):
        one = waiting == 1
        raise Refused(
            f"{waiting} {'result is' if one else 'results are'} not judged yet: say what was found"
        )
    findings: dict[Indicator, list[Finding]] = defaultdict(list)
    for item in items:
        result = item.revision.result
        findings[result.indicator].append(Finding(result.quarter, Found(item.found), item.note))
    for indicator, found in findings.items():
        _tell_the_register(indicator, found, sample, today, by)
    sample.conclusion, sample.ended_by, sample.ended_at = conclusion.strip(), by, now()
    sample.save()
    audit.record("ended sample", sample, by=by, conclusion=sample.conclusion)
    return sample


def _tell_the_register(
    indicator: Indicator, found: list[Finding], sample: AuditSample, today: date, by: User
) -> None:
    latest = DataQualityEntry.objects.filter(indicator=indicator, is_latest=True).first()
    risk, why = risk_found(found), f"What {sample} of {day_of(sample.drawn_at):%Y-%m-%d} found"
    if latest is not None and Risk(latest.risk).rank <= risk.rank:
        risk, why = Risk(latest.risk), latest.why
    bring_finding(
        indicator=indicator,
        given=DataQualityGiven(
            source=latest.source if latest else indicator.source or "Not said yet",
            risk=risk,
            why=why,
            checked_on=today,
            checked_by=f"{by.name}, auditor",
            finding=f"{sample}. {told(found)}",
            mend=latest.mend if latest else "",
            mend_due_on=latest.mend_due_on if latest else None,
            mended_on=latest.mended_on if latest else None,
        ),
        today=today,
        by=by,
    )


def _refuse_all_but_auditors(by: User) -> None:
    if not allowed(by, Permission.DRAW_SAMPLES):
        raise PermissionDenied("Only an auditor draws samples and says what was found")
