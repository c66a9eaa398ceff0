"""That somebody is left who manages the framework: whoever ends a post does not end the last of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

from core.clock import localdate
from core.refusals import Refused
from organisation.queries import officers_who_can_sign_in


@contextmanager
def leaving_an_officer(*, after: date) -> Iterator[None]:
    """What is done inside leaves a performance officer who can sign in on the day after a day.

    Raises Refused where there was one before it and none after it; its transaction is then given up.
    Where there was none already, nothing is made worse.
    """
    day = max(after + timedelta(days=1), localdate())
    before = officers_who_can_sign_in(on=day)
    yield
    if before and not officers_who_can_sign_in(on=day):
        raise Refused(
            f"Nobody could manage the framework after that day: {before[0].name} is the only performance"
            " officer who can sign in then, so appoint another first",
            field="ends_on",
        )
