import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, expectTypeOf, it } from "vitest";
import { errorCodes, type AuditErrorCode } from "./error-codes.ts";
import type { FolderErrorCode } from "./trail/trail-error.ts";
import type { TrailErrorCode } from "./trail.ts";

const docs = readFileSync(new URL("../../../docs/errors.md", import.meta.url), "utf8");

/** The rows of one package's table. */
function rowsOf(name: string): readonly (readonly string[])[] {
	const section = docs.split("\n## ").find((text) => text.startsWith(`\`${name}\``)) ?? "";
	return section
		.split("\n")
		.filter((line) => line.startsWith("| `"))
		.map((line) =>
			line
				.slice(2, -2)
				.split(" | ")
				.map((cell) => cell.trim()),
		);
}

describe("error codes", () => {
	it("[docs.errors] stand in docs/errors.md with the same words, and nothing else does", () => {
		const table = Object.entries(errorCodes).map(([code, { means, remedy }]) => [
			`\`${code}\``,
			means,
			remedy,
		]);
		expect(rowsOf("@mcp-trail/audit")).toEqual(table);
	});

	it("are each used by the code, in alphabetical order", () => {
		const folder = new URL(".", import.meta.url);
		const source = readdirSync(folder, { recursive: true, encoding: "utf8" })
			.filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"))
			.filter((name) => !name.startsWith("error-codes") && !name.startsWith("testing"))
			.map((name) => readFileSync(new URL(name, folder), "utf8"))
			.join("\n");
		const codes = Object.keys(errorCodes);
		expect(codes.filter((code) => !source.includes(`"${code}"`))).toEqual([]);
		expect(codes).toEqual(codes.toSorted());
	});

	it("hold those of trails", () => {
		expectTypeOf<TrailErrorCode>().toExtend<AuditErrorCode>();
		expectTypeOf<FolderErrorCode>().toExtend<AuditErrorCode>();
	});
});
