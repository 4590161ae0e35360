import { createHash } from "node:crypto";

/** A value that SEP-3004's canonical form has: numbers are not among them. */
export type Sep3004Value =
	| string
	| boolean
	| null
	| readonly Sep3004Value[]
	| { readonly [name: string]: Sep3004Value };

/** A record of SEP-3004's Tamper-Evident Audit Record Contract, but for its hash. */
export interface Sep3004Core {
	readonly event_id: string;
	/** As `Date.toISOString()` writes it, by the recorder's clock. */
	readonly occurred_at: string;
	readonly principal_id: string;
	readonly event_type: string;
	readonly tool_name: string | null;
	readonly outcome: "allowed" | "denied" | "deferred" | "error";
	/** By registered type id; at least one. */
	readonly extensions: Readonly<Record<string, Readonly<Record<string, Sep3004Value>>>>;
	/** `event_hash` of the record before, or null at the head of a segment. */
	readonly previous_hash: string | null;
}

/** A whole record. */
export interface Sep3004Record extends Sep3004Core {
	readonly event_hash: string;
}

/** The members that are hashed; every other top-level member is ignored. */
const hashed = [
	"event_id",
	"event_type",
	"extensions",
	"occurred_at",
	"outcome",
	"previous_hash",
	"principal_id",
	"tool_name",
] as const satisfies readonly (keyof Sep3004Core)[];

/** The members that each registered extension must have. */
const registered: Readonly<Record<string, readonly string[]>> = {
	"caller-governance": ["purpose_declared"],
	"runtime-security": ["drift_status", "severity", "quarantine_decision", "policy_id"],
	"admission-control": ["server_id", "clearance_decision"],
};

const outcomes: readonly unknown[] = ["allowed", "denied", "deferred", "error"];

/** Code units of a string value, and levels of a value, at most. */
const MAX_LENGTH = 8_192;
const MAX_DEPTH = 64;
const SPACE = 0x20;
const DELETE = 0x7f;
const HASH = /^[0-9a-f]{64}$/;

/** Why a record is not one of SEP-3004. */
export class Sep3004Error extends TypeError {
	override readonly name = "Sep3004Error";
	/** Stable, for programs. */
	readonly code = "sep3004_not_conforming";
	/** The member that is wrong. */
	readonly path: string;

	constructor(path: string, wrong: string) {
		super(`${path} ${wrong}, so this is no SEP-3004 record; correct it before it is hashed`);
		this.path = path;
	}
}

/** The canonical form of a string value: NFC, without spaces (U+0020 alone) at its ends. */
export function sep3004Text(text: string): string {
	const composed = text.normalize("NFC");
	let from = 0;
	let to = composed.length;
	while (from < to && composed.charCodeAt(from) === SPACE) from++;
	while (to > from && composed.charCodeAt(to - 1) === SPACE) to--;
	return composed.slice(from, to);
}

/**
 * The canonical form of a record: what SEP-3004 hashes. Strict: numbers, control characters,
 * unregistered extensions and outcomes outside the closed list are refused.
 *
 * @throws {Sep3004Error} where the record does not conform
 */
export function sep3004Canonical(record: Sep3004Core): string {
	const members: Readonly<Record<string, unknown>> = { ...record };
	for (const name of ["event_id", "occurred_at", "principal_id", "event_type"])
		if (typeof members[name] !== "string") throw new Sep3004Error(name, "is not a string");
	if (typeof record.tool_name !== "string" && record.tool_name !== null)
		throw new Sep3004Error("tool_name", "is neither a string nor null");
	if (
		Number.isNaN(Date.parse(record.occurred_at)) ||
		new Date(record.occurred_at).toISOString() !== record.occurred_at
	)
		throw new Sep3004Error("occurred_at", "is not in the form of Date.toISOString()");
	if (!outcomes.includes(record.outcome))
		throw new Sep3004Error("outcome", "is not one of the four");
	if (record.previous_hash !== null && !HASH.test(record.previous_hash))
		throw new Sep3004Error("previous_hash", "is neither 64 hexadecimal digits nor null");
	if ((members["anchor_witness"] ?? null) !== null)
		throw new Sep3004Error("anchor_witness", "is reserved");
	checkExtensions(record.extensions);
	return `{${hashed
		.map((name) => `${JSON.stringify(name)}:${canonical(members[name], name, 1)}`)
		.join(",")}}`;
}

/**
 * `event_hash` of a record: the SHA-256 of its canonical form, in hexadecimal.
 *
 * @throws {Sep3004Error} where the record does not conform
 */
export function sep3004Hash(record: Sep3004Core): string {
	return createHash("sha256").update(sep3004Canonical(record), "utf8").digest("hex");
}

function checkExtensions(extensions: unknown): void {
	if (typeof extensions !== "object" || extensions === null || Array.isArray(extensions))
		throw new Sep3004Error("extensions", "is not an object");
	const entries: readonly [string, unknown][] = Object.entries(extensions);
	if (entries.length === 0) throw new Sep3004Error("extensions", "is empty");
	for (const [id, extension] of entries) {
		if (!Object.hasOwn(registered, id))
			throw new Sep3004Error(`extensions.${id}`, "is not registered");
		for (const name of registered[id] ?? [])
			if (typeof extension !== "object" || extension === null || !isText(extension, name))
				throw new Sep3004Error(`extensions.${id}.${name}`, "is not a string");
	}
}

function isText(extension: object, name: string): boolean {
	const value: unknown = Object.hasOwn(extension, name)
		? Object.getOwnPropertyDescriptor(extension, name)?.value
		: undefined;
	return typeof value === "string";
}

function canonical(value: unknown, path: string, depth: number): string {
	if (depth > MAX_DEPTH) throw new Sep3004Error(path, `is deeper than ${MAX_DEPTH} levels`);
	if (value === null || typeof value === "boolean") return String(value);
	if (typeof value === "string") return JSON.stringify(checkedText(value, path));
	if (Array.isArray(value))
		return `[${value.map((item: unknown, index) => canonical(item, `${path}[${index}]`, depth + 1)).join(",")}]`;
	if (typeof value !== "object")
		throw new Sep3004Error(
			path,
			`is a ${typeof value}; only strings, booleans and null are hashed`,
		);
	// Strings compare by UTF-16 code units, which is the order that is asked for.
	const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
	return `{${entries
		.map(
			([name, below]) =>
				`${JSON.stringify(name)}:${canonical(below, `${path}.${name}`, depth + 1)}`,
		)
		.join(",")}}`;
}

function checkedText(text: string, path: string): string {
	if (holdsControl(text)) throw new Sep3004Error(path, "holds a control character");
	const clean = sep3004Text(text);
	if (clean.length > MAX_LENGTH)
		throw new Sep3004Error(path, `is longer than ${MAX_LENGTH} code units`);
	if (/\p{Surrogate}/u.test(clean)) throw new Sep3004Error(path, "holds half a surrogate pair");
	return clean;
}

function holdsControl(text: string): boolean {
	for (let index = 0; index < text.length; index++) {
		const unit = text.charCodeAt(index);
		if (unit < SPACE || unit === DELETE) return true;
	}
	return false;
}
