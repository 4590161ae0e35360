import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { errorCode } from "./error-code.ts";
import { nodeSystem } from "./node-system.ts";

const system = nodeSystem();
const { files, process: identity, timers, clock } = system;
let dir = "";

beforeAll(async () => {
	dir = await mkdtemp(`${tmpdir()}/system-`);
});
afterAll(() => rm(dir, { recursive: true }));

async function codeOf(work: Promise<unknown>): Promise<string | undefined> {
	return work.then(
		() => undefined,
		(error: unknown) => errorCode(error),
	);
}

describe("files", () => {
	it.runIf(process.platform === "linux")(
		"go on where a file system cannot sync a folder, and not where there is none",
		async () => {
			await files.syncFolder("/proc");
			system.exitFiles?.syncFolder("/proc");
			expect(await codeOf(files.syncFolder(`${dir}/none`))).toBe("ENOENT");
		},
	);

	it("writes, reads, cuts and measures at offsets", async () => {
		const file = await files.open(`${dir}/a`, "create");
		expect(await file.writev([Buffer.from("hello "), Buffer.from("world")], 0)).toBe(11);
		expect(await file.writev([Buffer.from("W")], 6)).toBe(1);
		await file.datasync();
		expect(Buffer.from(await file.read(100, 6)).toString()).toBe("World");
		await file.truncate(5);
		expect(await file.size()).toBe(5);
		await file.close();
		expect(await files.status(`${dir}/a`)).toMatchObject({ kind: "file", size: 5, mode: 0o600 });
	});

	it("closes a file only after what is under way on it, or that would reach the next file of its number", async () => {
		await writeFile(`${dir}/one`, "");
		const before = await files.open(`${dir}/one`, "update");
		const order: string[] = [];
		const bytes = Buffer.alloc(1 << 20);
		const writes = Array.from({ length: 16 }, (_, index) =>
			before.writev([bytes], index << 20).then(
				() => order.push("written"),
				() => order.push("failed"),
			),
		);
		await Promise.all([...writes, before.close().then(() => order.push("closed"))]);
		expect(order).toEqual([...Array(16).fill("written"), "closed"]);
		expect(await codeOf(before.writev([bytes], 0))).toBe("EBADF");
		expect(await codeOf(before.read(1, 0))).toBe("EBADF");
		expect(await codeOf(before.datasync())).toBe("EBADF");
		expect(await codeOf(before.close())).toBeUndefined();
	});

	it("judges nothing by permission bits where a system has none", async () => {
		await mkdir(`${dir}/open`);
		await chmod(`${dir}/open`, 0o777);
		const { platform } = process;
		try {
			Object.defineProperty(process, "platform", { value: "win32" });
			expect(await files.status(`${dir}/open`)).toMatchObject({ kind: "directory", mode: 0o700 });
		} finally {
			Object.defineProperty(process, "platform", { value: platform });
		}
	});

	it("creates only what is not there and opens only what is", async () => {
		await writeFile(`${dir}/b`, "");
		expect(await codeOf(files.open(`${dir}/b`, "create"))).toBe("EEXIST");
		expect(await codeOf(files.open(`${dir}/none`, "update"))).toBe("ENOENT");
		expect(await files.status(`${dir}/none`)).toBeUndefined();
		expect(await files.list(`${dir}/none`)).toEqual([]);
		expect(await codeOf(files.link(`${dir}/a`, `${dir}/b`))).toBe("EEXIST");
	});

	it("[safe.nofollow] follows no link and waits for no pipe", async () => {
		await writeFile(`${dir}/target`, "secret");
		await symlink(`${dir}/target`, `${dir}/link`);
		expect(await codeOf(files.open(`${dir}/link`, "read"))).toBe("ELOOP");
		expect(await codeOf(files.open(`${dir}/link`, "update"))).toBe("ELOOP");
		expect(await codeOf(files.share(`${dir}/link`, 0, 0o644))).toBe("ELOOP");
		expect((await files.status(`${dir}/link`))?.kind).toBe("other");
		execFileSync("mkfifo", [`${dir}/pipe`]);
		expect(await codeOf(files.open(`${dir}/pipe`, "read"))).toBe("ENOTFILE");
		expect(await codeOf(files.open(`${dir}/pipe`, "update"))).toBe("ENOTFILE");
	});

	it("removes files and empty folders only", async () => {
		await files.makeFolder(`${dir}/x/y`);
		expect((await files.status(`${dir}/x/y`))?.mode).toBe(0o700);
		await files.syncFolder(`${dir}/x`);
		expect(await codeOf(files.remove(`${dir}/x`))).toBe("ENOTEMPTY");
		await files.remove(`${dir}/x/y`);
		await files.remove(`${dir}/x`);
		expect(await files.list(dir)).not.toContain("x");
	});
});

describe.runIf(process.platform === "linux")("the process", () => {
	it("tells a living process from a dead one and from a reused pid", async () => {
		expect(identity.isAlive(identity)).toBe(true);
		expect(identity.isAlive({ pid: identity.pid, startTime: `${identity.startTime}0` })).toBe(
			false,
		);
		const child = spawn("sleep", ["60"]);
		const pid = child.pid ?? 0;
		expect(identity.isAlive({ pid, startTime: "" })).toBe(true);
		child.kill("SIGKILL");
		await once(child, "exit");
		expect(identity.isAlive({ pid, startTime: "" })).toBe(false);
		expect(identity.startTime).toMatch(/^[0-9a-f-]{36}:[0-9]+$/);
	});

	it("holds a zombie for dead", async () => {
		// Its parent stands still and does not collect it.
		const script =
			'console.log(require("child_process").spawn("sleep", ["0"]).pid);' +
			"Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20_000)";
		const parent = spawn(process.execPath, ["-e", script]);
		try {
			const [said] = await once(parent.stdout, "data");
			const pid = Number(String(said));
			await expect.poll(() => readFile(`/proc/${pid}/stat`, "latin1")).toContain(") Z ");
			const fields = (await readFile(`/proc/${pid}/stat`, "latin1")).split(" ");
			const startTime = `${identity.startTime.split(":")[0]}:${fields[21]}`;
			expect(identity.isAlive({ pid, startTime })).toBe(false);
		} finally {
			parent.kill("SIGKILL");
		}
	});
});

it("has clocks that run, timers that can be called off, and random bytes", async () => {
	const before = clock.monotonicUs();
	let called = 0;
	timers.after(5, () => called++, { ref: true })();
	await new Promise<void>((resolve) => {
		timers.after(20, resolve, { ref: true });
	});
	expect(called).toBe(0);
	expect(clock.monotonicUs() - before).toBeGreaterThan(10_000);
	expect(Math.abs(clock.nowMs() - Date.now())).toBeLessThan(1_000);
	expect(system.random(16)).toHaveLength(16);
});
