"""Meetings as iCalendar events (RFC 5545): in the feed of whoever is expected, and one by one as a file."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q
from icalendar import Event

from assurance.models.matters import answered_by
from assurance.models.meetings import Meeting
from core.clock import localdate, now
from indicators.calendar_feed import adds_to_feed, host, new_calendar
from organisation.models.people import User

HOURS = 2  # how long a meeting is shown to last: nobody says before
KEPT = timedelta(days=120)  # how long a meeting that is past stays in a feed


def meetings_expecting(user: User) -> Iterator[Meeting]:
    """The meetings, from some months ago on, at which somebody has a seat on that day, or answers for an item."""
    rows = Meeting.objects.filter(meets_on__gte=localdate() - KEPT).select_related("team")
    seated = Q(team__seats__user=user)
    answering = Q(call_ins__verdict="called_in") & answered_by(user, "call_ins__")
    own = set(rows.filter(answering).values_list("pk", flat=True))
    seats = list(user.seats.values_list("team", "starts_on", "ends_on"))
    for row in rows.filter(seated | answering).distinct().order_by("meets_on", "pk"):
        held = any(
            team == row.team_id and first <= row.meets_on and (last is None or row.meets_on <= last)
            for team, first, last in seats
        )
        if held or row.pk in own:
            yield row


@adds_to_feed
def meeting_events(user: User) -> Iterator[Event]:
    """Every meeting that expects somebody. One that is cancelled stays, and says so."""
    for row in meetings_expecting(user):
        yield event_of(row)


def meeting_file(meeting: Meeting) -> bytes:
    """One meeting, to be taken into a calendar; again later, it takes the place of the older one."""
    calendar = new_calendar()
    calendar.add("method", "CANCEL" if meeting.is_cancelled else "PUBLISH")
    calendar.add_component(event_of(meeting))
    return calendar.to_ical()


def event_of(meeting: Meeting) -> Event:
    address = settings.SERVICE_ADDRESS + meeting.get_absolute_url()
    event = Event()
    event.add("uid", f"meeting-{meeting.pk}@{host()}")
    event.add("sequence", meeting.times_moved + meeting.is_cancelled)
    event.add("dtstamp", now())
    if meeting.begins_at is None:
        event.add("dtstart", meeting.meets_on)
        event.add("dtend", meeting.meets_on + timedelta(days=1))
    else:
        begins = datetime.combine(meeting.meets_on, meeting.begins_at, ZoneInfo(settings.TIME_ZONE))
        # In universal time, so that no calendar needs a table of ours to know when clocks change.
        event.add("dtstart", begins.astimezone(ZoneInfo("UTC")))
        event.add("dtend", (begins + timedelta(hours=HOURS)).astimezone(ZoneInfo("UTC")))
    event.add("summary", f"{meeting.team.short}: {meeting.quarter}")
    if meeting.place:
        event.add("location", meeting.place)
    said = f"It does not take place. {meeting.cancelled_because} " if meeting.is_cancelled else ""
    event.add("description", f"{said}{address}")
    event.add("url", address)
    event.add("status", "CANCELLED" if meeting.is_cancelled else "CONFIRMED")
    return event
