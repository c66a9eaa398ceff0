"""Consulting on a draft: it is opened, commented on by named people, answered, and closed."""

from __future__ import annotations

from datetime import date, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse

from core import audit
from core.clock import now
from core.dates import as_date
from core.quarters import Quarter
from core.refusals import Refused
from core.services.notices import owe_notice
from organisation.models.people import User
from organisation.permissions import Permission
from organisation.rights import allowed
from sorp.models.clauses import Comment
from sorp.models.statement import Version
from sorp.queries.consultation import people_bound
from sorp.queries.readiness import obstacles
from sorp.rules.approval import shortest_consultation

LONGEST = 4000  # characters of a comment or an answer
State = Version.State


@transaction.atomic
def open_consultation(
    *, version: Version, from_quarter: Quarter, until: date, today: date, by: User
) -> Version:
    """Everyone may comment on a draft until a day, and those it binds are told.

    They are told from which quarter it is meant to rule. Raises PermissionDenied for anybody but
    the performance team, and Refused for what is no draft or for a day too soon.
    """
    draft = _for_the_team(version, by=by)
    if draft.state != State.DRAFT:
        raise Refused(f"Version {draft.number} is {_state(draft)}: only a draft is consulted on")
    if not draft.clauses.exists():
        raise Refused("This draft has no clauses yet: write what people are to comment on")
    for each in obstacles(draft):
        if not each.is_warning:
            raise Refused(each.sentence)
    before = draft.consulted_until is not None and draft.consulted_until < today
    earliest = today + shortest_consultation(consulted_before=before)
    if until < earliest:
        raise Refused(
            f"Give people until {as_date(earliest)} or later, so that their teams can meet",
            field="until",
        )
    _refuse_past(from_quarter, until)
    _refuse_taken(draft, from_quarter)
    draft.state = State.CONSULTATION
    draft.from_quarter = from_quarter
    draft.consulted_from, draft.consulted_until = today, until
    draft.save(update_fields=["state", "from_quarter", "consulted_from", "consulted_until"])
    audit.record(
        "opened consultation on the SORP",
        draft,
        by=by,
        until=until.isoformat(),
        from_quarter=from_quarter.key,
    )
    _notify_of_opening(draft, today)
    return draft


def _refuse_past(from_quarter: Quarter, until: date) -> None:
    """Once consulted on, it is approved; by then its first quarter must not be over."""
    if from_quarter.last_day <= until:
        raise Refused(
            f"{from_quarter} ends before the consultation does: choose a later quarter",
            field="from_quarter",
        )


def _refuse_taken(draft: Version, from_quarter: Quarter) -> None:
    others = draft.statement.versions.filter(from_quarter=from_quarter)
    if other := others.exclude(pk=draft.pk).first():
        raise Refused(
            f"Version {other.number} is in force from {from_quarter} already: choose another"
            " quarter",
            field="from_quarter",
        )


def _notify_of_opening(version: Version, today: date) -> None:
    until, quarter = as_date(version.consulted_until or today), version.from_quarter
    days = f"{version.consulted_from}-{version.consulted_until}"
    for person in people_bound(on=today):
        owe_notice(
            key=f"sorp-consultation-{version.pk}-{days}-{person.pk}",
            recipient=person,
            subject=f"Comment by {until} on version {version.number} of the SORP",
            body=(
                f"Version {version.number} of the statement of required practice is planned to "
                f"be in force from {quarter}. {version.summary}\n\nRead it clause by clause, "
                f"and say by"
                f" {until} what you would change."
            ).strip(),
            address=reverse("consultation", args=[version.number]),
        )


@transaction.atomic
def comment_on_version(
    *, version: Version, clause: str, words: str, today: date, by: User
) -> Comment:
    """Somebody has said, by name, what they think of a clause, or of the whole.

    The same words twice from one person on one clause are one comment. Raises PermissionDenied
    for whoever may not see performance, and Refused once the consultation is over.
    """
    if not allowed(by, Permission.ENTER):
        raise PermissionDenied
    held = _locked(version)
    if held.state != State.CONSULTATION or held.consulted_until is None:
        raise Refused(f"Version {held.number} is {_state(held)}: the time for comments is over")
    if today > held.consulted_until:
        raise Refused(
            f"The consultation ended on {as_date(held.consulted_until)}. Write to the performance team"
        )
    if clause and not held.clauses.filter(number=clause).exists():
        raise Refused(f"There is no clause {clause} in this version", field="clause")
    words = _clean_words(words, "Enter your comment")
    comment, is_new = Comment.objects.get_or_create(
        version=held, clause=clause, author=by, words=words
    )
    if is_new:
        audit.record("commented on the SORP", held, by=by, clause=clause, comment=comment.pk)
    return comment


@transaction.atomic
def answer_comment(
    *, comment: Comment, words: str, led_to_change: bool, today: date, by: User
) -> Comment:
    """A comment has its answer, and whoever made it is told. Raises PermissionDenied and Refused.

    An answer is written anew until the version is approved; the record keeps what it was.
    """
    version = _for_the_team(comment.version, by=by)
    if version.state not in (State.CONSULTATION, State.DRAFT):
        raise Refused(
            f"Version {version.number} is {_state(version)}: its answers can no longer change"
        )
    words = _clean_words(words, "Enter your answer")
    held = Comment.objects.select_for_update().select_related("author").get(pk=comment.pk)
    if (held.answer, held.led_to_change) == (words, led_to_change):
        return held
    was = held.answer
    held.answer, held.led_to_change = words, led_to_change
    held.answered_by, held.answered_at = by, now()
    held.save(update_fields=["answer", "led_to_change", "answered_by", "answered_at"])
    audit.record(
        "answered comment on the SORP",
        version,
        by=by,
        comment=held.pk,
        led_to_change=led_to_change,
        was=was,
    )
    if held.author_id != by.pk:
        _notify_of_answer(held, version, is_first=not was)
    return held


def _notify_of_answer(comment: Comment, version: Version, *, is_first: bool) -> None:
    on = f"clause {comment.clause}" if comment.clause else "the whole"
    change = "It led to a change." if comment.led_to_change else "It led to no change."
    owe_notice(
        key=f"sorp-answer-{comment.pk}-{comment.answered_at:%Y%m%d%H%M%S%f}",
        recipient=comment.author,
        subject=f"Your comment on {on} of version {version.number} of the SORP is answered"
        + ("" if is_first else " again"),
        body=f"{comment.answer}\n\n{change}",
        address=f"{reverse('consultation', args=[version.number])}#comment-{comment.pk}",
    )


@transaction.atomic
def close_consultation(*, version: Version, today: date, by: User) -> Version:
    """A consultation is over from today, though it was to run longer. Raises Refused if too soon."""
    held = _for_the_team(version, by=by)
    if held.state != State.CONSULTATION or not (held.consulted_from and held.consulted_until):
        raise Refused(f"Version {held.number} is {_state(held)}: there is no consultation to close")
    if held.consulted_until < today:
        return held
    least = held.consulted_from + shortest_consultation(consulted_before=False)
    if today <= least:
        raise Refused(
            f"People were promised until {as_date(least)} at the least: close it after that day"
        )
    was = held.consulted_until
    held.consulted_until = today - timedelta(days=1)
    held.save(update_fields=["consulted_until"])
    audit.record("closed consultation on the SORP", held, by=by, was=was.isoformat())
    return held


@transaction.atomic
def back_to_draft(*, version: Version, reason: str, today: date, by: User) -> Version:
    """A version in consultation may be written in again; its comments stay with it.

    It is consulted on once more before it is approved: nobody approves words that the people
    concerned have not seen (docs/adr/0025). A consultation that is broken off counts for nothing.
    Raises Refused without a reason.
    """
    held = _for_the_team(version, by=by)
    if held.state != State.CONSULTATION:
        raise Refused(
            f"Version {held.number} is {_state(held)}: only a version in consultation can go "
            f"back to draft"
        )
    reason = _clean_words(reason, "Say why it goes back to draft", field="reason")
    held.state = State.DRAFT
    if held.consulted_until is not None and today <= held.consulted_until:
        _notify_of_breaking_off(held, reason, today)
        held.consulted_from = held.consulted_until = None
    held.save(update_fields=["state", "consulted_from", "consulted_until"])
    audit.record("took the SORP back to draft", held, by=by, reason=reason)
    return held


def _notify_of_breaking_off(version: Version, reason: str, today: date) -> None:
    """Who was asked to comment by a day that is still to come is told not to."""
    for person in people_bound(on=today):
        owe_notice(
            key=f"sorp-broken-off-{version.pk}-{version.consulted_until}-{person.pk}",
            recipient=person,
            subject=f"Version {version.number} of the SORP went back to draft",
            body=f"{reason}\n\nIt takes no comments for now. You will be asked again when it is ready.",
            address=reverse("sorp_version", args=[version.number]),
        )


def _for_the_team(version: Version, *, by: User) -> Version:
    if not allowed(by, Permission.MANAGE_FRAMEWORK):
        raise PermissionDenied
    return _locked(version)


def _locked(version: Version) -> Version:
    return Version.objects.select_for_update().get(pk=version.pk)


def _state(version: Version) -> str:
    """As a sentence has it: in consultation, a draft, approved."""
    return {
        State.DRAFT: "a draft",
        State.CONSULTATION: "in consultation",
        State.APPROVED: "approved",
        State.IN_FORCE: "in force",
        State.SUPERSEDED: "superseded",
    }[State(version.state)]


def _clean_words(words: str, missing: str, *, field: str = "words") -> str:
    """What was typed, without the space around it. Raises Refused where there is none, or too much."""
    words = words.replace("\r\n", "\n").strip()
    if not words:
        raise Refused(missing, field=field)
    if "\0" in words:
        raise Refused("Take the NUL character out of it", field=field)
    if len(words) > LONGEST:
        raise Refused(f"Say it in {LONGEST:,} characters or fewer", field=field)
    return words
