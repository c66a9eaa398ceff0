"""From live tables to one document: everything the report of a quarter says, copied once."""

from .edition import SCHEMA_NAME, NotClosed, gather_edition

__all__ = ["SCHEMA_NAME", "NotClosed", "gather_edition"]
