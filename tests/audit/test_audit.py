"""What happened is written once, answered once, and shows every change."""

import threading

import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError, InternalError

from eldercare.audit import selectors, services
from eldercare.audit.models import ClockOffset, Event, Job, RequestKey, ViewOfFile
from eldercare.kernel.keys import new_id
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sentences import say
from eldercare.kernel.viewer import VISITOR, Viewer

FAMILY = Viewer(user_id=new_id(), name="家属")


def refuses(sentence, act):
    with pytest.raises((InternalError, IntegrityError), match=sentence), transaction.atomic():
        act()


@pytest.mark.django_db
class TestWrittenOnce:
    def test_an_event_cannot_be_changed_or_deleted(self):
        services.record(FAMILY, "offer.accepted", "offer:1")
        refuses("an_event_is_written_once|Cannot", lambda: Event.objects.update(act="x"))
        refuses("an_event_is_written_once|Cannot", lambda: Event.objects.all().delete())
        assert Event.objects.get().act == "offer.accepted"

    def test_a_look_at_a_file_is_remembered_and_cannot_be_removed(self):
        elder = new_id()
        services.record_view(FAMILY, elder, "facts", "查看")
        refuses("Cannot", lambda: ViewOfFile.objects.all().delete())
        assert [view.part for view in selectors.views_of(elder)] == ["facts"]

    def test_there_is_one_clock(self):
        refuses("there_is_one_clock", lambda: ClockOffset.objects.create(pk=2, offset="0"))

    def test_a_job_is_never_more_than_done(self):
        job = services.start_job(FAMILY, "import", total=3)
        refuses("a_job_is_never_more_than_done", lambda: services.advance(job.pk, 4))
        services.advance(job.pk, 3)
        services.finish(job.pk, rows=3)
        assert Job.objects.get().report == {"rows": 3}


@pytest.mark.django_db
class TestChain:
    def test_the_chain_holds_and_shows_a_change_made_behind_its_back(self):
        for number in range(3):
            services.record(FAMILY, "offer.accepted", f"offer:{number}")
        assert services.extend_chain() == 3
        assert services.extend_chain() == 0
        assert selectors.check_chain() == selectors.ChainReport(3, None)
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE audit_event DISABLE TRIGGER USER")
            cursor.execute("UPDATE audit_event SET noun = 'offer:9' WHERE noun = 'offer:1'")
            cursor.execute("ALTER TABLE audit_event ENABLE TRIGGER USER")
        assert selectors.check_chain() == selectors.ChainReport(1, 2)


@pytest.mark.django_db
class TestOnce:
    def test_a_second_click_gets_the_first_answer_and_does_nothing(self):
        done = []
        act = lambda: done.append(1) or {"offer": "a"}  # noqa: E731
        assert services.once(FAMILY, "accept", "k", {"b": 1}, act) == ({"offer": "a"}, False)
        assert services.once(FAMILY, "accept", "k", {"b": 1}, act) == ({"offer": "a"}, True)
        assert done == [1]

    def test_the_same_key_with_another_body_is_refused(self):
        services.once(FAMILY, "accept", "k", {"b": 1}, lambda: {})
        with pytest.raises(Refusal) as refusal:
            services.once(FAMILY, "accept", "k", {"b": 2}, lambda: {})
        assert (refusal.value.code, refusal.value.status) == ("key_reused", 409)

    def test_a_refused_act_leaves_no_key_so_that_it_can_be_tried_again(self):
        def refused():
            raise Refusal("lapsed", say("已过期"))

        with pytest.raises(Refusal):
            services.once(FAMILY, "accept", "k", {}, refused)
        assert RequestKey.objects.count() == 0

    def test_another_persons_key_is_their_own(self):
        services.once(FAMILY, "accept", "k", {}, lambda: {"mine": 1})
        assert services.once(VISITOR, "accept", "k", {}, lambda: {"theirs": 1}) == ({"theirs": 1}, False)


@pytest.mark.django_db(transaction=True)
def test_twenty_clicks_at_once_do_it_once():
    done, answers = [], []

    def click():
        try:
            answers.append(services.once(FAMILY, "accept", "k", {}, lambda: done.append(1) or {"n": 1}))
        finally:
            connection.close()

    threads = [threading.Thread(target=click) for _ in range(20)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert len(done) == 1
    assert sorted(repeated for _, repeated in answers) == [False] + [True] * 19
