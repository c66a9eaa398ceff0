"""The demonstration shows every state, where its README says."""

from collections import Counter

import pytest

from core.quarters import Quarter
from indicators.rules.rating import judge, stale
from sorp.lexicon import NotRated, Rag, Travel
from tests.kcc_perf.demonstration import (
    AWAITED,
    DRAFTS,
    INDICATORS,
    LAST_CLOSED,
    RESULTS,
    RETIREMENTS,
    REVISIONS,
    STATES,
    as_known,
    at_pat,
    is_measured,
    is_rated,
    target_row,
    thresholds,
    travel,
    value,
    verdict,
)


def _revised(after_close):
    return lambda ref, q: any(
        (row["reference"], row["quarter"], row["after_close"]) == (ref, q.key, after_close)
        for row in REVISIONS
    )


def _marked(**cells):
    return lambda ref, q: all(as_known(ref, q.key)[name] == cell for name, cell in cells.items())


def _defined(**cells):
    return lambda ref, q: (
        (ref, q.key) in RESULTS
        and all(INDICATORS[ref][name] == cell for name, cell in cells.items())
    )


def _opened(name):
    return lambda ref, q: any(
        each.trigger == name and each.opened_in == q and each.is_open for each in at_pat(ref)
    )


def _is_stale(ref, q):
    row = as_known(ref, q.key)
    lag = int(INDICATORS[ref]["lag_quarters"])
    return stale(q, Quarter.parse(row["data_quarter"]), lag)


def _colour_moved_with_the_target(ref, q):
    now, before = target_row(ref, q.key), target_row(ref, q.previous().key)
    result = value(as_known(ref, q.key))
    seen = {
        judge(
            due=True,
            suspended=False,
            has_result=True,
            value=result,
            thresholds=thresholds(ref, row),
        )
        for row in (now, before)
    }
    return now["from_quarter"] == q.key and len(seen) == 2


CHECKS = {
    "green": is_rated(Rag.GREEN),
    "amber": is_rated(Rag.AMBER),
    "red": is_rated(Rag.RED),
    "escalated: red for two quarters": _opened("Red for two quarters"),
    "escalated: amber for three quarters": _opened("Amber for three quarters"),
    "escalated: no result for two quarters": _opened("No result for two quarters"),
    "recovered": lambda ref, q: any(each.recovered_in == q for each in at_pat(ref)),
    "relapsed": lambda ref, q: any(each.opened_in == q and each.relapse for each in at_pat(ref)),
    "not due": is_rated(NotRated.NOT_DUE),
    "no result": lambda ref, q: (
        (ref, q.key) not in RESULTS and is_rated(NotRated.NO_RESULT)(ref, q)
    ),
    "not available, with a reason": lambda ref, q: bool(RESULTS[ref, q.key]["not_available"]),
    "no target": is_rated(NotRated.NO_TARGET),
    "no value: nothing to divide by": is_rated(NotRated.NO_VALUE),
    "suspended": is_rated(NotRated.SUSPENDED),
    "data only": is_rated(NotRated.DATA_ONLY),
    "above the expected range": is_rated(NotRated.ABOVE),
    "within the expected range": is_rated(NotRated.WITHIN),
    "below the expected range": is_rated(NotRated.BELOW),
    "provisional": _marked(confidence="provisional"),
    "estimated": _marked(confidence="estimated"),
    "stale": _is_stale,
    "late": _marked(late="yes"),
    "revised before its quarter closed": _revised("no"),
    "revised after its quarter closed": _revised("yes"),
    "definition break": _marked(definition_break="yes"),
    "target changed": lambda ref, q: target_row(ref, q.key) != target_row(ref, q.previous().key),
    "colour changed by a change of target": _colour_moved_with_the_target,
    "range: too far on either side is worse": _defined(method="range", polarity="range"),
    "lower is better": _defined(polarity="lower"),
    "rated by tolerance": _defined(method="tolerance"),
    "rated by floor standard": _defined(method="floor"),
    "year to date": _defined(basis="year_to_date"),
    "rolling twelve months": _defined(basis="rolling_12_months"),
    "snapshot": _defined(basis="snapshot"),
    "seasonal": _defined(seasonal="yes"),
    "half-yearly": _defined(frequency="half_yearly"),
    "annual": _defined(frequency="annual"),
    "reported in arrears": lambda ref, q: (
        as_known(ref, q.key)["data_quarter"] and not _is_stale(ref, q)
    ),
    "worsening while green": lambda ref, q: (
        is_rated(Rag.GREEN)(ref, q) and travel(ref, q) is Travel.WORSENING
    ),
    "improving": lambda ref, q: travel(ref, q) is Travel.IMPROVING,
    "awaited from its publisher, and then known": lambda ref, q: (ref, q.key) in AWAITED,
    "no longer measured, and replaced": lambda ref, q: RETIREMENTS[ref]["last_quarter"] == q.key,
    "given by month": _defined(frequency="monthly"),
    "draft in the open quarter": lambda ref, q: (ref, q.key) in DRAFTS,
}


def test_the_table_of_states_lists_what_is_checked():
    assert list(STATES) == list(CHECKS)


@pytest.mark.parametrize("state", CHECKS)
def test_every_state_occurs_where_the_table_says(state):
    reference, key = STATES[state].split()
    assert CHECKS[state](reference, Quarter.parse(key))


def test_the_report_has_the_shape_of_a_real_one():
    kpis = [
        ref
        for ref, row in INDICATORS.items()
        if row["tier"] == "corporate" and row["kind"] == "kpi" and is_measured(ref, LAST_CLOSED)
    ]
    counts = Counter(verdict(ref, LAST_CLOSED, as_known(ref, LAST_CLOSED.key))[0] for ref in kpis)
    assert counts == {Rag.GREEN: 19, Rag.AMBER: 9, Rag.RED: 6, None: 2}
    trends = Counter(travel(ref, LAST_CLOSED) for ref in kpis)
    assert trends[Travel.NO_CLEAR_TREND] > len(kpis) / 2
    still_open = [ref for ref in INDICATORS if any(each.is_open for each in at_pat(ref))]
    assert 8 <= len(still_open) <= 12
