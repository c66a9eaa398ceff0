"""An agreed plan as the public page shows it, from its own small edition."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class ShownAgreedPlan:
    """Everything shown is text of the frozen document; of one that was withdrawn, that it was and why."""

    document: Mapping[str, Any]
    withdrawal: Any = None

    @property
    def plan(self) -> Mapping[str, Any]:
        return self.document["plan"]

    @property
    def agreed(self) -> str:
        """When it was agreed, and after which report."""
        return self.document["sentences"]["agreed"]

    @property
    def actions_told(self) -> list[str]:
        said = self.document["sentences"]
        return [said[f"action-{row}"] for row in range(1, len(self.plan["actions"]) + 1)]

    @property
    def expected_recovery(self) -> str:
        return self.document["sentences"].get("expected-recovery", "")
