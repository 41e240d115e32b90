"""The private memory of a query: what its processes allocate, shared buffers excluded."""
import threading
from pathlib import Path

from engines import Postgres


def kilobytes(pid):
    """The lines of /proc/PID/status that tell sizes."""
    lines = (line.split() for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return {words[0].rstrip(":"): int(words[1]) for words in lines if words[-1] == "kB"}


def warm_up(postgres, sql, dataset):
    """What every backend needs is in memory after the query over few rows, all of the table's
    shared buffers after the scan."""
    postgres.run(f"CREATE TEMP TABLE {dataset.name} AS TABLE {dataset.name} LIMIT 1000")
    postgres.run(sql)
    postgres.run(f"DROP TABLE pg_temp.{dataset.name}")
    postgres.run(dataset.query("scan"))


def private_peak(sql, dataset):
    """Bytes that the query adds to a warm backend.

    All of the shared buffers are resident, so the kernel's peak of resident memory, less the
    shared part, is the peak of the private one; nothing between two samples is missed.
    """
    postgres = Postgres()
    try:
        warm_up(postgres, sql, dataset)
        pid = postgres.connection.info.backend_pid
        before = kilobytes(pid)
        postgres.run(sql)
        after = kilobytes(pid)
    finally:
        postgres.close()
    private = after["VmHWM"] - after["RssShmem"] - before["RssFile"]
    return 1024 * (private - before["RssAnon"])


def private_peak_with_workers(sql, dataset, workers):
    """The same for leader and workers together. Workers are gone when the query ends, so their
    memory is sampled while it runs; less precise."""
    postgres = Postgres(workers)
    try:
        warm_up(postgres, sql, dataset)
        pid = postgres.connection.info.backend_pid
        before = kilobytes(pid)["RssAnon"]
        with Sampler(pid) as sampler:
            postgres.run(sql)
    finally:
        postgres.close()
    return 1024 * (sampler.peak - before)


class Sampler:
    """The largest sum of private memory of a backend and its workers, in kB."""

    def __init__(self, pid, pause=0.003):
        self.pid = pid
        self.pause = pause
        self.peak = 0
        self.done = threading.Event()
        self.thread = threading.Thread(target=self.watch, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.done.set()
        self.thread.join()

    def watch(self):
        postmaster = parent(self.pid)
        children = Path(f"/proc/{postmaster}/task/{postmaster}/children")
        known = set(children.read_text().split())
        while not self.done.wait(self.pause):
            # Of the postmaster's new children, those that are not workers are few and small.
            processes = [self.pid, *(set(children.read_text().split()) - known)]
            self.peak = max(self.peak, sum(map(private, processes)))


def private(pid):
    try:
        return kilobytes(pid).get("RssAnon", 0)
    except (FileNotFoundError, ProcessLookupError):
        return 0


def parent(pid):
    return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1]
