"""How long laws are tried: `pytest --hypothesis-profile=nightly` draws forty times as many examples."""

from hypothesis import settings

settings.register_profile("daily", max_examples=25, deadline=None)
settings.register_profile("nightly", max_examples=1000, deadline=None)
settings.load_profile("daily")
