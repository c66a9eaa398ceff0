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
      "matters_arising": [{"reference", "team", "date", and all of AGREED}],   of earlier meetings
      "papers": [{"position", "title", "text", "file": name or null, "sha256"}],
      "late_milestones": [{"title", "belongs_to", "due_on", "forecast_on", "progress",
                           "status": "overdue", "status_label", "accountable_manager"}],  DAT's
      where there is any:
      "topics": [{"topic": "staff", "topic_label", "indicators": [{"reference", "title", "unit",
                  "measure_unit", "decimals", "rag", "not_rated", "value", "target", "before": figure
                  of the quarter before, "travel", "confidence",
                  "parts": [{"name", "value": null where withheld or missing, "withheld": false}]}]}],
      "risks": [{"reference", "title", "register", "owner", "score": 20, "score_words", "appetite",
                 "is_over_appetite", "mitigation"}],               red or over appetite
      "projects": [{"name", "programme", "kind_label", "lead", "baseline_finish", "finish", "stands",
                    "reasons": sentence}],                         DAT's
      "savings": [{"reference", "title", "owner", "amount": pounds, "delivered", "forecast", "at_risk",
                   "stands"}], "savings_in_words"                  DAT's
    }

    AGENDA: {
      "position": 1, "reference", "title", "definition", "source",
      "unit": name, "directorate": name or null, "accountable_manager": name,
      "measure_unit": "%", "decimals": 1, "polarity": "higher", "polarity_label", "method",
      "pattern": what its figures speak of, where that is not the quarter alone, as Pattern dumps it,
      "eligibility": "escalated", "eligibility_label", "why": sentence, "reason": the chair's,
      "called_in_by": name, "times_before": 2,
      "exempt": where it is, {"line": what others read instead, "title_too": false},
      "rag": "red" or null, "not_rated": "no_result" or "", "previous_rag", "travel",
      "value", "target", "floor", "confidence", "commentary", "management_action": what the manager wrote,
      "in_doubt": "Data confidence low: …", where something about the figure is not answered,
      "history": [{"quarter", "quarter_label", "value", "target", "floor", "lower", "upper",
                   "rag", "not_rated", "not_rated_label", "travel", "confidence",
                   "definition_break", "stale"}],                  earliest first, 16 at most
      "escalations": [{"level": "pat", "level_label", "trigger", "since", "opened_in",
                       "relapse", "restated", "reason", "sorp_version"}],   those open
      "managers_paper": where one has come, {"number", "cause", "obstacles", "asked",
                         "plan": number or null, "written_by", "written_on"},
      "plan": null or {"number", "cause", "barriers", "help_wanted",
                       "expected_recovery": quarter or null, "expected_value",
                       "written_by", "written_on", "is_agreed",
                       "actions": [{"description", "owner", "due_on", "done_on", "progress",
                                    "state", "state_label"}]},
      "challenges": [{"text", "answer": text or "", "raised_by": name, or "PAT"}],
      "decisions": [{"text", "agreed_plan": number or null,
                     "kind": "return_on", "kind_label", "returns_on": day or null}],
                                                  older ones are of no kind
      "agreed_actions": [AGREED, …],
      "before": [{"team": "pat", "date", "decisions": [text, …],
                  "agreed_actions": [AGREED, …]}]                  latest meeting first
    }

    AGENDA of what is no indicator: position, then
      "kind": "milestone", "kind_label", "reference", "title", "unit": name or null, "directorate",
      "accountable_manager", "state": how it stands, a sentence without a full stop,
      "said": [{"day", "title", "text", "by": name or ""}],        earliest first
      and what every item has: "eligibility" to "times_before", "managers_paper", "plan": null,
      "challenges" to "before".

    What was said before of an item, and a matter arising, has its "exempt" too. A redacted document has
    "redacted": true and, of what is exempt, "withheld" in place of all but what it is called.

    AGREED: {"what", "owner", "due_on", "done_on", "progress", "state": "overdue", "state_label"}
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q
from django.utils.timezone import localtime

from assurance.models.exemptions import ItemExemption
from assurance.models.matters import Matter, related
from assurance.models.meetings import AgreedAction, CallIn, Decision, Meeting
from assurance.models.packs import Paper
from assurance.queries.besides import Received, TopicLine, project_in_words, received_by
from assurance.queries.matters import states_of
from assurance.queries.seats import looks_at_delivery, seats_on
from assurance.queries.threads import happened
from assurance.rules import SeatKind, action_state
from core.canonical_json import plain
from escalation.models.escalations import Escalation
from escalation.models.plans import Action, ActionPlan
from indicators.models.definitions import Indicator
from indicators.models.ratings import Rating
from indicators.models.results import Revision
from indicators.queries.questions import data_confidence_of
from indicators.rules.questions import DataConfidence
from organisation.models.people import Appointment
from organisation.queries import tree_on
from organisation.rules import PostKind, UnitTier
from sorp.lexicon import NotRated, Polarity
from sorp.rules.patterns import EVERY_QUARTER
from strategy.queries.plan import MilestoneLine, late_milestones

LAYOUT = 1
QUARTERS = 16  # as many as direction of travel reads
# Full papers before and after each meeting (Cabinet paper of 20 June 2011, section 3c).
CIRCULATED_TO = (
    PostKind.CABINET_MEMBER_PERFORMANCE,
    PostKind.CHAIR_GOVERNANCE_AUDIT,
)

Json = dict[str, Any]


def pack_document(meeting: Meeting, *, known_on: date) -> Json:
    """A meeting's pack as it would be frozen on a day. The same number of queries for any agenda.

    Actions and milestones stand as they do on that day, or on the day of the meeting once it is
    past: nothing is overdue before it is due, nor because a pack is frozen long afterwards.
    """
    team, day = meeting.team, min(known_on, meeting.meets_on)
    facts = agenda_facts(meeting, day=day)
    is_for_delivery = looks_at_delivery(team)
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
            _agenda(position, call_in, facts, day)
            for position, call_in in enumerate(facts.call_ins, start=1)
        ],
        "matters_arising": [
            {
                "reference": each.call_in.reference,
                "team": each.call_in.meeting.team.code,
                "date": each.call_in.meeting.meets_on.isoformat(),
                **_agreed(each, day),
                **_exempt(facts.exempt.get(each.call_in_id)),
            }
            for each in AgreedAction.objects.arising_at(meeting).select_related(
                *related("call_in__"), "call_in__meeting__team"
            )
        ],
        "papers": [_paper(each) for each in meeting.papers.all()],
        **_besides(received_by(meeting, day=day), meeting),
        "late_milestones": [_milestone(each) for each in late_milestones(day=day)]
        if is_for_delivery
        else [],
    }


def _besides(received: Received, meeting: Meeting) -> Json:
    """What the team receives besides its agenda; what there is none of is not there."""
    found: Json = {
        "topics": [
            {
                "topic": topic.value,
                "topic_label": topic.label,
                "indicators": [_topic_line(each, meeting) for each in lines],
            }
            for topic, lines in received.topics
        ],
        "risks": [
            {
                "reference": each.risk.reference,
                "title": each.risk.title,
                "register": each.risk.register,
                "owner": each.risk.owner.name,
                "score": each.score.value,
                "score_words": each.score.words,
                "appetite": each.risk.appetite,
                "is_over_appetite": each.is_over_appetite,
                "mitigation": each.risk.mitigation,
            }
            for each in received.risks
        ],
        "projects": [
            {
                "name": each.project.name,
                "programme": each.project.programme.name,
                "kind_label": each.project.get_kind_display(),
                "lead": each.project.lead.name if each.project.lead else None,
                "baseline_finish": _iso(each.project.baseline_finish),
                "finish": _iso(each.now_finish),
                "stands": project_in_words(each),
                "reasons": each.reasons_in_words,
            }
            for each in received.projects
        ],
        "savings": [
            {
                "reference": each.saving.reference,
                "title": each.saving.title,
                "owner": each.saving.owner.name,
                "amount": each.saving.amount,
                "delivered": each.position.delivered if each.position else None,
                "forecast": each.position.forecast if each.position else None,
                "at_risk": each.position.at_risk if each.position else None,
                "stands": each.stands,
            }
            for each in received.savings
        ],
        "savings_in_words": received.savings_in_words,
    }
    return {name: each for name, each in found.items() if each}


def _topic_line(line: TopicLine, meeting: Meeting) -> Json:
    quarter, rating, before = meeting.quarter, line.rating, line.before
    return {
        "reference": line.indicator.reference,
        "title": line.indicator.title,
        "unit": line.indicator.unit.name,
        "measure_unit": line.indicator.measure_unit,
        "decimals": line.indicator.decimals,
        "rag": (rating.rag or None) if rating else None,
        "not_rated": rating.not_rated if rating else NotRated.NO_RESULT.value,
        "value": plain(rating.value) if rating else None,
        "target": plain(rating.target) if rating else None,
        "before": plain(before.value) if before else None,
        "travel": rating.travel if rating else "not enough data",
        "confidence": rating.confidence if rating else "",
        "parts": [
            {
                "name": part.name,
                "value": plain(point.figure.value),
                "withheld": point.withheld is not None,
            }
            for each in line.breakdowns
            for part in each.parts
            if (point := part.in_quarter(quarter)) is not None
        ],
    }


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _circulated_to(day: date) -> list[Json]:
    rows = (
        Appointment.objects.held_on(day)
        .filter(post__kind__in=CIRCULATED_TO, post__unit__tier=UnitTier.COUNCIL)
        .select_related("user", "post")
        .order_by("post__kind", "user__name")
    )
    return [{"name": row.user.name, "post": PostKind(row.post.kind).label} for row in rows]


def _agenda(position: int, call_in: CallIn, facts: AgendaFacts, day: date) -> Json:
    indicator = call_in.indicator
    about = (
        _delivery(call_in, facts, day)
        if indicator is None
        else _performance(indicator, call_in, facts)
    )
    plan = facts.plans.get(indicator.pk) if indicator else None
    return {
        "position": position,
        **about,
        "eligibility": call_in.eligibility,
        "eligibility_label": call_in.get_eligibility_display(),
        "why": call_in.why,
        "reason": call_in.reason,
        "called_in_by": call_in.called_in_by.name,
        **_exempt(facts.exempt.get(call_in.pk)),
        "times_before": sum(
            each.meeting.team_id == call_in.meeting.team_id
            for each in facts.earlier.get(call_in.matter, ())
        ),
        **_managers_paper(call_in),
        "plan": _plan(plan, facts.agreed_plans, day),
        "challenges": [
            {"text": each.text, "answer": each.answer, "raised_by": each.asked_by}
            for each in call_in.challenges.all()
        ],
        "decisions": [
            {
                "text": each.text,
                "agreed_plan": each.agreed_plan.number if each.agreed_plan else None,
                **_kind(each),
            }
            for each in call_in.decisions.all()
        ],
        "agreed_actions": [_agreed(each, day) for each in call_in.agreed_actions.all()],
        "before": [
            {**_before(each, day), **_exempt(facts.exempt.get(each.pk))}
            for each in facts.earlier.get(call_in.matter, [])
        ],
    }


def _performance(indicator: Indicator, call_in: CallIn, facts: AgendaFacts) -> Json:
    """What an indicator is, how it stands and what its manager says."""
    history = facts.histories.get(indicator.pk, [])
    context, action = facts.commentaries.get(indicator.pk, ("", ""))
    return {
        **_definition(indicator),
        "directorate": facts.directorates.get(indicator.unit_id),
        **_now(history, call_in.meeting),
        **_in_doubt(facts.confidences.get(indicator.pk)),
        "commentary": context,
        "management_action": action,
        "history": [_rating(each) for each in history],
        "escalations": [_escalation(each) for each in facts.escalations.get(indicator.pk, [])],
    }


def _delivery(call_in: CallIn, facts: AgendaFacts, day: date) -> Json:
    """What a milestone, a project, a saving, a risk or a service is, how it stands and what was said of it."""
    unit = call_in.belongs_to
    said = sorted(
        (each for each in happened(call_in.matter) if each.day <= day),
        key=lambda each: (each.day, each.step.place),
    )
    return {
        "kind": call_in.kind.value,
        "kind_label": call_in.kind.label,
        "reference": call_in.reference,
        "title": call_in.title,
        "unit": unit.name if unit else None,
        "directorate": facts.directorates.get(unit.pk) if unit else None,
        "accountable_manager": call_in.answered_by.name,
        "state": facts.states.get(call_in.matter, ""),
        "said": [
            {
                "day": each.day.isoformat(),
                "title": each.title,
                "text": each.text,
                "by": each.by,
            }
            for each in said
        ],
    }


def _exempt(exemption: ItemExemption | None) -> Json:
    """That it is exempt, and what is read instead; nothing where it is not."""
    if exemption is None:
        return {}
    return {"exempt": {"line": exemption.line, "title_too": exemption.title_too}}


def _managers_paper(call_in: CallIn) -> Json:
    """What the manager puts before the meeting, in its latest version; nothing where none has come."""
    papers = list(call_in.managers_papers.all())
    if not papers:
        return {}
    paper = papers[0]
    return {
        "managers_paper": {
            "number": paper.number,
            "cause": paper.cause,
            "obstacles": paper.obstacles,
            "asked": paper.asked,
            "plan": paper.plan.number if paper.plan else None,
            "written_by": paper.written_by.name,
            "written_on": localtime(paper.written_at).date().isoformat(),
        }
    }


def _kind(decision: Decision) -> Json:
    """What kind of decision it was; nothing where it is older than kinds."""
    if not decision.kind:
        return {}
    back = decision.returns_on.isoformat() if decision.returns_on else None
    return {
        "kind": decision.kind,
        "kind_label": decision.get_kind_display(),
        "returns_on": back,
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
        **({} if indicator.pattern == EVERY_QUARTER else {"pattern": indicator.pattern.dump()}),
    }


def _now(history: list[Rating], meeting: Meeting) -> Json:
    by_quarter = {rating.quarter: rating for rating in history}
    now = by_quarter.get(meeting.quarter)
    before = by_quarter.get(meeting.quarter.previous())
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


def _in_doubt(confidence: DataConfidence | None) -> Json:
    """How far the quarter's figure can be relied on; nothing where nothing about it is in doubt."""
    if confidence is None or confidence.is_high:
        return {}
    return {"in_doubt": f"Data confidence {confidence.level.label.lower()}: {confidence.words}"}


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


@dataclass(frozen=True, slots=True)
class AgendaFacts:
    """What is known of each item on an agenda: by indicator, or by what was called in."""

    call_ins: list[CallIn]
    exempt: dict[int, ItemExemption]  # by call-in, of any meeting
    histories: dict[int, list[Rating]]
    escalations: dict[int, list[Escalation]]
    commentaries: dict[int, tuple[str, str]]  # context, and management action
    plans: dict[int, ActionPlan]
    agreed_plans: set[int]
    earlier: dict[Matter, list[CallIn]]
    states: dict[Matter, str]  # of what is no indicator
    directorates: dict[int, str]  # by unit
    confidences: dict[int, DataConfidence]  # of the meeting's quarter


def agenda_facts(meeting: Meeting, *, day: date) -> AgendaFacts:
    """Everything about what is called in to a meeting, as on a day, in the same queries for any number."""
    call_ins = list(
        CallIn.objects.on_agenda()
        .filter(meeting=meeting)
        .with_matters()
        .select_related("meeting__team", "called_in_by")
        .prefetch_related(
            "challenges__raised_by",
            "decisions__agreed_plan",
            "agreed_actions",
            "managers_papers__written_by",
            "managers_papers__plan",
        )
    )
    wanted = [each.indicator_id for each in call_ins if each.indicator_id is not None]
    # Each unit's directorate as the council stood on the day of the meeting.
    tree = tree_on(meeting.meets_on)
    units = {each.belongs_to.pk for each in call_ins if each.belongs_to} | set(tree.branches)
    directorates = {unit: tree.at_tier(unit, UnitTier.DIRECTORATE) for unit in units}
    plans = ActionPlan.objects.filter(indicator__in=wanted, is_latest=True)
    said = list(
        Revision.objects.latest_ones()
        .filter(result__indicator__in=wanted, result__quarter=meeting.quarter)
        .select_related("result")
    )
    confidences = data_confidence_of(each.pk for each in said)
    return AgendaFacts(
        call_ins=call_ins,
        exempt={each.call_in_id: each for each in ItemExemption.objects.standing()},
        histories=_histories(meeting, wanted),
        escalations=_escalations(meeting, wanted),
        commentaries={
            each.result.indicator_id: (each.commentary, each.management_action) for each in said
        },
        plans={
            plan.indicator_id: plan
            for plan in plans.select_related("written_by").prefetch_related("actions")
        },
        agreed_plans=set(
            Decision.objects.filter(agreed_plan__indicator__in=wanted).values_list(
                "agreed_plan_id", flat=True
            )
        ),
        earlier=_earlier(meeting, call_ins),
        states=states_of([each.matter for each in call_ins if each.indicator_id is None], day),
        directorates={unit: branch.name for unit, branch in directorates.items() if branch},
        confidences={
            each.result.indicator_id: confidences[each.pk]
            for each in said
            if each.pk in confidences
        },
    )


def _histories(meeting: Meeting, wanted: list[int]) -> dict[int, list[Rating]]:
    histories: dict[int, list[Rating]] = defaultdict(list)
    for rating in (
        Rating.objects.latest_ones()
        .filter(
            indicator__in=wanted,
            quarter__lte=meeting.quarter,
            quarter__gte=meeting.quarter.back(QUARTERS - 1),
        )
        .order_by("quarter")
    ):
        histories[rating.indicator_id].append(rating)
    return histories


def _escalations(meeting: Meeting, wanted: list[int]) -> dict[int, list[Escalation]]:
    found: dict[int, list[Escalation]] = defaultdict(list)
    rows = Escalation.objects.open_at(meeting.quarter).filter(indicator__in=wanted)
    for row in rows.select_related("sorp_version"):
        found[row.indicator_id].append(row)
    return found


def _earlier(meeting: Meeting, call_ins: Sequence[CallIn]) -> dict[Matter, list[CallIn]]:
    """What was called in before, by either team: they share intelligence. Latest first."""
    found: dict[Matter, list[CallIn]] = defaultdict(list)
    same = Q()
    for kind in {each.kind for each in call_ins}:
        same |= Q(**{f"{kind}__in": [each.matter.pk for each in call_ins if each.kind is kind]})
    if not same:
        return {}
    rows = (
        CallIn.objects.on_agenda()
        .filter(same, meeting__meets_on__lt=meeting.meets_on)
        .with_matters()
        .select_related("meeting__team")
        .prefetch_related("decisions", "agreed_actions")
        .order_by("-meeting__meets_on", "meeting__team__code")
    )
    for row in rows:
        found[row.matter].append(row)
    return found
