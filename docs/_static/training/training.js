// The page of a training: a click trains a policy in the page, and its curves grow. The mathematics is in ascent.js.

import { shown } from "../explorer/digits.js";
import { make, round, set, ticks } from "../explorer/picture.js";
import { train } from "./ascent.js";

const [RIGHT, TOP, BOTTOM] = [370, 14, 176]; // of a box
const PER_CHARACTER = 6.7; // of a label
const TAKES = 2500; // milliseconds from the first step to the last
const DIGITS = 5;

for (const root of document.querySelectorAll(".training")) start(root);

function start(root) {
  const { presets, logits, rewards, wanted } = JSON.parse(root.dataset.start);
  const buttons = [...root.querySelectorAll("[data-preset]")];
  const stories = [...root.querySelectorAll(".training-story")];
  const figures = [...root.querySelectorAll("[data-figure]")];
  let running = 0; // the animation that is wanted; older ones stop
  let finish = () => {}; // shows the last step of the training on the page

  function play(which) {
    const preset = presets[which];
    const path = train({ logits, rewards, wanted, ...preset });
    buttons.forEach((each, i) => each.setAttribute("aria-pressed", i === which));
    stories.forEach((each, i) => (each.hidden = i !== which));
    const grow = [
      draw(root.querySelector(".training-rewards"), path, ["reward", "wanted"], []),
      draw(root.querySelector(".training-divergence"), path, ["kl"], [preset.kl, preset.coldest]),
    ];
    const mine = (running += 1);
    const began = performance.now();
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;

    function show(last) {
      for (const each of grow) each(last);
      for (const each of figures) {
        const value = path[last][each.dataset.figure];
        each.textContent = each.dataset.figure === "step" ? `${value}` : shown({ value, error: Math.abs(value) * 1e-12 }, DIGITS);
      }
    }
    finish = () => {
      running += 1;
      show(preset.steps);
      root.dataset.done = which;
    };

    function frame(now) {
      if (mine !== running) return;
      const share = still ? 1 : Math.min(1, Math.max(0, now - began) / TAKES);
      show(Math.round(share * preset.steps));
      if (share < 1) requestAnimationFrame(frame);
      else root.dataset.done = which;
    }
    delete root.dataset.done;
    requestAnimationFrame(frame);
  }

  buttons.forEach((each, i) => each.addEventListener("click", () => play(i)));
  for (const each of root.querySelectorAll(".training-moves")) each.hidden = false;
  for (const each of root.querySelectorAll(".training-static")) each.hidden = true;
  addEventListener("beforeprint", () => finish()); // paper does not move
  play(0);
}

/** Draw the axes and levels; what is returned draws the curves up to a step. */
function draw(svg, path, names, levels) {
  const values = [...names.flatMap((name) => path.map((each) => each[name])), ...levels];
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const room = 0.05 * (high - low || 1);
  const up = ticks(low - room, high + room);
  const left = round(16 + PER_CHARACTER * Math.max(0, ...up.map(({ label }) => label.length)));
  const x = (step) => left + (step / (path.length - 1)) * (RIGHT - left - 6);
  const y = (value) => BOTTOM - ((value - low + room) / (high - low + 2 * room)) * (BOTTOM - TOP);
  svg.querySelector(".explorer-axes").replaceChildren(
    make("path", { d: `M${left} ${TOP}V${BOTTOM}H${RIGHT}` }),
    ...ticks(0, path.length - 1).flatMap(({ value, label }) => [
      make("path", { d: `M${round(x(value))} ${BOTTOM}v4` }),
      make("text", { x: x(value), y: BOTTOM + 17, "text-anchor": "middle" }, label),
    ]),
    ...up.flatMap(({ value, label }) => [
      make("path", { d: `M${left} ${round(y(value))}h-4` }),
      make("text", { x: left - 7, y: y(value), dy: 4, "text-anchor": "end" }, label),
    ]),
  );
  svg.querySelectorAll(".training-level").forEach((line, i) => {
    set(line, { x1: left, x2: RIGHT, y1: y(levels[i]), y2: y(levels[i]) });
  });
  const curves = names.map((name) => svg.querySelector(`.training-curve.training-${name}`));
  const places = names.map((name) => path.map((each) => `${x(each.step).toFixed(2)} ${y(each[name]).toFixed(2)}`));
  return (last) => {
    curves.forEach((curve, i) => set(curve, { d: `M${places[i].slice(0, last + 1).join("L")}` }));
  };
}
