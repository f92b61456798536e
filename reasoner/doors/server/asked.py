"""What a page asks: the parameters of an address, and addresses with some of them changed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

from reasoner.doors.server.limits import Limits, Refused


@dataclass(frozen=True)
class Asked:
    """The same parameters for every address, so that links keep what else is looked at."""

    q: str = ""
    at: str = ""
    suppose: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    place: str = ""
    atom: str = ""

    @classmethod
    def of(cls, query: bytes, limits: Limits) -> Asked:
        """The parameters of an address; others do not count. Raises Refused where they are too long or too many."""
        try:
            pairs = parse_qsl(query.decode("latin-1"), max_num_fields=limits.values)
        except ValueError:
            raise Refused(422, f"There are too many parameters: there may be {limits.values}.") from None
        given: dict[str, Any] = {}
        for name, value in pairs:
            if name not in NAMES:
                continue
            if len(value) > limits.value:
                raise Refused(422, f"`{name}` is too long: it may have {limits.value:,} characters.")
            if value := value.strip():
                given[name] = (*given.get(name, ()), value) if name in SEVERAL else value
        given.update({name: tuple(dict.fromkeys(given[name])) for name in SEVERAL if name in given})
        return cls(**given)

    def link(self, **changes: Any) -> str:
        """The address of the page with these parameters, or others instead of some."""
        return self.address("/", **changes)

    def address(self, path: str, **changes: Any) -> str:
        """The same for another path."""
        changed = replace(self, **changes)
        values = {name: value for name in NAMES if (value := getattr(changed, name))}
        return f"{path}?{urlencode(values, doseq=True)}" if values else path

    def supposing(self, facts: Iterable[str]) -> str:
        """The address of the page with more suppositions."""
        return self.link(suppose=tuple(dict.fromkeys((*self.suppose, *facts))))


NAMES = tuple(f.name for f in fields(Asked))
SEVERAL = ("suppose", "without")
