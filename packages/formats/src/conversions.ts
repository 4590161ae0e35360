import { isIP } from "node:net";
import type { StoredEvent } from "@mcp-trail/event";
import type { Conversion, Row } from "./table.ts";

/** Says something of a text; other values say nothing. */
export function ofText(
	says: string,
	of: (text: string, event: StoredEvent) => unknown,
	keeps = false,
	reads: readonly string[] = [],
): Conversion {
	return {
		says,
		keeps,
		reads,
		of: (value, event) => (typeof value === "string" ? of(value, event) : undefined),
	};
}

/** Computes something from the whole event, or from the members that it says it reads. */
export function computed(
	says: string,
	of: (event: StoredEvent) => unknown,
	reads?: readonly string[],
): Conversion {
	return {
		says,
		keeps: false,
		...(reads === undefined ? {} : { reads }),
		of: (_value, event) => of(event),
	};
}

/** Puts one vocabulary into another; a word that is not in the table is `otherwise`. */
export function words<W extends string | number | readonly string[]>(
	vocabulary: Readonly<Record<string, W>>,
	otherwise?: W,
): Conversion {
	const pairs = Object.entries(vocabulary).map(([word, target]) => `${word} → ${shown(target)}`);
	if (otherwise !== undefined) pairs.push(`else ${shown(otherwise)}`);
	return ofText(pairs.join(", "), (word) =>
		Object.hasOwn(vocabulary, word) ? vocabulary[word] : otherwise,
	);
}

function shown(word: string | number | readonly string[]): string {
	return typeof word === "object" ? `[${word.join(", ")}]` : String(word);
}

/** Milliseconds since 1970 of a time: 31 February is 3 March, as a calendar reads it. */
function msOf(time: string): number {
	const ms = Date.parse(time);
	return Number.isNaN(ms) ? 0 : ms;
}

/** A time whose day every month has, which needs no calendar. */
const SURE =
	/^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/;

/** The time itself, or the one that a calendar makes of a day that its month does not have. */
export function realTime(time: string): string {
	if (SURE.test(time)) return time;
	return new Date(msOf(time)).toISOString();
}

/** A time whose day exists; what is not a time somewhere makes a whole record worthless there. */
export const existingTime = ofText(
	"if the day exists",
	(time) => (realTime(time) === time ? time : undefined),
	true,
);

/** The same where the target must have one. */
export const nearestTime = ofText("if it does not: 31 February is 3 March", realTime);

/** A time as epoch milliseconds; a day that its month does not have is not a time. */
export const epochMs = ofText(
	"epoch milliseconds",
	(time) => (realTime(time) === time ? msOf(time) : undefined),
	true,
);

/** The same where the target must have one. */
export const nearestEpochMs = ofText("if the day does not exist: 31 February is 3 March", msOf);

/** The hexadecimal digits of a `sha256:` digest. */
export const hexDigits = ofText(
	"the hexadecimal digits",
	(digest) => (digest.startsWith("sha256:") ? digest.slice("sha256:".length) : undefined),
	true,
);

/** A number or truth value as text. */
export const asText: Conversion = {
	says: "as text",
	keeps: true,
	reads: [],
	of: (value) =>
		typeof value === "number" || typeof value === "boolean" ? String(value) : undefined,
};

/** The value, said again where the target also looks for it. */
export const again: Conversion = {
	says: "said again",
	keeps: false,
	reads: [],
	of: (value) => value,
};

/** An IP address; any other text says nothing. */
export const ipAddress = ofText(
	"if it is an IP address",
	(text) => (isIP(text) !== 0 && !text.includes("%") ? text : undefined),
	true,
);

/** A text that is no IP address, such as a host's name. */
const notIpAddress: Conversion = {
	says: "if it is no IP address",
	keeps: true,
	of: (value, event) => (ipAddress.of(value, event) === undefined ? value : undefined),
};

/** An IP address, said again where the target also looks for it. */
export const ipAddressAgain: Conversion = { ...ipAddress, keeps: false };

/** A time that the target must have: the event's own, or where that day does not exist the nearest that does. */
export function timeRows(to: string, from = "time"): readonly Row[] {
	return [
		{ to, from, as: existingTime },
		{ to, from: "time", as: nearestTime },
	];
}

/** One end of a connection, whose address the target keeps under one name if it is an IP address and another if not. */
export function endpointRows(
	end: "client" | "server",
	to: { readonly ip: string; readonly host: string; readonly port: string },
	ip: Conversion = ipAddress,
): readonly Row[] {
	return [
		{ to: to.ip, from: `network.${end}_address`, as: ip },
		{ to: to.host, from: `network.${end}_address`, as: notIpAddress },
		{ to: to.port, from: `network.${end}_port` },
	];
}

/** The part after the first slash of `product/version`. */
export const afterSlash = ofText("the part after `/`", (text) => {
	const slash = text.indexOf("/");
	return slash < 0 || slash === text.length - 1 ? undefined : text.slice(slash + 1);
});

/** One line for a person: type, method, target, outcome. */
export const summary = computed(
	"`type`, `mcp.method`, `target.name`, `outcome.status` and `outcome.reason`, in one line",
	({ type, mcp, target, outcome }) =>
		[type, mcp?.method, target?.name, outcome?.status, outcome?.reason]
			.filter((word) => word !== undefined)
			.join(" "),
	["type", "mcp.method", "target.name", "outcome.status", "outcome.reason"],
);
