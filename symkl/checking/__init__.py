"""Where the kernel, the refuter and the repairer meet, and a report comes out.

``document`` goes from row to row over a ``state``, a value that is never changed; ``tilting`` first says what π* and Z
mean in each part of it, by what rows are ``stating``. ``rows`` checks one row: ``mends`` whether its brackets have one
reading, ``links`` what each of its links claims, ``chains`` what it claims in a chain of values, ``posing`` which
problem it states. ``judging`` answers one statement, by what ``asking`` puts to the kernel and the refuter;
``doubting`` takes a verdict back where words may say more. ``lines`` makes the line of a ``report``, in words that are
``explaining``'s, with the edits that ``trials`` finds; ``claiming`` says whether the document reaches one of the
``theorems``.
"""
