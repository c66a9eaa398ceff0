"""What needs a person, as sentences with a link each, and how urgent each is: for the home page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum
from typing import TypeVar

from django.db.models import Count, Q
from django.urls import reverse

from assurance.models.matters import answered_by, related
from assurance.models.meetings import AgreedAction, CallIn, Meeting
from assurance.models.teams import Seat, Team
from assurance.queries.attendance import invitation_of
from assurance.queries.exemptions import actions_read_by, awaits, to_review
from assurance.rules import CallInVerdict, MeetingState, SeatKind
from core.clock import localdate
from core.dates import in_full
from core.quarters import Quarter
from dashboards.queries.completion import completion_sheet
from escalation.models.plans import Action
from escalation.queries.early_closes import early_closes_to_answer
from escalation.queries.history import history_quarters
from escalation.queries.plans import MissingPlan
from indicators.models.definitions import Indicator, Suspension
from indicators.models.results import Result
from indicators.models.returns import Draft, SignOff
from indicators.queries.accountability import attestation_sheet
from indicators.queries.calendar import CalendarSheet, quarters_to_begin, unowned_indicators
from indicators.queries.due import owed_in
from indicators.queries.outstanding import STEP_OF, missing_results
from indicators.queries.partners import waiting_from_partners
from indicators.queries.questions import OpenQuestions, open_questions, targets_wanted
from indicators.queries.rounds import round_due_from
from indicators.queries.sign_off import sign_off_sheets
from indicators.queries.targets import waiting_for
from indicators.queries.variations import variations_to_decide
from indicators.rules.returns import ResultState, Verdict
from organisation.models.people import User
from organisation.models.units import Unit
from organisation.permissions import Permission
from organisation.queries import named, tree_on
from organisation.rights import allowed
from reports.queries.editions import waiting_for_approval
from sorp.lexicon import Step, Tier
from sorp.models.statement import Version
from sorp.queries.consultation import is_author
from strategy.models.plan import Milestone
from strategy.rules.plan import MilestoneStatus

MOST = 5  # of one kind, each by itself; the rest together
Subject = TypeVar("Subject")


class Urgency(IntEnum):
    """In which of the page's three lists something stands."""

    OVERDUE = 1
    NOW = 2
    SOON = 3

    @property
    def label(self) -> str:
        return {
            Urgency.OVERDUE: "Overdue",
            Urgency.NOW: "Waiting for you",
            Urgency.SOON: "Coming up",
        }[self]


@dataclass(frozen=True, slots=True)
class NextStep:
    """What needs a person, in a sentence, and the page on which to see to it."""

    urgency: Urgency
    sentence: str
    link: str
    address: str
    day: date | None = None
    is_by_name: bool = False  # found by the person's name, not by a post

    @property
    def order(self) -> tuple[Urgency, date, str]:
        return self.urgency, self.day or date.max, self.sentence


def due_on(sheet: CalendarSheet, step: Step, tier: Tier) -> date | None:
    """By when a step is due for a tier, by a calendar that is fetched already."""
    line = sheet.line(step, tier) or sheet.line(step)
    return line.due_on if line else None


def when_due(day: date | None, today: date, *, one: bool = False) -> str:
    """Is due on, or was: the end of a sentence about one thing or several."""
    if day is None:
        return "no due day is set yet"
    be = ("was" if one else "were") if day < today else ("is" if one else "are")
    return f"{'it' if one else 'they'} {be} due {'today' if day == today else f'on {in_full(day)}'}"


def urgency_of(day: date | None, today: date) -> Urgency:
    return Urgency.OVERDUE if day is not None and day < today else Urgency.NOW


def counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def first_few(
    subjects: Sequence[Subject],
    each: Callable[[Subject], NextStep],
    rest: Callable[[Sequence[Subject]], NextStep],
) -> Iterator[NextStep]:
    """A step for each of a few (`MOST`); of many, for the first ones, and one for all the others."""
    shown = subjects if len(subjects) <= MOST else subjects[: MOST - 1]
    yield from (each(subject) for subject in shown)
    if others := subjects[len(shown) :]:
        yield rest(others)


@dataclass(frozen=True, slots=True)
class OwnReturn:
    """A person's own return for one quarter, as far as it has come."""

    sheet: CalendarSheet
    indicators: tuple[Indicator, ...]
    states: dict[int, str]  # of the results that are in
    completed: frozenset[int]  # those with a draft that is ready to be submitted

    @property
    def quarter(self) -> Quarter:
        return self.sheet.quarter

    @property
    def missing(self) -> list[Indicator]:
        return [
            each
            for each in self.indicators
            if self.states.get(each.pk, ResultState.RETURNED) == ResultState.RETURNED
        ]

    @property
    def due_days(self) -> list[date]:
        """The days on which what is missing is due, earliest first."""
        days = (due_on(self.sheet, Step.ENTRY, Tier(each.tier)) for each in self.missing)
        return sorted({day for day in days if day})

    @property
    def due_on(self) -> date | None:
        return next(iter(self.due_days), None)


def return_steps(reader: User, sheets: Sequence[CalendarSheet], today: date) -> Iterator[NextStep]:
    """How far the reader's returns have come, and what was sent back."""
    if not sheets or not allowed(reader, Permission.SUBMIT_RESULT):
        return
    owned = _own_returns(reader, sheets)
    for own in owned:
        if own.missing:
            yield _return_step(own, today)
    yield from _sent_back_steps(owned)


def _own_returns(reader: User, sheets: Sequence[CalendarSheet]) -> list[OwnReturn]:
    rows = Indicator.objects.answerable_by(reader)
    if allowed(reader, Permission.MANAGE_FRAMEWORK):  # the centre may submit any, and owes its own
        rows = rows.filter(accountable_manager=reader)
    indicators = list(rows)
    if not indicators:
        return []
    quarters = [sheet.quarter for sheet in sheets]
    of_these = {"indicator__in": [each.pk for each in indicators], "quarter__in": quarters}
    results = list(
        Result.objects.filter(**of_these, revisions__is_latest=True).values_list(
            "quarter", "indicator_id", "state"
        )
    )
    drafts = set(
        Draft.objects.filter(**of_these, is_complete=True).values_list("quarter", "indicator_id")
    )
    suspensions = list(Suspension.objects.filter(indicator__in=of_these["indicator__in"]))
    return [
        OwnReturn(
            sheet,
            tuple(
                owed_in(
                    sheet.quarter,
                    (each for each in indicators if _is_measured(each, sheet.quarter, suspensions)),
                    on=localdate(),
                )
            ),
            {pk: state for quarter, pk, state in results if quarter == sheet.quarter},
            frozenset(pk for quarter, pk in drafts if quarter == sheet.quarter),
        )
        for sheet in sheets
    ]


def _is_measured(indicator: Indicator, quarter: Quarter, suspensions: Sequence[Suspension]) -> bool:
    last = indicator.last_quarter
    is_in_use = indicator.first_quarter <= quarter and (last is None or last >= quarter)
    is_suspended = any(
        each.indicator_id == indicator.pk
        and each.from_quarter <= quarter
        and (each.until_quarter is None or each.until_quarter >= quarter)
        for each in suspensions
    )
    return is_in_use and not is_suspended


def _return_step(own: OwnReturn, today: date) -> NextStep:
    missing, day = own.missing, own.due_on
    ready = sum(each.pk in own.completed for each in missing)
    is_begun = len(missing) < len(own.indicators) or ready
    verb = "Continue" if is_begun else "Start"
    when = when_due(day, today, one=len(missing) == 1)
    if len(own.due_days) > 1:
        when = when.replace("they", "the first", 1)
    return NextStep(
        urgency_of(day, today),
        f"{_progress_sentence(own, ready)}; {when}.",
        f"{verb} your return for {own.quarter}",
        reverse("my_return", args=[own.quarter.key]),
        day,
    )


def _progress_sentence(own: OwnReturn, ready: int) -> str:
    """How much is submitted, and how much of the rest could be: not yet by when it is due."""
    total, missing = len(own.indicators), len(own.missing)
    submitted = total - missing
    if total == 1:
        state = "completed, but not yet submitted" if ready else "not submitted"
        return f"Your one result for {own.quarter} is {state}"
    if not submitted:
        told = f"None of your {total} results for {own.quarter} is submitted yet"
        return (
            f"{told}, though {ready} {'is' if ready == 1 else 'are'} completed" if ready else told
        )
    be = "is" if submitted == 1 else "are"
    told = f"{submitted} of your {total} results for {own.quarter} {be} submitted"
    completed = f"{ready} more {'is' if ready == 1 else 'are'} completed"
    return f"{told}, {completed} and {missing} to go" if ready else f"{told} and {missing} to go"


def _sent_back_steps(owned: Sequence[OwnReturn]) -> Iterator[NextStep]:
    """What a director sent back, with what was said of it."""
    sent_back = [
        (own, each)
        for own in owned
        for each in own.missing
        if each.pk in own.states  # and missing all the same, so returned
    ]
    said = {}
    if sent_back:
        rows = SignOff.objects.filter(
            verdict=Verdict.RETURNED,
            revision__is_latest=True,
            revision__result__indicator__in=[each.pk for _, each in sent_back],
        ).select_related("revision__result", "signed_by")
        for row in rows.order_by("signed_at", "id"):
            said[row.revision.result.indicator_id, row.revision.result.quarter] = row

    def one(pair: tuple[OwnReturn, Indicator]) -> NextStep:
        own, indicator = pair
        row = said.get((indicator.pk, own.quarter))
        told = (
            f"{row.signed_by.name} returned “{indicator.title}” for {own.quarter}:"
            f" “{row.comment.strip()}”"
            if row
            else f"“{indicator.title}” was returned to you for {own.quarter}."
        )
        address = reverse("enter_result", args=[own.quarter.key, indicator.reference])
        return NextStep(Urgency.NOW, told, f"Correct {indicator.reference}", address, own.due_on)

    def rest(pairs: Sequence[tuple[OwnReturn, Indicator]]) -> NextStep:
        own = pairs[0][0]
        return NextStep(
            Urgency.NOW,
            f"{len(pairs)} more results were returned to you.",
            "See them in your return",
            reverse("my_return", args=[own.quarter.key]),
            own.due_on,
        )

    yield from first_few(sent_back, one, rest)


def question_steps(reader: User, today: date, *, runs_framework: bool) -> Iterator[NextStep]:
    """Questions about the reader's own figures that stand open; for an officer also those of others,
    and which totals since April lack a target."""
    if not allowed(reader, Permission.SUBMIT_RESULT):
        return
    own = Indicator.objects.own_of(reader)
    if (asked := open_questions(own)).questions:
        one = asked.questions == 1
        yield NextStep(
            Urgency.NOW,
            f"{_asked_about(asked, 'your')} {'is' if one else 'are'} not answered: until"
            f" {'it is' if one else 'they are'}, readers see that the"
            f" {'figure is' if asked.results == 1 else 'figures are'} in doubt.",
            "Answer it" if one else "Answer them",
            reverse("questions"),
        )
    if not runs_framework:
        return
    if (asked := open_questions(Indicator.objects.exclude(pk__in=own.values("pk")))).questions:
        yield NextStep(
            Urgency.SOON,
            f"{_asked_about(asked, 'others’')} {'is' if asked.questions == 1 else 'are'} not"
            " answered.",
            "See what is asked",
            reverse("questions"),
        )
    for quarter, lacking in targets_wanted(reader, today):
        one = len(lacking) == 1
        yield NextStep(
            Urgency.NOW if quarter.first_day <= today else Urgency.SOON,
            f"{counted(len(lacking), 'indicator')} counted from April {'has' if one else 'have'} no"
            f" target for {quarter}: without one {'it is' if one else 'they are'} not rated.",
            "See which" if not one else f"See {lacking[0].reference}",
            reverse("questions") + "#targets",
            quarter.last_day,
        )


def target_steps(reader: User) -> Iterator[NextStep]:
    """Proposed targets that wait for this reader's word."""
    waiting = waiting_for(reader)
    if waiting:
        one = len(waiting) == 1
        yield NextStep(
            Urgency.NOW,
            f"{counted(len(waiting), 'proposed target')} {'waits' if one else 'wait'} for your"
            " approval.",
            "See it" if one else "See them",
            reverse("waiting_targets"),
        )


def partner_steps(reader: User) -> Iterator[NextStep]:
    """What partners gave for one's indicators waits for one's word."""
    if not allowed(reader, Permission.SUBMIT_RESULT):
        return
    given = list(waiting_from_partners(reader))
    if given:
        names = _listed([f"{each.indicator.title}, from {each.partner}" for each in given])
        yield NextStep(
            urgency=Urgency.NOW,
            sentence=f"{counted(len(given), 'figure')} from partners: {names}.",
            link="Accept or refuse",
            address=reverse("from_partners"),
        )


def round_steps(reader: User, today: date) -> Iterator[NextStep]:
    """What the annual round asks of this reader: to propose, submit, answer, record or check."""
    due = round_due_from(reader, today)
    if due is None:
        return
    round = due.round
    year, there = round.financial_year, reverse("annual_round", args=[round.year])
    decide = reverse("decide_round", args=[round.year])
    if due.to_propose:
        one, day = due.to_propose == 1, round.proposals_by
        yield NextStep(
            urgency_of(day, today),
            f"You have not said what happens in {year} to "
            f"{counted(due.to_propose, 'indicator')} of yours; {when_due(day, today, one=one)}.",
            f"Say what happens to {'it' if one else 'them'} in {year}",
            there,
            day,
        )
    for each in due.to_submit:
        count = counted(each.measured, "indicator")
        yield NextStep(
            urgency_of(round.proposals_by, today),
            f"{each.branch.name} has {count} and has submitted "
            f"{counted(each.submitted, 'proposal')} for {year}; "
            f"{when_due(round.proposals_by, today)}.",
            f"Continue the proposals of {each.branch.name}",
            reverse("round_grid", args=[round.year, each.branch.code]),
            round.proposals_by,
        )
    if due.to_answer:
        one, day = due.to_answer == 1, round.challenged_by
        yield NextStep(
            urgency_of(day, today),
            f"{counted(due.to_answer, 'challenge')} to the proposals for {year}"
            f" {'is' if one else 'are'} not answered; {when_due(day, today, one=one)}.",
            "See what is challenged",
            there,
            day,
        )
    if due.to_record:
        one, day = due.to_record == 1, round.agreed_by
        yield NextStep(
            Urgency.SOON if today <= day else Urgency.NOW,
            f"{counted(due.to_record, 'proposal')} for {year} {'is' if one else 'are'}"
            f" submitted but not agreed; {when_due(day, today, one=one)}.",
            "Record what was agreed",
            decide,
            day,
        )
    if due.to_check:
        one = due.to_check == 1
        yield NextStep(
            Urgency.NOW,
            f"The minute that agrees {counted(due.to_check, 'proposal')} for {year} is waiting "
            f"for you to check it.",
            "Check it against the minute",
            decide,
            round.agreed_by,
        )
    if due.carried_over:
        one = due.carried_over == 1
        yield NextStep(
            Urgency.NOW,
            f"{counted(due.carried_over, 'indicator')} {'has' if one else 'have'} no agreed "
            f"target for {year}.",
            "See which",
            there,
            round.first_quarter.first_day,
        )


def first_sorp_steps(reader: User) -> Iterator[NextStep]:
    """The council's first SORP, where it waits for this reader's word."""
    if not allowed(reader, Permission.APPROVE_SORP):
        return
    versions = list(Version.objects.order_by("pk")[:2])
    if (
        len(versions) == 1
        and versions[0].state == Version.State.DRAFT
        and not is_author(versions[0], reader)
    ):
        yield NextStep(
            Urgency.NOW,
            "The council’s first SORP is proposed: nothing is rated until you or somebody else "
            "approves it.",
            "Read and approve it",
            reverse("first_version"),
        )


def second_steps(reader: User) -> Iterator[NextStep]:
    """What wants another person's word and may have this reader's: reports, early closes, variations."""
    proposed = variations_to_decide(reader)
    if proposed:
        one = len(proposed) == 1
        titles = _listed([f"“{each.indicator.title}”" for each in proposed])
        first = proposed[0]
        yield NextStep(
            Urgency.NOW,
            f"{counted(len(proposed), 'proposed variation')} {'waits' if one else 'wait'} for your"
            f" decision: {titles}.",
            "Agree or refuse" if one else "See them",
            reverse("variation", args=[first.indicator.reference, first.pk])
            if one
            else reverse("variations"),
        )
    for edition in waiting_for_approval(reader):
        yield NextStep(
            Urgency.NOW,
            f"{edition.checked_by} checked the report for {edition.quarter} (edition"
            f" {edition.number}): it can be published once you or somebody else approves it.",
            f"Read and approve the report for {edition.quarter}",
            reverse("edition", args=[edition.quarter.key, edition.number]),
        )
    for early in early_closes_to_answer(reader):
        yield NextStep(
            Urgency.NOW,
            f"{early.asked_by} asks you to agree to closing {early.quarter} early: "
            f"“{early.reason}”",
            f"Agree or refuse to close {early.quarter} early",
            reverse("early_close", args=[early.quarter.key]),
        )


def _asked_about(asked: OpenQuestions, whose: str) -> str:
    of_one = f" for {asked.quarters[0]}" if len(asked.quarters) == 1 else ""
    results = f"{'one' if asked.results == 1 else asked.results} of {whose} results{of_one}"
    return f"{counted(asked.questions, 'question')} about {results}"


def attestation_steps(
    reader: User, sheets: Sequence[CalendarSheet], today: date
) -> Iterator[NextStep]:
    """Once a quarter a manager says that they are accountable for what stands in their name."""
    if not allowed(reader, Permission.SUBMIT_RESULT):
        return
    for sheet in sheets:
        if sheet.begun_at is None:
            continue
        waiting = attestation_sheet(user=reader, quarter=sheet.quarter).waiting
        if not waiting:
            continue
        tiers = {Tier(each.tier) for each in waiting}
        day = min(filter(None, (due_on(sheet, Step.ENTRY, tier) for tier in tiers)), default=None)
        yield NextStep(
            urgency_of(day, today),
            f"You have not yet said for {sheet.quarter} that you are accountable for"
            f" {counted(len(waiting), 'indicator')} in your name.",
            "Say which are yours",
            reverse("attestation", args=[sheet.quarter.key]),
            day,
        )


def sign_off_steps(
    reader: User, sheets: Sequence[CalendarSheet], today: date
) -> Iterator[NextStep]:
    """What waits for a director to sign off, by quarter, stage and unit."""
    by_quarter = {sheet.quarter: sheet for sheet in sheets}
    for each in sign_off_sheets(reader, today):
        if each.quarter not in by_quarter:
            continue
        day = due_on(by_quarter[each.quarter], STEP_OF[each.stage], Tier.CORPORATE)
        of_these = [f"{n} {word}" for n, word in ((each.reds, "red"), (each.ambers, "amber")) if n]
        told = f" ({' and '.join(of_these)})" if of_these else ""
        one = each.waiting == 1
        yield NextStep(
            urgency_of(day, today),
            f"{counted(each.waiting, 'result')} of {each.unit.name} for {each.quarter}{told}"
            f" {'waits' if one else 'wait'} for you to sign off; {when_due(day, today, one=one)}.",
            f"Sign off {each.unit.name}",
            reverse("sign_off_sheet", args=[each.quarter.key, each.stage.value, each.unit.code]),
            day,
        )


def overdue_return_steps(
    directed: Sequence[int], sheets: Sequence[CalendarSheet], today: date
) -> Iterator[NextStep]:
    """What those below a director should have submitted by now. Nothing before it was due."""
    if not directed:
        return
    tree = tree_on(localdate())
    units = {unit.pk: unit for unit in Unit.objects.filter(pk__in=directed)}
    for sheet in sheets:
        missing = [each for each, _ in missing_results(sheet.quarter)] if sheet.begun_at else []
        for pk, unit in units.items():
            below = set(tree.below(pk))
            late = [
                (day, each)
                for each in missing
                if each.unit_id in below
                and (day := due_on(sheet, Step.ENTRY, Tier(each.tier)))
                and day < today
            ]
            if late:
                names = sorted({each.accountable_manager.name for _, each in late})
                yield NextStep(
                    Urgency.OVERDUE,
                    f"{counted(len(late), 'result')} of {unit.name} for {sheet.quarter}"
                    f" {'is' if len(late) == 1 else 'are'} overdue, from {_listed(names)}.",
                    f"See who has not submitted in {unit.name}",
                    reverse("dashboard", args=[unit.code]),
                    min(day for day, _ in late),
                )


def _listed(names: Sequence[str], most: int = 3) -> str:
    if len(names) > most:
        names = [*names[: most - 1], f"{len(names) - most + 1} others"]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


AHEAD = timedelta(days=14)  # an action is named before it is due, not only after


def plan_steps(
    reader: User,
    today: date,
    *,
    wanted: Sequence[MissingPlan],
    directed: Iterable[int],
    runs_framework: bool,
) -> Iterator[NextStep]:
    """The reader's own indicators that want an action plan; and, for directors and officers, how
    many of others' want one past the SORP's day. `wanted` are all that the reader sees."""
    own = [each for each in wanted if each.indicator.accountable_manager_id == reader.pk]
    own.sort(
        key=lambda each: (
            -(each.level.height if each.level else -1),
            each.indicator.reference,
        )
    )

    def one(each: MissingPlan) -> NextStep:
        return NextStep(
            Urgency.OVERDUE if each.is_late(today) else Urgency.NOW,
            each.sentence,
            f"{'Write a plan for' if each.earlier is None else 'Revise the plan for'}"
            f" {each.indicator.reference}",
            reverse("write_plan", args=[each.indicator.reference]),
            each.due_on,
        )

    def rest(others: Sequence[MissingPlan]) -> NextStep:
        named = ", ".join(each.indicator.reference for each in others)
        late = any(each.is_late(today) for each in others)
        return NextStep(
            Urgency.OVERDUE if late else Urgency.NOW,
            f"{len(others)} more of your indicators are red or referred up without a plan: {named}.",
            "See them among the action plans",
            reverse("action_plans"),
        )

    yield from first_few(own, one, rest)
    directed = list(directed)
    tree = tree_on(today) if directed else None
    over = {below for unit in directed for below in tree.below(unit)} if tree else set()
    late = [
        each
        for each in wanted
        if each not in own
        and each.is_late(today)
        and (runs_framework or each.indicator.unit_id in over)
    ]
    if late:
        yield NextStep(
            Urgency.NOW,
            f"{counted(len(late), 'action plan')} {'is' if len(late) == 1 else 'are'} overdue: the"
            f" {'indicator is' if len(late) == 1 else 'indicators are'} red or referred up, and the"
            " SORP’s deadline for a plan has passed.",
            "See which",
            reverse("action_plans"),
        )


def action_steps(reader: User, today: date) -> Iterator[NextStep]:
    """Actions of the reader's that are overdue or due within a fortnight.

    Where one gives a name and nobody has said whose, everybody so called sees it, and the page says so.
    """
    soon = {"done_on__isnull": True, "due_on__lte": today + AHEAD}
    planned = Action.objects.standing().of(reader).filter(**soon).select_related("plan__indicator")
    agreed = actions_read_by(
        AgreedAction.objects.filter(named(reader), **soon), reader
    ).select_related("call_in__meeting__team", *related("call_in__"))
    found = [
        *(_planned_action_step(each, reader, today) for each in planned.order_by("due_on", "pk"))
    ]
    found += [_agreed_action_step(each, reader, today) for each in agreed.order_by("due_on", "pk")]
    found.sort(key=lambda step: step.order)

    def rest(others: Sequence[NextStep]) -> NextStep:
        return NextStep(
            others[0].urgency,
            f"{counted(len(others), 'more action')} of yours "
            f"{'is' if len(others) == 1 else 'are'} overdue or due soon.",
            "See them all",
            f"{reverse('actions')}?who=me",
            others[0].day,
            is_by_name=any(each.is_by_name for each in others),
        )

    yield from first_few(found, lambda step: step, rest)


def _planned_action_step(action: Action, reader: User, today: date) -> NextStep:
    indicator = action.plan.indicator
    mine = reader.pk in (action.person_id, indicator.accountable_manager_id)
    address = (
        reverse("report_progress", args=[indicator.reference, action.position])
        if mine
        else f"{reverse('actions')}?who=me"
    )
    told = action.description
    return _action_step(told, action, indicator.reference, address, mine, today)


def _agreed_action_step(action: AgreedAction, reader: User, today: date) -> NextStep:
    call_in, team = action.call_in, action.call_in.meeting.team
    mine = reader.pk in (action.person_id, call_in.answered_by.pk)
    address = reverse("report_on_action", args=[action.pk]) if mine else call_in.page
    told = f"{action.what}, as agreed at {team.short}"
    return _action_step(told, action, call_in.called, address, mine, today)


def _action_step(
    told: str,
    action: Action | AgreedAction,
    reference: str,
    address: str,
    mine: bool,
    today: date,
) -> NextStep:
    day = action.due_on
    is_late = day < today
    due = "is due today" if day == today else f"{'was' if is_late else 'is'} due on {in_full(day)}"
    return NextStep(
        Urgency.OVERDUE if is_late else Urgency.SOON,
        f"Your action “{told}” {due}.",
        f"Report progress ({reference})" if mine else f"See {reference}",
        address,
        day,
        is_by_name=action.person_id is None,
    )


def called_in_steps(reader: User, today: date) -> Iterator[NextStep]:
    """What the reader answers for on the agenda of a meeting to come: the manager attends."""
    rows = (
        CallIn.objects.on_agenda()
        .filter(answered_by(reader), meeting__meets_on__gte=today)
        .exclude(meeting__state=MeetingState.HELD)
        .with_matters()
        .select_related("meeting__team", "invitation")
        .annotate(papers=Count("managers_papers"))
        .order_by("meeting__meets_on", "indicator__reference", "at", "pk")
    )
    agendas: dict[Meeting, list[CallIn]] = {}
    for row in rows:
        agendas.setdefault(row.meeting, []).append(row)
    for meeting, there in agendas.items():
        titles = [f"“{each.title}”" for each in there]
        named = titles[0] if len(titles) == 1 else f"{', '.join(titles[:-1])} and {titles[-1]}"
        first = there[0]
        wanted = [each for each in there if not each.papers and invitation_of(each)]  # type: ignore[attr-defined] # annotated above
        if wanted:
            first = wanted[0]
            day = first.invitation.bring_by
            is_overdue = day < today
            told = f"Your paper {'was' if is_overdue else 'is'} due on {in_full(day)}."
            yield NextStep(
                Urgency.OVERDUE if is_overdue else Urgency.SOON,
                f"{meeting.team.short} has called in {named}: you attend its meeting on "
                f"{in_full(meeting.meets_on)}. {told}",
                f"Write what you bring about {first.called}",
                first.invitation.get_absolute_url(),
                day,
            )
            continue
        yield NextStep(
            Urgency.SOON,
            f"{meeting.team.short} has called in {named}: you attend its meeting on "
            f"{in_full(meeting.meets_on)}.",
            f"See what {meeting.team.short} will see about {first.called}",
            first.get_absolute_url(),
            meeting.meets_on,
        )


def milestone_steps(reader: User, today: date) -> Iterator[NextStep]:
    """The reader's milestones that are overdue, or expected after their day."""
    rows = Milestone.objects.not_done_by(today).filter(accountable_manager=reader)
    late = [
        (each, status)
        for each in rows.order_by("due_on", "pk")
        if (status := each.status_on(today)).is_late
    ]

    def one(pair: tuple[Milestone, MilestoneStatus]) -> NextStep:
        milestone, status = pair
        day, forecast = milestone.due_on, milestone.forecast_on
        told = f"was due on {in_full(day)}"
        if status is MilestoneStatus.SLIPPING and forecast is not None:
            told = f"is due on {in_full(day)} and expected on {in_full(forecast)}"
        return NextStep(
            Urgency.OVERDUE if status is MilestoneStatus.OVERDUE else Urgency.NOW,
            f"Your milestone “{milestone.title}” {told}.",
            "Bring the milestone up to date",
            reverse("update_milestone", args=[milestone.pk]),
            day,
        )

    def rest(others: Sequence[tuple[Milestone, MilestoneStatus]]) -> NextStep:
        return NextStep(
            Urgency.NOW,
            f"{len(others)} more of your milestones are overdue or slipping.",
            "See them in the strategy",
            reverse("strategy"),
            others[0][0].due_on,
        )

    yield from first_few(late, one, rest)


def teams_of(reader: User, today: date) -> list[Team]:
    """The teams a person sits on; by office, both (Cabinet paper of 20 June 2011, section 3c)."""
    teams = Team.objects.order_by("-code")
    if not allowed(reader, Permission.VIEW_PACKS):
        teams = teams.filter(pk__in=Seat.objects.held_on(today).filter(user=reader).values("team"))
    return list(teams)


def meeting_steps(reader: User, teams: Sequence[Team], today: date) -> Iterator[NextStep]:
    """The next meeting of each team, with its papers, and for its chair what is still to choose."""
    if not teams:
        return
    chairs = set(
        Seat.objects.held_on(today)
        .filter(user=reader, kind=SeatKind.CHAIR)
        .values_list("team_id", flat=True)
    )
    for team in teams:
        if team.pk in chairs:
            yield from exemption_steps(reader, team, today)
    for planned in _next_meetings(teams, today):
        meeting = planned.meeting
        short, day = meeting.team.short, in_full(meeting.meets_on)
        papers = "and its pack is ready" if planned.packs else "but its pack is not ready yet"
        yield NextStep(
            Urgency.SOON,
            f"{short} meets on {day} about {meeting.quarter}, {papers}.",
            f"See {short}’s meeting",
            reverse("meeting", args=[meeting.team.code, meeting.meets_on]),
            meeting.meets_on,
        )
        if meeting.team_id in chairs and meeting.state == MeetingState.PLANNED:
            indicators = counted(planned.called_in, "indicator")
            yield NextStep(
                Urgency.NOW,
                f"You chair {short} on {day}, and have called in {indicators} so far.",
                f"Choose what {short} calls in",
                reverse("call_in_board", args=[meeting.team.code, meeting.meets_on]),
                meeting.meets_on,
            )


def exemption_steps(reader: User, team: Team, today: date) -> Iterator[NextStep]:
    """The exempt items that a chair is to approve, and those whose day of review has come. None is named."""
    for each in to_review(team, today):
        awaited = awaits(each, reader, today)
        if not awaited:
            continue
        is_review = awaited == "review"
        yield NextStep(
            Urgency.OVERDUE if each.review_on < today else Urgency.NOW,
            f"An item of {each.call_in.meeting} is exempt "
            + (
                f"until it is reviewed, which was due on {in_full(each.review_on)}."
                if is_review
                else "for now: nobody has approved that."
            ),
            "Review whether it is still exempt" if is_review else "Approve it, or lift it",
            each.call_in.get_absolute_url(),
            each.review_on,
        )


@dataclass(frozen=True, slots=True)
class PlannedMeeting:
    """A meeting to come, with how many packs and called-in indicators it has."""

    meeting: Meeting
    packs: int
    called_in: int


def _next_meetings(teams: Sequence[Team], today: date) -> Iterator[PlannedMeeting]:
    on_agenda = Count(
        "call_ins", filter=Q(call_ins__verdict=CallInVerdict.CALLED_IN), distinct=True
    )
    to_come = (
        Meeting.objects.filter(team__in=teams, meets_on__gte=today)
        .exclude(state__in=(MeetingState.HELD, MeetingState.CANCELLED))
        .select_related("team")
        .annotate(packs_frozen=Count("packs", distinct=True), called_in=on_agenda)
    )
    seen: set[int] = set()
    for meeting in to_come.order_by("meets_on", "pk"):
        if meeting.team_id not in seen:
            seen.add(meeting.team_id)
            yield PlannedMeeting(meeting, meeting.packs_frozen, meeting.called_in)


def officer_steps(sheets: Sequence[CalendarSheet], today: date) -> Iterator[NextStep]:
    """Quarters to begin, how far those under way have come, and indicators that nobody owns."""
    waiting = quarters_to_begin(today)
    if waiting and not sheets and not Indicator.objects.exists():
        yield NextStep(
            Urgency.NOW,
            "No indicator is set up yet, so nobody can be asked for results.",
            "Continue setting up",
            reverse("set_up"),
            waiting[0].last_day,
        )
        return
    brought = history_quarters(today)
    if brought:
        one = len(brought) == 1
        yield NextStep(
            Urgency.NOW,
            f"{counted(len(brought), 'earlier quarter')} {'has' if one else 'have'} figures but "
            f"{'is' if one else 'are'} not closed: close {'it' if one else 'them together'}, so "
            f"that repeated reds count.",
            "Close your history",
            reverse("close_history"),
            brought[-1].last_day,
        )
    for quarter in [each for each in waiting if each not in brought][:1]:
        yield NextStep(
            Urgency.NOW,
            f"{quarter} has ended, and nobody has been asked for results yet.",
            f"Begin {quarter}",
            reverse("begin_quarter"),
            quarter.last_day,
        )
    for sheet in sheets:
        if sheet.quarter.last_day < today:
            yield from _completion_steps(sheet, today)
    latest = max([*waiting, *(sheet.quarter for sheet in sheets)], default=None)
    if latest:
        yield from _unowned_steps(latest)


def _completion_steps(sheet: CalendarSheet, today: date) -> Iterator[NextStep]:
    """How far a quarter under way has come, and by when it should be closed.

    What was returned is not in: the figures are those of the completion page, to which it leads.
    """
    found = completion_sheet(quarter=sheet.quarter, today=today)
    total = found.total.total
    missing = total - found.total.in_hand
    last = max((day for _, day in found.due_days), default=None)
    close = sheet.line(Step.CLOSE)
    if not missing and close and close.due_on <= today:
        yield NextStep(
            Urgency.NOW,
            f"Every result for {sheet.quarter} is in, and the quarter is due to be closed.",
            f"Close {sheet.quarter}",
            reverse("quarters"),
            close.due_on,
        )
    if missing:
        late = found.total.overdue
        told = f"{total - missing} of {counted(total, 'result')} for {sheet.quarter}"
        told += " is in" if total - missing == 1 else " are in"
        if late:
            told += f", and {late} {'is' if late == 1 else 'are'} overdue"
        elif last:
            told += f"; the last are due on {in_full(last)}"
        yield NextStep(
            Urgency.NOW if late else Urgency.SOON,
            f"{told}.",
            f"See who has not submitted for {sheet.quarter}",
            reverse("completion", args=[sheet.quarter.key]),
            last,
        )


def _unowned_steps(quarter: Quarter) -> Iterator[NextStep]:
    found = unowned_indicators(quarter)
    if found:
        one = len(found) == 1
        yield NextStep(
            Urgency.NOW,
            f"{counted(len(found), 'indicator')} {'has' if one else 'have'} no accountable "
            f"manager in post: no quarter can begin until {'it has one' if one else 'they do'}.",
            "See who answers for what",
            reverse("people"),
        )
