import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { diskFaultOf, diskFaults } from "./disk-faults.ts";

it("[docs.file_sink] docs/file-sink.md lists every code of the file sink and no other", () => {
	const page = readFileSync(new URL("../../../../docs/file-sink.md", import.meta.url), "utf8");
	expect(page.split("\n").filter((line) => line.startsWith("| `"))).toEqual(
		Object.entries(diskFaults).map(
			([code, { verdict, says, remedy }]) => `| \`${code}\` | ${verdict} | ${says} | ${remedy} |`,
		),
	);
});

it.each([
	["ENOSPC", "retry"],
	["EDQUOT", "retry"],
	["EIO", "retry"],
	["EMFILE", "retry"],
	["ENEVERSEEN", "retry"],
	["EACCES", "hold"],
	["EROFS", "hold"],
	["ENOENT", "hold"],
	["ELOOP", "hold"],
])("[sinks.file_failures] %s is %s", (code, verdict) => {
	expect(diskFaults[diskFaultOf(code)].verdict).toBe(verdict);
});
