// JSON-RPC over the standard streams of a process, as the Language Server Protocol frames it. Nothing of an editor here.
"use strict";

const { spawn } = require("node:child_process");

class Connection {
  // notified(method, params): what the server says by itself. ended(): the process is gone.
  constructor(command, notified, ended) {
    this.waiting = new Map();
    this.next = 1;
    this.rest = Buffer.alloc(0);
    this.notified = notified;
    this.process = spawn(command[0], command.slice(1), { stdio: ["pipe", "pipe", "ignore"] });
    this.process.on("error", (error) => this.end(error));
    this.process.on("exit", () => this.end(new Error("symkl has ended")));
    this.process.stdin.on("error", (error) => this.end(error));
    this.process.stdout.on("data", (data) => this.read(data));
    this.ended = ended;
  }

  end(error) {
    if (this.gone) return;
    this.gone = error;
    for (const { reject } of this.waiting.values()) reject(error);
    this.waiting.clear();
    this.ended(error);
  }

  read(data) {
    this.rest = Buffer.concat([this.rest, data]);
    for (;;) {
      const head = this.rest.indexOf("\r\n\r\n");
      if (head < 0) return;
      const length = /content-length: *(\d+)/i.exec(this.rest.toString("ascii", 0, head));
      const start = head + 4;
      const stop = start + (length ? Number(length[1]) : 0);
      if (this.rest.length < stop) return;
      const message = this.rest.toString("utf8", start, stop);
      this.rest = this.rest.subarray(stop);
      this.take(JSON.parse(message));
    }
  }

  take(message) {
    if (message.method === undefined) {
      const waiting = this.waiting.get(message.id);
      this.waiting.delete(message.id);
      if (waiting && message.error) waiting.reject(new Error(message.error.message));
      else if (waiting) waiting.resolve(message.result);
    } else {
      if (message.id !== undefined) this.write({ id: message.id, result: null });
      this.notified(message.method, message.params);
    }
  }

  write(message) {
    if (this.gone) return;
    const body = Buffer.from(JSON.stringify({ jsonrpc: "2.0", ...message }), "utf8");
    this.process.stdin.write(`Content-Length: ${body.length}\r\n\r\n`);
    this.process.stdin.write(body);
  }

  notify(method, params) {
    this.write({ method, params });
  }

  request(method, params) {
    if (this.gone) return Promise.reject(this.gone);
    const id = this.next++;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.write({ id, method, params });
    });
  }

  async stop() {
    try {
      await this.request("shutdown");
      this.notify("exit");
    } catch {
      this.process.kill();
    }
  }
}

module.exports = { Connection };
