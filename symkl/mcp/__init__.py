"""symkl as tools of a language model, by the Model Context Protocol: ``symkl mcp``.

``answering`` has what each tool answers, as plain data; ``working`` runs it in a process with limits; ``serving``
speaks the protocol.
"""
