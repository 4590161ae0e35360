import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { seal } from "@mcp-trail/integrity";
import { expect, it } from "vitest";
import { nodeSystem } from "../system/node-system.ts";
import { testEvent } from "../testing/trail-check-kit.ts";
import { deadLetters } from "./dead-letters.ts";

const STREAM = "018f2f6e-7c1a-7d2e-9a44-3f1d2c5b6a70";

it("[durable.dead_letters] keeps every letter of writes that overlap, as those of batches in flight do", async () => {
	const dir = mkdtempSync(join(tmpdir(), "dead-"));
	const letters = deadLetters("picky", { dir }, nodeSystem());
	const refused = Array.from({ length: 8 }, (_, at) => ({
		event: seal(testEvent(at), { streamId: STREAM, sequence: at + 1 }),
		code: "refused",
	}));
	const writes = refused.map(async (one) => letters.write([one]));
	await Promise.all([...writes, letters.close()]);
	const kept = readFileSync(join(dir, "picky.dead-letters.ndjson"), "utf8").trimEnd().split("\n");
	const lines = kept.map((text): unknown => JSON.parse(text).line);
	expect(lines).toEqual(refused.map(({ event }) => Buffer.from(event.bytes).toString()));
});
