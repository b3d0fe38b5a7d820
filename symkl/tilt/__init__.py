"""``symkl tilt``: what the optimal policy does to a table of one's own, every digit shown certified."""
