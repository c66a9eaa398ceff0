"""A person's return for a quarter: the list, the check of all answers, and one submission."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID, uuid4

from django.core import signing
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from core.clock import localdate
from core.figures import as_number
from core.guards import require
from core.months import months_of
from core.quarters import Quarter
from indicators.models.definitions import Indicator
from indicators.models.returns import Submission
from indicators.queries.parts import GivenBreakdown, breakdowns_given
from indicators.queries.requirements import year_end_asked
from indicators.queries.returns import ReturnRow, quarter_asked_for, submission_outcome
from indicators.queries.returns import my_return as return_of
from indicators.rules.entry import Entry, month_field
from indicators.rules.parts import Whole
from indicators.services import results
from organisation.permissions import Permission
from organisation.requests import SignedInRequest
from sorp.lexicon import Confidence, Kind, Rag
from sorp.rules.thresholds import bounds_of

CHECKED = "indicators.checked-return"
GOOD_FOR = 24 * 3600  # seconds: whoever leaves a check overnight checks again


@require_safe
@require(Permission.SUBMIT_RESULT)
def returns(request: SignedInRequest) -> HttpResponse:
    """The return that is asked for now: that of the latest open quarter that has ended."""
    return redirect("my_return", quarter_asked_for(localdate()).key)


@require_safe
@require(Permission.SUBMIT_RESULT)
def my_return(request: SignedInRequest, quarter: Quarter) -> HttpResponse:
    """Every indicator this person answers for, and how far each has got."""
    sheet = return_of(user=request.user, quarter=quarter, today=localdate())
    following = quarter.next()
    has_begun = months_of(following)[0].has_ended(localdate())
    page = {
        "sheet": sheet,
        "quarter": sheet.quarter,
        "months_ahead": following if sheet.has_months and has_begun else None,
    }
    return render(request, "indicators/return.html", page)


@require_safe
@require(Permission.SUBMIT_RESULT)
def check_return(request: SignedInRequest, quarter: Quarter) -> HttpResponse:
    """All that is completed and not yet submitted, to be read once more, with a way to change it.

    The button carries a token for one submission of exactly these answers.
    """
    sheet = return_of(user=request.user, quarter=quarter, today=localdate())
    versions = {row.indicator.reference: row.draft.version for row in sheet.ready if row.draft}
    breakdowns = breakdowns_given([row.indicator.pk for row in sheet.ready], sheet.quarter)
    checked = {"t": uuid4().hex, "u": request.user.pk, "q": sheet.quarter.key, "v": versions}
    page = {
        "sheet": sheet,
        "quarter": sheet.quarter,
        "answers": [
            answers_of(row, sheet.quarter, breakdowns.get(row.indicator.pk, ()))
            for row in sheet.ready
        ],
        "token": signing.dumps(checked, salt=CHECKED, compress=True) if versions else "",
    }
    return render(request, "indicators/check_return.html", page)


@require_POST
@require(Permission.SUBMIT_RESULT)
def submit_return(request: SignedInRequest, quarter: Quarter) -> HttpResponse:
    """What was checked is submitted, once. Without a check of this very return, nothing is."""
    checked = _checked(request, quarter)
    if checked is None:
        return _not_ready(request, quarter, {})
    token, versions = checked
    try:
        submission = results.submit_return(
            quarter=quarter,
            references=list(versions),
            token=token,
            today=localdate(),
            by=request.user,
            versions=versions,
        )
    except results.NotReady as reason:
        return _not_ready(request, quarter, reason.problems)
    except ValueError as reason:  # closed, or approved, meanwhile
        return _not_ready(request, quarter, {"": str(reason)})
    return redirect("return_submitted", quarter.key, submission.token)


@require_safe
@require(Permission.SUBMIT_RESULT)
def return_submitted(request: SignedInRequest, quarter: Quarter, token: UUID) -> HttpResponse:
    """What was submitted, how it was rated, what was late, and what happens next."""
    submission = get_object_or_404(
        Submission, token=token, submitted_by=request.user, quarter=quarter
    )
    sheet = return_of(user=request.user, quarter=quarter, today=localdate())
    page = {"outcome": submission_outcome(submission), "sheet": sheet, "quarter": quarter}
    return render(request, "indicators/return_submitted.html", page)


def _checked(request: SignedInRequest, quarter: Quarter) -> tuple[UUID, dict[str, int]] | None:
    """The token and the versions that were checked, where this person checked this quarter."""
    try:
        checked = signing.loads(request.POST.get("token", ""), salt=CHECKED, max_age=GOOD_FOR)
    except signing.BadSignature:
        return None
    if (checked["u"], checked["q"]) != (request.user.pk, quarter.key):
        return None
    return UUID(checked["t"]), checked["v"]


def _not_ready(
    request: SignedInRequest, quarter: Quarter, problems: Mapping[str, str]
) -> HttpResponse:
    page = {"quarter": quarter, "problems": problems}
    return render(request, "indicators/check_first.html", page, status=409)


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer, and where it can be changed."""

    key: str
    value: str
    href: str
    field: str
    is_prose: bool = False

    @property
    def is_missing(self) -> bool:
        return not self.value


@dataclass(frozen=True, slots=True)
class Answers:
    """One indicator's answers in the order of its page."""

    row: ReturnRow
    answers: tuple[Answer, ...]
    questions: tuple[tuple[str, str], ...] = ()  # about its figure and its parts, with answers

    @property
    def figure(self) -> str:
        """The result in words, as its line shows it."""
        return self.answers[0].value

    @property
    def matters(self) -> bool:
        """Whether its line is open at first: red, without a figure, or asked about and not answered."""
        entry = self.row.entry
        has_no_figure = entry is not None and entry.worked_out is None
        is_red = entry is not None and entry.rag is Rag.RED
        return is_red or has_no_figure or bool(self.row.unanswered)


def answers_of(
    row: ReturnRow, quarter: Quarter, breakdowns: Iterable[GivenBreakdown] = ()
) -> Answers:
    """What the draft of a row says. Nothing that was asked for is left out, whether given or not."""
    entry, indicator = row.entry, row.indicator
    if entry is None:
        raise ValueError(f"{indicator.reference} has no draft to be checked")
    page = reverse("enter_result", args=[quarter.key, indicator.reference])

    def answer(field: str, key: str, value: str, *, is_prose: bool = False) -> Answer:
        return Answer(key, value, f"{page}#id_{field}", field, is_prose)

    field, key, value = _result(entry, indicator)
    rows = [answer(month_field(1, "value") if entry.made else field, key, value)]
    if entry.made:
        rows += (answer(*each) for each in _months(entry, indicator, quarter))
        rows.append(answer(month_field(1, "value"), "Made of its months", entry.made.in_words))
    elif entry.numerator is not None and entry.denominator is not None:
        counts = f"{as_number(entry.numerator)} of {as_number(entry.denominator)}"
        rows.append(answer("numerator", "Numerator and denominator", counts))
    if entry.made:
        rows.append(answer(month_field(1, "confidence"), "How firm", entry.confidence.label))
    elif entry.not_available:
        rows.append(answer("not_available", "Why there is no figure", entry.not_available))
    else:
        rows.append(answer("confidence", "How firm", entry.confidence.label))
    if entry.definition_break:
        rows.append(answer("definition_break", "Definition", "Changed this quarter"))
    rows.append(answer("commentary", "Context", entry.commentary, is_prose=True))
    action = entry.management_action
    if indicator.kind == Kind.KPI or action:
        rows.append(answer("management_action", "Management action", action, is_prose=True))
    if (year_end := year_end_asked(indicator, quarter)) is not None:
        given = entry.year_end
        expected = f"{given.rag.label}: {given.why}" if given else ""
        rows.append(answer("year_end_rag", f"Year end ({year_end})", expected))
    whole = Whole(entry.worked_out, entry.numerator, entry.denominator)
    questions = [(question.words, given) for question, given in row.asked]
    for each in breakdowns:
        key = each.breakdown.dimension.key
        grid = reverse("enter_parts", args=[quarter.key, indicator.reference, key])
        told = f"{each.given} of {len(each.figures)} given" if each.given else ""
        rows.append(Answer(f"Parts by {each.breakdown.in_words}", told, grid, key))
        questions += [(words, "") for words in each.questions(whole)]
    return Answers(row, tuple(rows), tuple(questions))


def _result(entry: Entry, indicator: Indicator) -> tuple[str, str, str]:
    if entry.worked_out is None:
        reason = "No figure" if entry.not_available else "No value: the denominator is 0"
        return "value", "Result", reason
    figure = as_number(
        entry.worked_out,
        indicator.decimals,
        indicator.measure_unit,
        bounds=bounds_of(entry.expected),
    )
    return "numerator" if entry.numerator is not None else "value", "Result", figure


def _months(entry: Entry, indicator: Indicator, quarter: Quarter) -> Iterable[tuple[str, str, str]]:
    """What is said of each month, with the box in which it can be changed."""
    given = {each.month: each for each in entry.months}
    for place, month in enumerate(months_of(quarter), start=1):
        said = ""
        if (each := given.get(month)) is not None:
            if each.value is not None:
                said = as_number(each.value, indicator.decimals, indicator.measure_unit)
            else:
                said = each.not_available or "No value: the denominator is 0"
            if each.confidence is not Confidence.FINAL:
                said = f"{said}, {each.confidence.label.lower()}"
        yield month_field(place, "value"), str(month), said
