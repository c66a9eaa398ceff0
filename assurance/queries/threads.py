"""One matter before the assurance teams, from the day it was referred to whether it worked: one dated line.

The record itself: pages, logs, briefs and reports are views of it. For example, of an indicator that PAT
called in:

    Thread(state_now="Amber in Q4 2011/12, after red in Q3 2011/12",
           entries=(ThreadEntry(date(2011, 10, 20), ThreadStep.REFERRED, "Referred to PAT", "Red in Q1 …"),
                    ThreadEntry(date(2011, 10, 31), ThreadStep.CALLED_IN, "Called in to PAT, 14 November 2011", …),
                    …
                    ThreadEntry(date(2011, 12, 1), ThreadStep.DONE, "Done: Recruit two engineers", …)),
           worked="It was red in Q2 2011/12, when it was called in. Since then: red in Q3 2011/12, amber in Q4 2011/12.")
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.urls import reverse

from assurance.models.invitations import Invitation
from assurance.models.matters import Matter, kind_of
from assurance.models.meetings import AgreedAction, CallIn, LogCorrection
from assurance.models.teams import Team
from assurance.queries.exemptions import as_read_by
from assurance.queries.matters import state_of
from assurance.rights import may_read
from assurance.rules import (
    CallInVerdict,
    Judged,
    MeetingState,
    Outcome,
    ThreadStep,
)
from core.clock import day_of
from core.dates import as_date
from escalation.models.escalations import Escalation
from escalation.queries.register import withhold_words
from indicators.models.definitions import Indicator
from indicators.models.ratings import Rating
from organisation.models.people import User
from organisation.models.units import Unit
from sorp.lexicon import Level, NotRated, Rag
from strategy.models.plan import Milestone, Project
from strategy.models.risks import Risk
from strategy.models.savings import Saving
from strategy.rules.projects import Confidence
from strategy.rules.risks import LARGEST_SCORE
from strategy.rules.savings import saving_words


@dataclass(frozen=True, slots=True)
class ThreadEntry:
    """One thing that happened to a matter, on its day."""

    day: date
    step: ThreadStep
    title: str
    text: str = ""
    by: str = ""
    href: str = ""
    corrections: tuple[str, ...] = ()  # "3 August 2023: …", put right after the log was closed


@dataclass(frozen=True, slots=True)
class Thread:
    """A matter as it stands and all that happened to it, earliest first."""

    matter: Matter
    state_now: str  # today's state, which is told first; empty where nothing was ever judged
    entries: tuple[ThreadEntry, ...]
    worked: str  # the series since it was first called in, as a sentence; empty where it never was


def thread_of(matter: Matter, *, teams: Iterable[Team], today: date, reader: User | None) -> Thread:
    """One matter's thread before these teams, up to a day, in a constant number of queries.

    What levels below did with it stands in it too; what another team did only where that team is
    among these: whoever asks says whose papers the reader may read. What is exempt is left out of what
    a reader reads who may not read it, or whom nobody names.
    """
    call_ins = list(
        CallIn.objects.of(matter)
        .filter(meeting__team__in=[each.pk for each in teams])
        .exclude(meeting__state=MeetingState.CANCELLED)
        .select_related("meeting__team", "called_in_by", "answerer", "invitation__deputy")
        .prefetch_related(
            "challenges__raised_by",
            "challenges__corrections",
            "decisions__agreed_plan",
            "decisions__corrections",
            "agreed_actions__person",
            "agreed_actions__judged_by",
            "agreed_actions__corrections",
            "corrections",
            "managers_papers__written_by",
            "managers_papers__plan",
        )
        .order_by("meeting__meets_on", "pk")
    )
    for each in call_ins:
        setattr(each, kind_of(matter).value, matter)
    call_ins = [each for each in as_read_by(call_ins, reader) if not each.is_nameless]
    state = state_of(matter, today)
    entries = [*happened(matter)]
    for each in call_ins:
        entries += _called_in(each, today)
    entries = [each for each in entries if each.day <= today]
    entries.sort(key=lambda each: (each.day, each.step.place))
    if isinstance(matter, Indicator):
        ratings = list(Rating.objects.latest_ones().filter(indicator=matter).order_by("quarter"))
        return Thread(matter, state, tuple(entries), _worked(call_ins, ratings))
    return Thread(matter, state, tuple(entries), _came_of_it(matter, call_ins, state))


def threads_read_by(matter: Matter, reader: User, *, today: date) -> Thread:
    """The same, before the teams whose papers a reader may read."""
    teams = [each for each in Team.objects.all() if may_read(reader, each)]
    return thread_of(matter, teams=teams, today=today, reader=reader)


def happened(matter: Matter) -> Iterator[ThreadEntry]:
    """What happened to a matter outside the teams: it was referred, reported on, re-baselined.

    In no order of days. Of anything but an indicator it asks nothing that `states_of` has not read.
    """
    if isinstance(matter, Indicator):
        yield from _referred(matter)
    elif isinstance(matter, Unit):
        yield from _service_referred(matter)
    elif isinstance(matter, Risk):
        for assessed in matter.assessments.all():
            yield ThreadEntry(
                day_of(assessed.said_at),
                ThreadStep.REPORTED,
                f"Assessed at {assessed.score.value} of {LARGEST_SCORE}",
                assessed.note,
                by=assessed.said_by.name if assessed.said_by else "",
            )
    elif isinstance(matter, Saving):
        for update in matter.updates.all():
            yield ThreadEntry(
                day_of(update.said_at),
                ThreadStep.REPORTED,
                saving_words(matter.amount, update.position),
                update.note,
                by=update.said_by.name if update.said_by else "",
            )
    else:
        yield from _delivered(matter)


def _referred(indicator: Indicator) -> Iterator[ThreadEntry]:
    found = Escalation.objects.filter(indicator=indicator).prefetch_related("handlings__by")
    rows = list(found.order_by("opened_in", "pk"))
    withhold_words([each for row in rows for each in row.handlings.all()])
    for row in rows:
        to = Level(row.level)
        yield ThreadEntry(
            day_of(row.recorded_at),
            ThreadStep.REFERRED,
            f"Referred to {to.label}" + (", again" if row.relapse else ""),
            row.reason,
            href=reverse("escalation", args=[row.pk]),
        )
        for handling in row.handlings.all():
            yield ThreadEntry(
                handling.handled_on,
                ThreadStep.HANDLED,
                f"{to.label}: {handling.get_kind_display().lower()}",
                handling.words,
                by=handling.by.name,
            )


def _service_referred(unit: Unit) -> Iterator[ThreadEntry]:
    for row in unit.escalations.all():
        yield ThreadEntry(
            day_of(row.recorded_at),
            ThreadStep.REFERRED,
            f"Referred to {Level(row.level).label}",
            row.reason,
            href=reverse("units_referred"),
        )


def _delivered(matter: Milestone | Project) -> Iterator[ThreadEntry]:
    """What was said of a milestone or a project, and each day that was approved in the place of another."""
    if isinstance(matter, Milestone):
        for update in matter.updates.all():
            told = "Nothing is forecast"
            if update.done_on:
                told = f"Done on {as_date(update.done_on)}"
            elif update.forecast_on:
                told = f"Forecast for {as_date(update.forecast_on)}"
            yield ThreadEntry(
                day_of(update.said_at),
                ThreadStep.REPORTED,
                told,
                update.progress,
                by=update.said_by.name if update.said_by else "",
            )
    else:
        for report in matter.reports.all():
            told = f"{Confidence(report.confidence).label} confidence, says its lead"
            if report.finished_on:
                told = f"Finished on {as_date(report.finished_on)}"
            elif report.forecast_finish:
                told += f"; forecast to finish on {as_date(report.forecast_finish)}"
            yield ThreadEntry(
                day_of(report.said_at),
                ThreadStep.REPORTED,
                told,
                report.achieved,
                by=report.said_by.name if report.said_by else "",
            )
    for row in matter.rebaselinings.all():
        yield ThreadEntry(
            day_of(row.said_at),
            ThreadStep.REBASELINED,
            f"Re-baselined from {as_date(row.was)} to {as_date(row.becomes)}",
            f"{row.reason} Approved by {row.approved_by} on {as_date(row.approved_on)}.",
        )


def _called_in(row: CallIn, today: date) -> Iterator[ThreadEntry]:
    meeting, team = row.meeting, row.meeting.team.short
    is_called_in = row.verdict == CallInVerdict.CALLED_IN
    words = {
        CallInVerdict.CALLED_IN: f"Called in to {team}, {as_date(meeting.meets_on)}",
        CallInVerdict.DEFERRED: f"Deferred by the chair of {team}",
        CallInVerdict.DECLINED: f"Not called in by the chair of {team}",
        CallInVerdict.WITHDRAWN: f"Taken off the agenda of {team}",
    }
    yield ThreadEntry(
        day_of(row.at),
        ThreadStep.CALLED_IN,
        words[CallInVerdict(row.verdict)],
        row.reason or row.why,
        by=row.called_in_by.name,
        href=row.get_absolute_url() if is_called_in else "",
    )
    if not is_called_in:
        return
    yield from _invited(row)
    for challenge in row.challenges.all():
        yield ThreadEntry(
            challenge.recorded_on,
            ThreadStep.CHALLENGED,
            f"{challenge.asked_by} asked",
            challenge.text,
            corrections=_corrections(challenge.corrections.all()),
        )
        if challenge.answer:
            yield ThreadEntry(
                challenge.recorded_on, ThreadStep.ANSWERED, "Answered", challenge.answer
            )
    for decision in row.decisions.all():
        kind = Outcome(decision.kind).label if decision.kind else ""
        plan = (
            f" Action plan {decision.agreed_plan.number} is agreed." if decision.agreed_plan else ""
        )
        back = f" It comes back on {as_date(decision.returns_on)}." if decision.returns_on else ""
        text = "" if decision.text == kind else decision.text
        yield ThreadEntry(
            decision.recorded_on,
            ThreadStep.DECIDED,
            f"{team} decided" + (f": {kind[:1].lower()}{kind[1:]}" if kind else ""),
            f"{text}{plan}{back}".strip(),
            corrections=_corrections(decision.corrections.all()),
        )
    for action in row.agreed_actions.all():
        yield from _promised(action, today)
    for correction in row.corrections.all():
        if not (correction.challenge_id or correction.decision_id or correction.agreed_action_id):
            yield ThreadEntry(
                correction.corrected_on,
                ThreadStep.CORRECTED,
                f"The log of {as_date(meeting.meets_on)} is corrected",
                correction.text,
            )


def _invited(row: CallIn) -> Iterator[ThreadEntry]:
    try:
        invitation = row.invitation
    except Invitation.DoesNotExist:
        invitation = None
    if invitation is not None:
        yield ThreadEntry(
            day_of(invitation.sent_at),
            ThreadStep.ASKED,
            f"{row.answered_by} is asked to the meeting",
            f"To bring by {as_date(invitation.bring_by)}: {invitation.bring}",
            href=invitation.get_absolute_url(),
        )
    for paper in row.managers_papers.all():
        plan = f", with action plan {paper.plan.number}" if paper.plan else ""
        yield ThreadEntry(
            day_of(paper.written_at),
            ThreadStep.PAPER,
            f"The manager’s paper, version {paper.number}{plan}",
            paper.cause,
            by=paper.written_by.name,
        )


def _promised(action: AgreedAction, today: date) -> Iterator[ThreadEntry]:
    yield ThreadEntry(
        action.recorded_on,
        ThreadStep.PROMISED,
        f"Agreed: {action.what}",
        f"{action.owner}, by {as_date(action.due_on)}.",
        corrections=_corrections(action.corrections.all()),
    )
    is_done = action.done_on is not None and action.done_on <= today
    if not is_done and action.due_on < today:
        yield ThreadEntry(
            action.due_on,
            ThreadStep.OVERDUE,
            f"Not done by its day: {action.what}",
            action.progress,
            by=action.owner,
        )
    if action.done_on is not None:
        yield ThreadEntry(
            action.done_on,
            ThreadStep.DONE,
            f"Done: {action.what}",
            action.evidence or action.progress,
            by=action.owner,
        )
    if action.judged and action.judged_on is not None:
        said = Judged(action.judged)
        yield ThreadEntry(
            action.judged_on,
            ThreadStep.JUDGED,
            f"{said.label}: {action.what}",
            action.judged_words,
            by=action.judged_by.name if action.judged_by else "",
        )


def _corrections(rows: Iterable[LogCorrection]) -> tuple[str, ...]:
    return tuple(f"{as_date(each.corrected_on)}: {each.text}" for each in rows)


def _worked(call_ins: Sequence[CallIn], ratings: Sequence[Rating]) -> str:
    """How it was rated when it was first called in, and in every quarter since."""
    held = [each for each in call_ins if each.verdict == CallInVerdict.CALLED_IN]
    if not held:
        return ""
    quarter = min(each.meeting.quarter for each in held)
    then = next((each for each in ratings if each.quarter == quarter), None)
    was = f"It was {_status(then)} in {quarter}, when it was called in."
    later = [f"{_status(each)} in {each.quarter}" for each in ratings if each.quarter > quarter]
    if not later:
        return f"{was} No quarter has been rated since."
    return f"{was} Since then: {', '.join(later)}."


def _came_of_it(matter: Matter, call_ins: Sequence[CallIn], state: str) -> str:
    """How something without ratings stood when it was first called in, and how it stands."""
    held = [each for each in call_ins if each.verdict == CallInVerdict.CALLED_IN]
    if not held:
        return ""
    then = state_of(matter, min(day_of(each.at) for each in held))
    return f"When it was called in: {_begun_small(then)}. Now: {_begun_small(state)}."


def _begun_small(sentence: str) -> str:
    return f"{sentence[:1].lower()}{sentence[1:]}" if sentence else "nothing was known of it"


def _status(rating: Rating | None) -> str:
    if rating is None:
        return "not rated"
    if rating.rag:
        return Rag(rating.rag).label.lower()
    reason = f" ({NotRated(rating.not_rated).label.lower()})" if rating.not_rated else ""
    return f"not rated{reason}"
