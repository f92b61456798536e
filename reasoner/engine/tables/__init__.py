"""Tables of packed rows with intervals of days: what the columnar engine computes with."""
