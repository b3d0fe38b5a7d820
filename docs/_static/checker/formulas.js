// Formulas of a text, found and set as one types. It only shows: what is checked is for symkl to find.
import "../katex/katex.min.js";

const { katex } = globalThis;

const MOST = 60; // formulas in a preview
const LONGEST = 4000; // characters of a formula that is set

const DISPLAY = new RegExp(
  [
    String.raw`\$\$([\s\S]+?)\$\$`,
    String.raw`\\\[([\s\S]+?)\\\]`,
    String.raw`\\begin\{((?:equation|align|gather|multline|eqnarray)\*?)\}([\s\S]+?)\\end\{\3\}`,
    "```math[ \\t]*\\n([\\s\\S]+?)```",
  ].join("|"),
  "g",
);

// The displayed formulas of a text in their order, and how many more there are.
export function displays(text) {
  const found = [];
  let more = 0;
  for (const match of text.replace(/<!--[\s\S]*?-->/g, "").matchAll(DISPLAY)) {
    if (found.length < MOST) found.push(asOne(match));
    else more += 1;
  }
  return { found, more };
}

function asOne([, dollars, brackets, environment, inside, fenced]) {
  if (!environment) return dollars ?? brackets ?? fenced;
  const name = environment.replace("*", "");
  if (name === "equation" || name === "multline") return inside;
  return name === "gather" ? `\\begin{gathered}${inside}\\end{gathered}` : `\\begin{aligned}${inside}\\end{aligned}`;
}

// The document's own \newcommand and the like, to be set before each formula.
export function macrosOf(text) {
  const out = [];
  for (const match of text.matchAll(/\\(?:re)?newcommand\*?\s*\{?(\\[a-zA-Z]+)\}?\s*(\[\d\])?\s*(?=\{)/g)) {
    const body = group(text, match.index + match[0].length);
    if (body && out.length < 200) out.push(`\\def${match[1]}${places(match[2])}${body}`);
  }
  return out.join("");
}

const places = (count) => Array.from({ length: Number(count?.[1] ?? 0) }, (_, n) => `#${n + 1}`).join("");

function group(text, start) {
  let depth = 0;
  for (let at = start; at < Math.min(text.length, start + 2000); at += 1) {
    if (text[at] === "\\") at += 1;
    else if (text[at] === "{") depth += 1;
    else if (text[at] === "}" && (depth -= 1) === 0) return text.slice(start, at + 1);
  }
  return "";
}

// What lays out or numbers a row says nothing of it.
const LAYOUT = /\\label\{[^}]*\}|\\(?:no(?:tag|number))\b|\\tag\*?\{[^{}]*\}|(?<!\\)&|\\\\\s*$/g;

// Inside an argument, as in p(y | x), a wide formula does not go on in the next line.
const INSIDE = /\\(?:mid|succ|prec)(?![A-Za-z])/g;

// A formula as an element: by KaTeX, and as it was typed where KaTeX cannot.
export function formula(latex, { macros = "", display = true } = {}) {
  const out = document.createElement(display ? "div" : "span");
  if (display) {
    out.className = "math";
    out.tabIndex = 0;
    out.setAttribute("role", "group");
    out.setAttribute("aria-label", "formula");
  }
  try {
    if (latex.length > LONGEST) throw new Error("too long");
    const options = {
      displayMode: display,
      throwOnError: true,
      trust: false,
      strict: "ignore",
      maxSize: 20,
      maxExpand: 500,
    };
    katex.render(macros + latex.replace(INSIDE, "$&\\nobreak "), out, options);
    out.dataset.set = "yes";
  } catch {
    const code = document.createElement("code");
    code.textContent = latex.length > LONGEST ? `${latex.slice(0, LONGEST)} …` : latex;
    out.replaceChildren(code);
  }
  return out;
}

export const row = (source, macros) => formula(source.replace(LAYOUT, " ").trim(), { macros });
