import { isCallback, member } from "./hook/loose.ts";

/** What an end of the process does; neither rejects, and each ends within two seconds. */
export interface Endings {
	/** Writes what waits; recording goes on. */
	readonly flush: () => Promise<void>;
	/** Ends the stream, and lets sinks go; spans still leave at the end. */
	readonly closeTrail: () => Promise<void>;
	/** Writes what waits and ends the stream; nothing is recorded after it. False: something still works on. */
	readonly close: () => Promise<boolean>;
	/** Stores what waits and ends the stream, before it returns. */
	readonly closeSync: () => void;
}

/** A client follows with SIGTERM two seconds after it has ended a server's input. */
const AFTER_INPUT_MS = 1_000;
/** A call that waits for the client that has left may never end: a sink's connection does not wait for it longer. */
const MAX_AFTER_INPUT_MS = 300_000;

/**
 * True when somebody besides `ours` decides when the process ends. signal-exit does not: it ends the process only
 * where nobody else listens, and would wait for this listener, as this one for it.
 */
function hostListens(signal: NodeJS.Signals, ours = 0): boolean {
	return process.listenerCount(signal) > ours + signalExits();
}

/** The listeners of signal-exit on each signal, of its versions 3 and 4, by their own count. */
function signalExits(): number {
	const emitters = [
		member(process, "__signal_exit_emitter__"),
		member(globalThis, Symbol.for("signal-exit emitter")),
	];
	const counts = emitters.map((emitter) => member(emitter, "count"));
	return counts.reduce<number>((sum, one) => sum + (typeof one === "number" ? one : 0), 0);
}

/** Watches how the process ends. The host's own handlers run as ever, and its exit code stays. */
export function watchEndings({ flush, closeTrail, close, closeSync }: Endings) {
	let closing: Promise<boolean> | undefined;
	const closeOnce = (): Promise<boolean> => (closing ??= close());

	for (const signal of ["SIGTERM", "SIGINT"] as const) {
		const closeAndLeave = async (): Promise<void> => {
			await closeOnce();
			process.removeListener(signal, onSignal);
			if (!hostListens(signal)) process.kill(process.pid, signal);
		};
		const onSignal = (): void => {
			// The host decides when it ends; what it does until then is recorded, too.
			if (hostListens(signal, 1)) return void flush();
			void closeAndLeave();
		};
		process.on(signal, onSignal);
	}
	// A host that calls process.exit() waits for nothing.
	process.once("exit", closeSync);
	const closeAtEnd = async (): Promise<void> => {
		const done = await closeOnce();
		// The host had nothing left to do: an exporter that still waits for its receiver must not hold it.
		if (!done && process.listenerCount("beforeExit") === 1) process.exit();
	};
	const begins = (): boolean => {
		if (closing !== undefined) return false;
		// Where nothing is left to be closed, the loop would stay empty and the host never be asked.
		setImmediate(() => undefined);
		void closeAtEnd();
		return true;
	};
	beforeTheEnd(begins);
	// Where somebody who stood before us has put the `emit` of before back: the host is then told once more.
	process.on("beforeExit", begins);

	let others = false;
	const inputs = new WeakSet<object>();

	/** Told of every transport that a server is connected to. */
	return function serverConnects(transport: unknown, server: unknown): void {
		const input = member(transport, "_stdin");
		if (typeof input !== "object" || input === null || !isCallback(member(input, "once"))) {
			others = true;
			return;
		}
		if (input !== process.stdin || inputs.has(input)) return;
		inputs.add(input);
		process.stdin.once("end", () => {
			// A sink's connection must not keep a process whose only client has left; calls under way may still end.
			let left = MAX_AFTER_INPUT_MS / AFTER_INPUT_MS;
			const look = setInterval(() => {
				if (!others && answers(server) && --left > 0) return;
				clearInterval(look);
				if (!others) void closeTrail();
			}, AFTER_INPUT_MS).unref();
		});
	};
}

/**
 * Asks when the event loop is empty, before the host's own `beforeExit` listeners are called. What is begun here
 * empties the loop a second time: the first is kept from the listeners, or a host would end twice.
 */
function beforeTheEnd(begins: () => boolean): void {
	const emit = member(process, "emit");
	if (!isCallback(emit)) return;
	const own = Object.getOwnPropertyDescriptor(process, "emit");
	Object.defineProperty(process, "emit", {
		configurable: true,
		writable: true,
		enumerable: own?.enumerable ?? false,
		value: function (this: unknown, ...args: unknown[]): unknown {
			if (args[0] === "beforeExit" && begins()) return true;
			return Reflect.apply(emit, this, args);
		},
	});
}

/** True while the server works on a request, as either SDK generation keeps it. */
function answers(server: unknown): boolean {
	const open = member(server, "_requestHandlerAbortControllers");
	return open instanceof Map && open.size > 0;
}
