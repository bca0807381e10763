"""What a person can put right. Imports nothing of ours."""


class CompareError(Exception):
    """A failure with a remedy: `message` names the thing and what is wrong, `hint` the next step.

    `field` is the form field or flag at fault, where there is one. `str()` is what every face shows.
    """

    def __init__(self, message: str, hint: str = "", *, field: str | None = None) -> None:
        super().__init__(f"{message} {hint}".strip())
        self.message = message
        self.hint = hint
        self.field = field
