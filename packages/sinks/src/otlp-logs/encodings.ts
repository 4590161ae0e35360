import { member, parsedJson, textMember } from "../http/json.ts";
import { protobufOf } from "./messages.ts";
import { protobufFields } from "./protobuf-fields.ts";
import { protobufWriter } from "./protobuf-writer.ts";

/** Records of one resource, each encoded. */
export interface ResourceRecords {
	readonly resource: Uint8Array;
	readonly records: readonly Uint8Array[];
}

/** One of the two forms in which OTLP/HTTP is spoken. */
export interface Encoding {
	readonly mediaType: string;
	record(record: object): Uint8Array;
	resource(resource: object): Uint8Array;
	/** An `ExportLogsServiceRequest`. */
	request(groups: readonly ResourceRecords[]): Uint8Array;
	/** How many records an `ExportLogsServiceResponse` refuses; undefined where the answer is none. */
	rejected(answer: Buffer): number | undefined;
	/** What the `Status` of a failure says. */
	said(answer: Buffer): string;
}

const bytesOf = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));
const joined = (parts: readonly Uint8Array[]): string =>
	parts.map((part) => Buffer.from(part).toString()).join();

const json: Encoding = {
	mediaType: "application/json",
	record: bytesOf,
	resource: bytesOf,
	request: (groups) =>
		Buffer.from(
			`{"resourceLogs":[${groups
				.map(
					({ resource, records }) =>
						`{"resource":${joined([resource])},"scopeLogs":[{"logRecords":[${joined(records)}]}]}`,
				)
				.join()}]}`,
		),
	rejected: (answer) => {
		if (answer.length === 0) return 0;
		const said = parsedJson(answer.toString());
		if (typeof said !== "object" || said === null || Array.isArray(said)) return undefined;
		const partial = member(said, "partialSuccess") ?? member(said, "partial_success");
		const count =
			member(partial, "rejectedLogRecords") ?? member(partial, "rejected_log_records") ?? 0;
		const number = typeof count === "string" && count !== "" ? Number(count) : count;
		return typeof number === "number" && Number.isInteger(number) ? number : undefined;
	},
	said: (answer) => textMember(parsedJson(answer.toString()), "message"),
};

const protobuf: Encoding = {
	mediaType: "application/x-protobuf",
	record: (record) => protobufOf("LogRecord", record),
	resource: (resource) => protobufOf("Resource", resource),
	request: (groups) => {
		const request = protobufWriter();
		for (const { resource, records } of groups) {
			request.message(1, () => {
				request.bytes(1, resource);
				request.message(2, () => {
					for (const record of records) request.bytes(2, record);
				});
			});
		}
		return request.done();
	},
	rejected: (answer) => {
		const partial = fieldsOf(answer)?.get(1);
		if (partial === undefined) return fieldsOf(answer) === undefined ? undefined : 0;
		const count = partial instanceof Uint8Array ? (fieldsOf(partial)?.get(1) ?? 0n) : undefined;
		return typeof count === "bigint" ? Number(BigInt.asIntN(64, count)) : undefined;
	},
	said: (answer) => {
		const message = fieldsOf(answer)?.get(2);
		return message instanceof Uint8Array ? Buffer.from(message).toString() : "";
	},
};

function fieldsOf(bytes: Uint8Array): ReturnType<typeof protobufFields> | undefined {
	try {
		return protobufFields(bytes);
	} catch {
		return undefined;
	}
}

/** Both, by what the option calls them. */
export const encodings = { json, protobuf } as const satisfies Readonly<Record<string, Encoding>>;

/** The form of an answer, by its media type: that of the request, unless something in between answered. */
export function spokenBy(mediaType: string | undefined, sent: Encoding): Encoding {
	const said = mediaType?.split(";")[0]?.trim().toLowerCase();
	return Object.values(encodings).find((one) => one.mediaType === said) ?? sent;
}
