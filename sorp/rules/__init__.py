"""What the SORP's rows mean, in words and in structure. No database and no clock."""

from .conditions import Condition, RefusedCondition

__all__ = ["Condition", "RefusedCondition"]
