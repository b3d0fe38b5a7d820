"""From text to syntax: nothing here knows what a symbol means.

``markdown`` finds the rows of a document, ``scanning`` the raw symbols of a row, ``trimming`` puts its end right,
``terminals`` says what each symbol is where it stands, ``latex`` drives the grammar ``latex.lark`` by its ``table``
and builds the nodes of ``syntax``; ``mending`` tries each way to mend a bracket, ``readable`` writes a row as text.
``remarks`` tells words that say nothing from words that count, ``ink`` what is seen from what is hidden.
``mistakes`` names all that cannot be read, and ``places`` finds its line.
"""
