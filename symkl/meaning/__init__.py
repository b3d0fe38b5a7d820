"""What parsed rows mean: syntax becomes statements about terms, under what is known of a document's symbols.

``symbols`` has what is known of a symbol, ``directives`` what a document declares, ``surveying`` what its use
of symbols shows. ``rules`` says which rule reads which kind of node: they are in ``calls``, ``arithmetic``,
``binders``, ``functionals``, ``moving`` and ``problems``, and are handed a ``reader``. ``rows`` gives a row its
meaning, ``by_words``, ``taken_back`` and ``described`` what prose gives, ends and changes; ``definitions`` collects
what rows define, and ``document`` is where all of it meets the text.
"""
