import pathlib
PAGE=pathlib.Path("docs/clients.md")
