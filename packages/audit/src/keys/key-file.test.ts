import { execFileSync } from "node:child_process";
import {
	chmodSync,
	chownSync,
	mkdirSync,
	mkdtempSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { openAudit } from "../open-audit.ts";
import { digestKeysFromFile, parseDigestKeys } from "./key-file.ts";
import { keyedDigester } from "./keyed-digester.ts";

const folder = mkdtempSync(join(tmpdir(), "keys-"));
afterAll(() => rmSync(folder, { recursive: true }));

const canary = "c4n4ry+c4n4ry+c4n4ry+c4n4ry+c4n4ry+c4n4ry42=";
const secret = Buffer.from(canary, "base64").toString("base64");
const other = Buffer.alloc(32, 9).toString("base64");

let files = 0;
function file(text: string, mode = 0o600): string {
	files += 1;
	const path = join(folder, `key-${files}`);
	writeFileSync(path, text);
	chmodSync(path, mode);
	return path;
}

function thrown(run: () => unknown): { code: unknown; text: string } {
	try {
		run();
	} catch (error) {
		const { code, message, stack, cause } = error as Error & { code: unknown };
		return { code, text: `${message} ${stack} ${String(cause)} ${JSON.stringify(error)}` };
	}
	throw new Error("nothing was thrown");
}

describe("parseDigestKeys", () => {
	it("takes the first key as current and the others for lookup; skips empty lines and comments", () => {
		const keys = parseDigestKeys(`# rotated yearly\r\n\n2026-11:${secret}\r\n 2025-11:${other} \n`);
		expect(keys.map(({ id }) => id)).toEqual(["2026-11", "2025-11"]);
		expect(Buffer.from(keys[0].key).toString("base64")).toBe(secret);
	});

	const wrong: Readonly<Record<string, string>> = {
		"nothing in it": "# only a comment\n",
		"no colon": secret,
		"an upper-case key id": `Key:${secret}`,
		"an empty key id": `:${secret}`,
		"a key id of 33 characters": `${"k".repeat(33)}:${secret}`,
		"a short key": `a:${secret.slice(0, 20)}`,
		"a long key": `a:${Buffer.alloc(33, 1).toString("base64")}`,
		base64url: `a:${"-".repeat(43)}=`,
		"stray bits at the end of the base64": `a:${"A".repeat(42)}B=`,
		"something behind the key": `a:${secret} now`,
		"the same key id twice": `a:${secret}\na:${other}`,
	};
	for (const [what, text] of Object.entries(wrong)) {
		it(`[private.key_canary] refuses ${what}, and does not repeat a byte of the key`, () => {
			const { code, text: told } = thrown(() => parseDigestKeys(text));
			expect(code).toBe("key_file_malformed");
			expect(told).not.toContain(secret.slice(0, 12));
			expect(told).not.toContain("canary");
			expect(told).toContain("openssl rand");
		});
	}
});

describe("digestKeysFromFile", () => {
	it("reads a private file", () => {
		expect(digestKeysFromFile(file(`2026-11:${secret}\n`))[0].id).toBe("2026-11");
		expect(digestKeysFromFile(file(`2026-11:${secret}`, 0o400))[0].id).toBe("2026-11");
	});

	it("[private.key_file] refuses one that is open to group or others, naming the path and the remedy", () => {
		for (const mode of [0o640, 0o604, 0o660, 0o666, 0o644, 0o610]) {
			const path = file(`2026-11:${secret}\n`, mode);
			const { code, text } = thrown(() => digestKeysFromFile(path));
			expect(code).toBe("key_file_open");
			expect(text).toContain(path);
			expect(text).toContain("chmod 600");
			expect(text).not.toContain(secret.slice(0, 12));
		}
	});

	it.runIf(process.getuid?.() === 0)("refuses the file of another user", () => {
		const path = file(`2026-11:${secret}\n`);
		chownSync(path, 12_345, 12_345);
		expect(thrown(() => digestKeysFromFile(path)).code).toBe("key_file_open");
	});

	it("refuses a link, a folder, a pipe, a large file and a missing one", () => {
		const good = file(`2026-11:${secret}\n`);
		const link = join(folder, "link");
		symlinkSync(good, link);
		const directory = join(folder, "directory");
		mkdirSync(directory, { mode: 0o700 });
		const pipe = join(folder, "pipe");
		execFileSync("sh", ["-c", `mkfifo -m 600 "$0"`, pipe]);
		const large = file("#".repeat(70_000));
		for (const path of [link, directory, pipe, large, join(folder, "missing")]) {
			const { code, text } = thrown(() => digestKeysFromFile(path));
			expect(code).toBe("key_file_unreadable");
			expect(text).toContain(path);
		}
	});

	it("names the path and the line of a malformed file", () => {
		const path = file(`2026-11:${secret}\nbroken:${secret.slice(4)}\n`);
		const { code, text } = thrown(() => digestKeysFromFile(path));
		expect(code).toBe("key_file_malformed");
		expect(text).toContain(`${path}: line 2`);
		expect(text).not.toContain(secret.slice(4, 16));
	});

	it("gives an audit its digester: by path, by keys, or a random one that says so", async () => {
		const path = file(`2026-11:${secret}\n2025-11:${other}\n`);
		const [byPath, byKeys, random, another] = [
			openAudit({ service: "a", digestKeys: path }),
			openAudit({ service: "a", digestKeys: digestKeysFromFile(path) }),
			openAudit({ service: "a" }),
			openAudit({ service: "a" }),
		];
		const [current] = digestKeysFromFile(path);
		const digest = keyedDigester(current, false).digest("text", "x");
		expect(byPath.digester.digest("text", "x")).toBe(digest);
		expect(byKeys.digester.digest("text", "x")).toBe(digest);
		expect(byPath.digester).toMatchObject({ keyId: "2026-11", ephemeral: false });
		expect(random.digester).toMatchObject({
			keyId: expect.stringMatching(/^ephemeral-[0-9a-f]{8}$/),
			ephemeral: true,
		});
		expect(another.digester.keyId).not.toBe(random.digester.keyId);
		for (const audit of [byPath, byKeys, random, another]) await audit.close();
		expect(thrown(() => openAudit({ service: "a", digestKeys: join(folder, "no") })).code).toBe(
			"key_file_unreadable",
		);
	});
});
