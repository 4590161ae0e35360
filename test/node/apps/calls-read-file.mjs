// Has a readFile of its own, which calls the former one later, before it loads what serves.
import { promises } from "node:fs";

const { readFile } = promises;
promises.readFile = async function wrapped(...args) {
	await new Promise((resolve) => setImmediate(resolve));
	return readFile.apply(this, args);
};
await import("./v1.mjs");
