"""Archives that nobody of ours would make, although somebody signed them."""

import io
import lzma
import tarfile

import pytest
from speaker_agent.maintenance.updates.archive import BadArchive, unpack

LIMIT = 1_000_000


def member(name, content=b"x", **changes):
    made = tarfile.TarInfo(name)
    made.size = len(content)
    for key, value in changes.items():
        setattr(made, key, value)
    return made, content


def archive(tmp_path, *members, tar_format=tarfile.USTAR_FORMAT):
    path = tmp_path / "archive"
    with (
        lzma.open(path, "wb") as stream,
        tarfile.open(fileobj=stream, mode="w", format=tar_format) as tar,
    ):
        for made, content in members:
            tar.addfile(made, io.BytesIO(content))
    return path


def test_plain_files(tmp_path):
    path = archive(
        tmp_path,
        member("a", type=tarfile.DIRTYPE, content=b""),
        member("a/b.py", b"print()"),
        member("a/c/d.so", b"\x7fELF" * 9),
    )
    unpack(path, tmp_path / "into", unpacked_bytes=LIMIT)
    assert (tmp_path / "into/a/b.py").read_bytes() == b"print()"
    assert (tmp_path / "into/a/c/d.so").stat().st_size == 36


def test_one_that_is_given_up_leaves_nothing(tmp_path):
    path = archive(tmp_path, member("a"))
    with pytest.raises(BadArchive, match="given up"):
        unpack(path, tmp_path / "into", unpacked_bytes=LIMIT, is_given_up=lambda: True)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    "members",
    [
        [member("../beside")],
        [member("/tmp/absolute")],
        [member("a/../../b")],
        [member("./a")],
        [member("a//b")],
        [member("a\\b")],
        [member("link", b"", type=tarfile.SYMTYPE, linkname="/etc")],
        [member("link", b"", type=tarfile.SYMTYPE, linkname="/"), member("link/etc/x")],
        [member("hard", b"", type=tarfile.LNKTYPE, linkname="/etc/passwd")],
        [member("device", b"", type=tarfile.CHRTYPE)],
        [member("pipe", b"", type=tarfile.FIFOTYPE)],
        [member("same"), member("same")],
        [member("file"), member("file/below")],
        [member("large", b"x" * (LIMIT + 1))],
        [member("one", b"x" * LIMIT), member("two", b"x")],
    ],
    ids=lambda members: members[-1][0].name,
)
def test_what_a_box_does_not_unpack(tmp_path, members):
    into = tmp_path / "programs" / "into"
    path = archive(tmp_path, *members)
    with pytest.raises((BadArchive, NotADirectoryError, FileExistsError)):
        unpack(path, into, unpacked_bytes=LIMIT)
    assert not into.exists()
    assert not list(into.parent.iterdir())
    assert not (tmp_path / "beside").exists()
    assert not (tmp_path / "programs" / "beside").exists()


def test_a_header_that_would_fill_the_memory(tmp_path):
    path = archive(tmp_path, member("x" * 3_000_000), tar_format=tarfile.PAX_FORMAT)
    assert path.stat().st_size < 10_000
    with pytest.raises(BadArchive):
        unpack(path, tmp_path / "into", unpacked_bytes=LIMIT)


def test_a_stream_that_does_not_end(tmp_path):
    """Small on the wire, large on the card: 64 MB of nothing after the last file."""
    holes = [member(f"hole{number}", b"\0" * 30_000_000) for number in range(3)]
    path = archive(tmp_path, *holes)
    assert path.stat().st_size < 100_000
    with pytest.raises(BadArchive, match="announced"):
        unpack(path, tmp_path / "into", unpacked_bytes=LIMIT)


@pytest.mark.parametrize("content", [b"", b"not xz at all", lzma.compress(b"not a tar" * 99)])
def test_no_archive_at_all(tmp_path, content):
    (tmp_path / "archive").write_bytes(content)
    with pytest.raises(BadArchive):
        unpack(tmp_path / "archive", tmp_path / "into", unpacked_bytes=LIMIT)


def test_one_that_was_cut_short(tmp_path):
    path = archive(tmp_path, member("a", bytes(range(256)) * 999))
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(BadArchive):
        unpack(path, tmp_path / "into", unpacked_bytes=LIMIT)
    assert not (tmp_path / "into").exists()


def test_a_full_disk_leaves_nothing_half_done(tmp_path, monkeypatch):
    path = archive(tmp_path, member("a", b"x" * 99), member("b", b"y" * 99))

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("shutil.copyfileobj", full)
    with pytest.raises(OSError, match="No space"):
        unpack(path, tmp_path / "programs/into", unpacked_bytes=LIMIT)
    assert not list((tmp_path / "programs").iterdir())
