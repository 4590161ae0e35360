import type * as api from "@opentelemetry/api";
import { cleanText } from "@mcp-trail/event";
import type { Connection, Exchange, Seen } from "../observer.ts";
import { isObject } from "../hook/frame.ts";
import type { Instruments } from "./instruments.ts";
import { connectionAttributes } from "./operation.ts";
import { ATTR_ERROR_TYPE, ATTR_MCP_PROTOCOL_VERSION } from "./semconv.ts";

interface Session {
	readonly startUs: number;
	/** Both sides have said that it began. */
	established: boolean;
	/** Requests were still open when it closed. */
	cut: boolean;
}

/** Follows the session of each connection, from `initialize` to its close. */
export interface Sessions {
	readonly requested: (exchange: Exchange) => void;
	readonly notified: (seen: Seen) => void;
	/** A request was cut off by the end of its connection. */
	readonly cut: (connection: Connection) => void;
	readonly closed: (connection: Connection, instruments: Instruments | undefined) => void;
}

/** Measures sessions: those of protocol versions before 2026-07-28; later ones, and HTTP without a session id, have none. */
export function sessions(): Sessions {
	const open = new WeakMap<Connection, Session>();
	return {
		requested({ method, connection, direction, startUs }) {
			if (method !== "initialize" || direction !== "client_to_server" || open.has(connection))
				return;
			open.set(connection, { startUs, established: false, cut: false });
		},
		notified({ message, connection, direction }) {
			if (direction !== "client_to_server" || !isObject(message)) return;
			if (message["method"] !== "notifications/initialized") return;
			const session = open.get(connection);
			if (session === undefined) return;
			// Asked for now: a client that ends its session forgets the id before it closes.
			session.established =
				connection.protocolVersion() !== undefined &&
				(connection.transport !== "streamable_http" || connection.sessionId() !== undefined);
		},
		cut(connection) {
			const session = open.get(connection);
			if (session !== undefined) session.cut = true;
		},
		closed(connection, instruments) {
			const session = open.get(connection);
			open.delete(connection);
			if (session === undefined || !session.established || instruments === undefined) return;
			const { bounded, session: duration } = instruments[connection.role];
			const attributes: api.Attributes = {};
			const version = cleanText(connection.protocolVersion(), 32);
			if (version !== undefined)
				attributes[ATTR_MCP_PROTOCOL_VERSION] = bounded(ATTR_MCP_PROTOCOL_VERSION, version, true);
			connectionAttributes(connection, attributes);
			if (session.cut) attributes[ATTR_ERROR_TYPE] = "connection_closed";
			const us = Math.max(0, performance.now() * 1000 - session.startUs);
			duration.record(us / 1e6, attributes);
		},
	};
}
