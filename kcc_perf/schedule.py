"""What is done at times, whoever looks at the clock: beat, the embedded rounds, or `run_due` for cron.

One list (ENTRIES). Each entry names a Celery task that may run twice to no effect and finds its work
by asking the database what is still owed, so that a look too many harms nothing, and one too few only
delays.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from celery.schedules import crontab

MORNING = 7  # the hour before which no reminder is owed and no digest sent


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that is done at times.

    Without a minute it is done at every look: twice a minute (JOB_SWEEP_SECONDS), or as often as
    cron comes. With one it is done once an hour, of which beat takes that minute, and the others
    the first look of the hour; where it failed, the others try again at their next look. Then it
    may have an hour before which it is not done, where the council is.
    """

    name: str  # as an order, such as "owe the day's reminders"
    task: str  # where it is defined, which is also its name in Celery
    minute: int | None = None
    from_hour: int = 0
    writes_to_people: bool = False

    def __post_init__(self) -> None:
        if self.from_hour and self.minute is None:
            raise ValueError("What is not done before an hour says at which minute of each it is")


# In the order in which a round does them: what owes something stands before what sends it.
ENTRIES = (
    # What a worker was notified of is under way already. This finds what was not, or whose worker died; the
    # broker would deliver that again only after an hour.
    Entry("run jobs still owed", "core.tasks.run_pending_jobs"),
    # Just after midnight, so that a quarter begins under its own version of the SORP; and each hour,
    # for a night on which the clock did not run. Quarters are judged rightly even before it has.
    Entry("bring versions of the SORP into force", "sorp.tasks.bring_into_force", minute=1),
    # Just after midnight too: a unit is renamed, moved or merged from a day on.
    Entry("bring units up to date", "organisation.tasks.take_up_structure", minute=2),
    # From its first minute an indicator is its new manager's to return; each hour for one that could
    # not be moved then, until the cause is mended.
    Entry("move indicators whose day has come", "indicators.tasks.make_due_moves", minute=2),
    # From the day after somebody's last, what they answered for is another's.
    Entry("hand over what leavers answered for", "dashboards.tasks.hand_over_due", minute=2),
    # From the first minute of 1 April; each hour for a definition that could not be changed then.
    Entry(
        "change definitions that a round agreed",
        "indicators.tasks.make_due_round_lines",
        minute=2,
    ),
    # After the day stated, a figure that its publisher has not issued is missing.
    Entry(
        "judge what is no longer awaited",
        "indicators.tasks.judge_overdue_from_publishers",
        minute=3,
    ),
    # Results are followed up as they arrive; this follows what the calendar and the council's own
    # changes make otherwise, after figures no longer awaited were judged.
    Entry(
        "work out what a close would do",
        "escalation.tasks.update_close_previews",
        minute=4,
    ),
    # From seven, so that reminders lie there when people begin work, and nobody is woken by one.
    # Again each hour, for a day on which the clock or the post did not run at seven: what was owed
    # or sent already is not again.
    Entry("owe the day's reminders", "indicators.tasks.remind", minute=0, from_hour=MORNING),
    Entry(
        "owe notice of missing action plans",
        "escalation.tasks.alert_to_missing_plans",
        minute=5,
        from_hour=MORNING,
    ),
    Entry(
        "owe notice of variations that end",
        "indicators.tasks.remind_of_expiring_variations",
        minute=10,
        from_hour=MORNING,
    ),
    Entry(
        "owe reminders of papers for meetings",
        "assurance.tasks.remind_of_papers",
        minute=11,
        from_hour=MORNING,
    ),
    # Once a morning, before the day's e-mail: what would be referred up now, and would not yesterday.
    Entry(
        "owe news of the open quarter",
        "escalation.tasks.owe_morning_news",
        minute=12,
        from_hour=MORNING,
    ),
    # Within an hour of when its close stands for good. What was found stands until something falls due or is revised.
    Entry("measure how the SORP is kept", "dashboards.tasks.measure_compliance", minute=30),
    # A pack that was frozen by no button is drawn all the same, once there is quiet.
    Entry("owe packs their drawing", "reports.tasks.request_missing_renderings", minute=45),
    # At every look, since it has a time: a report approved for nine is there at nine.
    Entry("publish what is approved and due", "reports.tasks.publish_due_editions"),
    # Their content is gone from the database at once; a process may have died before it took the files.
    Entry("remove files of withdrawn reports", "reports.tasks.remove_withdrawn_files", minute=50),
    # Thirty days are a promise to whoever reads the page: within an hour of their end it is kept.
    Entry(
        "throw away old rehearsals",
        "escalation.tasks.throw_away_old_rehearsals",
        minute=55,
    ),
    # By night too: it tells of what somebody did just now, or tries again what the post refused.
    Entry("send notices still owed", "core.tasks.send_owed_notices", writes_to_people=True),
    # A quarter of an hour after the reminders, so that the one e-mail of the day has them in it.
    Entry(
        "send the day's digests",
        "core.tasks.send_owed_digests",
        minute=15,
        from_hour=MORNING,
        writes_to_people=True,
    ),
)


def entries(*, demonstration: bool) -> tuple[Entry, ...]:
    """What is done here. The demonstration's people are invented: nobody is written to."""
    return tuple(each for each in ENTRIES if not (demonstration and each.writes_to_people))


def beat_schedule(*, sweep_seconds: float, demonstration: bool) -> dict[str, dict[str, Any]]:
    """The list as Celery's beat reads it, such as
    `{"run jobs still owed": {"task": "core.tasks.run_pending_jobs", "schedule": 30}}`."""
    return {
        each.name: {
            "task": each.task,
            "schedule": sweep_seconds
            if each.minute is None
            else crontab(minute=str(each.minute), hour=f"{each.from_hour}-23"),
        }
        for each in entries(demonstration=demonstration)
    }
