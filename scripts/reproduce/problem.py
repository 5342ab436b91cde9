"""What stops a reproduction: one line for the user and an exit code, as the programs have them."""

USAGE = 2
INPUT = 3
OUTPUT = 5
INTERRUPTED = 130


class Problem(Exception):
    def __init__(self, line, code=USAGE):
        super().__init__(line)
        self.code = code
