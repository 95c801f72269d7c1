"""What is wrong is an exception that says where, what, and what to do."""

import pickle
import threading
import time

import pytest
import tenor
from conftest import ROOT
from test_run import FIRST, SPLIT

GOOD = (ROOT / FIRST).read_text()


def test_terms_that_are_wrong(at_the_root):
    source = (ROOT / "terms/glowpoint-2005.terms").read_text()
    wrong = source.replace("let base = dilution_base(", "let base = dilution_bse(")
    line = 1 + wrong[: wrong.index("dilution_bse")].count("\n")
    column = len("  let base = ") + 1
    with pytest.raises(tenor.TermsError) as caught:
        tenor.read(wrong, folder="terms")
    e = caught.value
    assert e.code == "check::unknown-name"
    assert (e.place.file, e.place.line, e.place.column) == ("terms/<text>", line, column)
    assert "dilution_base" in e.help
    assert "dilution_bse" in e.rendered and "\x1b" not in e.rendered
    assert str(e) == e.rendered


def test_every_error_is_told(at_the_root):
    with pytest.raises(tenor.TermsError) as caught:
        tenor.read('terms "A"\nedition 1\ncurrency USD\n\nrule a on nothing {\n}\n\nrule b on nobody {\n}\n')
    found = [(m.code, m.place.line) for m in caught.value.messages if m.code == "check::unknown-name"]
    assert found == [("check::unknown-name", 5), ("check::unknown-name", 8)]


def test_a_file_that_is_missing(glowpoint):
    with pytest.raises(tenor.MissingFileError, match="no such file") as caught:
        tenor.read("terms/nowhere.terms")
    assert isinstance(caught.value, FileNotFoundError) and isinstance(caught.value, tenor.TenorError)
    with pytest.raises(tenor.MissingFileError, match="no such file"):
        glowpoint.run("nowhere.jsonl")


def test_a_record_that_cannot_be_read(glowpoint):
    bad = GOOD + '{"date":"2006-07-01","event":"splt","new":2,"old":1}\n'
    with pytest.raises(tenor.RecordError) as caught:
        glowpoint.run(bad)
    e = caught.value
    assert e.code == "event::unknown-event"
    assert e.record == 10 and e.place == tenor.Place("<events>", 10)
    assert "split" in e.help
    # what came before it stands
    assert e.result["certificates"][0]["price"] == glowpoint.run(FIRST)["certificates"][0]["price"]
    assert e.result.stopped["event"] == 10
    # and without the run, it goes from one process to another
    assert pickle.loads(pickle.dumps(e)).code == e.code


def test_bad_records_set_aside(glowpoint):
    bad = GOOD.replace("0.50", "half")
    run = glowpoint.run(bad, keep_going=True)
    assert [(r["event"], r["code"]) for r in run.rejected] == [(6, "event::not-a-record")]
    # without the issue the price is 2.40 × 0.98 = 2.352
    assert str(run["certificates"][0]["price"].normalize()) == "2.352"


def test_terms_that_stop(glowpoint):
    # an exercise of a certificate that is not there, and one whose date goes back
    with pytest.raises(tenor.RecordError, match="no certificate of that name"):
        glowpoint.run(
            [
                *SPLIT,
                {
                    "date": "2006-03-01",
                    "event": "exercise",
                    "id": "X",
                    "certificate": "W-9",
                    "shares": 1,
                    "method": "cash",
                    "owned": 0,
                },
            ]
        )
    with pytest.raises(tenor.RecordError, match="before 2006-02-01") as caught:
        glowpoint.run([*SPLIT, {"date": "2006-01-01", "event": "split", "new": 2, "old": 1}])
    assert caught.value.code == "event::backwards"
    # the price of the issue against a number of shares outstanding that nothing has stated
    with pytest.raises(tenor.RunError) as caught:
        glowpoint.run([*SPLIT, {"date": "2006-03-01", "event": "issuance", "shares": 1000, "price": "0.50"}])
    assert caught.value.code == "run::missing" and caught.value.terms_place.file.endswith(".terms")


def test_readings_and_days_that_do_not_exist(glowpoint):
    with pytest.raises(tenor.UsageError, match="no reading `flor`"):
        glowpoint.run(FIRST, readings={"flor": "nominal"})
    with pytest.raises(tenor.UsageError, match="no alternative"):
        glowpoint.run(FIRST, readings={"floor": "nominl"})
    with pytest.raises(tenor.UsageError, match="is no date"):
        glowpoint.run(FIRST, as_of="31.12.2006")


def test_a_float_is_refused(glowpoint):
    with pytest.raises(tenor.RecordError, match=r"record 1: `value` is 1.5: a float is not exact") as caught:
        glowpoint.run([{"date": "2005-03-14", "event": "issue_date_value", "value": 1.5}])
    assert caught.value.record == 1
    with pytest.raises(tenor.RecordError, match="a float is not exact"):
        glowpoint.run([{"date": "2005-03-14", "event": "issue_date_value", "value": [float("nan")]}])


def test_what_is_no_record(glowpoint):
    with pytest.raises(tenor.RecordError, match="a record is a dict"):
        glowpoint.run(["2005-03-14"])
    with pytest.raises(tenor.RecordError, match="a single dict is no stream"):
        glowpoint.run(SPLIT[0])
    with pytest.raises(tenor.RecordError, match="which a record cannot hold"):
        glowpoint.run([{**SPLIT[0], "note": object()}])


def test_other_threads_go_on_while_a_run_runs(glowpoint):
    # a run of some 100,000 records takes long enough for another thread to count in steps of a millisecond
    lines = [SPLIT[0]] + [{"date": "2006-01-02", "event": "quote", "bid": "2.00", "ask": "2.02"}] * 100_000
    data = glowpoint._native.events(lines)
    steps, done = [], threading.Event()

    def count():
        while not done.is_set():
            steps.append(time.perf_counter())
            time.sleep(0.001)

    other = threading.Thread(target=count)
    other.start()
    began = time.perf_counter()
    run = glowpoint.run(data)
    ended = time.perf_counter()
    done.set()
    other.join()
    assert run.records == 100_001
    inside = [s for s in steps if began < s < ended]
    gaps = [b - a for a, b in zip(inside, inside[1:])]
    assert len(inside) > 5 and max(gaps) < (ended - began) / 2, (len(inside), ended - began)


def test_ctrl_c_ends_a_run(glowpoint):
    import os
    import signal

    # a million quotes take far longer than the tenth of a second after which the signal comes
    line = '{"date":"2006-01-02","event":"quote","bid":"2.00","ask":"2.02"}\n'
    data = glowpoint._native.events([SPLIT[0]]) + line.encode() * 1_000_000
    began = []

    def interrupt():
        time.sleep(0.1)
        began.append(time.perf_counter())
        os.kill(os.getpid(), signal.SIGINT)

    # a shell that starts tests in the background has them ignore the signal
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    other = threading.Thread(target=interrupt)
    other.start()
    try:
        with pytest.raises(KeyboardInterrupt):
            glowpoint.run(data)
    finally:
        signal.signal(signal.SIGINT, before)
    assert time.perf_counter() - began[0] < 2
    other.join()
