"""The Docker engine through its SDK; whatever goes wrong with it is a `BackendMissing` that says what to do."""

from __future__ import annotations

import os
import socket
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from lemmata.errors import BackendMissing
from lemmata.sandbox.supervise import MEBIBYTE

REACH = "start the Docker engine (`systemctl start docker`), let this user reach it, or point DOCKER_HOST to one"
BUILD_S = 1800.0
_HERE = "unix:///var/run/docker.sock"
_OWNER, _SINCE, _HOST = "lemmata", "lemmata.since", "lemmata.host"


@dataclass(frozen=True, slots=True)
class Ended:
    """What the engine says of a container that has stopped."""

    exit_code: int
    short_of_memory: bool
    error: str


class Engine:
    """One connection to the engine that DOCKER_HOST names, or to the one of this machine."""

    def __init__(self, *, answer_s: float) -> None:
        import docker
        from docker.utils import kwargs_from_env

        options = kwargs_from_env()
        with _told("can't be reached", REACH):
            _knock(options.get("base_url") or _HERE, answer_s)
            self._api = docker.APIClient(version="auto", timeout=answer_s, **options)
        self._answer_s = answer_s
        self._api.request = partial(self._api.request, timeout=answer_s)  # the SDK attaches without any limit

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give up the connection; harmless the second time."""
        self._api.close()

    def info(self) -> Mapping[str, Any]:
        """What it is and what it can do."""
        with _told("does not answer", REACH):
            self._api.ping()
            return self._object(self._api.info())

    def has_image(self, tag: str) -> bool:
        from docker.errors import ImageNotFound

        with _told("does not answer", REACH):
            try:
                self._api.inspect_image(tag)
            except ImageNotFound:
                return False
            return True

    def build(self, dockerfile: bytes, tag: str, tell: Callable[[str], None]) -> None:
        """Build the image of a Dockerfile."""
        remedy = "check the network and its proxies, then run `lemmata setup docker` again"
        with _told("could not build the image", remedy):
            for step in self._api.build(fileobj=BytesIO(dockerfile), tag=tag, rm=True, forcerm=True, decode=True):
                if error := step.get("error"):
                    raise BackendMissing(f"the Docker engine could not build the image ({error})", remedy=remedy)
                if line := str(step.get("stream", "")).strip():
                    tell(line)

    def create(self, body: Mapping[str, Any]) -> str:
        """Create a container as the body says, with our label; its name.

        Raises:
            BackendMissing: the engine refused, or warned that it can't do all that was asked.
        """
        body = {**body, "Labels": {_OWNER: str(os.getpid()), _SINCE: _started("self"), _HOST: _this_host()}}
        with _told("did not start a container", "see what the engine says, and `lemmata doctor`"):
            made = self._object(self._api.create_container_from_config(body))
        name = str(made["Id"])
        if warnings := made.get("Warnings"):
            self.remove(name)
            said = " ".join(map(str, warnings))
            raise BackendMissing(
                f"the Docker engine can't isolate or limit as it should ({said})",
                remedy="let it use the cgroup controllers memory and pids; with cgroup v1, boot with swapaccount=1",
            )
        return name

    def attach(self, name: str) -> socket.socket:
        """The connection to a container's standard streams; to be made before it starts, so that nothing is missed."""
        with _told("did not let us attach", REACH):
            stream = self._api.attach_socket(name, {"stdin": 1, "stdout": 1, "stderr": 1, "stream": 1})
            held: socket.socket = getattr(stream, "_sock", stream)  # TLS gives the socket, all else a file around it
            connection = held if isinstance(held, ssl.SSLSocket) else socket.socket(fileno=held.detach())
            connection.setblocking(False)
            return connection

    def start(self, name: str) -> None:
        with _told("did not start a container", "see what the engine says, and `lemmata doctor`"):
            self._api.start(name)

    def ended(self, name: str) -> Ended:
        """How a container ended whose streams are closed."""
        with _told("went away during a run", REACH):
            code = self._object(self._api.wait(name, timeout=self._answer_s))["StatusCode"]
            state = self._object(self._api.inspect_container(name))["State"]
        return Ended(int(code), bool(state.get("OOMKilled")), str(state.get("Error") or ""))

    def running(self, name: str) -> bool:
        with _told("does not answer", REACH):
            return bool(self._object(self._api.inspect_container(name))["State"]["Running"])

    def resident_mb(self, name: str) -> int:
        """Memory of a container's processes that belongs to no file, in MiB; 0 when it is not running."""
        with _told("does not answer", REACH):
            memory = self._object(self._api.stats(name, stream=False, one_shot=True)).get("memory_stats", {})
        detail = memory.get("stats", {})  # "anon" with cgroup v2, "rss" with v1, neither with gVisor
        return int(detail.get("anon", detail.get("rss", memory.get("usage", 0)))) // MEBIBYTE

    def remove(self, name: str) -> None:
        """Kill and remove a container; harmless when it is gone or somebody else removes it."""
        from docker.errors import APIError

        with _told("did not remove a container", f"remove it by hand: `docker rm -f {name[:12]}`"):
            try:
                self._api.remove_container(name, force=True, v=True)
            except APIError as exc:
                if exc.status_code not in (404, 409):
                    raise

    def sweep(self) -> None:
        """Remove what processes of this machine left behind when they were killed."""
        with _told("does not answer", REACH):
            left = self._api.containers(all=True, filters={"label": f"{_HOST}={_this_host()}"})
        for container in left:
            labels = container["Labels"]
            if _started(labels[_OWNER]) != labels[_SINCE]:
                self.remove(container["Id"])

    @staticmethod
    def _object(answer: Any) -> Mapping[str, Any]:
        if not isinstance(answer, Mapping):
            raise BackendMissing(f"the Docker engine answered {answer!r:.80}, expected an object", remedy=REACH)
        return answer


def _knock(address: str, answer_s: float) -> None:
    """Raise OSError where a socket of this machine is not there; the SDK would say it less plainly, and leak one."""
    scheme, _, path = address.partition("://")
    if scheme in ("unix", "http+unix"):
        with socket.socket(socket.AF_UNIX) as caller:
            caller.settimeout(answer_s)
            try:
                caller.connect(path)
            except OSError as exc:
                raise OSError(f"{path}: {exc.strerror or exc}") from exc


@contextmanager
def _told(what: str, remedy: str) -> Iterator[None]:
    """Turn the SDK's errors into ours."""
    from docker.errors import APIError, DockerException
    from requests import RequestException
    from urllib3.exceptions import HTTPError

    try:
        yield
    except APIError as exc:
        raise BackendMissing(f"the Docker engine {what} ({exc.explanation or exc})", remedy=remedy) from exc
    except (DockerException, RequestException, HTTPError, OSError, ValueError) as exc:
        raise BackendMissing(f"the Docker engine {what} ({exc})", remedy=remedy) from exc


def _started(pid: str) -> str:
    """When a process started, in ticks since the boot; "" when there is none. A number alone is given out again."""
    try:
        return Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[19].decode()
    except OSError:
        return ""


def _this_host() -> str:
    """Where our process numbers mean something: this boot of this machine, and this PID namespace."""
    boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    return f"{boot}-{os.stat('/proc/self/ns/pid').st_ino}"
