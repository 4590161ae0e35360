/**
 * `npm run test:zero-code [-- <part of a name>]`: published servers and own ones, untouched, bare and under register, on every Node that is supported.
 * What they say must be the same, in the same order; times, UUIDs and ids of streamed events are taken out of it, and notifications are compared without their place.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { drive, type How, REQUESTS } from "./drive.ts";
import { nodes, type Program, programs, root } from "./programs.ts";

const cli = join(root, "packages/cli/dist/main.js");
/** By how much an end under register may come later than a bare one. */
const END_WITHIN_MS = 2_000;
/** A machine that is busy elsewhere is asked again how long an end takes, and only that. */
const TRIES = 3;

interface Pair {
	readonly wrong: readonly string[];
	readonly laterByMs: number;
}

async function pair(node: string, program: Program, how: How): Promise<Pair> {
	const trail = mkdtempSync(join(tmpdir(), "zero-code-"));
	try {
		const bare = await drive(node, program, how);
		const watched = await drive(node, program, how, trail);
		const [one, other] = [bare, watched].map(({ ran }) => JSON.stringify(ran));
		return {
			laterByMs: watched.endedAfterMs - bare.endedAfterMs,
			wrong: [
				...(one === other ? [] : [`differs: bare ${one}, under register ${other}`]),
				...judge(trail),
			],
		};
	} catch (error) {
		return { wrong: [String(error)], laterByMs: 0 };
	} finally {
		rmSync(trail, { recursive: true, force: true });
	}
}

/** What is wrong with a trail. */
function judge(trail: string): readonly string[] {
	const events = readdirSync(trail, { recursive: true, encoding: "utf8" })
		.filter((name) => name.endsWith(".ndjson"))
		.flatMap((name) => readFileSync(join(trail, name), "utf8").trim().split("\n"))
		.map((line) => JSON.parse(line) as { type: string; phase?: string });
	const outcomes = events.filter(
		({ type, phase }) => type === "mcp.request" && phase === "outcome",
	);
	execFileSync(process.execPath, [cli, "verify", trail, "--json"], { stdio: "pipe" });
	return [
		...(outcomes.length === REQUESTS ? [] : [`${outcomes.length} outcomes of ${REQUESTS}`]),
		...(events.at(-1)?.type === "trail.stopped" ? [] : ["the trail has no clean end"]),
	];
}

/** What is wrong with a server under register; empty = nothing. */
async function compare(node: string, program: Program, how: How) {
	const later: number[] = [];
	for (let left = TRIES; left > 0; left--) {
		const { wrong, laterByMs } = await pair(node, program, how);
		later.push(laterByMs);
		if (wrong.length > 0 || laterByMs <= END_WITHIN_MS) return { wrong, laterByMs };
	}
	return { wrong: [`ended later than bare by ${later.join(", ")} ms`], laterByMs: later.at(-1) };
}

const [wanted = ""] = process.argv.slice(2);
let failed = 0;
for (const node of nodes()) {
	const version = execFileSync(node, ["--version"], { encoding: "utf8" }).trim();
	for (const program of programs()) {
		const name = `${program.name} over ${program.http === undefined ? "stdio" : "HTTP"}`;
		if (!name.includes(wanted)) continue;
		// An HTTP server has no client at its input.
		const ways =
			program.http === undefined
				? (["the end of its input", "SIGTERM"] as const)
				: (["SIGTERM"] as const);
		for (const how of ways) {
			const { wrong, laterByMs } = await compare(node, program, how);
			if (wrong.length > 0) failed++;
			console.log(
				`${wrong.length === 0 ? "ok    " : "FAILED"} ${version} ${name}, ended by ${how}: ${laterByMs} ms later than bare`,
			);
			for (const one of wrong) console.log(`       ${one.slice(0, 2_000)}`);
		}
	}
}
console.log(failed === 0 ? "\nNothing differs, and every trail is whole." : `\n${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
