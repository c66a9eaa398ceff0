"""What is done about the SORP."""

from .seeding import seed_default_statement

__all__ = ["seed_default_statement"]
