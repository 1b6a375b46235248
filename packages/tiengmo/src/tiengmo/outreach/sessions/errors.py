class SessionError(Exception):
    """An entry cannot be taken as it is. `problems`: the form's field → a text for the person."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__(" ".join(problems.values()))
        self.problems = problems
