class PressRelationsError(Exception):
    """Something cannot be noted; the text is for the person who tried. `problems`: a line each."""

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = list(problems)
