"""How far the SORP is kept: what is looked at, unit by unit, and what was found, for the pages.

Everything is judged as it stood when the quarter was closed, whenever it is looked at: a result
that came later came too late, and a signature after the close is none before it.
"""

from .looking import checks_to_make, look, quarters_to_measure
from .requirements import Requirement, requirements_of
from .sheets import ComplianceSheet, Overview, compliance_overview, compliance_sheet

__all__ = [
    "ComplianceSheet",
    "Overview",
    "Requirement",
    "checks_to_make",
    "compliance_overview",
    "compliance_sheet",
    "look",
    "quarters_to_measure",
    "requirements_of",
]
