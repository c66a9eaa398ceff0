"""What is done about people, posts, units, committees and notices."""

from .notices import choose_notices, owe_notice, send_digest, send_notice
from .people import (
    appoint,
    appoint_first_officer,
    end_appointment,
    register_person,
    rename_person,
)
from .units import establish_committee, found_unit, place_unit

__all__ = [
    "appoint",
    "appoint_first_officer",
    "choose_notices",
    "end_appointment",
    "establish_committee",
    "found_unit",
    "owe_notice",
    "place_unit",
    "register_person",
    "rename_person",
    "send_digest",
    "send_notice",
]
