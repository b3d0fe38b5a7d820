"""Exercises: Markdown files that say what is given and what is to be shown, and are graded by the checker."""
