"""The same night under Dask, on as many processes as there are cores: python examples/spark/dask_night.py"""

import sys
import tempfile
from pathlib import Path

import dask
import dask.bag

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))


def night(streams: "dict[str, str]", bundle: str, sha256: str) -> "list[dict]":
    """The rows of all series."""
    import series

    bag = dask.bag.from_sequence(streams.items(), npartitions=4)
    return bag.map(lambda item: series.rows(item[0], item[1], bundle, sha256)).flatten().compute(scheduler="processes")


if __name__ == "__main__":
    import tenor
    from portfolio import portfolio

    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "terms.bundle")
        sha256 = tenor.read(HERE.parents[1] / "terms/glowpoint-2005.terms").bundle(path)
        print(f"{len(night(portfolio(40), path, sha256))} rows")
