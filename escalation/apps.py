"""What follows in this app from what happens in those below it."""

from threading import local
from typing import Any

from django.apps import AppConfig
from django.db import transaction


class _Changed(local):
    """Indicators of which something else is expected, until this thread has looked at them again."""

    def __init__(self) -> None:
        self.indicators: set[int] = set()


_changed = _Changed()


class EscalationConfig(AppConfig):
    name = "escalation"

    def ready(self) -> None:
        """Early warning looks again as soon as results are given, and as targets change."""
        from indicators.services.rating import expectations_changed
        from indicators.services.results import results_given

        results_given.connect(_look_again, dispatch_uid="early_warning")
        expectations_changed.connect(_look_again_once_all_is_stored, dispatch_uid="early_warning")


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
