import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Two processes, each with a core of its own. */
export interface OwnCores {
	/** Lets both have all cores again that this process had. */
	release(): Promise<void>;
}

/** Holds this process and another to a core each, all their threads; says why not where that cannot be done. */
export async function ownCores(other: number): Promise<OwnCores | string> {
	if (process.platform !== "linux") return "processes are held to cores on Linux only";
	let all: string;
	try {
		all = await coresOf(process.pid);
	} catch (error) {
		return `taskset (util-linux) does not work: ${error instanceof Error ? error.message : String(error)}`;
	}
	const [first, second] = listed(all);
	if (first === undefined || second === undefined) return "there is only one core";
	const release = async (): Promise<void> => {
		await hold(process.pid, all);
		await hold(other, all);
	};
	try {
		await hold(process.pid, first);
		await hold(other, second);
	} catch (error) {
		await release().catch(() => undefined);
		return `the processes cannot be held: ${error instanceof Error ? error.message : String(error)}`;
	}
	return { release };
}

/** Such as `0,1` or `0-3`. */
async function coresOf(pid: number): Promise<string> {
	const { stdout } = await run("taskset", ["-c", "-p", String(pid)]);
	const cores = /: ([0-9,-]+)\s*$/u.exec(stdout)?.[1];
	if (cores === undefined) throw new Error(`it said ${stdout}`);
	return cores;
}

const hold = async (pid: number, cores: string): Promise<void> =>
	void (await run("taskset", ["-a", "-c", "-p", cores, String(pid)]));

function listed(cores: string): readonly string[] {
	return cores.split(",").flatMap((range) => {
		const [from = 0, to = from] = range.split("-").map(Number);
		return Array.from({ length: to - from + 1 }, (_, index) => String(from + index));
	});
}

/** The kernel counts a process's CPU in hundredths of a second. */
const TICK_US = 10_000;

/** CPU that a process has used so far, in microseconds; 0 where that is not said. */
export function cpuUsOf(pid: number | undefined): number {
	if (process.platform !== "linux" || pid === undefined) return 0;
	const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
	// The name before may hold spaces.
	const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
	return (Number(fields[11]) + Number(fields[12])) * TICK_US;
}
