import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";

/** What came from the processes of one kind. */
interface Received {
	/** Spans of a name. */
	readonly spans: number;
	/** Exports of metrics. */
	readonly metrics: number;
}

/** Takes what tools send, and says yes to everything. */
export interface NullAgent {
	readonly url: string;
	/** Traces received so far, as dd-trace counts them. */
	traces(): number;
	/** Says what came from one kind, and lets go of it. */
	received(kind: string, spanName: string): Received;
	close(): Promise<void>;
}

const BASE = "BENCH_INGEST_URL";

/** Where processes of one kind send; undefined in the form in which they throw away. */
export function ingestUrl(kind: string): string | undefined {
	const base = process.env[BASE];
	return base === undefined ? undefined : `${base}/${kind}`;
}

/** Lets processes that are started from now on send to an agent, or throw away. */
export function sendTo(agent: NullAgent | undefined): void {
	if (agent === undefined) delete process.env[BASE];
	else process.env[BASE] = agent.url;
}

interface Body {
	readonly path: string;
	readonly isGzip: boolean;
	readonly chunks: readonly Buffer[];
}

function occurrences(bytes: Buffer, name: string): number {
	let count = 0;
	for (let at = bytes.indexOf(name); at !== -1; at = bytes.indexOf(name, at + 1)) count++;
	return count;
}

const isOtlp = (path: string): boolean => /\/v1\/(?:traces|metrics)$/.test(path);

/** In an envelope a segment's name stands beside every span of it; in OTLP a span's name stands once. */
function spansIn({ path, isGzip, chunks }: Body, name: string): number {
	const body = Buffer.concat(chunks);
	return occurrences(isGzip ? gunzipSync(body) : body, isOtlp(path) ? name : `"name":"${name}"`);
}

/** Starts an agent of this machine that answers everything with an empty object. */
export async function nullAgent(): Promise<NullAgent> {
	let traces = 0;
	// Counted when nothing is measured.
	let bodies: Body[] = [];
	const keep = (request: IncomingMessage, chunks: readonly Buffer[]): void => {
		const isGzip = request.headers["content-encoding"] === "gzip";
		bodies.push({ path: request.url ?? "/", isGzip, chunks });
	};
	const server = createServer((request, response) => {
		const count = request.headers["x-datadog-trace-count"];
		traces += Number(count ?? 0);
		const chunks: Buffer[] = [];
		if (count === undefined) request.on("data", (chunk: Buffer) => chunks.push(chunk));
		else request.resume();
		request.on("end", () => {
			if (count === undefined) keep(request, chunks);
			// An empty message of protobuf is no byte at all.
			response.end(isOtlp(request.url ?? "") ? "" : "{}");
		});
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const { port } = server.address() as AddressInfo;
	return {
		url: `http://127.0.0.1:${port}`,
		traces: () => traces,
		received(kind, spanName) {
			const came = bodies.filter(({ path }) => path.startsWith(`/${kind}/`));
			bodies = bodies.filter((body) => !came.includes(body));
			const traced = came.filter(({ path }) => !path.endsWith("/v1/metrics"));
			return {
				spans: traced.reduce((sum, body) => sum + spansIn(body, spanName), 0),
				metrics: came.length - traced.length,
			};
		},
		close: () =>
			new Promise((resolve) => {
				server.closeAllConnections();
				server.close(() => resolve());
			}),
	};
}
