// The explorer's state as text: tables of responses from and to CSV, and the whole of it in a link.
//
// A table is { kind, rows }: `kind` is "logit" or "probability", a row { name, reward, mass } with the
// logit or the probability as `mass`. What comes from a file or a link is checked before anything changes.

import { reference } from "./tilt.js";

export const MOST_ROWS = 200;
export const MOST_BYTES = 1_000_000;
export const LOWEST = 1e-6; // temperatures
export const HIGHEST = 1e6;

const LONGEST = 100; // characters in a name
const LEAST = 1e-100; // of numbers, here and in `symkl tilt`
const SHARE = 1e-300; // the least of probabilities, here: their shares may be less than `symkl tilt` reads
const MOST = 1e100;
const NUMBER = /^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[+-]?[0-9]{1,3})?$/i;
const COLUMNS = ["response", "reward", "logit", "probability"];
const HEADER = "response,reward,logit (or probability)";

/** What cannot be used, in words. */
export class Unusable extends Error {}

const WANTED = {
  reward: "a number",
  logit: "a number, or -inf for no mass",
  probability: "a probability, at least 0",
  beta: "a number above 0",
};

/** The number that a field or a cell says; `of` is what it is: reward, logit, probability, beta. */
export function numberFrom(text, of) {
  const cell = text.trim().replace("−", "-");
  if (of === "logit" && /^-(inf|infinity|∞)$/i.test(cell)) return -Infinity;
  const wanted = WANTED[of];
  if (!cell) throw new Unusable(`found nothing, expected ${wanted}`);
  const found = `found ‘${short(cell)}’, expected`;
  if (/^[+-]?[0-9]*,[0-9]+$/.test(cell)) {
    const thousands = /^[+-]?[1-9][0-9]*,[0-9]{3}$/.test(cell) ? `${cell.replace(",", "")} or ` : "";
    throw new Unusable(`${found} ${wanted}; write ${thousands}${cell.replace(",", ".")}`);
  }
  if (!NUMBER.test(cell)) throw new Unusable(`${found} ${wanted}; write a decimal such as 0.25`);
  const number = Number(cell);
  const size = Math.abs(number);
  const least = of === "probability" ? SHARE : LEAST;
  const nonzero = /[1-9]/.test(cell.split(/e/i)[0]); // what underflows is not 0 as written
  if (of === "beta") {
    if (!(number >= LOWEST && number <= HIGHEST)) {
      throw new Unusable(`${found} a temperature from ${LOWEST} to ${HIGHEST}`);
    }
  } else if (nonzero && !(size >= least && size <= MOST)) {
    throw new Unusable(`${found} a size from ${least} to ${MOST}; scale the column`);
  }
  if (of === "probability" && number < 0) throw new Unusable(`${found} ${wanted}`);
  return number || 0; // no negative zero
}

/** The name that a field or a cell says: on one line. */
export function nameFrom(text) {
  const name = text.replace(/[\s\p{Cc}]+/gu, " ").trim();
  if (!name) throw new Unusable("found nothing, expected a name");
  if (name.length > LONGEST) throw new Unusable(`found ${name.length} characters, expected at most ${LONGEST}`);
  return name;
}

/** Raises Unusable unless the rows together are a table: some mass, no name twice, not too many. */
export function check({ kind, rows }) {
  if (!rows.length) throw new Unusable("found no rows, expected one row a response");
  if (rows.length > MOST_ROWS) throw new Unusable(`found ${rows.length} rows, expected at most ${MOST_ROWS}`);
  const seen = new Set();
  for (const { name } of rows) {
    if (seen.has(name)) throw new Unusable(`found the response ‘${short(name)}’ twice; name each once`);
    seen.add(name);
  }
  const some = rows.some(({ mass }) => (kind === "logit" ? mass > -Infinity : mass > 0));
  if (!some) throw new Unusable("no response has any mass; give one of them some");
  const total = kind === "probability" ? totalOf(rows) : 0;
  const lost = rows.find(({ mass }) => mass > 0 && mass / total < SHARE);
  if (lost && total) throw new Unusable(`less than ${SHARE} of the mass is on ‘${short(lost.name)}’; give it more, or 0`);
}

// --- CSV -------------------------------------------------------------------------------------------

/** The table in the text of a CSV file. Raises Unusable, with the lines of what is wrong. */
export function fromCSV(text) {
  const lines = records(text.replace(/^\ufeff/, ""));
  if (!lines.length) throw new Unusable(`the file is empty; expected a header line: ${HEADER}`);
  const [head, ...body] = lines;
  const names = head.cells.map((cell) => cell.trim().toLowerCase());
  checkHeader(names, head.line);
  const kind = names.includes("logit") ? "logit" : "probability";
  const wrong = [];
  const firsts = new Map();
  const rows = [];
  for (const { line, cells } of body) {
    if (cells.length !== names.length) {
      wrong.push(`line ${line}: found ${cells.length} cells, expected ${names.length}`);
      continue;
    }
    const cell = (name, read) => {
      try {
        return read(cells[names.indexOf(name)]);
      } catch (error) {
        if (!(error instanceof Unusable)) throw error;
        wrong.push(`line ${line}, column ‘${name}’: ${error.message}`);
        return undefined;
      }
    };
    const number = (name) => cell(name, (text) => numberFrom(text, name));
    const row = { name: cell("response", nameFrom), reward: number("reward"), mass: number(kind) };
    if (row.name !== undefined && firsts.has(row.name)) {
      const again = `found ‘${short(row.name)}’ again, first in line ${firsts.get(row.name)}`;
      wrong.push(`line ${line}, column ‘response’: ${again}`);
    } else {
      firsts.set(row.name, line);
    }
    rows.push(row);
  }
  if (wrong.length) {
    const more = wrong.length > 3 ? `; and ${wrong.length - 3} more` : "";
    throw new Unusable(wrong.slice(0, 3).join("; ") + more);
  }
  check({ kind, rows });
  if (kind === "probability") {
    const total = totalOf(rows);
    if (Math.abs(total - 1) > 1e-6) {
      throw new Unusable(`column ‘probability’: the probabilities sum to ${Number(total.toPrecision(7))}, expected 1`);
    }
  }
  return { kind, rows };
}

function checkHeader(names, line) {
  const at = `line ${line}:`;
  if (!names.some((name) => COLUMNS.includes(name))) {
    throw new Unusable(`${at} found ‘${short(names.join(","))}’, expected a header line: ${HEADER}`);
  }
  if (names.includes("prompt")) {
    throw new Unusable(`${at} found a column ‘prompt’; one prompt is shown here: keep its rows, take the column out`);
  }
  for (const name of names) {
    if (!COLUMNS.includes(name)) throw new Unusable(`${at} unknown column ‘${short(name)}’, expected ${HEADER}`);
    if (names.indexOf(name) !== names.lastIndexOf(name)) throw new Unusable(`${at} found the column ‘${name}’ twice`);
  }
  for (const name of ["response", "reward"]) {
    if (!names.includes(name)) throw new Unusable(`${at} no column ‘${name}’, expected ${HEADER}`);
  }
  if (names.includes("logit") === names.includes("probability")) {
    throw new Unusable(`${at} expected one of the columns ‘logit’ and ‘probability’`);
  }
}

/** The rows of a CSV that are not blank, each with the line it starts in. */
function records(text) {
  const header = text.split(/[\r\n]/).find((line) => line.trim()) ?? "";
  const count = (mark) => header.split(mark).length;
  const mark = [",", ";", "\t"].reduce((most, each) => (count(each) > count(most) ? each : most));
  const found = [];
  let [line, start, cells, cell, quoted] = [1, 1, [], "", false];
  const endRow = () => {
    cells.push(cell);
    if (cells.some((each) => each.trim())) found.push({ line: start, cells });
    [cells, cell, start] = [[], "", line];
  };
  for (let i = 0; i < text.length; i += 1) {
    let c = text[i];
    if (c === "\r") {
      if (text[i + 1] === "\n") i += 1;
      c = "\n";
    }
    if (c === "\n") line += 1;
    if (quoted) {
      if (c !== '"') cell += c;
      else if (text[i + 1] === '"') [cell, i] = [cell + c, i + 1];
      else quoted = false;
    } else if (c === '"' && !cell.trim()) [cell, quoted] = ["", true];
    else if (c === mark) [cell] = ["", cells.push(cell)];
    else if (c === "\n") endRow();
    else cell += c;
  }
  if (quoted) throw new Unusable(`line ${start}: a quote " is opened and never closed`);
  endRow();
  return found;
}

/**
 * The table as the `text` of a CSV file, with the `kind` of its masses in it.
 *
 * `symkl tilt` reads no number below 1e-100 but 0, so where a probability is smaller logits are written.
 */
export function toCSV({ kind, rows }) {
  const given = own(kind, rows);
  const written = given.every((mass) => !mass || Math.abs(mass) >= LEAST) ? kind : "logit";
  const masses = written === kind ? given : logs(rows);
  const quote = (name) => (/[",\n\r;\t|]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name);
  const lines = rows.map(({ name, reward }, i) => `${quote(name)},${reward},${numeral(masses[i])}`);
  return { text: `response,reward,${written}\n${lines.join("\n")}\n`, kind: written };
}

/** The masses as they are, but probabilities that were edited need not sum to 1; in a file they must. */
function own(kind, rows) {
  const total = kind === "probability" ? totalOf(rows) : 1;
  const divisor = Math.abs(total - 1) > 5e-7 ? total : 1;
  return rows.map(({ mass }) => mass / divisor);
}

/** Probabilities as logits. */
const logs = (rows) => reference("probability", rows.map(({ mass }) => mass)).logs;

const totalOf = (rows) => rows.reduce((all, { mass }) => all + mass, 0);
const numeral = (number) => (number === -Infinity ? "-inf" : String(number));

// --- links -----------------------------------------------------------------------------------------

/** The state as the part of a link behind `#name:`. */
export function toLink({ kind, rows, beta }) {
  const parts = new URLSearchParams({ beta: beta === Infinity ? "inf" : String(beta) });
  for (const { name, reward, mass } of rows) {
    parts.append("response", name);
    parts.append("reward", reward);
    parts.append(kind, numeral(mass));
  }
  return parts.toString();
}

/** The state that a link carries. Raises Unusable. */
export function fromLink(text) {
  if (text.length > MOST_BYTES) throw new Unusable("it is too long");
  const parts = new URLSearchParams(text);
  const all = (name) => parts.getAll(name);
  const kind = parts.has("probability") ? "probability" : "logit";
  const [names, rewards, masses] = [all("response"), all("reward"), all(kind)];
  if (names.length !== rewards.length || names.length !== masses.length || all("beta").length !== 1) {
    const found = `found ${names.length} names, ${rewards.length} rewards and ${masses.length} masses`;
    throw new Unusable(`${found}, expected as many of each, and one beta`);
  }
  const rows = names.map((name, i) => ({
    name: nameFrom(name),
    reward: numberFrom(rewards[i], "reward"),
    mass: numberFrom(masses[i], kind),
  }));
  const said = parts.get("beta");
  const beta = said === "0" ? 0 : said === "inf" ? Infinity : numberFrom(said, "beta");
  check({ kind, rows });
  return { kind, rows, beta };
}

const short = (text) => (text.length > 40 ? `${text.slice(0, 39)}…` : text);
