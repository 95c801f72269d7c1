"""Terms: read once, run as often as one likes."""

from __future__ import annotations

import datetime
import difflib
import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Iterable, Iterator, Mapping, Optional, Sequence, Union

from . import _tenor
from ._errors import Message, RecordError, UsageError, messages, plain, raised
from ._run import Run

if TYPE_CHECKING:
    from ._whatif import Comparison, Explanation, Solution, Sweep, Worth

#: A day: a date, or `2006-12-31`.
Day = Union[str, datetime.date, None]

#: Events: the path of a file, a text of records, a list of dicts, or anything that gives an Arrow stream.
Events = Any


@dataclass(frozen=True)
class Reading:
    """A way the text of the agreement may be read, where it is silent or says two things."""

    name: str
    clause: str
    question: str
    default: str
    alternatives: "dict[str, str]"

    def __repr__(self) -> str:
        words = [f"  {word}{' (default)' if word == self.default else ''}: {why}" for word, why in self.alternatives.items()]
        return "\n".join([f"{self.name} (§{self.clause}): {self.question}", *words])


@dataclass(frozen=True)
class Field:
    """A field of an event."""

    event: str
    clause: str
    name: str
    type: str
    optional: bool


class Fields(Sequence[Field]):
    """The events that terms know, and the fields of their records. Shown, it reads as a page of help."""

    def __init__(self, all_fields: "list[Field]") -> None:
        self._all = all_fields

    def __len__(self) -> int:
        return len(self._all)

    def __getitem__(self, key: Any) -> Any:
        return self._all[key]

    def __iter__(self) -> Iterator[Field]:
        return iter(self._all)

    @property
    def events(self) -> "list[str]":
        """The names of the events."""
        return list(dict.fromkeys(f.event for f in self._all))

    def __repr__(self) -> str:
        lines = []
        for event in self.events:
            own = [f for f in self._all if f.event == event]
            lines.append(f"{event} (§{own[0].clause})" if own[0].clause else event)
            lines += [f"  {f.name}{'?' if f.optional else ''}: {f.type}" for f in own if f.name]
        lines.append("Every event has `date` and `event`, and may have `time`, `id`, `recorded` and `note`;")
        lines.append("`?` marks what may be left out. Numbers are whole numbers, decimal.Decimal or text: never floats.")
        return "\n".join(lines)


def read(path_or_text: Union[str, "os.PathLike[str]"], folder: "Union[str, os.PathLike[str], None]" = None) -> "Terms":
    """Reads terms and checks them.

    A text of several lines is taken as the terms themselves, whose imports are looked for in `folder`; everything else is the
    path of a file. What is wrong raises ``TermsError``, which tells all of it.
    """
    text = None
    if isinstance(path_or_text, str) and "\n" in path_or_text:
        text, path = path_or_text, Path(folder or ".") / "<text>"
    else:
        path = Path(path_or_text)
    native, came = _tenor.Terms.read(str(path), text)
    if native is None:
        assert came is not None
        raise raised(came[0], messages(came[2]))
    return Terms(native)


class Terms:
    """Terms that were read and checked: what they were read from does not matter any more.

    >>> terms.run("events.jsonl", readings={"floor": "nominal"}, as_of="2006-12-31")
    >>> terms.fields("issuance")
    >>> terms.sweep("events.jsonl", vary={"issuance[1].price": "0.50..3.00 step 0.05"})
    """

    def __init__(self, native: _tenor.Terms) -> None:
        self._native = native

    @property
    def title(self) -> str:
        """The title."""
        return self._native.title

    @property
    def currency(self) -> str:
        """The currency of all money."""
        return self._native.currency

    @property
    def time_zone(self) -> str:
        """The time zone of all hours."""
        return self._native.zone

    @property
    def path(self) -> str:
        """The file they were read from, as it was named."""
        return self._native.path

    @property
    def warnings(self) -> "list[Message]":
        """What is doubtful in them."""
        return messages(self._native.warnings)

    @property
    def files(self) -> "dict[str, bytes]":
        """The files they were read from, imports and calendars among them: what has to be sent where they are to be run."""
        return dict(self._native.files)

    @property
    def readings(self) -> "dict[str, Reading]":
        """The readings, each with its question and its alternatives."""
        return {
            name: Reading(name, clause, question, default, dict(words))
            for name, clause, question, default, words in self._native.readings
        }

    def fields(self, event: Optional[str] = None) -> Fields:
        """The events the terms know with their fields, or those of one event. Print it: it reads as help."""
        every = [Field(*f) for f in self._native.fields]
        if event is None:
            return Fields(every)
        own = [f for f in every if f.event == event]
        if not own:
            near = difflib.get_close_matches(event, {f.event for f in every}, n=1)
            help = f"did you mean `{near[0]}`?" if near else f"there are {', '.join(Fields(every).events)}"
            raise UsageError([plain(f"these terms have no event `{event}`", "usage::event", help)])
        return Fields(own)

    def run(
        self,
        events: Events,
        *,
        readings: "Optional[Mapping[str, str]]" = None,
        as_of: Day = None,
        known_on: Day = None,
        sort: bool = False,
        keep_going: bool = False,
        format: str = "",
    ) -> Run:
        """Runs the terms over events.

        `events` is the path of a file (JSON Lines, CSV, TOML, packed or not), a text of records, a list of dicts, or a frame:
        anything that gives an Arrow stream, a record a row, what is null left out.

        `readings` chooses readings; `as_of` applies nothing after a day; `known_on` leaves out what became known later;
        `sort` puts the records in order of their dates first.

        A bad record raises ``RecordError``, terms that stop ``RunError``; both have in `result` what came before. With
        `keep_going` bad records are set aside instead: `rejected` lists them.
        """
        path, data = self._given(events)
        native, (code, _, told) = self._native.run(
            path, data, chosen(readings), day(as_of), day(known_on), sort, keep_going, format
        )
        heard = messages(told)
        if native is None:
            raise raised(code, heard)
        run = Run(native, heard)
        if code != 0 and not keep_going:
            raise raised(code, heard, run)
        return run

    def sweep(
        self,
        events: Events,
        vary: "Mapping[str, Any]",
        *,
        show: "Sequence[str]" = (),
        readings: "Optional[Mapping[str, str]]" = None,
        as_of: Day = None,
        known_on: Day = None,
        sort: bool = False,
    ) -> "Sweep":
        """Runs a stream at many values of one or two inputs.

        `vary` has the inputs with their values: ``{"issuance[1].price": "0.50..3.00 step 0.05"}``, ``{"floor": "*"}``, or a
        list of numbers or words. `show` adds figures of one's own: ``"value of certificate: number × ($5/share - price)"``.
        """
        from ._whatif import sweep

        return sweep(self, events, vary, show=show, readings=readings, as_of=as_of, known_on=known_on, sort=sort)

    def solve(
        self,
        events: Events,
        figure: str,
        by: str,
        *,
        within: Optional[str] = None,
        show: "Sequence[str]" = (),
        readings: "Optional[Mapping[str, str]]" = None,
        as_of: Day = None,
        known_on: Day = None,
        sort: bool = False,
    ) -> "Solution":
        """Finds all values of an input that lead to a figure: ``solve(events, "price of W-1 = 2", by="issuance[1].price")``."""
        from ._whatif import solve

        more = {"readings": readings, "as_of": as_of, "known_on": known_on, "sort": sort}
        return solve(self, events, figure, by, within=within, show=show, **more)  # type: ignore[arg-type]

    def compare(
        self,
        *others: "Terms",
        events: Events,
        readings: "Optional[Mapping[str, str]]" = None,
        variants: "Iterable[Mapping[str, str]]" = (),
        every_reading: bool = False,
        rank_by: Optional[str] = None,
        show: "Sequence[str]" = (),
        as_of: Day = None,
        known_on: Day = None,
        sort: bool = False,
    ) -> "Comparison":
        """Holds other terms, or these under other readings, against these: see :func:`tenor.compare`."""
        from ._whatif import compare

        return compare(
            self,
            *others,
            events=events,
            readings=readings,
            variants=variants,
            every_reading=every_reading,
            rank_by=rank_by,
            show=show,
            as_of=as_of,
            known_on=known_on,
            sort=sort,
        )

    def worth(
        self,
        events: Events,
        *,
        readings: "Optional[Mapping[str, str]]" = None,
        as_of: Day = None,
        known_on: Day = None,
        sort: bool = False,
    ) -> "Worth":
        """Runs a stream under each alternative of each reading in turn: what each is worth."""
        from ._whatif import worth

        return worth(self, events, readings=readings, as_of=as_of, known_on=known_on, sort=sort)

    def explain(
        self,
        events: Events,
        event: Optional[int] = None,
        *,
        certificate: Optional[str] = None,
        readings: "Optional[Mapping[str, str]]" = None,
        as_of: Day = None,
        known_on: Day = None,
        sort: bool = False,
    ) -> "Explanation":
        """How the figures of a record came about, and why others stayed as they were.

        Without `event` all records that changed or refused something are explained; `certificate` leaves only what concerns one
        certificate, or another entry, by its key.
        """
        from ._whatif import explain

        more = {"readings": readings, "as_of": as_of, "known_on": known_on, "sort": sort}
        return explain(self, events, event, certificate=certificate, **more)  # type: ignore[arg-type]

    def _given(self, events: Events) -> "tuple[Optional[str], Optional[bytes]]":
        """Events as the path of a file, or as bytes."""
        if isinstance(events, os.PathLike):
            return os.fspath(events), None
        if isinstance(events, str):
            is_text = "\n" in events or events.lstrip().startswith("{") or not events.strip()
            return (None, events.encode()) if is_text else (events, None)
        if isinstance(events, (bytes, bytearray)):
            return None, bytes(events)
        if isinstance(events, Mapping):
            raise RecordError([plain("a single dict is no stream", "event::not-a-record", "give a list of dicts: [record]")])
        try:
            return None, self._native.events(events)
        except (TypeError, ValueError) as e:
            head, _, rest = str(e).partition(": ")
            number = int(head[7:]) if head.startswith("record ") and head[7:].isdigit() and rest else None
            raise RecordError(
                [plain(str(e), "event::not-exact" if "float" in str(e) else "event::not-a-record", "", None, number)]
            ) from None

    def __repr__(self) -> str:
        events = ", ".join(self.fields().events)
        readings = ", ".join(self.readings) or "none"
        return f"{self.title} ({self.path})\nevents: {events}\nreadings: {readings}"

    def bundle(self, path: "Union[str, os.PathLike[str]]") -> str:
        """Writes all files the terms were read from into one, for other machines, and gives its SHA-256.

        The same terms give the same bytes: ``tenor.unbundle(path, sha256)`` takes nothing else.
        """
        files = {name: data.decode() for name, data in sorted(self.files.items())}
        document = {"schema": BUNDLE, "terms": self.path, "files": files}
        data = (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()
        Path(path).write_bytes(data)
        return hashlib.sha256(data).hexdigest()

    def __reduce__(self) -> Any:
        return (_again, (self.path, self.files))


#: The form of a bundle, and its version.
BUNDLE = "tenor.bundle/1"


def unbundle(path: "Union[str, os.PathLike[str]]", sha256: Optional[str] = None) -> Terms:
    """Terms from a file that ``Terms.bundle`` wrote; where `sha256` is given, of no other bytes than those."""
    data = Path(path).read_bytes()
    found = hashlib.sha256(data).hexdigest()
    if sha256 is not None and found != sha256:
        text = f"`{os.fspath(path)}` is not the bundle that was meant: its SHA-256 is {found}, and should be {sha256}"
        raise UsageError([plain(text, "usage::bundle", "send the file again")])
    document = json.loads(data)
    if document.get("schema") != BUNDLE:
        raise UsageError([plain(f"`{os.fspath(path)}` is no bundle of terms", "usage::bundle", "write one by `terms.bundle(…)`")])
    return _again(document["terms"], {name: text.encode() for name, text in document["files"].items()})


def _again(path: str, files: "dict[str, bytes]") -> Terms:
    """Terms in another process, of the same files."""
    native, came = _tenor.Terms.of_files(path, list(files.items()))
    if native is None:
        assert came is not None
        raise raised(came[0], messages(came[2]))
    return Terms(native)


def day(given: Day) -> str:
    """A day as the command takes it."""
    if given is None:
        return ""
    if isinstance(given, datetime.datetime):
        given = given.date()
    return given.isoformat() if isinstance(given, datetime.date) else given


def chosen(readings: "Optional[Mapping[str, str]]") -> "list[str]":
    """Readings as the command takes them."""
    return [f"{name}={word}" for name, word in (readings or {}).items()]
