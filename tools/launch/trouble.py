"""A start that cannot go on, told in Chinese and English with the way out. Not a bug: it is printed without a traceback."""


class Trouble(Exception):
    """Why we cannot start, and what the person can do next."""

    def __init__(self, chinese: str, english: str) -> None:
        super().__init__(f"{chinese}\n{english}")


def tail(path, lines: int = 12) -> str:
    """The last lines of a log, for the sentence that points at it."""
    try:
        return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])
    except OSError:
        return ""
