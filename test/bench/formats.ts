import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { StoredEvent } from "@mcp-trail/event";
import { formats, sep3004Record } from "@mcp-trail/formats";
import { heading, report } from "./report.ts";
import { cpuPerItem, estimate, rounds, type Side } from "./rounds.ts";

const line = readFileSync(
	join(import.meta.dirname, "../../schemas/event/1.0/valid/example.ndjson"),
	"utf8",
).split("\n", 1)[0] as string;

/** Prints what one event costs in each format, beside what reading its stored line costs. */
export async function benchFormats(options: {
	readonly rounds: number;
	readonly scale: number;
}): Promise<void> {
	const event: StoredEvent = JSON.parse(line);
	const sides = [
		side("JSON.parse of the stored line", () => size(JSON.parse(line))),
		side("JSON.stringify of the event", () => JSON.stringify(event).length),
		...formats.map((format) =>
			side(format.name, () => {
				const record = format.project(event);
				return typeof record === "string" ? record.length : JSON.stringify(record).length;
			}),
		),
		side("sep3004", () => JSON.stringify(sep3004Record(event, null)).length),
	];
	const items = Math.max(200, Math.round(2_000 * options.scale));
	const measured = await rounds(sides, { rounds: options.rounds, items });
	heading(`encode, CPU per event (an mcp.request of ${line.length} bytes)`);
	for (const [name, values] of measured) report(name, estimate(values.map(cpuPerItem)), "µs");
}

/** Keeps a result from being optimised away. */
const size = (value: unknown): number => (typeof value === "object" ? 1 : 0);

function side(name: string, encode: () => number): Side {
	return {
		name,
		run: async (items) => {
			const before = process.cpuUsage();
			const beganAt = process.hrtime.bigint();
			let characters = 0;
			for (let item = 0; item < items; item += 1) characters += encode();
			const { user, system } = process.cpuUsage(before);
			if (characters < items) throw new Error(`${name} said nothing`);
			return {
				items,
				cpuUs: user + system,
				wallUs: Number(process.hrtime.bigint() - beganAt) / 1e3,
			};
		},
		close: async () => {},
	};
}
