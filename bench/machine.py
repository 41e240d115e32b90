"""The machine, and whether it has something else to do."""
import os
from pathlib import Path
from time import sleep


def description():
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} cores{model()}, {memory:.0f} GB of memory"


def model():
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((f" ({line.split(':')[1].strip()})" for line in lines if line.startswith("model name")), "")


def busy_share():
    """What part of the cores other programs use while this one sleeps."""
    before = core_times()
    sleep(2)
    idle, total = (after - earlier for after, earlier in zip(core_times(), before))
    return 1 - idle / total


def core_times():
    """(idle, all) since the machine's start."""
    times = [int(word) for word in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
    return times[3] + times[4], sum(times)
