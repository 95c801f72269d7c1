"""Tables of results: rows for Python, Arrow data for everything else."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any, Iterator, Literal, Union, overload

from . import _tenor

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow

#: The most rows that are shown.
SHOWN = 20


class Table:
    """A table of a result.

    It is Arrow data: ``polars.DataFrame(table)``, ``pyarrow.table(table)``, ``pandas.DataFrame.from_arrow(table)`` and
    DuckDB take it as it is, without a copy. In Python a row is a dict: amounts are ``decimal.Decimal``, days are
    ``datetime.date``, what is not known is ``None``.

    >>> for row in run.adjustments:
    ...     print(row["date"], row["clause"], row["after"])

    An amount becomes ``decimal128(38, s)``, `s` being the most digits after the point in its column, and is never rounded:
    where it does not fit, ``PrecisionError`` says so, and ``with_decimals("text")`` gives the column as text.
    """

    def __init__(self, native: _tenor.Table) -> None:
        self._native = native

    @property
    def name(self) -> str:
        """The part of the result it is."""
        return self._native.name

    @property
    def columns(self) -> "list[str]":
        """The names of its columns."""
        return self._native.columns

    @property
    def units(self) -> "dict[str, str]":
        """The units of its columns, as terms files write them: `USD/share`."""
        return {name: unit for name, unit in self._native.units if unit}

    @property
    def kinds(self) -> "dict[str, str]":
        """What the values of its columns are: `decimal`, `date`, `moment`, `bool`, `int`, `text`, or a list."""
        return dict(zip(self._native.columns, self._native.kinds))

    def __len__(self) -> int:
        return len(self._native)

    def __iter__(self) -> "Iterator[dict[str, Any]]":
        return (self._native.row(n) for n in range(len(self)))

    @overload
    def __getitem__(self, key: int) -> "dict[str, Any]": ...
    @overload
    def __getitem__(self, key: str) -> "list[Any]": ...
    def __getitem__(self, key: Union[int, str]) -> Any:
        """A row by its number, or a column by its name."""
        if isinstance(key, str):
            try:
                return self._native.column(self.columns.index(key))
            except ValueError:
                raise KeyError(f"no column `{key}`: there are {', '.join(self.columns)}") from None
        at = key + len(self) if key < 0 else key
        if at < 0:
            raise IndexError("there is no such row")
        return self._native.row(at)

    def one(self, **values: Any) -> "dict[str, Any]":
        """The one row that has these values: ``one(certificate="W-1")``."""
        for name in values:
            if name not in self.columns:
                raise KeyError(f"no column `{name}`: there are {', '.join(self.columns)}")
        found = [row for row in self if all(row[name] == value for name, value in values.items())]
        if len(found) != 1:
            raise LookupError(f"{len(found)} rows of `{self.name}` have {values}")
        return found[0]

    def to_dicts(self) -> "list[dict[str, Any]]":
        """All rows."""
        return list(self)

    def with_decimals(self, how: Union[int, Literal["text", "fit"]]) -> "Table":
        """The same table, its amounts exported as text, with a scale of so many digits, or with the scale that fits."""
        if how not in ("text", "fit") and not (isinstance(how, int) and 0 <= how <= 38):
            raise ValueError('write `with_decimals("text")`, `with_decimals("fit")`, or a scale from 0 to 38')
        scale = None if isinstance(how, str) else how
        return Table(self._native.with_decimals(scale, how == "text"))

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        return self._native.__arrow_c_stream__(requested_schema)

    def __arrow_c_schema__(self) -> Any:
        return self._native.__arrow_c_schema__()

    def to_arrow(self) -> "pyarrow.Table":
        """As a table of pyarrow."""
        import pyarrow

        return pyarrow.table(self)

    def to_polars(self) -> "polars.DataFrame":
        """As a frame of polars."""
        import polars

        return polars.DataFrame(self)

    def to_pandas(self) -> "pandas.DataFrame":
        """As a frame of pandas with Arrow types: amounts stay exact, days stay days."""
        import pandas

        return self.to_arrow().to_pandas(types_mapper=pandas.ArrowDtype)

    def __repr__(self) -> str:
        rows = [[_shown(v) for v in row.values()] for _, row in zip(range(SHOWN), self)]
        widths = [max(map(len, [name, *(r[n] for r in rows)])) for n, name in enumerate(self.columns)]
        lines = [f"{self.name}: {len(self)} row{'' if len(self) == 1 else 's'}"]
        lines.append("  ".join(name.ljust(w) for name, w in zip(self.columns, widths)).rstrip())
        lines += ["  ".join(v.ljust(w) for v, w in zip(r, widths)).rstrip() for r in rows]
        if len(self) > SHOWN:
            lines.append(f"… {len(self) - SHOWN} more")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{escape(name)}</th>" for name in self.columns)
        body = "".join(
            "<tr>" + "".join(f"<td>{escape(_shown(v))}</td>" for v in row.values()) + "</tr>"
            for _, row in zip(range(SHOWN), self)
        )
        more = f"<p>… {len(self) - SHOWN} more</p>" if len(self) > SHOWN else ""
        return f"<table><caption>{escape(self.name)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{more}"


def _shown(value: Any) -> str:
    if value is None:
        return "—"
    text = str(value)
    return text if len(text) <= 60 else text[:59] + "…"


def made(name: str, columns: "list[tuple[str, str, list[Any]]]") -> Table:
    """A table of columns: their names, the kinds of their values, and these."""

    def text(value: Any) -> "str | None":
        if value is None:
            return None
        return ("true" if value else "false") if isinstance(value, bool) else str(value)

    return Table(_tenor.tables(name, [(head, kind, [text(v) for v in values]) for head, kind, values in columns]))
