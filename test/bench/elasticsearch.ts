import { fork } from "node:child_process";
import { once } from "node:events";
import { Agent, request } from "node:http";
import { join } from "node:path";
import type { Sink } from "@mcp-trail/audit";
import { elasticsearchSink } from "@mcp-trail/sinks/elasticsearch";
import { splunkHecSink } from "@mcp-trail/sinks/splunk-hec";
import { loadTemplates } from "../services/opensearch/content.ts";
import { missingOpenSearch } from "../services/opensearch/distribution.ts";
import { startOpenSearch } from "../services/opensearch/start.ts";
import { cpuUsOf, ownCores } from "./cores.ts";
import { deliver, measured } from "./lane.ts";
import { type Body, nullServer } from "./null-server/server.ts";
import { nodeArguments } from "./call-paths.ts";
import { heading, report } from "./report.ts";
import { cpuPerItem, itemsPerSecond, paired, rounds, type Side } from "./rounds.ts";

/** Posts one body and reads the answer whole. */
async function post(url: string, agent: Agent, { headers, bytes }: Body): Promise<void> {
	await new Promise<void>((resolve, reject) => {
		const sent = request(url, { method: "POST", agent, headers }, (answer) => {
			let said = "";
			answer.setEncoding("utf8").on("data", (text: string) => {
				said += text;
			});
			answer.on("end", () => {
				if (answer.statusCode === 200 && !said.includes('"errors":true')) resolve();
				else reject(new Error(`${answer.statusCode}: ${said.slice(0, 500)}`));
			});
		});
		sent.once("error", reject);
		sent.end(bytes);
	});
}

/** The bodies that our sink makes of so many events. */
async function bodiesOf(items: number): Promise<readonly Body[]> {
	const server = await nullServer(true);
	await deliver(elasticsearchSink({ url: server.url }), items);
	server.close();
	return server.bodies;
}

/**
 * Elasticsearch lane against a bare loop that posts the same bytes to the real OpenSearch, as many at a time.
 *
 * What both have in common: the bodies are the ones that our sink makes, cut and encoded as it sends them (on loopback
 * without gzip), in as many requests, over as many kept connections; each run starts with no index; the rounds
 * alternate in one process. What only the lane does: it reads the trail from disk, checks each hash, says each event in
 * ECS, looks for each id in the answer and keeps its cursor. The bare loop has its bodies ready in memory and looks for
 * one word in the answer. A run takes some seconds, so that the first body, for which the destination waits, does not count.
 *
 * Measured twice: with both processes on all cores, where whatever the lane computes is taken from OpenSearch; and with
 * a core for each, as where the destination is another machine, which shows whether the lane keeps it busy.
 */
export async function benchElasticsearch(options: {
	readonly rounds: number;
	readonly scale: number;
}): Promise<void> {
	const items = Math.max(4_000, Math.round(24_000 * options.scale));
	await benchNull(options.rounds, items);
	const title = "Elasticsearch lane against a bare loop posting the same bytes (real OpenSearch";
	heading(`${title}, sharing all cores)`);
	const missing = await missingOpenSearch();
	if (missing !== undefined) {
		console.log(`NOT RUN: ${missing}`);
		return;
	}
	const opensearch = await startOpenSearch({ short: false });
	await loadTemplates(opensearch);
	const bodies = await bodiesOf(items);
	const { inFlight = 1 } = elasticsearchSink({ url: opensearch.url }).limits ?? {};
	const agent = new Agent({ keepAlive: true });
	const bulk = `${opensearch.url}/_bulk?filter_path=errors,items.*._id,items.*.status,items.*.error.type,items.*.error.reason`;

	/** Every run indexes new documents: what is there already would cost less. */
	async function fresh<T>(run: () => Promise<T>): Promise<T> {
		await opensearch.call("DELETE", "/mcp-audit-2*");
		return run();
	}
	const postAll = async (): Promise<void> => {
		const left = [...bodies];
		const poster = async (): Promise<void> => {
			for (let body = left.shift(); body !== undefined; body = left.shift())
				await post(bulk, agent, body);
		};
		await Promise.all(Array.from({ length: inFlight }, poster));
	};
	const serverCpuUs = (): number => cpuUsOf(opensearch.pid());
	const bare: Side = {
		name: "bare",
		run: async () => fresh(async () => measured(items, postAll, serverCpuUs)),
		close: async () => {
			agent.destroy();
		},
	};
	const sink = elasticsearchSink({ url: opensearch.url });
	const lane: Side = {
		name: "lane",
		run: async () => fresh(async () => deliver(sink, items, serverCpuUs)),
		close: async () => sink.close?.(AbortSignal.timeout(10_000)),
	};
	async function compare(): Promise<void> {
		const results = await rounds([bare, lane], { rounds: options.rounds, items });
		const [one, other] = [results.get("bare") ?? [], results.get("lane") ?? []];
		report(
			"bare loop",
			paired(one, one, (_, b) => itemsPerSecond(b)),
			"events/s",
		);
		report(
			"bare loop: CPU of both processes",
			paired(one, one, (_, b) => cpuPerItem(b)),
			"µs/event",
		);
		report(
			"lane: CPU that it adds to that",
			paired(one, other, (a, b) => cpuPerItem(b) - cpuPerItem(a)),
			"µs/event",
		);
		report(
			"lane: events/s ÷ bare",
			paired(one, other, (a, b) => itemsPerSecond(b) / itemsPerSecond(a)),
			"×",
			{ kind: "at_least", value: 0.85 },
		);
	}

	try {
		await compare();
		heading(`${title}, a core for each process)`);
		const cores = await ownCores(opensearch.pid() ?? 0);
		if (typeof cores === "string") {
			console.log(`NOT MEASURED: ${cores}`);
			return;
		}
		try {
			await compare();
		} finally {
			await cores.release();
		}
	} finally {
		await bare.close();
		await lane.close();
		await opensearch.close();
	}
}

/** What the lanes themselves manage, where the destination costs nothing. */
async function benchNull(roundCount: number, items: number): Promise<void> {
	heading("Bulk and HEC lanes against a server that says yes");
	const program = join(import.meta.dirname, "null-server/program.ts");
	const server = fork(program, { execArgv: nodeArguments("bare") });
	const [url]: string[] = await once(server, "message");
	if (url === undefined) throw new Error("the server that says yes did not start");
	const side = (name: string, sink: Sink): Side => ({
		name,
		run: async () => deliver(sink, items),
		close: async () => sink.close?.(AbortSignal.timeout(10_000)),
	});
	const sides = [
		side("bulk lane (ECS and the stored line)", elasticsearchSink({ url })),
		side("HEC lane (acknowledged)", splunkHecSink({ url, token: "none", ackPollMs: 10 })),
	];
	const results = await rounds(sides, { rounds: roundCount, items });
	for (const one of sides) {
		const runs = results.get(one.name) ?? [];
		report(
			one.name,
			paired(runs, runs, (_, b) => itemsPerSecond(b)),
			"events/s",
		);
		await one.close();
	}
	server.disconnect();
}
