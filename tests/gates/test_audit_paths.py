"""Whether a service is recorded is told by where its calls lead, not by what they are called."""

from textwrap import dedent

import pytest

from tests.gates.audit_paths import Audit
from tests.gates.source import Source

BASE = {
    "base/__init__.py": "",
    "base/audit.py": "def record(act): AuditEvent(act)\ndef record_all(acts): AuditEvent(acts)",
    "high/__init__.py": "",
    "high/services.py": "",
    "high/views.py": "from high.services import act\nact(by=None)",
}


@pytest.fixture
def audited(tmp_path):
    """The audit of a small tree: that above, with these files' text instead or besides."""

    def audited(**texts):
        files = {name.replace("__", "/") + ".py": dedent(text) for name, text in texts.items()}
        for name, text in {**BASE, **files}.items():
            path = tmp_path / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
        return Audit(Source(tmp_path))

    return audited


RECORDED = {
    "itself": """
        from base import audit
        def act(*, by):
            row.save()
            audit.record("acted")
        """,
    "by a function of another name for it": """
        from base.audit import record_all as keep
        def act(*, by):
            row.save()
            keep([])
        """,
    "by a private function": """
        import base.audit
        def act(*, by):
            row.save()
            _done()
        def _done():
            base.audit.record("acted")
        """,
    "by a method of its own class's": """
        from base import audit
        class Sitting:
            def close(self):
                self._tell()
            def _tell(self):
                audit.record("acted")
        class Long(Sitting): ...
        def act(*, by):
            row.save()
            Long().close()
        """,
    "by what is annotated": """
        from base import audit
        class Sitting:
            def close(self):
                audit.record("acted")
        def act(*, by, sittings: list[Sitting]):
            for sitting in sittings:
                sitting.close()
            row.save()
        """,
    "by what is handed to another": """
        from base import audit
        def act(*, by):
            row.save()
            list(map(_tell, rows))
        def _tell(row):
            audit.record("acted")
        """,
}
SILENT = {
    "nowhere": """
        def act(*, by):
            row.save()
        """,
    "by a namesake of audit": """
        from high import audit
        def act(*, by):
            row.save()
            audit.record("acted")
        """,
    "by a namesake elsewhere": """
        from high.others import close
        from base import audit
        def act(*, by):
            row.save()
            close()
        def open():
            audit.record("opened")
        """,
    "by another act": """
        from base import audit
        def act(*, by):
            row.save()
            other(by=by)
        def other(*, by):
            row.save()
            audit.record("did something else")
        """,
}


@pytest.mark.parametrize("how", RECORDED)
def test_a_service_is_recorded(how, audited):
    audit = audited(high__services=RECORDED[how])

    assert audit.services == {"high.services.act"}
    assert audit.unrecorded() == set()


@pytest.mark.parametrize("how", SILENT)
def test_a_service_is_not_recorded(how, audited):
    audit = audited(
        high__services=SILENT[how],
        high__others="def close(): ...\ndef open(): ...",
        high__audit="def record(act): ...",
        high__tasks="from high.services import other",
    )

    assert audit.unrecorded() == {"high.services.act"}


def test_what_only_asks_is_no_service(audited):
    audit = audited(high__services="def act(*, by): return {}.update({1: 2})")

    assert audit.services == set()


def test_a_step_that_nothing_outside_calls_records_for_the_act(audited):
    text = SILENT["by another act"]

    assert audited(high__services=text).unrecorded() == set()
    assert audited(
        high__services=text, high__tasks="from high.services import other"
    ).unrecorded() == {"high.services.act"}


def test_a_deleted_record_is_missed_until_it_is_put_back(audited):
    audit = audited(high__services=RECORDED["by a private function"])
    ((name, statement),) = audit.recordings()

    assert name == "high.services._done"
    with audit.without(name, statement):
        assert audit.unrecorded() == {"high.services.act"}
    assert audit.unrecorded() == set()
