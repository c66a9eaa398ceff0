"""The whole report as it is shown: three layers, what changed, and what it all counts up to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from core.charts.counts import COUNTED, counts_chart
from core.converters import address_of
from core.quarters import Quarter
from reports.rendering.blocks import IndicatorBlock
from reports.rules.counting import is_counted
from reports.rules.sentences import CHANGES, said_in
from strategy.rules.plan import MilestoneStatus

LICENCE = "Open Government Licence v3.0"
LICENCE_ADDRESS = "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/"


@dataclass(frozen=True)
class ShownPriority:
    """A strategic priority with three kinds of evidence side by side, never averaged."""

    facts: Mapping[str, Any]
    blocks: tuple[IndicatorBlock, ...]  # every indicator that measures it
    own: tuple[
        IndicatorBlock, ...
    ]  # those shown in full here: each indicator once, at its first priority
    said: Mapping[str, str]  # its sentences, by key

    def __getattr__(self, name: str) -> Any:
        try:
            return self.facts[name]
        except KeyError:
            raise AttributeError(name) from None

    @property
    def anchor(self) -> str:
        return f"priority-{self.facts['slug']}"

    @property
    def list_caption(self) -> str:
        return f"Indicators of priority {self.facts['number']}"

    @property
    def figures_sentence(self) -> str:
        return self.said["figures"]

    @property
    def milestones_sentence(self) -> str:
        return self.said["milestones"]

    @property
    def evaluation_sentence(self) -> str:
        return self.said["evaluation"]

    @property
    def success_told(self) -> list[str]:
        return [
            self.said[f"success-{row}"] for row in range(1, len(self.facts["success_factors"]) + 1)
        ]

    @property
    def milestones_told(self) -> list[dict[str, Any]]:
        return [
            {
                **each,
                "stands": self.said[f"milestone-{row}"],
                "is_late": MilestoneStatus(each["status"]).is_late,
            }
            for row, each in enumerate(self.facts["milestones"], start=1)
        ]

    @property
    def evaluations_told(self) -> list[dict[str, Any]]:
        return [
            {**each, "label": self.said[f"evaluation-{row}"]}
            for row, each in enumerate(self.facts["evaluations"], start=1)
        ]


@dataclass(frozen=True)
class Report:
    """One edition's document, ready to be shown."""

    document: Mapping[str, Any]

    def __getattr__(self, name: str) -> Any:
        """The document's facts under their own names: title, council, counts, notice …"""
        try:
            return self.document[name]
        except KeyError:
            raise AttributeError(name) from None

    @property
    def own_words(self) -> Mapping[str, str]:
        """What the council called things when the edition was built."""
        return self.document.get("words", {})

    @cached_property
    def quarter(self) -> Quarter:
        return Quarter.parse(self.document["quarter"])

    @property
    def list_caption(self) -> str:
        return f"Status of each key performance indicator, {self.quarter}"

    @property
    def frozen_on(self) -> date:
        return date.fromisoformat(self.document["edition"]["frozen_on"])

    @property
    def number(self) -> int:
        return self.document["edition"]["number"]

    @property
    def note(self) -> str:
        """What it corrects of what was published before, in the council's words; or nothing."""
        return self.document["edition"].get("note", "")

    @cached_property
    def said(self) -> Mapping[str, Mapping[str, str]]:
        """Every sentence of the report, by its place and key."""
        return said_in(self.document)

    @cached_property
    def blocks(self) -> dict[str, IndicatorBlock]:
        return {
            each["reference"]: IndicatorBlock(
                each, self.quarter, self.said[f"indicators/{each['reference']}"]
            )
            for each in self.document["indicators"]
        }

    @cached_property
    def by_address(self) -> dict[str, IndicatorBlock]:
        """The same by what addresses have for the reference."""
        return {address_of(reference): block for reference, block in self.blocks.items()}

    @cached_property
    def key_indicators(self) -> tuple[IndicatorBlock, ...]:
        """What the headline counts count."""
        return tuple(each for each in self.blocks.values() if is_counted(each.facts))

    @cached_property
    def priorities(self) -> list[ShownPriority]:
        placed: set[str] = set()
        shown = []
        for facts in self.document["priorities"]:
            blocks = tuple(
                self.blocks[line["reference"]]
                for line in facts["indicators"]
                if line["reference"] in self.blocks
            )
            own = tuple(
                each
                for each in blocks
                if each.kind == "kpi" and each.layer != "core" and each.reference not in placed
            )
            placed.update(each.reference for each in own)
            said = self.said[f"priorities/{facts['slug']}"]
            shown.append(ShownPriority(facts, blocks, own, said))
        return shown

    @cached_property
    def other_strategic(self) -> list[IndicatorBlock]:
        """Indicators of the first layer that measure no one priority."""
        return [each for each in self._unplaced if each.layer == "strategy"]

    @cached_property
    def _unplaced(self) -> list[IndicatorBlock]:
        placed = {each.reference for priority in self.priorities for each in priority.own}
        return [
            each
            for each in self.blocks.values()
            if each.kind == "kpi" and each.reference not in placed
        ]

    @cached_property
    def directorates(self) -> list[tuple[str, list[IndicatorBlock]]]:
        """The second layer: core indicators by directorate, in order of its name."""
        found: dict[str, list[IndicatorBlock]] = {}
        for each in self.blocks.values():
            if each.layer == "core" and each.kind == "kpi":
                found.setdefault(each.directorate["name"], []).append(each)
        return sorted(found.items())

    @cached_property
    def referred_up(self) -> list[IndicatorBlock]:
        """The third layer: whatever is before PAT or Cabinet, wherever else it stands."""
        return [each for each in self.blocks.values() if each.is_referred_up]

    @cached_property
    def referred_only(self) -> list[IndicatorBlock]:
        """Those of the third layer, or just out of it, that are shown in full nowhere else."""
        return [each for each in self._unplaced if each.layer == "none"]

    @cached_property
    def activity(self) -> list[IndicatorBlock]:
        return [each for each in self.blocks.values() if each.kind == "activity"]

    @cached_property
    def data_only(self) -> list[IndicatorBlock]:
        return [each for each in self.blocks.values() if each.kind == "data"]

    @property
    def changed(self) -> list[dict[str, Any]]:
        """What is different from last quarter: each kind of change with its indicators."""
        return [
            {
                "key": key,
                "label": label,
                "told": self.said["changes"][key],
                "blocks": [self.blocks[each] for each in self.document["changes"][key]],
            }
            for key, label in CHANGES
        ]

    @cached_property
    def ended(self) -> dict[str, str]:
        """What is no longer measured, in words, by reference."""
        return {
            each["reference"]: self.said[f"ended/{each['reference']}"]["ending"]
            for each in self.document.get("no_longer_measured", ())
        }

    @property
    def newly_ended(self) -> list[dict[str, Any]]:
        """What this report, and no other, says is no longer measured."""
        return [
            {**each, "sentence": self.ended[each["reference"]]}
            for each in self.document.get("no_longer_measured", ())
            if each["said_in"] == self.document["quarter"]
        ]

    @property
    def now_known(self) -> list[tuple[IndicatorBlock, str]]:
        """Figures of earlier quarters that their publishers issued since the last report, in words."""
        return [
            (block, sentence) for block in self.blocks.values() for sentence in block.now_known_told
        ]

    @property
    def counts_bar(self) -> SafeString:
        bar = counts_chart(self.document["counts"], name="counts")
        return mark_safe(bar)  # noqa: S308 - svg.py escapes every text

    @property
    def counted(self) -> list[dict[str, Any]]:
        """The headline counts in words. Green on old figures is shown where there is any."""
        return [
            {"key": part.key, "label": part.label, "count": self.document["counts"][part.key]}
            for part in COUNTED
            if part.key != "stale" or self.document["counts"]["stale"]
        ]

    @property
    def has_stale(self) -> bool:
        return bool(self.document["counts"]["stale"])

    @property
    def groups(self) -> list[dict[str, Any]]:
        everything = {"group": "All key performance indicators", **self.document["counts"]}
        return [*self.document["by_layer"], everything]

    @property
    def travel_sentence(self) -> str:
        return self.said["summary"]["travel"]

    @property
    def changes_caption(self) -> str:
        """Between which quarters, and over which indicators."""
        return self.said["summary"]["changed"]

    @property
    def headline(self) -> str:
        """The report in one sentence, for those who read no further."""
        return self.said["summary"]["headline"]

    @property
    def beyond_counts(self) -> str:
        """What else of this report is red or amber: shown for having been referred up, not counted."""
        return self.said["summary"].get("beyond-counts", "")

    @property
    def rules(self) -> list[str]:
        """The triggers of the SORP version that ruled this quarter, in words."""
        triggers = self.document["sorp"]["versions"][-1]["triggers"]
        return [self.said["sorp"][f"trigger-{row}"] for row in range(1, len(triggers) + 1)]

    @property
    def definitions(self) -> list[dict[str, Any]]:
        return self.document["sorp"]["versions"][-1]["definitions"]

    @property
    def version_number(self) -> str:
        return self.document["sorp"]["versions"][-1]["number"]
