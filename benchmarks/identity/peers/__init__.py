"""What the product is measured beside, each a file; one that cannot run here says why.

A searching peer is built from names, numbered in their order, and gives the numbers of the nearest. All of them see names alone
and in Latin letters (anyascii), which is what each is used for in practice.
"""
