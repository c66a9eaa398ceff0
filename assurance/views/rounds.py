"""Where somebody with a seat challenges what is proposed in the annual round."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from assurance.forms import RoundChallengeForm
from assurance.models.teams import Team
from assurance.rights import require_on_team, takes_part
from assurance.services.rounds import challenge_line
from core.views.entities import Done, FormPage, form_page
from indicators.models.rounds import RoundLine
from indicators.queries.rounds import what_follows
from organisation.requests import SignedInRequest


@require_http_methods(["GET", "POST"])
@require_on_team(takes_part)
def challenge_in_round(request: SignedInRequest, team: Team, year: int, pk: int) -> HttpResponse:
    """A line of the round is challenged for a team; its directorate answers."""
    rows = RoundLine.objects.standing().select_related("round", "indicator", "unit", "manager")
    line = get_object_or_404(rows.prefetch_related("targets"), pk=pk, round__year=year)
    there = reverse("round_line", args=[year, pk])

    def act(given: dict[str, Any]) -> Done:
        challenge_line(team=team, line=line, text=given["text"], by=request.user)
        return Done(
            f"{line.reference} is challenged for {team.short}. Its directorate has to answer", there
        )

    page = FormPage(
        form=RoundChallengeForm(request.POST or None),
        title=f"Challenge {line.reference}",
        caption=f"{team.short}, {line.round}",
        lede=f"{line.get_action_display()}: {'; '.join(what_follows(line, None))}.",
        button="Challenge it",
        back=there,
        act=act,
        context={"team": team},
    )
    return form_page(request, page)
