// Drawing: the bars of the two policies, and the frontier with the point that moves along it.
// explorer.py draws the first picture with the same measures.

import { plain } from "./digits.js";

const SVG = "http://www.w3.org/2000/svg";
const [RIGHT, TOP, BOTTOM] = [370, 24, 256]; // of the box
const WIDEST = 270; // right of it the label of the point stands on its left
const LOW = 222; // below it the label of the point stands beside it
const HALF = 70; // of the tangent
const PER_CHARACTER = 6.7; // of a label
const [ACROSS, UP, FOOT] = [1 / 1.06, 0.92, 0.04]; // shares of the box: of the curve, and below it
const SMALLEST = 1e-300; // a divergence that can be drawn

export function make(name, attributes, text = "") {
  const made = document.createElementNS(SVG, name);
  set(made, attributes);
  made.textContent = text;
  return made;
}

export function set(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    element.setAttribute(name, typeof value === "number" ? round(value) : value);
  }
}

export const round = (number) => Math.round(number * 100) / 100;

/** One pair of bars a response; `reference` and `policy` are probabilities. */
export function drawBars(list, names, reference, policy) {
  const width = (share) => `${(100 * share).toFixed(3)}%`;
  list.replaceChildren(
    ...names.map((name, i) => {
      const bar = document.createElement("div");
      bar.className = "explorer-bar";
      const label = document.createElement("span");
      label.textContent = name;
      const svg = make("svg", {});
      svg.append(
        make("rect", { class: "explorer-reference", x: 0.5, y: 1, height: 7, width: width(reference[i]) }),
        make("rect", { class: "explorer-optimum", x: 0, y: 10, height: 8, width: width(policy[i]) }),
      );
      bar.append(label, svg);
      return bar;
    }),
  );
}

/** Draw the axes and the curve; what is returned moves the point. */
export function drawFrontier(svg, points) {
  const part = (name) => svg.querySelector(`.explorer-${name}`);
  const [hot, cold] = [points[0], points.at(-1)];
  const flat = !(cold.kl > SMALLEST && cold.reward > hot.reward); // one point, to a double at least
  const wide = cold.kl > SMALLEST ? cold.kl : 1;
  const room = Math.max(1, Math.abs(hot.reward) / 1000); // around one point: adding 1 to 1e90 gives none
  const [low, high] = flat ? [hot.reward - room, hot.reward + room] : [hot.reward, cold.reward];
  const up = ticks(low, high);
  const left = round(16 + PER_CHARACTER * Math.max(0, ...up.map(({ label }) => label.length)));
  const x = (kl) => left + (kl / wide) * ACROSS * (RIGHT - left);
  const y = (reward) => BOTTOM - (FOOT + UP * ((reward - low) / (high - low))) * (BOTTOM - TOP);
  // How steep a slope of 1 is drawn. Differences of places would not do: 0 and 1 may lie in the same one.
  const steep = ((UP * (BOTTOM - TOP)) / (ACROSS * (RIGHT - left))) * (wide / (high - low));

  part("axes").replaceChildren(
    make("path", { d: `M${left} ${TOP}V${BOTTOM}H${RIGHT}` }),
    ...ticks(0, wide).flatMap(({ value, label }) => [
      make("path", { d: `M${round(x(value))} ${BOTTOM}v4` }),
      make("text", { x: x(value), y: BOTTOM + 17, "text-anchor": "middle" }, label),
    ]),
    ...up.flatMap(({ value, label }) => [
      make("path", { d: `M${left} ${round(y(value))}h-4` }),
      make("text", { x: left - 7, y: y(value), dy: 4, "text-anchor": "end" }, label),
    ]),
  );
  set(part("box"), { x: left, width: RIGHT - left });
  const places = points.map(({ kl, reward }) => `${x(kl).toFixed(2)} ${y(reward).toFixed(2)}`);
  set(part("curve"), { d: `M${places.join("L")}` });
  const [ends, labels] = [svg.querySelectorAll(".explorer-end"), svg.querySelectorAll(".explorer-end-label")];
  [hot, cold].forEach(({ kl, reward }, i) => {
    set(ends[i], { cx: x(kl), cy: y(reward) });
    set(labels[i], { x: x(kl), y: y(reward) });
  });

  return ({ kl, reward, beta, label }) => {
    const [across, along] = [x(kl), y(reward)];
    set(part("moving"), { cx: across, cy: along });
    const aside = across > WIDEST ? { dx: -10, "text-anchor": "end" } : { dx: 10, "text-anchor": "start" };
    // Next to the end where the curve begins its label makes room.
    const low = along > LOW;
    set(part("moving-label"), { x: across, y: along, dy: low ? 4 : 20, ...aside });
    labels[0].setAttribute("visibility", low && across < left + 90 ? "hidden" : "visible");
    labels[1].setAttribute("visibility", beta === 0 ? "hidden" : "visible");
    part("moving-label").textContent = label;
    const slope = beta === Infinity ? -Infinity : -beta * steep;
    const run = HALF / Math.hypot(1, slope);
    const rise = beta === Infinity ? -HALF : run * slope;
    set(part("tangent"), { x1: across - run, y1: along - rise, x2: across + run, y2: along + rise });
    part("tangent").setAttribute("visibility", flat ? "hidden" : "visible");
  };
}

/** Round numbers between two, four to eight of them, with their labels. */
export function ticks(low, high) {
  const rough = (high - low) / 5;
  const power = Math.floor(Math.log10(rough));
  const factor = [1, 2, 5, 10].find((each) => each * 10 ** power >= rough * (1 - 1e-9)) ?? 10;
  const step = factor * 10 ** power;
  const places = Math.max(0, -power - (factor === 10 ? 1 : 0));
  const usual = places <= 4 && Math.max(Math.abs(low), Math.abs(high)) < 1e6;
  const [first, last] = [Math.ceil(low / step - 1e-9), Math.floor(high / step + 1e-9)];
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => {
    const value = (first + i) * step;
    const label = usual ? (value || 0).toFixed(places).replace("-", "−") : plain(Number(value.toPrecision(6)));
    return { value, label };
  });
}
