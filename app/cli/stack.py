"""Starts the whole service on this machine, and stops every process it started."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO

import redis
import requests

from app.cli import embedded
from app.errors import ConfigError
from app.events import keys

READY_S = 60.0
# How our commands begin what they tell people.
TOLD = "hubkeeper: "
# Longer than a worker may take; see the setting of this name.
STOP_S = 30.0


@dataclass(frozen=True, slots=True)
class StackPlan:
    """What to start.

    Attributes:
        directory: where the store's file and the logs go.
        environ: settings for every process, by variable.
        workers: worker processes, each with its own pool.
        sandbox_port: where the sandbox listens; 0 for no sandbox.
        fresh: begin with an empty directory: the sandbox forgets, and so must the
            store.
        fsync: `appendfsync` of the embedded store.

    """

    directory: Path
    environ: Mapping[str, str]
    workers: int = 1
    sandbox_port: int = 0
    fresh: bool = False
    fsync: str = "everysec"


@dataclass(slots=True)
class Stack:
    """The running processes, by name: "store", "sandbox", "web", "worker-1"...

    Use it as a context manager: leaving it stops everything that it started.
    """

    plan: StackPlan
    environ: dict[str, str] = field(default_factory=dict)
    children: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    lock: TextIO | None = None

    def __enter__(self) -> Self:
        self.environ = {**os.environ, **self.plan.environ, "PYTHONUNBUFFERED": "1"}
        try:
            self._start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def web_url(self) -> str:
        """Where the web process listens."""
        return f"http://127.0.0.1:{self.environ['PORT']}"

    @property
    def sandbox_url(self) -> str:
        """Where the sandbox listens."""
        return f"http://127.0.0.1:{self.plan.sandbox_port}"

    def start_worker(self, name: str) -> None:
        """Start one more worker."""
        self._spawn(name, "worker")

    def kill(self, name: str) -> None:
        """Kill a process and its children with SIGKILL, as a power cut would."""
        child = self.children.pop(name)
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()

    def name_of(self, pid: int) -> str:
        """Return the name of the process that this one is, or is a child of."""
        group = os.getpgid(pid)
        return next(name for name, child in self.children.items() if child.pid == group)

    def broken(self) -> list[str]:
        """Say of processes that ended although nobody stopped them how, and where."""
        return [
            f"{name} {_ending(child.returncode)}; see {self.log_of(name)}"
            for name, child in self.children.items()
            if child.poll() is not None
        ]

    def log_of(self, name: str) -> Path:
        """Return the file that a process writes its log to."""
        if name == "store":
            return self.plan.directory / "store" / "valkey.log"
        return self.plan.directory / f"{name}.log"

    def stop(self) -> None:
        """Stop everything; the store last, because the others still talk to it.

        A second Ctrl-C waits for nobody, and leaves nothing behind either.
        """
        everybody = list(self.children.values())
        store = self.children.pop("store", None)
        try:
            _end(list(self.children.values()))
            _end([store] if store else [])
        finally:
            _kill(child for child in everybody if child.returncode is None)
        self.children.clear()
        if self.lock:
            self.lock.close()

    def _start(self) -> None:
        must_be_free("PORT", int(self.environ["PORT"]))
        if self.plan.sandbox_port:
            must_be_free("--sandbox-port", self.plan.sandbox_port)
        self._take_directory()
        if not self.environ.get("REDIS_URL"):
            port = embedded.free_port()
            store = self.plan.directory / "store"
            child = embedded.start(store, port, fsync=self.plan.fsync)
            self.children["store"] = child
            self.environ["REDIS_URL"] = f"redis://127.0.0.1:{port}/0"
        if self.plan.sandbox_port:
            target = f"{self.web_url}/webhooks/hubspot"
            port_option = ("--port", str(self.plan.sandbox_port))
            self._spawn("sandbox", "sandbox", *port_option, "--webhook-target", target)
            self.wait_for(
                "sandbox", lambda: answers(f"{self.sandbox_url}/sandbox/health")
            )
        self._spawn("web", "web")
        for number in range(1, self.plan.workers + 1):
            self.start_worker(f"worker-{number}")
        self.wait_for("web", lambda: answers(f"{self.web_url}/health"))
        self.wait_for("worker-1", self._somebody_ticks)

    def _take_directory(self) -> None:
        """Have the directory to ourselves: two stores must not share one file.

        Raises:
            ConfigError: another hubkeeper runs there.

        """
        directory = self.plan.directory
        directory.mkdir(parents=True, exist_ok=True)
        self.lock = (directory / "lock").open("w")
        try:
            fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise ConfigError(f"another hubkeeper runs in {directory}") from error
        for old in directory.iterdir() if self.plan.fresh else ():
            if old.is_dir():
                shutil.rmtree(old)
            elif old.name != "lock":
                old.unlink()

    def _somebody_ticks(self) -> bool:
        store = redis.Redis.from_url(self.environ["REDIS_URL"])
        with contextlib.closing(store):
            return bool(store.exists(keys.TICKER))

    def _spawn(self, name: str, *command: str) -> None:
        with self.log_of(name).open("ab") as log:
            self.children[name] = subprocess.Popen(  # noqa: S603 - our own command
                [sys.executable, "-m", "app.cli", *command],
                env=self.environ,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # A group of its own: Ctrl-C is for us, and we stop it in good order.
                start_new_session=True,
            )

    def wait_for(self, name: str, ready: Callable[[], bool]) -> None:
        """Wait until a process is ready.

        Raises:
            ConfigError: it ended, or took too long; the message has its last words.

        """
        deadline = time.monotonic() + READY_S
        while not ready():
            ended = self.children[name].poll() is not None
            if ended or time.monotonic() > deadline:
                words = self.log_of(name).read_text(errors="replace")
                raise ConfigError(f"{name} did not start: {_last_words(words)}")
            time.sleep(0.05)


def must_be_free(setting: str, port: int) -> None:
    """Refuse to start on a port that somebody else has.

    Raises:
        ConfigError: says which setting to change.

    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise ConfigError(
                f"port {port} is taken; set {setting} to a free one"
            ) from error


def answers(url: str) -> bool:
    """Tell whether a GET of the URL is answered with 200."""
    try:
        return requests.get(url, timeout=2).status_code == 200
    except requests.RequestException:
        return False


def _ending(code: int) -> str:
    return f"was killed by signal {-code}" if code < 0 else f"ended with {code}"


def _end(children: list[subprocess.Popen[bytes]]) -> None:
    for child in children:
        child.terminate()
    deadline = time.monotonic() + STOP_S
    for child in children:
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(max(0.1, deadline - time.monotonic()))
        # What a process left behind in its group must not outlive it.
        _kill([child])


def _kill(children: Iterable[subprocess.Popen[bytes]]) -> None:
    for child in children:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def _last_words(log: str) -> str:
    """Return why a process ended: all it told people, or else its last line."""
    lines = log.strip().splitlines() or ["it said nothing"]
    told = [number for number, line in enumerate(lines) if line.startswith(TOLD)]
    return "\n".join(lines[told[-1] if told else -1 :]).removeprefix(TOLD)


@contextlib.contextmanager
def termination_is_an_interrupt() -> Iterator[None]:
    """Let SIGTERM end this process the way Ctrl-C does, so that it cleans up."""

    def interrupt(_signal: int, _frame: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
