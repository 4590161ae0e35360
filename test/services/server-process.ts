import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { open, readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

const TERMINATE_MS = 8_000;

/** One server: a process that is started, stopped, killed and frozen from here. */
export interface ServerProcess {
	/** Starts the process; whether it answers is another question. */
	launch(): Promise<void>;
	/** SIGTERM, and SIGKILL when that takes longer than eight seconds. */
	stop(): Promise<void>;
	/** SIGKILL. */
	kill(): Promise<void>;
	/** SIGSTOP: connections stay open and nothing answers. */
	pause(): void;
	/** SIGCONT. */
	resume(): void;
	alive(): boolean;
	/** Of the running process. */
	pid(): number | undefined;
	/** What it has said on stdout and stderr so far. */
	log(): Promise<string>;
}

/** Prepares a server's process; nothing runs until `launch`. It never outlives this one. */
export function serverProcess(
	command: string,
	args: readonly string[],
	logFile: string,
): ServerProcess {
	let child: ChildProcess | undefined;

	async function launch(): Promise<void> {
		const output = await open(logFile, "a");
		const started = spawn(command, args, { stdio: ["ignore", output.fd, output.fd] });
		child = started;
		const atExit = (): void => void started.kill("SIGKILL");
		process.once("exit", atExit);
		started.once("exit", () => {
			process.off("exit", atExit);
			if (child === started) child = undefined;
		});
		await output.close();
	}

	async function signal(name: NodeJS.Signals): Promise<void> {
		const running = child;
		if (!running) return;
		const gone = once(running, "exit");
		running.kill("SIGCONT");
		running.kill(name);
		const ended = new AbortController();
		const late = sleep(TERMINATE_MS, "late", { signal: ended.signal }).catch(() => undefined);
		if ((await Promise.race([gone, late])) === "late") running.kill("SIGKILL");
		await gone;
		ended.abort();
	}

	return {
		launch,
		stop: async () => signal("SIGTERM"),
		kill: async () => signal("SIGKILL"),
		pause: () => void child?.kill("SIGSTOP"),
		resume: () => void child?.kill("SIGCONT"),
		alive: () => child !== undefined,
		pid: () => child?.pid,
		log: async () => readFile(logFile, "utf8").catch(() => ""),
	};
}
