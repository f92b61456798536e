"""S: the whole process of one question on the article, from the shell's point of view."""

from __future__ import annotations

import json
import time

from benchmarks.run import Limits, Line, Table, call

TITLE = "cold start: the whole process of one question"
COMMANDS = {
    "columnar": ["-m", "reasoner", "ask", "who besieges Raqqa?", "--json"],
    "python -c pass": ["-c", "pass"],
    "import numpy": ["-c", "import numpy"],
}


def measure(limits: Limits) -> Table:
    """Interleaved runs of each command, after one that warms the disk."""
    lines = {name: Line(name) for name in COMMANDS}
    answers = json.loads(call(COMMANDS["columnar"], limits)[0])["answers"]
    for _ in range(max(limits.runs, 5)):
        for name, command in COMMANDS.items():
            start = time.perf_counter()
            _, lines[name].failed, memory = call(command, limits)
            lines[name].load.append(0)
            lines[name].evaluate.append(time.perf_counter() - start)
            lines[name].memory.append(memory << 10)
    return Table("S", TITLE, f"{len(answers)} answers", list(lines.values()))
