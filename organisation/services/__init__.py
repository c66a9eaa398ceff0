"""What is done about people, posts, units, committees and notices."""

from .notices import owe_notice, send_notice
from .people import appoint, end_appointment, register_person, rename_person
from .units import establish_committee, found_unit, place_unit

__all__ = [
    "appoint",
    "end_appointment",
    "establish_committee",
    "found_unit",
    "owe_notice",
    "place_unit",
    "register_person",
    "rename_person",
    "send_notice",
]
