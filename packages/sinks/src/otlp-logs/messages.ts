import { type ProtobufWriter, protobufWriter } from "./protobuf-writer.ts";

/** How a member of OTLP/JSON stands in protobuf; a message by its name in {@link messages}. */
type Kind = "base64" | "bool" | "double" | "fixed32" | "fixed64" | "hex" | "int64" | "text";
type Member = readonly [field: number, kind: Kind | MessageName];
type MessageName =
	| "AnyValue"
	| "ArrayValue"
	| "KeyValue"
	| "KeyValueList"
	| "LogRecord"
	| "Resource";

/** The part of opentelemetry-proto that log records need: `common.proto`, `resource.proto`, `logs.proto` (v1). */
const messages: Readonly<Record<MessageName, Readonly<Record<string, Member>>>> = {
	AnyValue: {
		stringValue: [1, "text"],
		boolValue: [2, "bool"],
		intValue: [3, "int64"],
		doubleValue: [4, "double"],
		arrayValue: [5, "ArrayValue"],
		kvlistValue: [6, "KeyValueList"],
		bytesValue: [7, "base64"],
	},
	ArrayValue: { values: [1, "AnyValue"] },
	KeyValue: { key: [1, "text"], value: [2, "AnyValue"] },
	KeyValueList: { values: [1, "KeyValue"] },
	LogRecord: {
		timeUnixNano: [1, "fixed64"],
		body: [5, "AnyValue"],
		attributes: [6, "KeyValue"],
		flags: [8, "fixed32"],
		traceId: [9, "hex"],
		spanId: [10, "hex"],
		observedTimeUnixNano: [11, "fixed64"],
		eventName: [12, "text"],
	},
	Resource: { attributes: [1, "KeyValue"] },
};

/** A message of OTLP/JSON in protobuf. Throws `TypeError` on a member that it does not know, so that none vanishes. */
export function protobufOf(name: "LogRecord" | "Resource", value: object): Uint8Array {
	const writer = protobufWriter();
	fill(writer, name, value);
	return writer.done();
}

const scalars: Readonly<
	Record<Kind, (writer: ProtobufWriter, field: number, value: unknown) => void>
> = {
	base64: (to, field, value) => to.bytes(field, Buffer.from(String(value), "base64")),
	bool: (to, field, value) => to.bool(field, value === true),
	double: (to, field, value) => to.double(field, Number(value)),
	fixed32: (to, field, value) => to.fixed32(field, Number(value)),
	fixed64: (to, field, value) => to.fixed64(field, BigInt(String(value))),
	hex: (to, field, value) => to.bytes(field, Buffer.from(String(value), "hex")),
	int64: (to, field, value) => to.int64(field, BigInt(String(value))),
	text: (to, field, value) => to.text(field, String(value)),
};

const isScalar = (kind: Kind | MessageName): kind is Kind => Object.hasOwn(scalars, kind);

function fill(writer: ProtobufWriter, name: MessageName, value: unknown): void {
	const members = messages[name];
	for (const [key, found] of Object.entries(Object(value))) {
		const place = members[key];
		if (place === undefined) throw new TypeError(`${name} has no ${key}`);
		const [field, kind] = place;
		for (const one of Array.isArray(found) ? found : [found]) {
			if (isScalar(kind)) scalars[kind](writer, field, one);
			else writer.message(field, () => fill(writer, kind, one));
		}
	}
}
