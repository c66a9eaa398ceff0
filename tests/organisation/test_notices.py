"""Notices: owed when something happens, sent once, and still owed when the post fails."""

import pytest
from django.core import mail
from django.core.management import CommandError, call_command

from organisation import services, tasks
from organisation.models import AuditEvent, Notice
from kcc_perf.due import run_due
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def owed(number=1):
    return services.owe_notice(
        key=f"escalated-{number}",
        recipient=UserFactory(email=f"manager.{number}@council.example"),
        subject="Children seen in time has been referred to PAT",
        body="Red for two quarters.",
    )


@pytest.fixture
def refusing_post(monkeypatch):
    """The post refuses everything for the first manager, and takes the rest."""
    real = services.notices.send_mail

    def send_mail(subject, text, sender, to):
        if to == ["manager.1@council.example"]:
            raise ConnectionRefusedError
        return real(subject, text, sender, to)

    monkeypatch.setattr("organisation.services.notices.send_mail", send_mail)
    return monkeypatch


def test_send_owed_notices_twice_sends_once():
    owed()

    tasks.send_owed_notices()
    tasks.send_owed_notices()

    assert [message.to for message in mail.outbox] == [["manager.1@council.example"]]
    assert mail.outbox[0].body.startswith("Red for two quarters.")
    assert "/home/" in mail.outbox[0].body
    assert AuditEvent.objects.filter(act="sent notice").count() == 1


def test_the_same_notice_is_never_owed_twice():
    first = owed()
    again = services.owe_notice(
        key=first.key, recipient=first.recipient, subject="Another subject", body="Another body"
    )

    assert again == first
    assert Notice.objects.get().body == "Red for two quarters."


def test_a_notice_that_fails_to_send_is_still_owed(refusing_post):
    notice = owed()

    with pytest.raises(ConnectionRefusedError):
        tasks.send_notice(notice.pk)

    assert list(Notice.objects.unsent()) == [notice]
    assert not AuditEvent.objects.filter(act="sent notice").exists()
    refusing_post.undo()
    assert tasks.send_notice(notice.pk) is True
    assert not Notice.objects.unsent().exists()


def test_a_notice_that_was_sent_or_never_owed_is_not_sent():
    notice = owed()

    assert tasks.send_notice(notice.pk) is True
    assert tasks.send_notice(notice.pk) is False
    assert tasks.send_notice(notice.pk + 1) is False
    assert len(mail.outbox) == 1


def test_one_notice_that_fails_stops_no_other(refusing_post, caplog):
    owed(1), owed(2)

    done = run_due()

    assert (done.notices, done.notices_still_owed) == (1, 1)
    assert done.sentence == "0 jobs done, 1 notice sent, 1 still owed."
    assert [message.to for message in mail.outbox] == [["manager.2@council.example"]]
    assert "it is still owed" in caplog.text


def test_run_due_for_cron_sends_what_is_owed_and_fails_where_some_is_left(refusing_post, capsys):
    owed(2)
    call_command("run_due")
    assert capsys.readouterr().out == "0 jobs done, 1 notice sent.\n"

    owed(1)
    with pytest.raises(CommandError, match="Some notices were not sent"):
        call_command("run_due")


def test_run_due_dry_says_what_is_owed_and_does_nothing(capsys):
    owed()

    call_command("run_due", "--dry-run")

    assert capsys.readouterr().out == "Owed: 0 jobs, 1 notice.\n"
    assert Notice.objects.unsent().exists()
    assert not mail.outbox


def test_the_demonstration_s_invented_people_are_written_to_by_nobody(settings):
    settings.DEMONSTRATION = True
    owed()

    assert run_due().notices == 0
    assert not mail.outbox


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_six_workers_at_once_send_each_notice_once(at_once):
    notices = [owed(number) for number in range(5)]

    def send_all():
        return sum(services.send_notice(notice_id=notice.pk) for notice in notices)

    assert sum(at_once(send_all)) == 5
    assert len(mail.outbox) == 5
    assert len({message.to[0] for message in mail.outbox}) == 5
