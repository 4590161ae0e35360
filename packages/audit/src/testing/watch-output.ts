import process from "node:process";

/** What was written while a function ran, and what it returned. */
export interface Watched<T> {
	readonly value: T;
	readonly stdout: string;
	readonly stderr: string;
}

/** Runs `work` and keeps what it writes to standard output and standard error, which does not appear. */
export async function watchOutput<T>(work: () => Promise<T>): Promise<Watched<T>> {
	const texts = { stdout: "", stderr: "" };
	const restore = (["stdout", "stderr"] as const).map((name) => {
		const stream = process[name];
		const original = Object.getOwnPropertyDescriptor(stream, "write");
		const write = (chunk: string | Uint8Array, ...rest: readonly unknown[]): boolean => {
			texts[name] += typeof chunk === "string" ? chunk : Buffer.from(chunk).toString("utf8");
			const callback = rest.find((one) => typeof one === "function");
			if (typeof callback === "function") queueMicrotask(() => void callback());
			return true;
		};
		Object.defineProperty(stream, "write", { configurable: true, writable: true, value: write });
		return () => {
			if (original === undefined) Reflect.deleteProperty(stream, "write");
			else Object.defineProperty(stream, "write", original);
		};
	});
	const { log, info, debug, warn, error } = console;
	const line = (name: "stdout" | "stderr") => {
		return (...values: readonly unknown[]): void => void (texts[name] += `${values.join(" ")}\n`);
	};
	// A test runner may have a console of its own, which does not pass through the streams.
	Object.assign(console, {
		log: line("stdout"),
		info: line("stdout"),
		debug: line("stdout"),
		warn: line("stderr"),
		error: line("stderr"),
	});
	try {
		return { value: await work(), ...texts };
	} finally {
		Object.assign(console, { log, info, debug, warn, error });
		for (const one of restore) one();
	}
}
