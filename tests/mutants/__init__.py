"""The mutation tester of the kernel: ``make mutate-kernel``."""
