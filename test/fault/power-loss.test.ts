import { fileTrail } from "@mcp-trail/audit";
import { seededRandom } from "@mcp-trail/audit/testing";
import type { SealedEvent } from "@mcp-trail/integrity";
import { expect, it } from "vitest";
import { auditEvent, contextOf, drain, inFolder, restarted, verifyFolder } from "./support.ts";
import { mortal } from "./synced-only.ts";

const ROUNDS = 12;

it("[durable.power] keeps every acknowledged event when all that was not synced is gone", () =>
	inFolder(async (dir) => {
		const random = seededRandom(4);
		const acknowledged = new Map<string, string>();
		const delivered = new Map<string, string>();
		const deliver = ({ stream, sequence, event }: SealedEvent): void => {
			delivered.set(`${stream}/${sequence}`, event.id);
		};
		let lost = 0;
		for (let round = 0; round < ROUNDS; round++) {
			const aimed = round % 3 === 0 ? Infinity : 3 + random.below(15);
			const { system, dark, cutPower } = mortal(restarted(), aimed);
			const context = contextOf({
				...system,
				process: { ...system.process, pid: system.process.pid + round },
			});
			const trail = await fileTrail({ dir, segmentBytes: 60_000 })(context);
			const reader = await trail.reader("sink");
			const delivering = drain(reader, 100 + random.below(400), deliver);
			let count = 0;
			const enough = 200 + random.below(800);
			const write = async (writer: number): Promise<void> => {
				while (count < enough) {
					const id = `${round}-${writer}-${count++}`;
					const { streamId, sequence } = await trail.append(auditEvent(count, id));
					acknowledged.set(`${streamId}/${sequence}`, id);
				}
			};
			const writing = Promise.all(Array.from({ length: 40 }, (_, writer) => write(writer)));
			const late = new Promise((resolve) => {
				setTimeout(resolve, 30 + random.below(60));
			});
			await Promise.race([writing, dark, aimed === Infinity ? late : writing]);
			lost += await cutPower();
			// What a dead machine had promised to deliver nobody waits for.
			void delivering;
			expect(context.errors).toEqual([]);
		}
		const context = contextOf(restarted());
		const trail = await fileTrail({ dir })(context);
		const reader = await trail.reader("sink");
		await trail.close();
		await drain(reader, Infinity, deliver);
		await reader.close();
		expect(lost, "bytes that were written and not synced").toBeGreaterThan(0);
		expect(acknowledged.size).toBeGreaterThan(1_000);
		const gone = [...acknowledged].filter(([place, id]) => delivered.get(place) !== id);
		expect(gone, "acknowledged and lost").toEqual([]);
		expect((await verifyFolder(dir)).faults).toEqual([]);
		expect(context.errors).toEqual([]);
	}));
