import type { StoredEvent } from "@mcp-trail/event";
import type { ShownSpan } from "./telemetry.ts";

const color = process.stdout.isTTY && process.env["NO_COLOR"] === undefined;
const paint = (code: number, text: string): string =>
	color ? `\u001b[${code}m${text}\u001b[0m` : text;
const good = (text: string): string => paint(32, text);
const bad = (text: string): string => paint(31, text);
const dim = (text: string): string => paint(2, text);

/** A numbered heading. */
export function heading(text: string): void {
	console.log(`\n${paint(1, text)}`);
}

/** Duration for people. */
function took(us: number | undefined): string {
	if (us === undefined) return "";
	if (us >= 999_500) return `${(us / 1_000_000).toFixed(1)} s`;
	return us < 10_000 ? `${(us / 1000).toFixed(1)} ms` : `${Math.round(us / 1000)} ms`;
}

function who(event: StoredEvent): string {
	const principal = event.actor?.principal;
	const name = principal?.id ?? principal?.type ?? "?";
	const client = event.actor?.client?.name;
	return client === undefined ? name : `${name} via ${client}`;
}

/** Why an outcome is none of success, and whether the call was carried out. */
function detail({ outcome = { status: "unknown" } }: StoredEvent): string {
	const { status, reason, executed } = outcome;
	if (status === "success" && executed === "yes") return "";
	const parts = [reason === status ? undefined : reason, executed && `executed: ${executed}`];
	return parts.filter((part) => part !== undefined).join(", ");
}

/** Columns of a row and their greatest widths: with the outcome a row is no wider than 100 columns. */
const COLUMNS = [
	{ key: "started", width: 7 },
	{ key: "seen", width: 20 },
	{ key: "who", width: 20 },
	{ key: "what", width: 28 },
	{ key: "took", width: 6 },
] as const;

const cut = (text: string, width: number): string =>
	text.length > width ? `${text.slice(0, width - 1)}…` : text;

/**
 * The calls as a table: who, what, how long, outcome; the client's and the server's record of one call stand one below
 * the other.
 */
export function showCalls(events: readonly StoredEvent[]): void {
	const calls = events
		.map((event) => ({ event, startMs: Date.parse(event.start_time ?? event.time) }))
		.filter(({ event }) => event.type === "mcp.request" && event.phase === "outcome")
		.toSorted((a, b) => a.startMs - b.startMs);
	const firstMs = calls[0]?.startMs ?? 0;
	const rows = calls.map(({ event, startMs }) => ({
		started: `${((startMs - firstMs) / 1000).toFixed(2)} s`,
		seen: `${event.mcp?.role ?? "?"} of ${(event.target?.server?.name ?? event.producer.service).replace(/^.*\//u, "")}`,
		who: who(event),
		what: [event.mcp?.method, event.target?.name ?? event.target?.uri].filter(Boolean).join(" "),
		took: took(event.duration_us),
		status: event.outcome?.status ?? "unknown",
		detail: detail(event),
	}));
	const widths = COLUMNS.map(({ key, width }) => ({
		key,
		width: Math.min(width, Math.max(key.length, ...rows.map((row) => row[key].length))),
	}));
	const line = (row: Readonly<Record<(typeof COLUMNS)[number]["key"], string>>): string =>
		widths
			.map(({ key, width }) => {
				const cell = cut(row[key], width);
				return key === "took" || key === "started" ? cell.padStart(width) : cell.padEnd(width);
			})
			.join("  ");
	const head = line({
		started: "started",
		seen: "recorded by",
		who: "who",
		what: "called",
		took: "took",
	});
	console.log(dim(`${head}  outcome`));
	for (const row of rows) {
		console.log(`${line(row)}  ${row.status === "success" ? good(row.status) : bad(row.status)}`);
		if (row.detail !== "") console.log(`         └ ${row.detail}`);
	}
}

/** Rows in columns, a dim head above them. */
export function showColumns(head: readonly string[], rows: readonly (readonly string[])[]): void {
	const widths = head.map((name, column) =>
		Math.max(name.length, ...rows.map((row) => (row[column] ?? "").length)),
	);
	const line = (row: readonly string[]): string =>
		`   ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ")}`.trimEnd();
	console.log(dim(line(head)));
	for (const row of rows) console.log(line(row));
	console.log();
}

/** One trace as a tree. */
export function showTrace(spans: readonly ShownSpan[]): void {
	const known = new Set(spans.map((span) => span.spanId));
	const children = (parent: string | undefined): readonly ShownSpan[] =>
		spans
			.filter((span) =>
				parent === undefined
					? span.parentSpanId === undefined || !known.has(span.parentSpanId)
					: span.parentSpanId === parent,
			)
			.toSorted((a, b) => a.startMs - b.startMs);
	const show = (span: ShownSpan, indent: string): void => {
		const mark = span.failed ? bad("✗") : good("✓");
		console.log(
			`${indent}${mark} ${span.name} ${dim(`[${span.kind}] ${span.service}, ${span.tookMs.toFixed(1)} ms`)}`,
		);
		for (const child of children(span.spanId)) show(child, `${indent}   `);
	};
	console.log(dim(`trace ${spans[0]?.traceId ?? ""}`));
	for (const root of children(undefined)) show(root, "");
}
