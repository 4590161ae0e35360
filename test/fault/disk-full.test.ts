import { execFileSync } from "node:child_process";
import { readdir } from "node:fs/promises";
import { fileTrail, nodeSystem, type FileHandle, type System, type Trail } from "@mcp-trail/audit";
import { expect, it } from "vitest";
import { auditEvent, contextOf, drain, inFolder, restarted, verifyFolder } from "./support.ts";

const DISK_BYTES = 2 << 20;

/** A file system of so many bytes where mounting is allowed, else the system's files with a budget. */
async function onSmallDisk(work: (dir: string, system: System) => Promise<void>): Promise<void> {
	await inFolder(async (dir) => {
		try {
			// DISK_FULL=facade shows what a machine sees that may not mount.
			if (process.env["DISK_FULL"] === "facade") throw new Error("not wanted");
			execFileSync("mount", ["-t", "tmpfs", "-o", `size=${DISK_BYTES},mode=0700`, "tmpfs", dir], {
				stdio: "pipe",
			});
		} catch {
			console.log("disk full: through the facade, because mounting is not allowed here");
			await work(dir, budgeted(nodeSystem(), DISK_BYTES));
			return;
		}
		console.log(`disk full: on a tmpfs of ${DISK_BYTES} bytes`);
		try {
			await work(dir, nodeSystem());
		} finally {
			execFileSync("umount", ["--lazy", dir]);
		}
	});
}

/** Files that refuse with ENOSPC once so many bytes are used. */
function budgeted(real: System, bytes: number): System {
	const sizes = new Map<string, number>();
	const wrap = (path: string, handle: FileHandle): FileHandle => ({
		...handle,
		async writev(buffers, position) {
			const length = buffers.reduce((sum, buffer) => sum + buffer.length, 0);
			const used = [...sizes.values()].reduce((sum, size) => sum + size, 0);
			const grown = Math.max(0, position + length - (sizes.get(path) ?? 0));
			if (used + grown > bytes) {
				throw Object.assign(new Error("ENOSPC: no space left on device, write"), {
					code: "ENOSPC",
				});
			}
			const written = await handle.writev(buffers, position);
			sizes.set(path, Math.max(sizes.get(path) ?? 0, position + written));
			return written;
		},
		async truncate(length) {
			await handle.truncate(length);
			sizes.set(path, length);
		},
	});
	return {
		...real,
		files: {
			...real.files,
			open: async (path, flag) => wrap(path, await real.files.open(path, flag)),
			async remove(path) {
				await real.files.remove(path);
				sizes.delete(path);
			},
			async rename(from, to) {
				await real.files.rename(from, to);
				for (const [path, size] of sizes) {
					if (path !== from && !path.startsWith(`${from}/`)) continue;
					sizes.delete(path);
					sizes.set(to + path.slice(from.length), size);
				}
			},
		},
	};
}

/** Appends until the trail refuses; tells what was acknowledged and how it was refused. */
async function fill(trail: Trail, from: number) {
	const acknowledged: string[] = [];
	for (let index = from; ; index++) {
		const id = `event-${index}`;
		try {
			await trail.append(auditEvent(index, id), { acting: index % 2 === 0 });
			acknowledged.push(id);
		} catch (error) {
			return { acknowledged, error };
		}
	}
}

it(
	"[honest.full] keeps what it acknowledged on a full disk, tells what it could not keep, and goes on",
	() =>
		onSmallDisk(async (dir, system) => {
			const context = contextOf(system);
			const trail = await fileTrail({ dir, segmentBytes: 200_000 })(context);
			const reader = await trail.reader("slow");
			const { acknowledged, error } = await fill(trail, 0);
			expect(error).toMatchObject({ code: "full", lossCause: "disk_full" });
			expect(acknowledged.length).toBeGreaterThan(500);
			for (let index = 0; index < 40; index++) {
				await trail.append(auditEvent(index, "refused")).catch(() => {});
			}
			const { lostEvents } = trail.health();
			expect(lostEvents).toBeGreaterThanOrEqual(1);

			// Delivery makes room: what every reader has committed is removed first.
			const seen = await drain(reader, acknowledged.length);
			let more: { acknowledged: string[] } = { acknowledged: [] };
			for (let tries = 0; tries < 100 && more.acknowledged.length < 50; tries++) {
				await new Promise((resolve) => {
					setTimeout(resolve, 100);
				});
				more = await fill(trail, 100_000 + tries * 10_000);
			}
			expect(more.acknowledged.length).toBeGreaterThanOrEqual(50);
			await drain(reader, reader.lag()).then((events) => seen.push(...events));
			await trail.close();
			seen.push(...(await drain(reader)));
			await reader.close();

			const ids = new Set(seen.map(({ event }) => event.id));
			expect(acknowledged.filter((id) => !ids.has(id))).toEqual([]);
			expect(more.acknowledged.filter((id) => !ids.has(id))).toEqual([]);
			const lost = seen.flatMap(({ event }) => event.loss ?? []);
			expect(lost.map(({ cause }) => cause)).toContain("disk_full");
			expect(lost.reduce((sum, { events }) => sum + events, 0)).toBe(trail.health().lostEvents);
			expect(seen.some(({ event }) => event.type === "trail.pruned")).toBe(true);
			expect((await verifyFolder(dir)).faults).toEqual([]);
			const messages = context.errors.map(({ message }) => message).join("\n");
			expect(messages === "" || messages.includes(dir)).toBe(true);
		}),
	60_000,
);

it(
	"[honest.slot] tells the losses of a process that died while the disk was full",
	() =>
		onSmallDisk(async (dir, system) => {
			const trail = await fileTrail({ dir, segmentBytes: 200_000 })(contextOf(system));
			await trail.reader("slow");
			const { acknowledged } = await fill(trail, 0);
			for (let index = 0; index < 25; index++) {
				await trail.append(auditEvent(index, "refused")).catch(() => {});
			}
			await new Promise((resolve) => {
				setTimeout(resolve, 200);
			});
			const { lostEvents } = trail.health();
			// Its process is gone, and somebody made room.
			const context = contextOf(restarted({ ...system, files: { ...nodeSystem().files } }));
			const removed = (await readdir(dir, { recursive: true })).find((name) =>
				name.endsWith("ballast"),
			);
			expect(removed).toBeDefined();
			remount(dir);
			const next = await fileTrail({ dir })(context);
			const reader = await next.reader("slow");
			await next.close();
			const events = await drain(reader);
			await reader.close();
			const told = events.flatMap(({ event }) => event.loss ?? []);
			expect(told.reduce((sum, loss) => sum + loss.events, 0)).toBe(lostEvents);
			const ids = new Set(events.map(({ event }) => event.id));
			expect(acknowledged.filter((id) => !ids.has(id))).toEqual([]);
		}),
	60_000,
);

/** Somebody makes room on the tmpfs; the budget of the facade is left behind by taking the real files. */
function remount(dir: string): void {
	try {
		execFileSync("mount", ["-o", `remount,size=${DISK_BYTES * 4}`, dir], { stdio: "pipe" });
	} catch {
		// Not a mount of ours.
	}
}
