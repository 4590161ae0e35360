import type { Equipment } from "./equipment.ts";
import { measurePath } from "./measure-path.ts";
import { datadogEnvironment } from "./peers/datadog.ts";
import { type NullAgent, nullAgent, sendTo } from "./peers/null-agent.ts";
import { installPeers, PEERS } from "./peers/packages.ts";
import { heading, report } from "./report.ts";
import { cpuPerItem, paired, warmUpFor, type Measured } from "./rounds.ts";

/** CPU of one call less that of the bare call of the same round, in microseconds. */
const added = (bare: Measured, one: Measured): number => cpuPerItem(one) - cpuPerItem(bare);

/** One block less what the bare block of its round took, so that two peers' additions can be divided. */
const additions = (bare: readonly Measured[], of: readonly Measured[]): readonly Measured[] =>
	of.map((one, round) => {
		const same = bare[round] ?? one;
		return { ...one, cpuUs: added(same, one) * one.items };
	});

/** How many sides of a call make a span. */
const SENDING = { whole: 2, spans: 2, sentry: 1 } as const;

/** What was promised must have arrived, or the figure is that of a tool which lets go. */
function checkArrived(agent: NullAgent, calls: number): void {
	for (const [kind, sides] of Object.entries(SENDING)) {
		const { spans, metrics } = agent.received(kind, "tools/call echo");
		if (spans !== calls * sides || (kind === "whole" && metrics === 0))
			throw new Error(
				`${kind}: ${spans} of ${calls * sides} spans and ${metrics} exports of metrics arrived; the figure does not count`,
			);
	}
}

interface Size {
	readonly rounds: number;
	readonly scale: number;
}

/**
 * Prints what others add to a tools/call, beside what ours adds: client and server, spans, metrics and audit on. First
 * spans are thrown away before they are text, then each tool sends what it made to a server that only says yes.
 */
export async function benchPeers(size: Size): Promise<void> {
	await installPeers();
	const agent = await nullAgent();
	Object.assign(process.env, datadogEnvironment(agent.url));
	await compare(size, agent, false);
	await compare(size, agent, true);
	await agent.close();
}

async function compare({ rounds, scale }: Size, agent: NullAgent, sends: boolean): Promise<void> {
	sendTo(sends ? agent : undefined);
	const all: readonly Equipment[] = ["bare", "whole", "spans", "sentry", "datadog"];
	// dd-trace does not see SDK 2.
	const withoutDatadog = all.slice(0, -1);
	const paths = [
		{ sdk: "v1", transport: "in-memory", concurrency: 1, items: 3000, kinds: all },
		{ sdk: "v2", transport: "in-memory", concurrency: 1, items: 2000, kinds: withoutDatadog },
		{ sdk: "v1", transport: "http", concurrency: 64, items: 2000, kinds: all },
	] as const;
	for (const { items, kinds, ...variant } of paths) {
		const tracesBefore = agent.traces();
		const block = Math.max(50, Math.round(items * scale));
		const warmUpItems = warmUpFor(block, scale);
		const measured = await measurePath(variant, kinds, { rounds, items: block, warmUpItems });
		if (sends) checkArrived(agent, 1 + warmUpItems + block * rounds);
		const of = (kind: Equipment): readonly Measured[] => measured.get(kind) ?? [];
		const bare = of("bare");
		heading(
			`Beside others${sends ? ", all sending" : ""}: tools/call, ${variant.sdk} ${variant.transport}, ${variant.concurrency} at once (added CPU, both processes)`,
		);
		report(
			"bare",
			paired(bare, bare, (_, one) => cpuPerItem(one)),
			"µs",
		);
		const named = (kind: Equipment, name: string): void =>
			report(`${name}: added CPU`, paired(bare, of(kind), added), "µs");
		named("whole", "ours, whole: both sides, spans, metrics, audit");
		named("spans", "ours, spans alone: both sides");
		named("sentry", `@sentry/node ${PEERS["@sentry/node"]}: server`);
		if (kinds.includes("datadog")) {
			named("datadog", `dd-trace ${PEERS["dd-trace"]}: both sides`);
			// Its spans went to the agent, or the figure is that of a tracer which sees nothing.
			if (agent.traces() - tracesBefore < block * rounds)
				throw new Error(
					"dd-trace sent fewer traces than there were calls; its figure does not count",
				);
		}
		report(
			"ours, whole ÷ Sentry: added CPU",
			paired(
				additions(bare, of("sentry")),
				additions(bare, of("whole")),
				(sentry, whole) => cpuPerItem(whole) / cpuPerItem(sentry),
			),
			"×",
			{ kind: "at_most", value: 0.25 },
		);
	}
	sendTo(undefined);
}
