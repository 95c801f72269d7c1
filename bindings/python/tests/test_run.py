"""A run: the figures by hand, and every cell against the document of the command."""

import datetime
import pickle
from decimal import Decimal

import pytest
import tenor
from conftest import ROOT, command, document

FIRST = "examples/first.jsonl"
HISTORY = "examples/glowpoint-history.jsonl"
SPLIT = [
    {"date": "2005-03-14", "event": "certificate", "certificate": "W-1", "holder": "A", "shares": 100_000},
    {"date": datetime.date(2006, 2, 1), "event": "split", "new": 2, "old": 1},
]


def text(value):
    """A value of a row as the document writes it."""
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, datetime.datetime):
        return value.strftime("%Y-%m-%dT%H:%M")
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, list):
        return [text(v) for v in value]
    if isinstance(value, dict):
        return {k: text(v) for k, v in value.items() if v is not None}
    return value


def known(row):
    """A row without what is not known, and without objects in objects."""
    out = {}
    for key, value in row.items():
        if isinstance(value, dict):
            out.update({f"{key}_{k}": v for k, v in known(value).items()})
        elif value not in (None, ""):
            out[key] = value
    return out


def test_a_price_by_hand(glowpoint):
    # the floor of the warrant is the market value on its issue date, $1.50; the issue at $0.50 takes the price of $2.40 to
    # it: (40,000,000 + 60,000,000 × 0.50 / 2.40) / 100,000,000 × 2.40 = 1.26 < 1.50. Then the distribution of $0.04 on a
    # market value of 2.00 takes it by (2.00 − 0.04) / 2.00 = 0.98: 1.50 × 0.98 = 1.47
    run = glowpoint.run(FIRST)
    price = run["certificates"].one(certificate="W-1")["price"]
    assert isinstance(price, Decimal)
    assert price == Decimal("1.47")
    assert run.as_of == datetime.date(2006, 6, 2)
    assert run.records == 9


@pytest.mark.parametrize("events", [FIRST, HISTORY])
@pytest.mark.parametrize("readings", [{}, {"floor_effect": "skip"}])
def test_every_cell_is_that_of_the_command(glowpoint, events, readings):
    run = glowpoint.run(events, readings=readings)
    options = [part for name, word in readings.items() for part in ("--reading", f"{name}={word}")]
    theirs = document("run", "terms/glowpoint-2005.terms", events, *options)
    assert run.json() == command("run", "terms/glowpoint-2005.terms", events, *options, "--format", "json")
    compared = 0
    for name in [*run.reports, *run.effects, "adjustments", "refusals", "rescissions"]:
        wanted = theirs[name] if isinstance(theirs[name], list) else [theirs[name]]
        ours = [known(text(row)) for row in run[name]]
        assert ours == [known(row) for row in wanted], name
        compared += sum(map(len, ours))
    for ours, wanted in zip(run.obligations, theirs["obligations"], strict=True):
        due = "promptly" if ours.pop("promptly") else ours["due"].isoformat()
        assert known(text({**ours, "due": due})) == known(wanted)
    said = [f"record {w['event']}: {w['warning']}" + (f" (§{w['clause']})" if w["clause"] else "") for w in run.warnings]
    assert said == theirs["warnings"]
    assert compared > 30, "there is something to compare"
    assert run.readings == theirs["readings"]


def every_terms_file():
    return sorted(p.name for p in (ROOT / "terms").glob("*.terms"))


@pytest.mark.parametrize("name", every_terms_file())
def test_all_terms_are_read_and_take_their_first_record(at_the_root, name):
    terms = tenor.read(f"terms/{name}")
    assert terms.title
    fields = terms.fields()
    assert fields and sum(len(terms.fields(event)) for event in fields.events) == len(fields)
    assert terms.run("").records == 0


def test_events_as_dicts_text_and_bytes_are_one(glowpoint):
    lines = (ROOT / FIRST).read_text()
    by_file = glowpoint.run(FIRST)["certificates"].to_dicts()
    assert glowpoint.run(lines)["certificates"].to_dicts() == by_file
    assert glowpoint.run(lines.encode())["certificates"].to_dicts() == by_file
    assert glowpoint.run(ROOT / FIRST)["certificates"].to_dicts() == by_file
    import json

    records = [json.loads(line, parse_float=Decimal) for line in lines.splitlines()]
    assert glowpoint.run(records)["certificates"].to_dicts() == by_file
    assert glowpoint.run(iter(records))["certificates"].to_dicts() == by_file


def test_a_split_by_hand(glowpoint):
    # two for one: the price is halved, the number doubled
    run = glowpoint.run(SPLIT)
    row = run["certificates"].one(certificate="W-1")
    assert (row["price"], row["number"]) == (Decimal("1.20"), Decimal("200000"))
    kinds = run["certificates"].kinds
    assert kinds["price"] == "decimal" and run["certificates"].units["price"] == "USD/share"


def test_days_and_what_was_known(glowpoint):
    run = glowpoint.run(SPLIT, as_of="2006-01-31")
    assert run["certificates"].one(certificate="W-1")["price"] == Decimal("2.40")
    late = [*SPLIT[:1], {**SPLIT[1], "recorded": "2006-03-01"}]
    assert glowpoint.run(late, known_on=datetime.date(2006, 2, 28)).records == 1
    assert glowpoint.run(late, known_on="2006-03-01").records == 2


def test_moments_are_datetimes(glowpoint):
    # the warrant ends at five in the afternoon five years after its issue
    run = glowpoint.run(FIRST)
    assert run["issuer"][0]["expiry"] == datetime.datetime(2010, 3, 14, 17, 0)
    assert run["issuer"].kinds["expiry"] == "moment"


def test_terms_from_a_text_with_imports(glowpoint):
    source = (ROOT / "terms/glowpoint-2005.terms").read_text()
    mine = tenor.read(source.replace("while the change is under 1%", "while the change is under 5%"), folder="terms")
    # the distribution of 2.04 percent waits under five percent, and is made under one
    assert mine.run(FIRST)["certificates"][0]["pending"] > 0
    assert glowpoint.run(FIRST)["certificates"][0]["pending"] == 0


def test_terms_travel(glowpoint):
    there = pickle.loads(pickle.dumps(glowpoint))
    assert there.run(FIRST).json() == glowpoint.run(FIRST).json()
    assert "terms/lib/warrant-events.terms" in there.files


def test_the_receipt_names_every_file(glowpoint):
    theirs = document("run", "terms/glowpoint-2005.terms", FIRST)["receipt"]
    assert glowpoint.run(FIRST).receipt == theirs
    import hashlib

    digest = hashlib.sha256((ROOT / FIRST).read_bytes()).hexdigest()
    assert [f["sha256"] for f in theirs["files"] if f["role"] == "events"] == [digest]


def test_fields_teach(glowpoint):
    fields = {f.name: f for f in glowpoint.fields("certificate")}
    assert fields["shares"].type == "shares" and not fields["shares"].optional
    assert "shares: shares" in repr(glowpoint.fields("certificate"))
    with pytest.raises(tenor.UsageError, match="did you mean `split`"):
        glowpoint.fields("splt")
    floor = glowpoint.readings["floor"]
    assert floor.default == "split_adjusted" and "nominal" in floor.alternatives


def test_the_command_is_in_the_wheel():
    assert command("--version").startswith(b"tenor ")
    assert b"did you mean" in command_errors("run", "terms/glowpoint-2005.terms", FIRST, "--reading", "flor=nominal")


def command_errors(*args):
    import subprocess
    import sys

    done = subprocess.run([sys.executable, "-m", "tenor", *args], capture_output=True, cwd=ROOT)
    assert done.returncode == 2
    return done.stderr


def test_tables_are_seen(glowpoint):
    run = glowpoint.run(FIRST)
    assert "1.47" in repr(run["certificates"]) and "<td>1.47</td>" in run["certificates"]._repr_html_()
    assert "certificates" in repr(run) and run["certificates"]._repr_html_() in run._repr_html_()
    with pytest.raises(KeyError, match="no table `certificate`"):
        run["certificate"]
    with pytest.raises(LookupError, match="0 rows"):
        run["certificates"].one(certificate="W-9")
    assert run["certificates"]["certificate"] == ["W-1"]
    with pytest.raises(IndexError):
        run["certificates"][1]
    assert run["certificates"][-1] == run["certificates"][0]
