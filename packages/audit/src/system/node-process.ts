import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import type { ProcessIdentity } from "../system.ts";
import { errorCode } from "./error-code.ts";

/**
 * This process as the system knows it.
 * On Linux the start time is that of `/proc/<pid>/stat` with the boot id, so that a reused pid or a reboot is never
 * taken for a living owner, and the pid space is that of the namespace, so that two containers of one host name never
 * judge each other by pid. Elsewhere there is no start time: a pid that answers counts as alive.
 */
export function nodeProcess(): ProcessIdentity {
	const namespace = attempt(() => /\d+/.exec(readlinkSync("/proc/self/ns/pid"))?.[0]);
	return {
		host: hostname(),
		...(namespace !== undefined && { pidSpace: namespace }),
		pid: process.pid,
		uid: process.geteuid?.() ?? 0,
		startTime: startTimeOf(process.pid) ?? "",
		isAlive({ pid, startTime }) {
			if (startTime !== "") return startTimeOf(pid) === startTime;
			return answers(pid);
		},
	};
}

function startTimeOf(pid: number): string | undefined {
	return attempt(() => {
		const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
		// The name in parentheses may hold anything; what follows it is state (field 3) and then numbers.
		const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
		const [state, ticks] = [fields[0], fields[19]];
		if (state === "Z" || state === "X" || ticks === undefined) return undefined;
		const boot = readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim();
		return `${boot}:${ticks}`;
	});
}

function answers(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return errorCode(error) === "EPERM";
	}
}

function attempt<T>(read: () => T): T | undefined {
	try {
		return read();
	} catch {
		return undefined;
	}
}
