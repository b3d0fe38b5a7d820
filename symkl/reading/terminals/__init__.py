"""The lexer's second half: raw symbols become the terminals of ``latex.lark``.

``row`` is a row of raw symbols, which nothing changes; ``pieces`` is what a rule may say. ``naming`` reads the names
of symbols, ``calls`` their arguments, ``words`` what is written upright, ``operators`` and ``under`` what binds,
``functionals`` divergences and their like, ``commands`` fractions and roots, ``scripts`` powers, ``signs`` what stands
between operands; ``arranging`` gives each raw symbol to its rule.
"""
