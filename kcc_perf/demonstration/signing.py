"""Directors sign the results off: every past quarter to the end, the present one so far."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date, datetime, time, timedelta

from django.utils.timezone import make_aware

from core import clock
from core.quarters import Quarter
from indicators.models.results import Result, Revision
from indicators.queries.sign_off import AWAITING_SIGN_OFF, sign_off_structure
from indicators.rules.returns import Stage
from indicators.rules.sign_off import SignOffStage
from indicators.services.sign_off import approve_results, return_result, unlock_result
from organisation.models.people import Appointment, User

# In the present quarter these divisions have signed off, and these directorates.
SIGNED_BY_DIVISION = ("GET-EW", "GET-PL", "PHC-PH", "PHC-LC", "COR-FI", "COR-GO")
SIGNED_BY_DIRECTORATE = ("PHC", "COR")
RETURNED = "ACT-04"
WHY_RETURNED = (
    "The control room counted 5,402 on 3 July. Say which is right, and add what the extra"
    " inspections found."
)
UNLOCKED = "FI-02"
WHY_UNLOCKED = "An invoice of June was posted to July: the figure will rise a little"


def sign_off_everything(day: date) -> None:
    """Whatever waits anywhere is approved: by divisions on this day, by directorates two later."""
    for stage, later in ((Stage.DIVISION, 0), (Stage.DIRECTORATE, 2)):
        sign_off(stage, day + timedelta(days=later))


def sign_off_so_far(quarter: Quarter, today: date, officer: User) -> None:
    """Of the quarter now open some is approved, some waits, one was returned and one unlocked."""
    yesterday = today - timedelta(days=1)
    sign_off(Stage.DIVISION, yesterday, hour=15, units=SIGNED_BY_DIVISION)
    sign_off(Stage.DIRECTORATE, yesterday, hour=17, units=SIGNED_BY_DIRECTORATE)
    _return_one(quarter, yesterday)
    _unlock_one(quarter, today, officer)


def sign_off(
    stage: Stage, day: date, *, hour: int = 10, units: Collection[str] | None = None
) -> None:
    """Each director approves in one act what waits for them on this day."""
    piles: dict[SignOffStage, list[Result]] = defaultdict(list)
    structure = sign_off_structure(day)
    waiting = Revision.objects.latest_ones().filter(result__state__in=AWAITING_SIGN_OFF)
    for revision in waiting.select_related("result__indicator"):
        sign_off_stage = structure.stage_awaited(revision)
        if sign_off_stage is not None and sign_off_stage.stage is stage:
            piles[sign_off_stage].append(revision.result)
    with clock.at(day, hour=hour):
        for sign_off_stage, results in piles.items():
            if units is None or structure.tree.branches[sign_off_stage.unit].code in units:
                approve_results(
                    results=results, stage=stage, by=_signer(sign_off_stage, day), today=day
                )


def _signer(sign_off_stage: SignOffStage, day: date) -> User:
    held = Appointment.objects.held_on(day).filter(
        post__kind__in=sign_off_stage.posts, post__unit=sign_off_stage.unit
    )
    return held.select_related("user").earliest("starts_on").user


def _return_one(quarter: Quarter, day: date) -> None:
    revision = _latest_revision(RETURNED, quarter)
    sign_off_stage = sign_off_structure(day).stage_awaited(revision)
    assert sign_off_stage is not None
    with clock.at(day, hour=16):
        return_result(
            result=revision.result,
            stage=sign_off_stage.stage,
            comment=WHY_RETURNED,
            by=_signer(sign_off_stage, day),
        )


def _unlock_one(quarter: Quarter, today: date, officer: User) -> None:
    result = _latest_revision(UNLOCKED, quarter).result
    until = make_aware(datetime.combine(today + timedelta(days=2), time(23, 59)))
    with clock.at(today, hour=9):
        unlock_result(
            result=result,
            granted_to=result.indicator.accountable_manager,
            reason=WHY_UNLOCKED,
            expires_at=until,
            by=officer,
        )


def _latest_revision(reference: str, quarter: Quarter) -> Revision:
    rows = Revision.objects.latest_ones().select_related("result__indicator__accountable_manager")
    return rows.get(result__indicator__reference=reference, result__quarter=quarter)
