"""A profile of Hypothesis for planted bugs: that a test fails is enough, the smallest example is not looked for."""

from hypothesis import Phase, settings

settings.register_profile("hasty", phases=(Phase.explicit, Phase.generate), database=None, deadline=None)
