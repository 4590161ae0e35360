import { isObject } from "../hook/frame.ts";
import type { Connection } from "../peer-connection.ts";
import type { Exchange, Refusal } from "../observer.ts";
import type { JsonObject, Meta } from "../json-object.ts";
import { injects } from "../otel/inject.ts";
import { a2aFromBaggage } from "./a2a-baggage.ts";
import { turnIdOf } from "./ai-invocation.ts";
import { readClaim, writeClaim, type A2aIds, type Claim } from "./claim.ts";
import { AUDIT_EXTENSION, extensionIdentifier } from "./identifier.ts";
import { isShareable, readReceipt, receiptOf } from "./receipt.ts";
import { clientSettings, declares, serverSettings, type ExtensionOptions } from "./settings.ts";

/** The audit extension as one instrumentation speaks it. */
export interface Extension {
	readonly id: string;
	/** What a side says of itself under the identifier. */
	settings(role: "client" | "server"): JsonObject;
	/** What a request says of its operation; on its way out, what the application wrote itself. */
	claim(request: Pick<Exchange, "meta">): Claim | undefined;
	turnId(exchange: Exchange): string | undefined;
	a2a(exchange: Exchange): A2aIds | undefined;
	/** True when a request on its way out is to carry a block. */
	writes(exchange: Exchange): boolean;
	block(claim: Claim): Meta;
	/** True when the peer is known to have declared the extension. */
	isDeclared(exchange: Exchange, claim: Claim | undefined): boolean;
	/** Learns from a handshake's request what its client can do. */
	asked(exchange: Exchange): void;
	/** Learns from an answer what its server can do. */
	answered(exchange: Exchange, result: JsonObject): void;
	/** Why a request is refused where the extension is mandatory. */
	refusal(exchange: Exchange, claim: Claim | undefined): Refusal | undefined;
	/** As `refusal`, of a request of 2026-07-28 that no server sees: its entry answers it. */
	refusalAtEntry(meta: JsonObject | undefined): Refusal | undefined;
	/** The receipt of an answer, where its client gets one; `eventId` is asked for it only then. */
	receipt(
		exchange: Exchange,
		claim: Claim | undefined,
		result: JsonObject,
		eventId: () => string,
	): Meta | undefined;
	/** The event that a server's receipt names. */
	receiptIn(result: JsonObject): string | undefined;
}

const CLIENT_CAPABILITIES = "io.modelcontextprotocol/clientCapabilities";
/** JSON-RPC code of a refusal for a capability that the client did not declare. */
export const MISSING_CAPABILITY = -32021;

/** By these a peer learns what is asked of it; they are answered to everybody. */
const OPEN: ReadonlySet<string> = new Set(["initialize", "ping", "server/discover"]);
/** No receipt names the event of a handshake, nor of a poll: polls that are alike share one. */
const UNNAMED: ReadonlySet<string> = new Set(["initialize", "server/discover", "tasks/get"]);
const HANDSHAKES: ReadonlySet<string> = new Set(["initialize", "server/discover"]);

const TASKS: ReadonlySet<string> = new Set([
	"tasks/get",
	"tasks/result",
	"tasks/update",
	"tasks/cancel",
]);

const isOfOneRequest = (connection: Connection): boolean =>
	connection.transport === "streamable_http" && connection.sessionId() === undefined;

/** Makes the extension of one instrumentation. */
export function auditExtension(options: ExtensionOptions): Extension {
	const id = extensionIdentifier(options.id ?? AUDIT_EXTENSION);
	const { receipts = false, mandatory = false, a2aBaggage = false } = options;
	const missing: Refusal = {
		code: MISSING_CAPABILITY,
		message: `This server requires the extension ${id}`,
		reason: "missing_capability",
		data: { requiredCapabilities: { extensions: { [id]: {} } } },
	};
	/** What the peer of a connection declared when it was opened. */
	const declared = new WeakMap<Connection, boolean>();

	function isDeclared(exchange: Exchange, claim: Claim | undefined): boolean {
		const { connection, meta, inbound } = exchange;
		if (inbound && connection.role === "server") {
			const capabilities = meta?.[CLIENT_CAPABILITIES];
			// Of a modern request nothing that came earlier says what its client can do.
			if (capabilities !== undefined || exchange.era === "modern")
				return declares(capabilities, id);
			// Where each request has a connection of its own, there was no handshake: only the block can declare it.
			return declared.get(connection) ?? (claim !== undefined && isOfOneRequest(connection));
		}
		return declared.get(connection) === true;
	}

	return {
		id,
		settings: (role) => (role === "server" ? serverSettings(options) : clientSettings()),
		claim: ({ meta }) =>
			meta !== undefined && Object.hasOwn(meta, id) ? readClaim(meta[id]) : undefined,
		turnId: ({ meta }) => turnIdOf(meta, id),
		a2a: ({ meta }) => (a2aBaggage ? a2aFromBaggage(meta) : undefined),
		writes({ connection, inbound, method, era, meta }) {
			if (inbound) return false;
			const known = declared.get(connection);
			// Who declared the extension takes the block of what is asked of a task, in any revision.
			const isTaken = known === true && TASKS.has(method);
			if (!isTaken && !injects("spec", method, era === "modern")) return false;
			if (meta !== undefined && Object.hasOwn(meta, id)) return false;
			return connection.role === "client" ? known !== false : known === true;
		},
		block: (claim) => ({ [id]: writeClaim(claim) }),
		isDeclared,
		asked({ connection, inbound, method, params }) {
			if (inbound && connection.role === "server" && method === "initialize")
				declared.set(connection, declares(params?.["capabilities"], id));
		},
		answered({ connection, inbound, method }, result) {
			if (!inbound && connection.role === "client" && HANDSHAKES.has(method))
				declared.set(connection, declares(result["capabilities"], id));
		},
		refusal(exchange, claim) {
			const { connection, inbound, method } = exchange;
			if (!mandatory || !inbound || connection.role !== "server" || OPEN.has(method))
				return undefined;
			return isDeclared(exchange, claim) ? undefined : missing;
		},
		refusalAtEntry: (meta) =>
			mandatory && !declares(meta?.[CLIENT_CAPABILITIES], id) ? missing : undefined,
		receipt(exchange, claim, result, eventId) {
			const { connection, inbound } = exchange;
			if (!receipts || !inbound || connection.role !== "server") return undefined;
			if (UNNAMED.has(exchange.method) || isShareable(result)) return undefined;
			const meta = result["_meta"];
			if (meta !== undefined && !isObject(meta)) return undefined;
			return isDeclared(exchange, claim) ? receiptOf(id, eventId()) : undefined;
		},
		receiptIn: (result) => readReceipt(result, id),
	};
}
