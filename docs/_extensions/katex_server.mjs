// Renders formulas for katex.py: one JSON object a line on standard input, one answer a line.
// Asked {"latex", "display"}; answers {"html"} or {"error"}. Nothing is loaded but KaTeX itself.
import { createInterface } from "node:readline";
import katex from "../node_modules/katex/dist/katex.mjs";

const [, , macros] = process.argv;

for await (const line of createInterface({ input: process.stdin })) {
  const { latex, display } = JSON.parse(line);
  let answer;
  try {
    answer = {
      html: katex.renderToString(latex, {
        displayMode: display,
        macros: { ...JSON.parse(macros) },
        // What LaTeX would not take is an error; \htmlClass is ours, and no LaTeX.
        strict: (code) => (code === "htmlExtension" ? "ignore" : "error"),
        // \htmlClass marks the part of a formula that changed; links and images stay forbidden.
        trust: ({ command }) => command === "\\htmlClass",
      }),
    };
  } catch (error) {
    answer = { error: error.message };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
