import type { StoredEvent } from "@mcp-trail/event";

/** One request of an operation, as its events say it. */
interface Step {
	readonly tool: string | undefined;
	readonly role: string | undefined;
	readonly hop: number;
	readonly attempt: number;
	readonly leg: number;
	readonly status: string | undefined;
}

/** Everything that belongs to one logical call. */
export interface Rebuilt {
	readonly id: string;
	readonly steps: readonly Step[];
}

/** Rebuilds operations from events alone, as docs/correlation.md says: by id, and at a server by principal, too. */
export function operationsOf(events: readonly StoredEvent[]): readonly Rebuilt[] {
	const found = new Map<string, { readonly id: string; readonly steps: Step[] }>();
	for (const { type, phase, operation, actor, mcp, target, outcome } of events) {
		if (type !== "mcp.request" || phase !== "outcome" || operation === undefined) continue;
		const { issuer, id: who } = actor?.principal ?? {};
		const key = JSON.stringify([operation.id, mcp?.role === "server" ? [issuer, who] : []]);
		const rebuilt = found.get(key) ?? { id: operation.id, steps: [] };
		rebuilt.steps.push({
			tool: target?.name,
			role: mcp?.role,
			hop: operation.hop ?? 0,
			attempt: operation.attempt ?? 1,
			leg: operation.leg ?? 0,
			status: outcome?.status,
		});
		found.set(key, rebuilt);
	}
	for (const { steps } of found.values())
		steps.sort((a, b) => a.hop - b.hop || a.attempt - b.attempt || a.leg - b.leg);
	return [...found.values()];
}
