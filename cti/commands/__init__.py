"""The command line's commands: each module here is one, named as it is typed.

A command module has `add(subparsers)`, which adds its parser and `set_defaults(run=...)`; `run(args)` gives the exit
code: 0 done, 1 looked and found something wrong, 2 could not be done (raise `SetupProblem`). Names that begin with
`_` are not commands.
"""
