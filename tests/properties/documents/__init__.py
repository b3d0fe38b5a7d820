"""Random documents whose rows are keyed by enumeration: what a careful reader would say, found without symkl."""
