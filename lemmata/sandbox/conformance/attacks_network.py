"""Attempts to reach the network or the host's sockets, by every family."""

from __future__ import annotations

import socket
import time

from lemmata.sandbox.base import Caps, SessionEnded
from lemmata.sandbox.conformance.case import Cases, Finding, NotApplicable, Stage
from lemmata.sandbox.conformance.guest import (
    NO_SOCKET,
    REFUSED,
    UNREACHED,
    inconclusive,
    probe,
    stopped,
    succeeded,
)
from lemmata.sandbox.languages.python import python_command

CASES = Cases()
_CONNECT = """
import socket
attempt("connect", lambda: socket.create_connection((given["address"], given["port"]), 2))
"""
_SOCKET = """
import socket
for kind in (1, 2, 3, 5):
    attempt(f"{given['family']}/{kind}", lambda: socket.socket(given["family"], kind, given["protocol"]))
"""
_OTHER_FAMILIES = [n for n in range(3, 46) if n not in (10, 16, 17, 31, 40)]  # inet6, netlink and those below
_CAN_ARRIVE_S = 0.3


@CASES.attack("network.tcp")
def tcp(stage: Stage) -> Finding:
    """Connects to a server of the host over TCP."""
    return probe(stage, _CONNECT, stops=UNREACHED, address="127.0.0.1", port=stage.host.tcp)


@CASES.attack("network.tcp6")
def tcp6(stage: Stage) -> Finding:
    """Connects to a server of the host over IPv6."""
    if not stage.host.tcp6:
        raise NotApplicable("this host has no IPv6")
    return probe(stage, _CONNECT, stops=UNREACHED, address="::1", port=stage.host.tcp6)


@CASES.attack("network.address")
def address(stage: Stage) -> Finding:
    """Connects to the host's address on its real interface."""
    if stage.host.address is None:
        raise NotApplicable("this host has no interface but loopback")
    there, port = stage.host.address
    return probe(stage, _CONNECT, stops=UNREACHED, address=there, port=port)


@CASES.attack("network.udp")
def udp(stage: Stage) -> Finding:
    """Sends a datagram to the host."""
    word = f"from {time.monotonic_ns()}".encode()
    code = """
import socket
def send():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(given["word"], ("127.0.0.1", given["port"]))
attempt("send", send)
"""
    finding = probe(stage, code, stops=UNREACHED, word=word, port=stage.host.udp.getsockname()[1])
    time.sleep(_CAN_ARRIVE_S)
    return succeeded("the datagram arrived") if word in stage.host.received() else finding


@CASES.attack("network.names")
def names(stage: Stage) -> Finding:
    """Asks for the address of a name that the host knows."""
    own = socket.gethostname()
    try:
        socket.getaddrinfo(own, 80)
    except OSError as exc:
        raise NotApplicable("this host does not know its own name") from exc
    code = """
import socket
attempt("resolve", lambda: socket.getaddrinfo(given["name"], 80))
"""
    return probe(stage, code, stops=UNREACHED, name=own)


@CASES.attack("network.listen")
def listen(stage: Stage) -> Finding:
    """Waits for connections from the host's network."""
    code = """
import socket, sys
try:
    server = socket.create_server(("127.0.0.1", 0))
except (ImportError, AttributeError, OSError) as error:
    print("refused", error, flush=True)
else:
    print("listening", server.getsockname()[1], flush=True)
sys.stdin.readline()
"""
    try:
        with stage.sandbox.open(python_command(code)) as session:
            said, _, detail = session.read(wall_s=20).decode().partition(" ")
            if said != "listening":
                return stopped(detail)
            with socket.create_connection(("127.0.0.1", int(detail)), 2):
                return succeeded(f"the host can connect to port {detail}")
    except OSError as exc:
        return stopped(f"it listens where nobody comes: {exc.strerror or exc}")
    except SessionEnded as exc:
        return inconclusive(str(exc))


@CASES.attack("network.netlink")
def netlink(stage: Stage) -> Finding:
    """Asks the kernel for the host's listening ports over netlink."""
    code = """
import socket, struct
def ports():
    with socket.socket(16, socket.SOCK_DGRAM, 4) as asking:  # NETLINK_SOCK_DIAG
        asking.settimeout(2)
        request = struct.pack("<BBBxI48x", socket.AF_INET, 6, 0, 1 << 10)
        asking.send(struct.pack("<IHHII", 16 + len(request), 20, 0x301, 1, 0) + request)
        answer = asking.recv(1 << 20)
    return struct.pack(">H", given["port"]) in answer
attempt("ports", ports)
"""
    return probe(stage, code, stops=UNREACHED, port=stage.host.tcp)


@CASES.attack("network.tables")
def tables(stage: Stage) -> Finding:
    """Reads the host's listening ports and unix sockets in /proc/net."""
    code = """
def find(path, word):
    with open(path) as table:
        return [line for line in table if word in line]
attempt("tcp", lambda: find("/proc/net/tcp", f":{given['port']:04X} "))
attempt("unix", lambda: find("/proc/net/unix", given["path"]))
"""
    return probe(stage, code, stops=REFUSED | {"EINVAL"}, port=stage.host.tcp, path=stage.host.path)


@CASES.attack("network.raw")
def raw(stage: Stage) -> Finding:
    """Makes raw sockets, to forge packets."""
    code = """
import socket
for family, protocol in ((2, 1), (2, 255), (10, 58)):
    attempt(f"{family}/{protocol}", lambda: socket.socket(family, socket.SOCK_RAW, protocol))
"""
    return probe(stage, code, stops=NO_SOCKET)


@CASES.attack("network.packet")
def packet(stage: Stage) -> Finding:
    """Makes packet sockets, to listen to every packet."""
    return probe(stage, _SOCKET, stops=NO_SOCKET, family=17, protocol=0x0300)


@CASES.attack("network.vsock")
def vsock(stage: Stage) -> Finding:
    """Makes sockets to the hypervisor or to other virtual machines."""
    return probe(stage, _SOCKET, stops=NO_SOCKET | {"ENODEV"}, family=40, protocol=0)


@CASES.attack("network.bluetooth", harmless=False)
def bluetooth(stage: Stage) -> Finding:
    """Makes Bluetooth sockets."""
    return probe(stage, _SOCKET, stops=NO_SOCKET, family=31, protocol=1)


@CASES.attack("network.other-families", harmless=False)
def other_families(stage: Stage) -> Finding:
    """Makes sockets of every other family that the kernel might have, such as those of its cryptography."""
    code = """
import socket
for family in given["families"]:
    for kind in (1, 2, 3, 5):
        attempt(f"{family}/{kind}", lambda: socket.socket(family, kind, 0))
"""
    return probe(stage, code, stops=NO_SOCKET, caps=Caps(output_kb=64), families=_OTHER_FAMILIES)


@CASES.attack("network.unix-abstract")
def unix_abstract(stage: Stage) -> Finding:
    """Connects to a unix socket of the host by an abstract name."""
    code = """
import socket
attempt("connect", lambda: socket.socket(socket.AF_UNIX).connect(given["name"]) or "connected")
"""
    return probe(stage, code, stops=UNREACHED, name=stage.host.abstract)


@CASES.attack("network.unix-path")
def unix_path(stage: Stage) -> Finding:
    """Connects to a unix socket of the host by its path, with and without a link."""
    code = """
import socket
def connect(path):
    return socket.socket(socket.AF_UNIX).connect(path) or "connected"
def through():
    os.symlink(given["path"], "link")
    return connect("link")
attempt("path", lambda: connect(given["path"]))
attempt("link", through)
"""
    return probe(stage, code, stops=UNREACHED | {"EINVAL"}, path=stage.host.path)


@CASES.attack("network.services")
def services(stage: Stage) -> Finding:
    """Connects to the sockets by which services of the host are commanded: engines of containers, D-Bus, systemd."""
    code = """
import socket
for path in given["paths"]:
    attempt(path, lambda: socket.socket(socket.AF_UNIX).connect(path) or "connected")
"""
    names = ("docker.sock", "podman/podman.sock", "containerd/containerd.sock", "dbus/system_bus_socket")
    paths = [f"/run/{name}" for name in (*names, "systemd/private", "snapd.socket")]
    return probe(stage, code, stops=UNREACHED, paths=[*paths, "/var/run/docker.sock"])
