// Steps of a derivation, revealed one at a time by who wants to guess the next.
// Without this script every step is open; in print it always is.
"use strict";

function reveal(list) {
  const steps = [...list.querySelectorAll(":scope > .symkl-step")];
  if (steps.length < 2) return;
  const bar = document.createElement("div");
  bar.className = "symkl-reveal";
  const toggle = button("Guess the steps one at a time");
  const next = button("Show the next step");
  const told = document.createElement("output");
  told.setAttribute("aria-live", "polite");
  bar.append(toggle, next, told);
  list.before(bar);
  let shown = steps.length; // how many are open; of the one after them only the reason is

  function draw() {
    steps.forEach((step, n) => {
      step.classList.toggle("symkl-hidden", n === shown);
      step.classList.toggle("symkl-later", n > shown);
    });
    const open = shown >= steps.length;
    toggle.textContent = open ? "Guess the steps one at a time" : "Show all steps";
    next.hidden = open;
    told.textContent = open ? "" : `${shown} of ${steps.length} steps are shown. What comes next?`;
  }

  function forward() {
    if (shown >= steps.length) return;
    const step = steps[shown];
    shown += 1;
    draw();
    step.scrollIntoView({ block: "nearest" });
  }

  function back() {
    if (shown > 0) shown -= 1;
    draw();
  }

  toggle.addEventListener("click", () => {
    shown = shown >= steps.length ? 0 : steps.length;
    draw();
    (shown ? toggle : next).focus();
  });
  next.addEventListener("click", forward);
  // While the bar has the focus, the arrow keys walk through the steps.
  bar.addEventListener("keydown", (event) => {
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
