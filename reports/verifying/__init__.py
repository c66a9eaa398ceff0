"""Checking a published folder from the outside: no database, nothing but the files themselves.

Every digest, colour, count, change and escalation is worked out again from its inputs, by the
same pure rules that made them, and every file drawn from the document is compared with it.
"""

from .folder import Difference, verify_folder

__all__ = ["Difference", "verify_folder"]
