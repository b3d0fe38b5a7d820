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
        // No formula paints beyond its own place.
        maxSize: 20,
        // \htmlClass marks the part of a formula that changed. What else needs trust, links and images, is an error:
        // left to itself KaTeX would show such a command in red, and go on.
        trust: (context) => {
          if (context.command === "\\htmlClass" && context.class === "symkl-changed") return true;
          throw new Error(`${context.command} is not allowed`);
        },
      }),
    };
  } catch (error) {
    answer = { error: error.message };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
