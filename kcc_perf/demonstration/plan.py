"""The council's plan: aims, themes, priorities, milestones, evidence and programmes."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

from core import clock
from indicators.models.definitions import Indicator
from kcc_perf.demonstration import files
from kcc_perf.demonstration.diary import Diary
from organisation.models.people import User
from strategy.models.plan import Priority, Project
from strategy.rules.plan import Judgement, MeasureKind
from strategy.services import plan as services

FORECAST_ON = date(2023, 3, 31)  # when the milestones still to be done were last looked at


def tell_the_plan(today: date, diary: Diary) -> None:
    """The plan stands; what was done for it is told on the day on which it was."""
    plan = files.document("strategy.json")
    people = {user.email: user for user in User.objects.all()}
    with clock.at(date(2020, 4, 1)):
        aims = {each["slug"]: services.state_aim(by=None, **each) for each in plan["aims"]}
        themes = {
            each["slug"]: services.state_theme(
                by=None, **{**each, "aims": [aims[slug] for slug in each["aims"]]}
            )
            for each in plan["themes"]
        }
    for each in plan["priorities"]:
        _tell_priority(each, themes, people, diary)
    for each in plan["programmes"]:
        _tell_programme(each, people, diary)


def _tell_priority(
    told: dict[str, Any], themes: dict[str, Any], people: dict[str, User], diary: Diary
) -> None:
    with clock.at(date(2020, 4, 1)):
        priority = services.state_priority(
            slug=told["slug"],
            number=told["number"],
            name=told["name"],
            description=told["description"],
            sponsor=told["sponsor"],
            themes=[themes[slug] for slug in told["themes"]],
            by=None,
        )
        for factor in told["success_factors"]:
            services.promise_success(priority=priority, by=None, **factor)
        for measure in told["measures"]:
            _tell_measure(priority, measure)
    for milestone in told["milestones"]:
        _tell_milestone(milestone, people, diary, priority=priority)
    for found in map(_with_days, told["evidence"]):
        give = partial(services.give_evidence, priority=priority, by=None, **found)
        diary.note(found["gathered_on"], give)
    for judged in map(_with_days, told["evaluations"]):
        judged["judgement"] = Judgement(judged["judgement"])
        judge = partial(services.evaluate, priority=priority, by=None, **judged)
        diary.note(judged["judged_on"], judge)


def _tell_measure(priority: Priority, measure: dict[str, Any]) -> None:
    reference = measure.get("reference")
    services.measure_by(
        priority=priority,
        kind=MeasureKind(measure["kind"]),
        indicator=Indicator.objects.get(reference=reference) if reference else None,
        wording=measure.get("wording", ""),
        by=None,
    )


def _tell_programme(told: dict[str, Any], people: dict[str, User], diary: Diary) -> None:
    with clock.at(date(2021, 4, 1)):
        programme = services.start_programme(
            slug=told["slug"],
            name=told["name"],
            description=told["description"],
            sponsor=told["sponsor"],
            by=None,
        )
    for each in told["projects"]:
        with clock.at(date(2021, 4, 1)):
            project = services.start_project(
                programme=programme,
                slug=each["slug"],
                name=each["name"],
                description=each["description"],
                by=None,
            )
        for milestone in each["milestones"]:
            _tell_milestone(milestone, people, diary, project=project)


def _tell_milestone(
    told: dict[str, Any],
    people: dict[str, User],
    diary: Diary,
    *,
    priority: Priority | None = None,
    project: Project | None = None,
) -> None:
    with clock.at(date(2021, 4, 1)):
        milestone = services.set_milestone(
            title=told["title"],
            due_on=date.fromisoformat(told["due_on"]),
            accountable_manager=people[told["accountable_manager"]],
            priority=priority,
            project=project,
            by=None,
        )
    done_on = _day(told["done_on"])
    update = partial(
        services.update_milestone,
        milestone=milestone,
        forecast_on=_day(told["forecast_on"]),
        done_on=done_on,
        progress=told["progress"],
        today=done_on or FORECAST_ON,
        by=None,
    )
    diary.note(done_on or FORECAST_ON, update)


def _with_days(told: dict[str, Any]) -> dict[str, Any]:
    return {
        name: date.fromisoformat(value) if name.endswith("_on") else value
        for name, value in told.items()
    }


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
