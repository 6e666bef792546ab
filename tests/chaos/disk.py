"""What of the store's file had reached the disk, as told by its system calls.

A kill -9 of the store is no power cut: what it wrote is in the page cache and survives.
So strace watches it write; at any moment that part of a file is certain which was
written before an fdatasync began that has come back. The rest may be lost.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.chaos.fleet import HarnessError

CALLS = "write,pwrite64,writev,fdatasync,fsync,rename,renameat,renameat2,ftruncate"
# `123 write(8</var/store/a.aof>, ""..., 40) = 40`, or cut in two where another thread
# came between: `123 fdatasync(8</...> <unfinished ...>`, `123 <... fdatasync resumed>`.
_BEGIN = re.compile(r"(?P<pid>\d+) +(?P<call>\w+)\(\d+<(?P<path>[^>]+)>")
_RESUMED = re.compile(r"(?P<pid>\d+) +<\.\.\. (?P<call>\w+) resumed>")
_RESULT = re.compile(r"= (?P<result>-?\d+)(?: .*)?$")
ATTACH_S = 10.0


@dataclass(slots=True)
class Disk:
    """How much of each file was written, and how much of it is certain."""

    written: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    certain: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    syncs: int = 0
    _open: dict[str, tuple[str, str, int]] = field(default_factory=dict)

    def read(self, lines: Iterable[str]) -> None:
        """Follow a trace from its beginning.

        Raises:
            HarnessError: a file was replaced or cut, which this model does not know.

        """
        for line in lines:
            if " rename" in line or " ftruncate(" in line:
                raise HarnessError(f"the store rewrote its file meanwhile: {line}")
            if begun := _BEGIN.match(line):
                path = begun["path"]
                self._open[begun["pid"]] = begun["call"], path, self.written[path]
                if "<unfinished" in line:
                    continue
            elif not _RESUMED.match(line):
                continue
            if ended := _RESULT.search(line):
                self._end(line.split(" ", 1)[0], int(ended["result"]))

    def _end(self, pid: str, result: int) -> None:
        call, path, before = self._open.pop(pid, ("", "", 0))
        if "sync" in call:
            if result == 0:
                self.syncs += 1
                self.certain[path] = max(self.certain[path], before)
        elif call and result > 0:
            self.written[path] += result


@contextmanager
def watched(pid: int, trace: Path) -> Iterator[None]:
    """Have strace write down what a process writes, until the process ends.

    Raises:
        HarnessError: there is no strace here, or it may not look at the process.

    """
    if not shutil.which("strace"):
        raise HarnessError("strace is missing; a power cut cannot be imitated")
    command = ["strace", "-f", "-y", "-s", "0", "-e", f"trace={CALLS}"]
    command += ["-o", str(trace), "-p", str(pid)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as strace:
        assert strace.stderr is not None
        words = strace.stderr.readline()
        if "attached" not in words:
            strace.kill()
            raise HarnessError(f"strace cannot look at the store: {words.strip()}")
        yield
        deadline = time.monotonic() + ATTACH_S
        while strace.poll() is None and time.monotonic() < deadline:
            time.sleep(0.01)
        strace.kill()


def after_the_cut(store: Path, trace: Path, copy: Path) -> Disk:
    """Copy the store's directory as it is certain to be after a power cut.

    Raises:
        HarnessError: the trace says nothing of the store's file.

    """
    disk = Disk()
    with trace.open(errors="replace") as lines:
        disk.read(lines)
    shutil.copytree(store, copy)
    logs = [path for path in disk.written if path.endswith(".aof")]
    if not logs:
        raise HarnessError("the store wrote nothing")
    for path in logs:
        file = copy / Path(path).relative_to(store.resolve())
        with file.open("r+b") as opened:
            opened.truncate(disk.certain[path])
    return disk
