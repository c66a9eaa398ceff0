"""What may be asked about escalations."""

from .evaluation import observations, rules_by_quarter
from .register import exported_escalations, register_of

__all__ = ["exported_escalations", "observations", "register_of", "rules_by_quarter"]
