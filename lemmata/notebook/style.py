"""The style of what a notebook shows: its theme's own colours and letters, so that light and dark both look right."""

from __future__ import annotations

STYLE = """<style>
.lemmata { --lm-line: rgba(128,128,128,.28); --lm-soft: rgba(128,128,128,.08); --lm-dim: var(--jp-content-font-color2,
  rgba(110,110,110,1)); --lm-good: #1f883d; --lm-bad: #cf222e; --lm-some: #0969da; --lm-none: #6e7781;
  font: 13px/1.55 var(--jp-ui-font-family, system-ui, sans-serif); color: var(--jp-content-font-color1, inherit);
  max-width: 62em; }
div.lemmata pre, div.lemmata code, div.lemmata .lm-mono { font-family: var(--jp-code-font-family, monospace);
  font-size: 12.5px; background: none !important; color: inherit; }
div.lemmata pre { margin: 0; padding: 0; white-space: pre-wrap; overflow-wrap: anywhere; overflow: visible;
  border: 0; }
.lemmata .lm-card { border: 1px solid var(--lm-line); border-left: 3px solid var(--lm-tone, var(--lm-line));
  border-radius: 6px; padding: 8px 14px 10px; margin: 6px 0; }
.lemmata .lm-proved { --lm-tone: var(--lm-good); } .lemmata .lm-refuted { --lm-tone: var(--lm-bad); }
.lemmata .lm-safe_up_to, .lemmata .lm-tested { --lm-tone: var(--lm-some); }
.lemmata .lm-unknown { --lm-tone: var(--lm-none); }
.lemmata .lm-head { display: flex; flex-wrap: wrap; align-items: baseline; gap: 4px 10px; }
.lemmata .lm-chip { background: var(--lm-tone, var(--lm-none)); color: #fff; border-radius: 10px; padding: 0 9px;
  font-weight: 600; font-size: 12px; line-height: 20px; white-space: nowrap; }
.lemmata .lm-name { font-weight: 600; } .lemmata .lm-dim { color: var(--lm-dim); }
.lemmata .lm-block { background: var(--lm-soft); border-radius: 4px; padding: 6px 10px; margin: 7px 0 0; }
.lemmata .lm-label { color: var(--lm-dim); font-size: 11.5px; margin: 9px 0 0; }
.lemmata .lm-label + .lm-block, .lemmata .lm-label + table { margin-top: 2px; }
.lemmata table.lm-values { border-collapse: collapse; margin: 7px 0 0; font-size: 12.5px; border: 0; }
.lemmata table.lm-values th, .lemmata table.lm-values td { border: 1px solid var(--lm-line); padding: 2px 10px;
  text-align: left; background: none; vertical-align: top; color: inherit; }
.lemmata table.lm-values th { font-weight: 600; background: var(--lm-soft); }
.lemmata table.lm-values tr { background: none !important; }
.lemmata details { margin: 7px 0 0; } .lemmata summary { cursor: pointer; color: var(--lm-dim); font-size: 12px; }
.lemmata details > .lm-block, .lemmata details > table.lm-values { margin-top: 4px; }
.lemmata details.lm-steps { margin: 2px 0; }
.lemmata .lm-steps ol { margin: 3px 0 3px 4px; padding-left: 20px; font-size: 12px; color: var(--lm-dim); }
.lemmata .lm-add, .lemmata .lm-del, .lemmata .lm-hunk, .lemmata .lm-same, .lemmata .lm-hit { display: block;
  padding: 0 8px; margin: 0 -10px; min-height: 1.5em; }
.lemmata .lm-add { background: rgba(46,160,67,.20); } .lemmata .lm-del { background: rgba(248,81,73,.20); }
.lemmata .lm-hit { background: rgba(248,81,73,.20); box-shadow: inset 3px 0 var(--lm-bad); }
.lemmata .lm-hunk { color: var(--lm-dim); }
.lemmata .lm-number { display: inline-block; width: 2.6em; padding-right: .8em; text-align: right; user-select: none;
  color: var(--lm-dim); box-sizing: border-box; }
.lemmata ul.lm-tree { list-style: none; margin: 0; padding: 0; }
.lemmata ul.lm-tree ul { list-style: none; margin: 1px 0 1px 7px; padding: 0 0 0 15px;
  border-left: 1.5px solid var(--lm-line); }
.lemmata ul.lm-tree li { margin: 2px 0; position: relative; }
.lemmata ul.lm-tree ul > li::before { content: ""; position: absolute; left: -15px; top: .72em; width: 10px;
  border-top: 1.5px solid var(--lm-line); }
.lemmata .lm-claim { font-weight: 600; } .lemmata .lm-case { color: var(--lm-some); }
.lemmata .lm-goal { margin: 7px 0 0; } .lemmata .lm-turnstile { color: var(--lm-some); font-weight: 700; }
.lemmata .lm-hypothesis { color: var(--lm-dim); }
.lemmata .lm-note { margin: 3px 0; color: var(--lm-dim); white-space: pre-wrap; }
.lemmata .lm-help { white-space: pre-wrap; }
.lemmata .lm-error { margin: 6px 0; padding: 5px 12px; border-left: 3px solid var(--lm-bad); border-radius: 4px;
  background: rgba(248,81,73,.10); }
.lemmata .lm-model { margin: 6px 0; padding: 5px 12px; border-left: 3px dashed var(--lm-line); }
.lemmata .lm-asked { margin: 12px 0 2px; padding: 4px 12px; background: var(--lm-soft); border-radius: 10px;
  width: fit-content; max-width: 100%; }
.lemmata .lm-busy::after { content: ""; display: inline-block; width: 8px; height: 8px; margin-left: 7px;
  border: 2px solid var(--lm-line); border-top-color: var(--lm-some); border-radius: 50%;
  animation: lm-turn .8s linear infinite; }
@keyframes lm-turn { to { transform: rotate(360deg); } }
</style>"""
