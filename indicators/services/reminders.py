"""Reminders: owed before and after each step is due, one of a kind to a person a day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from django.db import transaction
from django.urls import reverse

from core import audit
from core.models.notices import Notice
from core.quarters import Quarter
from core.services.notices import owe_notice
from core.working_days import is_working_day
from indicators.queries.outstanding import (
    DueReminder,
    people_to_remind,
    people_to_remind_of_months,
    quarters_under_way,
    referrals_in_force,
)
from indicators.rules.reminders import (
    Message,
    Referral,
    entry_message,
    last_reminder,
    missing_message,
    sign_off_message,
)
from organisation.models.people import User
from sorp.lexicon import Step
from sorp.queries.ruling import Audience, reminders_in_force
from sorp.rules.calendar import Reminder

Topic = tuple[Step, Audience, int]  # and the person
Rules = Mapping[Quarter, Mapping[tuple[str, str], Sequence[Reminder]]]


@transaction.atomic
def remind(*, today: date) -> int:
    """Everybody is owed the reminders that fall due up to a day. Returns how many are new.

    When, and to whom, is in the SORP's reminder rules. All that one person is reminded of at one step
    is one notice, so nobody has two of a kind on a day, and running this again owes nothing more.
    A day that was missed is caught up with, by one notice and not by several. Nobody is written
    to on a day on which nobody works. Months of the running quarter are asked for by the same rules.
    """
    if not is_working_day(today):
        return 0
    quarters = quarters_under_way(locked=True)
    waiting = [each for quarter in quarters for each in people_to_remind(quarter, today=today)]
    waiting += people_to_remind_of_months(today=today)
    asked = {*quarters, *(each.result.quarter for each in waiting)}
    rules: Rules = {quarter: _reminder_rules(quarter) for quarter in asked}
    referrals = {quarter: referrals_in_force(quarter) for quarter in asked}
    by_topic: dict[Topic, list[DueReminder]] = defaultdict(list)
    for reminder in waiting:
        by_topic[reminder.step, reminder.audience, reminder.recipient.pk].append(reminder)
    last_reminded = _last_reminded()
    reminded = 0
    for topic, reminders in by_topic.items():
        fallen_due = _fallen_due(reminders, rules, today)
        latest = max(fallen_due.values(), default=None)
        if latest is None or latest <= last_reminded.get(topic, date.min):
            continue
        _owe_reminder(topic, [each for each in reminders if each in fallen_due], referrals, today)
        reminded += 1
    return reminded


def _reminder_rules(quarter: Quarter) -> dict[tuple[str, str], list[Reminder]]:
    rules: dict[tuple[str, str], list[Reminder]] = defaultdict(list)
    for each in reminders_in_force(quarter):
        rules[each.step, each.audience].append(each.reminder)
    return rules


def _fallen_due(
    reminders: Iterable[DueReminder], rules: Rules, today: date
) -> dict[DueReminder, date]:
    """Those of a person's turns that a reminder has fallen due for, and when the last of it did."""
    found = {}
    for reminder in reminders:
        result = reminder.result
        due_rules = rules[result.quarter].get((reminder.step, reminder.audience), ())
        if day := last_reminder(due_rules, due_on=result.due_on, today=today):
            found[reminder] = day
    return found


def _last_reminded() -> dict[Topic, date]:
    """The last day on which each person was reminded of each kind of thing."""
    last_reminded: dict[Topic, date] = {}
    for key in Notice.objects.filter(key__startswith="remind:").values_list("key", flat=True):
        _, step, audience, person, day = key.split(":")
        topic = Step(step), Audience(audience), int(person)
        last_reminded[topic] = max(last_reminded.get(topic, date.min), date.fromisoformat(day))
    return last_reminded


def _owe_reminder(
    topic: Topic,
    reminders: Sequence[DueReminder],
    referrals: Mapping[Quarter, Sequence[Referral]],
    today: date,
) -> None:
    step, audience, person = topic
    recipient = reminders[0].recipient
    message = _message(step, audience, reminders, referrals, recipient, today)
    notice = owe_notice(
        key=f"remind:{step}:{audience}:{person}:{today.isoformat()}",
        recipient=recipient,
        kind=Notice.Kind.OVERDUE if message.is_overdue else Notice.Kind.REMINDER,
        subject=message.subject,
        body=message.body,
        address=_address(step, audience, reminders[0].result.quarter),
    )
    audit.record("reminded", notice, by=None, key=notice.key)


def _message(
    step: Step,
    audience: Audience,
    reminders: Sequence[DueReminder],
    referrals: Mapping[Quarter, Sequence[Referral]],
    recipient: User,
    today: date,
) -> Message:
    waiting = sorted(
        (each.result for each in reminders),
        key=lambda each: (each.due_on, each.of.last_day, each.reference),
    )
    if step is not Step.ENTRY:
        return sign_off_message(waiting, today=today)
    # The rules of the latest quarter are those by which what is missing will be judged.
    consequences = referrals[max(each.quarter for each in waiting)]
    if audience == Audience.DIRECTOR:
        return missing_message(waiting, consequences, today=today)
    return entry_message(waiting, consequences, today=today, reader=recipient.name)


def _address(step: Step, audience: Audience, quarter: Quarter) -> str:
    """The page on which to do it. What is a director's to chase, the home page says."""
    if audience == Audience.DIRECTOR:
        return reverse("home")
    return reverse("my_return", args=[quarter.key]) if step is Step.ENTRY else reverse("sign_off")
