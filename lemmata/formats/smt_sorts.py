"""Sorts of SMT-LIB, and what each function of the supported theories takes and gives."""

from __future__ import annotations

from dataclasses import dataclass

from lemmata.formats.sexpr import quote


@dataclass(frozen=True, slots=True)
class Sort:
    """A sort: Bool, Int, Real, BitVec with its width, Array with its two sorts, or a declared one."""

    name: str
    args: tuple[Sort | int, ...] = ()

    def __str__(self) -> str:
        if self.name == "BitVec":
            return f"(_ BitVec {self.args[0]})"
        return f"({self.name} {' '.join(map(str, self.args))})" if self.args else quote(self.name)

    @property
    def width(self) -> int:
        """Of a bit-vector."""
        (width,) = self.args
        assert isinstance(width, int)
        return width

    @property
    def key(self) -> Sort:
        """Of an array: what its indices are."""
        sort = self.args[0]
        assert isinstance(sort, Sort)
        return sort

    @property
    def value(self) -> Sort:
        """Of an array: what it holds."""
        sort = self.args[1]
        assert isinstance(sort, Sort)
        return sort


BOOL, INT, REAL = Sort("Bool"), Sort("Int"), Sort("Real")


def bits(width: int) -> Sort:
    """The sort of bit-vectors of that width."""
    return Sort("BitVec", (width,))


JUNCTIONS = frozenset({"and", "or", "xor", "=>"})
COMPARISONS = frozenset({"<", "<=", ">", ">="})
BV_SAME = frozenset(
    {"bvadd", "bvsub", "bvmul", "bvudiv", "bvurem", "bvsdiv", "bvsrem", "bvsmod", "bvshl", "bvlshr", "bvashr"}
    | {"bvand", "bvor", "bvxor", "bvnand", "bvnor", "bvxnor"}
)
BV_MANY = frozenset({"bvadd", "bvmul", "bvand", "bvor", "bvxor"})
BV_COMPARE = frozenset({"bvult", "bvule", "bvugt", "bvuge", "bvslt", "bvsle", "bvsgt", "bvsge"})
BV_INDEXED = frozenset({"extract", "repeat", "zero_extend", "sign_extend", "rotate_left", "rotate_right"})
_WORDS = frozenset(["!", "_", "as", "let", "exists", "forall", "match", "par", "true", "false", "Bool", "Int", "Real"])
_OUTSIDE = frozenset(  # of theories that are not supported: solvers may know them, nobody may give them another meaning
    {"Array", "BitVec", "String", "RegLan", "RoundingMode", "Seq", "Set", "FloatingPoint", "^", "rem", "pow", "pi"}
    | {
        "euler",
        "exp",
        "ln",
        "log",
        "atan2",
        "arctan2",
        "sqrt",
        "sin",
        "cos",
        "tan",
        "csc",
        "sec",
        "cot",
        "asin",
        "acos",
        "atan",
        "arcsin",
    }
    | {
        "arccos",
        "arctan",
        "sinh",
        "cosh",
        "tanh",
        "asinh",
        "acosh",
        "atanh",
        "bv2nat",
        "int2bv",
        "nat2bv",
        "ubv_to_int",
    }
    | {
        "sbv_to_int",
        "int_to_bv",
        "iand",
        "int.pow2",
        "iff",
        "implies",
        "equals",
        "if",
        "root-obj",
        "lambda",
        "mod0",
        "div0",
        "map",
        "default",
    }
)
BUILTIN = (
    JUNCTIONS
    | COMPARISONS
    | BV_SAME
    | BV_COMPARE
    | BV_INDEXED
    | frozenset(["not", "=", "distinct", "ite", "+", "-", "*", "/", "div", "mod", "abs", "to_real", "to_int", "is_int"])
    | frozenset(["divisible", "concat", "bvnot", "bvneg", "bvcomp", "select", "store", "const"])
    | _WORDS
    | _OUTSIDE
)


def result_sort(op: str, indices: tuple[int, ...], args: tuple[Sort, ...]) -> Sort | str:
    """The sort of `op` put to arguments of these sorts, or in words what it takes where they don't fit."""
    if bool(indices) != (op in BV_INDEXED or op == "divisible"):
        return "no indices" if indices else "indices, (_ f i)"
    if op.startswith("bv") or op in BV_INDEXED or op == "concat":
        return _bits_result(op, indices, args)
    same = len(set(args)) == 1
    if op in JUNCTIONS:
        return BOOL if args and same and args[0] == BOOL and len(args) > 1 else "two or more Bool"
    if op in ("=", "distinct"):
        return BOOL if same and len(args) > 1 else "two or more arguments of one sort"
    match op, args:
        case "not", (Sort("Bool"),):
            return BOOL
        case "ite", (Sort("Bool"), then, other) if then == other:
            return then
        case "select", (Sort("Array", (key, Sort() as value)), index) if key == index:
            return value
        case "store", (Sort("Array", (key, value)) as whole, index, new) if key == index and value == new:
            return whole
    return _number_result(op, indices, args, same)


def _number_result(op: str, indices: tuple[int, ...], args: tuple[Sort, ...], same: bool) -> Sort | str:
    number = same and args[0] in (INT, REAL)
    match op:
        case "+" | "*" | "-":
            least = 1 if op == "-" else 2
            return args[0] if number and len(args) >= least else "numbers of one sort"
        case "<" | "<=" | ">" | ">=":
            return BOOL if number and len(args) > 1 else "two or more numbers of one sort"
        case "/":
            return REAL if same and args[0] == REAL and len(args) > 1 else "two or more Real"
        case "div" | "mod":
            fits = same and args[0] == INT and (len(args) == 2 or (op == "div" and len(args) > 2))
            return INT if fits else "two Int"
        case "abs":
            return INT if args == (INT,) else "one Int"
        case "to_real":
            return REAL if args == (INT,) else "one Int"
        case "to_int":
            return INT if args == (REAL,) else "one Real"
        case "is_int":
            return BOOL if args == (REAL,) else "one Real"
        case "divisible":
            return BOOL if args == (INT,) and len(indices) == 1 and indices[0] > 0 else "one positive index and one Int"
    return "other arguments"


def _bits_result(op: str, indices: tuple[int, ...], args: tuple[Sort, ...]) -> Sort | str:
    if not args or any(a.name != "BitVec" for a in args):
        return "bit-vectors"
    widths = [a.width for a in args]
    same = len(set(widths)) == 1
    if op == "concat":
        return _capped(sum(widths)) if len(args) == 2 else "two bit-vectors"
    if op in ("bvnot", "bvneg"):
        return args[0] if len(args) == 1 else "one bit-vector"
    if op == "bvcomp":
        return bits(1) if len(args) == 2 and same else "two bit-vectors of one width"
    if op in BV_COMPARE:
        return BOOL if len(args) == 2 and same else "two bit-vectors of one width"
    if op in BV_SAME:
        fits = same and (len(args) == 2 or (op in BV_MANY and len(args) > 2))
        return args[0] if fits else "two bit-vectors of one width"
    return _indexed_result(op, indices, widths) if len(args) == 1 else "one bit-vector"


def _indexed_result(op: str, indices: tuple[int, ...], widths: list[int]) -> Sort | str:
    width = widths[0]
    match op, indices:
        case "extract", (high, low) if width > high >= low:
            return bits(high - low + 1)
        case "repeat", (times,) if times > 0:
            return _capped(width * times)
        case "zero_extend" | "sign_extend", (more,):
            return _capped(width + more)
        case "rotate_left" | "rotate_right", (_,):
            return bits(width)
    return "indices that fit its argument"


def _capped(width: int) -> Sort | str:
    return bits(width) if width <= 4096 else "at most 4096 bits in all"
