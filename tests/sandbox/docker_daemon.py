"""A Docker engine for tests: the engine's real HTTP API over a Unix socket, with bubblewrap in the place of runc.

The real SDK talks to it. Containers are real processes: process 1 of their own PID namespace, with the folders in
memory, mounts, resource limits and standard streams that were asked for. Memory is watched instead of limited.
"""

from __future__ import annotations

import io
import json
import os
import re
import resource
import shutil
import signal
import socket
import socketserver
import subprocess
import sys
import tarfile
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self
from urllib.parse import parse_qs, urlsplit

INFO = {
    "ID": "fake",
    "OSType": "linux",
    "Architecture": "x86_64",
    "ServerVersion": "27.3.1",
    "MemoryLimit": True,
    "SwapLimit": True,
    "PidsLimit": True,
    "SecurityOptions": ["name=seccomp,profile=builtin", "name=cgroupns"],
    "Runtimes": {"runc": {"path": "runc"}},
}
_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/etc/alternatives", "/etc/ld.so.cache")
_RESIDENT = re.compile(rb"^Rss(?:Anon|Shmem):\s+(\d+) kB$", re.MULTILINE)


class Container:
    """One container, from its creation to its removal."""

    def __init__(self, name: str, body: Mapping[str, Any]) -> None:
        self.name, self.body = name, body
        self.connection: socket.socket | None = None
        self.state: dict[str, Any] = {"Status": "created", "Running": False, "ExitCode": 0, "OOMKilled": False}
        self.over = threading.Event()
        self._first = 0
        self._cgroup = Path(tempfile.mkdtemp(prefix="fake-engine-"))
        (self._cgroup / "memory.events").write_text("low 0\noom 0\noom_kill 0\n")
        self._sending = threading.Lock()

    def start(self) -> None:
        """Raises OSError or SubprocessError, as runc fails."""
        heard, told = os.pipe()
        try:
            process = subprocess.Popen(
                self._argv(told),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                bufsize=0,
                pass_fds=(told,),
                preexec_fn=self._set_limits,
                env={"PATH": "/usr/local/bin:/usr/bin:/bin", "HOSTNAME": "box", "HOME": "/"},
            )
        finally:
            os.close(told)
        with open(heard, "rb") as information:
            self._first = int(json.load(information)["child-pid"])
        self.state |= {"Status": "running", "Running": True}
        threading.Thread(target=self._follow, args=(process,), daemon=True).start()

    def kill(self) -> None:
        if self.state["Running"]:
            with suppress(ProcessLookupError):
                os.kill(self._first, signal.SIGKILL)
            self.over.wait(10)
        if self.connection is not None:
            with suppress(OSError):
                self.connection.shutdown(socket.SHUT_RDWR)
        shutil.rmtree(self._cgroup, ignore_errors=True)

    def resident(self) -> int:
        """Bytes of memory of all its processes."""
        total = 0
        for name in self._inside():
            with suppress(OSError):
                text = Path(f"/proc/{self._first}/root/proc/{name}/status").read_bytes()
                total += 1024 * sum(map(int, _RESIDENT.findall(text)))
        return total

    def _inside(self) -> Iterable[str]:
        try:
            if not os.path.isdir(f"/proc/{self._first}/root/box"):  # its view of the host is still the host's own
                return []
            return [name for name in os.listdir(f"/proc/{self._first}/root/proc") if name.isdigit()]
        except OSError:
            return []

    def _argv(self, told: int) -> list[str]:
        host = self.body["HostConfig"]
        argv = ["bwrap", "--unshare-all", "--as-pid-1", "--die-with-parent", "--new-session", "--cap-drop", "ALL"]
        argv += ["--uid", "1000", "--gid", "1000", "--hostname", self.body["Hostname"], "--info-fd", str(told)]
        for path in _SYSTEM:
            if os.path.islink(path):
                argv += ["--symlink", os.readlink(path), path]
            else:
                argv += ["--ro-bind-try", path, path]
        base = os.path.realpath(sys.base_prefix)
        argv += [] if base.startswith("/usr") else ["--ro-bind", base, base]
        argv += ["--ro-bind", sys.prefix, "/opt/lemmata", "--proc", "/proc", "--dev", "/dev"]
        argv += ["--ro-bind", str(self._cgroup), "/sys/fs/cgroup"]
        sizes = {path: re.search(r"size=(\d+)", options)[1] for path, options in host["Tmpfs"].items()}  # type: ignore[index]
        for path, size in {**sizes, "/dev/shm": str(host["ShmSize"])}.items():
            argv += ["--size", size, "--tmpfs", path]
        for mount in host["Mounts"]:
            argv += ["--ro-bind", mount["Source"], mount["Target"]]
        argv += ["--remount-ro", "/", "--chdir", self.body["WorkingDir"], "--"]
        return [*argv, *self.body["Entrypoint"], *self.body["Cmd"]]

    def _set_limits(self) -> None:
        for limit in self.body["HostConfig"]["Ulimits"]:
            number = getattr(resource, f"RLIMIT_{limit['Name'].upper()}")
            resource.setrlimit(number, (limit["Soft"], limit["Hard"]))

    def _follow(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        workers = [
            threading.Thread(target=self._pump, args=(1, process.stdout), daemon=True),
            threading.Thread(target=self._pump, args=(2, process.stderr), daemon=True),
            threading.Thread(target=self._watch, daemon=True),
        ]
        feeder = threading.Thread(target=self._feed, args=(process.stdin,), daemon=True)
        for thread in (*workers, feeder):
            thread.start()
        code = process.wait()
        self.state |= {"Status": "exited", "Running": False, "ExitCode": code}
        for thread in workers:
            thread.join()
        if self.connection is not None:
            with suppress(OSError):
                self.connection.shutdown(socket.SHUT_RDWR)
        feeder.join()
        self.over.set()

    def _feed(self, stdin: IO[bytes]) -> None:
        with suppress(OSError):
            while self.connection is not None and (data := self.connection.recv(65536)):
                while data:
                    data = data[stdin.write(data) :]
        stdin.close()

    def _pump(self, stream: int, pipe: IO[bytes]) -> None:
        with pipe:
            while data := pipe.read(32768):
                frame = bytes((stream, 0, 0, 0)) + len(data).to_bytes(4, "big") + data
                with suppress(OSError), self._sending:
                    if self.connection is not None:
                        self.connection.sendall(frame)

    def _watch(self) -> None:
        while self.state["Running"]:
            if self.resident() > self.body["HostConfig"]["Memory"]:
                self.state["OOMKilled"] = True
                (self._cgroup / "memory.events").write_text("low 0\noom 1\noom_kill 1\n")
                time.sleep(1)
                with suppress(ProcessLookupError):
                    os.kill(self._first, signal.SIGKILL)
                return
            time.sleep(0.02)


class FakeEngine:
    """The engine; `host` is what DOCKER_HOST must be.

    Args:
        info: changes to what it says of itself.
        images: tags that it has.
        warnings: said when a container is created.
        trouble: part of a request's line -> "500", "hang", or "die" when it comes.
    """

    def __init__(
        self,
        *,
        info: Mapping[str, Any] | None = None,
        images: Iterable[str] = (),
        warnings: Iterable[str] = (),
        trouble: Mapping[str, str] | None = None,
    ) -> None:
        self.info = {**INFO, **(info or {})}
        self.images = set(images)
        self.warnings = list(warnings)
        self.trouble = dict(trouble or {})
        self.containers: dict[str, Container] = {}
        self.bodies: list[dict[str, Any]] = []
        self.requests: list[str] = []
        self.built: dict[str, bytes] = {}
        self.closing = threading.Event()
        self._connections: set[socket.socket] = set()
        self._folder = tempfile.TemporaryDirectory()
        path = f"{self._folder.name}/docker.sock"
        self.host = f"unix://{path}"
        self._server = _Server(path, _Handler)
        self._server.engine = self
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.die()
        for container in list(self.containers.values()):
            container.kill()
        self._folder.cleanup()

    def die(self) -> None:
        """Stop answering at once, in the middle of everything; containers go on, as under a real engine."""
        if self.closing.is_set():
            return
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        os.unlink(self.host.removeprefix("unix://"))
        for connection in list(self._connections):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


class _Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True
    request_queue_size = 64
    engine: FakeEngine


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def setup(self) -> None:
        self.client_address = ("", 0)
        super().setup()
        self.server.engine._connections.add(self.connection)

    def finish(self) -> None:
        self.server.engine._connections.discard(self.connection)
        with suppress(OSError):
            super().finish()

    def handle(self) -> None:
        with suppress(OSError):
            super().handle()

    def log_message(self, format: str, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        self._serve()

    do_POST = do_DELETE = do_GET  # noqa: N815

    def _serve(self) -> None:
        engine = self.server.engine
        url = urlsplit(self.path)
        self.query = {name: values[-1] for name, values in parse_qs(url.query).items()}
        path = re.sub(r"^/v1\.\d+", "", url.path)
        line = f"{self.command} {path}"
        engine.requests.append(line)
        self.body = self._read_body()
        for part, trouble in engine.trouble.items():
            if part in line:
                if trouble == "500":
                    return self._answer(500, {"message": f"the fake engine fails at {part}"})
                if trouble == "hang":
                    engine.closing.wait(60)
                else:
                    threading.Thread(target=engine.die).start()
                self.close_connection = True
                return None
        return self._route(line)

    def _read_body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = b""
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def _answer(self, status: int, value: object = None) -> None:
        data = b"" if value is None else json.dumps(value).encode() + b"\n"
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        if status != 204:
            self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _route(self, line: str) -> None:
        engine = self.server.engine
        routes: list[tuple[str, Callable[..., None]]] = [
            (r"GET /_ping", lambda: self._answer(200, "OK")),
            (r"GET /version", lambda: self._answer(200, {"ApiVersion": "1.47", "Version": "27.3.1"})),
            (r"GET /info", lambda: self._answer(200, engine.info)),
            (r"GET /images/(.+)/json", self._image),
            (r"POST /build", self._build),
            (r"GET /containers/json", self._list),
            (r"POST /containers/create", self._create),
            (r"POST /containers/(\w+)/attach", self._attach),
            (r"POST /containers/(\w+)/start", self._start),
            (r"POST /containers/(\w+)/wait", self._wait),
            (r"GET /containers/(\w+)/json", self._inspect),
            (r"GET /containers/(\w+)/stats", self._stats),
            (r"DELETE /containers/(\w+)", self._remove),
        ]
        for pattern, action in routes:
            if found := re.fullmatch(pattern, line):
                return action(*found.groups())
        return self._answer(404, {"message": "page not found"})

    def _image(self, tag: str) -> None:
        if tag in self.server.engine.images:
            self._answer(200, {"Id": "sha256:0", "RepoTags": [tag]})
        else:
            self._answer(404, {"message": f"No such image: {tag}"})

    def _build(self) -> None:
        engine, tag = self.server.engine, self.query["t"]
        with tarfile.open(fileobj=io.BytesIO(self.body)) as context:
            engine.built = {m.name: context.extractfile(m).read() for m in context if m.isfile()}  # type: ignore[union-attr]
        engine.images.add(tag)
        lines = [{"stream": "Step 1/5 : FROM debian:bookworm-slim\n"}, {"stream": f"Successfully tagged {tag}\n"}]
        if "build" in engine.warnings:
            engine.images.discard(tag)
            lines = [lines[0], {"error": "pull access denied", "errorDetail": {"message": "pull access denied"}}]
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for line in lines:
            data = json.dumps(line).encode() + b"\r\n"
            self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
        self.wfile.write(b"0\r\n\r\n")

    def _list(self) -> None:
        labels = json.loads(self.query.get("filters", "{}")).get("label", [])
        wanted = dict(label.partition("=")[::2] for label in labels)
        found = [
            {"Id": name, "Labels": container.body["Labels"], "State": container.state["Status"]}
            for name, container in self.server.engine.containers.items()
            if wanted.items() <= container.body["Labels"].items()
        ]
        self._answer(200, found)

    def _create(self) -> None:
        engine, body = self.server.engine, json.loads(self.body)
        if body["Image"] not in engine.images:
            return self._answer(404, {"message": f"No such image: {body['Image']}"})
        engine.bodies.append(body)
        name = os.urandom(32).hex()
        engine.containers[name] = Container(name, body)
        return self._answer(201, {"Id": name, "Warnings": engine.warnings})

    def _find(self, name: str) -> Container | None:
        container = self.server.engine.containers.get(name)
        if container is None:
            self._answer(404, {"message": f"No such container: {name}"})
        return container

    def _attach(self, name: str) -> None:
        if container := self._find(name):
            self.connection.sendall(
                b"HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.raw-stream\r\n"
                b"Connection: Upgrade\r\nUpgrade: tcp\r\n\r\n"
            )
            container.connection = self.connection
            while not container.over.wait(0.02) and not self.server.engine.closing.is_set():
                if name not in self.server.engine.containers:
                    break
            self.close_connection = True

    def _start(self, name: str) -> None:
        if container := self._find(name):
            try:
                container.start()
            except (OSError, subprocess.SubprocessError) as exc:
                container.state["Error"] = str(exc)
                return self._answer(500, {"message": f"OCI runtime create failed: {exc}"})
            return self._answer(204)
        return None

    def _wait(self, name: str) -> None:
        if container := self._find(name):
            container.over.wait(60)
            self._answer(200, {"StatusCode": container.state["ExitCode"]})

    def _inspect(self, name: str) -> None:
        if container := self._find(name):
            self._answer(200, {"Id": name, "State": container.state, "Config": container.body})

    def _stats(self, name: str) -> None:
        if container := self._find(name):
            resident = container.resident()
            self._answer(200, {"memory_stats": {"usage": resident, "stats": {"anon": resident}}})

    def _remove(self, name: str) -> None:
        if container := self._find(name):
            container.kill()
            del self.server.engine.containers[name]
            self._answer(204)
