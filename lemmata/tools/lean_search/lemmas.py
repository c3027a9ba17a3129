"""Library lemmas that automation does not use by itself, by what a goal speaks of."""

from __future__ import annotations

import re
from collections.abc import Mapping

_PACKS: Mapping[str, tuple[str, ...]] = {
    r"%": ("Int.emod_nonneg", "Int.emod_lt_of_pos", "Nat.mod_lt", "Nat.div_add_mod", "Int.mul_ediv_add_emod"),
    r"∣": ("Nat.dvd_iff_mod_eq_zero", "Int.dvd_iff_emod_eq_zero"),
    r"\bgcd\b": ("Nat.gcd_dvd_left", "Nat.gcd_dvd_right", "Nat.dvd_gcd"),
    r"\]!": ("getElem!_pos", "getElem!_neg"),
    r"\]\?": ("getElem?_pos", "getElem?_neg"),
    r"getD": ("Array.getD_eq_getD_getElem?", "List.getD_eq_getElem?_getD"),
    r"\bdrop\b": ("List.drop_eq_getElem_cons", "List.drop_eq_nil_of_le"),
    r"\btake\b": ("List.take_succ",),
    r"Array\.foldl\b": ("Array.foldl_toList",),
    r"\bsum\b": ("List.sum_cons", "List.sum_append_nat"),
    r"\bmin\?": ("List.min?_eq_some_iff", "List.min?_eq_none_iff"),
    r"\bmax\?": ("List.max?_eq_some_iff", "List.max?_eq_none_iff"),
    r"\bPairwise\b": ("List.pairwise_append", "List.pairwise_cons", "List.Pairwise.nil"),
    r"\bPairwise\b.* [=≠] ": ("List.pairwise_iff_getElem", "List.getElem_mem"),
    r"\bPerm\b|\bisPerm\b": ("List.isPerm_iff", "List.perm_iff_count", "List.count_cons"),
    r"\bisPrefixOf\b|<\+:": ("List.isPrefixOf_iff_prefix", "List.prefix_iff_eq_take"),
    r"\bcount\b": ("List.count_eq_zero", "List.count_pos_iff"),
    r"\btoNat\b": ("Int.toNat_of_nonneg",),
    r"\ball\b": ("Array.all_eq_true", "List.all_eq_true"),
    r"\bany\b": ("Array.any_eq_true", "List.any_eq_true"),
    r"\brange\b": ("List.mem_range",),
    r"\.push\b": ("Array.toList_push",),
    r"\bString\b": ("String.toList_ofList", "String.length_toList"),
}
_READ = tuple((re.compile(pattern), names) for pattern, names in _PACKS.items())


def lemmas_for(text: str) -> tuple[str, ...]:
    """Names of lemmas for the words and signs in a goal's text."""
    return tuple(dict.fromkeys(name for pattern, names in _READ if pattern.search(text) for name in names))
