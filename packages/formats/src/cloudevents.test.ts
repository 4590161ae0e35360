import { CloudEvent, HTTP } from "cloudevents";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anEvent } from "../scripts/any-event.ts";
import { examples } from "../scripts/examples.ts";
import { cloudEventHeaders } from "./cloudevents-attributes.ts";
import { cloudEvents, cloudEventsMapping } from "./cloudevents.ts";
import type { Fields } from "./table.ts";
import { runs } from "../../../test/runs.ts";

/** Reads it as a receiver with the SDK does, which judges it by the specification. */
function received(said: Fields): CloudEvent<unknown> {
	const body = JSON.stringify(said);
	const read = HTTP.toEvent({ headers: { "content-type": cloudEvents.mediaType }, body });
	if (Array.isArray(read)) throw new Error("one event was sent");
	const strict = new CloudEvent<unknown>(JSON.parse(body), true);
	expect(read).toEqual(strict);
	return strict;
}

const sequenceOf = (sequence: number): string =>
	cloudEventHeaders({ id: "", time: "", type: "" }, { stream: "", sequence })["ce_sequence"] ?? "";

describe("CloudEvents", () => {
	it.each([...examples()])("[formats.cloudevents] has %s read by the SDK", (_name, event) => {
		const said = cloudEvents.project(event);
		const read = received(said);
		expect(read.validate()).toBe(true);
		expect(read.data).toEqual(event);
		expect(read.id).toBe(event.id);
		expect(read.source).toBe(`urn:uuid:${event.integrity.stream_id}`);
		expect(JSON.parse(JSON.stringify(read))).toEqual(JSON.parse(JSON.stringify(said)));
	});

	it("[formats.cloudevents] has any event read by the SDK", () => {
		fc.assert(
			fc.property(anEvent, (event) => {
				const said = cloudEvents.project(event);
				expect(received(said).validate()).toBe(true);
				for (const name of Object.keys(said)) expect(name).toMatch(/^[a-z0-9]{1,20}$/);
			}),
			{ numRuns: runs(200) },
		);
	});

	it("is judged by an SDK that sees what is wrong", () => {
		const [[, event]] = [...examples()] as [[string, Parameters<typeof cloudEvents.project>[0]]];
		const said = cloudEvents.project(event);
		expect(() => received({ ...said, Not_A_Name: "x" })).toThrow("invalid extension name");
		expect(() => received({ ...said, source: undefined })).toThrow("invalid payload");
		expect(() => received({ ...said, type: "" })).toThrow("invalid payload");
	});

	it("has every attribute of binary mode", () => {
		const facts = { id: "i", time: "t", type: "y", operationId: "o", parentEventId: "p" };
		const headers = Object.keys(cloudEventHeaders(facts, { stream: "s", sequence: 1 }));
		const [shared] = cloudEventsMapping.parts;
		expect(shared?.rows.map(({ to }) => `ce_${to}`)).toEqual(headers);
	});

	it("sorts sequences as text", () => {
		const texts = [9, 10, 123, Number.MAX_SAFE_INTEGER].map(sequenceOf);
		expect(texts.toSorted((a, b) => (a < b ? -1 : 1))).toEqual(texts);
	});
});
