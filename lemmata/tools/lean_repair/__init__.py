"""Repair of Lean proofs that fail: their text, their failing parts, and the goals of those.

    cutting    where the proofs of a file are                  lean3    idioms of Lean 3, as text
    layout     lines and columns, blocks, replacing            form     a body that Lean can't read
    reading    a body as Lean sees it                          names    names that are like an unknown one
    closing    what closes a goal                              edits    other versions of one step
    sites      which part of a body to give up                 mend     the search over bodies
    whole      all theorems of a file

Whatever is found here is a text, which the judge (`provers.lean.check`) elaborates again and audits.
"""
