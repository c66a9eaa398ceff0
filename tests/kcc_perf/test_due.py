"""The rounds that take beat's place in embedded mode."""

from concurrent.futures import Future

from kcc_perf import due
from organisation import jobs


def ended(*, by=None):
    future = Future()
    future.set_exception(by) if by else future.set_result(due.Done(0, 0, 0))
    return future


def test_rounds_go_on_after_one_that_failed_and_end_with_the_process(monkeypatch, settings, caplog):
    settings.JOB_SWEEP_SECONDS = 0.001
    rounds = [
        lambda: ended(by=RuntimeError("no such table")),
        lambda: ended(),
        lambda: ended(by=OSError("disk full")),
    ]
    asked = []

    def in_lane(act):
        asked.append(act)
        if len(asked) > len(rounds):
            raise RuntimeError("cannot schedule new futures after shutdown")
        return rounds[len(asked) - 1]()

    monkeypatch.setattr(jobs, "in_lane", in_lane)
    due._tick()

    assert asked == [due.run_due] * 4
    assert caplog.text.count("the next round tries again") == 2


def test_every_kind_of_job_is_known_to_a_process_that_is_no_worker():
    """The thread lane does jobs in the web process, where Celery never looks for tasks."""
    assert "close_quarter" in jobs._works
