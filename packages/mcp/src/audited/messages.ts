import type { Audit } from "@mcp-trail/audit";
import type { KnownType } from "@mcp-trail/event";
import { describeConnection, describeMessage } from "../describe/message.ts";
import { at } from "../describe/methods.ts";
import type { Connection, Observer, Seen } from "../observer.ts";
import { foldingOf } from "./folding.ts";

/** The longest part of a peer's text by which events are told apart. */
const MAX_PART = 256;

const part = (value: unknown): string =>
	typeof value === "string" ? value.slice(0, MAX_PART) : "";

/** Makes events of what is no request: other notifications, frames that were dropped, stray answers, connections. */
export function messages(
	audit: Audit,
	sessionOf: (connection: Connection) => string | undefined,
	lastSessionOf: (connection: Connection) => string | undefined,
): Required<Pick<Observer, "notification" | "refused" | "unmatched" | "opened" | "closed">> {
	const { policy, digester } = audit;
	const folding = foldingOf(audit);
	const numbers = new WeakMap<Connection, number>();
	let next = 1;

	/** A server's transport that serves one request is not told from the next: they are one flood. */
	function numberOf(connection: Connection, session: string | undefined): number {
		const { role, transport } = connection;
		if (role === "server" && transport === "streamable_http" && session === undefined) return 0;
		let number = numbers.get(connection);
		if (number === undefined) numbers.set(connection, (number = next++));
		return number;
	}

	function record(type: KnownType, seen: Seen): void {
		const { connection, direction, method, misfit, auth, authScheme } = seen;
		const session = sessionOf(connection);
		const { iss, sub } = auth?.claims ?? {};
		const alike = [
			numberOf(connection, session),
			direction,
			part(method),
			misfit,
			authScheme,
			part(iss),
			part(sub),
			part(auth?.clientId),
			part(method === "notifications/resources/updated" ? at(seen.params, ["uri"]) : ""),
		];
		folding.add(type, JSON.stringify(alike), connection, () =>
			describeMessage(type, seen, policy, digester, session),
		);
	}

	return {
		notification: (seen) => record("mcp.notification", seen),
		refused: (seen) => record("mcp.message.refused", seen),
		unmatched: (seen) => record("mcp.message.unmatched", seen),
		opened(connection) {
			audit.record(describeConnection(connection, undefined, policy, sessionOf(connection)));
		},
		closed(connection, closing) {
			folding.flush(connection);
			if (!closing.opened) return;
			// A client that ends its session forgets the id before it closes.
			const session = sessionOf(connection) ?? lastSessionOf(connection);
			audit.record(describeConnection(connection, closing, policy, session));
		},
	};
}
