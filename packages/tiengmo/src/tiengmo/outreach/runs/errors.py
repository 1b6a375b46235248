class RunError(Exception):
    """A run cannot be taken as it is. `problems`: the form's field → a text for the person."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__(" ".join(problems.values()))
        self.problems = problems
