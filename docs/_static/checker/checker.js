// Check your proof, in the page: the text, what one sees of it at once, and what symkl says of it.
import { fitting, place } from "./applying.js";
import { engine } from "./engine.js";
import { displays, macrosOf, row } from "./formulas.js";
import { LONGEST, read, written } from "./link.js";
import { kept, keep, mark } from "./progress.js";
import { make, shown, symbols } from "./report.js";

const PAUSE = 600; // milliseconds without a key before a text is looked at
const QUICK = 2000; // milliseconds: a text that takes longer is checked when it is asked for
const LARGEST = 10_000_000; // bytes, as on the command line

async function begin(root) {
  const part = (name) => root.querySelector(`.checker-${name}`);
  const known = JSON.parse(root.dataset.known);
  const examples = JSON.parse(root.dataset.examples);
  const exercises = JSON.parse(root.dataset.exercises);
  const text = part("text");
  const say = (message) => (part("status").textContent = message);
  const manifest = await (await fetch(new URL("../bundle/manifest.json", import.meta.url), { cache: "no-cache" })).json();
  const runs = engine(manifest, loading);
  const file = { name: "proof.md" };
  let turn = 0; // of the check whose answer counts
  let running = false;
  let again = false;
  let took = 0;
  let timer = 0;
  let previewed = null;
  let exercise = ""; // the one that is worked on

  part("static").remove();
  part("works").hidden = false;
  if (manifest.missing) {
    part("missing").textContent = `This copy of the site was built without the checker: there is no ${manifest.missing}. `
      + "On the command line, symkl check FILE does the same.";
    part("missing").hidden = false;
    part("check").disabled = true;
  } else {
    part("size").textContent = `${(manifest.bytes / 1e6).toFixed(0)} MB`;
  }

  // --- the text ---

  function put({ name, text: now }) {
    turn += 1;
    if (running) stop("");
    file.name = name;
    text.value = now;
    part("file").textContent = name;
    part("said").replaceChildren();
    part("understood").hidden = true;
    part("results").hidden = true;
    part("grade").hidden = true;
    preview();
    say("");
  }

  function preview() {
    if (previewed === text.value) return;
    previewed = text.value;
    const { found, more } = displays(text.value);
    const macros = macrosOf(text.value);
    part("preview").replaceChildren(...found.map((latex) => row(latex, macros)));
    if (!found.length) part("preview").textContent = "No formula stands on a line of its own yet. Put one between $$ and $$.";
    if (more) part("preview").append(`… and ${more} more ${more === 1 ? "formula" : "formulas"}.`);
  }

  function changed() {
    clearTimeout(timer);
    part("results").classList.add("checker-old");
    if (exercise) keep(exercise, { text: text.value });
    timer = setTimeout(() => {
      preview();
      if (part("live").checked && runs.loaded && took < QUICK) check();
    }, PAUSE);
  }

  // --- checking ---

  function loading({ share, doing, come, total }) {
    part("bar").value = share;
    const size = come ? ` ${(come / 1e6).toFixed(0)} of ${(total / 1e6).toFixed(0)} MB` : "";
    part("doing").textContent = `${doing[0].toUpperCase()}${doing.slice(1)}${size} …`;
  }

  function busy(is) {
    running = is;
    part("stop").hidden = !is;
    part("progress").hidden = !is;
    root.setAttribute("aria-busy", String(is));
  }

  async function check(focus = -1) {
    if (manifest.missing) return;
    clearTimeout(timer);
    if (running) {
      again = true; // what runs is let run; the newest text is next
      return;
    }
    preview();
    const now = text.value;
    const mine = (turn += 1);
    if (!runs.loaded) say("Loading the checker.");
    busy(true);
    const ticking = setInterval(() => {
      if (!part("doing").textContent.startsWith("Checking")) return;
      part("doing").textContent = `Checking … ${((performance.now() - began) / 1000).toFixed(0)} s`;
    }, 1000);
    let began = performance.now();
    try {
      if (runs.loaded) checking();
      const answer = await runs.check(file.name, now, () => { began = performance.now(); checking(); }, exercise);
      if (mine !== turn) return;
      took = performance.now() - began;
      show(JSON.parse(answer.json)[0], answer.words, now);
      if (answer.grade) showGrade(answer.grade);
      root.dispatchEvent(new CustomEvent("checked", { detail: { ...answer, took, text: now } }));
      if (focus >= 0) root.querySelector(`#row-${focus + 1}`)?.focus();
    } catch (error) {
      if (mine !== turn) return;
      say(`The checker failed: ${error.message}. Nothing was judged. Press Check to start it anew.`);
    } finally {
      clearInterval(ticking);
      if (mine === turn) {
        busy(false);
        if (again) {
          again = false;
          if (text.value !== now) check();
        }
      }
    }
  }

  function checking() {
    part("bar").removeAttribute("value");
    part("doing").textContent = "Checking …";
  }

  function stop(message) {
    turn += 1;
    again = false;
    runs.stop();
    busy(false);
    say(message);
  }

  // --- what was found ---

  function show(report, words, of) {
    part("results").hidden = false;
    part("results").classList.toggle("checker-old", of !== text.value);
    part("said").replaceChildren(shown({ report, words, text: of, macros: macrosOf(of), known, apply, go, graded: Boolean(exercise) }));
    part("understood").hidden = report.symbols.length === 0;
    part("symbols").replaceChildren(symbols(report, words));
    say(`${report.verdict[0].toUpperCase()}${report.verdict.slice(1)}: ${words.counted}`);
  }

  function showGrade({ solved, why }) {
    const words = solved ? "Solved. Every row follows, and the goal is reached." : "Not solved yet.";
    say(words);
    part("grade").hidden = false;
    part("grade").replaceChildren(
      make("p", { text: `${solved ? "✓" : "…"} ${words}`, classes: "checker-verdict" }),
      make("ul", {}, ...why.map((each) => make("li", { text: `${each[0].toUpperCase()}${each.slice(1)}.` }))),
    );
    if (solved) keep(exercise, { solved: true });
    mark();
  }

  function apply(line, suggestion) {
    const found = place(text.value, line);
    if (found === null) {
      say("The text has changed since: press Check first.");
      return;
    }
    const index = [...part("said").querySelectorAll(".checker-row")].findIndex((each) => each.contains(document.activeElement));
    // As if it were typed, so that the browser's own undo brings it back.
    text.focus();
    const latex = fitting(text.value, found, suggestion.latex);
    text.setSelectionRange(found.start, found.stop);
    if (!document.execCommand?.("insertText", false, latex)) {
      text.setRangeText(latex, found.start, found.stop, "end");
    }
    check(index);
  }

  function go({ start, stop: end }) {
    text.focus();
    text.setSelectionRange(start, end);
    const height = parseFloat(getComputedStyle(text).lineHeight) || 20;
    text.scrollTop = Math.max(0, (text.value.slice(0, start).split("\n").length - 4) * height);
  }

  // --- files and links ---

  async function open(chosen) {
    if (!chosen) return;
    if (chosen.size > LARGEST) {
      say(`${chosen.name} is larger than ${LARGEST / 1e6} MB, and was not opened. Check its parts one by one.`);
      return;
    }
    try {
      put({ name: chosen.name, text: new TextDecoder("utf-8", { fatal: true }).decode(await chosen.arrayBuffer()) });
      part("example").selectedIndex = -1;
      say(`${chosen.name} is open. Press Check.`);
    } catch {
      say(`${chosen.name} is not UTF-8 text. Save it again as UTF-8.`);
    }
  }

  function save() {
    const url = URL.createObjectURL(new Blob([text.value], { type: "text/plain;charset=utf-8" }));
    const link = Object.assign(document.createElement("a"), { href: url, download: file.name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
    say(`${file.name} is saved.`);
  }

  async function share() {
    const hash = written({ name: file.name, text: text.value });
    if (hash.length > LONGEST) {
      say("The text is too long for a link. Save it as a file, and pass that on.");
      return;
    }
    history.replaceState(null, "", hash);
    try {
      await navigator.clipboard.writeText(location.href);
      say("The link is copied. The text is in it; nothing was sent anywhere.");
    } catch {
      say("The link is in the address bar. The text is in it; nothing was sent anywhere.");
    }
  }

  function fromAddress() {
    const found = read(location.hash);
    if (found) {
      put(found);
      part("example").selectedIndex = -1;
      say("The text of the link is open. Press Check.");
    }
    return Boolean(found);
  }

  // --- exercises ---

  function work(name, place) {
    exercise = name;
    place.append(root);
    root.hidden = false;
    put({ name: `${name}.md`, text: kept(name).text ?? exercises[name].text });
    const end = text.value.indexOf("## Proof");
    text.focus();
    text.setSelectionRange(text.value.length, text.value.length);
    text.scrollTop = end < 0 ? 0 : text.scrollHeight;
    text.scrollIntoView({ block: "center" });
  }

  function beginExercises() {
    root.hidden = true;
    for (const name of ["for-example", "example", "share"]) part(name).hidden = true;
    part("anew").hidden = false;
    part("anew").addEventListener("click", () => {
      put({ name: `${exercise}.md`, text: exercises[exercise].text });
      keep(exercise, { text: null });
      say("This is the worksheet as it was.");
      text.focus();
    });
    for (const name of Object.keys(exercises)) {
      const place = document.getElementById(name).querySelector(".exercise-place");
      const button = make("button", { type: "button", classes: "exercise-work", text: "Work on it" });
      button.setAttribute("aria-label", `Work on it: ${exercises[name].title}`);
      button.addEventListener("click", () => work(name, place));
      place.append(button);
    }
    mark();
  }

  const choice = part("example");
  choice.append(...examples.map(({ title }, n) => new Option(title, String(n))));
  choice.addEventListener("change", () => put(examples[Number(choice.value)]));
  text.addEventListener("input", changed);
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      check();
    }
  });
  part("check").addEventListener("click", () => check());
  part("stop").addEventListener("click", () => {
    stop("Stopped. The checker is loaded anew with the next check.");
    part("check").focus();
  });
  part("open").addEventListener("change", (event) => {
    open(event.target.files[0]);
    event.target.value = "";
  });
  part("save").addEventListener("click", save);
  part("share").addEventListener("click", share);
  if (examples.length) {
    addEventListener("hashchange", fromAddress);
    if (!fromAddress()) put(examples[0]);
  } else {
    beginExercises();
  }
  root.dataset.ready = "yes";
}

document.querySelectorAll(".checker").forEach((root) => begin(root));
