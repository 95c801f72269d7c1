"""What came of a stream."""

from __future__ import annotations

import datetime
import json
from typing import Any, Iterator, Optional

from . import _tenor
from ._errors import Message
from ._table import Table


class Run:
    """What came of a stream: tables, by their names.

    ``run["certificates"]`` is a report of the terms; ``run.adjustments``, ``run.refusals``, ``run.obligations``,
    ``run.rescissions``, ``run.warnings``, ``run.rejected`` and ``run.figures`` are there whatever the terms are. The amounts
    are those of ``tenor run --format json``, to the last digit.
    """

    def __init__(self, native: _tenor.Run, messages: "list[Message]") -> None:
        self._native = native
        self._kinds: "dict[str, str]" = {}
        for name, kind in native.names():
            # a report of the terms goes before a part of every run that has its name: that one is an attribute
            self._kinds.setdefault(name, kind)
        self._tables: "dict[str, Table]" = {}
        self.messages = messages

    @property
    def title(self) -> str:
        """The title of the terms."""
        return self._native.title

    @property
    def as_of(self) -> Optional[datetime.date]:
        """The day at whose end the run stands; None where nothing was applied."""
        day = self._native.as_of
        return None if day is None else datetime.date.fromisoformat(day)

    @property
    def records(self) -> int:
        """How many records were taken."""
        return self._native.records

    @property
    def readings(self) -> "dict[str, str]":
        """The readings the run rests on."""
        return dict(self._native.readings)

    @property
    def tables(self) -> "list[str]":
        """The names of its tables."""
        return list(self._kinds)

    def __getitem__(self, name: str) -> Table:
        """A table by its name."""
        if name not in self._kinds:
            raise KeyError(f"no table `{name}`: there are {', '.join(self._kinds)}")
        if name not in self._tables:
            native = self._native.table(name, self._kinds[name])
            assert native is not None
            self._tables[name] = Table(native)
        return self._tables[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._kinds)

    def _of(self, kind: str) -> "dict[str, Table]":
        return {name: self[name] for name, k in self._kinds.items() if k == kind}

    def _part(self, name: str) -> Table:
        if name not in self._tables or self._kinds.get(name) != "part":
            native = self._native.table(name, "part")
            assert native is not None
            return Table(native)
        return self._tables[name]

    @property
    def reports(self) -> "dict[str, Table]":
        """The reports of the terms, by name."""
        return self._of("report")

    @property
    def effects(self) -> "dict[str, Table]":
        """What was done, payments and the like, by the names the terms give it."""
        return self._of("effect")

    @property
    def figures(self) -> Table:
        """Every number the run shows, one a row: its report, whose it is, its column, its value and its unit."""
        return self._part("figures")

    @property
    def adjustments(self) -> Table:
        """What was adjusted: when, whose, under which clause, from what to what, and whether it stands."""
        return self._part("adjustments")

    @property
    def refusals(self) -> Table:
        """What the terms said no to, and why."""
        return self._part("refusals")

    @property
    def obligations(self) -> Table:
        """What is or was owed, by when (`promptly` where there is no day), and whether it was done."""
        return self._part("obligations")

    @property
    def rescissions(self) -> Table:
        """What was annulled."""
        return self._part("rescissions")

    @property
    def warnings(self) -> Table:
        """What the terms warn of."""
        return self._part("warnings")

    @property
    def rejected(self) -> Table:
        """The records that were set aside, with the reasons: only where bad records are not to end the run."""
        return self._part("rejected")

    @property
    def stopped(self) -> "Optional[dict[str, Any]]":
        """Where the stream stopped and why; None where it did not."""
        return next(iter(Table(self._native.stopped())), None)

    @property
    def receipt(self) -> "dict[str, Any]":
        """What the run was computed from: the files with their SHA-256, the readings, the days."""
        return dict(json.loads(self._native.receipt()))

    def json(self) -> bytes:
        """The document of ``tenor run --format json``, byte by byte."""
        return self._native.json()

    def __repr__(self) -> str:
        counts = ", ".join(f"{len(self._part(p))} {p}" for p in ("adjustments", "refusals", "obligations", "warnings"))
        end = self.stopped
        ended = f"\nstopped: {end['reason']}" if end else ""
        return f"{self.title}, as of {self.as_of}: {self.records} records, {counts}\ntables: {', '.join(self._kinds)}{ended}"

    def _repr_html_(self) -> str:
        from html import escape

        parts = [f"<p>{escape(line)}</p>" for line in repr(self).splitlines()]
        return "".join(parts) + "".join(t._repr_html_() for t in self.reports.values())
