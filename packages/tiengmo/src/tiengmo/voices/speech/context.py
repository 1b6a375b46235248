"""What stands before a number, by which its kind is known."""

from __future__ import annotations

import re

_REACH = 48


def before(match: re.Match[str], reach: int = _REACH) -> str:
    """Return the words before a match, lower-case, within the same line and sentence."""
    start = match.start()
    left = match.string[max(0, start - reach) : start].lower()
    return re.split(r"[\n;!?]|\.\s", left)[-1]


def after(match: re.Match[str], reach: int = _REACH) -> str:
    """Return the words after a match, lower-case, within the same line."""
    end = match.end()
    return match.string[end : end + reach].lower().split("\n", 1)[0]


def cue(*words: str) -> re.Pattern[str]:
    """Make a pattern that finds one of the words right before."""
    return re.compile(rf"(?<!\w)(?:{'|'.join(words)})[\s:.(]*\Z")


def cue_near(*words: str) -> re.Pattern[str]:
    """Make a pattern that finds one of the words somewhere before."""
    return re.compile(rf"(?<!\w)(?:{'|'.join(words)})(?!\w)")


# What is counted: a fraction before one of these is a fraction, not a date.
COUNTED = re.compile(
    r"\s*(?:số|tổng|diện tích|thôn|bản|xã|phường|huyện|tỉnh|hộ|chỉ tiêu|tiêu chí|đại biểu|"
    r"phiếu|tổ|người|dân số|quãng đường|thành viên|điểm|trường|lớp|hồ sơ|cơ sở|học sinh|đồng chí|"
    r"thời gian|đơn vị|cán bộ|đảng viên|chi bộ|con|cây|công trình|km|ha|m2|sản lượng|khối lượng|"
    r"kế hoạch)(?!\w)"
)
