// A proof whose last row one judges before symkl does. Without this script its verdict stands there at once.
for (const box of document.querySelectorAll(".guess")) {
  const rows = [...box.querySelectorAll(".symkl-row")];
  const row = rows.at(-1);
  const follows = row.classList.contains("symkl-proved");
  const colours = rows.map((each) => [each, each.className]);
  const said = rows.flatMap((each) => [...each.children].filter((part) => !part.contains(each.querySelector(".math"))));
  const hidden = [...said, ...box.querySelectorAll(".symkl-summary, .checker-try")];
  for (const each of hidden) each.hidden = true;
  for (const [each] of colours) each.className = "symkl-row docutils container"; // their colours would tell
  const bar = document.createElement("div");
  bar.className = "guess-bar";
  const told = document.createElement("p");
  told.setAttribute("role", "status");
  const buttons = [["It follows", true], ["It does not", false]].map(([words, says]) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = words;
    button.addEventListener("click", () => {
      for (const each of hidden) each.hidden = false;
      for (const [each, before] of colours) each.className = before;
      for (const each of buttons) each.setAttribute("aria-pressed", String(each === button));
      told.textContent = (says === follows ? "Right. " : "Not so. ")
        + (follows ? "Here is the law." : "Read the two numbers in each line of the counterexample, then the suggestion.");
    });
    return button;
  });
  bar.append(...buttons);
  row.querySelector(".math").after(bar, told);
}
