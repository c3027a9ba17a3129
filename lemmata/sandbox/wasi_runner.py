"""The child process in which WebAssembly runs; it is started as a program and imports nothing of ours.

It is its own gate: it sets its limits, gets the guest ready, says that it stands, and waits for one line before the
guest's first instruction. What the guest may reach is what the job names, and nothing else is given to it.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import signal
import struct
import sys
from typing import Any

_DEATH_SIGNAL, _NO_NEW_PRIVILEGES, _FILTER_CALLS = 1, 38, 22  # of prctl
_CAPABILITIES = 0x20080522  # version of the structure that capset takes
_HOST_STACK = 4 << 20  # what wasmtime itself may need on top of the guest's stack
_libc = ctypes.CDLL(None, use_errno=True)
_NO_HOST = -1  # what the guest is told when it calls the tools of a host that offers none


def main(task: str, path: str) -> None:
    """Compile the guest, or run it, as the job in a JSON file says."""
    with open(path, encoding="utf-8") as text:
        job = json.load(text)
    sys.path.append(job["site"])
    _die_with(job["parent"])
    if task == "compile":
        _compile(job)
    else:
        _run(job)


def _engine(stack: int = 1 << 20) -> Any:
    import wasmtime
    from wasmtime import _ffi

    config = wasmtime.Config()
    # Without room in its other stack, too, wasmtime takes no guest stack above 2 MiB; there is no public setter.
    _ffi.wasmtime_config_async_stack_size_set(config.ptr(), stack + _HOST_STACK)
    config.max_wasm_stack = stack
    return wasmtime.Engine(config)


def _compile(job: dict[str, Any]) -> None:
    import wasmtime

    compiled = wasmtime.Module.from_file(_engine(), job["wasm"]).serialize()
    with open(job["module"], "wb") as file:
        file.write(compiled)


def _run(job: dict[str, Any]) -> None:
    try:
        _limit(job)
        start = _prepare(job)
    except Exception as exc:
        sys.exit(" ".join(str(exc).split())[:300])
    if job["status"] is not None:
        os.write(job["status"], b"\0")
        os.close(job["status"])
    if os.read(0, 1) != b"\n":
        sys.exit("nobody gave the word to start")
    os._exit(start() & 0xFF)


def _die_with(parent: int) -> None:
    """End when whoever started us ends, however that is."""
    _control(_DEATH_SIGNAL, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit("whoever started it is gone")


def _control(what: int, value: int, more: Any = None) -> None:
    if _libc.prctl(what, value, more, 0, 0) != 0:
        raise RuntimeError(f"prctl {what}: {os.strerror(ctypes.get_errno())}")


class _Filter(ctypes.Structure):
    """struct sock_fprog"""

    _fields_ = (("steps", ctypes.c_ushort), ("program", ctypes.c_char_p))


def _limit(job: dict[str, Any]) -> None:
    """Make no forbidden call, set the kernel's limits, and neither keep nor gain a privilege."""
    steps = bytes.fromhex(job["filter"])
    _control(_NO_NEW_PRIVILEGES, 1)
    if _libc.capset(struct.pack("Ii", _CAPABILITIES, 0), bytes(24)) != 0:
        raise RuntimeError(f"capset: {os.strerror(ctypes.get_errno())}")
    _control(_FILTER_CALLS, 2, ctypes.byref(_Filter(len(steps) // 8, steps)))  # for all threads that come later, too
    for name, (soft, hard) in job["limits"].items():
        extra = _HOST_STACK if name == "stack" else 0
        try:
            resource.setrlimit(getattr(resource, f"RLIMIT_{name.upper()}"), (soft + extra, hard + extra))
        except (OSError, ValueError, OverflowError) as exc:
            raise RuntimeError(f"the limit {name} can't be set to {soft}: {exc}") from exc


def _prepare(job: dict[str, Any]) -> Any:
    """Everything up to the guest's first instruction; what is returned runs it and gives its exit code."""
    import wasmtime

    engine = _engine(job["limits"]["stack"][0])
    module = wasmtime.Module.deserialize_file(engine, job["module"])
    store = wasmtime.Store(engine)
    if job["memory"] is not None:
        store.set_limits(memory_size=job["memory"])
    system = wasmtime.WasiConfig()
    system.argv = job["argv"]
    system.env = list(job["env"].items())
    system.inherit_stdin()
    system.inherit_stdout()
    system.inherit_stderr()
    for outside, inside, writable in job["folders"]:
        system.preopen_dir(outside, inside, writable)
    store.set_wasi(system)
    linker = wasmtime.Linker(engine)
    linker.define_wasi()
    linker.allow_shadowing = True
    number = wasmtime.ValType.i32()
    # wasmtime's own takes no code above 125.
    leave = wasmtime.FuncType([number], [])
    linker.define_func("wasi_snapshot_preview1", "proc_exit", leave, lambda code: os._exit(code & 0xFF))
    call = wasmtime.FuncType([number] * 4, [number])
    linker.define_func("host", "call", call, lambda *_: _NO_HOST)
    entry: Any = linker.instantiate(store, module).exports(store)["run"]

    def start() -> Any:
        try:
            return entry(store)
        except wasmtime.WasmtimeError as exc:
            _crash(str(exc))
        except wasmtime.Trap as exc:
            _crash(exc.message)

    return start


def _crash(said: str) -> None:
    """End as a native program would that did something impossible."""
    reason = next((line.split(": ", 1)[1] for line in said.splitlines() if "wasm trap: " in line), "it was stopped")
    os.write(2, f"WebAssembly: {reason}\n".encode())
    os.abort()


if __name__ == "__main__":
    main(*sys.argv[1:])
