import { bounds, cleanText, patterns } from "@mcp-trail/event";
import type { AuditOptions } from "../audit-options.ts";
import { namesIn } from "./names-in.ts";
import { sinkFaults } from "./sink-faults.ts";
import { DEFAULT_TIMES } from "../delivery/delivery-times.ts";
import type { Policy } from "../policy.ts";
import type { Sink } from "../sink.ts";

const labelKey = new RegExp(patterns.labelKey, "u");
const digest = new RegExp(patterns.digest, "u");
const word = new RegExp(patterns.word, "u");
const keyId = new RegExp(patterns.keyId, "u");

/** The longest wait a Node timer takes without firing at once. */
const MAX_TIMER_MS = 2_147_483_647;

const texts = [
	["serviceVersion", 64],
	["instance", 128],
	["environment", 64],
	["host", 255],
	["sdk", 128],
] as const;
const numbers = [
	["checkpointEveryMs", 1, MAX_TIMER_MS],
	["closeTimeoutMs", 1, MAX_TIMER_MS],
	["maxQueueEvents", 1, 10_000_000],
	["maxQueueBytes", bounds.lineBytes, Number.MAX_SAFE_INTEGER],
] as const;

/** Every option, so that a misspelt one is not silently without effect. */
const KNOWN: Readonly<Record<keyof AuditOptions, true>> = {
	service: true,
	serviceVersion: true,
	instance: true,
	environment: true,
	host: true,
	sdk: true,
	trail: true,
	sinks: true,
	policy: true,
	digestKeys: true,
	mode: true,
	config: true,
	checkpointEveryMs: true,
	closeTimeoutMs: true,
	maxQueueEvents: true,
	maxQueueBytes: true,
	deadLetters: true,
	delivery: true,
	labels: true,
	judge: true,
	onError: true,
	system: true,
};

/** Throws the TypeError of a misused option. */
function demand(holds: boolean, path: string, problem: string, remedy: string): asserts holds {
	if (!holds) throw new TypeError(`openAudit: ${path} ${problem}; ${remedy}`);
}

function text(path: string, value: unknown, maxCharacters: number): void {
	demand(
		typeof value === "string" && value !== "" && cleanText(value, maxCharacters) === value,
		path,
		`is not a text of 1 to ${maxCharacters} visible characters`,
		"give one without control or hidden characters",
	);
}

function whole(path: string, value: unknown, least: number, most: number): void {
	demand(
		typeof value === "number" && Number.isSafeInteger(value) && value >= least && value <= most,
		path,
		`is not an integer from ${least} to ${most}`,
		"give one, or leave it out for the default",
	);
}

const isFunction = (value: unknown): boolean => typeof value === "function";

/** Checks options; throws a TypeError that names the option's path and the remedy. */
export function checkOptions(options: AuditOptions): void {
	demand(
		typeof options === "object" && options !== null,
		"options",
		"is not an object",
		'call it as openAudit({ service: "…" })',
	);
	for (const name of namesIn(options)) {
		const known = `use one of ${Object.keys(KNOWN).join(", ")}`;
		demand(Object.hasOwn(KNOWN, name), index(name), "is not known", known);
	}
	text("service", options.service, 128);
	for (const [name, most] of texts) {
		if (options[name] !== undefined) text(name, options[name], most);
	}
	for (const [name, least, most] of numbers) {
		if (options[name] !== undefined) whole(name, options[name], least, most);
	}
	for (const name of namesIn(options.delivery ?? {})) {
		demand(
			Object.hasOwn(DEFAULT_TIMES, name),
			`delivery.${name}`,
			"is not known",
			`use one of ${Object.keys(DEFAULT_TIMES).join(", ")}`,
		);
		const value: unknown = Reflect.get(options.delivery ?? {}, name);
		whole(`delivery.${name}`, value, 1, MAX_TIMER_MS);
	}
	for (const name of ["trail", "judge", "onError"] as const) {
		demand(
			options[name] === undefined || isFunction(options[name]),
			name,
			"is not a function",
			name === "trail" ? "give memoryTrail(…) or fileTrail(…)" : "give one, or leave it out",
		);
	}
	demand(
		options.mode === undefined || options.mode === "observe" || options.mode === "strict",
		"mode",
		"is neither observe nor strict",
		"give one of them",
	);
	checkSinks(options.sinks ?? []);
	checkPolicy(options.policy);
	checkLabels(options.labels);
	checkKeys(options.digestKeys);
	if (options.config !== undefined) {
		demand(
			digest.test(options.config.digest),
			"config.digest",
			"is no digest",
			"give sha256:<64 hex>",
		);
		demand(
			word.test(options.config.source),
			"config.source",
			"is no word",
			"give one such as file",
		);
	}
	if (options.deadLetters !== undefined) {
		for (const name of namesIn(options.deadLetters)) {
			const known = name === "dir" || name === "maxBytes";
			demand(known, `deadLetters[${index(name)}]`, "is not known", "use dir and maxBytes");
		}
		text("deadLetters.dir", options.deadLetters.dir, 4096);
		const { maxBytes } = options.deadLetters;
		if (maxBytes !== undefined) {
			whole("deadLetters.maxBytes", maxBytes, 1, Number.MAX_SAFE_INTEGER);
		}
	}
}

function checkSinks(sinks: readonly Sink[]): void {
	demand(Array.isArray(sinks), "sinks", "is not a list", "give a list of sinks");
	for (const [index, sink] of sinks.entries()) {
		for (const fault of sinkFaults(sink)) {
			demand(false, `sinks[${index}]${fault.member}`, fault.problem, fault.remedy);
		}
		const twin = sinks.findIndex((other) => other.name === sink.name);
		demand(
			twin === index,
			`sinks[${index}].name`,
			`is also that of sinks[${twin}]`,
			"give it another",
		);
	}
}

function checkPolicy(policy: Policy | undefined): void {
	if (policy === undefined) return;
	const remedy = "give a policy, such as defaultPolicy()";
	demand(typeof policy === "object" && policy !== null, "policy", "is not a policy", remedy);
	demand(typeof policy.decide === "function", "policy.decide", "is not a function", remedy);
	demand(digest.test(policy.digest), "policy.digest", "is no digest", "give sha256:<64 hex>");
	const redacts = policy.redact === undefined || typeof policy.redact === "function";
	demand(redacts, "policy.redact", "is not a function", remedy);
}

function checkLabels(labels: AuditOptions["labels"]): void {
	if (labels === undefined) return;
	const names = Object.keys(labels);
	const most = bounds.items.labels;
	demand(names.length <= most, "labels", `has more than ${most} members`, "give fewer");
	for (const name of names) {
		demand(
			labelKey.test(name),
			`labels[${index(name)}]`,
			"has no valid key",
			`use ${patterns.labelKey}`,
		);
		text(`labels.${name}`, labels[name], 256);
	}
}

const index = (name: string): string => JSON.stringify(name.slice(0, 64));

function checkKeys(keys: AuditOptions["digestKeys"]): void {
	if (keys === undefined || typeof keys === "string") return;
	const remedy = "give keys as digestKeysFromFile returns them, or the path of a key file";
	demand(Array.isArray(keys) && keys.length > 0, "digestKeys", "is no list of keys", remedy);
	for (const [place, key] of keys.entries()) {
		const path = `digestKeys[${place}]`;
		demand(typeof key === "object" && key !== null, path, "is no key", remedy);
		demand(typeof key.id === "string" && keyId.test(key.id), `${path}.id`, "is no key id", remedy);
		const right = key.key instanceof Uint8Array && key.key.length === 32;
		demand(right, `${path}.key`, "is not 32 bytes", remedy);
	}
}
