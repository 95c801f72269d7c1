"""One series of warrants: its records in, its figures out, and whatever is wrong with them as a row of its own.

Nothing here knows of Spark: Ray, Dask and a plain loop call the same function.
"""

import functools
import hashlib

import tenor

#: The columns of a row, all of them text but the number of a record: amounts have all their digits.
COLUMNS = {
    "series": "string",
    "status": "string",
    "of": "string",
    "entry": "string",
    "column": "string",
    "value": "string",
    "as_of": "string",
    "record": "int",
    "code": "string",
    "why": "string",
    "events_sha256": "string",
    "terms_sha256": "string",
}


@functools.lru_cache(maxsize=8)
def terms(path: str, sha256: str) -> tenor.Terms:
    """The terms of a bundle, read and checked once by each worker."""
    return tenor.unbundle(path, sha256)


def rows(series: str, records: str, bundle: str, sha256: str) -> "list[dict]":
    """The figures of a series, a row each; one row that says why, where there are none."""
    row = dict.fromkeys(COLUMNS)
    row.update(series=series, terms_sha256=sha256, events_sha256=hashlib.sha256(records.encode()).hexdigest())
    try:
        run = terms(bundle, sha256).run(records)
    except tenor.TenorError as e:
        return [{**row, "status": "stopped", "record": e.record, "code": e.code, "why": e.message}]
    except Exception as e:  # a worker that dies takes the series of others with it
        return [{**row, "status": "failed", "code": type(e).__name__, "why": str(e)}]
    out = []
    for figure in run.figures:
        value = None if figure["value"] is None else str(figure["value"])
        place = {name: figure[name] for name in ("of", "entry", "column")}
        out.append({**row, "status": "done", **place, "value": value, "as_of": str(run.as_of)})
    return out or [{**row, "status": "done", "why": "nothing is shown"}]
