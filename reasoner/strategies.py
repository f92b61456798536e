"""Hypothesis strategies for those who test rules, engines or tools of their own.

- `dates()`: dates of any precision, as they are written
- `programs()`: stratified, safe programs with their declarations and facts
- `fact_bases(vocabulary)`: facts for the rules of a program, drawn from its declarations
- `wars()`: whole wars on a grid, for the default doctrine

    import reasoner
    from hypothesis import given
    from reasoner.strategies import wars

    kb = reasoner.load("my_rules", "map.dl")

    @given(wars())
    def test_nobody_besieges_themselves(war):
        assert not kb.append(war).query("besieges(A, P, _), holds(A, P)")
"""

from reasoner.verify.factbases import dates, fact_bases
from reasoner.verify.programs import Written, programs
from reasoner.verify.wars import wars
from reasoner.verify.worlds import FactBase

__all__ = ["FactBase", "Written", "dates", "fact_bases", "programs", "wars"]
