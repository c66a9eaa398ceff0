"""The annual round: its pages for directorates, reviewers, and whoever records and checks what was agreed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.clock import localdate
from core.guards import require
from core.own_words import word
from core.quarters import Quarter
from core.queries import last_closed
from core.refusals import Refused
from core.tables.spreadsheets import XLSX, as_workbook
from core.views.entities import (
    A_PAGE,
    Change,
    Done,
    Entity,
    FormPage,
    Preview,
    form_page,
    history_page,
    list_page,
)
from indicators.exporting.rounds import (
    forecast_in_words,
    round_csv,
    round_rows_csv,
    year_in_words,
)
from indicators.forms.rounds import (
    ChallengeAnswerForm,
    ChangedInRoundForm,
    CommentForm,
    DecideRoundForm,
    NewInRoundForm,
    ReviewForm,
    RoundDaysForm,
    RoundGridForm,
    parts_said,
    round_days,
)
from indicators.importing.rounds import RoundRow, import_round
from indicators.models.definitions import Indicator
from indicators.models.rounds import AnnualRound, RoundLine, RoundRemark
from indicators.queries.calendar import latest_open_quarter
from indicators.queries.rounds import (
    GridRow,
    RoundGrid,
    carried_over,
    committees_of,
    committees_that_look,
    deciding_bodies,
    directorate_of,
    directorates_of,
    grid_rows,
    latest_round,
    lines_of,
    may_check_round_minute,
    may_submit_for,
    progress_of,
    reviewers_of,
    round_grid,
    sees_figures,
    what_follows,
    what_was_done,
)
from indicators.queries.targets import colours_under, last_ratings
from indicators.rights import NONE, Reach, round_proposed_by, targets_approved_by
from indicators.rules.rounds import (
    LineAction,
    LineState,
    RemarkKind,
    ReviewKind,
    stage_on,
    still_to_come,
)
from indicators.services.rounds import (
    RefusedLine,
    Typed,
    answer_challenge,
    check_round_minute,
    comment_on_line,
    open_round,
    propose_lines,
    propose_new,
    record_review,
    record_round_minute,
    refuse_round_minute,
    send_back,
    set_round_days,
    submit_lines,
    withdraw_line,
)
from organisation.models.council import AssuranceTeams
from organisation.models.people import User
from organisation.models.units import Unit
from organisation.permissions import Permission
from organisation.queries import council_facts, tree_on
from organisation.requests import SignedInRequest
from organisation.rights import allowed
from organisation.rules import Branch, Tree

ROUND = Entity(
    key="round",
    one="round",
    many="annual rounds",
    permission=Permission.PROPOSE_INDICATORS,
    row=RoundRow,
    exported=round_csv,
    imported=import_round,
    counted="lines of the latest round",
    before_bringing="What you upload becomes drafts in the latest round, which each directorate then submits. Columns after the reason are for information and are ignored. Propose a new indicator on its page.",
)
MOST_WAITING = 100  # lines decided on at a time: more are decided on directorate by directorate


def _round_or_404(year: int) -> AnnualRound:
    return get_object_or_404(AnnualRound.objects.select_related("opened_by"), year=year)


@require_safe
@require(Permission.VIEW_PERFORMANCE)
def rounds(request: SignedInRequest) -> HttpResponse:
    """Every round, the latest first."""
    today = localdate()
    year = Quarter.containing(today).year + 1
    return list_page(
        request,
        ROUND,
        template="indicators/rounds/list.html",
        rows=AnnualRound.objects.select_related("opened_by"),
        context={
            "runs_framework": allowed(request.user, Permission.MANAGE_FRAMEWORK),
            "may_propose": allowed(request.user, Permission.PROPOSE_INDICATORS),
            "years_to_open": [
                each
                for each in (year - 1, year)
                if not AnnualRound.objects.filter(year=each).exists()
            ],
        },
    )


@require_http_methods(["GET", "POST"])
@require(Permission.MANAGE_FRAMEWORK)
def open_a_round(request: SignedInRequest, year: int) -> HttpResponse:
    """The round of a year is opened, with a day for each stage."""

    def act(given: dict[str, Any]) -> Done:
        opened = open_round(year=year, by=request.user, **given)
        return Done(
            f"The round of {opened.financial_year} is open, and everybody who may propose has a "
            f"notice",
            reverse("annual_round", args=[year]),
        )

    page = FormPage(
        form=RoundDaysForm(request.POST or None, year=year, initial=round_days(localdate())),
        title=f"Open the round of {Quarter(year, 1).financial_year}",
        caption="Annual round",
        lede="Directorates say what happens to each indicator in the new year. The days say who should act by when; a stage is not shut off after its day.",
        button="Open the round",
        back=reverse("set_up_round"),
        act=act,
    )
    return form_page(request, page)


@require_http_methods(["GET", "POST"])
@require(Permission.MANAGE_FRAMEWORK)
def change_round_days(request: SignedInRequest, year: int) -> HttpResponse:
    """The stages of a round last until other days."""
    round = _round_or_404(year)

    def act(given: dict[str, Any]) -> Done:
        set_round_days(round=round, by=request.user, **given)
        return Done("The days are changed", reverse("annual_round", args=[year]))

    page = FormPage(
        form=RoundDaysForm(
            request.POST or None,
            year=year,
            initial={each.field: each.day for each in round.stages},
        ),
        title="Change the days",
        caption=str(round),
        button="Change them",
        back=reverse("annual_round", args=[year]),
        act=act,
        context={"round": round},
    )
    return form_page(request, page)


@require_safe
@require(Permission.VIEW_PERFORMANCE)
def annual_round(request: SignedInRequest, year: int) -> HttpResponse:
    """The whole council's round: how many each directorate proposed, what was challenged and agreed."""
    round, today = _round_or_404(year), localdate()
    stages = round.stages
    page = {
        "round": round,
        "stages": stages,
        "stage": stage_on(stages, today),
        "directorates": directorates_of(round, reader=request.user, today=today),
        "reviewers": reviewers_of(round, today),
        "has_begun": today >= round.first_quarter.first_day,
        "today": today,
        "runs_framework": allowed(request.user, Permission.MANAGE_FRAMEWORK),
        "may_decide": allowed(request.user, Permission.APPROVE_TARGETS),
        "may_propose": allowed(request.user, Permission.PROPOSE_INDICATORS),
        "is_latest": latest_round() == round,
    }
    return render(request, "indicators/rounds/round.html", page)


@require_safe
@require(Permission.MANAGE_FRAMEWORK)
def round_history(request: SignedInRequest, year: int) -> HttpResponse:
    """What was done in a round, and by whom."""
    round = _round_or_404(year)
    return history_page(
        request,
        title=str(round),
        back=reverse("annual_round", args=[year]),
        subjects=[round, *round.lines.all()],
    )


@require_http_methods(["GET", "POST"])
@require(Permission.MANAGE_FRAMEWORK)
def review_round(request: SignedInRequest, year: int) -> HttpResponse:
    """A day on which the assurance team or a committee looked at the round is recorded."""
    round = _round_or_404(year)
    team = "" if council_facts().teams is AssuranceTeams.NONE else word("pat")
    form = ReviewForm(request.POST or None, team=team, committees=committees_that_look(localdate()))

    def act(given: dict[str, Any]) -> Done:
        record_review(
            round=round,
            kind=ReviewKind.TEAM if given["who"] == form.TEAM else ReviewKind.COMMITTEE,
            body=form.body,
            met_on=given["met_on"],
            note=given["note"],
            by=request.user,
        )
        return Done("It is recorded", reverse("annual_round", args=[year]))

    page = FormPage(
        form=form,
        title="Record who looked at it",
        caption=str(round),
        lede="The assurance team challenges what was submitted, and committees see it, before it is agreed. You can record a minute for a proposal only once they have looked at it, or you have said why you are not waiting for them.",
        button="Record who looked at it",
        back=reverse("annual_round", args=[year]),
        act=act,
        context={"round": round},
    )
    return form_page(request, page)


# One directorate ------------------------------------------------------------------------------------


def _grid_or_404(request: SignedInRequest, year: int, code: str) -> tuple[RoundGrid, Tree]:
    round, tree = _round_or_404(year), tree_on(localdate())
    branch = next((each for each in tree.branches.values() if each.code == code), None)
    if branch is None:
        raise Http404("There is no such unit")
    found = directorate_of(tree, branch.unit)
    if found is None or found.unit != branch.unit:
        raise Http404("It is not a directorate")
    return round_grid(round=round, directorate=branch, tree=tree, reader=request.user), tree


@require_http_methods(["GET", "POST"])
@require(Permission.VIEW_PERFORMANCE)
def grid_of_directorate(request: SignedInRequest, year: int, code: str) -> HttpResponse:
    """What a directorate proposes: kept as a draft, read by all, typed by whoever may."""
    grid, tree = _grid_or_404(request, year, code)
    pages = Paginator([*grid.rows, *grid.new], A_PAGE).get_page(request.GET.get("page"))
    rows: list[GridRow] = list(pages.object_list)
    may_type = any(each.is_open for each in rows)
    if request.method == "POST" and not may_type:
        raise PermissionDenied
    form = RoundGridForm(request.POST or None, rows=rows)
    if request.method == "POST" and form.is_valid():
        try:
            changed = propose_lines(
                round=grid.round, typed=form.cleaned_data["typed"], by=request.user
            )
        except RefusedLine as refusal:
            form.add_error(form.name_of(refusal), str(refusal))
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            count = f"{len(changed)} line{'' if len(changed) == 1 else 's'}"
            messages.success(request, f"{count} saved as a draft" if changed else "Nothing changed")
            return redirect(request.get_full_path())
    quarter = Quarter.containing(localdate())
    has_begun = quarter >= grid.round.first_quarter
    page = {
        "grid": grid,
        "round": grid.round,
        "form": form,
        "page": pages,
        "boxes": [
            (
                each,
                beside := years_in_words(each.row),
                list(zip(grid.year_names, beside["years"], strict=True)),
            )
            for each in form.boxes
        ],
        "may_type": may_type,
        "may_propose": allowed(request.user, Permission.PROPOSE_INDICATORS),
        "may_add": _units_below(
            tree, grid.directorate, round_proposed_by(request.user), request.user
        ).exists(),
        "without": sum(each.line is None for each in rows),
        "carried": carried_over(quarter, [each.indicator for each in grid.rows])
        if has_begun and quarter.year == grid.round.year
        else {},
        "ending": [
            each.indicator
            for each in grid.rows
            if each.line is not None and each.line.action == LineAction.END
        ],
    }
    return render(request, "indicators/rounds/grid.html", page)


def years_in_words(row: GridRow) -> dict[str, Any]:
    """What stands beside a row: its last years and its forecast, as people read them."""
    said = row.managers
    return {
        "years": [year_in_words(each) for each in row.years],
        "forecast": forecast_in_words(row),
        "manager": said.get_rag_display().lower() if said is not None and said.rag else "",
    }


@require_safe
@require(Permission.VIEW_PERFORMANCE)
def round_file(request: SignedInRequest, year: int, code: str, ending: str) -> HttpResponse:
    """The grid of one directorate as a spreadsheet, which the import of the round takes back."""
    grid, _ = _grid_or_404(request, year, code)
    content = round_rows_csv([*grid.rows, *grid.new])
    is_csv = ending == "csv"
    return HttpResponse(
        content.encode() if is_csv else as_workbook(content, title=grid.directorate.name),
        content_type="text/csv; charset=utf-8" if is_csv else XLSX,
        headers={"Content-Disposition": f'attachment; filename="round-{year}-{code}.{ending}"'},
    )


@require_http_methods(["GET", "POST"])
@require(Permission.PROPOSE_INDICATORS)
def submit_round(request: SignedInRequest, year: int, code: str) -> HttpResponse:
    """What a directorate proposes is submitted, to be challenged and decided on."""
    grid, _ = _grid_or_404(request, year, code)
    unit = get_object_or_404(Unit, pk=grid.directorate.unit)
    if not may_submit_for(unit.pk, request.user):
        raise PermissionDenied
    there = reverse("round_grid", args=[year, code])

    def act(given: dict[str, Any]) -> Done:
        lines = submit_lines(round=grid.round, directorate=unit, by=request.user)
        count = f"{len(lines)} line{'' if len(lines) == 1 else 's'}"
        return Done(f"{count} submitted for {grid.round.financial_year}", there)

    def preview(given: dict[str, Any]) -> Preview:
        closed = last_closed()
        return Preview(
            [
                Change(
                    f"{each.reference} {each.title}",
                    each.get_action_display(),
                    "; ".join(what_follows(each, closed)),
                )
                for each in grid.drafts
            ],
            [
                "After that the directorate cannot change them, unless the performance team "
                "sends them back",
                "Nothing takes effect until a body has agreed it and its minute is checked",
            ],
        )

    page = FormPage(
        form=forms.Form(request.POST or None),
        title="Submit what is proposed",
        caption=f"{unit.name}, {grid.round.financial_year}",
        lede=f"{len(grid.drafts)} drafts. Each indicator is kept, changed or ended, with a reason unless it is kept.",
        button="Submit",
        back=there,
        act=act,
        preview=preview,
        context={"grid": grid, "round": grid.round},
    )
    return form_page(request, page)


def _units_below(tree: Tree, branch: Branch, reach: Reach, user: User) -> Any:
    """The units of a directorate to which somebody may propose something new."""
    below = set(tree.below(branch.unit)) & set(tree.branches)
    if not reach.every:
        own = set(
            Indicator.objects.filter(accountable_manager=user).values_list("unit_id", flat=True)
        )
        below &= reach.units | own
    return Unit.objects.filter(pk__in=below).order_by("name")


@require_http_methods(["GET", "POST"])
@require(Permission.PROPOSE_INDICATORS)
def add_to_round(request: SignedInRequest, year: int, code: str) -> HttpResponse:
    """A new indicator is proposed for the new year."""
    grid, tree = _grid_or_404(request, year, code)
    return _propose_new(request, grid, tree, None)


@require_http_methods(["GET", "POST"])
@require(Permission.PROPOSE_INDICATORS)
def change_new_in_round(request: SignedInRequest, year: int, code: str, pk: int) -> HttpResponse:
    """What a new indicator is to be is written otherwise, while it is a draft."""
    grid, tree = _grid_or_404(request, year, code)
    row = next((each for each in grid.new if each.line is not None and each.line.pk == pk), None)
    if row is None:
        raise Http404("There is no such line")
    if not row.is_open:
        raise PermissionDenied
    return _propose_new(request, grid, tree, row.line)


def _propose_new(
    request: SignedInRequest, grid: RoundGrid, tree: Tree, line: RoundLine | None
) -> HttpResponse:
    units = _units_below(tree, grid.directorate, round_proposed_by(request.user), request.user)
    if not units.exists():
        raise PermissionDenied
    there = reverse("round_grid", args=[grid.round.year, grid.directorate.code])
    form = NewInRoundForm(request.POST or None, today=localdate(), units=units, line=line)

    def act(given: dict[str, Any]) -> Done:
        seen = str(request.POST.get("seen", ""))
        made = propose_new(
            round=grid.round,
            definition=form.proposed,
            unit=given["unit"],
            manager=given["accountable_manager"],
            reason=given["reason"],
            by=request.user,
            line=line,
            seen=int(seen) if seen.isascii() and seen.isdigit() else None,
        )
        return Done(f"{made.reference} is in the draft: enter its target in the grid", there)

    page = FormPage(
        form=form,
        title=f"Change {line.reference}" if line else "Propose a new indicator",
        caption=f"{grid.directorate.name}, {grid.round.financial_year}",
        lede=f"Once agreed, it is measured from {grid.round.first_quarter}. Enter its target in the grid, where it then appears.",
        button="Save the draft",
        back=there,
        act=act,
        template="indicators/rounds/new.html",
        context={"line": line, "grid": grid, "round": grid.round},
    )
    return form_page(request, page)


@require_http_methods(["GET", "POST"])
@require(Permission.PROPOSE_INDICATORS)
def change_in_round(request: SignedInRequest, year: int, address: str) -> HttpResponse:
    """What the definition of an indicator is to say from the new year on is proposed."""
    round = _round_or_404(year)
    rows = Indicator.objects.select_related("unit", "accountable_manager")
    indicator = get_object_or_404(rows, address=address)
    line = next((each for each in lines_of(round) if each.indicator_id == indicator.pk), None)
    if line is not None and line.is_new:
        raise Http404("It was new in this round")
    (row,), _ = grid_rows(
        round,
        [indicator],
        [line] if line else [],
        round_proposed_by(request.user),
        with_figures=False,
    )
    if not row.is_open:
        raise PermissionDenied
    branch = directorate_of(tree_on(localdate()), indicator.unit_id)
    there = reverse("round_grid", args=[year, branch.code]) if branch else reverse("set_up_round")
    form = ChangedInRoundForm(request.POST or None, indicator=indicator, line=line)

    def act(given: dict[str, Any]) -> Done:
        seen = str(request.POST.get("seen", ""))
        typed = Typed(
            indicator,
            LineAction.CHANGE,
            given["reason"],
            row.targets,
            seen=int(seen) if seen.isascii() and seen.isdigit() else None,
            definition=given["parts"],
            is_break=given["is_break"],
        )
        propose_lines(round=round, typed=[typed], by=request.user)
        return Done(f"{indicator.reference}: the change is saved as a draft", there)

    page = FormPage(
        form=form,
        title=f"Change {indicator.reference} from {round.first_quarter}",
        caption=f"{indicator.title}, {round.financial_year}",
        lede="What is counted, and its name. Its target is in the grid. To rate it differently, or measure it over a different period, end it and propose a new one.",
        button="Save the draft",
        back=there,
        act=act,
        template="indicators/rounds/new.html",
        context={"line": line, "version": row.version, "round": round},
    )
    return form_page(request, page)


# One line -------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@require(Permission.VIEW_PERFORMANCE)
def round_line(request: SignedInRequest, year: int, pk: int) -> HttpResponse:
    """One line: what is proposed, what was said of it, what was decided, and what follows."""
    round = _round_or_404(year)
    line = next((each for each in lines_of(round) if each.pk == pk), None)
    if line is None:
        raise Http404("There is no such line")
    reach = round_proposed_by(request.user)
    is_theirs = reach.holds(line.subject)
    unanswered = [
        each for each in line.remarks.select_related("put_by", "answered_by") if each.is_unanswered
    ]
    may_comment = line.state == LineState.SUBMITTED and bool(
        committees_of(request.user, line.subject.unit_id)
    )
    act = request.POST.get("act", "") if request.method == "POST" else ""
    comment = CommentForm(request.POST if act == "comment" else None)
    answers = {
        each.pk: ChallengeAnswerForm(
            request.POST if act == f"answer-{each.pk}" else None, prefix=f"r{each.pk}"
        )
        for each in (unanswered if is_theirs else ())
    }
    if request.method == "POST" and _acted(request, line, act, comment, answers, may_comment):
        return redirect("round_line", year, pk)
    measured = [line.indicator] if line.indicator is not None and not line.is_new else []
    with_figures = sees_figures(request.user)
    kept, new = grid_rows(round, measured, [line], NONE, with_figures=with_figures)
    row = (kept or new)[0]
    closed = last_closed()
    branch = directorate_of(tree_on(localdate()), line.subject.unit_id)
    page = {
        "round": round,
        "line": line,
        "row": row,
        "beside": years_in_words(row),
        "directorate": branch,
        "ending": [line.indicator] if line.indicator else [],
        "follows": what_was_done(line)
        if line.state == LineState.AGREED
        else what_follows(line, closed),
        "parts": parts_said(line, NewInRoundForm if line.is_new else ChangedInRoundForm),
        "colours": _colours(line, row) if with_figures else [],
        "remarks": [
            (each, answers.get(each.pk))
            for each in line.remarks.select_related("put_by", "answered_by")
        ],
        "comment": comment if may_comment else None,
        "form": comment
        if act == "comment"
        else next((each for each in answers.values() if each.is_bound), None),
        "is_theirs": is_theirs,
        "before": ""
        if line.state != LineState.SUBMITTED
        else still_to_come(progress_of(round, [line])[line.pk], localdate()),
    }
    return render(request, "indicators/rounds/line.html", page)


def _colours(line: RoundLine, row: GridRow) -> list[Any]:
    """The last results as they were rated, and as they would be by the first target proposed."""
    if line.indicator is None or line.action == LineAction.END or not row.targets:
        return []
    quarter, limits = next(iter(row.targets.items()))
    ratings = last_ratings([line.indicator.pk], before=latest_open_quarter())
    return colours_under(line.indicator, limits, quarter, ratings.get(line.indicator.pk, []))


def _acted(
    request: SignedInRequest,
    line: RoundLine,
    act: str,
    comment: CommentForm,
    answers: dict[int, ChallengeAnswerForm],
    may_comment: bool,
) -> bool:
    """Whether what was asked is done. If not, the form says why, and keeps what was typed."""
    try:
        if act == "comment":
            if not may_comment:
                raise PermissionDenied
            if comment.is_valid():
                comment_on_line(line=line, text=comment.cleaned_data["text"], by=request.user)
                messages.success(request, "Your comment is saved")
                return True
            return False
        key = act.removeprefix("answer-")
        if not key.isascii() or not key.isdigit():
            raise Http404("There is no such act")
        form = answers.get(int(key))
        if form is None:
            return _answered_before(request, line, int(key))
        if form.is_valid():
            remark = get_object_or_404(RoundRemark, pk=int(key), line=line)
            answer_challenge(remark=remark, answer=form.cleaned_data["answer"], by=request.user)
            messages.success(request, "The challenge is answered")
            return True
    except Refused as refusal:
        messages.error(request, str(refusal))
    return False


def _answered_before(request: SignedInRequest, line: RoundLine, key: int) -> bool:
    remark = get_object_or_404(RoundRemark, pk=key, line=line, kind=RemarkKind.CHALLENGE)
    if not remark.answer:
        raise PermissionDenied
    messages.info(request, f"It was answered by {remark.answered_by}")
    return True


@require_POST
@require(Permission.PROPOSE_INDICATORS)
def withdraw_from_round(request: SignedInRequest, year: int, pk: int) -> HttpResponse:
    """A new indicator that was proposed is proposed no more."""
    line = get_object_or_404(
        RoundLine.objects.standing().select_related("unit", "indicator"), pk=pk, round__year=year
    )
    branch = directorate_of(tree_on(localdate()), line.subject.unit_id)
    try:
        withdraw_line(line=line, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"{line.reference} is no longer proposed")
    return redirect("round_grid", year, branch.code) if branch else redirect("annual_round", year)


# The decision ---------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@require(Permission.APPROVE_TARGETS)
def decide_round(request: SignedInRequest, year: int) -> HttpResponse:
    """Lines that wait: a body's minute is recorded for them, and another person checks it."""
    round, today = _round_or_404(year), localdate()
    reach, runs = (
        targets_approved_by(request.user),
        allowed(request.user, Permission.MANAGE_FRAMEWORK),
    )
    waiting = [
        each
        for each in lines_of(round)
        if each.state in (LineState.SUBMITTED, LineState.RECORDED)
        and (runs or reach.holds(each.subject))
    ]
    shown = waiting[:MOST_WAITING]
    progress = progress_of(round, shown)
    verdicts = _verdicts(shown, request.user, reach, runs)
    form = None
    if request.method == "POST" and not verdicts:
        raise PermissionDenied
    if verdicts:
        form = DecideRoundForm(
            request.POST or None,
            lines=RoundLine.objects.filter(pk__in=[each.pk for each in shown]),
            verdicts=verdicts,
            bodies=deciding_bodies(today),
        )
        if form.is_valid() and _decided(request, form, shown, reach, runs):
            return redirect("decide_round", year)
    closed = last_closed()
    page = {
        "round": round,
        "form": form,
        "lines": [
            (each, what_follows(each, closed), still_to_come(progress[each.pk], today))
            for each in shown
        ],
        "chosen": {str(each) for each in (form["lines"].value() or ())} if form else set(),
        "is_more": len(waiting) > MOST_WAITING,
        "ending": [
            each.indicator
            for each in shown
            if each.action == LineAction.END and each.indicator is not None
        ],
        "bodies": deciding_bodies(today),
        "runs_framework": runs,
    }
    return render(request, "indicators/rounds/decide.html", page)


def _verdicts(rows: Sequence[RoundLine], user: User, reach: Reach, runs: bool) -> list[str]:
    """What this person may decide on at least one of these."""
    return [
        verdict
        for verdict in DecideRoundForm.VERDICTS
        if any(_may_decide(each, verdict, user, reach, runs) for each in rows)
    ]


def _may_decide(line: RoundLine, verdict: str, user: User, reach: Reach, runs: bool) -> bool:
    if verdict in (DecideRoundForm.RECORD, DecideRoundForm.BACK):
        return runs and line.state == LineState.SUBMITTED
    return line.state == LineState.RECORDED and may_check_round_minute(line, user, reach)


def _decided(
    request: SignedInRequest,
    form: DecideRoundForm,
    shown: Sequence[RoundLine],
    reach: Reach,
    runs: bool,
) -> bool:
    """Whether it was done. If not, the form says why, and keeps what was typed."""
    given = form.cleaned_data
    lines, verdict, by = list(given["lines"]), given["verdict"], request.user
    if given.get("everything"):
        lines = [each for each in shown if _may_decide(each, verdict, by, reach, runs)]
    count = f"{len(lines)} line{'' if len(lines) == 1 else 's'}"
    try:
        if verdict == form.RECORD:
            minute = {name: given[name] for name in ("body", "met_on", "minute")}
            record_round_minute(lines=lines, by=by, **minute)
            said = f"{count}: the minute is recorded. Somebody else has to check it"
        elif verdict == form.CHECK:
            check_round_minute(lines=lines, by=by)
            said = f"{count} agreed by the minute that you checked, and in effect"
        elif verdict == form.REFUSE:
            refuse_round_minute(lines=lines, reason=given["reason"], by=by)
            said = f"{count} not agreed by that minute. Whoever recorded it has a notice"
        else:
            send_back(lines=lines, reason=given["reason"], by=by)
            said = f"{count} sent back to be changed"
    except Refused as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        return False
    except PermissionDenied as refusal:
        form.add_error("lines", f"{refusal}. Select only those that you may decide on")
        return False
    messages.success(request, said)
    return True
