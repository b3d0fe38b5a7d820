"""Did you mean: edits of the author's own text, made without knowing how it was read.

``spelling`` surveys once how a document's author writes things, ``text`` is a row under the editor; ``signs``,
``exchanges``, ``losses`` and ``relations`` have the slips that people make, ``slips`` lists them in order, and
``suggesting`` tries them until enough help. A ``suggestion`` is what a reader is shown.
"""
