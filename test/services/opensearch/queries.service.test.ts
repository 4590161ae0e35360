import { randomUUID } from "node:crypto";
import { uuid7, UUID7_RANDOM_BYTES, type AuditEvent } from "@mcp-trail/event";
import { type SealedEvent, sealer } from "@mcp-trail/integrity";
import { elasticsearchSink } from "@mcp-trail/sinks/elasticsearch";
import { beforeAll, describe, expect, it } from "vitest";
import { examples } from "../../../packages/formats/scripts/examples.ts";
import { contentOf, loadTemplates } from "./content.ts";
import { openSearchRuns, useOpenSearch } from "./suite.ts";

interface Call {
	readonly who?: string;
	readonly tool?: string;
	readonly status?: "success" | "failure" | "denied";
	readonly reason?: string;
	readonly hoursAgo?: number;
	readonly phase?: "intent" | "outcome";
	/** Acts for this principal. */
	readonly as?: string;
}

const example = examples().get("mcp.request");
let made = 0;

/** A call of a tool as a server records it, now unless it says when. */
function call({
	who,
	tool = "create_ticket",
	status = "success",
	reason,
	hoursAgo = 0,
	phase,
	as,
}: Call): AuditEvent {
	if (example === undefined) throw new Error("no example");
	const { integrity: _, actor, outcome: __, ...event } = example;
	const at = Date.now() - hoursAgo * 3_600_000 + made;
	const random = Buffer.alloc(UUID7_RANDOM_BYTES);
	random.writeUInt32BE(made++, UUID7_RANDOM_BYTES - 4);
	const { id: ___, ...principal } = actor?.principal ?? { type: "unknown" };
	return {
		...event,
		id: uuid7(at, random),
		time: new Date(at).toISOString(),
		start_time: new Date(at).toISOString(),
		phase: phase ?? "outcome",
		actor: {
			...actor,
			principal: { ...principal, ...(who === undefined ? {} : { id: who }) },
			delegation: as === undefined ? [] : [{ type: "service", id: as }],
		},
		target: { kind: "tool", name: tool, server: { name: "tickets" } },
		...(phase === "intent"
			? {}
			: { outcome: { status, ...(reason === undefined ? {} : { reason }) } }),
	} as AuditEvent;
}

function sealedCalls(stream: string, calls: readonly Call[]): SealedEvent[] {
	const chain = sealer(stream);
	return calls.map((one) => chain.seal(call(one)));
}

describe.runIf(openSearchRuns)(
	"[siem.opensearch_queries] the first queries find what they ask for",
	() => {
		const opensearch = useOpenSearch();
		const [whole, cut, headless] = [randomUUID(), randomUUID(), randomUUID()];
		const query = new Map(contentOf("opensearch/queries").map(({ path, body }) => [path, body]));
		const ask = async (name: string, change: (body: string) => string = (body) => body) =>
			opensearch().call("POST", "/mcp-audit-*/_search", change(query.get(`queries/${name}`) ?? ""));

		beforeAll(async () => {
			await loadTemplates(opensearch());
			const events = [
				...sealedCalls(whole, [
					{ who: "alice", phase: "intent" },
					{ who: "alice" },
					{ who: "alice" },
					{ who: "alice", tool: "close_ticket", status: "failure", reason: "tool_error" },
					{ who: "bob", status: "denied", reason: "insufficient_scope" },
					{ who: "bob", status: "failure", reason: "tool_error" },
					{ who: "bob", status: "failure", reason: "request_timeout" },
					{ status: "denied", reason: "invalid_token" },
					{ who: "carol", as: "alice" },
					{ who: "alice", hoursAgo: 30 },
					{ who: "alice", hoursAgo: 30, status: "denied", reason: "insufficient_scope" },
				]),
				...sealedCalls(
					cut,
					Array.from({ length: 9 }, () => ({ who: "dave" })),
				).filter((_, at) => at !== 3 && at !== 4),
				...sealedCalls(
					headless,
					Array.from({ length: 4 }, () => ({ who: "erin" })),
				).slice(2),
			];
			const sink = elasticsearchSink({ url: opensearch().url });
			await sink.write(events, new AbortController().signal);
			await opensearch().refresh();
		});

		it("who called what", async () => {
			const { aggregations } = await ask("who-called-what");
			const rows = aggregations.calls.buckets.map(
				({ key, doc_count: count }: { key: string[]; doc_count: number }) => [...key, count],
			);
			expect(new Set(rows.map((row: unknown[]) => JSON.stringify(row)))).toEqual(
				new Set(
					[
						["alice", "create_ticket", 2],
						["alice", "close_ticket", 1],
						["bob", "create_ticket", 3],
						["(unknown)", "create_ticket", 1],
						["carol", "create_ticket", 1],
						["dave", "create_ticket", 7],
						["erin", "create_ticket", 2],
					].map(([who, tool, count]) =>
						JSON.stringify([who, tool, "tickets-mcp", "server", count]),
					),
				),
			);
		});

		it("failures by tool", async () => {
			const { aggregations } = await ask("failures-by-tool");
			const tools = aggregations.tools.buckets.map(
				({
					key,
					reasons,
				}: {
					key: string;
					reasons: { buckets: { key: string; doc_count: number }[] };
				}) => [
					key,
					Object.fromEntries(reasons.buckets.map((reason) => [reason.key, reason.doc_count])),
				],
			);
			expect(tools).toEqual([
				["create_ticket", { tool_error: 1, request_timeout: 1 }],
				["close_ticket", { tool_error: 1 }],
			]);
		});

		it("denied", async () => {
			const { hits } = await ask("denied");
			const shown = hits.hits.map(
				({ _source }: { _source: { event: { reason: string }; user?: { id: string } } }) => [
					_source.user?.id,
					_source.event.reason,
				],
			);
			expect(shown).toEqual([
				[undefined, "invalid_token"],
				["bob", "insufficient_scope"],
			]);
		});

		it("calls of one principal, also where another acted for it", async () => {
			const { hits } = await ask("calls-of-one-principal");
			expect(hits.total.value).toBe(5);
			const dave = await ask("calls-of-one-principal", (body) =>
				body.replaceAll('"alice"', '"dave"'),
			);
			expect(dave.hits.total.value).toBe(7);
		});

		it("gaps in a chain: a hole, a missing head, and nothing else", async () => {
			const { aggregations } = await ask("gaps-in-a-chain");
			const gaps = aggregations.streams.buckets.map(
				({
					key,
					first,
					missing,
				}: {
					key: string;
					first: { value: number };
					missing: { value: number };
				}) => [key, first.value, missing.value],
			);
			expect(new Set(gaps)).toEqual(
				new Set([
					[cut, 1, 2],
					[headless, 3, 0],
				]),
			);
		});

		it("are all proven here", () => {
			expect([...query.keys()]).toEqual(
				[
					"calls-of-one-principal",
					"denied",
					"failures-by-tool",
					"gaps-in-a-chain",
					"who-called-what",
				].map((name) => `queries/${name}`),
			);
		});
	},
);
