// A report as elements. Every text of a document goes in as text, and never as markup.
import { formula, row as set } from "./formulas.js";
import { place } from "./applying.js";

const MOST = 200; // rows that are shown at once
const WIDEST = 300; // characters of a difference that is set as a formula
const ATTENTION = new Set(["refuted", "unknown", "unreadable"]);

// LaTeX and excerpts are `exactly` as they are; other words are typeset.
export function make(tag, { text, exactly, classes, ...rest } = {}, ...children) {
  const out = document.createElement(tag);
  if (exactly !== undefined) out.textContent = exactly;
  if (text !== undefined) out.append(typeset(text));
  if (classes) out.className = classes;
  for (const [name, value] of Object.entries(rest)) out.setAttribute(name, value);
  out.append(...children.map((each) => (typeof each === "string" ? typeset(each) : each)));
  return out;
}

const RAISED = /(?<![A-Za-z])([A-Za-zα-ωΑ-Ω][\u0302\u0304]?\*?)([_^])(?:\{([^{}]*)\}|(-?[A-Za-zα-ω0-9]+))|(?<![A-Za-z])(\d(?:\.\d+)?)e(-?\d+)\b/g;

// Words in which one letter's _ref or ^2 is lowered or raised, as on the site's other pages.
function typeset(words) {
  const out = document.createDocumentFragment();
  let last = 0;
  for (const found of words.matchAll(RAISED)) {
    const [whole, base, sign, grouped, word, digits, power] = found;
    const before = words.slice(last, found.index);
    if (digits) out.append(`${before}${digits}×10`, make("sup", { text: power }));
    else out.append(before + base, make(sign === "_" ? "sub" : "sup", { text: grouped ?? word }));
    last = found.index + whole.length;
  }
  out.append(words.slice(last));
  return out;
}

// `known`: marks, scopes and the addresses of laws, slips and theorems, from the site; `apply` and `go` act on a row;
// `graded`: somebody else says how far the whole is.
export function shown({ report, words, text, macros, known, apply, go, graded }) {
  const out = document.createDocumentFragment();
  if (!graded) out.append(summary(report, words, known));
  for (const [n, trouble] of report.troubles.entries()) {
    out.append(make("div", { classes: "checker-trouble" }, ...troubled(trouble, words.troubles[n], known)));
  }
  const list = make("ol", { classes: "checker-rows" });
  const add = (from) => {
    const now = report.lines.slice(from, from + MOST);
    list.append(...now.map((line, n) => one(line, from + n, { words, text, macros, known, apply, go })));
    const left = report.lines.length - from - now.length;
    if (left <= 0) return;
    const more = make("button", { type: "button", text: `Show ${Math.min(left, MOST)} more of ${left} rows` });
    more.addEventListener("click", () => {
      more.parentElement.remove();
      add(from + MOST);
      list.children[from + MOST].focus();
    });
    list.append(make("li", { classes: "checker-more" }, more));
  };
  add(0);
  out.append(list);
  return out;
}

function summary(report, words, known) {
  const head = make("p", { classes: "checker-verdict" }, status(report.verdict, known.overall), `: ${words.counted}`);
  const out = make("div", { classes: `checker-summary symkl-${report.verdict}` }, head);
  if (report.claim) {
    const { name: claimed } = report.claim;
    const name = known.places.theorem[claimed] ? linked("theorem", claimed, known) : formula(claimed, { display: false });
    const why = report.claim.why_not ? `: ${report.claim.why_not.replace(/\.$/, "")}` : "";
    out.append(make("p", {}, "Claim ", name, report.claim.met ? " is met." : ` is not met${why}.`));
    for (const row of report.claim.met ? [] : report.claim.rows) out.append(make("p", { text: "To meet it, add:" }), formula(row));
  }
  if (words.not_checked) out.append(make("p", { text: words.not_checked }));
  if (report.rests_on.length) out.append(make("p", { text: `Rests on: ${report.rests_on.join(", ")}.` }));
  for (const each of report.disagreements) {
    out.append(make("p", { text: `symkl contradicts itself (please report it): ${each}` }));
  }
  return out;
}

function one(line, index, { words, text, macros, known, apply, go }) {
  const out = make("li", { id: `row-${index + 1}`, classes: `checker-row symkl-${line.status}`, tabindex: "-1" });
  if (line.trouble) out.append(...troubled(line.trouble, words.told[index], known));
  else out.append(set(line.source, macros), said(line, known));
  const where = place(text, line);
  const at = make(where ? "button" : "span", { classes: "checker-line", text: `line ${line.part ? line.part : line.line}` });
  if (where) {
    at.type = "button";
    at.setAttribute("aria-label", `Row ${index + 1}: go to line ${line.line} of the text`);
    at.addEventListener("click", () => go(where));
  }
  (out.querySelector(".checker-verdict") ?? out).append(" ", at);
  if (ATTENTION.has(line.status) && words.off_by[index]) out.append(...residual(line, words.off_by[index]));
  if (line.counterexample) out.append(counterexample(line.counterexample.problem));
  for (const [n, each] of line.suggestions.entries()) out.append(suggestion(each, n, { line, where, macros, known, apply }));
  if (line.laws.length) out.append(make("p", { classes: "checker-laws", text: `Needs: ${line.laws.join("; ")}.` }));
  if (line.notes.length) {
    out.append(make("ul", { classes: "checker-notes" }, ...line.notes.map((note) => make("li", { text: note }))));
  }
  return out;
}

const status = (of, marks) => make("span", { classes: `symkl-status symkl-${of}`, text: `${marks[of]} ${of}` });

function linked(kind, name, known) {
  const to = known.places[kind]?.[name];
  return to ? make("a", { href: to, text: name }) : make("span", { text: name });
}

function said(line, known) {
  const out = make("p", { classes: "checker-verdict" }, status(line.status, known.marks));
  const because = line.residual?.words ? "" : line.because;
  const scope = known.scopes[line.scope];
  if (line.law) out.append(" ", line.law === "counterexample" ? line.law : linked("law", line.law, known));
  if (scope) out.append(line.law ? ", " : " ", scope);
  if (because) out.append(line.law || scope ? ": " : " ", typeset(because));
  return out;
}

function residual(line, words) {
  const found = line.residual;
  if (!found?.latex || !words.includes(found.text) || found.latex.length > WIDEST) return [make("p", { text: `${words.replace(/[.]$/, "")}.` })];
  const [before, after] = words.split(found.text);
  return [make("p", {}, before, formula(found.latex, { display: false }), after.replace(/[.]?$/, "."))];
}

function counterexample({ summary, heads, points }) {
  const placed = points.some((point) => point.place);
  const cells = (point) => [...(placed ? [point.place] : []), point.left, point.right];
  const head = make("tr", {}, ...[...(placed ? ["at"] : []), ...heads].map((text) => make("th", { text, scope: "col" })));
  const body = points.map((point) => make("tr", {}, ...cells(point).map((text) => make("td", { text }))));
  return make(
    "div",
    { classes: "checker-counterexample" },
    make("p", {}, make("strong", { text: "Counterexample" }), `: ${summary}`),
    make("div", { classes: "checker-scrolls", tabindex: "0", role: "group", "aria-label": "counterexample" },
      make("table", {}, make("thead", {}, head), make("tbody", {}, ...body))),
  );
}

// What an edit says, with the piece of the row that it quotes set as a formula, as symkl/reporting/sentences.py tells it apart.
const QUOTED = /^((?:[a-z]+ )+)((?:[+−-] )?\S*\\.*?)((?: by \S+| in both places| moves?| stands? still| once| for \S+)?)$/;

function quoting(edit, macros) {
  const found = QUOTED.exec(edit);
  if (!found || found[2].includes(" for ")) return [edit];
  const [, before, latex, after] = found;
  const inline = (piece) => formula(piece, { macros, display: false });
  return [before, inline(latex), ...(after.includes("\\") ? [" for ", inline(after.slice(" for ".length))] : [after])];
}

function suggestion(each, n, { line, where, macros, known, apply }) {
  const lead = make("p", {}, make("strong", { text: n ? "or" : "Did you mean" }), ": ", ...quoting(each.edit.replace(/[. ]+$/, ""), macros));
  if (each.slip) lead.append(" (", linked("slip", each.slip, known), ")");
  lead.append(". Then it is proved:");
  const letters = [...each.latex];
  const [start, stop] = each.changed;
  const part = (from, to) => letters.slice(from, to).join("");
  const code = make("code", {}, make("span", { exactly: part(0, start) }), make("mark", { exactly: part(start, stop) }), make("span", { exactly: part(stop) }));
  const button = make("button", { type: "button", classes: "checker-apply", text: "Apply" });
  button.setAttribute("aria-label", `Apply: ${each.edit}`);
  button.addEventListener("click", () => apply(line, each));
  return make("div", { classes: "checker-suggestion" }, lead, set(each.latex, macros), make("p", {}, code), where ? button : "");
}

function troubled(trouble, told, known) {
  const place = `${" ".repeat(Math.max(0, trouble.column - 1))}${"^".repeat(Math.max(1, trouble.width))}`;
  const pieces = (what) => what.map(([piece, latex]) => (latex ? make("code", { exactly: piece }) : piece));
  return [
    make("p", { classes: "checker-verdict" }, status("unreadable", known.marks), ` ${trouble.message}`),
    ...(trouble.excerpt ? [make("pre", { tabindex: "0", exactly: `${trouble.excerpt}\n${place}` })] : []),
    make("dl", {}, ...told.flatMap(([name, what]) => [make("dt", { text: name }), make("dd", {}, ...pieces(what))])),
  ];
}

// What each symbol was taken for, as a table.
export function symbols(report, words) {
  const rows = report.symbols.map((each, n) =>
    make("tr", {}, make("th", { scope: "row", text: each.symbol }), make("td", { text: words.symbols[n] })),
  );
  const head = make("tr", {}, make("th", { scope: "col", text: "symbol" }), make("th", { scope: "col", text: "taken for" }));
  return make("table", {}, make("thead", {}, head), make("tbody", {}, ...rows));
}
