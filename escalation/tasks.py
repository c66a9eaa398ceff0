"""Closing a quarter, back-tests, rehearsals and notices of missing plans as tasks. Run twice, each acts once."""

from celery import shared_task

from core.clock import localdate
from core.jobs import Progress, work
from core.quarters import Quarter
from escalation.models.backtests import Backtest
from escalation.models.rehearsals import Rehearsal
from escalation.queries.history import history_sentence
from escalation.queries.rehearsals import outlived_rehearsals
from escalation.services import (
    backtests,
    close_previews,
    history,
    morning_news,
    plans,
    rehearsals,
)
from escalation.services import closing as services
from escalation.services.early_closes import CLOSE_QUARTER, refuse_unagreed
from escalation.services.history import CLOSE_HISTORY
from escalation.services.taking_back import close_for_now
from organisation.models.people import User


@shared_task
def close_quarter(quarter_key: str) -> str:
    """Close a quarter, and say in a sentence what that did."""
    closing = services.close_quarter(quarter=Quarter.parse(quarter_key), today=localdate(), by=None)
    return closing.sentence


@work(CLOSE_QUARTER)
def close_quarter_as_job(*, progress: Progress, quarter: str, by: int | None = None) -> str:
    """The same, asked for on a page, with its progress shown there. For a while it can be taken back.

    What stood in no way when it was asked may do so when its turn comes: it is looked at again.
    """
    progress(0, 1, f"Closing {Quarter.parse(quarter)}")
    refuse_unagreed(quarter=Quarter.parse(quarter), today=localdate())
    closing = close_for_now(
        quarter=Quarter.parse(quarter),
        today=localdate(),
        by=User.objects.get(pk=by) if by is not None else None,
    )
    return closing.sentence


@work(CLOSE_HISTORY)
def close_history_as_job(*, progress: Progress, since: str, until: str, by: int) -> str:
    """Close every quarter of history up to one. A second run goes on where the first stopped."""
    history.close_history(
        until=Quarter.parse(until),
        today=localdate(),
        by=User.objects.get(pk=by),
        progress=progress,
    )
    return history_sentence(since=Quarter.parse(since), until=Quarter.parse(until))


@work(Backtest.JOB)
def run_backtest_as_job(*, progress: Progress, backtest: int) -> str:
    """Replay the rules of a back-test. A second run finds it finished."""
    asked = Backtest.objects.get(pk=backtest)
    done = backtests.run_backtest(asked=asked, progress=progress)
    return " ".join((f"“{done.name}” is finished.", *done.summary[:1]))


@work(Rehearsal.JOB)
def run_rehearsal_as_job(*, progress: Progress, rehearsal: int) -> str:
    """Close a quarter again on paper. A second run finds it finished, or thrown away."""
    asked = Rehearsal.objects.select_related("version", "asked_by").filter(pk=rehearsal).first()
    if asked is None:
        return "This rehearsal was deleted."
    rehearsals.run_rehearsal(asked=asked, progress=progress)
    return f"The rehearsal of {asked} is finished."


@shared_task
def throw_away_old_rehearsals() -> int:
    """Rehearsals older than thirty days are gone. Returns how many."""
    found = outlived_rehearsals()
    for each in found:
        rehearsals.throw_away(rehearsal=each, by=None)
    return len(found)


@shared_task
def alert_to_missing_plans() -> int:
    """Owe a notice of each action plan that is missing and late."""
    return plans.alert_to_missing_plans(today=localdate())


@shared_task
def update_close_previews() -> int:
    """What the close of the open quarter would do is known anew. Returns of how many it was otherwise."""
    return close_previews.update_all_close_previews(by=None).changed


@shared_task
def owe_morning_news() -> int:
    """Owe each manager and director one notice of what changed in the open quarter since yesterday."""
    return morning_news.owe_morning_news(today=localdate())
