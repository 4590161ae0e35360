import type { Audit, Decision } from "@mcp-trail/audit";
import type { NewEvent } from "@mcp-trail/event";
import {
	currentTicket,
	enterTicket,
	type HttpTicket,
	takeOver,
	ticketOf,
	withTicket,
} from "../hook/http-ticket.ts";
import type { Asked } from "./asked.ts";
import type { ClientAddressReader } from "./client-address.ts";
import { httpOf } from "./describe-refusal.ts";
import { edgeJudge } from "./edge-judge.ts";
import { edgeListen } from "./edge-listen.ts";
import { edgeRefusals, type Answered } from "./edge-refusals.ts";
import type { WatchedStream } from "./listen.ts";
import { DROPPED } from "./refusal.ts";

/** One exchange under watch. */
export interface WatchedExchange {
	run<R>(inside: () => R): R;
	/** As `run`, where the inside is not called from here. */
	enter(): void;
	/** A transport inside has recorded a frame of it. */
	isSeen(): boolean;
	/** Notes that it was answered. */
	over(): void;
	/** True where an answer of this status is this edge's to record: a refusal that no transport inside saw. */
	isOurs(status: number | undefined): boolean;
	ended(answer: Answered): void;
	/** Watches the answer to a `subscriptions/listen` that no transport inside saw; undefined for all others. */
	listening(
		status: number,
		contentType: string | undefined,
		contentEncoding: string | undefined,
	): WatchedStream | undefined;
}

/** What the wrappers of an edge share. */
export interface EdgeCore {
	/** Begins to watch an exchange; undefined where it is not this edge's. */
	watch(ask: () => Asked): WatchedExchange | undefined;
	guarded<R>(work: () => R): R | undefined;
	flush(): void;
}

/** Makes what the wrappers of an edge share. */
export function edgeCore(options: {
	readonly audit: Audit;
	readonly isMcp: (path: string) => boolean;
	readonly addressOf: ClientAddressReader;
	readonly windowMs: number;
	readonly maxKinds: number;
	/** An edge of the same audit inside this one takes over. @default false */
	readonly yields?: boolean;
	readonly onFault: (fault: unknown) => void;
}): EdgeCore {
	const { audit, onFault, yields = false } = options;

	function guarded<R>(work: () => R): R | undefined {
		try {
			return work();
		} catch (fault) {
			onFault(fault);
			return undefined;
		}
	}

	const record = (event: NewEvent, decision: Decision | undefined): void =>
		guarded(() => audit.record(event, decision));
	const parts = { audit, judge: edgeJudge(audit, guarded, onFault), record };
	const refusals = edgeRefusals(parts, options);

	const open = new Set<WatchedStream>();
	/** A stream that is still open when the audit closes ends with it: its connection may tell of its end too late. */
	function opened(stream: WatchedStream | undefined): WatchedStream | undefined {
		if (stream === undefined) return undefined;
		open.add(stream);
		return {
			see: (chunk) => stream.see(chunk),
			ended() {
				open.delete(stream);
				stream.ended();
			},
		};
	}
	audit.closing?.addEventListener(
		"abort",
		() => {
			for (const stream of open) guarded(() => stream.ended());
			open.clear();
		},
		{ once: true },
	);

	return {
		guarded,
		watch: (ask) =>
			guarded(() => {
				const asked = ask();
				// An edge around this one counts already.
				if (ticketOf(audit, asked.request) !== undefined || !options.isMcp(asked.path))
					return undefined;
				if (!yields) takeOver(audit, asked.request);
				const started = { ms: Date.now(), us: Math.round(performance.now() * 1000) };
				const ticket: HttpTicket = {
					key: audit,
					seen: false,
					network: {
						...options.addressOf(asked.remote, (name) => asked.header(name)),
						http: httpOf(asked),
					},
					certificate: asked.certificate(),
					outer: yields ? undefined : currentTicket(),
					...(yields && { yields }),
				};
				// Of an entry that rejects an older era, 202 is its answer to a notification that it drops.
				const isDropped = (status: number | undefined): boolean =>
					status === DROPPED && ticket.hasEntry === true && asked.method === "POST";
				const isOurs = (status: number | undefined): boolean =>
					!ticket.seen &&
					ticket.taken !== true &&
					(status === undefined || status >= 400 || isDropped(status));
				let isEnded = false;
				return {
					run: (inside) => withTicket(ticket, asked.request, inside),
					enter: () => enterTicket(ticket, asked.request),
					isSeen: () => ticket.seen,
					isOurs,
					over() {
						ticket.isOver = true;
					},
					ended(answer) {
						if (isEnded || !isOurs(answer.status)) return;
						isEnded = true;
						guarded(() => refusals.take(asked, ticket, answer, started));
					},
					listening: (status, contentType, contentEncoding) =>
						ticket.seen || status !== 200
							? undefined
							: guarded(() =>
									opened(
										edgeListen(parts, { asked, ticket, started }, { contentType, contentEncoding }),
									),
								),
				};
			}),
		flush: () => refusals.flush(),
	};
}
