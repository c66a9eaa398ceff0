"""How parts of the plan, savings and risks stand. Pure: no Django, no clock."""

from strategy.rules.plan import Judgement, MeasureKind  # noqa: F401 where migration 0001 looks for them
