"""Sweeps, answers, comparisons and explanations: by hand where a hand can, and against the command."""

from decimal import Decimal
from fractions import Fraction

import pytest
import tenor
from conftest import ROOT, command, document
from test_run import FIRST

# The issue of examples/first.jsonl without the distribution: 40,000,000 shares outstanding, 60,000,000 issued at p dollars, a
# price of 2.40 and a floor of 1.50. The price becomes (40 × 2.40 + 60 × p) / 100 = 0.96 + 0.6 p where p < 2.40; it reaches
# the floor at 0.96 + 0.6 p = 1.50, that is p = 0.9.
ISSUE = [
    {"date": "2005-03-14", "event": "capitalization", "outstanding": 40_000_000},
    {"date": "2005-03-14", "event": "issue_date_value", "value": "1.50"},
    {"date": "2005-03-14", "event": "certificate", "certificate": "W-1", "holder": "A", "shares": 100_000},
    {"date": "2006-01-10", "event": "issuance", "id": "I1", "shares": 60_000_000, "price": "0.50"},
]
PRICE = "certificates_W-1_price"


def test_a_sweep_by_hand(glowpoint):
    sweep = glowpoint.sweep(ISSUE, {"issuance[1].price": ["0.50", Decimal("1.10"), 2, 3]})
    points = {row["issuance[1].price"]: row for row in sweep.points if not row["turns"]}
    assert {at: row[PRICE] for at, row in points.items()} == {
        Decimal("0.50"): Decimal("1.50"),
        Decimal("1.10"): Decimal("1.62"),
        Decimal(2): Decimal("2.16"),
        Decimal(3): Decimal("2.40"),
    }
    # the floor ceases to bind at 0.9, and the issue to dilute at 2.40
    exact = {Fraction(row["exactly"]) for row in sweep.turns}
    assert {Fraction(9, 10), Fraction(12, 5)} <= exact
    turning = [row for row in sweep.points if row["turns"]]
    assert Decimal("0.9") in [row["issuance[1].price"] for row in turning]
    assert sweep.title == glowpoint.title and "0.9" in repr(sweep)


def test_a_sweep_is_a_table(glowpoint):
    pa = pytest.importorskip("pyarrow")
    table = pa.table(glowpoint.sweep(ISSUE, {"issuance[1].price": "0.50..2.50 step 1"}).points)
    assert pa.types.is_decimal(table.schema.field("issuance[1].price").type)
    assert pa.types.is_decimal(table.schema.field(PRICE).type)
    words = pa.table(glowpoint.sweep(ISSUE, {"floor_effect": "*"}).points)
    assert words.schema.field("floor_effect").type == pa.string()


def test_a_sweep_is_that_of_the_command(glowpoint):
    vary = "issuance[1].price=0.50..3.00 step 0.50"
    theirs = document("sweep", "terms/glowpoint-2005.terms", FIRST, "--vary", vary)
    ours = glowpoint.sweep(FIRST, {"issuance[1].price": "0.50..3.00 step 0.50"})
    assert ours.document == theirs
    figures = [f["value"] for p in theirs["points"] for f in p["figures"]]
    heads = [c for c in ours.points.columns if c not in ("issuance[1].price", "refusals", "turns", "stopped")]
    assert [None if v is None else str(v) for row in ours.points for v in (row[h] for h in heads)] == figures


def test_an_answer_by_hand(glowpoint):
    # 0.96 + 0.6 p = 2 at p = 1.04 / 0.6 = 26/15
    found = glowpoint.solve(ISSUE, "price of W-1 = 2.00", by="issuance[1].price")
    assert found and found.values == [Fraction(26, 15)]
    # the price is at its floor of 1.50 for every p up to 0.9
    floor = glowpoint.solve(ISSUE, "price of W-1 = 1.50", by="issuance[1].price", within="0.10..2.00")
    row = floor.answers[0]
    assert (row["from"], row["to"], row["to_exactly"]) == (Decimal("0.10"), Decimal("0.9"), "9/10")
    none = glowpoint.solve(ISSUE, "price of W-1 = 1.20", by="issuance[1].price")
    assert not none and none.nearest[1] == Decimal("1.50") and "nearest" in repr(none)


def test_a_comparison(glowpoint):
    ratchet = tenor.read("terms/glowpoint-full-ratchet.terms")
    ours = tenor.compare(glowpoint, ratchet, events=ISSUE, variants=[{"floor_effect": "skip"}])
    prices = {r["variant"]: r["value"] for r in ours.figures if (r["column"], r["entry"]) == ("price", "W-1")}
    assert len(prices) == 3 and len(ours.standings) == 3
    # under the weighted average the floor of 1.50 holds; where the adjustment below it is skipped the price stays at 2.40
    assert prices["glowpoint-2005"] == Decimal("1.50")
    assert [v for name, v in prices.items() if "skip" in name] == [Decimal("2.40")]
    theirs = document("compare", "terms/glowpoint-2005.terms", "terms/glowpoint-full-ratchet.terms", "--events", FIRST)
    assert glowpoint.compare(ratchet, events=FIRST).document == theirs
    several = glowpoint.compare(ratchet, events={"a.jsonl": ISSUE, "b.jsonl": ISSUE[:3]})
    assert {r["stream"] for r in several.standings} == {"a.jsonl", "b.jsonl"}
    with pytest.raises(tenor.UsageError, match="no terms to compare"):
        tenor.compare(events=ISSUE)


def test_what_readings_are_worth(glowpoint):
    worth = glowpoint.worth(ISSUE)
    assert worth.document["schema"] == "tenor.readings/1"
    # to skip the adjustment leaves the price at 2.40, which is 0.90 above the floor
    row = next(r for r in worth.differences if (r["chosen"], r["column"]) == ("skip", "price"))
    assert (row["default"], row["alternative"], row["difference"]) == (Decimal("1.50"), Decimal("2.40"), Decimal("0.90"))
    assert "floor_effect" in worth.readings["reading"]


def test_an_explanation(glowpoint):
    explained = glowpoint.explain(FIRST, 6)
    [step] = explained.steps
    assert any("price becomes" in s.text for s in step.walk())
    assert "§4(d)(i)" in str(explained) and "└─ " in str(explained)
    theirs = command("explain", "terms/glowpoint-2005.terms", FIRST, "--event", "6").decode()
    assert str(explained) == theirs.rstrip("\n")
    assert glowpoint.explain(FIRST, 6, certificate="W-1").steps
    with pytest.raises(tenor.UsageError, match="there is no record 99"):
        glowpoint.explain(FIRST, 99)


def test_what_is_asked_wrongly(glowpoint):
    with pytest.raises(tenor.UsageError, match="a float is not exact"):
        glowpoint.sweep(ISSUE, {"issuance[1].price": [0.5, 1.5]})
    with pytest.raises(tenor.TenorError) as caught:
        glowpoint.sweep(ISSUE, {"issuance[9].price": "0.5,1"})
    assert caught.value.code and "issuance" in caught.value.message
    with pytest.raises(tenor.RecordError) as record:
        glowpoint.sweep([*ISSUE, {"date": "2006-02-01", "event": "splt"}], {"issuance[1].price": "0.5,1"})
    assert record.value.record == 5
    with pytest.raises(tenor.RecordError):
        glowpoint.explain([*ISSUE, {"date": "2006-02-01", "event": "splt"}])


def test_terms_in_memory_are_those_that_were_read(glowpoint, tmp_path):
    # a sweep of terms that were changed on the disk meanwhile is one of the terms that were read
    import shutil

    shutil.copytree(ROOT / "terms", tmp_path / "terms")
    path = tmp_path / "terms/glowpoint-2005.terms"
    terms = tenor.read(path)
    path.write_text("nonsense")
    assert len(terms.sweep(ISSUE, {"issuance[1].price": "0.50,0.60"}).points) == 2


def test_a_bundle_is_whole_and_itself(glowpoint, tmp_path):
    import hashlib

    sha256 = glowpoint.bundle(tmp_path / "a.bundle")
    assert sha256 == hashlib.sha256((tmp_path / "a.bundle").read_bytes()).hexdigest()
    assert glowpoint.bundle(tmp_path / "b.bundle") == sha256
    there = tenor.unbundle(tmp_path / "a.bundle", sha256)
    assert there.run(FIRST).json() == glowpoint.run(FIRST).json()
    (tmp_path / "a.bundle").write_bytes((tmp_path / "b.bundle").read_bytes() + b" ")
    with pytest.raises(tenor.UsageError, match="not the bundle that was meant"):
        tenor.unbundle(tmp_path / "a.bundle", sha256)
