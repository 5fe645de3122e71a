/**
 * A port that takes no connection and refuses none: who connects hears nothing. Somebody listens there, stands still,
 * and has as many waiting as there is room for.
 */
import { once } from "node:events";
import { connect } from "node:net";
import { Worker } from "node:worker_threads";

const listener = `
  const { parentPort, workerData } = require("node:worker_threads");
  const at = { port: workerData, host: "127.0.0.1", backlog: 1 };
  require("node:net").createServer().listen(at, () => {
    parentPort.postMessage("listening");
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  });
`;
/** More than there is room for behind a backlog of 1. */
const crowd = 4;

/** @returns what gives the port back */
export async function blackHole(port: number): Promise<() => Promise<void>> {
  const worker = new Worker(listener, { eval: true, workerData: port });
  await once(worker, "message");
  const waiting = Array.from({ length: crowd }, () =>
    connect(port, "127.0.0.1").on("error", () => undefined),
  );
  await Promise.race(waiting.map((socket) => once(socket, "connect")));
  return async () => {
    for (const socket of waiting) socket.destroy();
    await worker.terminate();
  };
}
