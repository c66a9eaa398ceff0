"""Where managers enter one result: every step is kept as a draft, and nothing typed is lost."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from django.views.decorators.http import require_http_methods, require_POST

from core.clock import localdate
from core.figures import as_number, number_sent
from core.guards import require
from core.put_back import put_back
from core.quarters import Quarter
from indicators.forms.results import FIGURE_FIELDS, REVISION_FIELDS, ResultForm, posted_draft
from indicators.models.definitions import Awaited, Indicator
from indicators.models.results import Revision
from indicators.models.returns import Draft
from indicators.queries.entry import EntrySheet, entry_sheet, left_behind
from indicators.queries.parts import breakdowns_given
from indicators.queries.returns import my_return
from indicators.rules.entry import MONTHS, MONTHS_SEEN, Entry, ResultGiven, month_field
from indicators.rules.questions import ANSWER_FIELDS, DOUBTS_THE_FIGURE, answers_typed
from indicators.services import drafts, results
from indicators.services.drafts import stored_draft
from indicators.services.monthly_results import give_months
from organisation.models.people import User
from organisation.permissions import Permission
from organisation.requests import SignedInRequest
from organisation.rights import allowed
from sorp.rules.thresholds import bounds_of

UNTOLD_OF_DRAFTS = ("seen", "version", MONTHS_SEEN)  # what the machinery keeps with what was typed
# The buttons of the form: it is completed; it is kept for later. Others check, or lead to a page of parts.
SAVE, LATER = "save", "later"
BY_PARTS = "parts-"  # and the key of a dimension: the button that leads to its grid


def sheet_or_404(request: SignedInRequest, quarter: Quarter, address: str) -> EntrySheet:
    """The page of an indicator whose result this person may enter; anybody else finds none."""
    indicator = get_object_or_404(
        Indicator.objects.answerable_by(request.user).select_related("unit", "accountable_manager"),
        address=address,
    )
    return entry_sheet(indicator=indicator, quarter=quarter, user=request.user)


def refusal_page(request: SignedInRequest, sheet: EntrySheet) -> HttpResponse | None:
    """The page that explains why nothing can be entered now, or None where it can be."""
    if not sheet.has_ended:
        reason = "not ended"
    elif sheet.is_closed:
        reason = "" if may_revise(request.user) or still_to_come(sheet) else "closed"
    else:
        reason = "locked" if sheet.is_locked else ""
    if not reason:
        return None
    draft = left_behind(sheet)
    typed = [
        (name.replace("_", " ").capitalize(), words)
        for name, words in (draft.typed if draft else {}).items()
        if name not in UNTOLD_OF_DRAFTS and words
    ]
    page = {
        "sheet": sheet,
        "indicator": sheet.indicator,
        "quarter": sheet.quarter,
        "draft": draft,
        "typed": typed,
    }
    return render(request, "indicators/not_open.html", page | {"reason": reason}, status=403)


def still_to_come(sheet: EntrySheet) -> Awaited | None:
    """What was said of a figure that its publisher had not issued, until the figure is there."""
    if sheet.revision is not None and sheet.revision.value is not None:
        return None
    return Awaited.objects.filter(indicator=sheet.indicator, quarter=sheet.quarter).first()


def may_revise(user: User) -> bool:
    """Whether this person may revise a result of a closed quarter."""
    return allowed(user, Permission.MANAGE_FRAMEWORK)


@require_http_methods(["GET", "POST"])
@require(Permission.SUBMIT_RESULT, puts_back=True)
def enter_result(request: SignedInRequest, quarter: Quarter, address: str) -> HttpResponse:
    """One indicator's result for one quarter. A closed quarter takes revisions from the centre."""
    sheet = sheet_or_404(request, quarter, address)
    if sheet.months_asked and not sheet.has_ended:
        return _months_so_far(request, sheet)
    if (refused := refusal_page(request, sheet)) is not None:
        return refused
    if request.method == "POST":
        return _revise(request, sheet) if sheet.is_closed else _save(request, sheet)
    if (sent := put_back(request)) is not None:
        form = ResultForm(sent, sheet=sheet, only=())
        form.is_valid()
        return _page(request, sheet, form, sent)
    if sheet.draft is not None and sheet.is_overtaken and not sheet.is_closed:
        return _conflict_page(request, sheet, sheet.draft.typed, sheet.submitted, status=200)
    # What was said to be complete and is not comes back with what is wrong; what was only begun
    # is nobody's mistake yet.
    wrong = sheet.draft is not None and sheet.draft.is_complete and not sheet.is_closed
    form = ResultForm(sheet.typed if wrong else None, sheet=sheet)
    if sheet.is_closed and (awaited := still_to_come(sheet)) is not None:
        form.initial["reason"] = f"Issued by {awaited.publisher}"
    return _page(request, sheet, form)


def _months_so_far(request: SignedInRequest, sheet: EntrySheet) -> HttpResponse:
    """The months that have ended of a quarter that has not: they are kept as they are given."""
    typed = request.POST if request.method == "POST" else None
    form = ResultForm(typed, sheet=sheet, only=FIGURE_FIELDS)
    if typed is None or not form.is_valid() or not _months_kept(request, sheet, form):
        return _page(request, sheet, form)
    messages.success(request, f"{sheet.indicator.title}: the months are kept")
    return redirect("enter_result", sheet.quarter.key, sheet.indicator.reference)


def _months_kept(request: SignedInRequest, sheet: EntrySheet, form: ResultForm) -> bool:
    """The months that were typed stand, unless something is wrong with them, which the form then says."""
    if form.entry.months_with_problems:
        return False
    try:
        give_months(
            indicator=sheet.indicator,
            quarter=sheet.quarter,
            figures=form.entry.months,
            today=localdate(),
            by=request.user,
            seen=request.POST.get(MONTHS_SEEN),
        )
    except ValueError as refusal:
        form.add_error(None, str(refusal))
        return False
    return True


def _page(
    request: SignedInRequest,
    sheet: EntrySheet,
    form: ResultForm,
    sent: Mapping[str, str] | None = None,
) -> HttpResponse:
    """The form as it stands, or as it was `sent` while its writer was signed out."""
    typed = posted_draft(form.data, sheet) if form.is_bound else dict(sheet.typed)
    page = {
        "sheet": sheet,
        "indicator": sheet.indicator,
        "quarter": sheet.quarter,
        "form": form,
        "breakdowns": breakdowns_given([sheet.indicator.pk], sheet.quarter).get(
            sheet.indicator.pk, []
        ),
        "awaited": still_to_come(sheet),
        "put_back": sent,
    }
    return render(request, "indicators/enter_result.html", page | rating_preview(sheet, typed))


def rating_preview(sheet: EntrySheet, typed: Mapping[str, str]) -> dict[str, Any]:
    """What a figure would be rated, how it was read, and what is worth asking about it."""
    entry = sheet.read(typed)
    return {
        "entry": entry if entry.has_figures or entry.not_available else None,
        "together": entry.problems.get(MONTHS, ""),
        "problems": [entry.problems[name] for name in FIGURE_FIELDS if name in entry.problems],
        "question_fields": sheet.question_fields(entry, typed),
    }


@require_POST
@require(Permission.SUBMIT_RESULT)
def preview_rating(request: SignedInRequest, quarter: Quarter, address: str) -> HttpResponse:
    """The same, while the figure is being typed. Nothing is kept."""
    sheet = sheet_or_404(request, quarter, address)
    page = {"sheet": sheet, "indicator": sheet.indicator}
    return render(
        request,
        "indicators/would_be.html",
        page | rating_preview(sheet, posted_draft(request.POST, sheet)),
    )


@require_POST
@require(Permission.SUBMIT_RESULT)
def keep_draft(request: SignedInRequest, quarter: Quarter, address: str) -> HttpResponse:
    """What has been typed so far is kept; the page asks for it every half-minute."""
    sheet = sheet_or_404(request, quarter, address)
    try:
        draft = _save_draft(request, sheet, is_complete=_is_still_complete(request, sheet))
    except drafts.EditConflict:
        message = "Somebody else changed this result. Save to see both versions."
        return JsonResponse({"message": message}, status=409)
    except ValueError as refusal:
        return JsonResponse({"message": str(refusal)}, status=422)
    at = f"{timezone.localtime(draft.saved_at):%H:%M}"
    return JsonResponse({"version": draft.version, "message": f"Draft kept at {at}"})


def _save(request: SignedInRequest, sheet: EntrySheet) -> HttpResponse:
    """The draft is kept whatever it holds; then what the person asked for is done."""
    step = request.POST.get("do", SAVE)
    just_figures = step not in (SAVE, LATER)
    form = ResultForm(request.POST, sheet=sheet, only=FIGURE_FIELDS if just_figures else None)
    form.is_valid()
    # Until a result is submitted, its months stand as soon as they are given; afterwards what was
    # submitted stands until it is submitted again, and they wait in the draft with the rest.
    if sheet.is_by_month and sheet.revision is None and _months_kept(request, sheet, form):
        sheet = _reloaded(request, sheet)
    completes = step == SAVE and not form.errors
    untouched = just_figures and _is_still_complete(request, sheet)
    try:
        _save_draft(request, sheet, is_complete=completes or untouched)
    except drafts.EditConflict as reason:
        return _resolve_conflict(request, sheet, reason)
    except ValueError as refusal:
        form.add_error(None, str(refusal))
        return _page(request, sheet, form)
    name, key = sheet.indicator.title, sheet.quarter.key
    if step == "evidence":
        return redirect("evidence", key, sheet.indicator.reference)
    if step.startswith(BY_PARTS):
        return redirect(
            "enter_parts", key, sheet.indicator.reference, slugify(step.removeprefix(BY_PARTS))
        )
    if completes:
        return _next_page(request, sheet, form.entry)
    if step == LATER:
        messages.success(request, f"{name}: your draft is kept")
        return redirect("my_return", key)
    return _page(request, _reloaded(request, sheet), form)


def _save_draft(request: SignedInRequest, sheet: EntrySheet, *, is_complete: bool) -> Draft:
    return drafts.save_draft(
        indicator=sheet.indicator,
        quarter=sheet.quarter,
        typed=sheet.without_standing_months(posted_draft(request.POST, sheet)),
        version=number_sent(request.POST.get("version", "")),
        is_complete=is_complete,
        by=request.user,
    )


def _is_still_complete(request: SignedInRequest, sheet: EntrySheet) -> bool:
    """Whether what was said to be complete has not been touched. Answers to questions complete nothing."""
    draft = sheet.draft
    if draft is None or not draft.is_complete:
        return False
    posted = sheet.without_standing_months(posted_draft(request.POST, sheet))
    before, now = (
        {name: text for name, text in typed.items() if name not in ANSWER_FIELDS}
        for typed in (draft.typed, stored_draft(posted))
    )
    return before == now


def _reloaded(request: SignedInRequest, sheet: EntrySheet) -> EntrySheet:
    return entry_sheet(indicator=sheet.indicator, quarter=sheet.quarter, user=request.user)


def _next_page(request: SignedInRequest, sheet: EntrySheet, entry: Entry) -> HttpResponse:
    """To the next indicator that is not done; when all are, to the check of all answers.

    Where the figure may be another than was meant and nothing is answered, the question is put first, on the same
    page. Whoever sends the same again goes on: it is asked once more before the return is submitted.
    """
    mine = my_return(user=request.user, quarter=sheet.quarter, today=localdate())
    message = f"{sheet.indicator.title}: completed. {_verdict(sheet, entry)}"
    asked = sheet.questions_about(entry)
    answers = answers_typed(posted_draft(request.POST, sheet), asked)
    doubts = [each for each in asked if each.key not in answers]
    of_figure = [each for each in doubts if each.key in DOUBTS_THE_FIGURE]
    if of_figure and not _is_still_complete(request, sheet):
        said = " ".join(str(each) for each in of_figure)
        messages.warning(
            request,
            f"{sheet.indicator.title}: {said} Correct the figure, or answer below. It is kept "
            f"as a draft.",
        )
        return redirect(_at_its_box(sheet.quarter, sheet.indicator))
    requirements = "".join(f" {each}" for each in doubts)
    is_asked = any(each.wants_answer for each in doubts)
    tell = messages.warning if is_asked else messages.success
    tell(request, f"{message}{requirements} {mine.completed} of {len(mine.rows)} done.")
    following = mine.after(sheet.indicator.reference)
    if following is None:
        return redirect("check_return", sheet.quarter.key)
    return redirect(_at_its_box(sheet.quarter, following.indicator))


def _at_its_box(quarter: Quarter, indicator: Indicator) -> str:
    """The page of a result, with the focus in the box for its figure: whoever goes on can type."""
    box = month_field(1, "value") if indicator.made_of_months else "value"
    page = reverse("enter_result", args=[quarter.key, indicator.reference])
    return f"{page}#id_{box}"


def _verdict(sheet: EntrySheet, entry: Entry) -> str:
    if entry.worked_out is None:
        return "It will be shown as not rated."
    indicator = sheet.indicator
    figure = as_number(
        entry.worked_out,
        indicator.decimals,
        indicator.measure_unit,
        bounds=bounds_of(entry.expected),
    )
    status = entry.rag.label.lower() if entry.rag else "not rated"
    return f"{figure} will be {status}."


def _resolve_conflict(
    request: SignedInRequest, sheet: EntrySheet, reason: drafts.EditConflict
) -> HttpResponse:
    """Somebody else was quicker: both versions are shown, and the person's own text is kept.

    Whoever comes back to a page they have submitted, and sends it again, is told so instead.
    """
    typed = posted_draft(request.POST, sheet)
    fresh = _reloaded(request, sheet)
    if reason.saved is None and fresh.is_already_submitted(typed):
        messages.info(request, f"{sheet.indicator.title}: this was submitted, and nothing changed")
        return redirect("my_return", sheet.quarter.key)
    theirs = reason.saved.typed if reason.saved else fresh.submitted
    by_draft = reason.saved is not None
    return _conflict_page(request, fresh, request.POST, theirs, by_draft=by_draft, status=409)


def _conflict_page(
    request: SignedInRequest,
    sheet: EntrySheet,
    typed: Mapping[str, str],
    theirs: Mapping[str, str],
    *,
    status: int,
    by_draft: bool = False,
) -> HttpResponse:
    """Both versions, side by side, and a form with one's own text to save after all."""
    form = ResultForm(dict(typed.items()), sheet=sheet, only=())
    form.is_valid()
    page = {
        "sheet": sheet,
        "indicator": sheet.indicator,
        "quarter": sheet.quarter,
        "form": form,
        "compared": list(_compared(form, theirs, typed)),
        "answers": [(name, typed[name]) for name in ANSWER_FIELDS if typed.get(name)],
        "by_draft": by_draft,
        "now_seen": sheet.revision.number if sheet.revision else 0,
        "step": LATER if typed.get("do") == LATER else SAVE,
    }
    return render(request, "indicators/edit_conflict.html", page, status=status)


def _compared(
    form: ResultForm, theirs: Mapping[str, str], own: Mapping[str, str]
) -> Iterator[tuple[str, str, str]]:
    """Each answer that either gave, in words: its label, what is saved, what was typed."""
    for name, field in form.fields.items():
        if not (theirs.get(name) or own.get(name)):
            continue
        words: dict[str | None, str] = {"on": "Yes", **dict(getattr(field, "choices", ()))}
        saved, typed = theirs.get(name), own.get(name)
        yield str(field.label), words.get(saved, saved or ""), words.get(typed, typed or "")


@require_POST
@require(Permission.SUBMIT_RESULT)
def discard_draft(request: SignedInRequest, quarter: Quarter, address: str) -> HttpResponse:
    """What was typed and not submitted is thrown away; what was submitted before it stands."""
    sheet = sheet_or_404(request, quarter, address)
    if sheet.draft is not None and sheet.draft.offered_at and may_revise(request.user):
        words = f"{request.user.name} set it aside: it was not taken."
        drafts.settle_offer(draft=sheet.draft, words=words, by=request.user)
        messages.success(request, f"{sheet.indicator.title}: the late offer is set aside")
        return redirect("quarters")
    if sheet.draft is not None:
        drafts.discard_draft(draft=sheet.draft, by=request.user)
        messages.success(request, f"{sheet.indicator.title}: the draft is discarded")
    return redirect("my_return", sheet.quarter.key)


@require_POST
@require(Permission.SUBMIT_RESULT)
def offer_late(request: SignedInRequest, quarter: Quarter, address: str) -> HttpResponse:
    """What was typed before the quarter was closed is offered to the performance team."""
    sheet = sheet_or_404(request, quarter, address)
    if (draft := left_behind(sheet)) is not None:
        try:
            drafts.offer_late(draft=draft, by=request.user)
            messages.success(request, f"{sheet.indicator.title}: what you typed is offered late")
        except ValueError as refusal:
            messages.error(request, str(refusal))
    return redirect("enter_result", sheet.quarter.key, sheet.indicator.reference)


def _revise(request: SignedInRequest, sheet: EntrySheet) -> HttpResponse:
    """A closed quarter's figure is corrected, with the reason; nothing is kept as a draft."""
    form = ResultForm(request.POST, sheet=sheet, only=REVISION_FIELDS)
    if not form.is_valid():
        return _page(request, sheet, form)
    if request.POST.get("seen", sheet.revision_seen) != sheet.revision_seen:
        return _conflict_page(request, sheet, request.POST, sheet.submitted, status=409)
    try:
        given = ResultGiven.from_entry(
            form.entry, sheet.revision.data_quarter if sheet.revision else None
        )
        reason = form.cleaned_data["reason"]
        answers = answers_typed(
            posted_draft(request.POST, sheet), sheet.questions_about(form.entry)
        )
        if sheet.is_by_month:
            fresh, revised = give_months(
                indicator=sheet.indicator,
                quarter=sheet.quarter,
                figures=form.entry.months,
                today=localdate(),
                by=request.user,
                reason=reason,
                seen=request.POST.get(MONTHS_SEEN),
                said=given,
                answers=answers,
            )
            if fresh and revised is None:
                messages.success(
                    request,
                    f"{sheet.indicator.title}, {sheet.quarter}: the months are revised, and the"
                    " quarter’s result stays as it is",
                )
                return redirect("indicator", sheet.indicator.reference)
            revision, is_new = revised or sheet.revision, revised is not None
        else:
            revision, is_new = results.revise_result(
                indicator=sheet.indicator,
                quarter=sheet.quarter,
                given=given,
                reason=reason,
                by=request.user,
                answers=answers,
            )
    except ValueError as refusal:
        form.add_error(None, str(refusal))
        return _page(request, sheet, form)
    if is_new and sheet.draft is not None:
        drafts.settle_offer(draft=sheet.draft, words=f"Taken: {reason}", by=request.user)
    messages.success(request, _revised_message(revision, is_new, sheet))
    if not is_new:
        return redirect("home")
    return redirect("revision", sheet.quarter.key, sheet.indicator.reference)


def _revised_message(revision: Revision | None, is_new: bool, sheet: EntrySheet) -> str:
    name = f"{sheet.indicator.title}, {sheet.quarter}"
    if not is_new:
        return f"{name}: nothing was changed"
    rating = revision.ratings.latest_ones().first() if revision else None
    if rating is None:
        return f"{name}: revised. It is not rated: the indicator was not in use then."
    verdict = rating.get_rag_display() or f"not rated, {rating.get_not_rated_display().lower()}"
    return f"{name}: revised. It is {verdict.lower()}."
