#!/usr/bin/env python3
"""Checks every #include of the tree against the one table of allowed arrows.

This file is the only place that says which room may use which, which third-party library belongs to
which room, and which rooms are pure. To change an arrow, change ROOMS here, the room's
CMakeLists.txt, and say why in the commit (or in an ADR if the arrow is hard to take back).
"""

import argparse
import pathlib
import re
import sys
from dataclasses import dataclass

TOP = pathlib.Path(__file__).resolve().parent.parent
SCANNED = ("base", "broker", "cluster", "storage")


@dataclass(frozen=True)
class Room:
    folder: str
    may_use: tuple = ()  # besides base, which everyone may use
    libraries: tuple = ()  # third party, in headers and sources
    pure: bool = True  # knows no thread, socket, clock, file or chance


# In build order: a room may only use rooms above it.
ROOMS = {
    "base": Room("base", libraries=("fmt", "expected")),
    "mqtt": Room("broker/mqtt"),
    "storage": Room("storage"),
    "access": Room("broker/access", ("mqtt",)),
    "session": Room("broker/session", ("mqtt", "access")),
    "routing": Room("broker/routing", ("mqtt",)),
    "crypto": Room("broker/crypto", ("access",), ("openssl", "argon2"), pure=False),
    "proto": Room("proto", libraries=("protobuf",)),
    "records": Room("broker/records", ("mqtt", "proto"), ("protobuf",)),
    "shard": Room("broker/shard", ("mqtt", "session", "routing", "records", "storage")),
    "front": Room("broker/front", ("session", "routing", "access", "records", "mqtt")),
    "client": Room("broker/client", ("mqtt",)),
    "net": Room("broker/net", ("front", "mqtt", "access", "client"), ("asio", "openssl"), pure=False),
    "admin": Room("broker/admin", (), ("prometheus",), pure=False),
    "raft": Room("cluster/raft"),
    "membership": Room("cluster/membership", ("raft",)),
    "replica": Room("cluster/replica", ("raft", "storage")),
    "host": Room("broker/host", ("mqtt", "session", "routing", "records", "storage", "shard", "raft", "replica")),
    "peer": Room("cluster/peer", ("replica", "proto"), ("grpc", "protobuf"), pure=False),
    "rocksdb": Room("storage/rocksdb", ("storage",), ("rocksdb",), pure=False),
    "app": Room(
        "broker/app", ("*",), ("cli11", "toml++", "spdlog", "nlohmann"), pure=False
    ),
}

# Third-party libraries: how their headers begin, and the targets PACKAGES names them by.
LIBRARIES = {
    "asio": (("asio.hpp", "asio/"), ("asio::",)),
    "openssl": (("openssl/",), ("OpenSSL::",)),
    "argon2": (("argon2.h",), ("PkgConfig::argon2",)),
    "prometheus": (("prometheus/",), ("prometheus-cpp::",)),
    "cli11": (("CLI/",), ("CLI11::",)),
    "toml++": (("toml++/", "toml.hpp"), ("tomlplusplus::",)),
    "spdlog": (("spdlog/",), ("spdlog::",)),
    "nlohmann": (("nlohmann/",), ("nlohmann_json::",)),
    "fmt": (("fmt/",), ("fmt::",)),
    "expected": (("tl/expected.hpp",), ("tl::",)),
    "rocksdb": (("rocksdb/",), ("RocksDB::",)),
    "grpc": (("grpcpp/", "grpc/"), ("gRPC::",)),
    "protobuf": (("google/protobuf/",), ("protobuf::",)),
}
EVERYWHERE_IN_SOURCES = ("fmt",)

# Headers of the system that a pure room must not see, and what to use instead.
IMPURE_HEADERS = {
    "thread": "base/runner.h",
    "mutex": "base/mailbox.h",
    "shared_mutex": "base/mailbox.h",
    "condition_variable": "base/mailbox.h",
    "future": "base/mailbox.h",
    "semaphore": "base/mailbox.h",
    "latch": "base/mailbox.h",
    "barrier": "base/mailbox.h",
    "stop_token": "base/runner.h",
    "random": "the Random port of base",
    "fstream": "a port",
    "filesystem": "a port",
    "iostream": "base/log.h",
    "ctime": "the Clock port of base",
    "csignal": "broker/app",
}
IMPURE_SYSTEM_HEADER = re.compile(
    r"^(sys|netinet|arpa|net|linux|asm)/"
    r"|^(unistd|fcntl|pthread|poll|netdb|signal|sched|dirent|time)\.h$"
)
IMPURE_CALLS = (
    (re.compile(r"\b(steady|system|high_resolution|utc)_clock::now\b"), "the Clock port of base"),
    (re.compile(r"\b(clock_gettime|gettimeofday)\s*\("), "the Clock port of base"),
    (re.compile(r"\bstd::(this_thread|jthread|thread)\b"), "base/runner.h"),
    (re.compile(r"\bstd::random_device\b"), "the Random port of base"),
    (re.compile(r"\b(getenv|secure_getenv)\s*\("), "a setting passed in"),
)

# Files of pure rooms that stand for the outside world, each with what it may do and why.
PURE_EXCEPTIONS = {
    "base/mailbox.h": "the one place where threads meet",
    "base/runner.h": "owns threads",
    "base/runner.cc": "owns threads",
}

# Headers that belong to exactly one file.
ONE_FILE = {"sys/epoll.h": "broker/net/poller.cc"}

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(?:<([^>\n]+)>|"([^"\n]+)")', re.MULTILINE)
# Comments, literals; the alternatives before them keep a quote in a comment from opening a string.
NOISE = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"([^(\s]*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])\'(?:\\.|[^\'\\\n])+\'',
    re.DOTALL,
)
STANDARD = re.compile(r"^[a-z0-9_]+$")
SYSTEM = re.compile(r"^([a-z0-9_]+|(sys|netinet|arpa|net|linux|asm|sanitizer)/[a-z0-9_/-]+)\.h$")


def without_comments(text, keep_literals=False):
    """The code with comments (and literals) blanked, lines kept."""

    def blank(match):
        found = match.group(0)
        if keep_literals and not found.startswith("/"):
            return found
        before = text[max(0, match.start() - 20) : match.start()]
        if found.startswith('"') and before.rstrip(" \t").endswith("include"):
            return found
        return re.sub(r"[^\n]", " ", found)

    return NOISE.sub(blank, text)


def room_of(path):
    """The room a path inside the tree belongs to: the one with the longest folder."""
    best = None
    for name, room in ROOMS.items():
        if path.startswith(room.folder + "/"):
            if best is None or len(room.folder) > len(ROOMS[best].folder):
                best = name
    return best


def library_of(header):
    for name, (beginnings, _) in LIBRARIES.items():
        if header.startswith(beginnings):
            return name
    return None


def may_use(user, used):
    allowed = ROOMS[user].may_use
    return used in (user, "base") or used in allowed or "*" in allowed


def arrows(user):
    allowed = ROOMS[user].may_use
    return ", ".join(("base",) + allowed) if user != "base" else "nothing"


def check_own_header(path, room, header, top):
    """An include in quotes: a header of this tree."""
    used = room_of(header)
    if used is None:
        return f'"{header}" is in no room; include by full path from the top of the tree'
    if header.endswith((".pb.h", ".pb.cc")):
        if path.endswith(".h"):
            return f'"{header}" is generated; include it in .cc files only'
    elif not header.endswith(".h"):
        return f'"{header}" is not a header'
    elif not (top / header).exists():
        return f'"{header}" does not exist'
    if not may_use(room, used):
        return f'{room} must not use {used} ("{header}"); it may use: {arrows(room)}'
    return None


def check_foreign_header(path, room, header):
    """An include in angle brackets: the standard library, the system, or third party."""
    if header in ONE_FILE and path != ONE_FILE[header]:
        return f"<{header}> belongs to {ONE_FILE[header]} only"
    library = library_of(header)
    if library is not None:
        if library in ROOMS[room].libraries:
            return None
        if library in EVERYWHERE_IN_SOURCES:
            return None if path.endswith(".cc") else f"<{header}> in .cc files only"
        owners = [name for name, other in ROOMS.items() if library in other.libraries]
        return f"<{header}> ({library}) belongs to {' and '.join(owners)}, not to {room}"
    if not STANDARD.match(header) and not SYSTEM.match(header):
        return f"<{header}> is an unknown library; add it to LIBRARIES and to one room"
    if ROOMS[room].pure and path not in PURE_EXCEPTIONS:
        instead = IMPURE_HEADERS.get(header)
        if instead is None and IMPURE_SYSTEM_HEADER.match(header):
            instead = "a port of base"
        if instead is not None:
            return f"{room} is pure and must not include <{header}>; use {instead}"
    return None


def line_of(text, position):
    return text.count("\n", 0, position) + 1


def check_source(path, text, top):
    room = room_of(path)
    if room is None:
        return [f"{path}:1: this file is in no room"]
    problems = []
    code = without_comments(text)
    for match in INCLUDE.finditer(code):
        foreign, own = match.groups()
        if own is not None:
            problem = check_own_header(path, room, own, top)
        else:
            problem = check_foreign_header(path, room, foreign)
        if problem:
            problems.append(f"{path}:{line_of(code, match.start())}: {problem}")
    if ROOMS[room].pure and path not in PURE_EXCEPTIONS:
        for pattern, instead in IMPURE_CALLS:
            for match in pattern.finditer(code):
                problems.append(
                    f"{path}:{line_of(code, match.start())}: {room} is pure and must not use "
                    f"{match.group(0).rstrip('( ')}; use {instead}"
                )
    return problems


ADD_ROOM = re.compile(r"\badd_room\s*\(([^)]*)\)")
KEYWORDS = ("SOURCES", "HEADERS", "MAY_USE", "PACKAGES", "PUBLIC_PACKAGES")


def check_build_list(path, text):
    """The arrows in a room's CMakeLists.txt must be a part of the table's."""
    problems = []
    text = re.sub(r"#[^\n]*", "", text)
    for match in ADD_ROOM.finditer(text):
        where = f"{path}:{line_of(text, match.start())}"
        name, *words = match.group(1).split()
        if name not in ROOMS:
            problems.append(f"{where}: room {name} is not in the table of tools/check_layers.py")
            continue
        if str(pathlib.PurePosixPath(path).parent) != ROOMS[name].folder:
            problems.append(f"{where}: room {name} belongs in {ROOMS[name].folder}")
        section = None
        for word in words:
            if word in KEYWORDS:
                section = word
            elif section == "MAY_USE" and (word not in ROOMS or not may_use(name, word)):
                problems.append(f"{where}: {name} must not use {word}; it may use: {arrows(name)}")
            elif section in ("PACKAGES", "PUBLIC_PACKAGES"):
                problems += check_package(where, name, word)
    return problems


def check_package(where, room, target):
    for library, (_, targets) in LIBRARIES.items():
        if target.startswith(targets):
            if library in ROOMS[room].libraries or library in EVERYWHERE_IN_SOURCES:
                return []
            return [f"{where}: {room} must not link {target}"]
    return []


def check_table():
    """The table itself: every arrow points to a room above."""
    problems = []
    seen = set()
    for name, room in ROOMS.items():
        for used in room.may_use:
            if used != "*" and used not in seen:
                problems.append(f"tools/check_layers.py: {name} -> {used} points down or nowhere")
        seen.add(name)
    return problems


def check_tree(top):
    problems = check_table()
    count = 0
    for folder in SCANNED:
        for file in sorted((top / folder).rglob("*")):
            path = file.relative_to(top).as_posix()
            if file.suffix in (".h", ".cc"):
                count += 1
                problems += check_source(path, file.read_text(encoding="utf-8"), top)
            elif file.name == "CMakeLists.txt":
                problems += check_build_list(path, file.read_text(encoding="utf-8"))
            elif file.suffix in (".hpp", ".cpp", ".cxx", ".hh", ".c"):
                problems.append(f"{path}:1: source files end in .h and .cc")
    return count, problems


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--top", type=pathlib.Path, default=TOP, help="the tree to check")
    count, problems = check_tree(parser.parse_args().top)
    for problem in problems:
        print(problem)
    print(f"layers: {count} files, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
