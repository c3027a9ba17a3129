"""Programs whose memory goes wrong: none may be called safe, and a run shows each and names the right condition."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from lemmata.budget import Limits
from lemmata.config import Settings
from lemmata.problem import Candidate, Program
from lemmata.provers.base import Backends
from lemmata.registry import CHECKERS, resolve
from lemmata.verdict import Accepted, Judgement, Proved, Reason, Rejected


@pytest.fixture(scope="module")
def backends(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backends]:
    home: Path = tmp_path_factory.mktemp("home")
    with Backends(Settings(home=home)) as opened:
        yield opened


def judge(backends: Backends, source: str, form: str, content: dict, target: str = "main") -> Judgement:
    problem = Program(name="lie.c", source=HEAD + source, language="c", target=target)
    check = resolve(CHECKERS, "lemmata.provers", form)
    return check(problem, Candidate(form=form, content=content), backends, Limits(wall_s=20))


HEAD = (
    "#include <stdlib.h>\n#include <assert.h>\n#include <string.h>\nint unknown(void);\n"
    "struct s { int a; char t[3]; int b; };\nstruct node { int value; struct node *next; };\n"
)
COMPLETE = {"bound": 8, "complete": True}
WRONG = {
    "null dereference": [
        "int main() { int *p = NULL; return *p; }",
        "int main() { int *p = 0; *p = 1; return 0; }",
        "int main() { char *p = NULL; return strlen(p); }",
        "int main() { int *p = NULL; return p[1]; }",
        "int main() { struct node *p = NULL; return p->value; }",
        "int main() { int x = 1; int *p = unknown() ? NULL : &x; return *p; }",
        "int main() { int *p = malloc(4); *p = 1; free(p); return 0; }",
        "int main() { struct node n = {1, NULL}; return n.next->value; }",
        "void set(int *p) { *p = 3; } int main() { set(unknown() ? NULL : NULL); return 0; }",
        "int *find(int *p) { return unknown() ? p : NULL; } int main() { int x = 2; return *find(&x); }",
    ],
    "arithmetic on NULL": [
        "int main() { int *p = NULL; --p; return 0; }",
        "int main() { int *p = NULL; p = p + unknown(); return 0; }",
        "int main() { int *p = NULL; int *q = &p[1]; return 0; }",
    ],
    "index out of bounds": [
        "int main() { int a[3] = {1, 2, 3}; int *p = a; return p[3]; }",
        "int main() { int a[3] = {1, 2, 3}; int *p = &a[1]; return p[-2]; }",
        "int main() { int a[3] = {1, 2, 3}; int *p = a + 3; return *p; }",
        "int main() { int x = 1; int *p = &x; p++; return *p; }",
        "int main() { char *p = malloc(3); if (!p) return 0; p[3] = 1; free(p); return 0; }",
        "int main() { int *p = malloc(6); if (!p) return 0; p[1] = 1; free(p); return 0; }",
        "int main() { int n = unknown(); if (n < 0 || n > 5) return 0; int *p = malloc(n * sizeof(int));"
        " if (!p) return 0; p[2] = 1; free(p); return 0; }",
        "int main() { int a[2] = {0}; int s = 0; for (int *p = a; p <= a + 2; p++) s += *p; return s; }",
        "int get(int *p, int i) { return p[i]; } int main() { int a[3] = {0}; return get(a + 1, 2); }",
        "int main() { struct s v = {1}; return v.t[3]; }",
        "int main() { struct node a[2] = {{1, NULL}, {2, NULL}}; struct node *p = a; p += 2; return p->value; }",
        "int g[2]; int main() { int *p = g; return p[2]; }",
        'int main() { char b[3]; strcpy(b, "abc"); return 0; }',
        "int main() { char b[2] = {'a', 'b'}; return strlen(b); }",
        'int main() { char *p = malloc(strlen("abc")); if (p) strcpy(p, "abc"); free(p); return 0; }',
        "int main() { int a[2]; memset(a, 0, 12); return 0; }",
        "int main() { int a[2] = {1, 2}, b[3]; memcpy(b, a, sizeof b); return 0; }",
        "int main() { char a[2] = {'x', 'y'}; return strcmp(a, \"xyz\") == 0; }",
        "int main() { int a[2][2] = {{1, 2}, {3, 4}}; int *p = a[1]; return p[2]; }",
    ],
    "write to a constant": [
        "int main() { char *p = \"ab\"; p[0] = 'c'; return 0; }",
        'int main() { char b[3] = "ab"; char *p = unknown() ? b : "xy"; *p = \'c\'; return 0; }',
        'int main() { char *p = "abc"; strcpy(p, "xyz"); return 0; }',
    ],
    "dangling dereference": [
        "int main() { int *p; { int x = 1; p = &x; } return *p; }",
        "int main() { int *p = NULL; for (int i = 0; i < 2; i++) { int x = i; if (p) *p = 1; p = &x; } return 0; }",
        "int main() { int *p = NULL; while (1) { int x = 1; p = &x; break; } *p = 2; return 0; }",
        "int *f(void) { int x = 1; int *p = &x; return p; } int main() { return *f(); }",
        "int *f(int x) { int *p = &x; return p; } int main() { return *f(3); }",
        "int main() { int *p = malloc(4); if (!p) return 0; *p = 1; free(p); return *p; }",
        "int main() { int *p = malloc(4); if (!p) return 0; int *q = p; free(p); *q = 1; return 0; }",
        "int main() { struct node *n = malloc(sizeof *n); if (!n) return 0; n->next = NULL; free(n);"
        " return n->next != NULL; }",
        "void end(struct node *n) { free(n); } int main() { struct node *n = malloc(sizeof(struct node));"
        " if (!n) return 0; end(n); n->value = 1; return 0; }",
    ],
    "double free": [
        "int main() { int *p = malloc(4); free(p); free(p); return 0; }",
        "int main() { int *p = malloc(4); int *q = p; free(p); free(q); return 0; }",
        "int main() { char *p = calloc(2, 1); for (int i = 0; i < 2; i++) free(p); return 0; }",
        "struct h { int *p; }; int main() { struct h a = {NULL}; a.p = malloc(4); struct h b = a; free(a.p); free(b.p);"
        " return 0; }",
    ],
    "free of what was not allocated": [
        "int main() { int x = 1; int *p = &x; free(p); return 0; }",
        "int main() { char *p = malloc(4); if (!p) return 0; p++; free(p); return 0; }",
    ],
    "leak": [
        "int main() { int *p = malloc(4); return p != NULL; }",
        "int main() { char *p = NULL; for (int i = 0; i < 2; i++) { free(p); p = malloc(1); } return 0; }",
        "int main() { int *p = malloc(4); p = NULL; free(p); return 0; }",
        "int main() { int *p = malloc(4); if (unknown() == 7) return 1; free(p); return 0; }",
        "void f(void) { int *p = malloc(4); } int main() { f(); return 0; }",
    ],
    "uninitialised read": [
        "int main() { int x; if (unknown()) x = 1; return x; }",
        "int main() { int x; x++; return 0; }",
        "int main() { int x; x += 1; return 0; }",
        "int main() { int *p; if (unknown()) p = NULL; return p == NULL; }",
        "int main() { int x; int *p = &x; return *p; }",
        "int main() { struct s v; v.a = 1; return v.b; }",
        "int main() { struct s v; struct s w = v; w.a = 1; return w.b; }",
        "int main() { int *p = malloc(8); if (!p) return 0; p[0] = 1; int x = p[1]; free(p); return x; }",
        "int main() { for (int i = 0; i < 2; i++) { int x; if (i == 0) x = 1; if (x) continue; } return 0; }",
        "int f(int k) { int r; switch (k) { case 0: r = 1; break; case 1: r = 2; } return r; } int main()"
        " { return f(unknown()); }",
        "int main() { struct node n; n.value = 1; return n.next == NULL; }",
        "int main() { char b[4]; char *p = b; p[0] = 'x'; return strlen(b); }",
        "int main() { int a[2], b[2]; a[0] = 1; memcpy(b, a, sizeof a); return b[1]; }",
    ],
    "assertion": [
        "int main() { int x = 0; int *p = &x; *p = 1; assert(x == 0); }",
        "int main() { struct s v; v.a = 1; assert(v.a == 2); }",
        "int main() { struct s v = {1}; struct s w = v; w.a = 2; assert(v.a == 2); }",
        "void f(struct s v) { v.a = 2; } int main() { struct s v = {1}; f(v); assert(v.a == 2); }",
        "int main() { int x = 1; int y = 1; assert(&x == &y); }",
        "int main() { int a[4] = {0}; int *p = a; int *q = a + 3; assert(q - p == 12); }",
        "int main() { int x = 1; int *p = &x; int **q = &p; **q = 5; assert(x == 1); }",
        "int main() { int *p = malloc(4); int n = p == NULL; free(p); assert(n == 0); }",
        "int main() { char a[3] = \"ab\"; char *p = a; *p++ = 'x'; assert(a[0] == 'a'); }",
        "struct s make(int a) { struct s v = {a}; return v; } int main() { assert(make(3).a == 4); }",
        "int main() { struct s v = {.b = 4}; assert(v.b == 0); }",
        "int g; void f(int *p) { g = 1; *p = 2; } int main() { f(&g); assert(g == 1); }",
        "int main() { assert(sizeof(struct s) == 11); }",
        'int main() { char b[4] = "abc"; assert(strlen(b) == 4); }',
        'int main() { assert(strcmp("ab", "abc") > 0); }',
        "int main() { char b[4]; memset(b, 'x', 4); assert(b[3] == 0); }",
        "int main() { struct node a[3]; struct node *p = &a[1]; assert((char)sizeof a == (char)sizeof p); }",
    ],
}
INPUTS = [{"head": h, "tail": t} for h in ([], [1], [0, 1], [0, 7], [2]) for t in ([0], [1])]


@pytest.mark.parametrize(("kind", "source"), [(kind, source) for kind, all_ in WRONG.items() for source in all_])
def test_memory_that_goes_wrong_is_not_called_safe_and_is_shown(backends, kind, source):
    for content in (COMPLETE, {"bound": 8, "logic": "bitvectors"}):
        judged = judge(backends, source, "bounded", content)
        assert isinstance(judged, Rejected)
        assert judged.faults[0].reason is None, judged.faults[0].text  # a violation, and not a refusal
    kinds = set()
    for inputs in INPUTS:
        judged = judge(backends, source, "trace", {"inputs": inputs})
        if isinstance(judged, Accepted):
            kinds.add(judged.facts["violation"]["kind"])
            break
    assert kinds == {kind}


RIGHT = [
    "int main() { int x = 0; int *p = &x; *p = 1; assert(x == 1); }",
    "int main() { int a[3] = {1, 2, 3}; int s = 0; for (int *p = a; p != a + 3; p++) s += *p; assert(s == 6); }",
    "int main() { char a[3] = \"ab\"; char b[3]; char *p = a; char *q = b; while ((*q++ = *p++)) { }"
    " assert(b[1] == 'b'); }",
    "int main() { int *p = malloc(4); if (!p) return 0; *p = 4; assert(*p == 4); free(p); return 0; }",
    "int main() { int *p = calloc(2, sizeof(int)); if (p) assert(p[1] == 0); free(p); return 0; }",
    "int main() { char b[4]; strcpy(b, \"abc\"); assert(strlen(b) == 3 && strcmp(b, \"abc\") == 0 && b[3] == 0); }",
    "int main() { struct node a[2], b[2]; memset(a, 0, sizeof a); a[1].value = 3; memcpy(b, a, sizeof a);"
    " assert(b[1].value == 3 && b[0].next == NULL); }",
    "int main() { const char *t[2] = {\"no\", \"yes\"}; assert(strlen(t[1]) == 3 && strcmp(t[0], t[1]) < 0); }",
    "const char *word = \"hi\"; int main() { const struct s v = {1}; const struct s w = v; const struct s *p = &w;"
    " assert(strlen(word) == 2 && p->a == 1); }",
    "int x = 3; int *p = &x; struct node a, b = {2, &a}; int main() { static int *q = &x;"
    " assert(*p == *q && b.next == &a && a.next == NULL); }",
    "int strlen(int x) { return x + 1; } int main() { assert(strlen(2) == 3); }",
    "int main() { char a[3] = \"ab\"; char *p = malloc(strlen(a) + 1); if (!p) return 1; strcpy(p, a);"
    " assert(p[1] == 'b'); free(p); return 0; }",
    "int main() { free(NULL); int *p = NULL; free(p); return 0; }",
    "void swap(int *a, int *b) { int t = *a; *a = *b; *b = t; } int main() { int x = unknown(), y = unknown();"
    " int u = x, v = y; swap(&x, &y); assert(x == v && y == u); }",
    "struct node *push(struct node *l, int v) { struct node *n = malloc(sizeof(struct node)); if (!n) exit(1);"
    " n->value = v; n->next = l; return n; } int main() { struct node *l = NULL; for (int i = 0; i < 3; i++)"
    " l = push(l, i); int s = 0; while (l) { struct node *n = l->next; s += l->value; free(l); l = n; }"
    " assert(s == 3); }",
    "int main() { struct s v = {1}, w; w = v; w.t[1] = 2; v = w; assert(v.t[1] == 2 && v.a == 1); }",
    "int main() { struct { int n; struct { int k; } in[2]; } v; v.in[1].k = 4; v.n = 1; assert(v.in[v.n].k == 4); }",
    "typedef struct { int x, y; } point; point add(point a, point b) { point r = {a.x + b.x, a.y + b.y}; return r; }"
    " int main() { point a = {1, 2}; point b = add(a, a); assert(b.x == 2 && b.y == 4); }",
    "int main() { int x; if (unknown()) x = 1; else x = 2; assert(x > 0); return x; }",
    "int main() { int x = 3; int *p = &x; int **q = &p; **q = 5; assert(x == 5 && p == &x); }",
    "int main() { assert(sizeof(struct s) == 12); assert(sizeof(struct node) == 16); struct s a[2];"
    " assert(sizeof a == 24); }",
    "int last(const int *p, int n) { return n == 0 ? 0 : p[n - 1]; } int main() { int a[2] = {4, 5};"
    " assert(last(a, 2) == 5 && last(a + 1, 1) == 5 && last(NULL, 0) == 0); }",
    "int main() { int n = unknown(); if (n < 1 || n > 4) return 0; int *p = malloc(n * sizeof *p); if (!p) return 1;"
    " for (int i = 0; i < n; i++) p[i] = i; assert(p[n - 1] == n - 1); free(p); return 0; }",
    "static int g = 4; int *at(void) { static int s; s++; return &s; } int main() { int *p = &g; int k = *at();"
    " *p += k; k = *at(); *p += k; assert(g == 7); }",
    "int main() { for (int i = 0; i < 3; i++) { int x = i; int *p = &x; if (i == 1) continue; *p = 9; } return 0; }",
    "int f(int n) { int x = n; int *p = &x; return n == 0 ? 0 : *p + f(n - 1); } int main() { assert(f(3) == 6); }",
    "int main() { int a[2][2] = {{1, 2}, {3, 4}}; int *p = a[1]; assert(p[1] == 4 && *a[0] == 1); }",
]  # fmt: skip


@pytest.mark.parametrize("source", RIGHT)
def test_memory_that_is_right_is_proved(backends, source):
    judged = judge(backends, source, "bounded", COMPLETE)
    assert isinstance(judged, Accepted), judged
    assert judged.verdict == Proved()
    for inputs in INPUTS:
        assert isinstance(judge(backends, source, "trace", {"inputs": inputs}), Rejected)
        if "unknown" not in source and "alloc" not in source:
            break


@pytest.mark.parametrize(
    "source",
    [
        "int main() { int x = 1; char *p = (char *)&x; return *p; }",
        "int main() { int x = 1; void *v = &x; char *c = v; return *c; }",
        "int main() { long n = (long)malloc(4); return n == 0; }",
        "int main() { void *p = malloc(4); free(p); return 0; }",
        "int main() { int *p = (int *)16; return *p; }",
        "union u { int a; char b; }; int main() { union u v; v.a = 1; return v.b; }",
        "struct f { int a : 3; }; int main() { struct f v; v.a = 3; return v.a; }",
        "int f(void) { return 1; } int main() { int (*p)(void) = f; return p(); }",
        "int set(int *p); int main() { int x = 0; set(&x); assert(x == 0); }",
        "int main() { int x = 0; int *p = &x; int y = *p + (*p = 2); assert(y == 2); }",
        "int main() { int *p = malloc(8); p = realloc(p, 16); free(p); return 0; }",
        'int main() { int d = strcmp("a", "b"); return d; }',
        "int main() { int a[2]; memset(a, 1, sizeof a); return a[0]; }",
        "int main() { int x = 1; char b[4]; memcpy(b, &x, 4); return b[0]; }",
        'int main() { char b[4] = "abc"; memmove(b, b + 1, 2); return b[0]; }',
        "int main() { volatile int x = 1; volatile int *p = &x; return *p; }",
        "struct s2 { int a; }; int main() { struct s2 { char a; } v; v.a = 300; assert(v.a == 300); }",
        "int main() { int x = 0; int *p = &x; return x + (*p = 2); }",
        "struct s g; int f(struct s *p) { p->a = 1; return 1; } int main() { return g.a + f(&g); }",
        "int main() { int a[2] = {0}; int *p = a; return a[0] + (*p = 3); }",
        "int main() { int a[2] = {0}; int *p = a; *p = *p++; return 0; }",
        "int f(int *p, int v) { *p = v; return v; } int main() { int x = 0; return f(&x, 1) - f(&x, 2) + x; }",
    ],
)
def test_memory_that_is_not_understood_is_refused(backends, source):
    for form, content in (("bounded", COMPLETE), ("trace", {"inputs": {"head": [], "tail": []}})):
        judged = judge(backends, source, form, content)
        assert isinstance(judged, Rejected)
        assert judged.faults[0].reason is Reason.UNSUPPORTED
        assert judged.faults[0].place.startswith("lie.c:")


def test_an_invariant_says_nothing_about_what_pointers_change(backends):
    source = "int main() { int x = 0; int *p = &x; while (unknown()) { *p = 1; } assert(x == 0); }"
    judged = judge(backends, source, "invariant", {"invariants": ["true"]})
    assert isinstance(judged, Rejected)
    assert judged.faults[0].reason is Reason.UNSUPPORTED


@pytest.mark.parametrize(
    "source",
    [
        "int main() { int n = unknown(); int *p = malloc(n * sizeof(int)); if (!p) return 0; if (n == 50) p[50] = 1;"
        " free(p); return 0; }",
        "int main() { char b[4] = \"abc\"; char *p = b; memcpy(p + 1, p, 2); assert(b[1] == 'b'); }",
    ],
)
def test_what_is_beyond_the_model_is_not_called_safe_up_to_a_bound(backends, source):
    for complete in (True, False):
        judged = judge(backends, source, "bounded", {"bound": 8, "complete": complete})
        assert isinstance(judged, Rejected)
        assert judged.faults[0].reason is Reason.UNSUPPORTED


def test_a_function_that_gives_its_block_away_has_no_leak(backends):
    source = "struct node *make(int v) { struct node *n = malloc(sizeof *n); if (n) n->value = v; return n; }"
    judged = judge(backends, source, "bounded", COMPLETE, target="make")
    assert isinstance(judged, Accepted)
    assert isinstance(judge(backends, source, "trace", {"inputs": INPUTS[0]}, target="make"), Rejected)
