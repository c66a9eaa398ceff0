"""Questions about figures that came in without an answer, as those of a file do: to be answered later."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from core.clock import localdate
from core.figures import number_sent
from core.guards import require
from core.queries import last_closed
from indicators.forms.questions import AnswerForm
from indicators.models.definitions import Indicator
from indicators.models.questions import Question
from indicators.queries.questions import questions_to_answer, targets_wanted
from indicators.services.questions import CannotAnswer, answer_question
from organisation.permissions import Permission
from organisation.requests import SignedInRequest
from organisation.rights import allowed

MOST = 50  # results on the page; as they are answered, others follow


@require_http_methods(["GET", "POST"])
@require(Permission.SUBMIT_RESULT)
def unanswered_questions(request: SignedInRequest) -> HttpResponse:
    """What is asked about figures that this person may answer for, and a field for each answer."""
    posted, refused = 0, None
    if request.method == "POST":
        posted = number_sent(request.POST.get("question", ""))
        question = get_object_or_404(
            Question.objects.filter(
                revision__result__indicator__in=Indicator.objects.answerable_by(request.user)
            ).select_related("revision__result__indicator"),
            pk=posted,
        )
        form = AnswerForm(request.POST, auto_id=f"id_{posted}_%s")
        if form.is_valid():
            try:
                answer_question(question=question, answer=form.text, by=request.user)
            except CannotAnswer as reason:
                messages.info(request, f"{question.revision.result}: {reason}")
            else:
                messages.success(request, f"{question.revision.result}: your answer is kept")
            return redirect("questions")
        refused = form
    results = questions_to_answer(request.user)
    closed = None if allowed(request.user, Permission.MANAGE_FRAMEWORK) else last_closed()
    rows = [
        (
            result,
            closed is None or result.quarter > closed,
            [
                (
                    question,
                    refused
                    if refused is not None and question.pk == posted
                    else AnswerForm(auto_id=f"id_{question.pk}_%s"),
                )
                for question in result.questions
            ],
        )
        for result in results[:MOST]
    ]
    page = {
        "rows": rows,
        "questions": sum(len(each.questions) for each in results),
        "results": len(results),
        "form": refused,
        "targets": targets_wanted(request.user, localdate()),
    }
    return render(request, "indicators/questions.html", page, status=422 if refused else 200)
