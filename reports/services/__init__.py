"""What is done about reports: freezing an edition, drawing and keeping its files, publishing it; compliance."""

from .compliance import NotClosed, measure_compliance, preview_compliance
from .editions import CannotPublish, DoesNotFollow, freeze_edition, publish_edition
from .files import Built, build_edition, build_report, keep_files

__all__ = [
    "Built",
    "CannotPublish",
    "DoesNotFollow",
    "NotClosed",
    "build_edition",
    "build_report",
    "freeze_edition",
    "keep_files",
    "measure_compliance",
    "preview_compliance",
    "publish_edition",
]
