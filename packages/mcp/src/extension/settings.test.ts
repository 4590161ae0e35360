import { expect, it } from "vitest";
import { AUDIT_EXTENSION as ID } from "./identifier.ts";
import { auditExtension } from "./extension.ts";
import { connectionOf } from "../hook/connection.ts";
import type { Exchange } from "../observer.ts";
import type { JsonObject } from "../json-object.ts";
import { anExchange } from "../testing/exchange.ts";
import { readReceipt } from "./receipt.ts";
import { declares } from "./settings.ts";

const declaring = (settings: unknown) => ({ extensions: { [ID]: settings } });

it("[safe.extension_settings] takes an empty object, and what it does not know, as a declaration", () => {
	for (const settings of [
		{},
		{ more: [1] },
		{ schemaVersions: ["2.0", "1.0"] },
		{ schemaVersions: ["1.7"] },
	])
		expect(declares(declaring(settings), ID)).toBe(true);
});

it("[safe.extension_settings] takes everything else, and versions that are not in common, as none", () => {
	for (const settings of [
		null,
		true,
		"1.0",
		[],
		{ schemaVersions: ["2.0"] },
		{ schemaVersions: [] },
		{ schemaVersions: "1.0" },
		{ schemaVersions: [1] },
	])
		expect(declares(declaring(settings), ID)).toBe(false);
	for (const capabilities of [
		undefined,
		null,
		"x",
		{},
		{ extensions: [] },
		{ extensions: { other: {} } },
		{ extensions: Object.create({ [ID]: {} }) as object },
	])
		expect(declares(capabilities, ID)).toBe(false);
});

/** A modern request of a client that declared the extension. */
const declared = (): Exchange =>
	anExchange({
		connection: connectionOf({}, "server"),
		method: "tools/list",
		meta: { "io.modelcontextprotocol/clientCapabilities": declaring({}) },
		era: "modern",
		protocolVersion: "2026-07-28",
	});

it("[safe.receipt_not_shared] no receipt is put on a result that may be kept for others", () => {
	const extension = auditExtension({ receipts: true });
	const on = (result: JsonObject) =>
		extension.receipt(declared(), undefined, result, () => "event");
	for (const result of [{}, { ttlMs: 0 }])
		expect(on(result)).toEqual({ [ID]: { eventId: "event", schemaVersion: "1.0" } });
	for (const ttlMs of [1, 60_000, "60", null]) expect(on({ ttlMs })).toBeUndefined();
});

it("[safe.extension_negotiated] a block declares the extension only where each request has a connection of its own", () => {
	const extension = auditExtension({ mandatory: true });
	const claim = { operationId: "op-1" };
	const asked = (transport: object): boolean => {
		const exchange: Exchange = {
			...declared(),
			connection: connectionOf(transport, "server"),
			meta: { [ID]: { v: "1.0", ...claim } },
			era: undefined,
		};
		return extension.isDeclared(exchange, claim);
	};
	expect(asked({ handleRequest: () => undefined })).toBe(true);
	expect(asked({ handleRequest: () => undefined, sessionId: "s-1" })).toBe(false);
	expect(asked({})).toBe(false);
});

const from = (eventId: unknown) => readReceipt({ _meta: { [ID]: { eventId } } }, ID);

it("[complete.receipts] only an event id of the schema is kept of a receipt", () => {
	const id = "01a1f874-3e4b-7c3e-9f10-6a2b4c8d0e1f";
	expect(from(id)).toBe(id);
	for (const eventId of [undefined, 7, "", `${id}\n`, id.toUpperCase(), id.replace("-7", "-4")])
		expect(from(eventId)).toBeUndefined();
	expect(readReceipt({ _meta: "x" }, ID)).toBeUndefined();
});
