import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { streamFaults } from "./stream-faults.ts";

const page = readFileSync(new URL("../../../../docs/syslog-sinks.md", import.meta.url), "utf8");

it("[docs.syslog_sinks] docs/syslog-sinks.md lists every code of syslog and RELP, in the code's words, and no other", () => {
	const [, codes = ""] = page.split("\n## Codes\n");
	expect(codes.split("\n").filter((line) => line.startsWith("| `"))).toEqual(
		Object.entries(streamFaults).map(
			([code, { verdict, means, remedy }]) => `| \`${code}\` | ${verdict} | ${means} | ${remedy} |`,
		),
	);
	expect(Object.keys(streamFaults)).toEqual(Object.keys(streamFaults).toSorted());
});

it("[docs.syslog_sinks] each of those codes is used by the code", () => {
	const folder = new URL("../", import.meta.url);
	const files = ["syslog", "relp", "http"].flatMap((name) =>
		readdirSync(new URL(name, folder)).map((file) => `${name}/${file}`),
	);
	const source = ["syslog.ts", "relp.ts", ...files]
		.filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"))
		.map((name) => readFileSync(new URL(name, folder), "utf8"))
		.join("\n");
	expect(Object.keys(streamFaults).filter((code) => !source.includes(`"${code}"`))).toEqual([]);
});
