"""What if: sweeps, answers, comparisons, explanations. They are the commands of the same names, on events from anywhere."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, Iterable, Iterator, Mapping, Optional, Sequence

from ._errors import Message, UsageError, messages, plain, raised
from ._table import Table, made
from ._terms import Day, Events, Terms, chosen, day


class Document:
    """The result of a command: its tables, and the document it comes from."""

    def __init__(self, document: "dict[str, Any]", heard: "list[Message]") -> None:
        #: The document of the command's ``--format json``.
        self.document = document
        #: What was told besides.
        self.messages = heard

    @property
    def title(self) -> str:
        """The title of the terms."""
        return str(self.document.get("terms", ""))

    @property
    def receipt(self) -> "dict[str, Any]":
        """What it was computed from."""
        return dict(self.document["receipt"])

    @property
    def stopped(self) -> "Optional[dict[str, Any]]":
        """Where the stream stopped; None where it did not."""
        return self.document.get("stopped")


class Sweep(Document):
    """One stream at many values of one or two inputs.

    ``points`` has a row for each value, and for each point between them at which a condition, a limit or a threshold begins
    or ceases to bind; ``turns`` says what turns there, and where exactly; ``constant`` has the figures that never change.
    """

    @property
    def points(self) -> Table:
        """A row for each point: the inputs, the figures that vary, refusals, and whether something turns there."""
        rows = self.document["points"]
        inputs = self.document["vary"]
        heads = [_head(f) for f in rows[0]["figures"]] if rows else []
        columns = [(name, _kind([r["at"].get(name) for r in rows]), [r["at"].get(name) for r in rows]) for name in inputs]
        for n, head in enumerate(heads):
            columns.append((head, "decimal", [r["figures"][n]["value"] for r in rows]))
        columns.append(("refusals", "int", [r["refusals"] for r in rows]))
        columns.append(("turns", "bool", [r["turns"] for r in rows]))
        columns.append(("stopped", "text", [r["stopped"] for r in rows]))
        return made("points", columns)

    @property
    def turns(self) -> Table:
        """Where something begins or ceases to bind: the input, the point, exactly and as a decimal, and what turns."""
        return _turns(self.document["turns"])

    @property
    def constant(self) -> Table:
        """The figures that are the same at every point."""
        return _figures("constant", self.document["constant"])

    def __repr__(self) -> str:
        return f"{self.title}: {', '.join(self.document['vary'])}\n{self.points!r}\n{self.turns!r}"

    def _repr_html_(self) -> str:
        return self.points._repr_html_() + self.turns._repr_html_()


class Solution(Document):
    """The values of an input that lead to a figure: all there are, exactly.

    ``values`` are those that stand alone, as fractions; ``answers`` has these and intervals. Without an answer, ``nearest`` is
    where the figure comes nearest.
    """

    @property
    def values(self) -> "list[Fraction]":
        """The values that stand alone and are known exactly."""
        at = [a["at"] for a in self.document["answers"] if "at" in a]
        return [Fraction(x["fraction"]) for x in at if "fraction" in x]

    @property
    def answers(self) -> Table:
        """A row for each answer: from where to where, exactly, whether the ends belong to it, and the figure there."""
        rows = self.document["answers"]
        start = [a.get("at") or a["from"] for a in rows]
        end = [a.get("at") or a["to"] for a in rows]
        return made(
            "answers",
            [
                ("from", "decimal", [x["value"] for x in start]),
                ("from_exactly", "text", [_exactly(x) for x in start]),
                ("from_included", "bool", [True if "at" in a else a["from_included"] for a in rows]),
                ("to", "decimal", [x["value"] for x in end]),
                ("to_exactly", "text", [_exactly(x) for x in end]),
                ("to_included", "bool", [True if "at" in a else a["to_included"] for a in rows]),
                ("reached", "decimal", [a.get("reached") for a in rows]),
            ],
        )

    @property
    def nearest(self) -> "Optional[tuple[Decimal, Decimal]]":
        """Where the figure comes nearest, and what it is there; None where there is an answer."""
        near = self.document["nearest"]
        return None if near is None else (Decimal(near["at"]), Decimal(near["value"]))

    @property
    def turns(self) -> Table:
        """Where something begins or ceases to bind on the way."""
        return _turns(self.document["turns"])

    def __bool__(self) -> bool:
        return bool(self.document["answers"])

    def __repr__(self) -> str:
        near = self.nearest
        said = f"\nno value leads to it; nearest at {near[0]}: {near[1]}" if near else ""
        return f"{self.title}: by {self.document['by']}\n{self.answers!r}{said}"


class Comparison(Document):
    """Terms and readings held against the first, over one stream or several."""

    @property
    def variants(self) -> Table:
        """What is compared: the name and the title of the terms."""
        rows = self.document["variants"]
        return made("variants", [("name", "text", [r["name"] for r in rows]), ("terms", "text", [r["terms"] for r in rows])])

    @property
    def standings(self) -> Table:
        """A row for each variant over each stream: its rank, the record and the clause at which it parts company."""
        rows = [(o, s) for o in self.document["streams"] for s in o["standings"]]
        return made(
            "standings",
            [
                ("stream", "text", [o["stream"] for o, _ in rows]),
                ("as_of", "date", [o["as_of"] for o, _ in rows]),
                ("variant", "text", [s["variant"] for _, s in rows]),
                ("rank", "int", [s["rank"] for _, s in rows]),
                ("measure", "decimal", [s["measure"] for _, s in rows]),
                ("parts_event", "int", [_part(s, "event") for _, s in rows]),
                ("parts_date", "date", [_part(s, "date") for _, s in rows]),
                ("parts_kind", "text", [_part(s, "kind") for _, s in rows]),
                ("parts_clause", "text", [_part(s, "clause") for _, s in rows]),
                ("parts_other_clause", "text", [_part(s, "other_clause") for _, s in rows]),
                ("parts_what", "text", [_part(s, "what") for _, s in rows]),
                ("refusals", "int", [s["refusals"] for _, s in rows]),
                ("stopped", "text", [s["stopped"] for _, s in rows]),
            ],
        )

    @property
    def figures(self) -> Table:
        """A row for each figure of each variant over each stream."""
        rows = [(o["stream"], s["variant"], f) for o in self.document["streams"] for s in o["standings"] for f in s["figures"]]
        head = [("stream", "text", [r[0] for r in rows]), ("variant", "text", [r[1] for r in rows])]
        return _figures("figures", [r[2] for r in rows], head)

    def __repr__(self) -> str:
        return f"{self.standings!r}"

    def _repr_html_(self) -> str:
        return self.standings._repr_html_()


class Worth(Document):
    """What each alternative of each reading changes, of those that change anything."""

    @property
    def readings(self) -> Table:
        """A row for each alternative that changes something: against which default, and where it parts company."""
        rows = self.document["readings"]
        return made(
            "readings",
            [
                *((name, "text", [r[name] for r in rows]) for name in ("reading", "clause", "default", "alternative")),
                ("parts_event", "int", [_part(r, "event") for r in rows]),
                ("parts_date", "date", [_part(r, "date") for r in rows]),
                ("parts_clause", "text", [_part(r, "clause") for r in rows]),
                ("refusals_default", "int", [r["refusals"]["default"] for r in rows]),
                ("refusals_alternative", "int", [r["refusals"]["alternative"] for r in rows]),
                ("stopped", "text", [r["stopped"] for r in rows]),
            ],
        )

    @property
    def differences(self) -> Table:
        """A row for each figure that an alternative changes: by the default, by the alternative, and the difference."""
        rows = [(r, d) for r in self.document["readings"] for d in r["differences"]]
        return made(
            "differences",
            [
                ("reading", "text", [r["reading"] for r, _ in rows]),
                ("chosen", "text", [r["alternative"] for r, _ in rows]),
                ("of", "text", [d["of"] for _, d in rows]),
                ("entry", "text", [d["entry"] or None for _, d in rows]),
                ("column", "text", [d["column"] for _, d in rows]),
                *((name, "decimal", [d[name] for _, d in rows]) for name in ("default", "alternative", "difference")),
            ],
        )

    def __repr__(self) -> str:
        return f"{self.title}\n{self.readings!r}\n{self.differences!r}"

    def _repr_html_(self) -> str:
        return self.readings._repr_html_() + self.differences._repr_html_()


@dataclass(frozen=True)
class Step:
    """A step of an explanation, with what it rests on."""

    text: str
    clause: str
    parts: "tuple[Step, ...]"

    def walk(self) -> "Iterator[Step]":
        """This step and all it rests on."""
        yield self
        for part in self.parts:
            yield from part.walk()

    def _line(self) -> str:
        return f"§{self.clause}  {self.text}" if self.clause else self.text

    def __str__(self) -> str:
        return "\n".join([self._line(), *_branches(self.parts, "")])


class Explanation(Document):
    """How figures came about: a step for each record, each with what it rests on. Print it: it is a tree."""

    @property
    def steps(self) -> "list[Step]":
        """The steps, one for each record that is explained."""
        return [_step(s) for s in self.document["steps"]]

    def __str__(self) -> str:
        return "\n\n".join(map(str, self.steps)) or "nothing was adjusted or refused"

    __repr__ = __str__


def sweep(
    terms: Terms,
    events: Events,
    vary: "Mapping[str, Any]",
    *,
    show: "Sequence[str]" = (),
    readings: "Optional[Mapping[str, str]]" = None,
    as_of: Day = None,
    known_on: Day = None,
    sort: bool = False,
) -> Sweep:
    """Runs a stream at many values of one or two inputs.

    `vary` has the inputs with their values: ``{"issuance[1].price": "0.50..3.00 step 0.05"}``, ``{"floor": "*"}``, or a list of
    numbers or words. `show` adds figures of one's own: ``"value of certificate: number × ($5/share - price)"``.
    """
    options = [part for name, values in vary.items() for part in ("--vary", f"{name}={_values(name, values)}")]
    options += [part for s in show for part in ("--show", s)]
    return Sweep(*_called(terms, "sweep", events, options, readings, as_of, known_on, sort))


def solve(
    terms: Terms,
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
) -> Solution:
    """Finds all values of an input that lead to a figure: ``solve(events, "price of W-1 = 2", by="issuance[1].price")``."""
    options = ["--for", figure, "--by", by, *(["--within", within] if within else [])]
    options += [part for s in show for part in ("--show", s)]
    return Solution(*_called(terms, "solve", events, options, readings, as_of, known_on, sort, empty=1))


def explain(
    terms: Terms,
    events: Events,
    event: Optional[int] = None,
    *,
    certificate: Optional[str] = None,
    readings: "Optional[Mapping[str, str]]" = None,
    as_of: Day = None,
    known_on: Day = None,
    sort: bool = False,
) -> Explanation:
    """Explains a record, or all that changed or refused something; of one certificate, or another entry, where named."""
    options = [*(["--event", str(event)] if event is not None else [])]
    options += ["--certificate", certificate] if certificate is not None else []
    return Explanation(*_called(terms, "explain", events, options, readings, as_of, known_on, sort))


def worth(
    terms: Terms,
    events: Events,
    *,
    readings: "Optional[Mapping[str, str]]" = None,
    as_of: Day = None,
    known_on: Day = None,
    sort: bool = False,
) -> Worth:
    """Runs a stream under each alternative of each reading in turn: what each is worth."""
    return Worth(*_called(terms, "readings", events, [], readings, as_of, known_on, sort))


def compare(
    *terms: Terms,
    events: Events,
    readings: "Optional[Mapping[str, str]]" = None,
    variants: "Iterable[Mapping[str, str]]" = (),
    every_reading: bool = False,
    rank_by: Optional[str] = None,
    show: "Sequence[str]" = (),
    as_of: Day = None,
    known_on: Day = None,
    sort: bool = False,
) -> Comparison:
    """Holds terms against the first of them, over one stream or several (a dict of names and events).

    `variants` adds the first terms under other readings, ``[{"floor": "nominal"}]``; `every_reading` all of them, one at a
    time; `rank_by` names the column to rank by.
    """
    if not terms:
        raise UsageError([plain("there are no terms to compare", "usage::compare", "give one or more: compare(a, b, events=…)")])
    first = terms[0]
    streams = events if isinstance(events, Mapping) else {None: events}
    paths, held = [], []
    for name, stream in streams.items():
        path, data = first._given(stream)
        if data is not None:
            path = name or "<events>"
            held.append((path, data))
        paths.append(path)
    named = [t.path for t in terms]
    named += [f"{first.path}@" + ",".join(chosen(v)) for v in variants]
    line = ["tenor", "compare", *named, *_taken("--reading", readings, as_of, known_on, sort)]
    line += ["--readings"] if every_reading else []
    line += ["--rank-by", rank_by] if rank_by else []
    line += [part for s in show for part in ("--show", s)]
    line += ["--format", "json", "--events", *map(str, paths)]
    return Comparison(*_came(first._native.call(line, [t._native for t in terms[1:]], held)))


def _called(
    terms: Terms,
    command: str,
    events: Events,
    options: "list[str]",
    readings: "Optional[Mapping[str, str]]",
    as_of: Day,
    known_on: Day,
    sort: bool,
    empty: int = 0,
) -> "tuple[dict[str, Any], list[Message]]":
    path, data = terms._given(events)
    held = [] if data is None else [("<events>", data)]
    line = ["tenor", command, *options, *_taken("--reading", readings, as_of, known_on, sort), "--format", "json"]
    line += ["--", terms.path, path or "<events>"]
    return _came(terms._native.call(line, [], held), empty)


def _taken(option: str, readings: "Optional[Mapping[str, str]]", as_of: Day, known_on: Day, sort: bool) -> "list[str]":
    line = [part for choice in chosen(readings) for part in (option, choice)]
    line += ["--as-of", day(as_of)] if as_of else []
    line += ["--known-on", day(known_on)] if known_on else []
    return line + (["--sort"] if sort else [])


def _came(came: "tuple[int, bytes, list[dict[str, Any]]]", empty: int = 0) -> "tuple[dict[str, Any], list[Message]]":
    """The document of a command; `empty` is the exit code that tells that there is nothing in it."""
    code, out, told = came
    heard = messages(told)
    if code not in (0, empty) or not out:
        raise raised(code, heard)
    return json.loads(out), heard


def _values(name: str, values: Any) -> str:
    """Values of an input as the command takes them."""
    if isinstance(values, str):
        return values
    listed = list(values)
    if any(isinstance(v, float) for v in listed):
        help = "give decimal.Decimal, whole numbers or text"
        raise UsageError([plain(f"`{name}`: a float is not exact", "usage::vary", help)])
    return ",".join(format(v, "f") if isinstance(v, Decimal) else str(v) for v in listed)


def _head(figure: "Mapping[str, Any]") -> str:
    return "_".join(figure[part] for part in ("of", "entry", "column") if figure[part])


def _kind(values: "list[Optional[str]]") -> str:
    """Whether the values of an input are numbers or words: words of terms never begin with a digit."""
    return "decimal" if all(v is None or v[:1].isdigit() or v[:1] == "-" for v in values) else "text"


def _figures(name: str, figures: "list[dict[str, Any]]", head: "Sequence[Any]" = ()) -> Table:
    return made(
        name,
        [
            *head,
            *((part, "text", [f[part] or None for f in figures]) for part in ("of", "entry", "column")),
            ("value", "decimal", [f["value"] for f in figures]),
        ],
    )


def _part(standing: "Mapping[str, Any]", name: str) -> Any:
    """Of where a variant parts company; nothing where it does not."""
    return (standing["parts"] or {}).get(name)


def _exactly(at: "Mapping[str, Any]") -> str:
    return at["fraction"] if "fraction" in at else "..".join(at["between"])


def _turns(turns: "list[dict[str, Any]]") -> Table:
    rows = [(t, w) for t in turns for w in (t["what"] or [{}])]
    return made(
        "turns",
        [
            ("input", "text", [t["input"] for t, _ in rows]),
            ("at", "decimal", [t["exactly"]["value"] for t, _ in rows]),
            ("exactly", "text", [_exactly(t["exactly"]) for t, _ in rows]),
            ("there", "text", [t["there"] for t, _ in rows]),
            ("event", "int", [w.get("event") or None for _, w in rows]),
            *(
                (part, "text", [w.get(part) or None for _, w in rows])
                for part in ("entry", "clause", "rule", "what", "below", "above")
            ),
        ],
    )


def _step(step: "Mapping[str, Any]") -> Step:
    return Step(step["text"], step["clause"], tuple(map(_step, step["parts"])))


def _branches(steps: "Sequence[Step]", indent: str) -> "Iterator[str]":
    for n, step in enumerate(steps):
        last = n + 1 == len(steps)
        yield f"{indent}{'└─ ' if last else '├─ '}{step._line()}"
        yield from _branches(step.parts, indent + ("   " if last else "│  "))
