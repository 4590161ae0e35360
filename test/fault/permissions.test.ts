import { execFileSync, spawnSync } from "node:child_process";
import { chmod, chown, mkdir, readdir, stat } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { fileTrail, nodeSystem } from "@mcp-trail/audit";
import { describe, expect, it } from "vitest";
import { compiled } from "../compiled.ts";
import { auditEvent, contextOf, inFolder, restarted } from "./support.ts";

const opener = compiled(fileURLToPath(new URL("open-as.ts", import.meta.url)));
const follower = compiled(fileURLToPath(new URL("follow-as.ts", import.meta.url)));
const OTHER = 65_534;
const isRoot = process.geteuid?.() === 0;

/** Opens a trail, as another uid where that is possible: root is refused nothing. */
function openAs(dir: string): string {
	return runAs(OTHER, [opener(), dir]);
}

function runAs(gid: number, script: readonly string[]): string {
	const node = [process.execPath, ...script];
	const command = isRoot
		? ["setpriv", "--reuid", String(OTHER), "--regid", String(gid), "--clear-groups", ...node]
		: node;
	const [program = "", ...rest] = command;
	const { stdout, stderr } = spawnSync(program, rest, {
		encoding: "utf8",
		env: { PATH: process.env["PATH"] },
	});
	return stdout + stderr;
}

describe("a folder that may not be used", () => {
	it("[honest.unwritable] names an unwritable folder, the user and the remedy", () =>
		inFolder(async (dir) => {
			await chmod(dir, 0o755);
			const locked = `${dir}/locked`;
			await mkdir(locked, { mode: 0o555 });
			if (isRoot) await chown(locked, OTHER, OTHER);
			const said = openAs(locked);
			expect(said).toContain('"code":"folder_unusable"');
			expect(said).toContain(locked);
			expect(said).toContain("EACCES");
			expect(said).toContain(`uid ${isRoot ? OTHER : process.geteuid?.()}`);
			expect(said).toContain("Give that user write permission");
		}));

	it("[safe.insecure] refuses a folder that others may write to, and says how to close it", () =>
		inFolder(async (dir) => {
			await chmod(dir, 0o777);
			await expect(fileTrail({ dir })(contextOf(nodeSystem()))).rejects.toMatchObject({
				code: "folder_insecure",
				message: expect.stringContaining(`chmod 700 ${dir}`),
			});
		}));

	it("[safe.modes] makes folders 0700 and files 0600, whatever the umask", () =>
		inFolder(async (dir) => {
			const before = process.umask(0);
			try {
				const trail = await fileTrail({ dir: `${dir}/new/trail` })(contextOf(nodeSystem()));
				await trail.append(auditEvent(1, "one"));
				await trail.reader("sink");
				await trail.close();
			} finally {
				process.umask(before);
			}
			const listing = execFileSync("find", [`${dir}/new`, "-printf", "%y %m %f\n"], {
				encoding: "utf8",
			});
			const lines = listing.trim().split("\n");
			expect(lines.length).toBeGreaterThan(6);
			const open = lines.filter((line) => !/^(d 700|f 600) /.test(line));
			expect(open).toEqual([]);
		}));

	it.runIf(isRoot)("[safe.group] lets a named group read and nobody else", () =>
		inFolder(async (dir) => {
			const gid = 4711;
			const trail = await fileTrail({ dir: `${dir}/trail`, groupRead: gid })(
				contextOf(nodeSystem()),
			);
			await trail.append(auditEvent(1, "one"));
			const stream = `${dir}/trail/${trail.health().streamId}`;
			await trail.close();
			for (const folder of [`${dir}/trail`, stream]) {
				const status = await stat(folder);
				expect([status.gid, status.mode & 0o777]).toEqual([gid, 0o750]);
			}
			const segment = await stat(`${stream}/0000000000000001.ndjson`);
			expect([segment.gid, segment.mode & 0o777]).toEqual([gid, 0o640]);
		}),
	);

	it.runIf(isRoot)(
		"[safe.group] lets another user of the group read, with cursors of its own",
		() =>
			inFolder(async (dir) => {
				const gid = 4711;
				await chmod(dir, 0o755);
				await mkdir(`${dir}/cursors`);
				await chown(`${dir}/cursors`, OTHER, gid);
				const open = fileTrail({ dir: `${dir}/trail`, groupRead: gid });
				const first = await open(contextOf(nodeSystem()));
				await first.reader("sink");
				await first.append(auditEvent(1, "one"));
				await first.close();
				// Taken over, so that what an adopter writes is read, too.
				const second = await open(contextOf(restarted()));
				await second.append(auditEvent(2, "two"));
				const said = runAs(gid, [follower(), `${dir}/trail`, `${dir}/cursors`]);
				await second.close();
				expect(said).toContain('{"read":3,"ended":[1,null],"unreadable":[]}');
				expect(await readdir(`${dir}/cursors`)).toHaveLength(2);
			}),
	);
});
