"""A portfolio to try the night on: series with streams of their own, some of which are wrong."""

import json


def portfolio(count: int, bad: bool = True) -> "dict[str, str]":
    """Streams of records by their series. Every tenth has a record that cannot be read, where bad ones are asked for."""
    return {f"S-{n:05}": stream(n, bad and n % 10 == 7) for n in range(1, count + 1)}


def stream(n: int, wrong: bool) -> str:
    """The records of a series: an issuer, two certificates, issues below the price, a split, dividends."""
    outstanding = 40_000_000 + 1_000_000 * (n % 17)
    records = [
        {"date": "2005-03-14", "event": "capitalization", "outstanding": outstanding},
        {"date": "2005-03-14", "event": "issue_date_value", "value": "0.50"},
        {"date": "2005-03-14", "event": "certificate", "certificate": "W-1", "holder": "A", "shares": 100_000 + n},
        {"date": "2005-03-14", "event": "certificate", "certificate": "W-2", "holder": "B", "shares": 50_000},
    ]
    for k in range(1, 9):
        cents = 100 + (n * 7 + k * 13) % 120
        price = f"{cents // 100}.{cents % 100:02}"
        shares = 100_000 * (1 + (n + k) % 9)
        records.append({"date": f"2006-{k:02}-10", "event": "issuance", "id": f"I{k}", "shares": shares, "price": price})
    if n % 3 == 0:
        records.append({"date": "2006-10-02", "event": "split", "new": 2, "old": 1})
    records.append({"date": "2006-11-01", "event": "quote", "bid": "1.98", "ask": "2.02"})
    records.append({"date": "2006-11-01", "event": "distribution", "id": "D1", "kind": "cash", "per_share": "0.04"})
    if wrong:
        records.append({"date": "2006-12-01", "event": "splt", "new": 2, "old": 1})
    return "".join(json.dumps(r) + "\n" for r in records)
