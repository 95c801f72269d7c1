"""The notebook runs from its first cell to its last, and shows what it says."""

import pytest
from conftest import ROOT

FOLDER = ROOT / "examples/notebook"


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.ipynb")), ids=lambda p: p.name)
def test_a_notebook_runs(path):
    nbformat = pytest.importorskip("nbformat")
    client = pytest.importorskip("nbclient")
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    # a cell that raises ends it
    client.NotebookClient(notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(FOLDER)}}).execute()
    shown = [o for c in notebook.cells if c.cell_type == "code" for o in c.outputs]
    assert len(shown) >= 8
    text = "".join(str(o.get("data", {}).get("text/plain", o.get("text", ""))) for o in shown)
    # (2.50 × 8,500,000 + 1.20 × 2,500,000) / 11,000,000, as the notebook derives it
    assert "97/44" in text and "did you mean `issuance`" in text
