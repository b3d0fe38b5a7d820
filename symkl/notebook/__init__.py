"""symkl in notebooks: ``%load_ext symkl``, then ``%%symkl`` at the head of a cell with a derivation."""
