"""All workloads by name."""

from __future__ import annotations

from benchmarks import graphs, pointsto, supply

WORKLOADS = {w.name: w for w in (*graphs.WORKLOADS, *pointsto.WORKLOADS, *supply.WORKLOADS)}
