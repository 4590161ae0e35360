// A server that says, once its trail writes, how the file is written: each write synced, or not.
import { readdirSync, readFileSync, readlinkSync } from "node:fs";

await import("./v1.mjs");
const O_DSYNC = 0o10000;
const look = setInterval(() => {
	for (const fd of readdirSync("/proc/self/fd")) {
		let file = "";
		try {
			file = readlinkSync(`/proc/self/fd/${fd}`);
		} catch {
			continue;
		}
		if (!file.endsWith(".ndjson")) continue;
		const [, flags] = /flags:\s*([0-7]+)/.exec(readFileSync(`/proc/self/fdinfo/${fd}`, "latin1"));
		console.error((Number.parseInt(flags, 8) & O_DSYNC) === 0 ? "not synced" : "synced");
		clearInterval(look);
	}
}, 10);
