"""The SORP: versions with their words, the rules they hold as rows, and how far they are kept."""

from .clauses import Clause, Comment, RagDefinition, RiskAppetite, Term
from .conditions import CalendarRule, LadderRule, ReminderRule, TriggerRule, TriggerTier
from .findings import Finding
from .statement import Authorship, Statement, Version

__all__ = [
    "Authorship",
    "CalendarRule",
    "Clause",
    "Comment",
    "Finding",
    "LadderRule",
    "RagDefinition",
    "ReminderRule",
    "RiskAppetite",
    "Statement",
    "Term",
    "TriggerRule",
    "TriggerTier",
    "Version",
]
