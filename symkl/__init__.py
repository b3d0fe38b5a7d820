"""symkl: a proof checker for the mathematics of RLHF."""
