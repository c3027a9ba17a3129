"""Everything that lemmata raises on purpose.

    LemmataError
    ├── BadInput           a file, statement, option or certificate that can't be read as what it should be
    │   ├── BadCertificate   a certificate that is damaged, forged or of another format
    │   └── NothingToCheck   a program that can be read, in which nothing is claimed that could be checked
    ├── BackendMissing     a program, library or service that is needed is not there (says how to get it)
    │   ├── SandboxMissing   nothing here can isolate generated code
    │   └── ModelUnavailable the chat model's endpoint is down, refuses us or is out of quota
    ├── ModelNonsense      the chat model's endpoint answered with something that is not its protocol
    └── ProtocolError      a back-end broke its contract: a bug in it or in us, never a verdict
        └── Disagreement     two back-ends contradict each other: one of them is wrong

A limit that was reached is not an error: it is a result (see `lemmata.verdict.Reason`).
Every message is one sentence with the place, what was expected, what came, and the remedy.
"""


class LemmataError(Exception):
    """Base of all errors of lemmata; its text is meant for the user."""


class BadInput(LemmataError):
    """What the user gave can't be read; `place` is a file, file:line or argument name."""

    def __init__(self, text: str, *, place: str = "") -> None:
        super().__init__(f"{place}: {text}" if place else text)
        self.place = place
        self.text = text


class BadCertificate(BadInput):
    """A certificate that is damaged, forged or of another format."""


class NothingToCheck(BadInput):
    """A program that can be read, but claims nothing that could be checked; says what would be."""


class BackendMissing(LemmataError):
    """Something that is needed is not installed or can't be reached; `remedy` says what to do."""

    def __init__(self, text: str, *, remedy: str = "") -> None:
        super().__init__(f"{text}; {remedy}" if remedy else text)
        self.remedy = remedy


class SandboxMissing(BackendMissing):
    """No back-end here can isolate generated code."""


class ModelUnavailable(BackendMissing):
    """The chat model's endpoint is down, refuses the key, is out of quota or does not answer in time."""

    requests = 0  # how many were sent before we gave up; they count against the budget


class ModelNonsense(LemmataError):
    """The chat model's endpoint answered with something that is not a chat completion."""

    requests = 0  # how many were sent before we gave up; they count against the budget


class ProtocolError(LemmataError):
    """A back-end broke its contract; no verdict is drawn from what it said."""


class Disagreement(ProtocolError):
    """Two back-ends contradict each other, so that one of them is wrong; neither is believed."""
