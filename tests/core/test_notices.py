"""Notices: owed when something happens, sent once, and still owed when the post fails."""

from datetime import date

import pytest
import time_machine
from django.core import mail
from django.core.mail import send_mail
from django.core.management import CommandError, call_command
from django.urls import reverse

from core import tasks
from core.models.audit import AuditEvent
from core.models.notices import Notice, NoticePreference
from core.services.notices import choose_notices, owe_notice, send_digest, send_notice
from kcc_perf.scheduler import run_due
from organisation.rules import PostKind
from tests.factories import UserFactory, holder

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db]


def owed(number=1):
    return owe_notice(
        key=f"escalated-{number}",
        recipient=UserFactory(email=f"manager.{number}@council.example"),
        subject="Children seen in time has been referred to PAT",
        body="Red for two quarters.",
    )


@pytest.fixture
def refusing_post(monkeypatch):
    """The post refuses everything for the first manager, and takes the rest."""
    real = send_mail

    def fails_for_one(subject, text, sender, to):
        if to == ["manager.1@council.example"]:
            raise ConnectionRefusedError
        return real(subject, text, sender, to)

    monkeypatch.setattr("core.services.notices.send_mail", fails_for_one)
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
    again = owe_notice(
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
        return sum(send_notice(notice_id=notice.pk) for notice in notices)

    assert sum(at_once(send_all)) == 5
    assert len(mail.outbox) == 5
    assert len({message.to[0] for message in mail.outbox}) == 5


# How each person wants to be told


def wants(how, number=1):
    """A manager who chose how to be told; nobody else's choice counts."""
    person = UserFactory(email=f"manager.{number}@council.example")
    choose_notices(how=how, by=person)
    return person


def told(person, *, key, kind=Notice.Kind.NEWS, **fields):
    return owe_notice(
        key=key, recipient=person, subject=f"Subject of {key}", body="Body.", kind=kind, **fields
    )


@pytest.mark.parametrize(
    ("how", "kind", "becomes"),
    [
        ("each", "news", "sent"),
        ("each", "reminder", "sent"),
        ("each", "overdue", "sent"),
        ("daily", "news", "owed"),
        ("daily", "reminder", "owed"),
        ("daily", "overdue", "owed"),
        ("overdue", "news", "kept"),
        ("overdue", "reminder", "kept"),
        ("overdue", "overdue", "sent"),
    ],
)
def test_what_becomes_of_a_notice_is_as_its_recipient_chose(how, kind, becomes):
    notice = told(wants(how), key="a", kind=kind)

    for _ in range(2):
        tasks.send_owed_notices()

    notice.refresh_from_db()
    assert {
        "sent": bool(notice.sent_at),
        "kept": bool(notice.kept_at),
        "owed": not notice.sent_at and not notice.kept_at,
    } == {state: state == becomes for state in ("sent", "kept", "owed")}
    assert len(mail.outbox) == (becomes == "sent")
    acts = {"sent": "sent notice", "kept": "kept notice for the page"}
    assert AuditEvent.objects.filter(act__in=acts.values()).count() == (becomes != "owed")


def test_a_notice_leads_to_its_page_and_to_the_preferences():
    notice = told(wants("each"), key="a", address="/returns/2011-Q1/")

    send_notice(notice_id=notice.pk)

    assert "http://localhost:8000/returns/2011-Q1/\n" in mail.outbox[0].body
    assert "http://localhost:8000/notices/preferences/" in mail.outbox[0].body


def test_somebody_who_left_is_sent_nothing():
    person = wants("each")
    notice = told(person, key="a", kind="overdue")
    person.is_active = False
    person.save()

    assert send_notice(notice_id=notice.pk) is False
    assert not Notice.objects.unsent().exists()
    assert not mail.outbox


def test_a_digest_is_one_e_mail_a_day_with_what_is_overdue_first():
    person, other = wants("daily"), wants("daily", 2)
    with time_machine.travel("2011-10-20 08:00 +0100", tick=False):
        told(person, key="news"), told(person, key="late", kind="overdue")
        told(other, key="for another")
        for _ in range(2):
            tasks.send_owed_digests()
        told(person, key="afterwards")
        tasks.send_owed_digests()

    sent = sorted(mail.outbox, key=lambda message: message.to)
    assert [(message.to, message.subject) for message in sent] == [
        (["manager.1@council.example"], "2 notices for 20 October 2011"),
        (["manager.2@council.example"], "1 notice for 20 October 2011"),
    ]
    body = sent[0].body
    assert body.index("Subject of late") < body.index("Subject of news")
    assert body.count("/notices/preferences/") == 1
    assert list(Notice.objects.unsent().values_list("key", flat=True)) == ["afterwards"]
    assert AuditEvent.objects.filter(act="sent digest").count() == 2

    with time_machine.travel("2011-10-21 08:00 +0100", tick=False):
        tasks.send_owed_digests()
    assert mail.outbox[2].subject == "1 notice for 21 October 2011"
    assert not Notice.objects.unsent().exists()


def test_a_digest_that_fails_is_still_owed_and_stops_no_other(refusing_post, caplog):
    for number in (1, 2):
        told(wants("daily", number), key=f"a{number}")

    with time_machine.travel("2011-10-20 08:00 +0100", tick=False):
        done = run_due()

        assert (done.notices, done.notices_still_owed) == (1, 1)
        assert [message.to for message in mail.outbox] == [["manager.2@council.example"]]
        refusing_post.undo()
        assert run_due().notices == 1


def test_no_digest_goes_before_the_morning_and_none_is_owed_then():
    told(wants("daily"), key="a")

    with time_machine.travel("2011-10-20 06:30 +0100", tick=False):
        done = run_due()
    assert (done.notices, done.notices_still_owed) == (0, 0)
    assert not mail.outbox

    with time_machine.travel("2011-10-20 07:00 +0100", tick=False):
        assert run_due().notices == 1


def test_who_turns_to_an_e_mail_for_each_is_sent_what_waited_for_the_digest():
    person = wants("daily")
    told(person, key="a")

    choose_notices(how="each", by=person)
    tasks.send_owed_notices()

    assert len(mail.outbox) == 1


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_six_workers_at_once_send_one_digest(at_once):
    person = wants("daily")
    for number in range(5):
        told(person, key=f"a{number}")

    def send():
        return send_digest(recipient_id=person.pk, today=date(2011, 10, 20))

    assert sorted(at_once(send)) == [0, 0, 0, 0, 0, 5]
    assert len(mail.outbox) == 1


# The pages


def test_a_person_sees_their_own_notices_newest_first(client):
    person = holder(PostKind.ACCOUNTABLE_MANAGER)
    told(UserFactory(), key="of another")
    told(person, key="first"), told(person, key="second", address="/returns/2011-Q1/")
    client.force_login(person)

    page = client.get(reverse("notices")).content.decode()

    assert page.index("Subject of second") < page.index("Subject of first")
    assert 'href="/returns/2011-Q1/"' in page
    assert "of another" not in page


def test_a_person_without_notices_is_told_what_will_stand_there(client):
    client.force_login(holder(PostKind.MEMBER))

    assert "No notices yet" in client.get(reverse("notices")).content.decode()


@pytest.mark.parametrize("how_many", [1, 20])
def test_notices_take_as_many_queries_however_many_there_are(
    client, how_many, django_assert_max_num_queries
):
    person = holder(PostKind.MEMBER)
    for number in range(how_many):
        told(person, key=f"a{number}")
    client.force_login(person)

    with django_assert_max_num_queries(9):
        client.get(reverse("notices"))


def test_a_preference_is_chosen_and_recorded_once(client):
    person = holder(PostKind.MEMBER)
    client.force_login(person)

    for _ in range(2):
        answer = client.post(reverse("notice_preferences"), {"how": "daily"}, follow=True)

    assert "From now on: one e-mail a day" in answer.content.decode()
    assert person.notice_preference.how == "daily"
    assert AuditEvent.objects.filter(act="chose how to be told").count() == 1


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "Choose how you want to get notices"),
        ({"how": "never"}, "Choose one of the three ways to get notices"),
    ],
)
def test_a_preference_that_is_none_is_refused_in_words(client, given, message):
    client.force_login(holder(PostKind.MEMBER))

    answer = client.post(reverse("notice_preferences"), given).content.decode()

    assert message in answer
    assert "<title>Error: " in answer
    assert not NoticePreference.objects.exists()


@pytest.mark.parametrize("name", ["notices", "notice_preferences"])
def test_who_may_read_their_notices(client, name):
    answers = []
    for person in [None, UserFactory(), holder(PostKind.STAFF), holder(PostKind.MEMBER)]:
        client.logout()
        if person:
            client.force_login(person)
        answers.append(client.get(reverse(name)).status_code)

    assert answers == [302, 403, 200, 200]


def test_where_no_mail_server_is_set_up_nothing_is_called_sent_and_all_stands_on_the_page(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    first, second = owed(1), owed(2)
    choose_notices(how=NoticePreference.How.DAILY, by=second.recipient)

    assert send_notice(notice_id=first.pk) is False
    assert send_digest(recipient_id=second.recipient.pk, today=date(2011, 10, 20)) == 0

    assert not Notice.objects.unsent().exists()
    assert set(Notice.objects.values_list("sent_at", flat=True)) == {None}
    assert Notice.objects.told().exclude(kept_at=None).count() == 2


def test_what_waits_for_a_decision_says_so_and_comes_before_news(client):
    person = holder(PostKind.MANAGING_DIRECTOR)
    choose_notices(how=NoticePreference.How.DAILY, by=person)
    for kind in (Notice.Kind.NEWS, Notice.Kind.TO_DECIDE):
        owe_notice(key=kind, recipient=person, subject=f"A {kind}", body="B", kind=kind)
    client.force_login(person)

    assert "Waiting for your decision" in client.get(reverse("notices")).content.decode()
    send_digest(recipient_id=person.pk, today=date(2011, 10, 20))
    assert mail.outbox[0].body.index("A to_decide") < mail.outbox[0].body.index("A news")


def test_a_forgotten_password_is_not_promised_an_e_mail_that_nobody_sends(client, settings):
    page = client.get(reverse("account_reset_password")).content.decode()
    assert "We will send you a link" in page

    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    for name in ("account_reset_password", "account_reset_password_done"):
        page = client.get(reverse(name)).content.decode()
        assert "No e-mail leaves this service" in page
        assert "send you a link to choose" not in page.replace("cannot send you a link", "")
        assert "print" in page
