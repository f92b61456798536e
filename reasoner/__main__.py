"""`python -m reasoner` is the command `reasoner`."""

from reasoner.doors.cli import main

main()
