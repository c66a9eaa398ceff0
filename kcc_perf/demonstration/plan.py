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
from organisation.models.units import Unit
from strategy.models.plan import Priority, Project
from strategy.rules.plan import Judgement, MeasureKind
from strategy.rules.projects import Confidence
from strategy.services import plan as services
from strategy.services import projects, risks, savings

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
    delivery = files.document("delivery.json")
    initiations = {each["slug"]: each for each in delivery["projects"]}
    for each in plan["programmes"]:
        _tell_programme(each, people, diary, initiations)
    _tell_savings(delivery["savings"], people, diary)
    _tell_risks(delivery["risks"], people, diary)


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


def _tell_programme(
    told: dict[str, Any],
    people: dict[str, User],
    diary: Diary,
    initiations: dict[str, dict[str, Any]],
) -> None:
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
                **_initiation(initiations[each["slug"]], people),
            )
        for milestone in each["milestones"]:
            _tell_milestone(milestone, people, diary, project=project)
    for each in told["projects"]:
        _tell_delivery(initiations[each["slug"]], diary)


INITIATION = ("kind", "sponsor", "objective", "scope", "benefits", "budget")


def _initiation(told: dict[str, Any], people: dict[str, User]) -> dict[str, Any]:
    """What a project's initiation document says."""
    days = ("baseline_start", "baseline_finish")
    return {
        **{name: told[name] for name in INITIATION},
        **{name: _day(told[name]) for name in days},
        "lead": people[told["lead"]],
    }


def _tell_delivery(told: dict[str, Any], diary: Diary) -> None:
    """What a project's lead reported, each on its day, and what it depends on."""
    project = Project.objects.get(slug=told["slug"])
    for each in told["reports"]:
        as_at = date.fromisoformat(each["as_at"])
        days = {name: _day(each[name]) for name in ("started_on", "forecast_finish")}
        report = partial(
            projects.report_project,
            project=project,
            **{**each, **days, "as_at": as_at, "confidence": Confidence(each["confidence"])},
            today=as_at,
            by=None,
        )
        diary.note(as_at, report)
    for each in told["dependencies"]:
        on = each.get("on_project")
        with clock.at(date(2021, 6, 1)):
            projects.depend_on(
                project=project,
                what=each["what"],
                on_project=Project.objects.get(slug=on) if on else None,
                needed_by=_day(each["needed_by"]),
                met_on=_day(each["met_on"]),
                by=None,
            )


def _tell_savings(told: list[dict[str, Any]], people: dict[str, User], diary: Diary) -> None:
    for each in told:
        with clock.at(date(2022, 3, 1)):
            saving = savings.count_on_saving(
                reference=each["reference"],
                title=each["title"],
                amount=each["amount"],
                profile=each["profile"],
                unit=Unit.objects.get(code=each["unit"]),
                owner=people[each["owner"]],
                project=Project.objects.filter(slug=each["project"] or "").first(),
                indicator=Indicator.objects.filter(reference=each["indicator"] or "").first(),
                by=None,
            )
        for said in each["reports"]:
            day = date.fromisoformat(said["as_at"])
            given = {**said, "as_at": day}
            report = partial(savings.report_saving, saving=saving, **given, today=day, by=None)
            diary.note(day, report)


def _tell_risks(told: list[dict[str, Any]], people: dict[str, User], diary: Diary) -> None:
    for each in told:
        with clock.at(date(2022, 4, 1)):
            risk = risks.register_risk(
                reference=each["reference"],
                title=each["title"],
                owner=people[each["owner"]],
                unit=Unit.objects.filter(code=each["unit"] or "").first(),
                description=each["description"],
                appetite=each["appetite"],
                mitigation=each["mitigation"],
                indicators=Indicator.objects.filter(reference__in=each["indicators"]),
                by=None,
            )
        for said in map(_with_days, each["assessments"]):
            day = said["assessed_on"]
            assess = partial(risks.assess_risk, risk=risk, **said, today=day, by=None)
            diary.note(day, assess)


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
