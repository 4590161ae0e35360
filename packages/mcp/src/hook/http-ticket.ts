import { AsyncLocalStorage } from "node:async_hooks";
import type { Network } from "@mcp-trail/event";
import type { CertificateFacts } from "../credentials.ts";
import type { Connection } from "../peer-connection.ts";
import type { Observer } from "../observer.ts";
import type { Watcher } from "./watch.ts";

/** One HTTP exchange that an edge watches, so that a transport inside it can say what it records itself. */
export interface HttpTicket {
	/** What makes edge and transport the same recorder: the audit. */
	readonly key: unknown;
	/** A transport inside has seen a frame of this exchange, and records it. */
	seen: boolean;
	/** An instrumented entry answers it: what no transport inside saw was let go of by that entry. */
	hasEntry?: boolean;
	/** It was answered: a request object that is handled once more is another exchange. */
	isOver?: boolean;
	/** Where the exchange came from, as the edge knows it. */
	readonly network: Network;
	/** Of the connection it came on. */
	readonly certificate: CertificateFacts | undefined;
	/** An edge of another audit around this one. */
	readonly outer: HttpTicket | undefined;
	/** Of the watch on the whole process: an edge inside it takes over. */
	readonly yields?: boolean;
	/** An edge inside has taken over. */
	taken?: boolean;
}

const current = new AsyncLocalStorage<HttpTicket>();
/** Body parsers of old lose the asynchronous context; the request object does not get lost. */
const ofRequest = new WeakMap<object, HttpTicket>();

/** Runs the inside of an edge. */
export function withTicket<R>(ticket: HttpTicket, request: object, run: () => R): R {
	ofRequest.set(request, ticket);
	return current.run(ticket, run);
}

/** Gives what follows in this turn, and what it begins, the ticket: where nothing can be run within it. */
export function enterTicket(ticket: HttpTicket, request: object): void {
	ofRequest.set(request, ticket);
	current.enterWith(ticket);
}

/** What a transport notes of a request around which no edge stands: nothing is left out for it. */
const NO_EDGE = Symbol("no edge");

/**
 * Runs a transport's handling of a request within the ticket of that request. Where no edge gave one out, `from`
 * tells where the request came from.
 */
export function resumeTicket<R>(
	request: unknown,
	run: () => R,
	from?: () => Pick<HttpTicket, "certificate" | "network">,
): R {
	const ticket =
		typeof request === "object" && request !== null ? ofRequest.get(request) : undefined;
	const here = current.getStore();
	if (ticket !== undefined) return ticket === here ? run() : current.run(ticket, run);
	if (here !== undefined || from === undefined) return run();
	return current.run({ key: NO_EDGE, seen: false, ...from(), outer: undefined }, run);
}

/** The ticket of the exchange under way. */
export function currentTicket(): HttpTicket | undefined {
	return current.getStore();
}

/** The ticket that an edge of this audit has already given out for the exchange under way. */
export function ticketOf(key: unknown, request: object): HttpTicket | undefined {
	// Between two edges the asynchronous context may get lost; the request object does not.
	for (const first of [current.getStore(), ofRequest.get(request)])
		for (let ticket = first; ticket; ticket = ticket.outer)
			if (ticket.key === key && ticket.isOver !== true && ticket.yields !== true) return ticket;
	return undefined;
}

/** Notes that an instrumented entry of this audit answers the exchange under way. */
export function markEntry(key: unknown): void {
	for (let ticket = current.getStore(); ticket; ticket = ticket.outer)
		if (ticket.key === key) ticket.hasEntry = true;
}

/** Tells the watch on the whole process that an edge of its audit counts this exchange. */
export function takeOver(key: unknown, request: object): void {
	for (const first of [current.getStore(), ofRequest.get(request)])
		for (let ticket = first; ticket; ticket = ticket.outer)
			if (ticket.key === key && ticket.yields === true) ticket.taken = true;
}

const HTTP: ReadonlySet<Connection["transport"]> = new Set(["streamable_http", "http_sse"]);

/** Notes that watchers of a server's transport record a frame: the edge around it is to leave it out. */
export function markSeen(
	{ role, transport }: Connection,
	watchers: readonly Watcher[],
	member: keyof Observer,
): void {
	// A call to another server in memory, made on the way in, is none of this exchange's frames.
	if (role !== "server" || !HTTP.has(transport)) return;
	for (let ticket = current.getStore(); ticket; ticket = ticket.outer) {
		const { key } = ticket;
		if (watchers.some((watcher) => watcher.key === key && watcher.observer[member] !== undefined))
			ticket.seen = true;
	}
}
