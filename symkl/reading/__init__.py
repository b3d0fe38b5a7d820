"""From text to syntax: nothing here knows what a symbol means.

``documents`` finds the ``blocks`` of a document by its kind of file: ``markdown`` (with ``containers``), ``tex``,
``notebooks``, ``org``, ``restructured`` and ``pages`` say what is ``marked`` there, ``finding`` knows displays,
``splitting`` cuts them into rows, ``directives`` reads our comments. ``macros`` puts in what a document's own macros
stand for, ``including`` what ``\\input`` does, ``entities`` what HTML names; ``tracing`` keeps each character's place.
``asides`` leaves out what stands beside a row, ``scanning`` finds its ``raws`` by their ``spellings`` and in their
``columns``, ``trimming`` puts its end right,
``terminals`` says what each symbol is where it stands, ``latex`` drives the grammar ``latex.lark`` by its ``table``
and builds the nodes of ``syntax``; ``mending`` tries each way to mend a bracket, ``readable`` writes a row as text.
Of the words around a display ``leading`` finds those before and behind it: ``conditions`` and ``surroundings`` read
what they suppose, ``carrying`` how far that holds, ``defining`` whether the display gives a symbol. ``saying`` reads
what sentences state in formulas, ``describing`` what they say against the usual meaning of a symbol.
``remarks`` tells words that say nothing from words that count, ``ink`` what is seen from what is hidden.
``mistakes`` names all that cannot be read, and ``places`` finds its line.
"""
