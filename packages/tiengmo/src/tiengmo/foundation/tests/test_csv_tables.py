"""Each reader has a limit of its own, whoever else reads in this process."""

import pytest

from tiengmo.foundation.csv_tables import CellTooLong, csv_reader


def test_two_readers_with_limits_of_their_own():
    text = f"a,b\n1,{'x' * 200_000}\n2,y\n"
    wide, narrow = csv_reader(text, longest_cell=300_000), csv_reader(text, longest_cell=100_000)
    assert next(wide) == next(narrow) == ["a", "b"]
    assert len(next(wide)[1]) == 200_000
    with pytest.raises(CellTooLong):
        next(narrow)
    # What follows can still be read.
    assert next(narrow) == next(wide) == ["2", "y"]
    assert (wide.line_num, narrow.line_num) == (3, 3)
