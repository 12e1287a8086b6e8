"""The command line: `main` finds the command, one module per command reads its options and calls one function.

A command's module holds a function of the command's name; it returns the exit code. What people read is made in
`render`, what programs read in `machine`; neither computes, and nothing below `faqsearch.cli` prints.
"""
