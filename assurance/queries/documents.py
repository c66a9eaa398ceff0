"""The document of a pack: everything a meeting has before it, as plain facts, to be frozen.

`pack_document` returns one JSON object. Dates are ISO days (2011-11-14), quarters are keys
(2011-Q2), figures are strings of plain digits ("76.4") or null, words of the lexicon are their
keys with a label beside them where people read them. It depends on no clock: asking twice as of
one day, without an act between, gives the same bytes.

    {
      "kind": "assurance pack", "layout": 1,
      "team": {"code": "pat", "name": "Performance Assurance Team"},
      "meeting": {"date": …, "quarter": "2011-Q2", "quarter_label": "Q2 2011/12", "state": …},
      "attendees": [{"name", "seat": "chair", "seat_label", "directorate": name or null}],
      "circulated_to": [{"name", "post": "Cabinet Member"}],       by office, not by seat
      "agenda": [AGENDA, …],                                       in the order called in
      "papers": [{"position", "title", "text", "file": name or null, "sha256"}],
      "late_milestones": [{"title", "belongs_to", "due_on", "forecast_on", "progress",
                           "status": "overdue", "status_label", "accountable_manager"}]   DAT's
    }

    AGENDA: {
      "position": 1, "reference", "title", "definition", "source",
      "unit": name, "directorate": name or null, "accountable_manager": name,
      "measure_unit": "%", "decimals": 1, "polarity": "higher", "polarity_label", "method",
      "eligibility": "escalated", "eligibility_label", "why": sentence, "reason": the chair's,
      "called_in_by": name, "times_before": 2,
      "rag": "red" or null, "not_rated": "no_result" or "", "previous_rag", "travel",
      "value", "target", "floor", "confidence", "commentary", "management_action": what the manager wrote,
      "history": [{"quarter", "quarter_label", "value", "target", "floor", "lower", "upper",
                   "rag", "not_rated", "not_rated_label", "travel", "confidence",
                   "definition_break", "stale"}],                  earliest first, 16 at most
      "escalations": [{"level": "pat", "level_label", "trigger", "since", "opened_in",
                       "relapse", "restated", "reason", "sorp_version"}],   those open
      "plan": null or {"number", "cause", "barriers", "help_wanted",
                       "expected_recovery": quarter or null, "expected_value",
                       "written_by", "written_on", "is_agreed",
                       "actions": [{"description", "owner", "due_on", "done_on", "progress",
                                    "state", "state_label"}]},
      "challenges": [{"text", "answer": text or "", "raised_by"}],
      "decisions": [{"text", "agreed_plan": number or null}],
      "agreed_actions": [AGREED, …],
      "before": [{"team": "pat", "date", "decisions": [text, …],
                  "agreed_actions": [AGREED, …]}]                  latest meeting first
    }

    AGREED: {"what", "owner", "due_on", "done_on", "progress", "state": "overdue", "state_label"}
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.timezone import localtime

from assurance.models.meetings import AgreedAction, CallIn, Meeting
from assurance.models.packs import Paper
from assurance.queries.seats import seats_on
from assurance.queries.stories import Stories, stories_of
from assurance.rules import SeatKind, TeamCode, action_state
from escalation.models.escalations import Escalation
from escalation.models.plans import Action, ActionPlan
from indicators.models.definitions import Indicator
from indicators.models.ratings import Rating
from organisation.models.people import Appointment
from organisation.rules import PostKind, UnitTier
from sorp.lexicon import NotRated, Polarity
from strategy.queries import MilestoneLine, late_milestones

LAYOUT = 1
# Full papers before and after each meeting (Cabinet paper of 20 June 2011, section 3c).
CIRCULATED_TO = (PostKind.CABINET_MEMBER, PostKind.CHAIR_GOVERNANCE_AUDIT)

Json = dict[str, Any]


def pack_document(meeting: Meeting, *, known_on: date) -> Json:
    """A meeting's pack as it would be frozen on a day. The same number of queries for any agenda.

    Actions and milestones stand as they do on that day, or on the day of the meeting once it is
    past: nothing is overdue before it is due, nor because a pack is frozen long afterwards.
    """
    team, day = meeting.team, min(known_on, meeting.meets_on)
    stories = stories_of(meeting)
    is_dat = team.code == TeamCode.DAT
    return {
        "kind": "assurance pack",
        "layout": LAYOUT,
        "team": {"code": team.code, "name": team.name},
        "meeting": {
            "date": meeting.meets_on.isoformat(),
            "quarter": meeting.quarter.key,
            "quarter_label": str(meeting.quarter),
            "state": meeting.state,
        },
        "attendees": [
            {
                "name": seat.user.name,
                "seat": seat.kind,
                "seat_label": SeatKind(seat.kind).label,
                "directorate": seat.unit.name if seat.unit else None,
            }
            for seat in seats_on(team, meeting.meets_on)
        ],
        "circulated_to": _circulated_to(meeting.meets_on),
        "agenda": [
            _agenda(position, call_in, stories, day)
            for position, call_in in enumerate(stories.call_ins, start=1)
        ],
        "papers": [_paper(each) for each in meeting.papers.all()],
        "late_milestones": [_milestone(each) for each in late_milestones(day=day)]
        if is_dat
        else [],
    }


def _circulated_to(day: date) -> list[Json]:
    rows = (
        Appointment.objects.held_on(day)
        .filter(post__kind__in=CIRCULATED_TO, post__unit__tier=UnitTier.COUNCIL)
        .select_related("user", "post")
        .order_by("post__kind", "user__name")
    )
    return [{"name": row.user.name, "post": PostKind(row.post.kind).label} for row in rows]


def _agenda(position: int, call_in: CallIn, stories: Stories, day: date) -> Json:
    indicator = call_in.indicator
    history = stories.histories.get(indicator.pk, [])
    context, action = stories.commentaries.get(indicator.pk, ("", ""))
    return {
        "position": position,
        **_definition(indicator),
        "directorate": stories.directorates.get(indicator.unit_id),
        "eligibility": call_in.eligibility,
        "eligibility_label": call_in.get_eligibility_display(),
        "why": call_in.why,
        "reason": call_in.reason,
        "called_in_by": call_in.called_in_by.name,
        "times_before": stories.times_before[indicator.pk],
        **_now(history, call_in.meeting),
        "commentary": context,
        "management_action": action,
        "history": [_rating(each) for each in history],
        "escalations": [_escalation(each) for each in stories.escalations.get(indicator.pk, [])],
        "plan": _plan(stories.plans.get(indicator.pk), stories.agreed_plans, day),
        "challenges": [
            {"text": each.text, "answer": each.answer, "raised_by": each.raised_by.name}
            for each in call_in.challenges.all()
        ],
        "decisions": [
            {
                "text": each.text,
                "agreed_plan": each.agreed_plan.number if each.agreed_plan else None,
            }
            for each in call_in.decisions.all()
        ],
        "agreed_actions": [_agreed(each, day) for each in call_in.agreed_actions.all()],
        "before": [_before(each, day) for each in stories.earlier.get(indicator.pk, [])],
    }


def _definition(indicator: Indicator) -> Json:
    return {
        "reference": indicator.reference,
        "title": indicator.title,
        "definition": indicator.definition,
        "source": indicator.source,
        "unit": indicator.unit.name,
        "accountable_manager": indicator.accountable_manager.name,
        "measure_unit": indicator.measure_unit,
        "decimals": indicator.decimals,
        "polarity": indicator.polarity,
        "polarity_label": Polarity(indicator.polarity).label,
        "method": indicator.method,
    }


def _now(history: list[Rating], meeting: Meeting) -> Json:
    by_start = {rating.quarter_start: rating for rating in history}
    now = by_start.get(meeting.quarter_start)
    before = by_start.get(meeting.quarter.previous().first_day)
    return {
        "rag": (now.rag or None) if now else None,
        "not_rated": now.not_rated if now else NotRated.NO_RESULT.value,
        "previous_rag": (before.rag or None) if before else None,
        "travel": now.travel if now else "not enough data",
        "value": plain(now.value) if now else None,
        "target": plain(now.target) if now else None,
        "floor": plain(now.floor) if now else None,
        "confidence": now.confidence if now else "",
    }


def _rating(rating: Rating) -> Json:
    figures = ("value", "target", "floor", "lower", "upper")
    return {
        "quarter": rating.quarter.key,
        "quarter_label": str(rating.quarter),
        **{name: plain(getattr(rating, name)) for name in figures},
        "rag": rating.rag or None,
        "not_rated": rating.not_rated,
        "not_rated_label": rating.get_not_rated_display(),
        "travel": rating.travel,
        "confidence": rating.confidence,
        "definition_break": rating.definition_break,
        "stale": rating.stale,
    }


def _escalation(escalation: Escalation) -> Json:
    return {
        "level": escalation.level,
        "level_label": escalation.get_level_display(),
        "trigger": escalation.trigger,
        "since": escalation.since.key,
        "opened_in": escalation.opened_in.key,
        "relapse": escalation.relapse,
        "restated": escalation.restated,
        "reason": escalation.reason,
        "sorp_version": escalation.sorp_version.number,
    }


def _plan(plan: ActionPlan | None, agreed_plans: set[int], day: date) -> Json | None:
    if plan is None:
        return None
    return {
        "number": plan.number,
        "cause": plan.cause,
        "barriers": plan.barriers,
        "help_wanted": plan.help_wanted,
        "expected_recovery": plan.expected_recovery.key if plan.expected_recovery else None,
        "expected_value": plain(plan.expected_value),
        "written_by": plan.written_by.name,
        "written_on": localtime(plan.written_at).date().isoformat(),
        "is_agreed": plan.pk in agreed_plans,
        "actions": [
            {"description": each.description, **_dated(each, day)} for each in plan.actions.all()
        ],
    }


def _before(call_in: CallIn, day: date) -> Json:
    return {
        "team": call_in.meeting.team.code,
        "date": call_in.meeting.meets_on.isoformat(),
        "decisions": [each.text for each in call_in.decisions.all()],
        "agreed_actions": [_agreed(each, day) for each in call_in.agreed_actions.all()],
    }


def _agreed(action: AgreedAction, day: date) -> Json:
    return {"what": action.what, **_dated(action, day)}


def _dated(action: Action | AgreedAction, day: date) -> Json:
    state = action_state(due_on=action.due_on, done_on=action.done_on, day=day)
    return {
        "owner": action.owner,
        "due_on": action.due_on.isoformat(),
        "done_on": action.done_on.isoformat() if action.done_on else None,
        "progress": action.progress,
        "state": state.value,
        "state_label": state.label,
    }


def _paper(paper: Paper) -> Json:
    return {
        "position": paper.position,
        "title": paper.title,
        "text": paper.text,
        "file": paper.file.name.rsplit("/", 1)[-1] if paper.file else None,
        "sha256": paper.sha256,
    }


def _milestone(line: MilestoneLine) -> Json:
    return {
        "title": line.title,
        "belongs_to": line.belongs_to,
        "due_on": line.due_on.isoformat(),
        "forecast_on": line.forecast_on.isoformat() if line.forecast_on else None,
        "progress": line.progress,
        "status": line.status.value,
        "status_label": line.status.label,
        "accountable_manager": line.accountable_manager,
    }


def plain(number: Decimal | None) -> str | None:
    """A figure as plain digits, without the zeros that a database may add: 76.4, 1250, -3."""
    if number is None:
        return None
    digits = f"{number:f}"
    if "." in digits:
        digits = digits.rstrip("0").rstrip(".")
    return "0" if digits in {"-0", ""} else digits
