import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Readable } from "node:stream";
import { fileTrail, inspectTrail, nodeSystem, readSegments } from "@mcp-trail/audit";
import { hashOf, readLine } from "@mcp-trail/integrity";
import { contextOf, drain, verifyFolder } from "./support.ts";

/** How many rounds, and what must have happened by then. */
export interface KillPlan {
	/** {@link killWriter}, compiled. */
	readonly writer: string;
	readonly dir: string;
	readonly rounds: number;
	/** Rounds that must have ended with a partial line or with complete lines that nobody was told of. */
	readonly telling: number;
	/** No more rounds than this to get there. */
	readonly cap: number;
	/** Acknowledgements before a kill. */
	readonly acknowledgements: number;
	/** Chooses the moment, from 0 up to 1. */
	readonly random: () => number;
}

/** What the rounds showed. */
export interface KillResult {
	readonly rounds: number;
	readonly acknowledged: number;
	readonly leastAcknowledged: number;
	readonly partialLines: number;
	readonly unacknowledgedLines: number;
	readonly delivered: number;
	readonly deliveredTwice: number;
	/** Each thing promised that did not hold. */
	readonly violations: readonly string[];
}

/** The program that is killed, before it is compiled. */
export const killWriter = fileURLToPath(new URL("kill-writer.ts", import.meta.url));
const aims = ["before_sync", "none", "mid_write", "none"] as const;

interface Said {
	readonly acknowledged: Map<string, string>;
	readonly delivered: Map<string, string>;
	deliveredTwice: number;
}

/** Kills a writing process again and again, then judges its folder as an outsider can. */
export async function killRounds(plan: KillPlan): Promise<KillResult> {
	const said: Said = { acknowledged: new Map(), delivered: new Map(), deliveredTwice: 0 };
	const violations: string[] = [];
	let rounds = 0;
	let partialLines = 0;
	let unacknowledgedLines = 0;
	let leastAcknowledged = Infinity;
	while (
		rounds < plan.cap &&
		(rounds < plan.rounds || partialLines + unacknowledgedLines < plan.telling)
	) {
		const before = said.acknowledged.size;
		await killOne(plan, aims[rounds % aims.length] ?? "none", said, violations);
		rounds++;
		leastAcknowledged = Math.min(leastAcknowledged, said.acknowledged.size - before);
		const end = await endOfNewest(plan.dir, said);
		if (end === "partial") partialLines++;
		if (end === "unacknowledged") unacknowledgedLines++;
	}
	violations.push(...(await judge(plan.dir, said)));
	return {
		rounds,
		acknowledged: said.acknowledged.size,
		leastAcknowledged,
		partialLines,
		unacknowledgedLines,
		delivered: said.delivered.size,
		deliveredTwice: said.deliveredTwice,
		violations,
	};
}

async function killOne(
	plan: KillPlan,
	aim: (typeof aims)[number],
	said: Said,
	violations: string[],
): Promise<void> {
	const after = plan.acknowledgements + Math.floor(plan.random() * 500);
	const child = spawn(process.execPath, [plan.writer, plan.dir, aim, String(after)], {
		stdio: ["ignore", "ignore", "pipe", "pipe", "pipe"],
	});
	const [, , stderr, acks, deliveries] = child.stdio;
	const start = said.acknowledged.size;
	const order = new Map<string, number>();
	let complaints = "";
	stderr?.on("data", (chunk: Buffer) => (complaints += chunk.toString()));
	const reading = Promise.all([
		eachLine(acks, (place, id) => {
			said.acknowledged.set(place, id);
			if (aim === "none" && said.acknowledged.size - start >= after) child.kill("SIGKILL");
		}),
		eachLine(deliveries, (place, id) => {
			const [stream = "", sequence] = place.split(" ");
			if (Number(sequence) <= (order.get(stream) ?? 0)) violations.push(`out of order: ${place}`);
			order.set(stream, Number(sequence));
			if (said.delivered.has(place)) said.deliveredTwice++;
			if ((said.delivered.get(place) ?? id) !== id) violations.push(`delivered as two: ${place}`);
			said.delivered.set(place, id);
		}),
	]);
	const [code, signal] = await once(child, "exit");
	await reading;
	if (signal !== "SIGKILL") violations.push(`the writer ended by itself (${code}): ${complaints}`);
	else if (complaints !== "") violations.push(`the writer complained: ${complaints}`);
}

/** Calls back for each whole line; what a kill cut off was never said. */
async function eachLine(stream: unknown, line: (place: string, id: string) => void): Promise<void> {
	let rest = "";
	for await (const chunk of stream as Readable) {
		const lines = (rest + String(chunk)).split("\n");
		rest = lines.pop() ?? "";
		for (const text of lines) {
			const at = text.lastIndexOf(" ");
			line(text.slice(0, at), text.slice(at + 1));
		}
	}
}

/** How the stream that was just killed ends, before anybody recovers it. */
async function endOfNewest(
	dir: string,
	said: Said,
): Promise<"partial" | "unacknowledged" | "clean"> {
	const { streams } = await inspectTrail(dir);
	const newest = streams.at(-1);
	const segment = newest?.segments.at(-1);
	if (newest === undefined || segment === undefined) return "clean";
	const chunks: Uint8Array[] = [];
	for await (const chunk of readSegments([segment])) chunks.push(chunk);
	const lines = Buffer.concat(chunks).toString("latin1").split("\n");
	if (lines.pop() !== "") return "partial";
	const last = readLine(Buffer.from(lines.at(-1) ?? "", "latin1"));
	return last === undefined || said.acknowledged.has(`${newest.streamId} ${last.sequence}`)
		? "clean"
		: "unacknowledged";
}

/** Opens the folder once more, delivers the rest, and holds everything said against what is there. */
async function judge(dir: string, said: Said): Promise<string[]> {
	const violations: string[] = [];
	const context = contextOf(nodeSystem());
	const trail = await fileTrail({ dir })(context);
	const own = trail.health().streamId;
	const reader = await trail.reader("sink");
	await trail.close();
	for (const { stream, sequence, event } of await drain(reader)) {
		said.delivered.set(`${stream} ${sequence}`, event.id);
	}
	await reader.close();
	violations.push(...context.errors.map(({ message }) => message));

	const { faults } = await verifyFolder(dir);
	violations.push(...faults.map((fault) => `verify: ${JSON.stringify(fault)}`));
	const kept = new Map<string, string>();
	const recovered = new Map<string, number>();
	const { streams } = await inspectTrail(dir);
	for (const { streamId, segments } of streams) {
		let text = "";
		for await (const chunk of readSegments(segments)) text += Buffer.from(chunk).toString("latin1");
		for (const raw of text.split("\n").slice(0, -1)) {
			const line = readLine(Buffer.from(raw, "latin1"));
			if (line === undefined || hashOf(line.bytes) !== line.hash) continue;
			kept.set(`${streamId} ${line.sequence}`, line.event.id);
			const { recovery } = line.event;
			if (recovery) recovered.set(recovery.stream_id, recovery.last_sequence);
		}
	}
	for (const [place, id] of said.acknowledged) {
		if (kept.get(place) !== id) violations.push(`acknowledged and not in the trail: ${place}`);
		if (said.delivered.get(place) !== id) violations.push(`acknowledged, not delivered: ${place}`);
	}
	for (const { streamId } of streams) {
		if (streamId !== own && !recovered.has(streamId)) {
			violations.push(`no trail.recovered of ${streamId}`);
		}
	}
	return violations;
}
