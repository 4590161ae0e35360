import type { z } from "zod";
import { patterns } from "../patterns.ts";

/** One thing that is wrong with a value. */
export interface Issue {
	/** Where, as a JSON Pointer (RFC 6901); the value itself is `""`. */
	readonly path: string;
	/** The rule that is broken, a stable word. */
	readonly rule: string;
	/** What is expected and what is there, as the rest of a sentence that begins with the path. */
	readonly message: string;
}

type Path = readonly PropertyKey[];
type ZodIssue = z.core.$ZodIssue;

const ruleOfPattern: ReadonlyMap<string, string> = new Map(
	Object.entries(patterns).map(([name, pattern]) => [
		String(new RegExp(pattern, "u")),
		`bad_${name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`,
	]),
);

/** Says zod's issues in plain language, with the stable words of this format. */
export function explain(issues: readonly ZodIssue[], value: unknown): readonly Issue[] {
	return issues.flatMap((issue) => explainOne(issue, value));
}

function explainOne(issue: ZodIssue, value: unknown): readonly Issue[] {
	const at = (rule: string, message: string, path: Path = issue.path): Issue => ({
		path: pointer(path),
		rule,
		message,
	});
	switch (issue.code) {
		case "unrecognized_keys":
			return issue.keys.map((key) =>
				at("unknown_member", "is not a member of this schema; remove it, or use labels", [
					...issue.path,
					key,
				]),
			);
		case "invalid_type":
			return [wrongType(issue.expected, found(value, issue.path), at)];
		case "invalid_value":
			return [
				valueOf(found(value, issue.path), at) ?? at("not_in_list", `must be ${list(issue.values)}`),
			];
		case "invalid_union":
			return [valueOf(found(value, issue.path), at) ?? at("unknown_type", issue.message)];
		case "invalid_format":
			return [at(ruleOfPattern.get(issue.pattern ?? "") ?? "bad_format", issue.message)];
		case "invalid_key":
			return [
				at(
					"bad_label_key",
					"must start with a lower-case letter, then have at most 63 of a-z, 0-9, '_' and '.'",
				),
			];
		case "too_small":
			return [
				issue.origin === "array"
					? at("empty_list", "must not be empty; leave the member out instead")
					: at("out_of_range", `must be at least ${issue.minimum}`),
			];
		case "too_big":
			if (issue.origin === "array")
				return [at("too_many", `must have at most ${issue.maximum} items`)];
			if (issue.origin === "string")
				return [at("too_long", `must have at most ${issue.maximum} characters`)];
			return [at("out_of_range", `must be at most ${issue.maximum}`)];
		case "custom":
			return [at(String(issue.params?.["rule"] ?? "invalid"), issue.message)];
		case "not_multiple_of":
		case "invalid_element":
		default:
			return [at("invalid", issue.message)];
	}
}

type At = (rule: string, message: string) => Issue;

function wrongType(expected: string, value: unknown, at: At): Issue {
	const missing = valueOf(value, at);
	if (missing !== undefined) return missing;
	if (expected === "int" && typeof value === "number")
		return at("not_integer", "must be an integer; floats are never written");
	const wanted = expected === "int" ? "integer" : expected === "record" ? "object" : expected;
	return at("wrong_type", `must be ${article(wanted)}, and is ${article(typeName(value))}`);
}

/** What is said of a value that is not there, whatever was expected. */
function valueOf(value: unknown, at: At): Issue | undefined {
	if (value === undefined) return at("missing_member", "is required");
	if (value === null) return at("null", "must not be null; leave the member out instead");
	return undefined;
}

function typeName(value: unknown): string {
	return Array.isArray(value) ? "array" : typeof value;
}

function article(noun: string): string {
	return /^[aeiou]/.test(noun) ? `an ${noun}` : `a ${noun}`;
}

function list(values: readonly unknown[]): string {
	const all = values.map(String);
	return all.length === 1 ? (all[0] ?? "") : `one of ${all.join(", ")}`;
}

function found(value: unknown, path: Path): unknown {
	let at = value;
	for (const name of path) {
		if (typeof at !== "object" || at === null || !Object.hasOwn(at, name)) return undefined;
		at = Reflect.get(at, name);
	}
	return at;
}

function pointer(path: Path): string {
	return path
		.map((name) => `/${String(name).replaceAll("~", "~0").replaceAll("/", "~1")}`)
		.join("");
}
