import subprocess
import sys

import pytest
from click.testing import CliRunner

from tiengmo.voices.speech.commands import group


def run(given: bytes, *options: str):
    return CliRunner().invoke(group, ["normalise", *options], input=given)


def test_each_line_is_answered_by_a_line(db):
    result = run("Họp lúc 7h30\n\nĐạt 84,07%\r\n".encode())
    assert result.exit_code == 0
    assert result.stdout.split("\n") == [
        "Họp lúc bảy giờ ba mươi phút",
        "",
        "Đạt tám mươi tư phẩy không bảy phần trăm",
        "",
    ]


def test_a_bullet_inside_a_line_makes_no_second_line(db):
    assert run("Gồm: • 2 thôn • 3 bản".encode()).stdout == "Gồm, hai thôn, ba bản\n"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_the_encoding_does_not_matter(db, encoding):
    assert run("Thôn 1\nThôn 2\n".encode(encoding)).stdout == "Thôn một\nThôn hai\n"


def test_a_line_of_no_encoding_is_left_empty_and_told(db):
    result = run(b"Th\xc3\xb4n 1\n\xff\xfa\x81\x8d\x90\nTh\xc3\xb4n 2\n")
    assert result.stdout.split("\n")[:3] == ["Thôn một", "", "Thôn hai"]
    assert result.exit_code == 1
    assert "1 dòng" in result.stderr


def test_region_and_list_are_options(db, tmp_path):
    own = tmp_path / "own.tsv"
    own.write_text("XYZK\txã yên khê\n", encoding="utf-8")
    result = run("1.005 hộ XYZK".encode(), "--region", "south", "--abbreviations", str(own))
    assert result.stdout == "một ngàn không trăm lẻ năm hộ xã yên khê\n"


def test_the_list_of_the_office_is_used(db):
    from tiengmo.voices.models import Abbreviation

    Abbreviation.objects.create(abbreviation="ZQZ", spoken="khu chợ phiên")
    assert run(b"ZQZ\n").stdout == "khu chợ phiên\n"


def test_files_are_read_one_after_another(db, tmp_path):
    for number in "12":
        (tmp_path / number).write_text(f"Thôn {number}\n", encoding="utf-8")
    assert run(b"", str(tmp_path / "1"), str(tmp_path / "2")).stdout == "Thôn một\nThôn hai\n"


def test_lines_are_answered_as_they_come():
    """The answer to a line is there before the next one is asked, even without any database."""
    program = (
        "from tiengmo.voices.speech.commands import group; group(['normalise'], prog_name='speech')"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        for given, answer in (("5 hộ", "năm hộ"), ("6 hộ", "sáu hộ")):
            process.stdin.write(f"{given}\n".encode())
            process.stdin.flush()
            assert process.stdout.readline().decode() == f"{answer}\n"
        process.stdin.close()
        assert process.wait(timeout=90) == 0
