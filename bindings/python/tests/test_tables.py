"""Results in pyarrow, polars, pandas and DuckDB: the same values, exactly, and the types that were meant."""

import datetime
from decimal import Decimal, localcontext

import pytest
import tenor
from test_run import FIRST, HISTORY, SPLIT

pa = pytest.importorskip("pyarrow")
pl = pytest.importorskip("polars")
pd = pytest.importorskip("pandas")
duckdb = pytest.importorskip("duckdb")


def all_tables(run):
    return [run[name] for name in run]


def same(ours, theirs):
    """Rows are the same: numbers by their values, for a decimal of Arrow has the noughts of its scale."""
    assert len(ours) == len(theirs)
    for a, b in zip(ours, theirs):
        assert a.keys() == b.keys()
        for name in a:
            assert a[name] == b[name], (name, a[name], b[name])
            assert isinstance(b[name], Decimal) == isinstance(a[name], Decimal), name


def test_pyarrow_has_every_value(history):
    for table in all_tables(history):
        arrow = pa.table(table)
        arrow.validate(full=True)
        assert arrow.column_names == table.columns and arrow.num_rows == len(table)
        same(table.to_dicts(), arrow.to_pylist())


def test_types_are_those_that_are_meant(history):
    schema = pa.schema(history.adjustments)
    assert pa.types.is_date32(schema.field("date").type)
    assert pa.types.is_int64(schema.field("event").type)
    # the price after the first issue has 28 digits after the point, and the column that scale
    assert schema.field("after").type == pa.decimal128(38, 28)
    assert pa.schema(history["issuer"]).field("expiry").type == pa.timestamp("s")
    deliverable = pa.schema(history["certificates"]).field("deliverable").type
    assert pa.types.is_list(deliverable) and deliverable.value_type.field("amount").type == pa.decimal128(38, 0)
    assert pa.schema(history["certificates"]).field("price").metadata == {b"unit": b"USD/share"}


def test_what_was_taken_outlives_the_run(glowpoint):
    # the buffers are handed over, not lent: they are there when everything they came from is gone
    import gc

    run = glowpoint.run(HISTORY)
    wanted = run.adjustments.to_dicts()
    reader = pa.RecordBatchReader.from_stream(run.adjustments)
    del run
    gc.collect()
    same(wanted, reader.read_all().to_pylist())


def test_polars_has_every_value(history):
    for table in all_tables(history):
        frame = pl.DataFrame(table)
        assert frame.columns == table.columns and len(frame) == len(table)
        same(table.to_dicts(), frame.to_dicts())
    frame = history.adjustments.to_polars()
    assert frame.schema["after"] == pl.Decimal(38, 28) and frame.schema["date"] == pl.Date


def test_pandas_has_every_value(history):
    frame = history.adjustments.to_pandas()
    assert frame["after"].tolist() == history.adjustments["after"]
    assert [d for d in frame["date"]] == history.adjustments["date"]
    if hasattr(pd.DataFrame, "from_arrow"):
        direct = pd.DataFrame.from_arrow(history.adjustments)
        assert [Decimal(str(v)) for v in direct["after"]] == history.adjustments["after"]


def test_duckdb_has_every_value(history):
    adjustments = pa.table(history.adjustments)  # noqa: F841 (DuckDB finds it by its name)
    rows = duckdb.sql("select record.event, record.after from adjustments as record order by event, after desc").fetchall()
    ours = sorted(((r["event"], r["after"]) for r in history.adjustments), key=lambda r: (r[0], -r[1]))
    assert rows == ours
    # the price only ever falls here: the last is the least
    least = duckdb.sql("select min(after) from adjustments").fetchall()[0][0]
    assert least == history["certificates"][0]["price"]


def test_duckdb_takes_a_table_as_it_is(history):
    stream = history.adjustments
    try:
        count = duckdb.sql("select count(*) from stream").fetchall()[0][0]
    except (duckdb.Error, TypeError) as e:  # an older one takes pyarrow's
        pytest.skip(f"this DuckDB takes no PyCapsule: {e}")
    assert count == len(stream)


def test_scales_and_text(history):
    table = history.adjustments
    text = pa.table(table.with_decimals("text"))
    assert text.column("after").to_pylist() == [str(v) for v in table["after"]]
    assert pa.schema(table.with_decimals(30)).field("after").type == pa.decimal128(38, 30)
    with pytest.raises(tenor.PrecisionError, match=r"column `before`: 1\.94\d+ does not fit decimal128\(38, 4\) exactly"):
        pa.table(table.with_decimals(4))
    with pytest.raises(ValueError, match="a scale from 0 to 38"):
        table.with_decimals(39)


def test_what_does_not_fit_is_not_rounded(glowpoint):
    # a number of 24,691,357,802 shares and a price of 28 digits after the point in one column: 11 + 28 = 39 digits
    events = [
        {"date": "2005-03-14", "event": "capitalization", "outstanding": "40000000000"},
        {"date": "2005-03-14", "event": "issue_date_value", "value": "0.01"},
        {"date": "2005-03-14", "event": "certificate", "certificate": "W-1", "holder": "A", "shares": 12_345_678_901},
        {"date": "2006-01-10", "event": "issuance", "id": "I1", "shares": 1_000_000_000, "price": "1.00"},
        {"date": "2006-02-02", "event": "split", "new": 2, "old": 1},
    ]
    table = glowpoint.run(events).adjustments
    digits = max(-v.as_tuple().exponent for v in table["after"])
    whole = max(len(str(int(v))) for v in table["after"])
    assert digits + whole > 38
    with pytest.raises(tenor.PrecisionError, match="with_decimals"):
        pa.table(table)
    assert [Decimal(v) for v in pa.table(table.with_decimals("text"))["after"].to_pylist()] == table["after"]


def test_empty_tables_have_their_types(glowpoint):
    empty = glowpoint.run("").adjustments
    assert len(empty) == 0
    schema = pa.table(empty).schema
    assert schema.field("after").type == pa.decimal128(38, 0) and pa.types.is_date32(schema.field("date").type)
    assert len(pl.DataFrame(empty)) == 0


# Events from frames.

ROWS = [
    {"date": datetime.date(2005, 3, 14), "event": "capitalization", "outstanding": 40_000_000},
    {"date": datetime.date(2005, 3, 14), "event": "issue_date_value", "value": Decimal("1.50")},
    {"date": datetime.date(2005, 3, 14), "event": "certificate", "certificate": "W-1", "holder": "A", "shares": 100_000},
    {"date": datetime.date(2006, 6, 1), "event": "issuance", "id": "I1", "shares": 1_000_000, "price": Decimal("1.00")},
]
SCHEMA = pa.schema(
    [
        ("date", pa.date32()),
        ("event", pa.string()),
        ("outstanding", pa.int64()),
        ("value", pa.decimal128(20, 4)),
        ("certificate", pa.string()),
        ("holder", pa.string()),
        ("shares", pa.int64()),
        ("id", pa.string()),
        ("price", pa.decimal128(38, 20)),
    ]
)


def expected():
    """(40,000,000 × 2.40 + 1,000,000 × 1.00) / 41,000,000 = 97 / 41, to 28 digits after the point."""

    with localcontext() as context:
        context.prec = 29
        return Decimal(97) / Decimal(41)


def price(run):
    return run["certificates"].one(certificate="W-1")["price"]


@pytest.fixture(scope="module")
def arrow():
    return pa.Table.from_pylist([{**dict.fromkeys(SCHEMA.names), **row} for row in ROWS], schema=SCHEMA)


def test_events_of_pyarrow(glowpoint, arrow):
    assert price(glowpoint.run(arrow)) == expected()
    assert price(glowpoint.run(arrow.to_reader(max_chunksize=1))) == expected()


def test_events_of_polars(glowpoint, arrow):
    frame = pl.DataFrame(arrow)
    assert price(glowpoint.run(frame)) == expected()
    # categories are dictionaries, and strings are views
    assert price(glowpoint.run(frame.with_columns(pl.col("event").cast(pl.Categorical)))) == expected()


def test_events_of_pandas(glowpoint, arrow):
    frame = arrow.to_pandas(types_mapper=pd.ArrowDtype)
    assert price(glowpoint.run(frame)) == expected()
    # with days as pandas likes them, an index of its own and a category
    frame["date"] = pd.to_datetime(frame["date"])
    frame["event"] = frame["event"].astype("category")
    frame.index = pd.Index(["a", "b", "c", "d"])
    assert price(glowpoint.run(frame)) == expected()


def test_events_of_duckdb(glowpoint, arrow):
    relation = duckdb.sql("select * from arrow order by date")
    stream = relation if hasattr(relation, "__arrow_c_stream__") else relation.arrow()
    assert price(glowpoint.run(stream)) == expected()


def test_floats_of_a_frame_are_refused(glowpoint, arrow):
    floats = pl.DataFrame(arrow).with_columns(pl.col("shares").cast(pl.Float64))
    with pytest.raises(tenor.RecordError, match="record 3: column `shares` is of floats.*convert_dtypes") as caught:
        glowpoint.run(floats)
    assert caught.value.record == 3
    # whole numbers that pandas made floats of are whole again as it says
    frame = pd.DataFrame(ROWS)
    assert str(frame["shares"].dtype) == "float64"
    with pytest.raises(tenor.RecordError, match="of floats"):
        glowpoint.run(frame)
    assert price(glowpoint.run(frame.convert_dtypes())) == expected()


def test_hours_of_a_frame(glowpoint):
    at = datetime.datetime(2006, 1, 10, 10, 30)
    table = pa.table({"date": [at], "event": ["split"], "new": [2], "old": [1]})
    with pytest.raises(tenor.RecordError, match="put the hour in `time`"):
        glowpoint.run(table)
    zoned = pa.table({"date": pa.array([at], pa.timestamp("us", "UTC")), "event": ["split"], "new": [2], "old": [1]})
    with pytest.raises(tenor.RecordError, match="time zone of the terms"):
        glowpoint.run(zoned)
    good = pa.table({"date": [at.date()], "time": [at.time()], "event": ["split"], "new": [2], "old": [1]})
    assert glowpoint.run(good).records == 1
    seconds = pa.table({"date": [at.date()], "time": [datetime.time(10, 30, 1)], "event": ["split"], "new": [2], "old": [1]})
    with pytest.raises(tenor.RecordError, match="an hour and a minute"):
        glowpoint.run(seconds)


def test_lists_of_a_frame(glowpoint):
    pieces = pa.array([None, None, None, [{"shares": 1000, "price": Decimal("1.10")}, {"shares": 500, "price": Decimal("0.90")}]])
    rows = [*ROWS[:3], {"date": datetime.date(2006, 6, 1), "event": "issuance", "id": "I1"}]
    table = pa.Table.from_pylist([{**dict.fromkeys(SCHEMA.names), **row} for row in rows], schema=SCHEMA)
    run = glowpoint.run(table.append_column("pieces", pieces))
    text = [dict(row) for row in rows]
    text[3]["pieces"] = [{"shares": "1000", "price": "1.10"}, {"shares": "500", "price": "0.90"}]
    assert run.adjustments.to_dicts() == glowpoint.run(text).adjustments.to_dicts()
    # the whole issue is what is deemed: 1,000 × 1.10 + 500 × 0.90 = 1,550 for 1,500 shares, outstanding then 40,001,500
    assert run["issuer"][0]["outstanding"] == 40_001_500


def test_a_run_reads_its_own_tables(glowpoint):
    # what comes out of one is a stream of the other without a step between: days, texts and numbers fit
    run = glowpoint.run(HISTORY)
    deals = pl.DataFrame(run.adjustments).select("date", pl.lit("quote").alias("event"), pl.col("after").alias("close"))
    assert glowpoint.run(deals).records == len(run.adjustments)
    assert glowpoint.run(SPLIT).records == 2 and glowpoint.run(FIRST).records == 9
