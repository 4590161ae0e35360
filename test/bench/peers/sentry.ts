/** Preloaded where Sentry is measured, as its manual asks: before anything that it instruments. */
import { ingestUrl } from "./null-agent.ts";
import { peerRequire } from "./packages.ts";

interface Item {
	readonly items?: readonly unknown[];
}

interface Transport {
	send(envelope: readonly [unknown, readonly (readonly [unknown, Item])[]]): Promise<object>;
	flush(): Promise<boolean>;
}

interface SentryNode {
	init(options: {
		readonly dsn: string;
		readonly tracesSampleRate: number;
		readonly transport?: () => Transport;
		readonly transportOptions?: { readonly bufferSize: number };
	}): void;
	wrapMcpServerWithSentry<T extends object>(server: T): T;
	flush(timeoutMs: number): Promise<boolean>;
}

const sentry: SentryNode = peerRequire("@sentry/node");
let spans = 0;

/** Nothing is put into text and nothing is sent: as our own exporter does where nothing is. */
const counting = (): Transport => ({
	async send([, items]) {
		for (const [, item] of items) spans += item.items?.length ?? 0;
		return {};
	},
	flush: () => Promise.resolve(true),
});

const ingest = ingestUrl("sentry");
sentry.init({
	dsn:
		ingest === undefined ? "https://public@127.0.0.1/1" : `${ingest.replace("//", "//public@")}/1`,
	tracesSampleRate: 1,
	// Its own transport lets go of what comes while 64 envelopes are under way.
	...(ingest === undefined
		? { transport: counting }
		: { transportOptions: { bufferSize: 100_000 } }),
});

/** Puts Sentry's MCP instrumentation on a server. */
export const wrap = <T extends object>(server: T): T => sentry.wrapMcpServerWithSentry(server);

/** Waits until every span was handed to the transport, and says how many there were, or sent: then their receiver knows. */
export async function settled(): Promise<number | undefined> {
	if (!(await sentry.flush(60_000))) throw new Error("Sentry did not send all within a minute");
	return ingest === undefined ? spans : undefined;
}
