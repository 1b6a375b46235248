"""The first machine is lost; a second, empty one gets everything back."""

import json
import shutil
import sqlite3
import stat

import pytest

from tiengmo.config.backup import BackupError, Installation, back_up, restore

PASSPHRASE = "một mật khẩu dài"


@pytest.fixture
def first(tmp_path):
    installation = Installation(tmp_path / "first", tmp_path / "first" / "keys", "")
    installation.keys.mkdir(parents=True)
    (installation.keys / "root").mkdir()
    (installation.keys / "root" / "private.jwk").write_text("bí mật")
    (installation.keys / "root" / "private.jwk").chmod(0o600)
    for folder in installation.folders.values():
        folder.mkdir()
        (folder / "tệp có dấu.bin").write_bytes(b"\x00\x01" * 50_000)
    with sqlite3.connect(installation.sqlite) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("CREATE TABLE bulletin (title TEXT)")
        database.execute("INSERT INTO bulletin VALUES ('Lịch tiêm phòng')")
    return installation


@pytest.fixture
def second(tmp_path):
    home = tmp_path / "second"
    return Installation(home, home / "keys", "")


def keys_of(folder):
    return folder.with_name(f"{folder.name}.keys.age")


def test_the_first_machine_is_lost_and_the_second_has_everything(first, second, tmp_path):
    # A writer is at work while the backup is taken.
    writer = sqlite3.connect(first.sqlite)
    writer.execute("INSERT INTO bulletin VALUES ('chưa xong')")
    folder = back_up(first, tmp_path / "copies", PASSPHRASE)
    writer.close()
    shutil.rmtree(first.home)

    restore(second, folder, keys_of(folder), PASSPHRASE)

    with sqlite3.connect(second.sqlite) as database:
        assert database.execute("SELECT title FROM bulletin").fetchall() == [("Lịch tiêm phòng",)]
    for part in second.folders.values():
        assert (part / "tệp có dấu.bin").read_bytes() == b"\x00\x01" * 50_000
    private = second.keys / "root" / "private.jwk"
    assert private.read_text() == "bí mật"
    assert stat.S_IMODE(private.stat().st_mode) == 0o600
    assert sorted(p.name for p in second.keys.iterdir()) == ["root"]
    assert not list(second.home.glob(".restore-*"))


def test_nothing_readable_lies_in_the_backup(first, tmp_path):
    folder = back_up(first, tmp_path / "copies", PASSPHRASE)
    for path in [*folder.iterdir(), keys_of(folder)]:
        assert "Lịch tiêm phòng".encode() not in path.read_bytes()
        assert "bí mật".encode() not in path.read_bytes()


@pytest.mark.parametrize("part", ["database.age", "sound.age", "media.age"])
def test_a_damaged_part_is_named_and_nothing_is_restored(first, second, tmp_path, part):
    folder = back_up(first, tmp_path / "copies", PASSPHRASE)
    raw = bytearray((folder / part).read_bytes())
    raw[len(raw) // 2] ^= 1
    (folder / part).write_bytes(raw)
    with pytest.raises(BackupError, match=part):
        restore(second, folder, keys_of(folder), PASSPHRASE)
    assert not second.home.exists()


def test_wrong_passphrase(first, second, tmp_path):
    folder = back_up(first, tmp_path / "copies", PASSPHRASE)
    with pytest.raises(BackupError, match="Mật khẩu"):
        restore(second, folder, keys_of(folder), "sai mật khẩu rồi")
    assert not second.home.exists()


def test_keys_of_another_backup(first, second, tmp_path):
    folder = back_up(first, tmp_path / "copies", PASSPHRASE)
    other = back_up(first, tmp_path / "others", PASSPHRASE)
    with pytest.raises(BackupError, match="khoá"):
        restore(second, folder, keys_of(other), PASSPHRASE)


def test_an_unfinished_backup_is_no_backup(first, second, tmp_path):
    folder = back_up(first, tmp_path / "copies", PASSPHRASE)
    (folder / "manifest.json").unlink()
    with pytest.raises(BackupError, match="không phải bản sao lưu"):
        restore(second, folder, keys_of(folder), PASSPHRASE)


def test_a_machine_with_data_is_left_alone(first, tmp_path):
    folder = back_up(first, tmp_path / "copies", PASSPHRASE)
    with pytest.raises(BackupError, match="đã có dữ liệu"):
        restore(first, folder, keys_of(folder), PASSPHRASE)


def test_short_passphrase_is_refused(first, tmp_path):
    with pytest.raises(BackupError, match="12 ký tự"):
        back_up(first, tmp_path / "copies", "ngắn")


def test_manifest_names_every_part(first, tmp_path):
    folder = back_up(first, tmp_path / "copies", PASSPHRASE)
    manifest = json.loads((folder / "manifest.json").read_text())
    assert set(manifest["files"]) == {"audit.age", "database.age", "media.age", "sound.age"}
