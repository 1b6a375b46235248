import hashlib
import threading

import pytest
from django.test import override_settings

from tiengmo.foundation import blobs


@pytest.fixture(autouse=True)
def _own_store(tmp_path):
    with override_settings(SOUND_ROOT=tmp_path / "sound"):
        yield


def test_bytes_and_files_of_the_same_content_share_one_address(tmp_path):
    content = b"mo" * 700_000
    file = tmp_path / "a.bin"
    file.write_bytes(content)
    first, second = blobs.put(content, ".opus"), blobs.put(file, "opus")
    assert first == second == hashlib.sha256(content).hexdigest()
    place = blobs.path(first, "opus")
    assert place.read_bytes() == content
    assert place.parent.name == first[:2]
    assert [f for f in place.parent.parent.rglob("*") if f.is_file()] == [place]


def test_a_damaged_file_is_replaced_when_stored_again():
    sha256 = blobs.put(b"whole", ".mp3")
    blobs.path(sha256, ".mp3").write_bytes(b"ha")
    blobs.put(b"whole", ".mp3")
    assert blobs.path(sha256, ".mp3").read_bytes() == b"whole"


def test_many_writers_of_one_content_leave_one_whole_file():
    content = b"x" * 3_000_000
    threads = [threading.Thread(target=blobs.put, args=(content, ".wav")) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sha256 = hashlib.sha256(content).hexdigest()
    assert blobs.path(sha256, ".wav").read_bytes() == content
    assert blobs.exists(sha256, ".wav")


def test_a_source_that_vanishes_leaves_nothing(tmp_path):
    with pytest.raises(FileNotFoundError):
        blobs.put(tmp_path / "none", ".wav")
    assert not [f for f in (tmp_path / "sound").rglob("*") if f.is_file()]


@pytest.mark.parametrize(
    ("sha256", "suffix"),
    [("../../etc/passwd", ".mp3"), ("a" * 63, ".mp3"), ("A" * 64, ".mp3"), ("a" * 64, ".mp3/../x")],
)
def test_an_address_cannot_leave_the_store(sha256, suffix):
    with pytest.raises(ValueError, match="content address"):
        blobs.path(sha256, suffix)
