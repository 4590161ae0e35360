import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { registerForTests } from "./built.ts";
import { app, askToTheEnd, inFolder, outcomes, recorded, startNode } from "./untouched.ts";

const isNode20 = process.versions.node.startsWith("20.");
/** Node's permission model; it says of itself, in Node 20, that it is new. */
const restricted = [
	"--no-warnings",
	isNode20 ? "--experimental-permission" : "--permission",
	"--allow-fs-read=*",
];

const register = registerForTests();

/** Runs a server of `apps/` under Node's permission model. */
async function run(name: string, dir: string, allowed: readonly string[]) {
	const args = [...restricted, ...allowed, "--import", register.file(), app(name)];
	return askToTheEnd(startNode(args, { MCP_TRAIL_DIR: dir }));
}

describe("Node's permission model", () => {
	it("[complete.zero_code] records every call where the trail's folder may be written", async () => {
		await inFolder(async (dir) => {
			const ended = await run("v1.mjs", join(dir, "trail"), ["--allow-fs-write=*"]);
			expect(ended).toMatchObject({ code: 0, signal: null, stderr: "" });
			const events = recorded(dir);
			expect(outcomes(events)).toHaveLength(6);
			expect(events.at(-1)?.type).toBe("trail.stopped");
		});
	});

	// Linux tells of an open file how it is written.
	it.runIf(process.platform === "linux")(
		"[durable.power] writes durably though Node refuses every fsync",
		async () => {
			await inFolder(async (dir) => {
				const ended = await run("synced.mjs", join(dir, "trail"), ["--allow-fs-write=*"]);
				expect(ended).toMatchObject({ code: 0, signal: null, stderr: "synced\n" });
			});
		},
	);

	// What Node 20 alone has: modules for which the hooks need a thread.
	it.each(isNode20 ? ["--experimental-network-imports"] : [])(
		"[complete.zero_code] records scripts with %s and no thread, and says what to allow",
		async (option) => {
			await inFolder(async (dir) => {
				const ended = await run("v1.cjs", join(dir, "trail"), ["--allow-fs-write=*", option]);
				expect(ended).toMatchObject({ code: 0, signal: null });
				expect(ended.stderr).toContain("ES modules are not hooked");
				expect(ended.stderr).toContain("--allow-worker");
				expect(outcomes(recorded(dir))).toHaveLength(6);
			});
		},
	);

	it("[honest.unwritable] says at once, also where warnings are off, that the trail cannot be opened, and what to allow", async () => {
		await inFolder(async (dir) => {
			const trail = join(dir, "trail");
			const { code, stderr } = await run("v1.mjs", trail, []);
			expect(code).toBe(0);
			expect(stderr).toContain("mcp-trail: [open_failed] the trail could not be opened");
			expect(stderr).toContain("--allow-fs-write");
			expect(existsSync(trail)).toBe(false);
		});
	});
});
