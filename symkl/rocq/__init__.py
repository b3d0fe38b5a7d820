"""Certificates as theorems for a second judge, the Rocq prover (Coq): what a row says, and a script that shows it.

Nothing here is trusted. What is spelled wrongly here a reader of the statements may see; what is shown wrongly Rocq
refuses.
"""
