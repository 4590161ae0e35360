import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { brokerErrors } from "./broker-errors.ts";

const page = readFileSync(new URL("../../../../docs/kafka.md", import.meta.url), "utf8");
const rows = [...page.matchAll(/^\| (`[a-z_`, ]+`) \| (hold|reject|retry) \|/gmu)];
const documented = new Map(
	rows.flatMap(([, codes = "", verdict]) =>
		[...codes.matchAll(/`([a-z_]+)`/gu)].map(([, code = ""]) => [code, verdict] as const),
	),
);

it("[docs.kafka_errors] docs/kafka.md lists every broker's code that is held or refused, with its verdict", () => {
	for (const { name, verdict } of Object.values(brokerErrors)) {
		if (verdict === "retry") continue;
		expect([name.toLowerCase(), documented.get(name.toLowerCase())]).toEqual([
			name.toLowerCase(),
			verdict,
		]);
	}
});

it("[docs.kafka_errors] docs/kafka.md names no code that the sink does not have", () => {
	const source = ["sink-error.ts", "topic.ts", "session.ts", "kafkajs.ts", "../kafka.ts"]
		.map((file) => readFileSync(new URL(file, import.meta.url), "utf8"))
		.join("\n");
	const brokers = new Set(Object.values(brokerErrors).map(({ name }) => name.toLowerCase()));
	const composed = ["connect_timeout", "send_timeout", "probe_timeout"];
	for (const code of documented.keys()) {
		const known = brokers.has(code) || composed.includes(code) || source.includes(`"${code}"`);
		expect([code, known]).toEqual([code, true]);
	}
	expect(documented.size).toBeGreaterThan(25);
});
