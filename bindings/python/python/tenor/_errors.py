"""What can go wrong, as exceptions that say where, what, and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Optional

if TYPE_CHECKING:
    from ._run import Run


@dataclass(frozen=True)
class Place:
    """A place in a file: its name, the line and the column, both from 1 where they are known."""

    file: str
    line: Optional[int] = None
    column: Optional[int] = None

    def __str__(self) -> str:
        return ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)


@dataclass(frozen=True)
class Message:
    """A message: an error, a warning, or advice."""

    severity: str
    code: str
    message: str
    help: str
    place: Optional[Place]
    record: Optional[int]
    terms_place: Optional[Place]
    rendered: str

    def __str__(self) -> str:
        return self.rendered


def messages(told: "list[dict[str, Any]]") -> "list[Message]":
    """Messages of the native part."""
    out = []
    for t in told:
        place = Place(t["file"], t["line"], t["column"]) if t["file"] else None
        terms = Place(*t["terms"]) if t["terms"] else None
        rendered = t["rendered"]
        out.append(Message(t["severity"], t["code"], t["message"], t["help"], place, t["record"], terms, rendered))
    return out


class TenorError(Exception):
    """Something is wrong with what was given.

    ``code`` is a heading of the page of diagnostics, ``place`` the file, line and column, ``rendered`` the message as the
    command draws it, ``messages`` all that was told.
    """

    def __init__(self, all_messages: "list[Message]", result: "Optional[Run]" = None) -> None:
        self.messages = all_messages
        self.result = result
        errors = [m for m in all_messages if m.severity == "error"]
        first = errors[0] if errors else (all_messages[0] if all_messages else None)
        self.code: str = first.code if first else ""
        self.message: str = first.message if first else "no reason was given"
        self.help: str = first.help if first else ""
        self.place: Optional[Place] = first.place if first else None
        self.record: Optional[int] = first.record if first else None
        self.terms_place: Optional[Place] = first.terms_place if first else None
        self.rendered: str = "\n\n".join(m.rendered for m in (errors or all_messages)) or self.message
        super().__init__(self.message)

    def __str__(self) -> str:
        return self.rendered

    def __reduce__(self) -> Any:
        # what came before the error stays where it is: a run is not sent from one process to another
        return (type(self), (self.messages,))


class TermsError(TenorError):
    """A terms file is wrong: `messages` has all that is."""


class RecordError(TenorError, ValueError):
    """A record is wrong, or is no record: nothing from it on is applied. `result` is the run up to it, `record` its number."""


class RunError(TenorError):
    """The terms stopped at a record, or a figure could not be computed. `result` is the run up to there."""


class UsageError(TenorError, ValueError):
    """Something that was asked for does not exist, or is not written as it should be."""


class MissingFileError(TenorError, FileNotFoundError):
    """There is no such file."""

    def __init__(self, all_messages: "list[Message]", result: "Optional[Run]" = None) -> None:
        TenorError.__init__(self, all_messages, result)


class PrecisionError(ValueError):
    """A decimal does not fit the Arrow type of its column exactly; it is never rounded."""


class InternalError(TenorError):
    """A fault of tenor itself, not of the files."""


def plain(text: str, code: str, help: str = "", place: Optional[Place] = None, record: Optional[int] = None) -> Message:
    """A message of the Python part."""
    rendered = f"{text}\n  help: {help}" if help else text
    return Message("error", code, text, help, place, record, None, rendered)


def raised(code: int, told: "list[Message]", result: "Optional[Run]" = None) -> TenorError:
    """The exception for what a command came to."""
    errors = [m for m in told if m.severity == "error"]
    first = errors[0].code if errors else ""
    kind: type[TenorError]
    if code == 66:
        kind = MissingFileError
    elif code == 70:
        kind = InternalError
    elif first.startswith("usage") or code == 2:
        kind = UsageError
    elif first.startswith("event"):
        kind = RecordError
    elif first.startswith("run") and first != "run::library":
        kind = RunError
    else:
        kind = TermsError
    return kind(errors or told, result)
