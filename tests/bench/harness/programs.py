"""Finds the programs under test, and builds the bench's own where no build has them."""

import pathlib
import shutil
import subprocess

BENCH = pathlib.Path(__file__).resolve().parent.parent
TOP = BENCH.parent.parent
OWN_BUILD = TOP / "build" / "bench"
RELEASE = TOP / "build" / "release" / "bin"
OWN_SOURCES = {"godwit_load": "load", "floor_relay": "floor"}
# As in CMakeLists.txt.
OWN_OPTIONS = {"godwit_load": ["-lssl", "-lcrypto"], "floor_relay": ["-flto"]}


class Missing(Exception):
    """A program is not there and cannot be made."""


def newest(files) -> float:
    return max(file.stat().st_mtime for file in files)


def compile_own(name: str) -> pathlib.Path:
    """Builds one of the bench's programs with plain g++: they need Linux and OpenSSL, no room."""
    sources = sorted((BENCH / OWN_SOURCES[name]).glob("*.cc"))
    headers = (BENCH / OWN_SOURCES[name]).glob("*.h")
    program = OWN_BUILD / name
    if program.exists() and program.stat().st_mtime > newest([*sources, *headers]):
        return program
    if shutil.which("g++") is None:
        raise Missing(f"{name} is not built and there is no g++")
    OWN_BUILD.mkdir(parents=True, exist_ok=True)
    print(f"building {name} with g++ -O2", flush=True)
    command = ["g++", "-O2", "-std=c++20", f"-I{TOP}", "-o", str(program), *map(str, sources),
               *OWN_OPTIONS[name]]
    subprocess.run(command, check=True)
    return program


def find_own(name: str, godwit: pathlib.Path | None) -> pathlib.Path:
    """Beside the broker under test, in the release build, or freshly compiled."""
    folders = [godwit.parent] if godwit else []
    sources = (BENCH / OWN_SOURCES[name]).iterdir()
    needed = newest(sources)
    for folder in [*folders, RELEASE]:
        program = folder / name
        if program.exists() and program.stat().st_mtime > needed:
            return program
    return compile_own(name)


def find_godwit(given: str | None) -> pathlib.Path | None:
    path = pathlib.Path(given) if given else RELEASE / "godwit"
    return path.resolve() if path.exists() else None
