import { randomBytes } from "node:crypto";
import { chown, mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { fileTrail, inspectTrail, nodeSystem } from "@mcp-trail/audit";
import { hashOf } from "@mcp-trail/integrity";
import { describe, expect, it } from "vitest";
import { auditEvent, contextOf, drain, inFolder, restarted, verifyFolder } from "./support.ts";

/** A stream of so many events whose writer vanished; returns its folder. */
async function abandoned(dir: string, events: number): Promise<string> {
	const trail = await fileTrail({ dir })(contextOf(nodeSystem()));
	await Promise.all(
		Array.from({ length: events }, (_, index) => trail.append(auditEvent(index, `e${index}`))),
	);
	return `${dir}/${trail.health().streamId}`;
}

async function segmentOf(stream: string): Promise<string> {
	const name = (await readdir(stream)).find((entry) => entry.endsWith(".ndjson"));
	return `${stream}/${name}`;
}

/** Opens after the writer's death, reads everything, closes. */
async function takeOver(dir: string) {
	const context = contextOf(restarted());
	const trail = await fileTrail({ dir })(context);
	const atOnce = context.errors.map(({ message }) => message);
	const reader = await trail.reader("sink");
	await trail.close();
	const events = await drain(reader);
	await reader.close();
	const recovery = events.find(({ event }) => event.recovery)?.event.recovery;
	return { events, recovery, atOnce, errors: context.errors.map(({ message }) => message) };
}

function isOfAnotherLife(owner: { readonly startTime: string }): boolean {
	return owner.startTime === "another life";
}

describe("a folder that is not as it was left", () => {
	it("[durable.torn] sets a torn tail aside and says how much it was", () =>
		inFolder(async (dir) => {
			const stream = await abandoned(dir, 20);
			const segment = await segmentOf(stream);
			const whole = await readFile(segment);
			const tail = Buffer.concat([randomBytes(700), Buffer.from('\n{"half":')]);
			await writeFile(segment, Buffer.concat([whole, tail]));
			const { events, recovery, errors } = await takeOver(dir);
			expect(recovery).toMatchObject({
				last_sequence: 20,
				clean_end: false,
				torn_bytes: tail.length,
			});
			expect(events.filter(({ stream: id }) => stream.endsWith(id))).toHaveLength(20);
			expect(await readFile(segment)).toEqual(whole);
			const { streams } = await inspectTrail(dir);
			expect(streams[0]?.torn).toEqual([
				{ path: `${segment}.${whole.length}.torn`, bytes: tail.length },
			]);
			expect(await readFile(streams[0]?.torn[0]?.path ?? "")).toEqual(tail);
			expect(errors).toEqual([]);
			expect((await verifyFolder(dir)).faults).toEqual([]);
		}));

	it("[honest.damage] leaves a bad line with good ones after it, names it, and delivers the rest", () =>
		inFolder(async (dir) => {
			const stream = await abandoned(dir, 20);
			const segment = await segmentOf(stream);
			const text = await readFile(segment, "latin1");
			const edited = text.replace('"request_id":"7"', '"request_id":"8"');
			await writeFile(segment, edited, "latin1");
			const { events, recovery, atOnce, errors } = await takeOver(dir);
			expect(await readFile(segment, "latin1")).toBe(edited);
			expect(atOnce).toEqual(errors);
			expect(recovery).toMatchObject({ last_sequence: 20 });
			expect(recovery).not.toHaveProperty("torn_bytes");
			const sequences = events
				.filter(({ stream: id }) => stream.endsWith(id))
				.map(({ sequence }) => sequence);
			expect(sequences).toEqual([
				1,
				2,
				3,
				4,
				5,
				6,
				7,
				...Array.from({ length: 12 }, (_, i) => i + 9),
			]);
			const offset = text.split("\n").slice(0, 7).join("\n").length + 1;
			expect(errors).toHaveLength(1);
			expect(errors[0]).toContain(`byte ${offset} of ${segment}`);
			expect(errors[0]).toContain("mcp-trail verify");
			const { faults } = await verifyFolder(dir);
			expect(faults.map(({ sequence }) => sequence)).toEqual([8]);
		}));

	it("[honest.damage] delivers everything before a repeat that stands at the end", () =>
		inFolder(async (dir) => {
			const stream = await abandoned(dir, 20);
			const segment = await segmentOf(stream);
			const text = await readFile(segment, "latin1");
			await writeFile(segment, `${text}${text.split("\n")[2]}\n`, "latin1");
			const { events, recovery } = await takeOver(dir);
			expect(recovery).toMatchObject({ last_sequence: 20 });
			const own = events.filter(({ stream: id }) => stream.endsWith(id));
			expect(own.map(({ sequence }) => sequence)).toEqual(
				Array.from({ length: 20 }, (_, index) => index + 1),
			);
		}));

	it("[honest.foreign] takes a foreign file under a segment's name for a torn tail, and keeps it", () =>
		inFolder(async (dir) => {
			const stream = await abandoned(dir, 5);
			const foreign = Buffer.from("these are not the records you are looking for\n".repeat(50));
			await writeFile(`${stream}/0000000000000006.ndjson`, foreign, { mode: 0o600 });
			const { events, recovery } = await takeOver(dir);
			expect(recovery).toMatchObject({ last_sequence: 5, torn_bytes: foreign.length });
			expect(events.filter(({ stream: id }) => stream.endsWith(id))).toHaveLength(5);
			expect(await readFile(`${stream}/0000000000000006.ndjson.0.torn`)).toEqual(foreign);
		}));

	it("[safe.foreign] leaves files, links and pipes that are no part of it, and names them", () =>
		inFolder(async (dir) => {
			await inFolder(async (elsewhere) => {
				const stream = await abandoned(dir, 3);
				await writeFile(`${dir}/notes.txt`, "keep");
				await writeFile(`${elsewhere}/secret`, "untouched");
				await symlink(elsewhere, `${dir}/01a1fe00-0000-7000-8000-000000000000`);
				await symlink(`${elsewhere}/secret`, `${stream}/0000000000000004.ndjson`);
				const { errors, recovery } = await takeOver(dir);
				expect(recovery).toMatchObject({ last_sequence: 3, clean_end: false });
				expect(errors.join("\n")).toContain(`${dir}/notes.txt is no part of a trail`);
				expect(errors.join("\n")).toContain("01a1fe00-0000-7000-8000-000000000000 is no part");
				expect(await readFile(`${dir}/notes.txt`, "utf8")).toBe("keep");
				expect(await readFile(`${elsewhere}/secret`, "utf8")).toBe("untouched");
				expect(await readdir(elsewhere)).toEqual(["secret"]);
			});
		}));

	it("[safe.links] refuses a link as its folder", () =>
		inFolder(async (dir) => {
			await mkdir(`${dir}/real`, { mode: 0o700 });
			await symlink(`${dir}/real`, `${dir}/link`);
			await expect(
				fileTrail({ dir: `${dir}/link` })(contextOf(nodeSystem())),
			).rejects.toMatchObject({
				code: "folder_insecure",
				message: expect.stringContaining(`${dir}/link`),
			});
			expect(await readdir(`${dir}/real`)).toEqual([]);
		}));

	it.runIf(process.geteuid?.() === 0)(
		"[safe.uid] leaves a stream that belongs to another uid, and names both",
		() =>
			inFolder(async (dir) => {
				const stream = await abandoned(dir, 3);
				await chown(stream, 4711, 4711);
				const { errors, recovery, events } = await takeOver(dir);
				expect(recovery).toBeUndefined();
				expect(events).toEqual([]);
				expect(errors).toHaveLength(1);
				expect(errors[0]).toContain(`${stream} belongs to uid 4711`);
				expect(errors[0]).toContain("runs as uid 0");
			}),
	);

	it("[durable.owner] gives two processes at once a stream each, and neither takes the other's", () =>
		inFolder(async (dir) => {
			const one = await fileTrail({ dir })(contextOf(nodeSystem()));
			const two = await fileTrail({ dir })(contextOf(nodeSystem()));
			await Promise.all(
				Array.from({ length: 50 }, (_, index) => [
					one.append(auditEvent(index, `one-${index}`)),
					two.append(auditEvent(index, `two-${index}`)),
				]).flat(),
			);
			expect(one.health().streamId).not.toBe(two.health().streamId);
			const reader = await two.reader("sink");
			expect(reader.lag()).toBe(50);
			const { streams } = await inspectTrail(dir);
			expect(streams.map(({ owner }) => [owner?.pid, owner?.alive])).toEqual([
				[process.pid, true],
				[process.pid, true],
			]);
			await one.close();
			await two.close();
			const ids = (await drain(reader)).map(({ event }) => event.id);
			expect(ids).toEqual(Array.from({ length: 50 }, (_, index) => `two-${index}`));
			await reader.close();
			expect((await verifyFolder(dir)).faults).toEqual([]);
		}));

	it("[durable.claim] lets one of many processes take a dead stream", () =>
		inFolder(async (dir) => {
			const stream = await abandoned(dir, 5);
			const trails = await Promise.all(
				Array.from({ length: 6 }, () => {
					const system = nodeSystem();
					// Only the abandoned stream's owner is dead: the six are of another life of this process.
					const identity = { ...system.process, startTime: "another life" };
					return fileTrail({ dir })(
						contextOf({ ...system, process: { ...identity, isAlive: isOfAnotherLife } }),
					);
				}),
			);
			const recovered = await Promise.all(
				trails.map(async (trail) => {
					const reader = await trail.reader("all");
					await trail.close();
					const events = await drain(reader);
					await reader.close();
					return events.filter(({ event }) => stream.endsWith(event.recovery?.stream_id ?? "-"));
				}),
			);
			expect(recovered.flat()).toHaveLength(1);
			expect(recovered.flat().every(({ bytes, hash }) => hashOf(bytes) === hash)).toBe(true);
		}));
});
