import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { bulkErrors } from "../elasticsearch/bulk-errors.ts";
import { s3Codes } from "../s3/s3-faults.ts";
import { hecCodes } from "../splunk-hec/hec-codes.ts";
import { httpFaults } from "./http-faults.ts";

const page = readFileSync(new URL("../../../../docs/http-sinks.md", import.meta.url), "utf8");

/** The rows of the tables under a heading, cell by cell. */
const rowsOf = (heading: string): readonly (readonly string[])[] =>
	(page.split("\n## ").find((section) => section.startsWith(heading)) ?? "")
		.split("\n")
		.filter((line) => line.startsWith("| `"))
		.map((line) => line.slice(2, -2).split(" | "));

it("[docs.http_sinks] lists every code that sinks over HTTP share, in the code's words, and no other", () => {
	expect(rowsOf("Codes of every sink")).toEqual(
		Object.entries(httpFaults).map(([code, { verdict, means, remedy }]) => [
			`\`${code}\``,
			verdict,
			means,
			remedy,
		]),
	);
	expect(Object.keys(httpFaults)).toEqual(Object.keys(httpFaults).toSorted());
});

it("[docs.http_sinks] each of those codes is used by the code", () => {
	const folder = new URL("..", import.meta.url);
	const source = readdirSync(folder, { recursive: true, encoding: "utf8" })
		.filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"))
		.map((name) => readFileSync(new URL(name, folder), "utf8"))
		.join("\n");
	expect(Object.keys(httpFaults).filter((code) => !source.includes(`"${code}"`))).toEqual([]);
});

it("[docs.http_sinks] lists every error of `_bulk` that the sink knows, with its verdict", () => {
	const rows = rowsOf("Elasticsearch").map(([type, verdict, remedy]) => [type, verdict, remedy]);
	for (const [type, { verdict, remedy }] of Object.entries(bulkErrors)) {
		expect(rows).toContainEqual([`\`${type}\``, verdict, remedy]);
	}
});

it("[docs.http_sinks] lists every code of Splunk's collector that the sink knows, and no other", () => {
	const section = page.split("\n## ").find((text) => text.startsWith("Splunk")) ?? "";
	const rows = section.split("\n").filter((line) => /^\| \d/u.test(line));
	expect(rows).toEqual(
		Object.entries(hecCodes).map(
			([code, { name, verdict, remedy }]) => `| ${code} | \`${name}\` | ${verdict} | ${remedy} |`,
		),
	);
});

it("[docs.http_sinks] lists every code of S3 that the sink knows, and no other", () => {
	expect(rowsOf("S3")).toEqual(
		Object.entries(s3Codes).map(([code, { verdict, remedy }]) => [`\`${code}\``, verdict, remedy]),
	);
	expect(Object.keys(s3Codes)).toEqual(Object.keys(s3Codes).toSorted());
});
