#!/usr/bin/env python3
"""Holds the habits of docs/STYLE.md that a script can see.

Prints one line a finding, `file:line: what`, and fails when there is one. Warnings do not fail.
"""

import argparse
import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import check_layers  # noqa: E402

TOP = pathlib.Path(__file__).resolve().parent.parent
ROOM_FOLDERS = check_layers.SCANNED
METRICS_PAGE = "docs/operations/metrics.md"

FILE_LINES_WARNED = 300
HEADER_LINES_WARNED = 250
FILE_LINES_MAX = 500
FUNCTION_LINES_MAX = 70

# Files that may be longer, with their limit and the reason. Limits only ever go down.
LONGER_FILES = {}

# Not written by hand, or bytes that must stay as they are.
UNCHECKED = ("LICENSE", "tests/data/", "build/")

IN_TESTS = ("tests/",)
IN_ROOMS = tuple(folder + "/" for folder in ROOM_FOLDERS)
EVERYWHERE = ("",)

# (where, file ending, what, the replacement)
BANNED = (
    (IN_TESTS, (".h", ".cc"), r"\bsleep_(for|until)\b|\b(u|nano)?sleep\s*\(",
     "no sleeping in tests; use ManualClock, or wait for the event itself"),
    (EVERYWHERE, (".h", ".cc"), r"(?<![\w.>])s?rand\s*\(", "use the Random port of base"),
    (EVERYWHERE, (".h", ".cc"), r"\bstd::regex\b|#\s*include\s*<regex>",
     "std::regex is slow and recursive; parse by hand"),
    (EVERYWHERE, (".h", ".cc"), r"\bshared_ptr<\s*(const\s+)?(\w+::)*Session\s*>",
     "a session has one owner; pass a reference or its key"),
    (EVERYWHERE, (".h",), r"\busing\s+namespace\b", "no `using namespace` in headers"),
    (IN_ROOMS, (".h", ".cc"), r"\bstd::(cout|cerr|clog)\b", "use base/log.h"),
)
BANNED = tuple((where, ends, re.compile(what), instead) for where, ends, what, instead in BANNED)

TODO = re.compile(r"\b(TODO|FIXME|XXX)\b(?!\(#\d+\))")
METRIC_IN_CODE = re.compile(r'"(godwit_[a-z0-9_]+)"')
METRIC_IN_PAGE = re.compile(r"`(godwit_[a-z0-9_]+)")
CODE_ENDINGS = (".h", ".cc", ".py", ".cmake", ".sh", ".proto")


def files_of(top):
    """Paths of the tree, tracked or about to be, without what git ignores."""
    command = ["git", "-C", str(top), "ls-files", "-coz", "--exclude-standard"]
    if (top / ".git").exists():
        listed = subprocess.run(command, capture_output=True, check=True, text=True).stdout
        paths = [path for path in listed.split("\0") if path]
    else:
        paths = [file.relative_to(top).as_posix() for file in top.rglob("*")]
    return sorted(
        {path for path in paths if not path.startswith(UNCHECKED) and (top / path).is_file()}
    )


def read(file):
    """The text of a file, or None if it is not text."""
    data = file.read_bytes()
    if b"\0" in data:
        return None
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return None


# --- functions -----------------------------------------------------------------------------------

PREPROCESSOR = re.compile(r"^[ \t]*#(?:[^\n\\]|\\\n|\\.)*", re.MULTILINE)
# What stands before the brace of a function body: a parameter list and what may follow one.
FUNCTION_HEAD = re.compile(
    r"\)\s*(?:(?:const|mutable|override|final|try|&&?|noexcept(?:\s*\([^()]*\))?)\s*)*"
    r"(?:->[^;{}()]*)?$"
)
# The same with a constructor's initializers.
CONSTRUCTOR_HEAD = re.compile(r"\)\s*(?:noexcept\s*)?:(?!:)[^;]*$", re.DOTALL)
TYPE_HEAD = re.compile(
    r"^\s*(?:template\s*<.*>\s*)?(?:inline\s+)?(class|struct|union|enum|namespace)\b", re.DOTALL
)


def functions(code):
    """(first line, number of lines) of every function body; `code` has no comments or literals."""
    code = PREPROCESSOR.sub(lambda match: re.sub(r"[^\n]", " ", match.group(0)), code)
    found = []
    stack = []  # (kind, line of the brace, head): kind is function, initializer or other
    depth_in_function = 0
    head = ""
    line = 1
    for piece in re.finditer(r"[{};\n]|[^{};\n]+", code):
        token = piece.group(0)
        if token == "\n":
            line += 1
            head += " "
        elif token == ";":
            head = ""
        elif token == "{":
            kind = "other" if depth_in_function else kind_of(head)
            stack.append((kind, line, head))
            depth_in_function += 1 if kind == "function" or depth_in_function else 0
            head = ""
        elif token == "}":
            if not stack:
                continue
            kind, first, before = stack.pop()
            depth_in_function -= 1 if depth_in_function else 0
            if kind == "function":
                found.append((first, line - first + 1))
            head = before + "{}" if kind == "initializer" else ""
        else:
            head += token
    return found


def kind_of(head):
    if TYPE_HEAD.match(head) and not FUNCTION_HEAD.search(head):
        return "other"
    if CONSTRUCTOR_HEAD.search(head):
        # `: a_(1), b_` opens an initializer, `: a_(1), b_{}` the body.
        return "function" if head.rstrip().endswith((")", "}")) else "initializer"
    return "function" if FUNCTION_HEAD.search(head) else "other"


# --- one file ------------------------------------------------------------------------------------


def check_lines(path, text):
    for number, line in enumerate(text.split("\n"), 1):
        if line != line.rstrip():
            yield f"{path}:{number}: trailing whitespace"
        todo = TODO.search(line)
        if todo and path.endswith(CODE_ENDINGS) and not path.startswith(("tools/", "tests/tools/")):
            yield f"{path}:{number}: {todo.group(1)} without an issue; write TODO(#12)"
    if text and not text.endswith("\n"):
        yield f"{path}:{text.count(chr(10)) + 1}: no newline at the end"


def check_size(path, text, warn):
    if not path.endswith(CODE_ENDINGS):
        return
    count = text.count("\n")
    limit, _ = LONGER_FILES.get(path, (FILE_LINES_MAX, ""))
    warned = HEADER_LINES_WARNED if path.endswith(".h") else FILE_LINES_WARNED
    if count > limit:
        yield f"{path}:1: {count} lines, more than {limit}; cut it in two"
    elif count > warned and path not in LONGER_FILES:
        warn(f"{path}:1: {count} lines, aim at {warned}")


def check_code(path, code):
    """`code` is without comments and literals."""
    for where, endings, pattern, instead in BANNED:
        if path.startswith(where) and path.endswith(endings):
            for match in pattern.finditer(code):
                number = check_layers.line_of(code, match.start())
                yield f"{path}:{number}: `{match.group(0).strip()}`: {instead}"
    for first, count in functions(code):
        if count > FUNCTION_LINES_MAX:
            yield f"{path}:{first}: a function of {count} lines, more than {FUNCTION_LINES_MAX}"
    if path.endswith(".h"):
        if not re.search(r"^#pragma once$", code, re.MULTILINE):
            yield f"{path}:1: no #pragma once"
        for match in re.finditer(r'#\s*include\s*[<"][^>"\n]*\.pb\.h[>"]', code):
            number = check_layers.line_of(code, match.start())
            yield f"{path}:{number}: a generated header in a header; include it in the .cc"


def check_markdown(path, text):
    titles = []
    fence = None
    for number, line in enumerate(text.split("\n"), 1):
        mark = re.match(r"\s*(```+|~~~+)", line)
        if mark and (fence is None or mark.group(1).startswith(fence)):
            fence = mark.group(1) if fence is None else None
        elif fence is None and re.match(r"# \S", line):
            titles.append(number)
    if not titles:
        yield f"{path}:1: no `# Title`"
    for number in titles[1:]:
        yield f"{path}:{number}: more than one `# Title`"


# --- the whole tree ------------------------------------------------------------------------------


def check_metrics(texts):
    """Every metric in the code is in the operators' page, and the other way round."""
    in_code = {}
    for path, text in texts.items():
        if path.startswith(IN_ROOMS) and path.endswith((".h", ".cc")):
            text = check_layers.without_comments(text, keep_literals=True)
            for match in METRIC_IN_CODE.finditer(text):
                where = f"{path}:{check_layers.line_of(text, match.start())}"
                in_code.setdefault(match.group(1), where)
    page = texts.get(METRICS_PAGE, "")
    in_page = {}
    for match in METRIC_IN_PAGE.finditer(page):
        where = f"{METRICS_PAGE}:{check_layers.line_of(page, match.start())}"
        in_page.setdefault(match.group(1), where)
    for name, where in sorted(in_code.items()):
        if name not in in_page:
            yield f"{where}: metric {name} is not in {METRICS_PAGE}"
    for name, where in sorted(in_page.items()):
        plain = re.sub(r"_(bucket|sum|count)$", "", name)
        if name not in in_code and plain not in in_code:
            yield f"{where}: metric {name} is in no room"


def check_rooms(texts):
    """Every room has a README.md, and its build list names all of its files."""
    by_room = {}
    for path in texts:
        room = check_layers.room_of(path)
        if room and path.endswith((".h", ".cc")):
            by_room.setdefault(room, []).append(path)
    for room, paths in sorted(by_room.items()):
        folder = check_layers.ROOMS[room].folder
        if f"{folder}/README.md" not in texts:
            yield f"{folder}/README.md:1: room {room} has no README.md"
        build_list = texts.get(f"{folder}/CMakeLists.txt")
        if build_list is None:
            yield f"{folder}/CMakeLists.txt:1: room {room} has no CMakeLists.txt"
            continue
        named = set(re.sub(r"#[^\n]*", "", build_list).replace("(", " ").replace(")", " ").split())
        for path in paths:
            if path[len(folder) + 1 :] not in named and "GLOB" not in named:
                yield f"{path}:1: not in {folder}/CMakeLists.txt; a dead file?"


def check_tree(top):
    """(number of files, problems, warnings)"""
    problems = []
    warnings = []
    texts = {}
    for path in files_of(top):
        text = read(top / path)
        if text is not None:
            texts[path] = text
    for path, text in texts.items():
        problems += check_lines(path, text)
        problems += check_size(path, text, warnings.append)
        if path.endswith((".h", ".cc")):
            problems += check_code(path, check_layers.without_comments(text))
        if path.endswith(".md"):
            problems += check_markdown(path, text)
    problems += check_metrics(texts)
    problems += check_rooms(texts)
    return len(texts), problems, warnings


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--top", type=pathlib.Path, default=TOP, help="the tree to check")
    count, problems, warnings = check_tree(parser.parse_args().top)
    for warning in warnings:
        print(f"{warning} (warning)")
    for problem in problems:
        print(problem)
    print(f"tidy: {count} files, {len(problems)} problems, {len(warnings)} warnings")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
