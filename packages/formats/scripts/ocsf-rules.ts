/**
 * What JSON Schema cannot say of an OCSF event: the five rules of ocsf-server's
 * `lib/schema/validator2.ex`, with its codes, and the addresses that the exported schemas leave out.
 */
import { isIP } from "node:net";

type Node = Readonly<Record<string, unknown>>;

/** Captions of the enumerations that events use (OCSF 1.8.0; 1.9.0 has the same). */
const captions: Readonly<Record<string, Readonly<Record<number, string>>>> = {
	severity_id: {
		0: "Unknown",
		1: "Informational",
		2: "Low",
		3: "Medium",
		4: "High",
		5: "Critical",
		6: "Fatal",
	},
	status_id: { 0: "Unknown", 1: "Success", 2: "Failure" },
	action_id: { 0: "Unknown", 1: "Allowed", 2: "Denied", 3: "Observed", 4: "Modified" },
	disposition_id: {
		0: "Unknown",
		1: "Allowed",
		2: "Blocked",
		14: "Delayed",
		25: "Rejected",
		26: "Unauthorized",
		27: "Error",
	},
	confidence_id: { 0: "Unknown", 1: "Low", 2: "Medium", 3: "High" },
	auth_protocol_id: { 6: "OAUTH 2.0" },
	algorithm_id: { 3: "SHA-256" },
	encoding_id: { 1: "Hex" },
	serialization_id: { 1: "Flat", 2: "JCS" },
	class_uid: {
		6003: "API Activity",
		3002: "Authentication",
		2004: "Detection Finding",
		1008: "Event Log Activity",
	},
	category_uid: {
		1: "System Activity",
		2: "Findings",
		3: "Identity & Access Management",
		6: "Application Activity",
	},
};

const activityCaptions: Readonly<Record<number, Readonly<Record<number, string>>>> = {
	6003: { 0: "Unknown", 1: "Create", 2: "Read", 3: "Update", 4: "Delete" },
	3002: {
		0: "Unknown",
		1: "Logon",
		2: "Logoff",
		3: "Authentication Ticket",
		4: "Service Ticket Request",
		5: "Service Ticket Renew",
	},
	2004: { 0: "Unknown", 1: "Create", 2: "Update", 3: "Close" },
	1008: {
		0: "Unknown",
		1: "Clear",
		2: "Delete",
		3: "Export",
		4: "Archive",
		5: "Rotate",
		6: "Start",
		7: "Stop",
		8: "Restart",
	},
};

const siblings: Readonly<Record<string, string>> = {
	activity_id: "activity_name",
	class_uid: "class_name",
	category_uid: "category_name",
};

const profileAttributes: Readonly<Record<string, readonly string[]>> = {
	ai_operation: ["ai_agent", "ai_model", "message_context"],
	trace: ["trace"],
	record_integrity: ["attestation_list"],
	security_control: [
		"action",
		"action_id",
		"attacks",
		"authorizations",
		"confidence",
		"confidence_id",
		"confidence_score",
		"disposition",
		"disposition_id",
		"firewall_rule",
		"is_alert",
		"malware",
		"malware_scan_info",
		"policy",
		"risk_details",
		"risk_level",
		"risk_level_id",
		"risk_score",
	],
	datetime: ["time_dt", "start_time_dt", "end_time_dt"],
};

/** The codes of what is wrong with an event of a version, each with where. */
export function ocsfFaults(event: Node, version: string): string[] {
	const metadata = nodeOf(event["metadata"]);
	return [
		...(event["type_uid"] === Number(event["class_uid"]) * 100 + Number(event["activity_id"])
			? []
			: ["type_uid_incorrect"]),
		...siblingFaults(event, activityCaptions[Number(event["class_uid"])] ?? {}),
		...profileFaults(event, metadata["profiles"]),
		...observableFaults(event),
		...(metadata["version"] === version ? [] : ["version_incompatible"]),
		...addressFaults(event),
	];
}

function siblingFaults(
	node: unknown,
	activity: Readonly<Record<number, string>>,
	path = "",
): string[] {
	if (typeof node !== "object" || node === null || path === "unmapped.") return [];
	return Object.entries(node).flatMap(([name, value]: [string, unknown]) => {
		const below = siblingFaults(value, activity, `${path}${name}.`);
		const known = name === "activity_id" ? activity : captions[name];
		if (typeof value !== "number" || (known === undefined && value !== 99)) return below;
		if (!name.endsWith("_id") && !(name in siblings)) return below;
		const text = nodeOf(node)[siblings[name] ?? name.slice(0, -"_id".length)];
		if (value === 99)
			return text === undefined || text === "Other"
				? [`attribute_enum_sibling_suspicious_other ${path}${name}`]
				: below;
		if (known?.[value] === undefined) return [`attribute_enum_value_unknown ${path}${name}`];
		return text === undefined || text === known[value]
			? below
			: [`attribute_enum_sibling_incorrect ${path}${name}`];
	});
}

function profileFaults(event: Node, listed: unknown): string[] {
	const names: readonly unknown[] = Array.isArray(listed) ? listed : [];
	const gated = Object.entries(profileAttributes).filter(([profile]) => !names.includes(profile));
	return [
		...names
			.filter((name) => typeof name !== "string" || !Object.hasOwn(profileAttributes, name))
			.map((name) => `profile_unknown ${String(name)}`),
		...gated.flatMap(([, attributes]) =>
			attributes
				.filter((name) => Object.hasOwn(event, name))
				.map((name) => `attribute_unknown ${name}`),
		),
	];
}

function observableFaults(event: Node): string[] {
	const observables: readonly unknown[] = Array.isArray(event["observables"])
		? event["observables"]
		: [];
	return observables
		.map((observable) => String(nodeOf(observable)["name"]))
		.filter((name) => {
			const steps = name
				.replaceAll(/\[([0-9]*)\]/g, (_, index: string) => `.${index || "0"}`)
				.split(".");
			return steps.reduce<unknown>((node, step) => nodeOf(node)[step], event) === undefined;
		})
		.map((name) => `observable_name_invalid_reference ${name}`);
}

function addressFaults(node: unknown, path = ""): string[] {
	if (typeof node !== "object" || node === null || path === "unmapped.") return [];
	return Object.entries(node).flatMap(([name, value]: [string, unknown]) =>
		name === "ip" && (typeof value !== "string" || isIP(value) === 0)
			? [`attribute_value_not_in_type_values ${path}${name}`]
			: addressFaults(value, `${path}${name}.`),
	);
}

function nodeOf(value: unknown): Node {
	return typeof value === "object" && value !== null ? (value as Node) : {};
}
