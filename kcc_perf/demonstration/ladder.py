"""What each level did with what was referred to it, and how plans were judged."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

from escalation.models.escalations import Escalation, Handling
from escalation.models.plans import ActionPlan
from escalation.services.handling import deal_with, refer_up
from escalation.services.plans import review_plan
from kcc_perf.demonstration import files
from kcc_perf.demonstration.diary import Diary
from organisation.models.people import User
from sorp.lexicon import Level


def climb(diary: Diary) -> None:
    """Everything is noted in the diary, to be told when its day has come."""
    told = files.document("ladder.json")
    for each in told["handlings"]:
        diary.note(_day(each), partial(_record, each))
    for each in told["reviews"]:
        diary.note(_day(each), partial(_review, each))


def _record(told: dict[str, Any]) -> None:
    said = {
        "escalation": Escalation.objects.open_ones().get(
            indicator__reference=told["reference"], level=told["level"]
        ),
        "words": told["words"],
        "handled_on": _day(told),
        "today": _day(told),
        "by": User.objects.get(email=told["by"]),
    }
    if told["kind"] == Handling.Kind.REFERRED_UP:
        refer_up(**said)
    else:
        deal_with(kind=told["kind"], **said)


def _review(told: dict[str, Any]) -> None:
    review_plan(
        plan=ActionPlan.objects.get(indicator__reference=told["reference"], is_latest=True),
        level=Level(told["level"]),
        sufficient=told["sufficient"],
        words=told["words"],
        today=_day(told),
        by=User.objects.get(email=told["by"]),
    )


def _day(told: dict[str, Any]) -> date:
    return date.fromisoformat(told["on"])
