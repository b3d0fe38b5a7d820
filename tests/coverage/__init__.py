"""How much of what people write is read, and what is said of it, by kind: ``make coverage``."""
