import type { Audit } from "@mcp-trail/audit";
import { timeText, type KnownType, type NewEvent, type Operation } from "@mcp-trail/event";
import { describeCoarsely, describeConnection, describeMessage } from "../describe/message.ts";
import { at } from "../describe/methods.ts";
import { findingFrom } from "../describe/finding.ts";
import { boundedTable, type BoundedTable } from "../correlation/bounded-table.ts";
import { named } from "../random-ids.ts";
import { shortKey } from "../short-key.ts";
import { operationInside } from "../correlation/around.ts";
import type { Connection } from "../peer-connection.ts";
import type { Observer, Seen } from "../observer.ts";
import { noteLocalInput } from "../inputs/local-inputs.ts";
import { endSubscriptions, noteSubscription } from "../subscriptions/subscriptions.ts";
import { noteTask } from "../tasks/follow-tasks.ts";
import { tasksOf } from "../tasks/tasks.ts";
import { messageFloods, numberOf } from "./message-floods.ts";

const HOUR_MS = 60 * 60 * 1000;

/** The longest part of a peer's text by which events are told apart. */
const MAX_PART = 256;

const part = (value: unknown): string =>
	typeof value === "string" ? value.slice(0, MAX_PART) : "";

/** A server's transport that serves one request is not told from the next: they are one flood, which no close ends. */
function ownerOf(connection: Connection, session: string | undefined): Connection | undefined {
	const { role, transport } = connection;
	return role === "server" && transport === "streamable_http" && session === undefined
		? undefined
		: connection;
}

type Told = BoundedTable<true>;

/** Each client may have an instrumentation of its own. */
const toldUnlisted = new WeakMap<Audit, Told>();

function unlistedOf(audit: Audit): Told {
	const known = toldUnlisted.get(audit);
	if (known !== undefined) return known;
	const made = boundedTable<true>({ maxEntries: 1000, ttlMs: HOUR_MS, nowMs: Date.now });
	toldUnlisted.set(audit, made);
	return made;
}

/** Makes events of what is no request: other notifications, frames that were dropped, stray answers, connections. */
export function messages(
	audit: Audit,
	sessionOf: (connection: Connection) => string | undefined,
	lastSessionOf: (connection: Connection) => string | undefined,
): Required<
	Pick<Observer, "notification" | "refused" | "unmatched" | "opened" | "closed" | "input">
> {
	const { policy, digester } = audit;
	const floods = messageFloods(audit);
	const unlisted = unlistedOf(audit);

	/** What is sent inside a handler is part of its request; what a task's keeper tells of it, of the call that made it. */
	function operationOf({
		connection,
		direction,
		inbound,
		method,
		params,
	}: Seen): Operation | undefined {
		const task = method?.startsWith("notifications/tasks") === true && params?.["taskId"];
		const tasks = tasksOf(audit);
		const made =
			typeof task === "string" && task !== ""
				? tasks.operation(connection, tasks.digest(task), direction)
				: undefined;
		return made ?? (inbound ? undefined : operationInside(audit));
	}

	function record(type: KnownType, seen: Seen): void {
		const { connection, direction, method, misfit, auth, authScheme, identity, network } = seen;
		const session = sessionOf(connection);
		const owner = ownerOf(connection, session);
		const operation = type === "mcp.notification" ? operationOf(seen) : undefined;
		const { iss, sub } = auth?.claims ?? {};
		const alike = [
			owner === undefined ? 0 : numberOf(owner),
			direction,
			part(method),
			misfit,
			authScheme,
			part(iss),
			part(sub),
			part(auth?.clientId),
			part(identity?.principal.issuer),
			part(identity?.principal.id),
			part(network?.client_address),
			part(method === "notifications/resources/updated" ? at(seen.params, ["uri"]) : ""),
		];
		floods.take({
			key: `${type} ${JSON.stringify(alike)}`,
			coarseKey: [type, connection.role, connection.transport, direction, misfit].join(" "),
			owner,
			within: operation?.id ?? seen.trace?.traceId,
			startMs: seen.atMs,
			endMs: seen.atMs,
			build: (isCoarse) => ({
				event: isCoarse
					? describeCoarsely(type, seen, policy)
					: describeMessage(type, seen, policy, digester, session, operation),
			}),
		});
	}

	/** Of a server that nobody listed: the first time in an hour. */
	function isNewsUnlisted({ reached }: Connection): boolean {
		if (reached?.listed !== false) return false;
		const key = shortKey(reached.id ?? reached.origin ?? "");
		if (unlisted.get(key)) return false;
		unlisted.set(key, true);
		return true;
	}

	return {
		notification(seen) {
			record("mcp.notification", seen);
			if (seen.method?.startsWith("notifications/") !== true) return;
			const event = (): NewEvent =>
				describeMessage("mcp.notification", seen, policy, digester, sessionOf(seen.connection));
			noteSubscription(audit, seen, event);
			if (seen.method.startsWith("notifications/tasks")) noteTask(audit, seen, event);
		},
		input: (input) =>
			noteLocalInput(audit, input, () =>
				describeConnection(input.connection, undefined, policy, sessionOf(input.connection)),
			),
		refused: (seen) => record("mcp.message.refused", seen),
		unmatched: (seen) => record("mcp.message.unmatched", seen),
		opened(connection) {
			const event = describeConnection(connection, undefined, policy, sessionOf(connection));
			if (isNewsUnlisted(connection)) {
				const opening = named(event);
				audit.record(opening);
				audit.record(findingFrom("unlisted_server", opening));
			} else audit.record(event);
		},
		closed(connection, closing) {
			floods.flush(connection);
			endSubscriptions(audit, connection, timeText(closing.endMs));
			if (!closing.opened) return;
			// A client that ends its session forgets the id before it closes.
			const session = sessionOf(connection) ?? lastSessionOf(connection);
			audit.record(describeConnection(connection, closing, policy, session));
		},
	};
}
