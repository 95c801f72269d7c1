"""What the tests share: the files of the project, and the command as a program of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import tenor

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="session", autouse=True)
def at_the_root():
    """Paths in results are as they are given: from the root of the project."""
    before = os.getcwd()
    os.chdir(ROOT)
    yield
    os.chdir(before)


@pytest.fixture(scope="session")
def glowpoint(at_the_root):
    return tenor.read("terms/glowpoint-2005.terms")


@pytest.fixture(scope="session")
def history(glowpoint):
    return glowpoint.run("examples/glowpoint-history.jsonl")


def command(*args: str, code: int = 0, stdin: bytes = b"") -> bytes:
    """What the command writes, run by itself: TENOR names a binary, otherwise that of the wheel is taken."""
    line = [os.environ["TENOR"]] if os.environ.get("TENOR") else [sys.executable, "-m", "tenor"]
    done = subprocess.run([*line, *args], capture_output=True, cwd=ROOT, input=stdin)
    assert done.returncode == code, done.stderr.decode()
    return done.stdout


def document(*args: str, code: int = 0) -> dict:
    return json.loads(command(*args, "--format", "json", code=code))
