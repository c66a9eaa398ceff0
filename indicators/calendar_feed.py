"""One person's due dates as an iCalendar, for the calendar they already look at.

Every step is a whole day, not a moment, so neither clock change nor time zone can shift it. What an
app above knows of somebody's days, such as the meetings that they have a seat at, it adds by
`adds_to_feed`. The address is a signature, not a secret kept anywhere: it holds until its owner asks for another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.urls import reverse
from icalendar import Calendar, Event

from core.clock import now
from core.quarters import Quarter
from indicators.models.calendar import CalendarFeed
from indicators.queries.calendar import own_calendar
from indicators.rules.calendar import StepLine
from organisation.models.people import User
from organisation.queries import council_name

_signer = signing.Signer(salt="calendar feed")


def token_of(user: User) -> str:
    """What stands in the address of a person's feed, until they renew it."""
    serial = CalendarFeed.objects.filter(user=user).values_list("serial", flat=True).first() or 1
    return _signer.sign_object([user.pk, serial])


def user_of(token: str) -> User | None:
    """Whose feed an address is, or None where it is nobody's, or no longer theirs."""
    try:
        who, serial = _signer.unsign_object(token)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    user = User.objects.filter(pk=who, is_active=True).select_related("calendar_feed").first()
    if user is None:
        return None
    held = getattr(user, "calendar_feed", None)
    return user if serial == (held.serial if held else 1) else None


EventsOf = Callable[[User], Iterable[Event]]
_added: list[EventsOf] = []


def adds_to_feed(events_of: EventsOf) -> EventsOf:
    """From now on, everybody's feed has these events of theirs too."""
    _added.append(events_of)
    return events_of


def new_calendar() -> Calendar:
    """An iCalendar (RFC 5545) of this council, with nothing in it yet."""
    calendar = Calendar()
    calendar.add("prodid", f"-//{council_name()}//{settings.SERVICE_NAME}//EN")
    calendar.add("version", "2.0")
    return calendar


def feed_of(user: User) -> bytes:
    """One person's own steps of every quarter that has begun, and what else is theirs, as an iCalendar."""
    calendar = new_calendar()
    calendar.add("x-wr-calname", f"{settings.SERVICE_NAME}: what is due")
    calendar.add("x-wr-timezone", settings.TIME_ZONE)
    for sheet in own_calendar(user=user):
        for line in sheet.steps:
            calendar.add_component(_event(sheet.quarter, line))
    for events_of in _added:
        for event in events_of(user):
            calendar.add_component(event)
    return calendar.to_ical()


def host() -> str:
    """Where this council's service is, as it stands in what identifies an event."""
    return settings.SERVICE_ADDRESS.split("//")[-1].split("/")[0].split(":")[0]


def _event(quarter: Quarter, line: StepLine) -> Event:
    address = settings.SERVICE_ADDRESS + reverse("calendar")
    event = Event()
    tier = f"-{line.tier}" if line.tier else ""
    event.add("uid", f"{quarter.key}-{line.step}{tier}@{host()}")
    event.add("dtstamp", now())
    event.add("dtstart", line.due_on)
    event.add("dtend", line.due_on + timedelta(days=1))
    event.add("summary", f"{line.planned} ({quarter})")
    event.add("description", f"{line.slack_in_words}. {address}")
    event.add("url", address)
    event.add("transp", "TRANSPARENT")
    return event
