"""What comes about by itself: units are called and stand as was settled for the day. Run twice, it acts once."""

from celery import shared_task

from core.clock import localdate
from organisation.services.units import bring_units_up_to_date


@shared_task
def take_up_structure() -> int:
    """Bring every unit into the place that was settled for today. Returns how many changed."""
    return len(bring_units_up_to_date(today=localdate()))
