// Steps of a derivation, revealed one at a time by who wants to guess the next. What comes behind them on the page
// would tell, and is hidden as long. Without this script every step is open; in print it always is.
// A page may put more into the bar: it is told of each step that is asked for by the event "symkl-asks" on the list.
"use strict";

function reveal(list) {
  const steps = [...list.querySelectorAll(":scope > .symkl-step")];
  if (steps.length < 2) return;
  const bar = document.createElement("div");
  bar.className = "symkl-reveal";
  const toggle = button("Guess the steps one at a time");
  const next = button("Show the next step");
  const hint = button("Show its reason, as a hint");
  const told = document.createElement("output");
  told.setAttribute("aria-live", "polite");
  bar.append(toggle, next, hint, told);
  list.before(bar);
  const home = list.closest("section") ?? list;
  const after = [...home.parentElement.children].slice([...home.parentElement.children].indexOf(home) + 1);
  let shown = steps.length; // how many are open
  let hinted = false; // whether the reason of the one after them is

  function draw() {
    steps.forEach((step, n) => {
      step.classList.toggle("symkl-hidden", n === shown && hinted);
      step.classList.toggle("symkl-later", n > shown || (n === shown && !hinted));
    });
    const open = shown >= steps.length;
    for (const each of after) each.classList.toggle("symkl-later", !open);
    hint.hidden = open || hinted;
    toggle.textContent = open ? "Guess the steps one at a time" : "Show all steps";
    next.hidden = open;
    told.textContent = open ? "" : `${shown} of ${steps.length} steps are shown. What comes next?`;
    list.dispatchEvent(new CustomEvent("symkl-asks", { bubbles: true, detail: { step: open ? -1 : shown, bar } }));
  }

  function forward() {
    if (shown >= steps.length) return;
    const step = steps[shown];
    shown += 1;
    hinted = false;
    draw();
    step.scrollIntoView({ block: "nearest" });
  }

  function back() {
    if (shown > 0) shown -= 1;
    hinted = false;
    draw();
  }

  toggle.addEventListener("click", () => {
    shown = shown >= steps.length ? 0 : steps.length;
    hinted = false;
    draw();
    (shown ? toggle : next).focus();
  });
  next.addEventListener("click", forward);
  hint.addEventListener("click", () => {
    hinted = true;
    draw();
    next.focus();
  });
  // While the bar has the focus, the arrow keys walk through the steps.
  bar.addEventListener("keydown", (event) => {
    if (event.target.closest("textarea")) return;
    if (shown >= steps.length && event.key !== "ArrowLeft") return;
    if (event.key === "ArrowRight" || event.key === "ArrowDown") forward();
    else if (event.key === "ArrowLeft" || event.key === "ArrowUp") back();
    else return;
    event.preventDefault();
    if (document.activeElement === document.body) toggle.focus();
  });
  // Who follows a link to a step that is not open yet gets to see it.
  function follow() {
    const asked = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (asked !== null && after.some((each) => each.contains(asked)) && shown < steps.length) {
      shown = steps.length;
      draw();
      asked.scrollIntoView();
    }
    const n = steps.findIndex((step) => asked !== null && step.contains(asked));
    if (n >= shown) {
      shown = n + 1;
      draw();
      steps[n].scrollIntoView();
    }
  }
  addEventListener("hashchange", follow);
  draw();

  function button(words) {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = words;
    return made;
  }
}

document.querySelectorAll("ol.symkl-steps").forEach(reveal);
