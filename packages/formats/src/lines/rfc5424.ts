import { Buffer } from "node:buffer";
import type { StoredEvent } from "@mcp-trail/event";
import { cefLine } from "./cef.ts";
import { escapeParamValue } from "./escapes.ts";
import type { Format } from "../format.ts";
import { fieldsOf, writeFields } from "./fields.ts";
import type { FieldRules } from "./fields.ts";
import { checkMaxBytes } from "./options.ts";
import type { LineOptions } from "./options.ts";
import { detailRows, envelopeRows, headerRows } from "./rfc5424-rows.ts";
import { facilities, syslogSeverities } from "./severities.ts";
import type { Facility } from "./severities.ts";
import { lineText } from "./text.ts";
import type { Mapping } from "../mapping.ts";
import { table } from "../table.ts";
import type { Fields } from "../table.ts";

/** What stands in a message beside its structured data. */
export type SyslogBody = "none" | "cef" | "json";

const header = ["TIMESTAMP", "HOSTNAME", "APP-NAME", "PROCID", "MSGID"] as const;

const fillAll = table([...headerRows, ...envelopeRows, ...detailRows], { flat: true });
const fillEnvelope = table([...headerRows, ...envelopeRows], { flat: true });
const headerNames = headerRows.map(({ to }) => to);

const rules: FieldRules = {
	write: (name, text) => ` ${name}="${escapeParamValue(text)}"`,
	maxCharacters: {},
	trimmedKey: "trimmed",
};

/** Options of `rfc5424Format`. */
export interface SyslogOptions extends LineOptions {
	/**
	 * The message: nothing, the event as a CEF line, or the stored line as JSON. Where the JSON does
	 * not fit, the message is as with `none`, and `trimmed` names `MSG`.
	 *
	 * @default "none"
	 */
	readonly body?: SyslogBody;
	/** @default "audit" */
	readonly facility?: Facility;
	/**
	 * The number IANA gave your organisation, for the name of the structured data.
	 *
	 * @default 32473, which is reserved for documentation
	 */
	readonly privateEnterpriseNumber?: number;
}

/**
 * Makes a format for syslog messages of RFC 5424, without framing: what sends them counts their
 * bytes (RFC 6587 §3.4.1), because some receivers end a message at any line feed.
 *
 * @example
 * const syslog = rfc5424Format({ body: "cef", facility: "local0", privateEnterpriseNumber: 32473 });
 */
export function rfc5424Format({
	body = "none",
	facility = "audit",
	privateEnterpriseNumber = 32_473,
	maxBytes = 8_096,
}: SyslogOptions = {}): Format<string> {
	checkMaxBytes(maxBytes);
	if (!Object.hasOwn(facilities, facility))
		throw new TypeError(`facility is ${facility}; give ${Object.keys(facilities).join(", ")}`);
	if (!["none", "cef", "json"].includes(body))
		throw new TypeError(`body is ${body}; give none, cef or json`);
	if (!Number.isSafeInteger(privateEnterpriseNumber) || privateEnterpriseNumber < 1)
		throw new TypeError(
			`privateEnterpriseNumber is ${privateEnterpriseNumber}; give the one IANA assigned to you`,
		);
	const begin = (said: Fields): string => beginOf(said, facilities[facility]);
	const element = `[mcp-trail@${privateEnterpriseNumber}`;

	/** Everything as structured data. */
	function alone(event: StoredEvent, trimmed: readonly string[]): string {
		const filled = fillAll(event);
		const before = begin(filled.said) + element;
		const room = maxBytes - Buffer.byteLength(before) - 1;
		return `${before}${writeFields(fieldsOf(filled, headerNames, "rest"), rules, room, trimmed)}]`;
	}

	/** The envelope as structured data, then a message. */
	function withMessage(
		event: StoredEvent,
		message: (room: number) => string | undefined,
	): string | undefined {
		const { said } = fillEnvelope(event);
		const before = begin(said) + element;
		const room = maxBytes - Buffer.byteLength(before) - 1;
		const params = fieldsOf({ said, rest: {} }, headerNames, "rest");
		const data = `${before}${writeFields(params, rules, room)}] `;
		const left = maxBytes - Buffer.byteLength(data) - Buffer.byteLength(bom);
		if (left < leastBodyBytes) return undefined;
		const text = message(left);
		if (text === undefined || Buffer.byteLength(text) > left) return undefined;
		return data + marked(text);
	}

	return {
		name: body === "none" ? "rfc5424" : `rfc5424_${body}`,
		mediaType: "text/plain; charset=utf-8",
		project: (event) => {
			if (body === "none") return alone(event, []);
			const message =
				body === "cef"
					? withMessage(event, (room) => cefLine(event, room))
					: withMessage(event, () => storedLine(event));
			return message ?? alone(event, ["MSG"]);
		},
	};
}

/** Less room than this is not worth a message. */
const leastBodyBytes = 512;

/** What JSON lets stand in a text and a terminal or a line reader acts on; only `content` holds any. */
const hidden =
	/[\u{7f}-\u{9f}\u{ad}\u{61c}\u{180e}\u{200b}-\u{200f}\u{2028}-\u{202e}\u{2060}-\u{206f}\u{feff}\u{e0000}-\u{e007f}]/gu;

/** The line that the trail stores; nothing for an event nested so deep that no JSON writer follows. */
function storedLine(event: StoredEvent): string | undefined {
	try {
		return JSON.stringify(event).replaceAll(hidden, (character) =>
			character
				.split("")
				.map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
				.join(""),
		);
	} catch {
		return undefined;
	}
}

const bom = "\u{feff}";

/** A message that is not only ASCII begins with a byte order mark (RFC 5424 §6.4). */
function marked(message: string): string {
	return /^[\0-\u{7f}]*$/u.test(message) ? message : bom + message;
}

function beginOf(said: Fields, facility: number): string {
	const severity = Number(said["severity of PRI"] ?? syslogSeverities.critical);
	const names = header.map((name) => lineText(said[name]) ?? "-");
	const sequence = lineText(said["meta sequenceId"]);
	const meta = sequence === undefined ? "" : `[meta sequenceId="${escapeParamValue(sequence)}"]`;
	return `<${facility * 8 + severity}>1 ${names.join(" ")} ${meta}`;
}

/** Syslog (RFC 5424): the event as structured data, no message; at most 8,096 bytes. */
export const rfc5424: Format<string> = rfc5424Format();

/** Syslog (RFC 5424) with the event as a CEF line for a message; at most 8,096 bytes. */
export const rfc5424Cef: Format<string> = rfc5424Format({ body: "cef" });

/** Syslog (RFC 5424) with the stored line for a message; at most 8,096 bytes. */
export const rfc5424Json: Format<string> = rfc5424Format({ body: "json" });

const about =
	"One message, without framing: senders count its bytes (RFC 6587 §3.4.1). PRI is facility 13, log audit, and the severity below. The names of the parameters are the event's own. `\"`, `\\` and `]` are escaped, hidden and control characters are shown as `\\u{202e}`. Parameters stand in the order of their importance: what does not fit into 8,096 bytes, rsyslog's default, is left out whole, from the end; `trimmed` names every parameter that was left out. `rfc5424Format` takes another length, facility, and your own private enterprise number in place of 32473, which is reserved for documentation.";

/** How `rfc5424` maps. */
export const rfc5424Mapping: Mapping<string> = {
	format: rfc5424,
	title: "Syslog (RFC 5424)",
	about,
	parts: [
		{ title: "Header", rows: headerRows },
		{ title: "Structured data", rows: [...envelopeRows, ...detailRows] },
	],
	rest: "`rest`, as JSON under the event's own names.",
};

/** How `rfc5424_cef` maps. */
export const rfc5424CefMapping: Mapping<string> = {
	format: rfc5424Cef,
	title: "Syslog (RFC 5424) with CEF",
	about: `The header of [Syslog (RFC 5424)](#syslog-rfc-5424), few parameters, and the event as [CEF](#common-event-format-cef0) for a message, which begins with a byte order mark where it is not only ASCII.`,
	parts: [{ title: "Structured data", rows: envelopeRows }],
	rest: "in the CEF line.",
};

/** How `rfc5424_json` maps. */
export const rfc5424JsonMapping: Mapping<string> = {
	format: rfc5424Json,
	title: "Syslog (RFC 5424) with JSON",
	about: `The header of [Syslog (RFC 5424)](#syslog-rfc-5424), few parameters, and the stored line for a message, so that its hash can be checked (hidden characters, which only contents can hold, escaped); it begins with a byte order mark where it is not only ASCII. JSON is never cut: where the line does not fit, the event is sent as [Syslog (RFC 5424)](#syslog-rfc-5424) and \`trimmed\` names \`MSG\`.`,
	parts: [{ title: "Structured data", rows: envelopeRows }],
	rest: "in the stored line.",
};
