"""The whole report as it is shown: three layers, what changed, and what it all counts up to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from core.charts.counts import COUNTED, counts_chart
from core.converters import address_of
from core.quarters import Quarter
from escalation.rules.rule_files import read_trigger
from reports.rendering.blocks import IndicatorBlock
from reports.rules.counting import is_counted
from sorp.lexicon import NotRated, Rag, Travel
from strategy.rules import Judgement, MilestoneStatus

LICENCE = "Open Government Licence v3.0"
LICENCE_ADDRESS = "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/"
CHANGES = (
    ("newly_red", "Newly red"),
    ("newly_green", "Recovered to green"),
    ("newly_escalated", "Newly referred to PAT or Cabinet"),
    ("no_longer_escalated", "No longer referred up"),
    ("not_submitted", "No result submitted"),
    ("late", "Submitted late"),
)


@dataclass(frozen=True)
class ShownPriority:
    """A strategic priority with three kinds of evidence side by side, never averaged."""

    facts: Mapping[str, Any]
    blocks: tuple[IndicatorBlock, ...]  # every indicator that measures it
    own: tuple[
        IndicatorBlock, ...
    ]  # those shown in full here: each indicator once, at its first priority

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
    def milestones_told(self) -> list[dict[str, Any]]:
        return [
            {
                **each,
                "status_label": MilestoneStatus(each["status"]).label,
                "is_late": MilestoneStatus(each["status"]).is_late,
                "day": each["done_on"] or each["forecast_on"],
                "day_label": "done" if each["done_on"] else "forecast",
            }
            for each in self.facts["milestones"]
        ]

    @property
    def evaluations_told(self) -> list[dict[str, Any]]:
        return [
            {**each, "label": Judgement(each["judgement"]).label}
            for each in self.facts["evaluations"]
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

    @cached_property
    def blocks(self) -> dict[str, IndicatorBlock]:
        return {
            each["reference"]: IndicatorBlock(each, self.quarter)
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
            shown.append(ShownPriority(facts, blocks, own))
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
                "blocks": [self.blocks[each] for each in self.document["changes"][key]],
            }
            for key, label in CHANGES
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
    def travels(self) -> list[tuple[str, int]]:
        return [
            (travel.value, self.document["travel"][travel.value])
            for travel in Travel
            if self.document["travel"][travel.value]
        ]

    @property
    def headline(self) -> str:
        """The report in one sentence, for those who read no further. It counts what `counts` counts."""
        counts = self.document["counts"]
        green, total = counts["green"], counts["total"]
        newly_red = sum(
            self.blocks[each] in self.key_indicators
            for each in self.document["changes"]["newly_red"]
        )
        return (
            f"{green} of {total} key performance indicators met their targets in {self.quarter};"
            f" {counts['amber']} missed them but held the floor standard, and {counts['red']} were"
            f" red.{self._unrated} {newly_red or 'None'} {'is' if newly_red == 1 else 'are'} newly"
            f" red, and {self._referred}."
        )

    @property
    def _referred(self) -> str:
        """How many of those counted stand referred up, and how many more that are not counted."""
        counted = sum(each in self.key_indicators for each in self.referred_up)
        beyond = len(self.referred_up) - counted
        stands = f"{counted or 'none'} {'stands' if counted == 1 else 'stand'} referred up"
        more = f", and {beyond} more that {'is' if beyond == 1 else 'are'} not counted here"
        return f"{stands} to PAT or Cabinet{more if beyond else ''}"

    @property
    def beyond_counts(self) -> str:
        """What else of this report is red or amber: shown for having been referred up, not counted."""
        others = [
            each
            for each in self.blocks.values()
            if each.kind == "kpi" and each not in self.key_indicators
        ]
        if not others:
            return ""
        by_status = Counter(
            Rag(each.rating["rag"]).label.lower() if each.rating["rag"] else "not rated"
            for each in others
        )
        said = [
            f"{by_status[word]} {word}"
            for word in ("red", "amber", "green", "not rated")
            if by_status[word]
        ]
        one = len(others) == 1
        return (
            f"{len(others)} more {'is' if one else 'are'} shown in this report and not counted above,"
            f" since {'it stands' if one else 'they stand'} in neither of its first two layers:"
            f" {', '.join(said)}."
        )

    @property
    def _unrated(self) -> str:
        """How many have no rating, said before anything else is: silence is no success."""
        unrated, missing = self.document["counts"]["not_rated"], self._missing
        if not unrated:
            return ""
        has = "has" if unrated == 1 else "have"
        because = f", {missing} of them because no result was sent" if missing else ""
        return f" {unrated} {has} no rating{because}."

    @property
    def _missing(self) -> int:
        return sum(each.rating["not_rated"] == NotRated.NO_RESULT for each in self.key_indicators)

    @property
    def rules(self) -> list[dict[str, Any]]:
        """The SORP version that ruled this quarter: its definitions and its triggers in words."""
        version = self.document["sorp"]["versions"][-1]
        return [
            {"clause": each["clause"], "sentence": read_trigger(each).sentence}
            for each in version["triggers"]
        ]

    @property
    def definitions(self) -> list[dict[str, Any]]:
        return self.document["sorp"]["versions"][-1]["definitions"]

    @property
    def version_number(self) -> str:
        return self.document["sorp"]["versions"][-1]["number"]
