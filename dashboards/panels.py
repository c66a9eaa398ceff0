"""What pages of lower apps show of the facts of several."""

from __future__ import annotations

from core.clock import localdate
from core.panels import panel
from dashboards.queries.responsibilities import responsibilities
from organisation.models.departures import Departure
from organisation.models.people import User


@panel("answered_for_by", "dashboards/answered_for_by.html")
def answered_for_by(person: User) -> dict[str, object]:
    """What a person answers for, beside the posts they hold."""
    leaving = Departure.objects.to_come().filter(person=person).select_related("heir").first()
    return {"held": responsibilities(person, on=localdate()), "leaving": leaving}
