import json
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as effort
from hypothesis import strategies as st

from tiengmo.audit import guards
from tiengmo.audit.actions import record
from tiengmo.audit.actors import SYSTEM
from tiengmo.audit.anchors import anchor_path
from tiengmo.audit.chain import canonical_detail, row_hash
from tiengmo.audit.commands import group
from tiengmo.audit.errors import AppendOnly
from tiengmo.audit.models import AuditEntry, ChainHead
from tiengmo.audit.queries import entries_about, verify
from tiengmo.people.tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def write(count):
    for number in range(count):
        record("bulletin.cleared", by=SYSTEM, subject=f"Bản tin {number}", detail={"n": number})


def tamper(sql, *values):
    guards.lift(connection)
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
    guards.install(connection)


def test_rows_follow_each_other_without_a_gap():
    write(5)
    assert list(AuditEntry.objects.values_list("sequence", flat=True)) == [1, 2, 3, 4, 5]
    verdict = verify()
    assert verdict.is_whole
    assert verdict.rows == 5
    assert verdict.last_hash == AuditEntry.objects.get(sequence=5).hash


def test_an_empty_chain_is_whole():
    assert verify().is_whole


def test_the_person_and_the_subject_are_written_by_name():
    editor = UserFactory(full_name="Lý A Tẩn")
    record("account.opened", by=SYSTEM, subject=editor)
    entry = record("account.renamed", by=editor, subject=editor, detail={"from": "Lý Tẩn"})
    assert (entry.actor_id, entry.actor_name) == (str(editor.pk), "Lý A Tẩn")
    assert (entry.subject_type, entry.subject_id) == ("people.user", str(editor.pk))
    editor.delete()
    assert [row.action for row in AuditEntry.objects.all()] == ["account.opened", "account.renamed"]
    assert verify().is_whole


def test_what_was_done_to_one_subject():
    editor, other = UserFactory(), UserFactory()
    record("account.opened", by=SYSTEM, subject=editor)
    record("account.opened", by=SYSTEM, subject=other)
    assert [row.subject_id for row in entries_about(editor)] == [str(editor.pk)]


def test_nobody_acted_is_refused():
    with pytest.raises(TypeError):
        record("account.opened", by=None, subject="x")


def test_a_row_falls_with_the_change_it_tells_of():
    write(1)

    def change_that_fails():
        with transaction.atomic():
            write(1)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        change_that_fails()
    write(1)
    assert list(AuditEntry.objects.values_list("sequence", flat=True)) == [1, 2]
    assert verify().is_whole


def test_python_refuses_to_change_or_remove_a_row():
    write(2)
    entry = AuditEntry.objects.get(sequence=1)
    entry.action = "other"
    for attempt in (
        entry.save,
        entry.delete,
        AuditEntry.objects.all().delete,
        lambda: AuditEntry.objects.update(action="other"),
        lambda: AuditEntry.objects.create(action="forged"),
        lambda: AuditEntry.objects.bulk_create([entry]),
        lambda: AuditEntry.objects.bulk_update([entry], ["action"]),
    ):
        with pytest.raises(AppendOnly):
            attempt()
    assert verify().is_whole


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE audit_auditentry SET actor_name = 'ai đó' WHERE sequence = 1",
        "DELETE FROM audit_auditentry WHERE sequence = 2",
        "DELETE FROM audit_chainhead",
        "UPDATE audit_chainhead SET sequence = 1",
        """INSERT INTO audit_auditentry SELECT 9, at, actor_id, actor_name, action, subject_type,
        subject_id, subject_name, detail, previous_hash, 'x' FROM audit_auditentry
        WHERE sequence = 1""",
    ],
)
def test_the_database_refuses_it_too(sql):
    write(3)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert verify().is_whole


def test_replacing_a_row_by_inserting_it_is_refused():
    write(3)
    columns = (
        "sequence, at, actor_id, actor_name, action, subject_type, subject_id, subject_name,"
        " detail, previous_hash, hash"
    )
    forged = columns.replace("actor_name", "'ai đó'")
    insert = f"INTO audit_auditentry ({columns}) SELECT {forged} FROM audit_auditentry WHERE sequence = 2"
    sql = {
        "sqlite": f"REPLACE {insert}",
        "postgresql": f"INSERT {insert} ON CONFLICT (sequence) DO UPDATE SET actor_name = 'ai đó'",
    }[connection.vendor]
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert verify().is_whole


def test_a_flush_of_a_real_installation_is_refused(settings):
    settings.AUDIT_MAY_BE_FLUSHED = False
    with pytest.raises(CommandError):
        call_command("flush", interactive=False)


TEXT_COLUMNS = [
    "actor_id",
    "actor_name",
    "action",
    "subject_type",
    "subject_id",
    "subject_name",
    "previous_hash",
    "hash",
]


@effort(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_any_changed_byte_is_found(data):
    with transaction.atomic():
        write(6)
        first = AuditEntry.objects.order_by("sequence").first().sequence
        victim = AuditEntry.objects.get(sequence=first + data.draw(st.integers(0, 5)))
        column = data.draw(st.sampled_from([*TEXT_COLUMNS, "detail", "at"]))
        if column == "detail":
            value = json.dumps({"n": data.draw(st.integers(10, 99))})
        elif column == "at":
            value = victim.at + timedelta(microseconds=data.draw(st.integers(1, 10**9)))
            if connection.vendor == "sqlite":
                value = value.replace(tzinfo=None).isoformat(" ")
        else:
            text = getattr(victim, column)
            place = data.draw(st.integers(0, 63)) % max(1, len(text))
            letter = data.draw(st.characters(exclude_characters="\x00", codec="utf-8"))
            if letter == text[place : place + 1]:
                letter = "x" if letter != "x" else "y"
            value = text[:place] + letter + text[place + 1 :]
        tamper(
            f"UPDATE audit_auditentry SET {column} = %s WHERE sequence = %s",
            value,
            victim.sequence,
        )
        verdict = verify()
        assert verdict.fault == "changed", (column, value)
        assert verdict.sequence == victim.sequence
        assert verdict.rows == victim.sequence - 1
        transaction.set_rollback(True)


@pytest.mark.parametrize("gone", [1, 3, 4])
def test_a_removed_row_is_found(gone):
    write(5)
    tamper("DELETE FROM audit_auditentry WHERE sequence = %s", gone)
    verdict = verify()
    assert (verdict.fault, verdict.sequence) == ("removed", gone)


def test_a_cut_tail_is_found():
    write(5)
    tamper("DELETE FROM audit_auditentry WHERE sequence > 3")
    verdict = verify()
    assert (verdict.fault, verdict.sequence, verdict.rows) == ("truncated", 4, 3)


def forge(sequence, previous_hash, **fields):
    row = {
        "sequence": sequence,
        "at": datetime(2026, 1, 1, tzinfo=UTC),
        "actor_id": "1",
        "actor_name": "Kẻ giả mạo",
        "action": "bulletin.cleared",
        "subject_type": "",
        "subject_id": "",
        "subject_name": "",
        "detail": {},
        "previous_hash": previous_hash,
    } | fields
    guards.lift(connection)
    AuditEntry(**row, hash=row_hash(**row)).append()
    guards.install(connection)


def test_an_inserted_row_is_found():
    write(3)
    forge(0, "0" * 64)
    assert (verify().fault, verify().sequence) == ("inserted", 0)


def test_a_row_replaced_by_a_consistent_forgery_is_found():
    write(4)
    previous = AuditEntry.objects.get(sequence=1).hash
    tamper("DELETE FROM audit_auditentry WHERE sequence = 2")
    forge(2, previous)
    verdict = verify()
    assert (verdict.fault, verdict.sequence) == ("misplaced", 3)


def test_a_row_added_behind_the_head_is_found():
    write(2)
    forge(3, AuditEntry.objects.get(sequence=2).hash)
    assert (verify().fault, verify().sequence) == ("inserted", 3)


def test_two_rows_that_changed_places_are_found():
    write(4)
    tamper("UPDATE audit_auditentry SET sequence = 99 WHERE sequence = 2")
    tamper("UPDATE audit_auditentry SET sequence = 2 WHERE sequence = 3")
    tamper("UPDATE audit_auditentry SET sequence = 3 WHERE sequence = 99")
    assert (verify().fault, verify().sequence) == ("changed", 2)


def test_missing_guards_are_told():
    write(1)
    guards.lift(connection)
    assert not verify().is_whole
    assert "audit_entry_update" in verify().missing_guards
    outcome = CliRunner().invoke(group, ["verify"])
    assert outcome.exit_code == 1
    assert CliRunner().invoke(group, ["guard"]).exit_code == 0
    assert verify().is_whole


@pytest.fixture
def anchored(settings, tmp_path, django_capture_on_commit_callbacks):
    settings.AUDIT_ANCHOR = tmp_path / "audit" / "anchor.log"

    def write_committed(count):
        with django_capture_on_commit_callbacks(execute=True):
            write(count)

    return write_committed


def test_the_witness_file_sees_a_tail_cut_together_with_its_head(anchored):
    anchored(5)
    assert verify().anchors == 5
    kept = AuditEntry.objects.get(sequence=3).hash
    tamper("DELETE FROM audit_auditentry WHERE sequence > 3")
    tamper("UPDATE audit_chainhead SET sequence = 3, hash = %s", kept)
    verdict = verify()
    assert (verdict.fault, verdict.sequence) == ("truncated", 4)


def test_the_witness_file_sees_a_chain_computed_anew(anchored):
    anchored(3)
    tamper("DELETE FROM audit_auditentry")
    tamper("DELETE FROM audit_chainhead")
    write(3)
    verdict = verify()
    assert (verdict.fault, verdict.sequence) == ("rewritten", 1)


def test_a_line_cut_by_a_power_failure_does_not_matter(anchored):
    anchored(2)
    with anchor_path().open("a") as file:
        file.write("3 00ab")
    assert verify().is_whole


def test_a_restored_database_starts_a_witness_of_its_own(anchored):
    anchored(4)
    tamper("DELETE FROM audit_auditentry")
    tamper("DELETE FROM audit_chainhead")
    anchored(1)
    assert not verify().is_whole
    outcome = CliRunner().invoke(group, ["new-anchor", "--reason", "Khôi phục từ bản sao lưu"])
    assert outcome.exit_code == 0, outcome.output
    anchored(2)
    assert verify().is_whole
    assert AuditEntry.objects.filter(action="audit.anchor_set_aside").exists()


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers(-(2**70), 2**70)
        | st.floats()
        | st.text()
        | st.datetimes(timezones=st.just(UTC)),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=8,
    )
)
@effort(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_detail_survives_the_database(value):
    with transaction.atomic():
        entry = record("x", by=SYSTEM, subject="x", detail={"value": value})
        entry = AuditEntry.objects.get(pk=entry.pk)
        assert verify().is_whole, entry.detail
        transaction.set_rollback(True)


def test_canonical_detail_writes_what_both_databases_give_back():
    assert canonical_detail({"a": 1e5, "b": float("nan"), "c": "x\x00"}) == {
        "a": 100000,
        "b": "nan",
        "c": "x�",
    }


def test_verify_and_show_as_commands():
    editor = UserFactory(full_name="Giàng Thị Mỷ")
    record("bulletin.cleared", by=editor, subject="Lịch tiêm", detail={"step": 1})
    outcome = CliRunner().invoke(group, ["verify"])
    assert outcome.exit_code == 0, outcome.output
    assert "1 dòng nối tiếp nhau" in outcome.output
    outcome = CliRunner().invoke(group, ["show", "--actor", "Giàng"])
    assert "Giàng Thị Mỷ: bulletin.cleared · Lịch tiêm" in outcome.output
    assert json.loads(CliRunner().invoke(group, ["show", "--json"]).output)["sequence"] == 1
    tamper("UPDATE audit_auditentry SET actor_name = 'ai đó'")
    outcome = CliRunner().invoke(group, ["verify"])
    assert outcome.exit_code == 1
    assert "Dòng 1" in outcome.output


def test_the_head_is_one_row():
    write(2)
    assert ChainHead.objects.count() == 1
