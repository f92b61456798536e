"""All workloads by name."""

from __future__ import annotations

from benchmarks import graphs, metric, neighbours, pointsto, supply, war

WORKLOADS = {
    workload.name: workload
    for family in (graphs, pointsto, supply, neighbours, war, metric)
    for workload in family.WORKLOADS
}
