import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { builtRegister, registerForTests } from "./built.ts";
import { app, askToTheEnd, inFolder, outcomes, recorded, startNode } from "./untouched.ts";

const THREAD = "a thread for hooks\n";
/** From 22.15 on hooks have no thread but their own `register`'s. */
const isNode20 = process.versions.node.startsWith("20.");

const register = registerForTests();

interface Run {
	/** Arguments of Node before register. */
	readonly before?: readonly string[];
	/** Arguments of Node between register and the program. */
	readonly after?: readonly string[];
	/** True: it has no input to answer. */
	readonly isQuiet?: boolean;
}

/** Has Node say of each thread for hooks: calls are recorded by one, too, where reads are not hooked. */
const threads = ["--require", app("threads.cjs")];

/** Runs a program of `apps/` under the built register, and says what it left. */
async function run(name: string, { before = [], after = [], isQuiet = false }: Run = {}) {
	return inFolder(async (dir) => {
		const args = [...threads, ...before, "--import", register.file(), ...after, app(name)];
		const running = startNode(args, { MCP_TRAIL_DIR: dir });
		if (isQuiet) running.child.stdin?.end();
		const ended = await (isQuiet ? running.ended : askToTheEnd(running));
		return { ended, outcomes: outcomes(recorded(dir)) };
	});
}

const all = [
	"server initialize success yes",
	"server tools/list success yes",
	"server tools/call echo success yes",
	"server tools/call fail failure yes",
	"server tools/call nobody rejected no",
	"server nothing/known rejected no",
];

const ODD = "a b%20\u00fc\u4e2d#?&'+@";

/** Register, and a program of `apps/`, in folders whose names have a form of their own in URLs. */
async function oddFolder(name: string) {
	const built = await builtRegister(`${ODD}register-`);
	const folder = mkdtempSync(join(tmpdir(), ODD));
	const program = join(folder, name);
	copyFileSync(app(name), program);
	// Packages that are links, as pnpm has them, one by one.
	const scope = "@modelcontextprotocol";
	const packages = join(import.meta.dirname, "../../node_modules");
	const names = readdirSync(packages).filter((one) => one !== scope);
	const scoped = readdirSync(join(packages, scope)).map((one) => join(scope, one));
	mkdirSync(join(folder, "node_modules", scope), { recursive: true });
	for (const one of [...names, ...scoped])
		symlinkSync(join(packages, one), join(folder, "node_modules", one));
	return {
		register: built.file,
		program,
		async [Symbol.asyncDispose]() {
			built.remove();
			rmSync(folder, { recursive: true, force: true });
		},
	};
}

const loader = ["--import", app("loader.mjs")];
const oldLoader =
	"data:text/javascript,export const load = (url, context, next) => next(url, context);";

describe("ES modules under register", () => {
	it.each(["v1.mjs", "v1.cjs", "v2.mjs", "v2.cjs"])(
		"[complete.zero_code] [bench.startup] records every call of %s without a thread for hooks",
		async (name) => {
			const { ended, outcomes: seen } = await run(name);
			expect(ended).toMatchObject({ code: 0, signal: null, stderr: "" });
			expect(seen).toEqual(all);
		},
	);

	it.each([
		{ where: "before it", name: "v1.mjs", before: loader },
		{ where: "before it, SDK 2", name: "v2.mjs", before: loader },
		{ where: "after it", name: "v1.mjs", after: loader },
		{ where: "after it, SDK 2", name: "v2.mjs", after: loader },
		{ where: "in the application", name: "late-loader.mjs" },
	])(
		"[complete.zero_code] records every call with another's hooks $where",
		async ({ name, ...how }) => {
			const { ended, outcomes: seen } = await run(name, how);
			expect(ended).toMatchObject({ code: 0, signal: null, stderr: THREAD });
			expect(seen).toEqual(all);
		},
	);

	it("[complete.zero_code] records every call with a loader of the old kind", async () => {
		const before = ["--no-warnings", "--experimental-loader", oldLoader];
		const { ended, outcomes: seen } = await run("v1.mjs", { before });
		expect(ended).toMatchObject({ code: 0, signal: null, stderr: THREAD });
		expect(seen).toEqual(all);
	});

	it("[complete.zero_code] records every call where Node's readFile is instrumented", async () => {
		const { ended, outcomes: seen } = await run("calls-read-file.mjs");
		// Its SDK has loaded scripts, too: the thread comes with the first one.
		expect(ended).toMatchObject({ code: 0, signal: null, stderr: isNode20 ? THREAD : "" });
		expect(seen).toEqual(all);
	});

	it("[complete.zero_code] records every call where a script puts a readFile of its own in the place of Node's", async () => {
		const { ended, outcomes: seen } = await run("own-read-file.cjs");
		expect(ended).toMatchObject({ code: 0, signal: null, stderr: isNode20 ? THREAD : "" });
		expect(seen).toEqual(all);
	});

	it("[complete.zero_code] records every call where the application has globals of its own", async () => {
		const { ended, outcomes: seen } = await run("own-globals.mjs");
		expect(ended).toMatchObject({ code: 0, signal: null, stderr: "" });
		expect(seen).toEqual(all);
	});

	// What Node 20 alone has.
	it.each(isNode20 ? ["--experimental-policy=policy.json", "--experimental-network-imports"] : [])(
		"[complete.zero_code] records every call with %s, by a thread for hooks",
		async (option) => {
			const before = ["--no-warnings", option.replace("policy.json", app("policy.json"))];
			const { ended, outcomes: seen } = await run("v1.mjs", { before });
			expect(ended).toMatchObject({ code: 0, signal: null, stderr: THREAD });
			expect(seen).toEqual(all);
		},
	);

	it("[complete.zero_code] records every call of a worker, which is none for hooks", async () => {
		const { ended, outcomes: seen } = await run("in-worker.mjs", { isQuiet: true });
		expect(ended).toMatchObject({ code: 0, signal: null, stderr: "" });
		expect(seen.toSorted()).toEqual([
			"client initialize success yes",
			"client tools/call hello success yes",
			"server initialize success yes",
			"server tools/call hello success yes",
		]);
	});

	it.each(["v1.mjs", "v2.mjs", "v1.cjs"])(
		"[complete.zero_code] records every call of %s in folders of odd names without a thread for hooks, as links are kept and as they are followed",
		async (name) => {
			await using odd = await oddFolder(name);
			const keeping = ["--preserve-symlinks", "--preserve-symlinks-main"];
			for (const options of [[], keeping]) {
				const imports = ["--import", pathToFileURL(odd.register).href];
				const args = [...options, ...threads, ...imports, odd.program];
				const seen = await inFolder(async (dir) => {
					const ended = await askToTheEnd(startNode(args, { MCP_TRAIL_DIR: dir }));
					expect(ended).toMatchObject({ code: 0, signal: null, stderr: "" });
					return outcomes(recorded(dir));
				});
				expect(seen).toEqual(all);
			}
		},
	);

	it("[transparent.zero_code] an application that reads a file of its SDK gets what is in it", async () => {
		const { ended } = await run("reads.mjs", { isQuiet: true });
		expect(ended).toEqual({ code: 0, signal: null, stdout: "as on the disk\n", stderr: "" });
	});
});
