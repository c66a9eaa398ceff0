"""The performance team's view of a quarter's returns."""

from urllib.parse import quote, urlencode
from uuid import uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from core.clock import localdate
from core.dates import in_full
from core.guards import require
from core.models.quarters import ReportingQuarter
from core.post import is_post_set_up
from core.quarters import Quarter
from core.queries import last_closed, open_quarters
from core.tables.writing import written
from dashboards.forms import RemindForm
from dashboards.queries.completion import CompletionSheet, OwedResult, Progress, completion_sheet
from indicators.models.chasing import SentReminder
from indicators.services.chasing import CannotRemind, remind_now
from organisation.permissions import Permission
from organisation.requests import SignedInRequest

COLUMNS = (
    "reference",
    "title",
    "unit",
    "tier",
    "accountable_manager",
    "quarter",
    "progress",
    "due_on",
    "working_days_late",
    "submitted_late",
)


@require_safe
@require(Permission.MANAGE_FRAMEWORK)
def completions(request: SignedInRequest) -> HttpResponse:
    """The quarter now open for results; before there is one, what will appear here."""
    quarter = next(iter(open_quarters()), None) or last_closed()
    if quarter is None:
        return render(request, "dashboards/completion_empty.html")
    return redirect("completion", quarter.key)


@require_safe
@require(Permission.MANAGE_FRAMEWORK)
def completion(request: SignedInRequest, quarter: Quarter) -> HttpResponse:
    """How far each unit has got, and who is late."""
    sheet = _sheet(quarter)
    page = {
        "sheet": sheet,
        "steps": list(Progress),
        "is_open": quarter in open_quarters(),
        "choices": [row.quarter for row in ReportingQuarter.objects.order_by("-quarter")],
    }
    return render(request, "dashboards/completion.html", page)


@require_http_methods(["GET", "POST"])
@require(Permission.MANAGE_FRAMEWORK)
def remind(request: SignedInRequest, quarter: Quarter) -> HttpResponse:
    """Remind one, several or all of those who have not submitted, in words that can be edited."""
    sheet = _sheet(quarter)
    if request.method == "POST":
        form = RemindForm(request.POST, outstanding=sheet.outstanding)
        if form.is_valid() and _reminded(request, sheet, form):
            return redirect("completion", quarter.key)
    else:
        ticked = [each for each in request.GET.getlist("person") if each.isdecimal()]
        subject, words = _last_words(sheet)
        form = RemindForm(
            outstanding=sheet.outstanding,
            initial={
                "people": ticked or [each.person.pk for each in sheet.outstanding],
                "subject": subject,
                "words": words,
                "batch": uuid4(),
            },
        )
    page = {"sheet": sheet, "form": form, "mail_to": _mail_to(sheet)}
    return render(request, "dashboards/remind.html", page)


def _mail_to(sheet: CompletionSheet) -> str:
    """What opens an e-mail to all of them, with the words last used, in the reader's own program."""
    subject, words = _last_words(sheet)
    to = ",".join(quote(each.person.email, safe="@") for each in sheet.outstanding)
    return f"mailto:{to}?{urlencode({'subject': subject, 'body': words}, quote_via=quote)}"


def _reminded(request: SignedInRequest, sheet: CompletionSheet, form: RemindForm) -> bool:
    chosen = set(form.cleaned_data["people"])
    lacking = {
        each.person: [one.indicator for one in each.owed]
        for each in sheet.outstanding
        if each.person.pk in chosen
    }
    try:
        sent = remind_now(
            quarter=sheet.quarter,
            lacking=lacking,
            subject=form.cleaned_data["subject"],
            words=form.cleaned_data["words"],
            batch=form.cleaned_data["batch"],
            by=request.user,
        )
    except CannotRemind as refusal:
        form.add_error(refusal.field, str(refusal))
        return False
    one = len(sent) == 1
    messages.success(
        request,
        f"{len(sent)} {'person is' if one else 'people are'} reminded"
        f"{'.' if is_post_set_up() else ' on their home page. No e-mail leaves this service.'}"
        if sent
        else "They had been reminded already: nothing was sent again.",
    )
    return True


def _last_words(sheet: CompletionSheet) -> tuple[str, str]:
    """The words last used for this quarter; before that, words to begin with."""
    last = SentReminder.objects.filter(quarter=sheet.quarter).select_related("notice").first()
    if last is not None:
        return last.notice.subject, last.words
    days = sorted({day for _, day in sheet.due_days})
    due = f" They are due by {in_full(days[-1])}." if days else ""
    return (
        f"Your results for {sheet.quarter}",
        f"Not all of your results for {sheet.quarter} are in.{due} If something keeps you from"
        " submitting them, tell the performance team what and until when.",
    )


@require_safe
@require(Permission.MANAGE_FRAMEWORK)
def completion_csv(request: SignedInRequest, quarter: Quarter) -> HttpResponse:
    """Every result that is owed, as a file."""
    sheet = _sheet(quarter)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    name = f"completion-{sheet.quarter.key}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response.write(written(COLUMNS, (_as_row(each, sheet.quarter) for each in sheet.owed)))
    return response


def _sheet(quarter: Quarter) -> CompletionSheet:
    get_object_or_404(ReportingQuarter, quarter=quarter)
    return completion_sheet(quarter=quarter, today=localdate())


def _as_row(owed: OwedResult, quarter: Quarter) -> tuple[object, ...]:
    indicator = owed.indicator
    return (
        indicator.reference,
        indicator.title,
        indicator.unit.name,
        indicator.tier,
        indicator.accountable_manager.name,
        quarter.key,
        owed.progress.value,
        owed.due_on.isoformat() if owed.due_on else "",
        owed.days_late,
        "yes" if owed.came_late else "no",
    )
