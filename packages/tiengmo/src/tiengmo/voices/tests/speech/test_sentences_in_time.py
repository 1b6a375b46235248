import time

import pytest

from tiengmo.voices.speech import lead
from tiengmo.voices.speech.scripts import sentences


@pytest.mark.parametrize("text", ["." * 60_000, "…" * 60_000, "?! " * 20_000, "TP. A " * 10_000])
def test_a_text_of_nothing_but_signs_takes_no_time(text):
    begun = time.process_time()
    sentences(text)
    lead(f"Tiêu đề\n{text[:24_000]}")
    assert time.process_time() - begun < 4
