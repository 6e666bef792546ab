"""The service as processes that can be killed, stopped, limited and started again."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import redis
import requests

from app import services, settings
from app.cli import embedded
from app.cli.local import in_sandbox
from app.errors import HubkeeperError
from app.sandbox.testing import Control
from app.services import Services
from tests.chaos.proxy import Proxy

READY_S = 60.0
STOP_S = 20.0
WEBS = ("web-1", "web-2")
WORKERS = ("worker-1", "worker-2", "worker-3")
ALL = ("store", "sandbox", *WEBS, *WORKERS)
# This worker gets a clock of its own when its clock is to be wrong.
SKEWED = "worker-3"
LEASE_S = 2.0
# Everything that waits is made short, so that an episode takes seconds.
PACE = {
    "LINGER_S": "0.1",
    "LEASE_S": str(LEASE_S),
    "HTTP_TIMEOUT_S": "1.0",
    "SEARCH_LAG_S": "0.5",
    "STOP_S": "3",
    "WORKER_PROCESSES": "1",
    "RATE_CALLS": "5000",
    "RATE_SEARCHES": "500",
    "LOG_LEVEL": "INFO",
}
# https://github.com/wolfcw/libfaketime; Debian's package is called faketime.
FAKETIME = Path(f"/usr/lib/{os.uname().machine}-linux-gnu/faketime/libfaketimeMT.so.1")


class HarnessError(HubkeeperError):
    """The harness itself could not go on; says nothing about the service."""


@dataclass(slots=True)
class Fleet:
    """Store, sandbox, two web processes behind a balancer, and workers.

    Use it as a context manager: leaving it stops everything that it started.

    Attributes:
        directory: where the store's file and the logs go.
        names: which processes are started.
        broken: name of a mutation that web and worker processes are started with.
        fsync: `appendfsync` of the store.
        door: the balancer in front of the web processes.
        api: what stands between the workers and the sandbox.
        signals: how often which kind of process got which signal.
        skewed: whether SKEWED, when it is started, has a clock of its own.

    """

    directory: Path
    names: Sequence[str] = ALL
    broken: str = ""
    fsync: str = "always"
    environ: dict[str, str] = field(default_factory=dict)
    children: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    signals: Counter[str] = field(default_factory=Counter)
    skewed: bool = False
    door: Proxy = field(init=False)
    api: Proxy = field(init=False)
    _ports: dict[str, int] = field(default_factory=dict)
    _locks: dict[str, threading.RLock] = field(default_factory=dict)

    def __enter__(self) -> Self:
        self.directory.mkdir(parents=True, exist_ok=True)
        self._ports = {name: embedded.free_port() for name in ALL}
        self._locks = {name: threading.RLock() for name in ALL}
        self.door = Proxy([self._ports[web] for web in WEBS])
        self.api = Proxy([self._ports["sandbox"]])
        try:
            self._start_all()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """Where HubSpot delivers."""
        return f"http://127.0.0.1:{self.door.port}/webhooks/hubspot"

    @property
    def store_directory(self) -> Path:
        """Where the store keeps its file."""
        return self.directory / "store"

    def control(self) -> Control:
        """Return a client of the sandbox's control plane, for one thread."""
        return Control(f"http://127.0.0.1:{self._ports['sandbox']}")

    def connect(self) -> Services:
        """Return what looks into the store, beside the service."""
        return services.connect(settings.from_environ(self.environ))

    def client(self) -> redis.Redis:
        """Return a client of the store that does not wait for long."""
        return redis.Redis(port=self._ports["store"], socket_timeout=2)

    @contextlib.contextmanager
    def alone_with(self, name: str) -> Iterator[subprocess.Popen[bytes]]:
        """Do something to a process that no other fault does anything to meanwhile."""
        with self._locks[name]:
            yield self.children[name]

    def kill(self, name: str) -> None:
        """Kill a process and its children with SIGKILL; nobody starts it again yet."""
        with self.alone_with(name) as process:
            self._signal(process.pid, signal.SIGKILL, name)
            process.wait()

    def freeze(
        self, name: str, seconds: float, meanwhile: Callable[[], None] = lambda: None
    ) -> None:
        """Stop a process and its children, and let them go on after a while."""
        with self.alone_with(name) as process:
            self._signal(process.pid, signal.SIGSTOP, name)
            until = time.monotonic() + seconds
            try:
                meanwhile()
                time.sleep(max(0.0, until - time.monotonic()))
            finally:
                self._signal(process.pid, signal.SIGCONT, name)

    def kill_one(self, pid: int, name: str) -> None:
        """Kill one process of a group, e.g. a child of a worker's pool."""
        with self.alone_with(name), contextlib.suppress(ProcessLookupError):
            if self.name_of(pid) == name:  # it may be gone, and its number another's
                os.kill(pid, signal.SIGKILL)
                self.signals[f"SIGKILL {_kind(name)} child"] += 1

    def terminate(self, name: str) -> float:
        """Ask a process to end, as a deploy does; return how long it took.

        Raises:
            HarnessError: it did not.

        """
        with self.alone_with(name) as process:
            began = time.monotonic()
            process.terminate()
            self.signals[f"SIGTERM {_kind(name)}"] += 1
            try:
                process.wait(STOP_S)
            except subprocess.TimeoutExpired as error:
                raise HarnessError(f"{name} ignored SIGTERM for {STOP_S} s") from error
            return time.monotonic() - began

    def start(self, name: str) -> None:
        """Start a process that is not running; return before it is ready."""
        with self._locks[name]:
            child = self.children.get(name)
            if child and child.poll() is None:
                return
            if child:  # what it left behind in its group must not go on
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(child.pid, signal.SIGKILL)
            if name == "store":
                port = self._ports["store"]
                self.children[name] = embedded.start(
                    self.store_directory, port, fsync=self.fsync
                )
            else:
                self.children[name] = self._spawn(name)

    def heal(self) -> None:
        """Start whatever is not running, and wait until all are ready."""
        for name in self.children:
            self.start(name)
        for name in self.children:
            self.wait_for(name)

    def dead(self) -> list[str]:
        """Return the names of the processes that do not run."""
        return [n for n, child in self.children.items() if child.poll() is not None]

    def name_of(self, pid: int) -> str | None:
        """Return the name of the process that this one is, or is a child of."""
        with contextlib.suppress(ProcessLookupError):
            group = os.getpgid(pid)
            for name, child in self.children.items():
                if child.pid == group:
                    return name
        return None

    def pool_child(self, name: str) -> int | None:
        """Return the process in which a worker does its rounds, if it is there."""
        with contextlib.suppress(OSError):
            pid = self.children[name].pid
            found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
            for child in map(int, found):
                command = Path(f"/proc/{child}/cmdline").read_bytes()
                if b"celery" in command or b"mutant" in command:
                    return child
        return None

    def limit_file_size(self, more: int) -> None:
        """Let the store's files grow by so many bytes only, as on a full disk."""
        with self.alone_with("store") as process:
            sizes = [f.stat().st_size for f in self.store_directory.rglob("*.aof")]
            limit = max(sizes) + more
            resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (limit, limit))

    def set_clock(self, offset_s: float) -> None:
        """Let one worker's clock be wrong by so many seconds, from now on."""
        self._clock.write_text(f"{offset_s:+.0f}s\n")

    def log_of(self, name: str) -> Path:
        """Return the file that a process writes its log to."""
        inside = "store/valkey" if name == "store" else name
        return self.directory / f"{inside}.log"

    def stop(self) -> None:
        """End everything at once: there is nothing left to be handed back."""
        for name in reversed(self.children):
            child = self.children[name]
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()
        self.children.clear()
        self.door.stop()
        self.api.stop()

    @property
    def _clock(self) -> Path:
        return self.directory / "clock"

    def _start_all(self) -> None:
        self.door.start()
        self.api.start()
        base = self.url.removesuffix("/webhooks/hubspot")
        told = in_sandbox(self.door.port, self.api.port) | PACE
        told |= {"PUBLIC_URL": base, "PYTHONUNBUFFERED": "1"}
        told["REDIS_URL"] = f"redis://127.0.0.1:{self._ports['store']}/0"
        self.environ = {**os.environ, **told}
        self.set_clock(0)
        for name in self.names:
            self.start(name)
        self.heal()

    def _spawn(self, name: str) -> subprocess.Popen[bytes]:
        kind = _kind(name)
        words = [kind]
        if kind == "sandbox":
            port = str(self._ports[name])
            words += ["--port", port, "--webhook-target", self.url]
            words += ["--plan", "unlimited", "--search-lag", "0.3"]
        environ = {**self.environ, "PORT": str(self._ports[name])}
        if name == SKEWED and self.skewed:
            environ |= skew(self._clock)
        module = ["app.cli"]
        if self.broken and kind != "sandbox":
            module = ["tests.chaos.mutant", self.broken]
        with self.log_of(name).open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", *module, *words],
                env=environ,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _signal(self, group: int, number: signal.Signals, name: str) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(group, number)
        if number is not signal.SIGCONT:
            self.signals[f"{number.name} {_kind(name)}"] += 1

    def _is_ready(self, name: str) -> bool:
        match _kind(name):
            case "worker":
                return self.pool_child(name) is not None
            case "web":
                return _answers(f"http://127.0.0.1:{self._ports[name]}/health")
            case "sandbox":
                port = self._ports[name]
                return _answers(f"http://127.0.0.1:{port}/sandbox/health")
        return True  # the store was waited for when it was started

    def wait_for(self, name: str) -> None:
        """Wait until a process is ready.

        Raises:
            HarnessError: it ended, or took too long; the message has its last words.

        """

        def look() -> bool:
            return self._is_ready(name) or self.children[name].poll() is not None

        wait_until(look, name, most_s=READY_S)
        if self.children[name].poll() is not None:
            words = self.log_of(name).read_text(errors="replace")[-2000:]
            code = self.children[name].returncode
            raise HarnessError(f"{name} ended with {code} instead of starting: {words}")


def can_skew() -> bool:
    """Tell whether a process can be given a clock of its own here."""
    return FAKETIME.exists()


def skew(clock: Path) -> Mapping[str, str]:
    """Return the environment of a process whose time of day a file decides.

    Its monotonic clock is left alone, as on a real machine. Without libfaketime the
    clock stays right.
    """
    if not can_skew():
        return {}
    path = filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))
    return {
        "LD_PRELOAD": str(FAKETIME),
        "FAKETIME_TIMESTAMP_FILE": str(clock),
        "FAKETIME_CACHE_DURATION": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "PYTHONPATH": os.pathsep.join((str(Path(__file__).parent / "skewed"), *path)),
    }


def wait_until(
    done: Callable[[], bool], what: str, *, most_s: float, every_s: float = 0.05
) -> None:
    """Look again and again until it is done.

    Raises:
        HarnessError: it took too long.

    """
    deadline = time.monotonic() + most_s
    while not done():
        if time.monotonic() > deadline:
            raise HarnessError(f"not done after {most_s:.0f} s: {what}")
        time.sleep(every_s)


def _kind(name: str) -> str:
    return name.partition("-")[0]


def _answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=2).status_code == 200
    except requests.RequestException:
        return False
