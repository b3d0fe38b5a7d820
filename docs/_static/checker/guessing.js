// On a derivation's page: one writes the next step, and the checker says whether it follows. It is loaded for that alone.
import { engine } from "./engine.js";

const LONGEST = 2000; // characters of a guess

const place = document.querySelector(".guessing");
const asks = JSON.parse(place.dataset.asks);
let runs = null;
let manifest = null;
let turn = 0;

const form = document.createElement("form");
form.className = "guessing-form";
form.innerHTML = `<p><label for="guessing-text">Write what stands in place of the question mark, in LaTeX:</label></p>
  <p class="guessing-asked"></p>
  <textarea id="guessing-text" rows="2" maxlength="${LONGEST}" spellcheck="false" autocomplete="off" autocapitalize="off"></textarea>
  <div><button type="submit">Compare</button> <button type="button" class="guessing-stop" hidden>Stop</button></div>
  <p class="guessing-said" role="status"></p>`;
const part = (name) => form.querySelector(name);
const say = (words) => (part(".guessing-said").textContent = words);

let asked = -1;
addEventListener("symkl-asks", ({ detail: { step, bar } }) => {
  const open = asks.steps[step]?.asked ?? false;
  if (asked !== step) {
    stop("");
    part("textarea").value = "";
  }
  asked = step;
  if (form.parentElement === null) bar.after(form);
  form.hidden = step < 0;
  for (const each of form.children) each.hidden = !open && !each.matches(".guessing-said");
  if (step >= 0 && !open) say("This step is not compared: think of it, and look.");
  if (open) part(".guessing-asked").innerHTML = asks.steps[step].shown; // made with the site, as all formulas are
});

function stop(words) {
  turn += 1;
  runs?.stop();
  part(".guessing-stop").hidden = true;
  say(words);
}

part(".guessing-stop").addEventListener("click", () => {
  stop("Stopped.");
  part("textarea").focus();
});

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const guess = part("textarea").value.replaceAll("$", "").replace(/\s+/g, " ").trim();
  if (!guess) return say("Write something first.");
  const { left, relation } = asks.steps[asked];
  const plain = (latex) => latex.replace(/\s+|\\left|\\right|\\,/g, "");
  if (plain(guess) === plain(left)) return say("That is the side that is given. How can it be written otherwise?");
  const mine = (turn += 1);
  part(".guessing-stop").hidden = false;
  try {
    manifest ??= await (await fetch(new URL("../bundle/manifest.json", import.meta.url), { cache: "no-cache" })).json();
    if (manifest.missing) return say("This copy of the site was built without the checker. Show the step, and compare it yourself.");
    runs ??= engine(manifest, ({ share }) => mine === turn && say(`Loading the checker: ${Math.round(100 * share)} % …`));
    const rows = [...asks.steps.slice(0, asked).map((each) => each.row), `${left} ${relation} ${guess}`];
    const text = asks.head + rows.map((row, n) => `\n\nRow ${n + 1}.\n\n$$ ${row} $$`).join("") + "\n";
    if (!runs.loaded) say("Loading the checker …");
    const answer = await runs.check("guess.md", text, () => say("Comparing …"));
    if (mine === turn) say(told(answer, 4 * rows.length + 1));
  } catch (error) {
    if (mine === turn) say(`The checker failed: ${error.message}. Press Compare to start it anew.`);
  } finally {
    if (mine === turn) part(".guessing-stop").hidden = true;
  }
});

// What is said of the row in this line, which is the guess.
function told({ json, words }, at) {
  const { lines } = JSON.parse(json)[0];
  const n = lines.findIndex((each) => each.line === at);
  const line = lines[n] ?? lines.at(-1);
  if (line.status === "proved") return `✓ It follows${line.law ? `, by ${line.law}` : ""}. Show the next step, and see whether the page writes the same.`;
  if (line.status === "refuted") return `✗ It does not hold${words.off_by[n] ? `: ${words.off_by[n]}` : ""}. Try again, or take the hint.`;
  if (line.status === "unreadable") return `It cannot be read: ${line.trouble?.message ?? line.because}.`;
  return `Not settled: ${line.because || "neither shown nor refuted"}.`;
}
