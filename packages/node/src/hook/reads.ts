// Node's own of what is global: an application may put others in its place.
import { Buffer } from "node:buffer";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { promises } from "node:fs";
import { URL } from "node:url";
import { TextDecoder, types } from "node:util";
import { calledByLoader } from "./caller.ts";
import { onLoaded } from "./loaded.ts";
import { type Callback, isCallback, member } from "./loose.ts";
import { named } from "./named.ts";
import { isSdkModule, withLastWord } from "./sdk-files.ts";

const PROBE_URL = import.meta.resolve("#probe");

/** The hook of what the loader reads, where it works. */
export interface Reads {
	/** Goes over to the thread of the hooks when the application has put another function in the hook's place. */
	check(): void;
}

/**
 * Hooks the ES modules of the MCP SDKs without the thread that Node 20 has for hooks: its loader reads every module by
 * what `fs.promises.readFile` is at that moment. Undefined, and nothing is changed, unless a module of our own proves it.
 * `startThread`, which never throws, is called, once, when a thread for the hooks of another comes: modules are then read there.
 */
export async function hookReads(
	shownTo: string,
	startThread: () => void,
): Promise<Reads | undefined> {
	const before: unknown = promises.readFile;
	if (!isCallback(before)) return undefined;
	const standIn = named(readsFor(before, shownTo), before);
	if (!Reflect.set(promises, "readFile", standIn)) return undefined;
	let isOver = false;
	const end = (): void => {
		isOver = true;
		unsubscribe("worker_threads", onWorker);
		if (promises.readFile === standIn) Reflect.set(promises, "readFile", before);
	};
	const goOver = (): void => {
		if (isOver) return;
		end();
		startThread();
	};
	// Told while that thread is made, which does not bear another registration.
	const onWorker = (message: unknown): void => {
		if (isOfHooks(member(message, "worker"))) queueMicrotask(goOver);
	};
	subscribe("worker_threads", onWorker);
	if (!(await isProven())) {
		end();
		return undefined;
	}
	return {
		check() {
			if (promises.readFile !== standIn) goOver();
		},
	};
}

/** Reads as before, and gives the loader the modules of an SDK with the last word. */
function readsFor(before: Callback, shownTo: string): Callback {
	// A method, like the original, is no constructor.
	const methods: { readonly readFile: Callback } = {
		readFile(...args) {
			const read = Reflect.apply(before, this, args);
			const [file] = args;
			if (!(file instanceof URL)) return read;
			const { href } = file;
			const isOurs = href === PROBE_URL || isSdkModule(href);
			return isOurs && calledByLoader() ? extended(read, href, shownTo) : read;
		},
	};
	return methods.readFile;
}

async function extended(read: unknown, url: string, shownTo: string): Promise<unknown> {
	const source = await read;
	return types.isUint8Array(source)
		? Buffer.from(withLastWord(new TextDecoder().decode(source), url, shownTo))
		: source;
}

/** A module that is loaded now is read, changed, run, and seen. */
async function isProven(): Promise<boolean> {
	let isSeen = false;
	const stop = onLoaded((exports) => {
		isSeen ||= member(exports, "isProbe") === true;
	});
	try {
		await import(PROBE_URL);
	} catch {
		// Not proven.
	}
	stop();
	return isSeen;
}

/** Node's own class for the thread of the hooks. */
const isOfHooks = (worker: unknown): boolean =>
	member(member(worker, "constructor"), "name") === "InternalWorker";
