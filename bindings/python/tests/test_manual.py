"""The manual's code runs as it stands, and gives what it says."""

import re
from decimal import Decimal

import pytest
from conftest import ROOT


def blocks(path):
    return re.findall(r"^```python\n(.*?)^```", (ROOT / path).read_text(), re.S | re.M)


def test_the_manual_runs(at_the_root, capsys):
    for module in ("polars", "pandas", "pyarrow", "duckdb"):
        pytest.importorskip(module)
    names: dict = {}
    said = 0
    for block in blocks("docs/python.md"):
        exec(block, names)
        # what stands behind a line is what it gives
        for line, comment in re.findall(r"^(\S.*?)\s+# (\[?Decimal\(.*)$", block, re.M):
            assert repr(eval(line, names)) == comment
            said += 1
    assert said >= 2
    assert names["found"].values and names["sweep"].turns
    assert "event::unknown-event <events>:1 did you mean `certificate`?" in capsys.readouterr().out
    assert names["run"]["certificates"][0]["price"] == Decimal("1.47")


def test_the_readme_of_the_package_runs(at_the_root):
    names: dict = {}
    for block in blocks("bindings/python/README.md"):
        exec(block, names)
    assert len(names["run"].adjustments) > 0
