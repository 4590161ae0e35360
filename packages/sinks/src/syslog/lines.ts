import type { RefusedItem } from "@mcp-trail/audit";
import {
	cefFormat,
	type Facility,
	type Format,
	leefFormat,
	rfc5424Format,
} from "@mcp-trail/formats";
import type { SealedEvent } from "@mcp-trail/integrity";
import type { Check } from "../http/http-options.ts";

/** A line format by its name in `@mcp-trail/formats`. */
export type LineFormatName = "rfc5424" | "rfc5424_cef" | "rfc5424_json" | "cef" | "leef";

/** What a message of syslog or RELP holds. */
export interface LineOptions {
	/**
	 * RFC 5424 with the event as structured data, or with CEF or the stored line for a message; or a bare CEF or LEEF line,
	 * for a receiver that reads such. A `Format` of your own gives one line of text, which is refused above `maxBytes`.
	 * @default "rfc5424"
	 */
	readonly format?: LineFormatName | Format;
	/** Largest message, in bytes without framing: what the receiver is set to. 2,048 to 65,535. @default 8_096, with leef 4_096 */
	readonly maxBytes?: number;
	/** Of `rfc5424…`. @default "audit" */
	readonly facility?: Facility;
	/** The number IANA gave your organisation, for `rfc5424…`. @default 32473, which is reserved for documentation */
	readonly privateEnterpriseNumber?: number;
}

/** A batch as messages, and the events that give none. */
export interface Lines {
	readonly lines: readonly { readonly index: number; readonly bytes: Uint8Array }[];
	readonly refused: readonly RefusedItem[];
}

/** rsyslog's default; above it receivers cut silently or read the rest as another message. */
const DEFAULT_MAX_BYTES = 8_096;

/** Checks the options and makes what turns a batch into messages. */
export function lineMaker(
	factory: string,
	check: Check,
	options: LineOptions,
): (batch: readonly SealedEvent[]) => Lines {
	const { format: given = "rfc5424", facility, privateEnterpriseNumber } = options;
	const maxBytes = options.maxBytes ?? (given === "leef" ? 4_096 : DEFAULT_MAX_BYTES);
	const whole = Number.isInteger(maxBytes) && maxBytes >= 2_048 && maxBytes <= 65_535;
	check(whole, "maxBytes", "takes a whole number from 2,048 to 65,535");
	for (const [path, value] of Object.entries({ facility, privateEnterpriseNumber })) {
		const used = typeof given === "string" && given.startsWith("rfc5424");
		check(value === undefined || used, path, "goes with a `format` that begins with rfc5424");
	}
	const made = formatOf(factory, check, { ...options, maxBytes });

	/** The message, or why there is none. */
	function lineOf({ event }: SealedEvent): Uint8Array | "event_unprojectable" | "event_too_large" {
		let line: unknown;
		try {
			line = made.project(event);
		} catch {
			return "event_unprojectable";
		}
		// Framing would keep a line break, but some receivers begin another message at it.
		if (typeof line !== "string" || line === "" || /[\0\r\n]/u.test(line)) {
			return "event_unprojectable";
		}
		const bytes = Buffer.from(line);
		return bytes.byteLength > maxBytes ? "event_too_large" : bytes;
	}

	return (batch) => {
		const lines: { readonly index: number; readonly bytes: Uint8Array }[] = [];
		const refused: RefusedItem[] = [];
		for (const [index, event] of batch.entries()) {
			const line = lineOf(event);
			if (typeof line === "string") refused.push({ index, verdict: "reject", code: line });
			else lines.push({ index, bytes: line });
		}
		return { lines, refused };
	};
}

function formatOf(
	factory: string,
	check: Check,
	options: LineOptions & { readonly maxBytes: number },
): Format {
	const { format = "rfc5424", maxBytes, facility, privateEnterpriseNumber } = options;
	if (typeof format !== "string") {
		const shaped = typeof format === "object" && typeof format?.project === "function";
		check(shaped, "format", "takes a name or a format of @mcp-trail/formats");
		return format;
	}
	const syslog = {
		maxBytes,
		...(facility === undefined ? {} : { facility }),
		...(privateEnterpriseNumber === undefined ? {} : { privateEnterpriseNumber }),
	};
	try {
		if (format === "rfc5424") return rfc5424Format(syslog);
		if (format === "rfc5424_cef") return rfc5424Format({ ...syslog, body: "cef" });
		if (format === "rfc5424_json") return rfc5424Format({ ...syslog, body: "json" });
		if (format === "cef") return cefFormat({ maxBytes });
		if (format === "leef") return leefFormat({ maxBytes });
	} catch (error) {
		// It names the option and what to give instead.
		const says = error instanceof Error ? error.message : String(error);
		throw new TypeError(`${factory}: ${says}.`, { cause: error });
	}
	check(false, "format", "takes rfc5424, rfc5424_cef, rfc5424_json, cef or leef");
	return format;
}
