from __future__ import annotations


class ConnectivityError(Exception):
    """Something a person asked of these figures cannot be done; the text is for them."""


class BadTable(ConnectivityError):
    """A file that cannot be taken. `problems`: each with its line, in words for the person."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class BadEntry(ConnectivityError):
    """One entry that cannot be taken. `fields`: column → what is wrong with it."""

    def __init__(self, fields: dict[str, str]) -> None:
        super().__init__("\n".join(fields.values()))
        self.fields = fields
