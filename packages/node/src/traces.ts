import * as api from "@opentelemetry/api";
import { readOtelEnv, withDetectors } from "./env.ts";
import { isCallback, member } from "./hook/loose.ts";
import { messageOf, say, toStderr } from "./say.ts";

/** The OpenTelemetry SDK of the process, where the application starts none. */
export interface Traces {
	/** Starts it, unless one is registered by now. */
	start(): void;
	/** Sends what waits. */
	flush(): Promise<void>;
	/** Sends what waits and ends it, where it was started here. */
	shutdown(): Promise<void>;
}

const none: Traces = {
	start: () => undefined,
	flush: () => Promise.resolve(),
	shutdown: () => Promise.resolve(),
};

/** Loads `@opentelemetry/sdk-node`, which is started later: until then the application may start its own. */
export async function loadTraces(wanted: boolean, serviceName: string): Promise<Traces> {
	if (!wanted) return none;
	if (registered()) return { ...none, flush };
	try {
		const { NodeSDK } = await import("@opentelemetry/sdk-node");
		const { namesService } = readOtelEnv();
		return nodeTraces(() =>
			withDetectors(() => new NodeSDK({ ...(!namesService && { serviceName }) })),
		);
	} catch (error) {
		say(
			`no spans are made, events are recorded: ${absent(error) ? "@opentelemetry/sdk-node is not installed" : `@opentelemetry/sdk-node does not load (${messageOf(error)})`}. Install it, or set MCP_TRAIL_TRACES=false.`,
		);
		return none;
	}
}

const absent = (error: unknown): boolean =>
	error instanceof Error && "code" in error && error.code === "ERR_MODULE_NOT_FOUND";

function nodeTraces(make: () => { start(): void; shutdown(): Promise<void> }): Traces {
	let sdk: ReturnType<typeof make> | undefined;
	let asked = false;
	return {
		start() {
			if (asked) return;
			asked = true;
			if (registered()) return;
			try {
				const hosts = hostsLogger();
				withoutStdout(() => {
					sdk = make();
					// The SDK puts its console logger there when a level is asked for.
					api.diag.setLogger(hosts ?? quiet(), {
						logLevel: hosts === undefined ? api.DiagLogLevel.WARN : api.DiagLogLevel.ALL,
						suppressOverrideMessage: true,
					});
					sdk.start();
				});
			} catch (error) {
				say(`no spans are made, events are recorded: ${messageOf(error)}.`);
			}
		},
		flush,
		async shutdown() {
			await sdk?.shutdown();
		},
	};
}

/** The logger that the application has given the API, which keeps it under one global for all its copies. */
function hostsLogger(): api.DiagLogger | undefined {
	const kept: unknown = member(globalThis, Symbol.for("opentelemetry.js.api.1"));
	const logger = member(kept, "diag");
	return isLogger(logger) ? logger : undefined;
}

const isLogger = (value: unknown): value is api.DiagLogger =>
	["error", "warn", "info", "debug", "verbose"].every((key) => isCallback(member(value, key)));

/** An SDK is registered: the API's stand-in has somebody to ask. */
function registered(): boolean {
	const provider = api.trace.getTracerProvider();
	return (
		!(provider instanceof api.ProxyTracerProvider) ||
		provider.getDelegateTracer("mcp-trail") !== undefined
	);
}

async function flush(): Promise<void> {
	const provider = api.trace.getTracerProvider();
	const outer = provider instanceof api.ProxyTracerProvider ? provider.getDelegate() : provider;
	await Promise.allSettled([outer, api.metrics.getMeterProvider()].map(forceFlush));
}

async function forceFlush(provider: object): Promise<void> {
	if ("forceFlush" in provider && typeof provider.forceFlush === "function")
		await provider.forceFlush();
}

const nothing = (): void => undefined;

/**
 * The SDK's console logger, when a level is asked for, writes to standard output, which may be the protocol: while
 * this work is done, and nothing else runs, what is written there goes to standard error.
 */
function withoutStdout(work: () => void): void {
	const { stdout } = process;
	const own = Object.getOwnPropertyDescriptor(stdout, "write");
	Object.defineProperty(stdout, "write", {
		configurable: true,
		writable: true,
		value: (chunk: string | Uint8Array) => {
			toStderr(chunk);
			return true;
		},
	});
	try {
		work();
	} finally {
		if (own === undefined) Reflect.deleteProperty(stdout, "write");
		else Object.defineProperty(stdout, "write", own);
	}
}

const MAX_SAID = 20;

/** What the SDK has to say, each thing once, on standard error. */
function quiet(): api.DiagLogger {
	const said = new Set<string>();
	const once = (message: string): void => {
		if (said.has(message) || said.size >= MAX_SAID) return;
		said.add(message);
		say(`OpenTelemetry: ${message}`);
	};
	return { error: once, warn: once, info: nothing, debug: nothing, verbose: nothing };
}
