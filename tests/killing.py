"""Kills appends to an archive at random moments: `python -m tests.killing --times 200`.

After each kill the archive must open, with all of that append or nothing of it, and be whole.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import tempfile
import time
from pathlib import Path
from typing import NoReturn

from reasoner.archive.archive import Archive
from reasoner.archive.ledger import Ledger

RULES = """
type Actor.  type Place.
event take(actor: Actor, place: Place)  "{actor} takes {place}".
state holds(actor: Actor, place: Place)  "{actor} holds {place}".
holds(A, P) :- not lost(A, P) since take(A, P).
lost(A, P) :- take(B, P), once take(A, P), A != B.
state beside(actor: Actor, other: Actor)  "{actor} and {other} hold a place".
beside(A, B) :- holds(A, P), holds(B, P), A != B.
"""
FACTS = 40  # of each article


def article(number: int) -> str:
    """A source, and what it says."""
    facts = (f"take(a{n % 3}, p{number % 7}_{n}, 2016-01-{number % 28 + 1:02}).\n" for n in range(FACTS))
    return f'source s{number} publisher "S" date 2016-02-01 reliability b.\n{"".join(facts)}'


def kill(times: int, seed: int) -> tuple[int, int, int]:
    """How many appends are lost and kept, and how many files were half written. Raises where an append is halved."""
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as name:
        folder, rules, news = (Path(name) / part for part in ("war", "rules.dl", "news.dl"))
        rules.write_text(RULES)
        news.write_text(article(0))
        version, claims = 1, len(Archive.create(folder, [rules], [news], default_rules=False).base.claims)
        longest, lost, kept = [0.0, 0.0], 0, 0
        for number in range(1, times + 1):
            news.write_text(article(number))
            writing, begun = os.pipe()
            child = os.fork()
            if not child:
                _append(folder, news, begun)
            os.close(begun)
            # Half of the kills come while the append writes; first it is seen how long both take.
            late = number % 2
            began = time.monotonic()
            if late:
                os.read(writing, 1)
                began = time.monotonic()
            if number > 4:
                time.sleep(chance.uniform(0, longest[late]))
                os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            os.close(writing)
            longest[late] = max(longest[late], time.monotonic() - began)
            now = Archive.open(folder)
            now.check()
            more = now.page.version - version
            assert more in (0, 1), f"version {now.page.version}"
            assert len(now.base.claims) == claims + more * FACTS, f"half an append: {len(now.base.claims)} claims"
            version, claims = now.page.version, len(now.base.claims)
            lost, kept = lost + 1 - more, kept + more
        left = sum(1 for path in folder.rglob(".*"))
    return lost, kept, left


def _append(folder: Path, news: Path, begun: int) -> NoReturn:
    """Appends, and says so when it begins to write."""
    keep = Ledger.keep

    def told(ledger: Ledger, data: bytes, suffix: str) -> str:
        os.write(begun, b".")
        return keep(ledger, data, suffix)

    Ledger.keep = told  # type: ignore[method-assign]
    Archive.open(folder).append(news)
    os._exit(0)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=200)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    given = parser.parse_args()
    lost, kept, left = kill(given.times, given.seed)
    print(f"seed {given.seed}: of {given.times} appends {lost} lost, {kept} kept; halves of files: {left}")
