"""What laws, theorems and slips are, in words: for the command line, for editors, for models and for the site."""
