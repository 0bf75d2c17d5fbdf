"""The rows: each is one duty of a server, tried from outside through its connections.

A row is a function in a rows_*.py that takes a visit (servers.py) and raises when the server does not
conform. With `cases`, a table by name, it also takes a value of the table and runs once for each.
"""

import collections
import importlib
import pathlib

from raw_client import Closed

Row = collections.namedtuple("Row", "name ids run cases mute only")
REGISTERED = {}

# What a server may do to a row. Everything else that a row raises is a fault of the row.
NOT_CONFORMING = (AssertionError, Closed, TimeoutError, ConnectionError)


def row(*ids, cases=None, mute=None, only=None):
    """Registers a row.

    ids: the statements that it holds, as a test cites them.
    mute: why it cannot fail on a server that never answers.
    only: why only Godwit has to pass: a decision of ours where the standard leaves several.
    """

    def register(function):
        name = function.__name__
        if name in REGISTERED:
            raise ValueError(f"two rows are called {name}")
        REGISTERED[name] = Row(name, ids, function, cases, mute, only)
        return function

    return register


def all_rows():
    """Of all files beside this one."""
    for path in sorted(pathlib.Path(__file__).parent.glob("rows_*.py")):
        importlib.import_module(path.stem)
    return REGISTERED


def cases_of(item):
    """The names of its cases; one without a name if it has no table."""
    return list(item.cases) if item.cases else [None]


def fault(item, case, visit):
    """Runs one case: None, or what the server did wrong."""
    with visit:
        try:
            if case is None:
                item.run(visit)
            else:
                item.run(visit, item.cases[case])
        except NOT_CONFORMING as error:
            return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return None
