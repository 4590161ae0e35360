// Written once from open-telemetry/semantic-conventions-genai docs/gen-ai/mcp.md at e9de14b (status: Development), and from nothing of ours.
// Its `rpc.response.status_code` is what core calls `rpc.status_code` since semantic-conventions #3921.

/** Requirement level: conditional ones are required exactly when their condition holds, opt-in ones never come unasked. */
type Level = "required" | "conditional" | "recommended" | "opt_in";

interface Convention {
	readonly level: Level;
	readonly type: "string" | "int";
	/** The only values there are. */
	readonly values?: readonly string[];
}

type Table = Readonly<Record<string, Convention>>;

const text = (level: Level, values?: readonly string[]): Convention => ({
	level,
	type: "string",
	...(values && { values }),
});
const int = (level: Level): Convention => ({ level, type: "int" });

const network: Table = {
	"network.protocol.name": text("recommended", ["http", "websocket"]),
	"network.protocol.version": text("recommended"),
	"network.transport": text("recommended", ["tcp", "quic", "pipe"]),
};
const server: Table = {
	"server.address": text("recommended"),
	"server.port": int("recommended"),
};
const protocol: Table = {
	"jsonrpc.protocol.version": text("recommended"),
	"mcp.protocol.version": text("recommended"),
	...network,
};
const operation: Table = {
	"mcp.method.name": text("required"),
	"error.type": text("conditional"),
	"gen_ai.prompt.name": text("conditional"),
	"gen_ai.tool.name": text("conditional"),
	"rpc.response.status_code": text("conditional"),
	"gen_ai.operation.name": text("recommended", ["execute_tool"]),
	"mcp.resource.uri": text("opt_in"),
	...protocol,
};
const span: Table = {
	...operation,
	"jsonrpc.request.id": text("conditional"),
	"mcp.resource.uri": text("conditional"),
	"mcp.session.id": text("recommended"),
	"gen_ai.tool.call.arguments": text("opt_in"),
	"gen_ai.tool.call.result": text("opt_in"),
};
const session: Table = { "error.type": text("conditional"), ...protocol };

/** Attributes of the span of a request, by kind. */
const spans = {
	CLIENT: { ...span, ...server },
	SERVER: { ...span, "client.address": text("recommended"), "client.port": int("recommended") },
} as const satisfies Readonly<Record<string, Table>>;

/** The four durations: all histograms in seconds, recommended, with the same advised bounds. */
const metrics = {
	"mcp.client.operation.duration": { ...operation, ...server },
	"mcp.server.operation.duration": operation,
	"mcp.client.session.duration": { ...session, ...server },
	"mcp.server.session.duration": session,
} as const satisfies Readonly<Record<string, Table>>;

export const metricNames = [
	"client.operation",
	"client.session",
	"server.operation",
	"server.session",
].map((part) => `mcp.${part}.duration`);
export const unit = "s";
export const boundaries = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300];

/** An argument of a prompt follows; opt-in on spans and metrics alike. */
const PROMPT_VARIABLE = "gen_ai.prompt.variable.";

/** Codes by which a peer says that the caller was wrong: no error of the server's span. */
const CALLER_FAULTS = ["-32700", "-32600", "-32601", "-32602", "-32002"];

interface NamedSpan {
	readonly name: string;
	readonly kind: "CLIENT" | "SERVER";
	readonly attributes: Readonly<Record<string, unknown>>;
	readonly status: { readonly isError: boolean; readonly isOk: boolean };
}

/** What the name and the status of a span have against the conventions. */
export function spanFaults({ name, kind, attributes, status }: NamedSpan): readonly string[] {
	const {
		"mcp.method.name": method,
		"gen_ai.tool.name": tool,
		"gen_ai.prompt.name": prompt,
		"error.type": errorType,
		"rpc.response.status_code": code,
	} = attributes;
	const named = tool ?? prompt;
	const target = typeof named === "string" ? ` ${named}` : "";
	// Of low cardinality: what a server does not have is no part of its span's name.
	const names =
		kind === "SERVER"
			? [`${String(method)}${target}`, method, "_OTHER"]
			: [`${String(method)}${target}`];
	const faults: string[] = [];
	if (!names.includes(name)) faults.push(`${kind} is called ${name}`);
	if (status.isError !== (errorType !== undefined))
		faults.push(`${name} has error.type ${String(errorType)} and status ${status.isError}`);
	if (status.isOk) faults.push(`${name} says OK, which only an application does`);
	if (code === undefined) return faults;
	const isCallers = CALLER_FAULTS.some((one) => one === code);
	const expected = kind === "SERVER" && isCallers ? undefined : code;
	if (errorType !== expected)
		faults.push(`${name} has error.type ${String(errorType)}, not of its code`);
	return faults;
}

/** The table of a span kind or of a metric. */
function tableOf(name: string): Table {
	const found = new Map<string, Table>([...Object.entries(spans), ...Object.entries(metrics)]).get(
		name,
	);
	if (found === undefined) throw new Error(`The conventions know no ${name}.`);
	return found;
}

interface Faults {
	/** Conditions that hold, by the attribute that is then required. */
	readonly conditions: Readonly<Record<string, boolean>>;
	/** Attributes of our own namespace. */
	readonly own?: readonly string[];
}

/** What a set of attributes has against the conventions. */
export function faultsOf(
	name: string,
	attributes: Readonly<Record<string, unknown>>,
	{ conditions, own = [] }: Faults,
): readonly string[] {
	const table = tableOf(name);
	const faults: string[] = [];
	for (const [key, { level, type, values }] of Object.entries(table)) {
		const value = attributes[key];
		if (level === "required" && value === undefined) faults.push(`${name} lacks ${key}`);
		if (level === "opt_in" && value !== undefined) faults.push(`${name} has ${key} unasked`);
		if (level === "conditional" && (value !== undefined) !== (conditions[key] ?? false))
			faults.push(`${name} ${value === undefined ? "lacks" : "has"} ${key}`);
		if (value === undefined) continue;
		if (
			type === "string" ? typeof value !== "string" || value === "" : !Number.isSafeInteger(value)
		)
			faults.push(`${key} is no ${type}`);
		if (values && !values.some((allowed) => allowed === value))
			faults.push(`${key} is not of ${values.join()}`);
	}
	for (const key of Object.keys(attributes))
		if (key.startsWith(PROMPT_VARIABLE)) faults.push(`${name} has ${key} unasked`);
		else if (!(key in table) && !own.includes(key)) faults.push(`${name} has ${key}`);
	return faults;
}
