"""Where the next version of the SORP is written: beginning a draft, and the draft as it stands."""

import re

from django.contrib import messages
from django.db.models import prefetch_related_objects
from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from escalation.forms.drafting import NewDraftForm
from indicators.rules.calendar import DayRule
from indicators.rules.reminding import Reminder
from indicators.rules.returns import Step
from organisation.rights import Permission, require
from sorp.lexicon import CountedFrom, Level, Tier
from sorp.models import Version
from sorp.queries import condition_of
from sorp.queries.readiness import obstacles
from sorp.services import draft_version
from sorp.services.drafting_rows import why_closed
from sorp.services.refusing import Refused

STEPS = {step.value: step.label for step in Step}
LEADING = re.compile(r"[0-9]{1,9}(?![0-9])")  # the whole number that a version's number begins with
UNTYPED = ("csrfmiddlewaretoken", "seen", "act")


@require_http_methods(["GET", "POST"])
@require(Permission.MANAGE_FRAMEWORK)
def new_draft(request):
    """A draft is begun from a version; where one is being written already, that is shown."""
    versions = Version.objects.select_related("statement")
    bases = list(versions.binding().order_by("-in_force_from"))
    unfinished = versions.unfinished().first()
    form = NewDraftForm(request.POST or None, bases=bases, initial=_first(bases))
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            draft = draft_version(
                base=form.by_number[said["base"]],
                number=said["number"],
                summary=said["summary"],
                by=request.user,
            )
        except Refused as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            messages.success(request, f"Version {draft.number} is begun: change what is to change")
            return redirect("edit_draft", draft.number)
    page = {"form": form, "bases": bases, "unfinished": unfinished}
    return render(request, "sorp/draft_new.html", page)


def _first(bases):
    """The latest version to begin from, and the number after the highest."""
    if not bases:
        return {}
    found = (LEADING.match(each.number) for each in bases)
    whole = [int(each[0]) for each in found if each]
    return {"base": bases[0].number, "number": str(max(whole, default=len(bases)) + 1)}


@require_safe
@require(Permission.MANAGE_FRAMEWORK)
def edit_draft(request, number):
    """The draft as its reader will see it, each part to change, and what it still lacks."""
    draft = version_or_404(number)
    if why_closed(draft):
        return closed(request, draft)
    return render(request, "sorp/draft.html", {"draft": draft, **drafted(draft)})


def version_or_404(number):
    versions = Version.objects.select_related("statement", "drafted_from", "drafted_by")
    version = versions.filter(number=number).order_by("statement").first()
    if version is None:
        raise Http404(f"The SORP has no version {number}")
    return version


def closed(request, version):
    """What is no draft cannot be edited: why, what to do, and whatever was typed."""
    page = {"version": version, "why": why_closed(version), "typed": typed_in(request)}
    return render(request, "sorp/draft_closed.html", page, status=409)


def typed_in(request):
    """What somebody typed, under what each box is called, to be given back."""
    return {
        name.replace("_", " ").capitalize(): "\n".join(values)
        for name, values in request.POST.lists()
        if name not in UNTYPED and "".join(values).strip()
    }


def drafted(draft):
    """Everything that the draft says, each row with what a reader needs, in a fixed few queries."""
    prefetch_related_objects(
        [draft],
        "clauses",
        "rag_definitions",
        "terms",
        "trigger_rules__tiers",
        "ladder_rules",
        "calendar_rules",
        "reminder_rules",
        "appetites__triggers",
        "authorships__author",
        "drafted_from__calendar_rules",
    )
    found = obstacles(draft, steps=STEPS)
    return {
        "in_the_way": [each for each in found if not each.is_warning],
        "warnings": [each for each in found if each.is_warning],
        "triggers": [(row, condition_of(row, tiers_of(row))) for row in draft.trigger_rules.all()],
        "duties": sorted(draft.ladder_rules.all(), key=lambda row: Level(row.level).height),
        "days": sorted(
            ((row, day_of(row)) for row in draft.calendar_rules.all()),
            key=lambda each: each[1].order,
        ),
        "reminders": sorted(
            ((row, Step(row.step), _reminder(row)) for row in draft.reminder_rules.all()),
            key=lambda each: list(Step).index(each[1]),
        ),
        "authors": [each.author for each in draft.authorships.all()],
    }


def tiers_of(row):
    return [each.tier for each in row.tiers.all()]


def day_of(row):
    """A calendar rule as its reader has it."""
    tier = Tier(row.tier) if row.tier else None
    return DayRule(Step(row.step), tier, CountedFrom(row.counted_from), row.working_days)


def _reminder(row):
    return Reminder(row.side, row.working_days, row.then_every)
