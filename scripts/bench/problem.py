"""What stops a measurement: one line for the user and an exit code, as the programs have them."""

UNFORESEEN = 1
USAGE = 2
INPUT = 3
OUTPUT = 5
INTERRUPTED = 130


class Problem(Exception):
    """An error that the user can do something about."""

    def __init__(self, line: str, code: int = USAGE) -> None:
        super().__init__(line)
        self.code = code
