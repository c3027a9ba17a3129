"""The host's side of an attack: secrets, servers, terminals and processes that no guest may reach.

All of it is made for the attack alone: where one succeeds, nothing that matters is read or hit.
"""

from __future__ import annotations

import ctypes
import mmap
import os
import platform
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

_VICTIM = """
import ctypes, os, sys
secret = ctypes.create_string_buffer(os.environ["LEMMATA_VICTIM"].encode())
print(ctypes.addressof(secret), flush=True)
sys.stdin.read()
"""
_ENV = "LEMMATA_CONFORMANCE_SECRET"
_IPC_CREAT, _IPC_EXCL, _IPC_RMID = 0o1000, 0o2000, 0


@dataclass(slots=True)
class Victim:
    """A process of the host that holds the secret in its environment, its arguments and its memory."""

    process: subprocess.Popen[bytes]
    address: int

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    def close(self) -> None:
        """End it."""
        self.process.kill()
        self.process.communicate()


class Host:
    """What is prepared on the host, from `with` to its end.

    Attributes:
        secret: an unguessable word; whoever tells it has read something of the host.
        folder: readable by everybody, with the file `secret` and the folder `visible` in it.
        tcp, tcp6: ports that listen on the loopback interface; tcp6 is 0 where there is no IPv6.
        address: of a listening port on another interface than loopback; None: there is none.
        udp: a socket that receives.
        abstract, path: names of listening unix sockets.
        shared: identifier and key of a System V segment with the secret; None where there are none.
        memory: path of a POSIX shared-memory object with the secret.
        terminal: path of a terminal.
        victim: a process.
        machine: name of the processor's architecture.
    """

    def __enter__(self) -> Self:
        self._stack = ExitStack()
        self.machine = platform.machine()
        with ExitStack() as stack:
            self.secret = f"lemmata-secret-{secrets.token_hex(8)}"
            self._prepare_files(stack)
            self._prepare_network(stack)
            self._prepare_memory(stack)
            for descriptor in (ends := os.openpty()):
                stack.callback(os.close, descriptor)
            self.terminal = os.ttyname(ends[1])
            self.victim = self.start_victim()
            stack.callback(self.victim.close)
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def start_victim(self) -> Victim:
        """A fresh process to be hit; it ends with us, or with `close`."""
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", _VICTIM, self.secret],
            env={"LEMMATA_VICTIM": self.secret},
            cwd=self.folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert process.stdout is not None
        return Victim(process, int(process.stdout.readline()))

    def received(self) -> list[bytes]:
        """Datagrams that have come in."""
        found = []
        with suppress(BlockingIOError):
            while True:
                found.append(self.udp.recv(2048))
        return found

    def make_visible(self) -> Path:
        """One more folder like `visible`, for an attack that may change it."""
        folder = Path(tempfile.mkdtemp(prefix="visible-", dir=self.folder))
        (folder / "data").write_text("given\n")
        folder.chmod(0o755)
        return folder

    def mark(self, seconds: int = 3) -> str:
        """A number of seconds, by which a sleeper can be told from all others."""
        return f"{seconds}.{secrets.randbelow(10**12):012}1"

    def count_processes(self, argument: bytes) -> int:
        """How many processes have these arguments, as seen from here."""
        found = 0
        for name in filter(str.isdigit, os.listdir("/proc")):
            with suppress(OSError):
                found += argument + b"\0" in Path(f"/proc/{name}/cmdline").read_bytes()
        return found

    def await_process(self, argument: str) -> bool:
        """Whether a process with this argument is seen within a few seconds; it takes a moment after its start."""
        deadline = time.monotonic() + 2
        while not (found := self.count_processes(argument.encode())) and time.monotonic() < deadline:
            time.sleep(0.02)
        return found > 0

    def _prepare_files(self, stack: ExitStack) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="lemmata-conformance-"))
        stack.callback(shutil.rmtree, self.folder, ignore_errors=True)
        self.visible = self.folder / "visible"
        self.visible.mkdir()
        (self.visible / "data").write_text("given\n")
        (self.folder / "secret").write_text(self.secret)
        for path, mode in ((self.folder, 0o755), (self.visible, 0o755), (self.folder / "secret", 0o644)):
            path.chmod(mode)
        os.environ[_ENV] = self.secret
        stack.callback(os.environ.pop, _ENV, None)
        for opened in (self.folder, self.folder / "secret"):
            descriptor = os.open(opened, os.O_RDONLY)
            os.set_inheritable(descriptor, True)
            stack.callback(os.close, descriptor)

    def _prepare_network(self, stack: ExitStack) -> None:
        def listen(family: int, address: object) -> socket.socket:
            listener = stack.enter_context(socket.socket(family, socket.SOCK_STREAM))
            listener.bind(address)  # type: ignore[arg-type]
            listener.listen()
            return listener

        self.tcp: int = listen(socket.AF_INET, ("127.0.0.1", 0)).getsockname()[1]
        self.tcp6 = 0
        with suppress(OSError):
            self.tcp6 = listen(socket.AF_INET6, ("::1", 0)).getsockname()[1]
        self.address: tuple[str, int] | None = None
        with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
            asking.connect(("192.0.2.1", 9))  # sends nothing, but finds the interface that would
            own = asking.getsockname()[0]
            self.address = listen(socket.AF_INET, (own, 0)).getsockname()
        self.udp = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        self.udp.bind(("127.0.0.1", 0))
        self.udp.setblocking(False)
        self.abstract = f"\0lemmata-{secrets.token_hex(8)}"
        listen(socket.AF_UNIX, self.abstract)
        self.path = str(self.folder / "socket")
        listen(socket.AF_UNIX, self.path)
        os.chmod(self.path, 0o666)

    def _prepare_memory(self, stack: ExitStack) -> None:
        self.memory = f"/dev/shm/lemmata-{secrets.token_hex(8)}"
        with open(self.memory, "w") as file:
            file.write(self.secret)
        stack.callback(os.unlink, self.memory)
        os.chmod(self.memory, 0o666)
        self.shared: tuple[int, int] | None = None
        libc = ctypes.CDLL(None, use_errno=True)
        key = secrets.randbelow(1 << 30) + 1
        segment = libc.shmget(key, mmap.PAGESIZE, _IPC_CREAT | _IPC_EXCL | 0o666)
        if segment == -1:
            return
        stack.callback(libc.shmctl, segment, _IPC_RMID, None)
        libc.shmat.restype = ctypes.c_void_p
        place = libc.shmat(segment, None, 0)
        ctypes.memmove(place, self.secret.encode(), len(self.secret))
        libc.shmdt(ctypes.c_void_p(place))
        self.shared = (segment, key)
