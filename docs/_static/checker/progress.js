// What somebody has solved: kept in this browser alone, and shown beside each exercise.
const KEY = "symkl-exercises";

// {} where nothing is kept, or where the browser keeps nothing.
function all() {
  try {
    const found = JSON.parse(localStorage.getItem(KEY) ?? "{}");
    return found && typeof found === "object" ? found : {};
  } catch {
    return {};
  }
}

export const kept = (name) => all()[name] ?? {};

export function keep(name, what) {
  const found = all();
  found[name] = { ...found[name], ...what };
  try {
    localStorage.setItem(KEY, JSON.stringify(found));
  } catch {
    // A browser that keeps nothing: the page works all the same.
  }
}

// A word beside each exercise that is solved, wherever it is listed or stands.
export function mark() {
  const found = all();
  for (const place of document.querySelectorAll(".exercise-mark, .exercise-name")) {
    const name = [...place.classList].find((each) => each.startsWith("exercise-of-"))?.slice(12) ?? place.textContent.split(" ")[0];
    if (place.classList.contains("exercise-name")) place.textContent = found[name]?.solved ? `${name} ✓ solved` : name;
    else place.textContent = found[name]?.solved ? " ✓ solved" : "";
  }
}

mark();
