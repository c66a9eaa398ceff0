"""Who was at a meeting, apologies, and what the chair decides about interests."""

from datetime import date

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from assurance.forms import AlsoThereForm, AttendanceForm, InterestForm
from assurance.models.teams import Team
from assurance.queries.attendance import attendance_sheet, interests
from assurance.rights import is_chair, leads, require_on_team
from assurance.rules import Attended, Course
from assurance.services import attendance as services
from assurance.services.attendance import Said
from assurance.views.meetings import meeting_of
from core.clock import localdate
from core.refusals import Refused
from organisation.requests import SignedInRequest


@require_http_methods(["GET", "POST"])
@require_on_team(leads)
def attendance(request: SignedInRequest, team: Team, day: date) -> HttpResponse:
    """Who was there, who else was, and what follows for those with an interest in an item."""
    found = meeting_of(team, day)
    sheet = attendance_sheet(found)
    typed = request.POST if request.method == "POST" else None
    rows = [
        (
            each,
            AttendanceForm(
                typed,
                prefix=f"person-{each.user.pk}",
                initial={"attended": each.attendance.attended if each.attendance else ""},
            ),
        )
        for each in sheet.expected
    ]
    also = AlsoThereForm(typed, prefix="also", besides=[each.user.pk for each in sheet.expected])
    decided = [
        (
            each,
            InterestForm(
                typed if is_chair(request.user, team) else None,
                prefix=f"interest-{each.call_in.pk}-{each.user.pk}",
                initial={"course": each.decided.course if each.decided else ""},
            ),
        )
        for each in interests(found)
    ]
    forms = [
        *(form for _, form in rows),
        also,
        *(form for _, form in decided if form.is_bound),
    ]
    has_come = found.meets_on <= localdate() and not found.is_cancelled
    checked = [form.is_valid() for form in forms]  # each, so that each says what is wrong
    if typed is not None and all(checked):
        said = [
            Said(each.user, Attended(form.cleaned_data["attended"]))
            for each, form in rows
            if form.cleaned_data["attended"]
        ]
        if also.cleaned_data["user"]:
            said.append(
                Said(also.cleaned_data["user"], Attended.THERE, also.cleaned_data["reason"])
            )
        courses = [
            (each, Course(interest.cleaned_data["course"]))
            for each, interest in decided
            if interest.is_bound and interest.cleaned_data["course"]
        ]
        try:
            if not said and not courses:
                raise Refused("Say of somebody whether they were there")
            with transaction.atomic():
                if said:
                    services.record_attendance(
                        meeting=found, said=said, today=localdate(), by=request.user
                    )
                for each, course in courses:
                    services.decide_interest(
                        call_in=each.call_in,
                        user=each.user,
                        course=course,
                        today=localdate(),
                        by=request.user,
                    )
        except Refused as refusal:
            also.add_error(refusal.field if refusal.field in also.fields else None, str(refusal))
        else:
            messages.success(
                request, "Who was there is recorded" if said else "What follows is recorded"
            )
            return redirect(found)
    page = {
        "meeting": found,
        "sheet": sheet,
        "rows": rows,
        "also": also,
        "interests": decided,
        "form": also,
        "decides": is_chair(request.user, team),
        "has_come": has_come,
    }
    return render(request, "assurance/attendance.html", page)


@require_POST
@require_on_team(lambda user, team: True)
def send_apologies(request: SignedInRequest, team: Team, day: date) -> HttpResponse:
    """Somebody who is expected says that they cannot come."""
    found = meeting_of(team, day)
    try:
        services.send_apologies(meeting=found, today=localdate(), by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"Your apologies for {found} are recorded")
    return redirect("home")
