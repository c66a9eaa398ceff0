"""The SORP: versions with their words, the rules they hold as rows, and how far they are kept."""

from sorp.models import clauses, conditions, findings, statement  # noqa: F401 so that Django finds every table
