// The only place where Python runs: a worker that loads it, reads a text, and answers. It is sent {load} once, then
// {check}; it says {share, doing}, {ready}, {id, answer} and {failed}.
const SITE = "/lib/python3.14/site-packages";

onmessage = async ({ data }) => {
  try {
    if (data.load) await load(data.load);
    if (data.check) postMessage({ id: data.check.id, answer: ask(data.check.name, data.check.text, data.check.exercise) });
  } catch (error) {
    postMessage({ failed: String(error.message ?? error).trim().split("\n").at(-1), id: data.check?.id });
  }
};

let ask;

async function load({ bundle, manifest }) {
  const { total, fetched } = counting(manifest);
  // All at once: while Python starts, the rest is on its way.
  const archives = manifest.packages.map(async (name) => (await fetched(`${bundle}${name}?${manifest.mark}`)).arrayBuffer());
  const own = fetched(new URL("answering.py", import.meta.url)).then((answer) => answer.text());
  self.fetch = fetched;
  const { loadPyodide } = await import(`${bundle}pyodide.mjs`);
  const python = await loadPyodide({ indexURL: bundle });
  for (const [n, archive] of archives.entries()) {
    python.unpackArchive(await archive, manifest.packages[n].endsWith(".whl") ? "wheel" : "zip", { extractDir: SITE });
  }
  python.FS.writeFile("/home/pyodide/answering.py", await own);
  postMessage({ share: 0.95, doing: "starting symkl", total });
  ask = python.pyimport("answering").answer;
  // The first text takes longer than the others; so it is this one, before anybody waits.
  ask("first.md", "$$ \\log \\frac{p(y)}{q(y)} = \\log p(y) - \\log q(y) $$");
  leaveTheNetwork();
  postMessage({ ready: true });
}

// fetch, but it counts what has come and tells the page.
function counting(manifest) {
  const plain = self.fetch.bind(self);
  const total = Object.values(manifest.sizes).reduce((sum, size) => sum + size, 0);
  let come = 0;
  let told = 0;
  const count = (chunk, through) => {
    come += chunk.byteLength;
    through.enqueue(chunk);
    if (come - told < total / 100) return;
    told = come;
    postMessage({ share: Math.min(0.9, (0.9 * come) / total), doing: "loading", come, total });
  };
  const fetched = async (...asked) => {
    const answer = await plain(...asked);
    if (!answer.ok) throw new Error(`${new URL(answer.url).pathname}: the server answered ${answer.status}`);
    const { headers, status } = answer;
    return new Response(answer.body.pipeThrough(new TransformStream({ transform: count })), { headers, status });
  };
  return { total, fetched };
}

// From here on a text is read, and nothing has a way out: what could ask another host is gone.
function leaveTheNetwork() {
  const ways = ["fetch", "XMLHttpRequest", "WebSocket", "WebSocketStream", "EventSource", "WebTransport", "importScripts",
    "Worker", "BroadcastChannel", "indexedDB", "caches"];
  for (const name of ways) Object.defineProperty(self, name, { value: undefined, writable: false, configurable: false });
}
