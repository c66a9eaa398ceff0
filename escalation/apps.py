"""What follows in this app from what happens in those below it."""

from threading import local
from typing import Any

from django.apps import AppConfig
from django.db import transaction


class _Changed(local):
    """Indicators of which something is otherwise, until this thread has looked at them again."""

    def __init__(self) -> None:
        self.indicators: set[int] = set()  # of which something else is expected
        self.to_preview: set[int] = set()  # with which the close may do something else


_changed = _Changed()


class EscalationConfig(AppConfig):
    name = "escalation"

    def ready(self) -> None:
        """Early warning, and what a close would do, follow results as they are given, and targets."""
        from indicators.services.rating import expectations_changed
        from indicators.services.results import results_given

        results_given.connect(_look_again, dispatch_uid="early_warning")
        expectations_changed.connect(_look_again_once_all_is_stored, dispatch_uid="early_warning")
        for changed in (results_given, expectations_changed):
            changed.connect(_preview_once_all_is_stored, dispatch_uid="close_previews")


def _look_again(*, indicators: list[int], **_: Any) -> None:
    from escalation.services.early_warning import look_again

    look_again(indicators=indicators)


def _look_again_once_all_is_stored(*, indicators: list[int], **_: Any) -> None:
    """A file of targets sets them one by one: they are looked at together when it is in.

    What a failed transaction leaves here is looked at with the next, which does no harm.
    """
    _changed.indicators.update(indicators)
    transaction.on_commit(_look_at_what_changed)


def _look_at_what_changed() -> None:
    indicators = list(_changed.indicators)
    _changed.indicators.clear()
    if indicators:
        _look_again(indicators=indicators)


def _preview_once_all_is_stored(*, indicators: list[int], **_: Any) -> None:
    """What the close would do follows once a result stands: should that fail, the result stands all the same."""
    _changed.to_preview.update(indicators)
    transaction.on_commit(_preview_what_changed)


def _preview_what_changed() -> None:
    from escalation.services.close_previews import update_close_previews

    indicators = sorted(_changed.to_preview)
    _changed.to_preview.clear()
    update_close_previews(indicators=indicators)
