// The search shows what stands around a word. Of a formula it would show three copies: what a screen reader reads, the
// LaTeX, and what is seen. Here a formula is one line of letters.

// One line for an element of MathML.
function line(node) {
  if (node.nodeType === Node.TEXT_NODE) return node.textContent.replace(/\u2061/g, " "); // “function of”, which nobody sees
  const parts = [...node.childNodes].map(line);
  const [first, ...others] = parts.map((part) => (/[\s+−=/]/.test(part.trim()) ? `(${part.trim()})` : part));
  switch (node.localName) {
    case "annotation":
      return "";
    case "mspace":
      return " ";
    case "mo":
      return /^[=+−≤≥<>∼∝≡]$/.test(parts.join("")) ? ` ${parts.join("")} ` : parts.join("");
    case "mfrac":
      return `${first}/${others[0]}`;
    case "msub":
    case "munder":
      return `${parts[0]}_${others[0]}`;
    case "msup":
    case "mover":
      return `${parts[0]}^${others[0]}`;
    case "msubsup":
    case "munderover":
      return `${parts[0]}_${others[0]}^${others[1]}`;
    default:
      return parts.join("");
  }
}

const plain = Search.htmlToText;
Search.htmlToText = (html, anchor) => {
  const page = new DOMParser().parseFromString(html, "text/html");
  for (const formula of page.querySelectorAll(".katex")) {
    const spoken = formula.querySelector("math");
    if (spoken) formula.replaceWith(` ${line(spoken).replace(/\s+/g, " ").trim()} `);
  }
  return plain(page.documentElement.outerHTML, anchor);
};
