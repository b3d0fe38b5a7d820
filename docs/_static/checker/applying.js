// Where a row of a report stands in the text that was checked.

// The (start, stop) of a row's source, or null. A report counts lines and columns from 1, and may have set blanks anew.
export function place(text, { line, column, source, part }) {
  if (part) return null; // of a notebook or a file that was put in: the line is not one of this text
  const lines = text.split(/\r\n|\r|\n/);
  if (line < 1 || line > lines.length) return null;
  // Columns are characters, and a string counts halves of those beyond the first plane.
  const before = [...lines[line - 1]].slice(0, column - 1).join("").length;
  const start = startOf(text, line) + before;
  const stop = follow(text, start, source);
  return stop === null ? null : { start, stop };
}

function startOf(text, line) {
  const breaks = /\r\n|\r|\n/g;
  for (let n = 1; n < line; n += 1) breaks.exec(text);
  return breaks.lastIndex;
}

// The end of `source` in `text` from `start` on, whatever blanks and line breaks (and a quote's marks) lie between.
function follow(text, start, source) {
  let at = start;
  for (const sign of source) {
    if (/\s/.test(sign)) continue;
    while (at < text.length && /\s/.test(text[at])) {
      const broken = text[at] === "\n";
      at += 1;
      if (broken) while (/[ \t]/.test(text[at] ?? "") || (text[at] === ">" && sign !== ">")) at += 1;
    }
    if (!text.startsWith(sign, at)) return null;
    at += sign.length;
  }
  return at;
}

// A row's new LaTeX as it stands there: inside a quote each further line is quoted, too.
export function fitting(text, { start }, latex) {
  const line = text.slice(text.lastIndexOf("\n", start - 1) + 1, start);
  const quote = line.match(/^\s*(?:>\s?)+/)?.[0] ?? "";
  return latex.replaceAll("\n", `\n${quote}`);
}
