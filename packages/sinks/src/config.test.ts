import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openSinks, parseSinksConfig, readSinksConfig, type SinksConfigError } from "./config.ts";
import { kinds } from "./config/kinds.ts";
import { missingPeers } from "./missing-peers.ts";
import { generated } from "../scripts/generated.ts";

const exported: Record<string, unknown> = JSON.parse(
	readFileSync(new URL("../package.json", import.meta.url), "utf8"),
).exports;
const subpaths = Object.keys(exported)
	.filter((name) => name !== "./config" && name !== "./package.json")
	.map((name) => name.slice(2));

const PEM = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----";

/** What is said of a configuration, line by line. */
function said(input: unknown): readonly string[] {
	try {
		parseSinksConfig(input);
	} catch (error) {
		if (!(error instanceof Error && "problems" in error)) throw error;
		return error.message.split("\n").map((line) => line.trim());
	}
	return [];
}

/** What is said of one sink. */
const saidOf = (block: unknown): readonly string[] => said({ sinks: [block] });

describe("a configuration of sinks", () => {
	it("[sinks.config_every] can name every sink there is", () => {
		expect(kinds.map(({ type }) => type).toSorted()).toEqual(subpaths.toSorted());
	});

	it.each(kinds.map((kind) => [kind.type, kind] as const))(
		"[sinks.config_every] opens %s from its example, named after its type",
		async (type, { example }) => {
			const config = parseSinksConfig(JSON.stringify({ sinks: [{ type, ...example }] }));
			const [sink] = await openSinks(config, { env: allSet });
			expect(sink?.name).toBe(type);
			await sink?.close?.(AbortSignal.timeout(5_000));
		},
	);

	it.each(kinds.map((kind) => [kind.type, kind] as const))(
		"[sinks.config_errors] says what else %s might have meant",
		(type, { example }) => {
			const [line] = saidOf({ type, ...example, nam: "x" });
			expect(line).toContain("sinks[0].nam is no option of this sink. Did you mean name?");
		},
	);

	it("opens several of one type under their own names, and keeps every option", async () => {
		const text = JSON.stringify({
			$schema: "./sinks.schema.json",
			sinks: [
				{ type: "console" },
				{ type: "console", name: "second", format: "ndjson" },
				{ type: "file", path: "/tmp/x.log", format: "ocsf", sync: false },
			],
		});
		const config = parseSinksConfig(text);
		expect(config).toEqual({
			sinks: [
				{ type: "console", name: "console" },
				{ type: "console", name: "second", format: "ndjson" },
				{ type: "file", name: "file", path: "/tmp/x.log", format: "ocsf", sync: false },
			],
		});
		expect(parseSinksConfig(config)).toEqual(config);
		const sinks = await openSinks(config);
		expect(sinks.map(({ name, delivery }) => [name, delivery])).toEqual([
			["console", "best_effort"],
			["second", "best_effort"],
			["file", "best_effort"],
		]);
	});
});

/** An environment in which every variable is set. */
const allSet: Readonly<Record<string, string>> = new Proxy(
	{},
	{ get: () => `whsec_${Buffer.alloc(32).toString("base64")}` },
);

describe("what is wrong with a configuration of sinks", () => {
	it.each([
		[3, ['takes an object: { "sinks": [{ "type": "console" }] }.']],
		[{}, ['sinks takes a list of 1 to 32, such as [{ "type": "console" }].']],
		[{ sinks: [] }, ["sinks takes a list of 1 to 32"]],
		[{ sinks: Array.from({ length: 33 }, () => ({})) }, ["sinks takes a list of 1 to 32"]],
		[{ sink: [], sinks: [{ type: "console" }] }, ["sink is not known. Did you mean sinks?"]],
		[{ sinks: ["console"] }, ["sinks[0] takes an object"]],
		[{ sinks: [{}] }, ["sinks[0].type takes one of console, "]],
		[
			{ sinks: [{ type: "spulnk-hec" }] },
			["sinks[0].type is no sink that is built in. Did you mean splunk-hec? A sink of your own"],
		],
		[{ sinks: [{ type: "console", name: "No" }] }, ["sinks[0].name takes 1 to 32 of a-z"]],
		[
			{ sinks: [{ type: "console" }, { type: "file", name: "console", path: "/x" }] },
			["sinks[1].name is console, as of sinks[0]. Give each sink"],
		],
	] as const)("[sinks.config_errors] %j", (input, expected) => {
		const lines = said(input);
		expect(lines.length).toBeGreaterThan(0);
		for (const [index, text] of expected.entries()) expect(lines[index]).toContain(text);
	});

	it.each([
		[{ type: "file" }, "sinks[0].path is missing; it takes text."],
		[{ type: "file", path: "" }, "sinks[0].path takes text that is not empty."],
		[{ type: "file", path: "x".repeat(5_000) }, "sinks[0].path takes text of at most"],
		[
			{ type: "file", path: "/x", keepFiles: 0 },
			"sinks[0].keepFiles takes a whole number above 0.",
		],
		[{ type: "file", path: "/x", sync: "no" }, "sinks[0].sync takes true or false."],
		[{ type: "file", path: "/x", format: "ocfs" }, "Did you mean ocsf?"],
		[{ type: "file", path: "/x", format: 3 }, "sinks[0].format takes the name of a format"],
		[{ type: "console", format: "json" }, 'sinks[0].format takes "readable" or "ndjson".'],
		[{ type: "elasticsearch", url: "https://x", format: "cef" }, "JSON objects"],
		[{ type: "kafka", brokers: [] }, "sinks[0].brokers takes a list that is not empty."],
		[{ type: "kafka", brokers: ["x:1", 2] }, "sinks[0].brokers[1] takes text."],
		[{ type: "kafka", brokers: ["x:1"], ssl: 3 }, "sinks[0].ssl takes true, false"],
		[{ type: "kafka", brokers: ["x:1"], ssl: { caa: "" } }, "sinks[0].ssl.caa is not known here."],
		[{ type: "datadog" }, "sinks[0].apiKey is missing; it takes"],
		[{ type: "datadog", apiKey: { env: "A" }, tls: { caa: "" } }, "sinks[0].tls.caa is not known"],
		[{ type: "datadog", apiKey: { env: "A" }, tls: 3 }, "sinks[0].tls takes an object."],
	] as const)("[sinks.config_errors] %j", (block, expected) => {
		const lines = saidOf(block);
		expect(lines).toHaveLength(1);
		expect(lines[0]).toContain(expected);
	});

	it("[sinks.config_errors] all of it is said at once, each by its path", () => {
		const lines = said({
			sinks: [
				{ type: "file", pth: "/x" },
				{ type: "splunk-hec", url: 1, token: { env: "T" } },
			],
		});
		expect(lines).toEqual([
			"The configuration of sinks:",
			"sinks[0].path is missing; it takes text.",
			"sinks[0].pth is no option of this sink. Did you mean path?",
			"sinks[1].url takes text.",
		]);
	});

	it("[sinks.config_errors] what only the sink itself can judge is said by its path too", async () => {
		const config = parseSinksConfig({
			sinks: [
				{ type: "datadog", apiKey: { env: "K" }, site: "no host" },
				{ type: "webhook", url: "ftp://x", secret: { env: "S" } },
			],
		});
		await expect(openSinks(config)).rejects.toThrow(
			"sinks[0].site takes a host name.\n  sinks[1].url takes an http: or https: URL.",
		);
	});

	it("[docs.errors] the codes of a configuration stand in docs/errors.md, and nothing else does", () => {
		const codes: Readonly<Record<SinksConfigError["code"], true>> = {
			config_invalid: true,
			config_unreadable: true,
		};
		const docs = readFileSync(new URL("../../../docs/errors.md", import.meta.url), "utf8");
		const section = docs.split("\n## ").find((part) => part.startsWith("`@mcp-trail/sinks`"));
		const listed = [...(section ?? "").matchAll(/^\| `(\w+)` \|/gmu)].map(([, code]) => code);
		expect(listed).toEqual(Object.keys(codes));
	});

	it("[sinks.config_errors] a package that is not installed is named", () => {
		expect(missingPeers(["kafkajs@2", "@mcp-trail/no-such@^3"])).toEqual([
			"needs a package that is not installed. Run `npm install @mcp-trail/no-such@^3`.",
		]);
	});

	it.each([
		['{"sinks": [{"type": "console",}]}', "line 1, column 31"],
		['{"sinks": [\n\t{"type": "console"},\n]}', "line 3, column 1"],
		['{"sinks":\n [{"token": s3cret}]}', "line 2, column 13"],
		["", "line 1, column 1"],
	])("[sinks.config_errors] %j is no JSON, and where", (text, place) => {
		expect(said(text)).toEqual([
			`The configuration of sinks: is not JSON: ${place}. Look for a comma or a quote there.`,
		]);
	});
});

describe("a secret", () => {
	const CANARY = "c4n4ry-s3cret";

	it.each([
		{ type: "datadog", apiKey: CANARY },
		{ type: "splunk-hec", url: "https://x", token: CANARY },
		{ type: "webhook", url: "https://x", secret: [CANARY] },
		{ type: "elasticsearch", url: "https://x", auth: { apiKey: CANARY } },
		{ type: "elasticsearch", url: "https://x", auth: { username: "u", password: CANARY } },
		{ type: "elasticsearch", url: "https://x", tls: { key: CANARY, cert: PEM } },
		{
			type: "kafka",
			brokers: ["x:1"],
			sasl: { mechanism: "plain", username: "u", password: CANARY },
		},
		{ type: "kafka", brokers: ["x:1"], ssl: { key: CANARY } },
	])("[sinks.config_secrets] in the file itself is refused: %j", (block) => {
		const lines = saidOf(block).join("\n");
		expect(lines).toMatch(/never the value|committed|by env or file/u);
		expect(lines).not.toContain(CANARY);
	});

	it("[sinks.config_secrets] never stands in an error, wherever it was put", () => {
		for (const input of [
			`{"sinks": [{"type": "datadog", "apiKey": ${CANARY}}]}`,
			{ sinks: [{ type: "datadog", apiKey: { env: "K" }, site: { x: CANARY } }] },
			{ sinks: [{ type: "datadog", apiKey: { value: CANARY } }] },
		]) {
			const lines = said(input).join("\n");
			expect(lines).not.toBe("");
			expect(lines).not.toContain(CANARY);
		}
	});

	it("a certificate is no secret", () => {
		expect(saidOf({ type: "datadog", apiKey: { env: "K" }, tls: { ca: PEM } })).toEqual([]);
	});

	it("[sinks.config_secrets] comes from the given environment, and one that is missing is named", async () => {
		const config = parseSinksConfig({ sinks: [{ type: "datadog", apiKey: { env: "DD_KEY" } }] });
		await expect(openSinks(config, { env: { DD_KEY: "k" } })).resolves.toHaveLength(1);
		await expect(openSinks(config, { env: {} })).rejects.toThrow(
			"sinks[0].apiKey needs the environment variable DD_KEY, which is not set. Set it.",
		);
	});

	it("[sinks.config_secrets] of Kafka is read when it is opened, and again for each connection", async () => {
		const sasl = { mechanism: "plain", username: "u", password: { file: "/no/such/file" } };
		const config = parseSinksConfig({ sinks: [{ type: "kafka", brokers: ["x:1"], sasl }] });
		await expect(openSinks(config)).rejects.toThrow(
			"sinks[0] cannot be opened. The file /no/such/file of `sasl.password` cannot be read (ENOENT)",
		);
		const good = { mechanism: "plain", username: "u", password: { env: "P" } };
		const blocks = [
			{ type: "kafka", brokers: ["x:1"], sasl: good, ssl: { ca: PEM }, compression: "gzip" },
		];
		await expect(
			openSinks(parseSinksConfig({ sinks: blocks }), { env: { P: "p" }, onWarn: () => {} }),
		).resolves.toHaveLength(1);
		const folder = await mkdtemp(join(tmpdir(), "mcp-trail-config-"));
		const file = join(folder, "password");
		await writeFile(file, "p\n");
		const rotated = {
			type: "kafka",
			brokers: ["127.0.0.1:1"],
			sasl: { ...sasl, password: { file } },
		};
		const [sink] = await openSinks(parseSinksConfig({ sinks: [rotated] }));
		await rm(folder, { recursive: true });
		await expect(sink?.probe?.(new AbortController().signal)).rejects.toMatchObject({
			code: "secret_unreadable",
			verdict: "hold",
		});
	});
});

describe("a file", () => {
	let folder = "";
	beforeEach(async () => {
		folder = await mkdtemp(join(tmpdir(), "mcp-trail-config-"));
	});
	afterEach(async () => rm(folder, { recursive: true }));

	it("is read, a byte order mark or none", async () => {
		const file = join(folder, "mcp-trail.json");
		await writeFile(file, '\u{feff}{ "sinks": [{ "type": "console" }] }\n');
		await expect(readSinksConfig(file)).resolves.toEqual({
			sinks: [{ type: "console", name: "console" }],
		});
	});

	it("[sinks.config_errors] is named, with what to do", async () => {
		const file = join(folder, "mcp-trail.json");
		await expect(readSinksConfig(file)).rejects.toMatchObject({
			code: "config_unreadable",
			message: `${file}: does not exist. Check the path.`,
		});
		await expect(readSinksConfig(folder)).rejects.toThrow(`${folder}: is a folder. Name the file.`);
		await writeFile(file, "{");
		await expect(readSinksConfig(file)).rejects.toThrow(`${file}: is not JSON: line 1, column 2`);
		await writeFile(file, '{ "sinks": [{ "type": "console", "format": 1 }] }');
		await expect(readSinksConfig(file)).rejects.toMatchObject({
			code: "config_invalid",
			message: `${file}: sinks[0].format takes "readable" or "ndjson".`,
			problems: [{ path: "sinks[0].format", message: 'takes "readable" or "ndjson".' }],
		});
		await writeFile(file, " ".repeat(1_048_577));
		await expect(readSinksConfig(file)).rejects.toThrow("has more than 1048576 bytes");
	});
});

describe("what is generated from the kinds", () => {
	const files = [...generated()];
	const schema: object = JSON.parse(files.find(([file]) => file.endsWith(".json"))?.[1] ?? "");
	const judge = new Ajv2020({ strict: false }).compile(schema);

	it("[sinks.config_schema] is what is committed", () => {
		expect(files).toHaveLength(2);
		for (const [file, text] of files) expect(readFileSync(file, "utf8")).toBe(text);
	});

	it.each(kinds.map(({ type, example }) => [type, example] as const))(
		"[sinks.config_schema] judges %s as opening does",
		(type, example) => {
			const block = { type, ...example };
			expect([judge({ sinks: [block] }), judge.errors]).toEqual([true, null]);
			const wrong = [
				...Object.keys(block).map((name) => ({ ...block, [name]: { no: "such" } })),
				...Object.keys(example).map((name) =>
					Object.fromEntries(Object.entries(block).filter(([member]) => member !== name)),
				),
				{ ...block, nosuch: true },
				{ ...block, name: "No" },
			];
			for (const one of wrong)
				expect([one, judge({ sinks: [one] })]).toEqual([one, saidOf(one).length === 0]);
			expect(wrong.filter((one) => judge({ sinks: [one] })).length).toBeLessThan(wrong.length / 2);
		},
	);

	it("[sinks.config_schema] the page's example is one", () => {
		const page = files.find(([file]) => file.endsWith(".md"))?.[1] ?? "";
		const [, example = ""] = /```json\n([^`]*)```/.exec(page) ?? [];
		expect(parseSinksConfig(example).sinks.map(({ name }) => name)).toEqual(["console", "splunk"]);
	});
});
