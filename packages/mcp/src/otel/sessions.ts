import type * as api from "@opentelemetry/api";
import { cleanText } from "@mcp-trail/event";
import type { Closing, Connection } from "../peer-connection.ts";
import type { Exchange, Seen } from "../observer.ts";
import type { Instruments } from "./instruments.ts";
import { connectionAttributes } from "./operation.ts";
import { ATTR_ERROR_TYPE, ATTR_MCP_PROTOCOL_VERSION } from "./semconv.ts";

interface Session {
	readonly startUs: number;
	/** Both sides have said that it began. */
	established: boolean;
}

/** Follows the session of each connection, from `initialize` to its close. */
export interface Sessions {
	readonly requested: (exchange: Exchange) => void;
	readonly notified: (seen: Seen) => void;
	readonly closed: (
		connection: Connection,
		closing: Closing,
		instruments: Instruments | undefined,
	) => void;
}

/** Measures sessions: those of protocol versions before 2026-07-28; later ones, and HTTP without a session id, have none. */
export function sessions(): Sessions {
	const open = new WeakMap<Connection, Session>();
	return {
		requested({ method, connection, direction, startUs }) {
			if (method !== "initialize" || direction !== "client_to_server" || open.has(connection))
				return;
			open.set(connection, { startUs, established: false });
		},
		notified({ method, connection, direction }) {
			if (direction !== "client_to_server" || method !== "notifications/initialized") return;
			const session = open.get(connection);
			if (session === undefined) return;
			// Asked for now: a client that ends its session forgets the id before it closes.
			session.established =
				connection.protocolVersion() !== undefined &&
				(connection.transport !== "streamable_http" || connection.sessionId() !== undefined);
		},
		closed(connection, { cutOff }, instruments) {
			const session = open.get(connection);
			open.delete(connection);
			if (session === undefined || !session.established || instruments === undefined) return;
			const { bounded, session: duration } = instruments[connection.role];
			const attributes: api.Attributes = {};
			const version = cleanText(connection.protocolVersion(), 32);
			if (version !== undefined)
				attributes[ATTR_MCP_PROTOCOL_VERSION] = bounded(ATTR_MCP_PROTOCOL_VERSION, version, true);
			connectionAttributes(connection, attributes);
			if (cutOff > 0) attributes[ATTR_ERROR_TYPE] = "connection_closed";
			const us = Math.max(0, performance.now() * 1000 - session.startUs);
			duration.record(us / 1e6, attributes);
		},
	};
}
