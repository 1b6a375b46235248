from tiengmo.voices.speech import lead, sentences, spoken_seconds

BODY = (
    "Sáng nay, xã Mường Lý mở lớp dạy nghề cho bà con ở ba thôn vùng cao, với sự có mặt của đông đủ"
    " trưởng thôn và người có uy tín. Lớp học kéo dài trong hai tháng, mỗi tuần ba buổi tối, ngay"
    " tại nhà văn hóa thôn để người ở xa cũng đến được."
)
SECOND = "Bà con đăng ký với trưởng thôn trước ngày 15/9. Học phí do ngân sách xã chi trả toàn bộ cho hộ nghèo."
ARTICLE = f"""Mường Lý mở lớp dạy nghề

MLĐT- {BODY}

Bà con thôn Nậm Khăm trong buổi học đầu tiên

{SECOND}

Ảnh: Thu Hà
"""


def test_the_script_has_the_title_and_what_follows_it():
    script = lead(ARTICLE)
    assert script.split("\n") == ["Mường Lý mở lớp dạy nghề.", BODY, SECOND]


def test_the_script_keeps_to_the_time():
    script = lead(ARTICLE, seconds=20)
    assert "Bà con đăng ký" not in script
    assert script.startswith("Mường Lý mở lớp dạy nghề.\nSáng nay")
    assert spoken_seconds(script) <= 20 * 1.2
    assert spoken_seconds(lead(ARTICLE + f"\n{BODY}" * 20)) <= 60 * 1.2


def test_a_dateline_is_left_out():
    assert lead(f"Tin mới\nMường Lý, ngày 5/9 - {BODY}").split("\n")[1] == BODY


def test_a_notice_of_short_lines_keeps_them():
    notice = "Thông báo cắt nước\nTừ 8h đến 11h ngày 5/9\nTại thôn Bản Cầu"
    assert lead(notice).split("\n") == ["Thông báo cắt nước.", *notice.split("\n")[1:]]


def test_the_first_sentence_is_always_there():
    assert lead(BODY, seconds=1).startswith("Sáng nay")
    assert lead("") == ""


def test_sentences_end_where_they_end():
    assert sentences("Họp ở TP. Lào Cai. Ông B. Lù chủ trì! Xong chưa? Rồi…\nHết") == [
        "Họp ở TP. Lào Cai.",
        "Ông B. Lù chủ trì!",
        "Xong chưa?",
        "Rồi…",
        "Hết",
    ]


def test_a_sentence_without_end_is_cut_where_one_breathes():
    pieces = sentences("một hai ba bốn năm, " * 100)
    assert max(map(len, pieces)) <= 400
    assert " ".join(pieces).split() == ("một hai ba bốn năm, " * 100).split()
    assert max(map(len, sentences("a" * 5000))) <= 400
