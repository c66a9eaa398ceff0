"""What the council means to do: its plan, savings and risks."""

from strategy.models import plan, projects, risks, savings  # noqa: F401 so that Django finds every table
