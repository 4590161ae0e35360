import { readdirSync, readFileSync } from "node:fs";
import { ocsf18 } from "@mcp-trail/formats";
import { describe, expect, inject, it } from "vitest";
import { judge, VALIDATOR } from "./validator.ts";

const folder = new URL("../../../schemas/event/1.0/valid/", import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith(".json"));
const projected = files.map((name) =>
	ocsf18.project(JSON.parse(readFileSync(new URL(name, folder), "utf8"))),
);

describe.runIf(inject("ocsfNotRun") === "")("OCSF 1.8 and a validator of somebody else's", () => {
	it("[formats.ocsf_independent] finds every type of event valid", async () => {
		const found = await judge(projected);
		expect(Object.fromEntries(files.map((name, index) => [name, found[index]]))).toEqual(
			Object.fromEntries(files.map((name) => [name, []])),
		);
		console.log(`\n**** ${VALIDATOR} judged ${found.length} events`);
	});

	it("sees what is wrong", async () => {
		const [event = {}] = projected;
		const { time: _, ...timeless } = event;
		const [missing, unknown, word] = await judge([
			timeless,
			{ ...event, made_up: 1 },
			{ ...event, severity_id: 7 },
		]);
		expect(missing).toEqual([expect.stringContaining("'time' is a required property")]);
		expect(unknown).toEqual([expect.stringContaining("made_up")]);
		expect(word).toEqual([expect.stringContaining("severity_id")]);
	});
});
