"""What is done about reports: freezing an edition, drawing and keeping its files, publishing it."""

from .editions import CannotPublish, DoesNotFollow, freeze_edition, publish_edition
from .files import Built, build_edition, build_report, keep_files

__all__ = [
    "Built",
    "CannotPublish",
    "DoesNotFollow",
    "build_edition",
    "build_report",
    "freeze_edition",
    "keep_files",
    "publish_edition",
]
