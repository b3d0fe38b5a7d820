// The worker's life: it is loaded when it is first asked for, answers one text at a time, and can be ended at any moment.

// How far a load is: `told({ share, doing, come, total })`.
export function engine(manifest, told) {
  const bundle = new URL("../bundle/", import.meta.url).href;
  let worker = null;
  let ready = null;
  let waiting = null;
  let last = 0;

  function start() {
    worker = new Worker(new URL("worker.js", import.meta.url), { type: "module" });
    ready = new Promise((resolve, reject) => {
      waiting = { resolve, reject };
      worker.onmessage = ({ data }) => {
        if (data.failed) fail(new Error(data.failed), data.id);
        else if (data.ready) resolve();
        else if (data.id) waiting.id === data.id && waiting.resolve(JSON.parse(data.answer));
        else told(data);
      };
      worker.onerror = (event) => {
        event.preventDefault();
        fail(new Error(event.message || "the checker could not be started"));
      };
      worker.postMessage({ load: { bundle, manifest } });
    });
    ready.catch(() => {});
  }

  // What fails over one text leaves Python in a state that nobody has looked at: the next text gets a new worker.
  function fail(error) {
    const { reject } = waiting;
    stop();
    reject(error);
  }

  function stop() {
    worker?.terminate();
    worker = null;
    ready = null;
  }

  return {
    get loaded() {
      return worker !== null;
    },
    // The answer to a text, or an error; the answer to a text that was stopped never comes. `begun`: when all is loaded;
    // `exercise`: of which exercise the text is a worksheet, if it is one.
    async check(name, text, begun, exercise = "") {
      if (!worker) start();
      const mine = worker;
      await ready;
      if (mine !== worker) return new Promise(() => {});
      begun();
      last += 1;
      return new Promise((resolve, reject) => {
        waiting = { id: last, resolve, reject };
        worker.postMessage({ check: { id: last, name, text, exercise } });
      });
    },
    stop,
  };
}
