// Has its client and its server in a thread of its own.
import { Worker } from "node:worker_threads";

const worker = new Worker(new URL("../../bench/startup/v1.mjs", import.meta.url), { stdout: true });
worker.on("error", () => process.exit(1));
