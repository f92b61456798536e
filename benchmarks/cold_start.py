"""Cold start: the whole process of one question on the article, from the shell's point of view."""

from __future__ import annotations

import json
import platform
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
QUESTION = [sys.executable, "-m", "reasoner", "ask", "who besieges Raqqa?", "--json"]
EMPTY = [sys.executable, "-c", "pass"]
RUNS = 9


def timed(command: list[str]) -> tuple[float, str]:
    """Seconds of one process, and what it printed."""
    start = time.perf_counter()
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return time.perf_counter() - start, done.stdout


def main() -> None:
    """Prints the median of the interleaved runs of both commands, after one that warms the disk."""
    answers = len(json.loads(timed(QUESTION)[1])["answers"])
    asked, empty = [], []
    for _ in range(RUNS):
        empty.append(timed(EMPTY)[0])
        asked.append(timed(QUESTION)[0])
    print(f"Python {platform.python_version()}, {RUNS} runs each, interleaved; seconds: median (least to most)")
    for name, times in (("python -c pass", empty), ("reasoner ask --json", asked)):
        print(f"{name:<22} {statistics.median(times):.3f}  ({min(times):.3f} to {max(times):.3f})")
    print(f"answers: {answers}")


if __name__ == "__main__":
    main()
