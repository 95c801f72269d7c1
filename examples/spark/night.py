"""The night on a Spark cluster: every series of a portfolio under its terms, a row for each figure.

    python examples/spark/night.py --series 200

Without `--master` it starts a cluster of two worker processes on this machine.
"""

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

import pyarrow as pa
from pyspark import SparkFiles
from pyspark.sql import SparkSession

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import series  # noqa: E402
import tenor  # noqa: E402
from portfolio import portfolio  # noqa: E402

#: The types of the columns, as Arrow has them.
ARROW = pa.schema([(name, pa.int32() if kind == "int" else pa.string()) for name, kind in series.COLUMNS.items()])


def session(master: str, folder: str) -> SparkSession:
    """A session on a cluster, whose workers run this Python unless PYSPARK_PYTHON names another."""
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    return (
        SparkSession.builder.master(master)
        .appName("tenor night")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.ui.enabled", "false")
        .config("spark.local.dir", folder)
        .config("spark.sql.warehouse.dir", folder)
        .config("spark.sql.shuffle.partitions", "8")
        .getOrCreate()
    )


def night(spark: SparkSession, streams: "dict[str, str]", terms: tenor.Terms, folder: str) -> "list":
    """The rows of all series, in order. The terms travel as one file with all their imports, under their SHA-256."""
    name = "terms.bundle"
    sha256 = terms.bundle(Path(folder) / name)
    spark.sparkContext.addFile(str(Path(folder) / name))
    spark.sparkContext.addPyFile(str(HERE / "series.py"))

    def one(key: tuple, table: pa.Table) -> pa.Table:
        import series

        # a group comes in any order: the number of the line is what says which record comes first
        lines = table.sort_by("line").column("record").to_pylist()
        found = series.rows(key[0].as_py(), "\n".join(lines) + "\n", SparkFiles.get(name), sha256)
        return pa.Table.from_pylist(found, schema=ARROW)

    records = [(s, n, line) for s, text in streams.items() for n, line in enumerate(text.splitlines())]
    frame = spark.createDataFrame(records, "series string, line int, record string")
    schema = ", ".join(f"`{name}` {kind}" for name, kind in series.COLUMNS.items())
    found = frame.groupBy("series").applyInArrow(one, schema)
    return found.orderBy("series", "of", "entry", "column").collect()


def workers(spark: SparkSession, wanted: int) -> int:
    """How many worker processes there are, once so many have come."""
    status = spark.sparkContext._jsc.sc().getExecutorMemoryStatus
    for _ in range(300):
        if status().size() - 1 >= wanted:
            break
        time.sleep(0.1)
    return status().size() - 1


def main() -> None:
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("--terms", default=str(HERE.parents[1] / "terms/glowpoint-2005.terms"))
    args.add_argument("--series", type=int, default=40, help="how many series the portfolio has")
    args.add_argument("--master", default="local-cluster[2,1,1024]", help="the cluster; `spark://host:7077` for one of your own")
    given = args.parse_args()
    terms = tenor.read(given.terms)
    with tempfile.TemporaryDirectory() as folder:
        spark = session(given.master, folder)
        spark.sparkContext.setLogLevel("ERROR")
        if given.master.startswith("local-cluster"):
            print(f"workers: {workers(spark, 2)}")
        began = time.perf_counter()
        rows = night(spark, portfolio(given.series), terms, folder)
        took = time.perf_counter() - began
        spark.stop()
    stopped = [r for r in rows if r.status != "done"]
    print(f"{len({r.series for r in rows})} series, {len(rows) - len(stopped)} figures, {took:.1f} s")
    for r in stopped[:5]:
        print(f"{r.series} {r.status} at record {r.record}: {r.why}")
    if len(stopped) > 5:
        print(f"… and {len(stopped) - 5} more")


if __name__ == "__main__":
    main()
