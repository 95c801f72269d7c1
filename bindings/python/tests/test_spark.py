"""The night on a real cluster of two worker processes, and under Dask: the rows of the command, and no dead stage."""

import json
import os
import shutil
import sys

import pytest
import tenor
from conftest import ROOT, command

SPARK = ROOT / "examples/spark"
REQUIRED = bool(os.environ.get("TENOR_SPARK"))
SERIES = 20
sys.path.insert(0, str(SPARK))


@pytest.fixture(scope="module")
def streams():
    from portfolio import portfolio

    return portfolio(SERIES)


@pytest.fixture(scope="module")
def wanted(streams, tmp_path_factory):
    """The numbers of each series as the command gives them, by their places; None where it says that the stream is wrong."""
    folder = tmp_path_factory.mktemp("streams")
    out = {}
    for series, text in streams.items():
        path = folder / f"{series}.jsonl"
        path.write_text(text)
        bad = "splt" in text
        result = json.loads(command("run", "terms/glowpoint-2005.terms", str(path), "--format", "json", code=65 if bad else 0))
        certificates = {
            ("certificates", c["certificate"], name): c[name]
            for c in result["certificates"]
            for name in ("price", "number", "pending")
        }
        out[series] = None if bad else {**certificates, ("issuer", None, "outstanding"): result["issuer"]["outstanding"]}
    return out


def held(rows, wanted):
    """Rows against the command: as dicts, of any engine."""
    compared = 0
    for series, figures in wanted.items():
        own = [r for r in rows if r["series"] == series]
        if figures is None:
            [row] = own
            assert (row["status"], row["code"]) == ("stopped", "event::unknown-event")
            assert row["record"] and "splt" in row["why"] and row["value"] is None
            continue
        assert {r["status"] for r in own} == {"done"}
        ours = {(r["of"], r["entry"], r["column"]): r["value"] for r in own}
        assert {place: ours[place] for place in figures} == figures
        compared += len(figures)
    assert compared > 100 and None in wanted.values()


@pytest.mark.skipif(not REQUIRED and not shutil.which("java"), reason="there is no Java here")
def test_the_night_on_two_workers(streams, wanted, tmp_path):
    if not REQUIRED:
        pytest.importorskip("pyspark")
    import night

    terms = tenor.read("terms/glowpoint-2005.terms")
    spark = night.session("local-cluster[2,1,1024]", str(tmp_path))
    try:
        spark.sparkContext.setLogLevel("ERROR")
        assert night.workers(spark, 2) == 2
        rows = [r.asDict() for r in night.night(spark, streams, terms, str(tmp_path))]
        failed = spark.sparkContext.statusTracker().getJobIdsForGroup(None)
        assert all(spark.sparkContext.statusTracker().getJobInfo(j).status == "SUCCEEDED" for j in failed)
    finally:
        spark.stop()
    held(rows, wanted)
    assert {r["terms_sha256"] for r in rows} == {terms.bundle(tmp_path / "again.bundle")}


def test_the_night_under_dask(streams, wanted, tmp_path):
    pytest.importorskip("dask.bag")
    import dask_night

    path = tmp_path / "terms.bundle"
    sha256 = tenor.read("terms/glowpoint-2005.terms").bundle(path)
    held(dask_night.night(streams, str(path), sha256), wanted)


def test_what_fails_otherwise_is_a_row_too(tmp_path):
    import series

    [row] = series.rows("S-1", "", str(tmp_path / "nowhere"), "0")
    assert (row["status"], row["code"]) == ("failed", "FileNotFoundError")
    assert list(row) == list(series.COLUMNS)
