// Reads a file of its SDK by every form of readFile, and ends with an error where one gives anything but what is on the disk.
import assert from "node:assert/strict";
import fs, { readFileSync } from "node:fs";
import named from "node:fs/promises";
import { fileURLToPath } from "node:url";

await import("@modelcontextprotocol/sdk/server/mcp.js");
const url = new URL(import.meta.resolve("@modelcontextprotocol/sdk/server/mcp.js"));
const bytes = readFileSync(url);
assert.ok(bytes.length > 1_000);

async function readsAll() {
	for (const { readFile } of [fs.promises, named]) {
		assert.deepEqual(await readFile(url), bytes);
		assert.deepEqual(await readFile(url, undefined), bytes);
		assert.equal(await readFile(url, "utf8"), String(bytes));
		assert.equal(await readFile(url, { encoding: "utf8" }), String(bytes));
		assert.deepEqual(await readFile(fileURLToPath(url)), bytes);
		await assert.rejects(
			readFile(new URL("nobody/@modelcontextprotocol/server/dist/index.mjs", url)),
			{
				code: "ENOENT",
			},
		);
	}
}
const ofErrors = Object.getOwnPropertyDescriptors(Error);
await readsAll();
assert.deepEqual(Object.getOwnPropertyDescriptors(Error), ofErrors);
const limit = Error.stackTraceLimit;
Error.stackTraceLimit = 0;
await readsAll();
assert.equal(Error.stackTraceLimit, 0);
Error.stackTraceLimit = limit;
Error.prepareStackTrace = () => "the application's own";
await readsAll();
assert.equal(new Error("no").stack, "the application's own");
delete Error.prepareStackTrace;
await readsAll();
assert.ok(!Object.hasOwn(Error, "prepareStackTrace"));

const { readFile } = fs.promises;
assert.deepEqual([readFile.name, readFile.length, "prototype" in readFile], ["readFile", 2, false]);
const own = Object.getOwnPropertyDescriptor(fs.promises, "readFile");
assert.deepEqual(
	{ ...own, value: 0 },
	{ configurable: true, enumerable: true, value: 0, writable: true },
);
process.stdout.write("as on the disk\n");
