"""The default SORP: what seed_sorp writes as rows. Nothing else in the code reads these.

Its words follow the Cabinet paper of 20 June 2011, section 3, which says what a statement of
required practice is to hold. Kent's own statement was never published: these clauses are written
for this service, and a council drafts its own from them.
"""

from sorp.defaults.clauses import PRACTICE, STANDARDS
from sorp.defaults.meanings import APPETITES, TERMS
from sorp.defaults.rules import CALENDAR, LADDER, RAG_DEFINITIONS, REMINDERS, TRIGGERS

TITLE = "Statement of required practice: performance management"
PURPOSE = (
    "How managers set targets, enter and sign off results, and act on poor performance, so that"
    " what is reported leads to understanding, intervention and personal accountability."
)
SUMMARY = "The first statement of required practice for performance management."
CLAUSES = [*STANDARDS, *PRACTICE]

__all__ = [
    "APPETITES",
    "CALENDAR",
    "CLAUSES",
    "LADDER",
    "PURPOSE",
    "RAG_DEFINITIONS",
    "REMINDERS",
    "SUMMARY",
    "TERMS",
    "TITLE",
    "TRIGGERS",
]
