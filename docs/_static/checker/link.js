// A text in the address behind #, which no browser sends to a server.
const HEAD = "#proof:";
export const LONGEST = 30_000; // of an address that programs pass on whole

export function written({ name, text }) {
  return HEAD + new URLSearchParams({ ...(name === "proof.md" ? {} : { file: name }), text }).toString();
}

// What an address carries, or null.
export function read(hash) {
  if (!hash.startsWith(HEAD)) return null;
  const found = new URLSearchParams(hash.slice(HEAD.length));
  return found.has("text") ? { name: found.get("file") || "proof.md", text: found.get("text") } : null;
}
