import type { SinkFaultKind } from "@mcp-trail/audit/testing";
import { type Call, type ContractServer, contractServer, type Reply } from "./contract-server.ts";

/** A destination that takes what it is sent until a test tells it otherwise. */
export interface Scripted {
	readonly server: ContractServer;
	/** Ids that it refuses. */
	readonly poison: Set<string>;
	/** Answers the next calls so, `undefined` as it should; `andStores`: what they bring is kept all the same. */
	readonly answer: (next: readonly (Reply | undefined)[], andStores?: boolean) => void;
	/** Answers every later call so, until told `undefined`. */
	readonly always: (reply: Reply | undefined) => void;
	/** As `fault` of `checkSink` has it. */
	readonly fault: (kind: SinkFaultKind | "none", ids?: ReadonlySet<string>) => void;
}

/** Starts a destination; `take` keeps what a call brings and answers, `aside` answers calls that bring nothing, such as those for tokens. */
export async function scripted(
	take: (call: Call, poison: ReadonlySet<string>) => Reply,
	aside: (call: Call) => Reply | undefined = () => undefined,
): Promise<Scripted> {
	const poison = new Set<string>();
	let replies: (Reply | undefined)[] = [];
	let always: Reply | undefined;
	let storing = false;
	const server = await contractServer((call) => {
		const other = aside(call);
		if (other !== undefined) return other;
		const reply = replies.shift() ?? always;
		if (reply === undefined) return take(call, poison);
		if (storing) take(call, poison);
		return reply;
	});
	return {
		server,
		poison,
		answer: (next, andStores = false) => {
			replies = [...next];
			storing = andStores;
		},
		always: (reply) => {
			always = reply;
		},
		fault: (kind, ids) => {
			poison.clear();
			always = kind === "down" ? { status: 503 } : kind === "silent" ? "hang" : undefined;
			if (kind === "poison") for (const id of ids ?? []) poison.add(id);
		},
	};
}
