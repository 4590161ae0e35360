import { z } from "zod";

/** Members whose values are made up, or measured, anew in each run. */
const madeUp = new Set([
	"access_token",
	"actualDelayMs",
	"assertion",
	"client_assertion",
	"code_challenge",
	"code_verifier",
	"computedChallenge",
	"date",
	"etag",
	"requestState",
	"requestStateReceived",
	"requestStateSent",
	"state",
	"storedChallenge",
	"timestamp",
]);

/** What instrumenting may add, and only to `_meta`: the trace context of W3C and SEP-414. */
const traceContext = new Set(["traceparent", "tracestate", "baggage"]);

const objectSchema = z.record(z.string(), z.unknown());

/** What speaking the audit extension adds to what is sent, and nothing else: `docs/extension`. */
const EXTENSION = "io.github.mcp-trail/audit";
const advertised: ReadonlySet<string> = new Set([
	// A client, in `capabilities.extensions`.
	'{"schemaVersions":["1.0"]}',
	// A server, in the same place.
	'{"correlation":true,"mandatory":false,"receipts":false,"schemaVersions":["1.0"]}',
]);

/**
 * One check fails for want of the tasks extension, and tells whether there were no extensions at all or only others: the
 * advertised entry makes the first into the second.
 */
const onlyOthers = 'capabilities.extensions["io.modelcontextprotocol/tasks"] MUST be present';
const noneAtAll = "capabilities.extensions MUST be advertised";

function withoutOthers(check: Record<string, unknown>): Record<string, unknown> {
	const { id, errorMessage, details } = check;
	if (id !== "tasks-extension-advertised" || errorMessage !== onlyOthers) return check;
	return {
		...check,
		errorMessage: noneAtAll,
		details: { ...objectSchema.parse(details), hasExtensions: false },
	};
}

/**
 * Takes out the advertised entry, if it is word for word as expected, what the suite says of it, and the block of
 * `_meta`.
 */
export function withoutExtension(value: unknown): unknown {
	if (Array.isArray(value)) return value.map((item: unknown) => withoutExtension(item));
	if (typeof value !== "object" || value === null) return value;
	const members = Object.entries(withoutOthers(objectSchema.parse(value))).flatMap(
		([key, member]) => {
			if (key === "_meta") return [[key, withoutBlock(withoutExtension(member))]];
			if (key !== "extensions") return [[key, withoutExtension(member)]];
			const entries = Object.entries(objectSchema.safeParse(member).data ?? {});
			const others = entries.filter(
				([name, settings]) =>
					name !== EXTENSION || !advertised.has(JSON.stringify(steady(settings))),
			);
			// Declaring it is what made the member.
			if (others.length === 0 && entries.length > 0) return [];
			return [[key, entries.length === 0 ? member : Object.fromEntries(others)]];
		},
	);
	return Object.fromEntries(members);
}

const withoutBlock = (meta: unknown): unknown =>
	typeof meta === "object" && meta !== null
		? Object.fromEntries(Object.entries(meta).filter(([name]) => name !== EXTENSION))
		: meta;

const steadyText = (text: string): string =>
	text
		.replaceAll(/(localhost|127\.0\.0\.1)(:|%3A)\d+/g, "$1$2port")
		.replaceAll(/[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/g, "uuid")
		.replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "time")
		.replaceAll(/\b1\d{12}\b/g, "ms")
		.replaceAll(/\b1\d{3}\.\.\./g, "ms...");

const isEmpty = (value: unknown): boolean =>
	typeof value === "object" && value !== null && Object.keys(value).length === 0;

function steadyMember(key: string, value: unknown): unknown {
	if (madeUp.has(key)) return "made up";
	const inner = steady(value);
	if (key !== "_meta" || typeof inner !== "object" || inner === null) return inner;
	return Object.fromEntries(Object.entries(inner).filter(([name]) => !traceContext.has(name)));
}

/** Leaves of a value what must be equal in every run, bare or instrumented. */
export function steady(value: unknown): unknown {
	if (typeof value === "string") return steadyText(value);
	if (typeof value === "number") return value > 1e12 && value < 2e12 ? "ms" : value;
	if (Array.isArray(value)) return value.map((item: unknown) => steady(item));
	if (typeof value !== "object" || value === null) return value;
	const members = Object.entries(objectSchema.parse(value))
		.map(([key, member]) => [key, steadyMember(key, member)] as const)
		// A request without parameters gets them only to carry the trace context.
		.filter(([key, member]) => !((key === "_meta" || key === "params") && isEmpty(member)));
	return Object.fromEntries(members.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
