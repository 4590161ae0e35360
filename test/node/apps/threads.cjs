// Says of each thread for hooks of modules that there is one: node --require threads.cjs
const { subscribe } = require("node:diagnostics_channel");
const { writeSync } = require("node:fs");

subscribe("worker_threads", ({ worker }) => {
	if (worker.constructor.name === "InternalWorker") writeSync(2, "a thread for hooks\n");
});
