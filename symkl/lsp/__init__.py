"""symkl in an editor, by the Language Server Protocol: ``symkl lsp``.

``describing`` says in plain data what an editor shows of a report; ``checking`` checks a text in a process that can be
ended; ``serving`` speaks the protocol.
"""
