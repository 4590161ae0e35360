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
const took = (us: number | undefined): string =>
	us === undefined
		? ""
		: us < 10_000
			? `${(us / 1000).toFixed(1)} ms`
			: `${Math.round(us / 1000)} ms`;

function who(event: StoredEvent): string {
	const principal = event.actor?.principal;
	const name = principal?.id ?? principal?.type ?? "?";
	const client = event.actor?.client?.name;
	return client === undefined ? name : `${name} via ${client}`;
}

function outcome(event: StoredEvent): string {
	const { status, reason, executed } = event.outcome ?? {};
	const detail = [reason, executed === undefined ? undefined : `executed: ${executed}`];
	const text = [status, ...detail.filter((part) => part !== undefined && part !== status)].join(
		", ",
	);
	return status === "success" ? good(text) : bad(text);
}

/** A long name of a resource would push every outcome out of sight. */
const MAX_CELL = 34;

const cut = (text: string, width: number): string =>
	text.length > width ? `${text.slice(0, width - 1)}…` : text;

/** The calls as a table: who, what, outcome, how long; the client's and the server's record of one call stand one below the other. */
export function showCalls(events: readonly StoredEvent[]): void {
	const rows = events
		.filter((event) => event.type === "mcp.request" && event.phase === "outcome")
		.toSorted((a, b) => (a.start_time ?? a.time).localeCompare(b.start_time ?? b.time))
		.map((event) => ({
			time: (event.start_time ?? event.time).slice(11, 23),
			seen: `${event.mcp?.role ?? "?"} of ${event.target?.server?.name ?? event.producer.service}`,
			who: who(event),
			what: [event.mcp?.method, event.target?.name ?? event.target?.uri].filter(Boolean).join(" "),
			took: took(event.duration_us),
			outcome: outcome(event),
		}));
	const widths = (["time", "seen", "who", "what", "took"] as const).map((key) => ({
		key,
		width: Math.min(MAX_CELL, Math.max(key.length, ...rows.map((row) => row[key].length))),
	}));
	const line = (row: Record<string, string>): string =>
		widths
			.map(({ key, width }) =>
				key === "took"
					? (row[key] ?? "").padStart(width)
					: cut(row[key] ?? "", width).padEnd(width),
			)
			.join("  ");
	console.log(
		dim(
			`${line({ time: "started", seen: "recorded by", who: "who", what: "called", took: "took" })}  outcome`,
		),
	);
	for (const row of rows) console.log(`${line(row)}  ${row.outcome}`);
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
