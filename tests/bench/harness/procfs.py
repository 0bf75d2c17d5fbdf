"""What /proc tells of processes and of the machine."""

import os
import pathlib
import subprocess

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


def stat_fields(pid: int | str) -> list | None:
    """The fields of /proc/PID/stat from the state on, or None when the process is gone; of a
    thread, for `PID/task/TID`."""
    try:
        text = pathlib.Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    fields = text[text.rindex(")") + 2:].split()
    return None if fields[0] in "ZX" else fields


def start_time(pid: int) -> str | None:
    """With the pid, tells a process from a later one that got the same pid."""
    fields = stat_fields(pid)
    return fields[19] if fields else None


def descendants(root: int) -> list:
    """The process and all its children, parents first."""
    children = {}
    for name in os.listdir("/proc"):
        fields = stat_fields(int(name)) if name.isdigit() else None
        if fields:
            children.setdefault(int(fields[1]), []).append(int(name))
    found, waiting = [], [root]
    while waiting:
        pid = waiting.pop(0)
        found.append(pid)
        waiting += children.get(pid, [])
    return found


def cpu_seconds(pids) -> float:
    """User and system time of all threads."""
    ticks = 0
    for pid in pids:
        fields = stat_fields(pid)
        if fields:
            ticks += int(fields[11]) + int(fields[12])
    return ticks / TICKS_PER_SECOND


def thread_cpu_seconds(pids) -> dict:
    """User and system time of each thread, by its id."""
    times = {}
    for pid in pids:
        for task in pathlib.Path(f"/proc/{pid}/task").glob("*"):
            fields = stat_fields(f"{pid}/task/{task.name}")
            if fields:
                times[int(task.name)] = (int(fields[11]) + int(fields[12])) / TICKS_PER_SECOND
    return times


def forget_peak(pids):
    """From here on peak_rss_bytes() is of what comes."""
    for pid in pids:
        pathlib.Path(f"/proc/{pid}/clear_refs").write_text("5")


def rss_bytes(pids) -> int:
    return sum(status_bytes(pid, "VmRSS") for pid in pids)


def peak_rss_bytes(pids) -> int:
    return sum(status_bytes(pid, "VmHWM") for pid in pids)


def status_bytes(pid: int, name: str) -> int:
    return int(field_of(f"/proc/{pid}/status", name).split()[0]) * 1024


def pss_bytes(pids) -> int:
    """Memory, with pages shared between processes divided among them."""
    total = 0
    for pid in pids:
        try:
            lines = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
    return total


def field_of(path: str, name: str) -> str:
    for line in pathlib.Path(path).read_text().splitlines():
        if line.startswith(name):
            return line.split(":", 1)[1].strip()
    return "unknown"


def commit_of(folder: pathlib.Path) -> str:
    def git(*arguments):
        command = ["git", "-C", str(folder), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()

    commit = git("rev-parse", "--short", "HEAD") or "unknown"
    return commit + (" with changes" if git("status", "--porcelain", "-uno") else "")


def machine() -> dict:
    return {
        "cpu": field_of("/proc/cpuinfo", "model name"),
        "cores": os.cpu_count(),
        "memory": field_of("/proc/meminfo", "MemTotal"),
        "kernel": os.uname().release,
        "load_average": round(os.getloadavg()[0], 2),
    }
