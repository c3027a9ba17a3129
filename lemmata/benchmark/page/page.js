"use strict";
// Every text of a run gets into the page as text, never as HTML.
(() => {
  const SCORES = ["right", "wrong", "abstained", "failed", "unscored"];
  const [SAMPLE, ATTEMPT, SCORE, VERDICT, SECONDS, DOLLARS, REFINEMENTS, WHY, GROUP] = [0, 1, 2, 3, 4, 5, 6, 7, 8];
  const byId = (id) => document.getElementById(id);
  const data = JSON.parse(byId("data").textContent);
  const pieces = document.getElementsByClassName("piece");
  const items = data.runs.flatMap((run, r) => run.rows.map((row) => ({ run: r, row })));
  items.forEach((item, i) => { item.index = i; });
  const several = data.runs.length > 1;
  let shown = items;
  let current = null;

  function make(tag, given, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(given || {})) {
      if (name === "class") node.className = value;
      else if (name === "on") node.addEventListener("click", value);
      else node.setAttribute(name, value);
    }
    node.append(...children.filter((child) => child !== null && child !== undefined));
    return node;
  }

  const seconds = (s) => (s >= 120 ? `${(s / 60).toFixed(1)} min` : `${Number(s.toPrecision(3))} s`);
  const dollars = (d) => (d === 0 || d >= 0.1 ? `$${d.toFixed(2)}` : `$${Number(d.toPrecision(2))}`);
  const words = (verdict) => verdict.replaceAll("_", " ");

  // The list: only the rows that can be seen exist.
  const list = byId("list");
  const rows = byId("rows");
  const height = () => (matchMedia("(max-width: 800px)").matches ? 52 : 46);

  function draw() {
    const each = height();
    rows.style.height = `${shown.length * each}px`;
    const first = Math.max(0, Math.floor(list.scrollTop / each) - 6);
    const last = Math.min(shown.length, Math.ceil((list.scrollTop + list.clientHeight) / each) + 6);
    const focused = rows.contains(document.activeElement) ? document.activeElement.dataset.index : null;
    rows.replaceChildren(...shown.slice(first, last).map((item, i) => rowOf(item, first + i, each)));
    if (focused !== null) rows.querySelector(`[data-index="${focused}"]`)?.focus({ preventScroll: true });
  }

  function rowOf(item, at, each) {
    const row = item.row;
    const name = (several ? `${data.runs[item.run].name.split(" · ")[0]} · ` : "") + row[SAMPLE] + (row[ATTEMPT] ? ` (attempt ${row[ATTEMPT] + 1})` : "");
    const why = [words(row[VERDICT]), row[WHY]].filter(Boolean).join(" · ") || "no verdict";
    return make("div", { role: "listitem", "aria-setsize": shown.length, "aria-posinset": at + 1 },
      make("button", { type: "button", class: "row", style: `top:${at * each}px`, "data-index": item.index, "aria-current": item === current, on: () => open(item) },
        make("i", { class: `mark ${row[SCORE]}`, title: row[SCORE] }),
        make("b", {}, name), make("span", { class: "time" }, seconds(row[SECONDS])),
        make("span", { class: "why" }, `${row[SCORE]} · ${why}`)));
  }

  let asked = false;
  list.addEventListener("scroll", () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => { asked = false; draw(); });
  });
  addEventListener("resize", draw);
  list.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || !shown.length) return;
    event.preventDefault();
    const at = Math.min(shown.length - 1, Math.max(0, shown.indexOf(current) + step));
    reveal(at);
    open(shown[at], false);
    rows.querySelector(`[data-index="${shown[at].index}"]`)?.focus({ preventScroll: true });
  });

  function reveal(at) {
    const each = height();
    if (at * each < list.scrollTop) list.scrollTop = at * each;
    else if ((at + 1) * each > list.scrollTop + list.clientHeight) list.scrollTop = (at + 1) * each - list.clientHeight;
    draw();
  }

  // Filters.
  const wanted = new Set(SCORES);
  for (const score of SCORES) {
    const box = make("input", { type: "checkbox", value: score });
    box.checked = true;
    box.addEventListener("change", () => { wanted[box.checked ? "add" : "delete"](score); filter(); });
    const many = items.reduce((sum, item) => sum + (item.row[SCORE] === score), 0);
    byId("chips").append(make("label", { class: "chip" }, box, make("i", { class: `mark ${score}` }), score, make("small", {}, many.toLocaleString("en"))));
  }
  byId("run").hidden = !several;

  const ORDERS = {
    seconds: (a, b) => b.row[SECONDS] - a.row[SECONDS],
    dollars: (a, b) => b.row[DOLLARS] - a.row[DOLLARS],
    refinements: (a, b) => b.row[REFINEMENTS] - a.row[REFINEMENTS],
    sample: (a, b) => a.row[SAMPLE].localeCompare(b.row[SAMPLE], "en", { numeric: true }),
  };

  function filter() {
    const text = byId("search").value.trim().toLowerCase();
    const run = byId("run").value;
    const order = ORDERS[byId("sort").value];
    const holds = (item) => {
      item.text ??= [item.row[SAMPLE], item.row[GROUP], words(item.row[VERDICT]), item.row[WHY]].join("\n").toLowerCase();
      return item.text.includes(text);
    };
    shown = items.filter((item) => wanted.has(item.row[SCORE]) && (run === "" || item.run === Number(run)) && (!text || holds(item)));
    if (order) shown.sort(order);
    list.scrollTop = 0;
    byId("count").textContent = shown.length === items.length
      ? `${items.length.toLocaleString("en")} attempts` : `${shown.length.toLocaleString("en")} of ${items.length.toLocaleString("en")} attempts`;
    draw();
  }
  byId("search").addEventListener("input", filter);
  byId("run").addEventListener("change", filter);
  byId("sort").addEventListener("change", filter);
  byId("filters").addEventListener("submit", (event) => event.preventDefault());

  // Details.
  async function load(index) {
    const coded = atob(pieces[Math.floor(index / data.piece)].textContent);
    const bytes = Uint8Array.from(coded, (letter) => letter.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return JSON.parse(await new Response(stream).text())[index % data.piece];
  }

  async function open(item, move = true) {
    current = item;
    draw();
    const panel = byId("detail");
    let detail;
    try {
      detail = await load(item.index);
    } catch (error) {
      panel.replaceChildren(make("p", { class: "empty" }, `This browser can't unpack the details (${error}).`));
      return;
    }
    if (current !== item) return;
    panel.replaceChildren(...parts(item, detail));
    history.replaceState(null, "", `#${[item.run, item.row[ATTEMPT], item.row[SAMPLE]].map(encodeURIComponent).join("/")}`);
    if (move) {
      panel.focus({ preventScroll: true });
      if (matchMedia("(max-width: 800px)").matches) panel.scrollIntoView();
    }
  }

  function parts(item, detail) {
    const verdict = detail.verdict && typeof detail.verdict === "object" ? detail.verdict : {};
    const said = [words(verdict.is || ""), verdict.bound !== undefined ? `up to ${verdict.bound}` : "", verdict.cases !== undefined ? `on ${verdict.cases} cases` : "", verdict.reason || ""].filter(Boolean);
    const cost = detail.cost;
    const drawn = detail.evidence.map(block);
    return [
      make("h3", {}, detail.sample),
      make("div", { class: "badges" }, make("span", { class: `badge ${detail.score}` }, detail.score),
        said.length ? make("span", { class: "badge" }, said.join(" ")) : null,
        several ? make("span", { class: "badge" }, data.runs[item.run].name) : null,
        make("span", { class: "badge" }, `attempt ${detail.attempt + 1}`), detail.group ? make("span", { class: "badge" }, `version of ${detail.group}`) : null),
      make("dl", { class: "facts" },
        ...(detail.why ? [fact("why", detail.why, true)] : []),
        ...(verdict.detail ? [fact("what is not known", verdict.detail, true)] : []),
        ...(detail.stopped ? [fact("stopped by", detail.stopped)] : []),
        fact("time", seconds(cost.wall_s)), fact("checks", cost.checks), fact("refinements", detail.refinements),
        ...(cost.model_calls ? [fact("model calls", cost.model_calls), fact("tokens", cost.tokens.toLocaleString("en")), fact("dollars", dollars(cost.dollars))] : cost.dollars ? [fact("dollars", dollars(cost.dollars))] : [])),
      ...answer(detail.answer),
      ...(drawn.length || !verdict.counterexample ? drawn : [counterexample(verdict.counterexample)]),
      ...certificate(detail),
    ];
  }

  function fact(name, value, long) {
    return make("div", { class: long ? "long" : "" }, make("dt", {}, name), make("dd", {}, String(value)));
  }

  function answer(value) {
    if (value === null || value === undefined || (typeof value === "object" && "diff" in value)) return [];
    const told = typeof value === "string" ? value : typeof value === "object" && typeof value.text === "string" ? value.text
      : !Array.isArray(value) && Object.values(value).every((v) => typeof v === "string") ? Object.entries(value).map(([k, v]) => `${k} = ${v}`).join("\n")
      : JSON.stringify(value, null, 1);
    return [make("h4", {}, "Answer"), make("pre", { class: "answer" }, told)];
  }

  function counterexample(found) {
    if (typeof found !== "object") return null;
    return block({ is: "values", title: "Counterexample", text: found.replay, rows: Object.entries(found.values).map(([k, v]) => [k, typeof v === "string" ? v : JSON.stringify(v)]) });
  }

  function certificate(detail) {
    if (!detail.certificate) return [];
    const path = make("p", {}, make("span", { class: "mono" }, detail.certificate), detail.note ? ` (${detail.note})` : "");
    if (!detail.document) return [make("h4", {}, "Certificate"), path];
    const whole = make("pre", { class: "document" });
    const folded = make("details", {}, make("summary", {}, "as it lies on the disk"), whole);
    folded.addEventListener("toggle", () => { whole.textContent ||= JSON.stringify(detail.document, null, 1); });
    return [make("h4", {}, "Certificate"), path, folded];
  }

  const DRAWN = { source, values, tree, diff, text: (one) => make("pre", {}, one.text) };

  function block(one) {
    const drawn = (DRAWN[one.is] || DRAWN.text)(one);
    if (one.folded) return make("details", {}, make("summary", {}, one.title), drawn);
    return make("section", {}, make("h4", {}, one.title), drawn);
  }

  function source(one) {
    const notes = Map.groupBy ? Map.groupBy(one.notes, (n) => n[0]) : grouped(one.notes);
    const lines = one.text.replace(/\n+$/, "").split("\n").map((text, i) => {
      const here = notes.get(i + 1) || [];
      const kinds = here.map((n) => n[1]);
      const how = kinds.includes("bad") ? " has-bad" : kinds.includes("value") ? " has-value" : "";
      return make("div", { class: `at${how}` }, make("span", { class: "no" }, String(i + 1)),
        make("code", {}, text, ...here.map(([, kind, said]) => make("span", { class: `said ${kind}` }, said))));
    });
    return make("div", { class: "source", tabindex: "0", role: "region", "aria-label": one.title }, ...lines);
  }

  function grouped(notes) {
    const found = new Map();
    for (const note of notes) found.set(note[0], [...(found.get(note[0]) || []), note]);
    return found;
  }

  function values(one) {
    const lines = one.rows.map(([name, value]) => make("tr", {}, make("th", { scope: "row" }, name), make("td", {}, value)));
    return make("div", {}, make("table", { class: "values" }, make("tbody", {}, ...lines)), make("p", { class: "note" }, one.text));
  }

  function tree(one) {
    return make("ul", { class: "tree" }, ...one.nodes.map((node) => branch(node, 0)));
  }

  function branch([text, children, mark], depth) {
    const sign = mark ? make("span", { class: `sign ${mark}`, role: "img", "aria-label": mark === "good" ? "holds" : "fails" }, mark === "good" ? "✓" : "✗") : null;
    const label = make("span", { class: "text" }, text);
    if (!children.length) return make("li", {}, sign, label);
    const folded = make("details", {}, make("summary", {}, sign, label), make("ul", {}, ...children.map((child) => branch(child, depth + 1))));
    folded.open = depth < 3 && children.length <= 40 && children.every((child) => child[0].length < 400);
    return make("li", {}, folded);
  }

  function diff(one) {
    const kind = (line) => (/^(@@|---|\+\+\+)/.test(line) ? "head" : line.startsWith("+") ? "plus" : line.startsWith("-") ? "minus" : "");
    return make("pre", { class: "diff" }, ...one.text.replace(/\n+$/, "").split("\n").map((line) => make("span", { class: kind(line) }, line || " ")));
  }

  // Ways in: names in the comparison, and the address of an attempt.
  function go(run, sample, attempt) {
    const item = items.find((i) => i.run === run && i.row[SAMPLE] === sample && (attempt === undefined || i.row[ATTEMPT] === attempt));
    if (!item) return;
    open(item);
    byId("items").scrollIntoView();
    const at = shown.indexOf(item);
    if (at >= 0) reveal(at);
  }
  for (const button of document.getElementsByClassName("go")) {
    button.addEventListener("click", () => go(Number(button.dataset.run), button.dataset.sample));
  }

  filter();
  const parts0 = location.hash.slice(1).split("/");
  if (parts0.length === 3) {
    try { go(Number(parts0[0]), decodeURIComponent(parts0[2]), Number(parts0[1])); } catch { /* an address that is none of ours */ }
  }
})();
