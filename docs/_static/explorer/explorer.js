// The explorer's page: its state, what its controls do, and what it shows. The mathematics is in tilt.js.

import { plain, shown, shownExp } from "./digits.js";
import { drawBars, drawFrontier } from "./picture.js";
import { MOST_BYTES, Unusable, check, fromCSV, fromLink, nameFrom, numberFrom, toCSV, toLink } from "./table.js";
import { frontier, reference, referencePolicy, tilt } from "./tilt.js";

const QUIET = 700; // milliseconds without a change before it is announced or written into the address
const FIGURES = ["reward", "kl", "logPartition", "objective"];

for (const root of document.querySelectorAll(".explorer")) start(root);

/** Write a number where it may be broken only before its power of ten. */
function write(element, text) {
  const [mantissa, ...rest] = text.split("×");
  element.replaceChildren(mantissa, ...rest.flatMap((each) => [document.createElement("wbr"), `×${each}`]));
}

function start(root) {
  const part = (name) => root.querySelector(`.explorer-${name}`);
  const original = JSON.parse(root.dataset.start);
  const [slider, field] = [part("slider"), part("beta")];
  const [lowest, highest] = [slider.min, slider.max].map((end) => 10 ** Number(end));
  const body = part("table").tBodies[0];
  let state = original;
  let moveTo; // puts the point of the frontier in its place
  let ref;
  let fieldsMade = 0;

  // --- from the state to the page ---

  /** Show a state. Raises Unusable, and then nothing has changed. */
  function show(next, { rebuild = false, keepField = null } = {}) {
    const { kind, rows, beta } = next;
    const tableChanged = rebuild || rows !== state.rows || kind !== state.kind;
    if (tableChanged) check(next);
    const nextRef = tableChanged ? reference(kind, rows.map(({ mass }) => mass)) : ref;
    const rewards = rows.map(({ reward }) => reward);
    const optimum = tilt(nextRef, rewards, beta);
    [state, ref] = [next, nextRef];
    if (rebuild) buildRows();
    if (tableChanged) moveTo = drawFrontier(part("frontier"), frontier(ref, rewards));
    showTemperature(keepField);
    showFigures(optimum);
    part("note").hidden = kind !== "probability";
  }

  function showTemperature(keepField) {
    const { beta } = state;
    const limit = beta === 0 || beta === Infinity;
    const where = betaInWords() + (beyond(beta) ? ", beyond the slider" : "");
    part("output").value = where;
    const log = limit ? (beta ? 1 : -1) * 3 : Math.log10(beta);
    if (keepField !== slider) slider.value = log;
    slider.setAttribute("aria-valuetext", where);
    if (keepField !== field) {
      field.value = limit ? "" : beta;
      field.placeholder = limit ? (beta ? "→ ∞" : "→ 0") : "";
      complain(field, "");
    }
    for (const button of root.querySelectorAll("[data-beta]")) {
      button.setAttribute("aria-pressed", Number(button.dataset.beta) === beta);
    }
  }

  /** Whether a temperature that is no limit lies off the slider, which then stands at its end. */
  const beyond = (beta) => beta > 0 && beta < Infinity && !(beta >= lowest && beta <= highest);

  function betaInWords() {
    if (state.beta === 0) return "β → 0";
    return state.beta === Infinity ? "β → ∞" : `β = ${plain(state.beta)}`;
  }

  function showFigures(optimum) {
    const { beta, rows } = state;
    const figure = (name, text) => write(root.querySelector(`[data-figure="${name}"]`), text);
    figure("beta", beta === 0 ? "→ 0" : beta === Infinity ? "→ ∞" : plain(beta));
    for (const name of FIGURES) figure(name, shown(optimum[name]));
    figure("top", shownExp(optimum.top));
    const attitude = beta === 0 ? ": it lies flat" : beta === Infinity ? ": it stands upright" : "";
    part("slope").textContent = betaInWords() + attitude;
    const masses = referencePolicy(ref);
    [...body.rows].forEach((row, i) => {
      const out = (name, text) => write(row.querySelector(`[data-out="${name}"]`), text);
      out("reference", shownExp(masses[i]));
      out("policy", shownExp(optimum.policy[i]));
      out("ratio", optimum.ratio[i] ? shownExp(optimum.ratio[i]) : "–");
    });
    drawBars(part("bars"), rows.map(({ name }) => name), ref.masses, optimum.policy.map(({ log }) => Math.exp(log)));
    moveTo({ kl: optimum.kl.value, reward: optimum.reward.value, beta, label: betaInWords() });
  }

  function buildRows() {
    const { kind, rows } = state;
    part("kind").textContent = kind;
    body.replaceChildren(
      ...rows.map((row) => {
        const made = part("row").content.firstElementChild.cloneNode(true);
        for (const input of made.querySelectorAll("input")) {
          const name = input.dataset.field;
          input.nextElementSibling.id = `${root.id}-error-${(fieldsMade += 1)}`;
          if (name === "mass") {
            input.closest("td").dataset.label = kind;
            if (kind === "probability") input.inputMode = "decimal";
          }
          fill(input, row[name]);
        }
        nameFields(made, row.name);
        made.querySelector(".explorer-remove").disabled = rows.length === 1;
        return made;
      }),
    );
  }

  function fill(input, value) {
    input.value = value === -Infinity ? "-inf" : value;
  }

  function nameFields(row, name) {
    const say = (field, text) => row.querySelector(field).setAttribute("aria-label", text);
    say('[data-field="name"]', `Name of ${name}`);
    say('[data-field="reward"]', `Reward of ${name}`);
    say('[data-field="mass"]', `${state.kind === "logit" ? "Logit" : "Probability"} of ${name}`);
    say(".explorer-remove", `Remove ${name}`);
  }

  // --- messages ---

  /** Mark a field as wrong and say why, or, without a message, as right. */
  function complain(input, message) {
    const error = input === field ? part("error") : input.nextElementSibling;
    error.textContent = message;
    error.hidden = !message;
    input.toggleAttribute("aria-invalid", false);
    if (message) {
      input.setAttribute("aria-invalid", "true");
      input.setAttribute("aria-describedby", error.id);
    } else input.removeAttribute("aria-describedby");
  }

  /** Why a field is refused, and what the figures show in the meantime. */
  const until = (message, kept) => `${message}. Until then ${kept === -Infinity ? "-inf" : kept} counts.`;

  const tell = (message) => (part("message").textContent = message);

  let quiet;
  function changed() {
    clearTimeout(quiet);
    quiet = setTimeout(() => {
      const figure = (name) => root.querySelector(`[data-figure="${name}"]`).textContent;
      part("live").textContent =
        `${betaInWords()}: E[r] ${figure("reward")}, KL ${figure("kl")}, ` +
        `log Z ${figure("logPartition")}, P(top) ${figure("top")}`;
      writeLink();
    }, QUIET);
  }

  /** Do what may be refused: then its reason is told and the state stays. */
  function attempt(act, refused = tell) {
    try {
      act();
      return true;
    } catch (error) {
      if (!(error instanceof Unusable)) throw error;
      refused(error.message);
      return false;
    }
  }

  // --- the controls ---

  const setBeta = (beta, keepField = null) => {
    show({ ...state, beta }, { keepField });
    changed();
  };

  slider.addEventListener("input", () => {
    const before = state.beta;
    setBeta(Number((10 ** slider.valueAsNumber).toPrecision(4)), slider);
    // From its end the slider moves on, wherever the temperature was.
    if (beyond(before)) tell(`The slider goes from ${lowest} to ${highest}: β was ${plain(before)}, and is ${plain(state.beta)}.`);
  });

  field.addEventListener("input", () => {
    const done = attempt(
      () => setBeta(numberFrom(field.value, "beta"), field),
      (message) => complain(field, until(message, betaInWords())),
    );
    if (done) complain(field, "");
  });

  part("presets").addEventListener("click", ({ target }) => {
    if (target.dataset.beta) setBeta(Number(target.dataset.beta));
  });

  body.addEventListener("input", ({ target }) => {
    const i = [...body.rows].indexOf(target.closest("tr"));
    const name = target.dataset.field;
    const done = attempt(
      () => {
        const text = target.value;
        const value = name === "name" ? nameFrom(text) : numberFrom(text, name === "mass" ? state.kind : name);
        const rows = state.rows.map((row, at) => (at === i ? { ...row, [name]: value } : row));
        show({ ...state, rows });
      },
      (message) => complain(target, until(message, name === "name" ? `‘${state.rows[i].name}’` : state.rows[i][name])),
    );
    if (!done) return;
    complain(target, "");
    if (name === "name") nameFields(target.closest("tr"), state.rows[i].name);
    changed();
  });

  // Once it is left, a field says the number that counts.
  body.addEventListener("change", ({ target }) => {
    if (target.hasAttribute("aria-invalid")) return;
    fill(target, state.rows[[...body.rows].indexOf(target.closest("tr"))][target.dataset.field]);
  });

  body.addEventListener("click", ({ target }) => {
    if (!target.closest(".explorer-remove")) return;
    const i = [...body.rows].indexOf(target.closest("tr"));
    const name = state.rows[i].name;
    attempt(() => {
      show({ ...state, rows: state.rows.filter((_, at) => at !== i) }, { rebuild: true });
      body.rows[Math.min(i, body.rows.length - 1)].querySelector("input").focus();
      tell(`Removed ${name}.`);
      changed();
    });
  });

  const actions = {
    add() {
      const names = new Set(state.rows.map((row) => row.name));
      let number = state.rows.length + 1;
      while (names.has(`response ${number}`)) number += 1;
      // A share like the others' on average; a logit of 0 is as good as any.
      const mass = state.kind === "logit" ? 0 : Number((1 / number).toPrecision(3));
      const row = { name: `response ${number}`, reward: 0, mass };
      show({ ...state, rows: [...state.rows, row] }, { rebuild: true });
      const input = body.rows[body.rows.length - 1].querySelector("input");
      input.focus();
      input.select();
      tell(`Added ${row.name}.`);
    },
    reset() {
      show(original, { rebuild: true });
      tell("Everything is as it was.");
    },
    link() {
      writeLink();
      const said = "The link is in the address bar";
      navigator.clipboard?.writeText(location.href).then(
        () => tell("The link is copied."),
        () => tell(`${said}.`),
      ) ?? tell(`${said}.`);
    },
    save() {
      const link = document.createElement("a");
      const { text, kind } = toCSV(state);
      link.href = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
      link.download = "responses.csv";
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 1000);
      const why = kind === state.kind ? "" : " with logits: symkl tilt reads no probability below 1e-100";
      tell(`Saved as responses.csv${why}.`);
    },
  };

  part("actions").addEventListener("click", ({ target }) => {
    const { action } = target.dataset;
    if (action && attempt(actions[action]) && action !== "save") changed();
  });

  part("load").querySelector("input").addEventListener("change", async ({ target }) => {
    const [file] = target.files;
    if (!file) return;
    const { name } = file;
    try {
      if (file.size > MOST_BYTES) throw new Unusable(`it is too large; expected at most ${MOST_BYTES} bytes`);
      const table = fromCSV(decoded(await file.arrayBuffer()));
      show({ ...state, ...table }, { rebuild: true });
      tell(`Loaded ${name}: ${table.rows.length} ${table.rows.length === 1 ? "response" : "responses"}.`);
      changed();
    } catch (error) {
      tell(`${name} is not loaded: ${error instanceof Unusable ? error.message : "it cannot be read"}.`);
    }
    target.value = ""; // so that the same file can be chosen again
  });

  function decoded(bytes) {
    try {
      return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    } catch {
      throw new Unusable("found bytes that are not UTF-8; save the table as CSV UTF-8");
    }
  }

  // --- the link ---

  const mark = `#${root.id}:`;

  function writeLink() {
    const bare = location.pathname + location.search;
    history.replaceState(history.state, "", state === original ? bare : mark + toLink(state));
  }

  function readLink() {
    if (!location.hash.startsWith(mark)) return;
    attempt(
      () => show(fromLink(location.hash.slice(mark.length)), { rebuild: true }),
      (message) => tell(`The link cannot be used: ${message}. What is shown stays as it was.`),
    );
  }

  // --- begin: the picture is there already; now it can move ---

  show(original, { rebuild: true });
  readLink();
  window.addEventListener("hashchange", readLink);
  for (const name of ["controls", "actions", "last"]) part(name).hidden = false;
  part("static").hidden = true;
  root.classList.add("explorer-moves");
}
