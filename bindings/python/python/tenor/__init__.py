"""Tenor: terms files run exactly over streams of events.

>>> import tenor
>>> terms = tenor.read("terms/glowpoint-2005.terms")
>>> run = terms.run("examples/first.jsonl")
>>> run["certificates"].one(certificate="W-1")["price"]
Decimal('1.47')
>>> import polars as pl
>>> pl.DataFrame(run.adjustments)            # or pandas, pyarrow, DuckDB: tables are Arrow data

Numbers are exact from one end to the other: a result never holds a float, and an event that holds one is refused.
``terms.fields()`` tells which events the terms know, ``terms.readings`` how their text may be read.
"""

from ._errors import (
    InternalError,
    Message,
    MissingFileError,
    Place,
    PrecisionError,
    RecordError,
    RunError,
    TenorError,
    TermsError,
    UsageError,
)
from ._run import Run
from ._table import Table
from ._tenor import __version__
from ._terms import Field, Fields, Reading, Terms, read, unbundle
from ._whatif import Comparison, Explanation, Solution, Step, Sweep, Worth, compare

__all__ = [
    "Comparison",
    "Explanation",
    "Field",
    "Fields",
    "InternalError",
    "Message",
    "MissingFileError",
    "Place",
    "PrecisionError",
    "Reading",
    "RecordError",
    "Run",
    "RunError",
    "Solution",
    "Step",
    "Sweep",
    "Table",
    "TenorError",
    "Terms",
    "TermsError",
    "UsageError",
    "Worth",
    "__version__",
    "compare",
    "read",
    "unbundle",
]
